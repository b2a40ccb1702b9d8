"""Forwarding to Storage SCPs: a scripted one for the answers, and one that is not there."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
)
from pynetdicom import AE, build_context, evt

from pacs_dedup.adapters.dimse_destination import DimseDestination
from pacs_dedup.dicom.part10 import file_head
from pacs_dedup.domain.errors import BlobMissing, PeerRefused, PeerResting, PeerUnavailable
from pacs_dedup.domain.identifiers import AeTitle
from tests.integration.support import LOOPBACK, ct_instance, free_port, written

EVERYTHING = (
    build_context(CTImageStorage, [ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless]),
    build_context(MRImageStorage, [ExplicitVRLittleEndian]),
)


class Archive:
    """A Storage SCP that notes what it gets, and answers what it is told to."""

    def __init__(self, answers=()):
        self.answers = list(answers)
        self.received = []
        self.associations = 0
        self.released = threading.Event()

    def on_store(self, event):
        self.received.append((str(event.context.transfer_syntax), event.request.DataSet.getvalue()))
        return self.answers.pop(0) if self.answers else 0x0000

    def on_accepted(self, _event):
        self.associations += 1

    @contextmanager
    def listening(self, contexts=EVERYTHING):
        ae = AE(ae_title="ARCHIVE")
        ae.require_calling_aet = ["PACSDEDUP"]
        ae.supported_contexts = list(contexts)
        handlers = [
            (evt.EVT_C_STORE, self.on_store),
            (evt.EVT_ACCEPTED, self.on_accepted),
            (evt.EVT_RELEASED, lambda _event: self.released.set()),
        ]
        server = ae.start_server((LOOPBACK, 0), block=False, evt_handlers=handlers)
        try:
            yield server.server_address[1]
        finally:
            ae.shutdown()


@contextmanager
def destination(port, calling="PACSDEDUP", associations=1):
    made = DimseDestination(
        "archive",
        called_ae=AeTitle("ARCHIVE"),
        host=LOOPBACK,
        port=port,
        calling_ae=AeTitle(calling),
        associations=associations,
    )
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def path(tmp_path):
    return written(tmp_path, ct_instance())


def test_the_data_set_arrives_byte_for_byte(path):
    archive = Archive()
    with archive.listening() as port, destination(port) as there:
        assert there.name == "archive"
        there.send(path)
    ((syntax, data),) = archive.received
    assert syntax == ExplicitVRLittleEndian
    assert path.read_bytes().endswith(data)
    assert len(data) > 64 * 64 * 2


def test_what_we_can_not_decode_is_sent_all_the_same(tmp_path):
    path = tmp_path / "odd.dcm"
    path.write_bytes(file_head(CTImageStorage, "1.2.3", JPEG2000Lossless) + b"no data set")
    archive = Archive()
    with archive.listening() as port, destination(port) as there:
        there.send(path)
    assert archive.received == [(JPEG2000Lossless, b"no data set")]


def test_one_association_carries_many_instances_and_is_released(tmp_path):
    archive = Archive()
    with archive.listening() as port, destination(port) as there:
        for seed in range(5):
            there.send(written(tmp_path, ct_instance(seed=seed)))
        assert archive.associations == 1
        there.close()
        assert archive.released.wait(5)
    assert len(archive.received) == 5


def test_another_kind_is_negotiated_once_and_then_both_go_through(tmp_path):
    archive = Archive()
    paths = [written(tmp_path, ct_instance(sop_class=kind), f"{kind}.dcm") for kind in (CTImageStorage, MRImageStorage)]
    with archive.listening() as port, destination(port) as there:
        for path in paths * 3:
            there.send(path)
    assert archive.associations == 2
    assert len(archive.received) == 6


def test_an_idle_association_is_released_by_itself_and_the_next_instance_opens_another(path):
    archive = Archive()
    with archive.listening() as port, destination(port) as there:
        there.send(path)
        assert archive.released.wait(15)
        there.send(path)
    assert archive.associations == 2


@pytest.mark.parametrize("status", [0x0000, 0xB000, 0xB006, 0xB007])
def test_success_and_warnings_count_as_sent(path, status):
    archive = Archive([status])
    with archive.listening() as port, destination(port) as there:
        there.send(path)


@pytest.mark.parametrize(
    ("status", "error"),
    [(0xA700, PeerUnavailable), (0xA900, PeerRefused), (0xC000, PeerRefused), (0x0122, PeerRefused)],
)
def test_a_failure_says_whether_to_come_again(path, status, error):
    archive = Archive([status])
    with archive.listening() as port, destination(port) as there:
        with pytest.raises(error, match=f"archive: .*{status:04X}"):
            there.send(path)
        there.send(path)  # the association is still good


def test_a_kind_that_the_archive_does_not_know_is_refused_and_the_others_still_go(tmp_path):
    archive = Archive()
    ct = written(tmp_path, ct_instance(), "ct.dcm")
    mr = written(tmp_path, ct_instance(sop_class=MRImageStorage), "mr.dcm")
    with archive.listening(EVERYTHING[:1]) as port, destination(port) as there:
        for _ in range(2):
            with pytest.raises(PeerRefused, match="does not accept SOP class"):
                there.send(mr)
            there.send(ct)
    assert len(archive.received) == 2


def test_nobody_there_is_unavailable_and_is_left_in_peace_for_a_while(path):
    with destination(free_port()) as there:
        with pytest.raises(PeerUnavailable, match="could not be reached"):
            there.send(path)
        started = time.monotonic()
        with pytest.raises(PeerResting, match="a moment ago"):
            there.send(path)
        assert time.monotonic() - started < 1


def test_an_archive_that_does_not_know_us_is_unavailable_with_a_hint(path):
    archive = Archive()
    hint = pytest.raises(PeerUnavailable, match=r"rejected the association.*knows the AE title STRANGER")
    with archive.listening() as port, destination(port, calling="STRANGER") as there, hint:
        there.send(path)


def test_an_archive_that_hangs_up_inside_the_transfer_is_unavailable(path):
    class Rude(Archive):
        def on_store(self, event):
            event.assoc.abort()
            return 0x0000

    with Rude().listening() as port, destination(port) as there, pytest.raises(PeerUnavailable, match="no answer"):
        there.send(path)


def test_a_file_that_is_gone_is_missing(tmp_path):
    with destination(free_port()) as there, pytest.raises(BlobMissing):
        there.send(tmp_path / "gone.dcm")


@pytest.mark.parametrize("associations", [1, 3])
def test_several_threads_take_turns_on_as_many_associations_as_there_may_be(tmp_path, associations):
    class Slow(Archive):
        def on_store(self, event):
            time.sleep(0.1)
            return super().on_store(event)

    archive = Slow()
    paths = [written(tmp_path, ct_instance(seed=seed), f"{seed}.dcm") for seed in range(8)]
    with archive.listening() as port, destination(port, associations=associations) as there:
        threads = [threading.Thread(target=there.send, args=(path,)) for path in paths]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(archive.received) == 8
    assert archive.associations == associations


def test_small_packets_leave_at_once(path):
    archive = Archive()
    with archive.listening() as port, destination(port) as there:
        there.send(path)
        assert there._all[0]._association.dul.socket.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
