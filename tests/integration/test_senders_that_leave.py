"""Senders that close their connection while their instance is being stored keep what they take until that has ended."""

import threading
from io import BytesIO

import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import build_context
from pynetdicom.dimse_primitives import C_STORE

from pacs_dedup.dicom.store_status import StoreStatus
from tests.integration.support import ct_instance, written
from tests.integration.test_bad_input_at_the_port import answers, associate, wait_until
from tests.integration.test_limits import LOCAL_LIMIT, MIB, TRANSIENT, rejected_as

SIZE = 3 * MIB


class SlowStore:
    """Takes instances, and is done with none of them until it is told."""

    def __init__(self):
        self.held, self.may_end = [], threading.Event()

    def __call__(self, incoming):
        self.held.append(len(incoming.data_set))
        assert self.may_end.wait(30)
        return StoreStatus.SUCCESS


@pytest.fixture
def slow():
    store = SlowStore()
    yield store
    store.may_end.set()


def send(association, size=SIZE):
    """Send a whole C-STORE request, and wait for no answer."""
    request = C_STORE()
    request.MessageID, request.Priority = 1, 2
    request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = CTImageStorage, generate_uid()
    request.DataSet = BytesIO(bytes(size))
    association.dimse.send_msg(request, 1)


def store_and_close(here, slow):
    association = associate(here.port, build_context(CTImageStorage, ExplicitVRLittleEndian))
    if not association.is_established:
        return association
    before = len(slow.held)
    send(association)
    assert wait_until(lambda: len(slow.held) > before)
    (acceptor,) = [each for each in here.listener._ae.active_associations if not each.acse.is_aborted()][-1:]
    association.abort()
    assert wait_until(lambda: acceptor.dul.socket is None or acceptor.dul.socket.socket is None)
    return association


def taken(here):
    return here.listener._memory._taken_bytes


def test_who_stores_and_closes_over_and_over_has_no_more_places_than_others(edge, slow):
    with edge(receive=slow, limits={"associations_per_peer": 2}) as here:
        for _ in range(2):
            assert not store_and_close(here, slow).is_rejected
        third = store_and_close(here, slow)
        assert third.is_rejected
        assert rejected_as(third)[0::2] == (TRANSIENT, LOCAL_LIMIT)
        assert slow.held == [SIZE, SIZE]
        slow.may_end.set()
        assert wait_until(lambda: here.listener.associations == 0)
        assert answers(here.port), "its places are free again"


def test_who_stores_and_closes_over_and_over_has_no_more_memory_than_others(edge, slow):
    with edge(receive=slow, limits={"instance_mb": 4, "receiving_mb": 7, "receiving_share_per_peer": 1}) as here:
        for number in (1, 2):
            store_and_close(here, slow)
            assert taken(here) == number * SIZE, "while it is being stored it takes memory"
        another = associate(here.port, build_context(CTImageStorage, ExplicitVRLittleEndian), calling="CT")
        assert another.is_established
        request = ct_instance(Rows=1024, Columns=1024, PixelData=bytes(2 * MIB))
        answered = another.send_c_store(written(here.data, request, "sent.dcm"))
        assert answered.Status == StoreStatus.TOO_MUCH_AT_ONCE
        slow.may_end.set()
        assert wait_until(lambda: taken(here) == 0)
        another.release()


def test_what_waits_to_be_stored_goes_with_its_sender(edge, slow):
    with edge(receive=slow, limits={"instance_mb": 4, "receiving_mb": 64}) as here:
        association = associate(here.port, build_context(CTImageStorage, ExplicitVRLittleEndian))
        for _ in range(3):
            send(association)
        assert wait_until(lambda: taken(here) == 3 * SIZE)
        association.abort()
        assert wait_until(lambda: taken(here) == SIZE), "only the one that is being stored is held"
        slow.may_end.set()
        assert wait_until(lambda: taken(here) == 0)
        assert wait_until(lambda: here.listener.associations == 0)
        assert slow.held == [SIZE], "the others had not been acknowledged, and are sent again"


def test_the_end_of_an_association_is_told_when_its_last_instance_has_been_stored(edge, slow):
    with edge(receive=slow) as here:
        ended = []
        here.listener._ended = ended.append
        store_and_close(here, slow)
        assert ended == []
        slow.may_end.set()
        assert wait_until(lambda: len(ended) == 1)
