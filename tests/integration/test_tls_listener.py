"""Who gets in over TLS, and who does not, with DCMTK on the other end."""

import uuid

import pytest

from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox
from pacs_dedup.domain.audit import AuditKind
from tests.certificates import authority, needs_openssl
from tests.integration.support import LOOPBACK, dcmtk, free_port, needs_dcmtk
from tests.integration.tls_callers import assert_refused, store, wait_until

pytestmark = [pytest.mark.peers, needs_dcmtk, needs_openssl]


@pytest.mark.parametrize("profile", ["bcp195", "non-downgrading"])
@pytest.mark.parametrize("theirs", ["--profile-bcp195", "--profile-bcp195-nd", "--profile-bcp195-ex"])
def test_storescu_stores_over_mutual_tls(secure, hospital, study, profile, theirs):
    issuer, _, mr1, _ = hospital
    with secure(tls={"profile": profile}) as here:
        code, said = store(here.tls_port, study, issued=mr1, trusting=issuer, options=[theirs])
        assert code == 0, said
        assert said.count("Received Store Response (Success)") == len(here.files) == len(here.arrivals) == len(study)
        assert here.refused == []


def test_a_certificate_is_known_by_its_name(secure, hospital, study):
    issuer, _, mr1, ct1 = hospital
    with secure() as here:
        assert store(here.tls_port, study, issued=ct1, trusting=issuer, calling="CT1")[0] == 0
        before = len(here.arrivals)
        assert store(here.tls_port, study, issued=mr1, trusting=issuer, calling="CT1")[0] != 0
        assert len(here.arrivals) == before
        assert here.refused_as("certificate"), here.refused


def test_who_shows_no_certificate_does_not_get_in(secure, hospital, study):
    issuer, *_ = hospital
    with secure() as here:
        answer = store(here.tls_port, study, issued=None, trusting=issuer)
        assert_refused(here, answer, "handshake")
        assert "showed no certificate" in here.refused[0].detail


def test_a_certificate_of_another_authority_does_not_get_in(secure, hospital, study, tmp_path):
    issuer, *_ = hospital
    stranger = authority(tmp_path / "elsewhere", "elsewhere").issue("mr1", alt="DNS:mr1.hospital.example")
    with secure() as here:
        answer = store(here.tls_port, study, issued=stranger, trusting=issuer)
        assert_refused(here, answer, "handshake")
        assert "not trusted" in here.refused[0].detail


def test_an_expired_certificate_does_not_get_in(secure, hospital, study):
    issuer, *_ = hospital
    expired = issuer.issue(f"expired-{uuid.uuid4().hex[:8]}", days=-1)
    with secure() as here:
        answer = store(here.tls_port, study, issued=expired, trusting=issuer)
        assert_refused(here, answer, "handshake")
        assert "certificate has expired" in here.refused[0].detail


def test_a_certificate_for_servers_only_does_not_get_in(secure, hospital, study):
    issuer, *_ = hospital
    server = issuer.issue("server-only", uses="serverAuth")
    with secure() as here:
        assert_refused(here, store(here.tls_port, study, issued=server, trusting=issuer), "handshake")


def test_the_certificate_of_another_peer_does_not_get_in(secure, hospital, study):
    issuer, _, _, ct1 = hospital
    with secure() as here:
        answer = store(here.tls_port, study, issued=ct1, trusting=issuer, calling="MR1")
        assert_refused(here, answer, "certificate")
        assert here.refused[0].fingerprint == ct1.fingerprint.replace(":", "").lower()
        assert "Calling AE Title Not Recognized" in answer[1]


