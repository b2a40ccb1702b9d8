import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.errors import OutOfStorage, SpoolFull, StorageDamaged
from pacs_dedup.domain.identifiers import AeTitle, ArrivalId, SopClassUid, SopInstanceUid, TransferSyntaxUid
from pacs_dedup.pipeline.receive import IncomingInstance, Reception, receive_instance
from pacs_dedup.ports.journal import Step
from tests.fakes import FakeClock, FakeDatabase, MemoryBlobStore

FIRST = ArrivalId(1)
LEASE = timedelta(minutes=1)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def database(clock):
    return FakeDatabase(clock)


@pytest.fixture
def reception(clock, database):
    return Reception(blobs=MemoryBlobStore(), arrivals=database.arrivals, clock=clock)


def with_destinations(reception, *names, judge_within=None):
    return Reception(
        blobs=reception.blobs,
        arrivals=reception.arrivals,
        clock=reception.clock,
        forward_to=names,
        judge_within=judge_within,
    )


def data_set(sop_class=CTImageStorage, sop_instance="1.2.3", **more):
    ds = Dataset()
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = sop_instance
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    out = DicomBytesIO()
    out.is_implicit_VR, out.is_little_endian = False, True
    write_dataset(out, ds)
    return out.getvalue()


def incoming(data, sop_class=CTImageStorage, sop_instance="1.2.3"):
    return IncomingInstance(
        data_set=memoryview(data),
        sop_class_uid=SopClassUid(sop_class),
        sop_instance_uid=SopInstanceUid(sop_instance),
        transfer_syntax_uid=TransferSyntaxUid(ExplicitVRLittleEndian),
        calling_ae=AeTitle("CT1"),
        called_ae=AeTitle("PACSDEDUP"),
        peer_address="10.0.0.5",
        association="a1",
    )


def kept(reception, arrival_id=FIRST):
    return reception.blobs.path(reception.arrivals.get(arrival_id).blob_id).read_bytes()


def test_the_data_set_is_kept_byte_for_byte_behind_a_readable_head(reception):
    data = data_set(PatientID="7")
    assert receive_instance(incoming(data), reception) is StoreStatus.SUCCESS
    assert kept(reception).endswith(data)
    assert dcmread(io.BytesIO(kept(reception))).PatientID == "7"


def test_the_arrival_says_who_sent_what_and_how(reception, clock):
    receive_instance(incoming(data_set()), reception)
    arrival = reception.arrivals.get(FIRST)
    assert (arrival.source, arrival.called_ae, arrival.peer_address, arrival.association) == (
        "CT1", "PACSDEDUP", "10.0.0.5", "a1"
    )  # fmt: skip
    assert (arrival.sop_class_uid, arrival.sop_instance_uid) == (CTImageStorage, "1.2.3")
    assert arrival.transfer_syntax_uid == ExplicitVRLittleEndian
    assert arrival.received_at == clock.now()
    assert arrival.size_bytes == len(kept(reception))
    assert arrival.refused == ""


def test_a_received_instance_waits_to_be_fingerprinted(reception, database):
    receive_instance(incoming(data_set()), reception)
    assert database.journal.backlog()[Step.FINGERPRINT] == 1
    assert database.journal.backlog()[Step.FORWARD] == 0


def test_an_identical_resend_is_another_arrival_of_the_same_bytes(reception):
    for _ in range(2):
        assert receive_instance(incoming(data_set()), reception) is StoreStatus.SUCCESS
    first, second = (reception.arrivals.get(ArrivalId(number)) for number in (1, 2))
    assert first.blob_id == second.blob_id


@pytest.mark.parametrize(("sop_class", "sop_instance"), [(MRImageStorage, "1.2.3"), (CTImageStorage, "1.2.4")])
def test_a_command_that_names_something_else_is_refused_and_the_bytes_are_kept(
    reception, sop_class, sop_instance, database
):
    gateway = with_destinations(reception, "archive")
    status = receive_instance(incoming(data_set(), sop_class, sop_instance), gateway)
    assert status is StoreStatus.DATA_SET_MISMATCH
    assert kept(reception).endswith(data_set())
    assert reception.arrivals.get(FIRST).refused
    assert sum(database.journal.backlog().values()) == 0


