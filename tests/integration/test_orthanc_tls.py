"""Orthanc with DicomTls: it sends a study to us over mutual TLS, and another one gets it from us the same way."""

import io
import json
import subprocess
import urllib.error

import pytest
from pydicom import dcmread

from tests.certificates import authority, needs_openssl
from tests.integration.orthanc import running_orthanc
from tests.integration.support import LOOPBACK, ct_instance, needs_dcmtk, needs_orthanc, written
from tests.integration.test_orthanc import wait_until

pytestmark = [pytest.mark.peers, needs_orthanc, needs_dcmtk, needs_openssl]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    """An authority, our certificate, and those of two hospitals' archives."""
    made = authority(tmp_path_factory.mktemp("hospital"))
    here = f"IP:{LOOPBACK}"
    return made, made.issue("dedup", alt=here), made.issue("qeh", alt=here), made.issue("pmh", alt=here)


def orthanc_with_tls(folder, issued, trusting, ae_title):
    return running_orthanc(
        folder,
        DicomAet=ae_title,
        DicomTlsEnabled=True,
        DicomTlsCertificate=str(issued.cert),
        DicomTlsPrivateKey=str(issued.key),
        DicomTlsTrustedCertificates=str(trusting.file),
        DicomTlsRemoteCertificateRequired=True,
    )


def section(issuer, ours, **more):
    return {"enabled": True, "port": 0, "cert": str(ours.cert), "key": str(ours.key), "ca": str(issuer.file), **more}


def know(orthanc, port):
    modality = {"AET": "PACSDEDUP", "Host": LOOPBACK, "Port": port, "UseDicomTls": True}
    orthanc.call("/modalities/dedup", modality, "PUT")


@pytest.fixture
def study(tmp_path):
    first = ct_instance(seed=1)
    return [
        written(tmp_path, ct_instance(seed=n, StudyInstanceUID=first.StudyInstanceUID), f"{n}.dcm") for n in range(1, 4)
    ]


def test_a_study_goes_from_one_orthanc_to_another_through_us_over_mutual_tls(
    running_service, hospital, study, tmp_path
):
    issuer, ours, qeh, pmh = hospital
    with (
        orthanc_with_tls(tmp_path / "qeh", qeh, issuer, "QEH") as source,
        orthanc_with_tls(tmp_path / "pmh", pmh, issuer, "PMH") as archive,
    ):
        peers = [
            {"name": "qeh", "address": f"QEH@{LOOPBACK}", "certificate": qeh.fingerprint},
            {
                "name": "pmh",
                "address": f"PMH@{LOOPBACK}:{archive.dicom_port}",
                "roles": ["destination"],
                "tls": True,
                "certificate_name": "pmh",
            },
        ]
        dicom = {"tls": section(issuer, ours), "plain": False, "unknown_peers": "reject"}
        service = running_service(dicom=dicom, peers=peers, completion={"quiet_s": 0.5})
        know(source, service.tls_port)
        answer = source.store("dedup", [source.upload(path) for path in study])
        assert (answer["InstancesCount"], answer["FailedInstancesCount"]) == (len(study), 0)
        wait_until(lambda: len(archive.instances) == len(study))
        assert {pixels(archive.file(i)) for i in archive.instances} == {pixels(path.read_bytes()) for path in study}
        origins = {archive.text(f"/instances/{i}/metadata/RemoteAET") for i in archive.instances}
        assert origins == {"PACSDEDUP"}
        echoed = echo(service, peers, section(issuer, ours), tmp_path)
        assert (echoed.returncode, json.loads(echoed.stdout)[0]["ok"]) == (0, True), echoed.stderr
        assert service.stop() == 0


def test_an_orthanc_with_another_hospitals_certificate_gets_nothing_in(edge, hospital, study, tmp_path):
    issuer, ours, qeh, pmh = hospital
    peers = [{"name": "qeh", "address": f"QEH@{LOOPBACK}", "certificate": qeh.fingerprint}]
    with (
        orthanc_with_tls(tmp_path / "pmh", pmh, issuer, "QEH") as impostor,
        edge(peers=peers, tls=section(issuer, ours)) as here,
    ):
        know(impostor, here.tls_port)
        with pytest.raises(urllib.error.HTTPError):
            impostor.store("dedup", [impostor.upload(study[0])])
        assert here.refused_as("certificate"), here.refused
        assert here.nothing_got_in


def pixels(data):
    return dcmread(io.BytesIO(data)).PixelData


def echo(service, peers, tls, folder):
    """Run `pacs-dedup peers echo` as its user does."""
    lines = ["[dicom.tls]", *(f"{key} = {json.dumps(value)}" for key, value in tls.items() if key != "enabled")]
    for peer in peers:
        if "tls" in peer:
            lines += ["[[peers]]", *(f"{key} = {json.dumps(value)}" for key, value in peer.items())]
    site = folder / "site.toml"
    site.write_text("\n".join(lines))
    command = [*service.process.args[:3], "--config", str(site), "--json", "peers", "echo"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