def test_a_bound_title_from_another_address_does_not_get_in(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    with secure() as here:
        assert_refused(here, store(here.tls_port, study, issued=mr1, trusting=issuer, calling="FAR"), "address")


def test_a_bound_title_without_tls_does_not_get_in(secure, study):
    with secure(plain=True) as here:
        assert_refused(here, dcmtk("storescu", here.port, *study, calling="MR1"), "without_tls")


def test_a_title_that_nobody_knows_does_not_get_in_with_a_good_certificate(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    with secure(unknown_peers="reject") as here:
        assert_refused(here, store(here.tls_port, study, issued=mr1, trusting=issuer, calling="NOBODY"), "unknown")


def test_another_called_title_does_not_get_in(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    with secure() as here:
        tls = ["+tls", mr1.key, mr1.cert, "+cf", issuer.file]
        answer = dcmtk("storescu", here.tls_port, *tls, *study, calling="MR1", called="ELSEWHERE")
        assert_refused(here, answer, "called_ae")


def test_who_need_not_show_a_certificate_talks_over_tls_without(secure, study, hospital):
    issuer, *_ = hospital
    with secure(peers=({"name": "any", "address": "ANY"},), tls={"verify_peer": False}) as here:
        code, said = store(here.tls_port, study, issued=None, trusting=issuer, calling="ANY")
        assert code == 0, said
        assert len(here.arrivals) == len(study)


def test_a_single_peers_certificate_can_be_trusted_without_its_authority(secure, hospital, study, tmp_path):
    issuer, *_ = hospital
    vendor = authority(tmp_path / "vendor", "vendor")
    ultrasound, other = vendor.issue("us1"), vendor.issue("us2")
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(issuer.file.read_bytes() + ultrasound.cert.read_bytes())
    peers = ({"name": "us", "address": "US1", "certificate": ultrasound.fingerprint},)
    with secure(peers=peers, tls={"ca": trusted}) as here:
        assert store(here.tls_port, study, issued=ultrasound, trusting=issuer, calling="US1")[0] == 0
        assert store(here.tls_port, study, issued=other, trusting=issuer, calling="US1")[0] != 0
        assert here.refused_as("handshake"), here.refused


def audited(data):
    """Return the reasons in the audit events that were kept before the database was asked."""
    events = [waiting.event for waiting in FileAuditInbox(data).waiting(100)]
    return [dict(event.detail)["reason"] for event in events if event.kind is AuditKind.SECURITY_ALERT]


def test_refusals_are_in_the_audit_trail_although_the_database_is_away(running_service, hospital, study, tmp_path):
    issuer, ours, mr1, ct1 = hospital
    tls = {"enabled": True, "port": 0, "cert": str(ours.cert), "key": str(ours.key), "ca": str(issuer.file)}
    peers = [{"name": "mr1", "address": f"MR1@{LOOPBACK}", "certificate": mr1.fingerprint}]
    nowhere = f"postgresql+psycopg://nobody@{LOOPBACK}:{free_port()}/none"
    storage = {"path": str(tmp_path / "service"), "low_water_mb": 0, "database_url": nowhere}
    service = running_service(role="scp", dicom={"tls": tls}, peers=peers, storage=storage)
    assert store(service.tls_port, study, issued=ct1, trusting=issuer)[0] != 0
    assert store(service.tls_port, study, issued=None, trusting=issuer)[0] != 0
    assert service.files == []
    wait_until(lambda: len(audited(service.data)) > 1, service.log.read_text())
    reasons = audited(service.data)
    assert [reason.partition(":")[0] for reason in reasons] == ["certificate", "handshake"]
    assert "showed no certificate" in reasons[1]
    assert store(service.tls_port, study, issued=mr1, trusting=issuer)[0] == 0
    assert len(service.files) == len(study)
    refused = [line for line in service.lines if line["event"] == "association refused"]
    assert [line["reason"] for line in refused] == reasons
    assert service.stop() == 0


def test_who_can_not_be_decided_on_is_refused(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    nowhere = {"name": "mr1", "address": "MR1@hospital..example", "certificate": mr1.fingerprint}
    with secure(peers=(nowhere,), unknown_peers="accept") as here:
        answer = store(here.tls_port, study, issued=mr1, trusting=issuer)
        assert_refused(here, answer, "undecided")