def test_a_data_set_that_names_nothing_does_not_disagree(reception):
    assert receive_instance(incoming(b"not a data set at all"), reception) is StoreStatus.SUCCESS
    assert kept(reception).endswith(b"not a data set at all")


def test_an_empty_data_set_is_kept(reception):
    assert receive_instance(incoming(b""), reception) is StoreStatus.SUCCESS


def test_below_the_low_water_mark_nothing_is_taken(reception):
    reception.blobs.full = True
    assert receive_instance(incoming(data_set()), reception) is StoreStatus.OUT_OF_RESOURCES
    assert reception.arrivals.get(FIRST) is None


def test_the_data_set_is_not_touched_before_there_is_room(reception):
    reception.blobs.full = True
    instance = incoming(b"")
    instance.data_set.release()  # reading it now would raise
    assert receive_instance(instance, reception) is StoreStatus.OUT_OF_RESOURCES


class FullBook:
    """An arrival book whose database has no room."""

    def __init__(self, error=None):
        self.error = error or OutOfStorage("the database does not answer")

    def record(self, *_arguments):
        raise self.error


def test_without_a_recorded_arrival_nothing_is_acknowledged(reception, clock):
    without = Reception(blobs=reception.blobs, arrivals=FullBook(), clock=clock)
    assert receive_instance(incoming(data_set()), without) is StoreStatus.OUT_OF_RESOURCES
    assert receive_instance(incoming(data_set()), reception) is StoreStatus.SUCCESS


class Pressed:
    """Pressure as it is told to be."""

    def __init__(self, *, queue_is_full=False, analysis_is_behind=False):
        self.queue_is_full, self.analysis_is_behind = queue_is_full, analysis_is_behind


def test_where_too_much_waits_to_be_forwarded_nothing_is_taken(reception):
    pressed = replace(reception, pressure=Pressed(queue_is_full=True))
    assert receive_instance(incoming(data_set()), pressed) is StoreStatus.QUEUE_FULL
    assert reception.arrivals.get(FIRST) is None


def test_where_analysis_is_behind_everything_is_taken_and_forwarded_at_once(reception, database):
    gateway = with_destinations(reception, "a", judge_within=timedelta(minutes=15))
    pressed = replace(gateway, pressure=Pressed(analysis_is_behind=True))
    assert receive_instance(incoming(data_set()), pressed) is StoreStatus.SUCCESS
    assert database.journal.claim(Step.FORWARD, LEASE).subject == "1>a"


def test_a_full_spool_and_a_damaged_database_are_told_apart(reception):
    for error, status in (
        (SpoolFull("x"), StoreStatus.SPOOL_FULL),
        (StorageDamaged("x"), StoreStatus.NOT_RECORDED),
        (OutOfStorage("x"), StoreStatus.OUT_OF_RESOURCES),
    ):
        without = replace(reception, arrivals=FullBook(error))
        assert receive_instance(incoming(data_set()), without) is status


def test_each_arrival_has_a_receipt_of_its_own(reception):
    for _ in range(2):
        receive_instance(incoming(data_set()), reception)
    receipts = {reception.arrivals.get(ArrivalId(number)).receipt for number in (1, 2)}
    assert len(receipts) == 2
    assert all(len(receipt) == 32 for receipt in receipts)


def test_each_destination_gets_the_instance_at_once_where_no_verdict_is_awaited(reception, database):
    receive_instance(incoming(data_set()), with_destinations(reception, "a", "b"))
    claimed = {database.journal.claim(Step.FORWARD, LEASE).subject for _ in range(2)}
    assert claimed == {"1>a", "1>b"}


def test_where_a_verdict_is_awaited_forwarding_is_due_at_the_deadline(reception, clock, database):
    receive_instance(incoming(data_set()), with_destinations(reception, "a", judge_within=timedelta(minutes=15)))
    assert database.journal.claim(Step.FORWARD, LEASE) is None
    clock.advance(timedelta(minutes=15))
    assert database.journal.claim(Step.FORWARD, LEASE).subject == "1>a"
