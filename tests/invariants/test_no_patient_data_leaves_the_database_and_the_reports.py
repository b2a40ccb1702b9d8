"""Invariant 12: a patient goes through the running service by every way that ends badly; nothing names the patient."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.dimse_destination import DimseDestination
from pacs_dedup.dicom.part10 import file_head
from pacs_dedup.domain.errors import PeerRefused
from pacs_dedup.domain.identifiers import AeTitle
from tests.fakes import FakeClock
from tests.integration.running import RunningService, start_service
from tests.integration.support import LOOPBACK, ct_instance, free_port, written

FAMILY, GIVEN, HANZI, PATIENT_ID, BIRTH_DATE = "ZEISIG", "ZITRONGELB", "黃雀", "KNR4815162342", "19310704"
NAME = f"{FAMILY}^{GIVEN}"
SIMPLIFIED = "黄雀"
TRACES = {
    trace.lower()
    for word in (FAMILY, GIVEN, HANZI, SIMPLIFIED, PATIENT_ID, BIRTH_DATE)
    for encoding in ("utf-8", "gb18030", "utf-16-le", "unicode_escape")
    for trace in (word.encode(encoding), ascii(word.encode(encoding))[2:-1].encode())
}
"""The patient in every spelling in which a program may let a name slip."""
STUDY = generate_uid()
pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning")  # pydicom warns of what is miswritten on purpose
WITHIN_S = 90
TEXTS = (
    "AccessionNumber",
    "DeviceSerialNumber",
    "ImageType",
    "InstitutionName",
    "ManufacturerModelName",
    "Modality",
    "OperatorsName",
    "OtherPatientIDs",
    "PatientComments",
    "PatientSex",
    "PhotometricInterpretation",
    "SeriesDescription",
    "SpecificCharacterSet",
    "StudyDate",
    "StudyDescription",
)
"""Elements into which somebody may write a name; what is written there is wrong, and must not be quoted."""


def patient(seed, **more):
    told = {"PatientName": NAME, "PatientID": PATIENT_ID, "PatientBirthDate": BIRTH_DATE, "StudyInstanceUID": STUDY}
    return ct_instance(seed=seed, **{**told, **more})


def misfits(folder):
    """Write files that come by the ways that end badly; each is named by its way."""
    for name, ds in data_sets().items():
        written(folder, ds, f"{name}.dcm")
    whole = (folder / "whole.dcm").read_bytes()
    (folder / "truncated-header.dcm").write_bytes(whole[:700])
    hanzi = HANZI.encode("gb18030").ljust(len(NAME))
    (folder / "wrong-charset.dcm").write_bytes(
        (folder / "to-be-miswritten.dcm").read_bytes().replace(NAME.encode(), hanzi)
    )
    (folder / "refused.dcm").write_bytes(under_another_uid(whole))
    return sorted(folder.glob("*.dcm"))


def data_sets():
    return {
        "whole": patient(1),
        "copy": patient(
            1, StudyInstanceUID=generate_uid(), PatientName=f"{NAME}={HANZI}", SpecificCharacterSet="ISO_IR 192"
        ),
        "truncated-pixels": patient(2, PixelData=b"\x01\x02" * 99),
        "huge": patient(3, Rows=60000, Columns=60000),
        "no-study-uid": patient(5, StudyInstanceUID=""),
        "name-for-a-uid": patient(6, StudyInstanceUID=PATIENT_ID),
        "names-everywhere": patient(7, **dict.fromkeys(TEXTS, NAME)),
        "to-be-miswritten": patient(8),
        "broken-code-stream": broken_code_stream(),
    }


def broken_code_stream():
    """An image whose compressed frame begins as JPEG 2000 does, and goes on with a name."""
    ds = patient(4)
    ds.file_meta.TransferSyntaxUID = JPEG2000Lossless
    ds.PixelData = encapsulate([b"\xff\x4f\xff\x51" + NAME.encode() * 40])
    ds["PixelData"].VR = "OB"
    return ds


def under_another_uid(file):
    """Let the command name another instance than the data set does."""
    meta_length = int.from_bytes(file[140:144], "little")
    return file_head(CTImageStorage, "1.2.3.4", ExplicitVRLittleEndian) + file[144 + meta_length :]


def send(path, port):
    destination = DimseDestination(
        "service", called_ae=AeTitle("PACSDEDUP"), host=LOOPBACK, port=port, calling_ae=AeTitle("SENDER")
    )
    with closing(destination), suppress(PeerRefused):
        destination.send(path)


def wait_until_judged(service: RunningService):
    """Wait until nothing is queued but what a destination that is not there can not take."""
    deadline = time.monotonic() + WITHIN_S
    with closing(sqlite3.connect(service.data / "pacs_dedup.db")) as database:
        while time.monotonic() < deadline:
            rows = database.execute("SELECT step, cause FROM work WHERE done_at IS NULL").fetchall()
            if rows and all(step == "forward" for step, _ in rows) and any(cause for _, cause in rows):
                return
            time.sleep(0.1)
    raise AssertionError(f"the service did not get there in time:\n{service.log.read_text()}")


def titles(pid):
    """Return command line and name of a process and of all its children."""
    process = Path(f"/proc/{pid}")
    found = (process / "cmdline").read_bytes() + (process / "comm").read_bytes()
    for thread in (process / "task").iterdir():
        with suppress(OSError):
            found += (thread / "comm").read_bytes()
            found += b"".join(map(titles, (thread / "children").read_text().split()))
    return found


def causes(data):
    """Return every cause and reason that the database keeps in words."""
    with closing(sqlite3.connect(data / "pacs_dedup.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        told = []
        for table in tables:
            columns = [column for _, column, *_ in database.execute(f"PRAGMA table_info({table})")]
            for column in {"cause", "refused", "reason", "release_cause"} & set(columns):
                rows = database.execute(f"SELECT {column} FROM {table}")  # noqa: S608 - names from the schema
                told += [value for (value,) in rows if value]
    return told


def names_below(data):
    return "\n".join(str(path.relative_to(data)) for path in data.rglob("*"))


def command(data, *words):
    line = [sys.executable, "-m", "pacs_dedup", *words, "--data", str(data)]
    return subprocess.run(line, capture_output=True, check=False, timeout=WITHIN_S, env=os.environ)


def traces_in(told):
    octets = (told if isinstance(told, bytes) else told.encode("utf-8", "surrogateescape")).lower()
    return {trace for trace in TRACES if trace in octets}


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory):
    """Send and scan every misfit; return the data folder, and what was said outside of it."""
    folder = tmp_path_factory.mktemp("patient")
    data, files = folder / "data", folder / "files"
    files.mkdir()
    paths = misfits(files)
    nowhere = {"name": "nowhere", "address": f"NOWHERE@{LOOPBACK}:{free_port()}", "roles": ["destination"]}
    service = start_service(
        data, completion={"quiet_s": 0.5}, mode={"action": "quarantine", "judge_within_s": 1}, peers=[nowhere]
    )
    try:
        service.wait_until_it_listens()
        for path in paths:
            send(path, service.port)
        wait_until_judged(service)
        running = titles(service.process.pid)
        scanned = command(data, "scan", str(files))
        wait_until_judged(service)
        assert service.stop() == 0
    finally:
        service.process.kill()
        service.process.wait()
    return data, service.log.read_bytes(), running, scanned


def test_the_patient_did_go_through_every_way(aftermath):
    data, log, running, scanned = aftermath
    told = " ".join(causes(data))
    for cause in ("coding style", "60000", "is not a UID", "is missing", "differ", "no Pixel Data", "bytes, but"):
        assert cause in told, told
    for event in (b"not forwarded", b"instance kept but refused"):
        assert event in log
    assert b"serve" in running
    assert b"Unreadable" in scanned.stdout
    with closing(open_database(f"sqlite:///{data / 'pacs_dedup.db'}", FakeClock())) as database:
        members = [m for entry in database.register.entries() for m in database.register.members(entry.key)]
        patients = repr([known.patient for known in database.index.get([member.blob_id for member in members])])
    assert FAMILY in patients
    assert PATIENT_ID in patients


def test_logs_do_not_name_the_patient(aftermath):
    assert not traces_in(aftermath[1])
    assert STUDY.encode() not in aftermath[1], "a UID appears as a keyed hash"


def test_process_titles_do_not_name_the_patient(aftermath):
    assert not traces_in(aftermath[2])


def test_a_scan_does_not_name_the_patient(aftermath):
    scanned = aftermath[3]
    assert not traces_in(scanned.stdout + scanned.stderr)


def test_causes_do_not_name_the_patient(aftermath):
    for cause in causes(aftermath[0]):
        assert not traces_in(cause), cause


def test_file_names_do_not_name_the_patient(aftermath):
    assert not traces_in(names_below(aftermath[0]))
    assert STUDY not in names_below(aftermath[0])
