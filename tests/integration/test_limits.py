"""What one sender can take from all others: places, time, memory. Real senders, and some that are not honest."""

import socket
import threading
import time
from contextlib import ExitStack, suppress

import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import build_context
from sqlalchemy import text

from pacs_dedup.dicom.store_status import StoreStatus
from tests.integration.raw_messages import FRAGMENT_OF_A_DATA_SET, LAST_FRAGMENT_OF_A_COMMAND, P_DATA, command, fragment
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, needs_dcmtk, written
from tests.integration.test_bad_input_at_the_port import answers, associate, wait_until

ELSEWHERE = "127.0.0.2"
MIB = 1 << 20
TRANSIENT, BY_PRESENTATION, CONGESTION, LOCAL_LIMIT = 2, 3, 1, 2
UNREACHABLE = {"name": "archive", "address": "ARCHIVE@127.0.0.1:1", "roles": ["destination"]}


def big_instance(folder, mib):
    return written(
        folder, ct_instance(Rows=1024, Columns=512, NumberOfFrames=mib, PixelData=bytes(mib * MIB)), "big.dcm"
    )


def rejected_as(association):
    answer = association.acceptor.primitive
    return answer.result, answer.result_source, answer.diagnostic


def trickle(connection, within_s=20, every_s=0.2):
    """Send one byte now and then; returns after how long the other side had enough."""
    began = time.monotonic()
    with suppress(OSError):
        while time.monotonic() - began < within_s:
            connection.sendall(b"\x00")
            time.sleep(every_s)
    return time.monotonic() - began


def is_closed(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_one_byte_a_second_before_the_request_is_given_up_and_keeps_nobody_out(edge):
    with edge(limits={"associate_within_s": 1.5}, max_associations=1) as here:
        slow = socket.create_connection((LOOPBACK, here.port))
        lasted = []
        sender = threading.Thread(target=lambda: lasted.append(trickle(slow)))
        slow.sendall(b"\x01\x00\x00\x00\x00\xff")
        sender.start()
        assert answers(here.port), "meanwhile somebody else has the only association"
        sender.join()
        assert 1 < lasted[0] < 10
        assert wait_until(lambda: here.listener.associations == 0)


def test_a_silent_connection_is_given_up(edge):
    with edge(limits={"associate_within_s": 0.5}) as here:
        silent = socket.create_connection((LOOPBACK, here.port), 10)
        assert is_closed(silent)
        assert wait_until(lambda: here.listener.associations == 0)


def test_one_byte_a_second_inside_a_pdu_ends_the_association(edge):
    with edge(limits={"idle_s": 1}) as here:
        association = associate(here.port)
        connection = association.dul.socket.socket
        connection.sendall(P_DATA + (1000).to_bytes(4, "big"))
        assert 0.5 < trickle(connection) < 10
        assert wait_until(lambda: association.is_aborted)
        assert wait_until(lambda: here.listener.associations == 0)


def test_silence_inside_a_message_ends_the_association_sooner_than_between_two(edge):
    with edge(limits={"idle_s": 30, "message_s": 0.5}) as here:
        association = associate(here.port, build_context("1.2.840.10008.1.1"))
        time.sleep(1.5)
        assert association.send_c_echo().Status == 0
        association.dul.socket.socket.sendall(fragment(b"\x00\x00"))
        assert wait_until(lambda: association.is_aborted)
        assert wait_until(lambda: here.listener.associations == 0)


def test_many_connections_of_one_address_leave_room_for_others(edge):
    with edge(limits={"associations_per_peer": 3, "connections": 5}) as here, ExitStack() as opened:

        def connect(address):
            connection = socket.create_connection((LOOPBACK, here.port), 5, source_address=(address, 0))
            return opened.enter_context(connection)

        first = [connect(ELSEWHERE) for _ in range(3)]
        assert wait_until(lambda: here.listener.associations == 3)
        assert [is_closed(connect(ELSEWHERE)) for _ in range(5)] == [True] * 5
        assert answers(here.port)
        for connection in first:
            connection.settimeout(0.1)
        assert [is_closed(connection) for connection in first] == [False] * 3
        others = [connect(LOOPBACK) for _ in range(2)]
        assert wait_until(lambda: here.listener.associations == 5)
        assert is_closed(connect(LOOPBACK)), "as many as may wait for anybody"
        del others


@needs_dcmtk
def test_one_peer_can_not_take_every_association(edge):
    peers = [{"name": "ct", "address": f"CT@{LOOPBACK}"}]
    with edge(limits={"associations_per_peer": 2}, max_associations=4, peers=peers) as here:
        held = [associate(here.port, calling="CT") for _ in range(2)]
        assert all(association.is_established for association in held)
        assert rejected_as(associate(here.port, calling="CT")) == (TRANSIENT, BY_PRESENTATION, LOCAL_LIMIT)
        code, said = dcmtk("echoscu", here.port, calling="CT")
        assert code != 0
        assert "Local Limit Exceeded" in said
        code, _ = dcmtk("echoscu", here.port, calling="MR")
        assert code == 0
        held[0].release()
        assert wait_until(lambda: here.listener.associations == 1)
        code, _ = dcmtk("echoscu", here.port, calling="CT")
        assert code == 0
        assert here.reasons == ["peer_limit", "peer_limit"]
        held[1].release()


@needs_dcmtk
def test_senders_that_come_all_at_once_are_rejected_as_transient_and_stored_when_they_come_again(edge, tmp_path):
    paths = [written(tmp_path, ct_instance(seed=number), f"{number}.dcm") for number in range(6)]
    with edge(limits={"associations_per_peer": 1}) as here:

        def send(path):
            while dcmtk("storescu", here.port, path)[0] != 0:
                time.sleep(0.05)

        senders = [threading.Thread(target=send, args=(path,)) for path in paths]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert len(here.arrivals) == len(here.files) == 6
        assert set(here.reasons) <= {"peer_limit", "waiting"}  # two who come in one instant are both still silent


@needs_dcmtk
def test_an_instance_that_is_too_large_is_refused_in_words_and_the_association_goes_on(edge, tmp_path):
    big, small = big_instance(tmp_path, 4), written(tmp_path, ct_instance())
    with edge(limits={"instance_mb": 1}) as here:
        association = associate(here.port)
        answered = association.send_c_store(big)
        assert (answered.Status, answered.ErrorComment) == (0xC000, StoreStatus.TOO_LARGE.comment)
        assert association.send_c_store(small).Status == 0
        association.release()
        code, said = dcmtk("storescu", here.port, big)
        assert code != 0
        assert "CannotUnderstand" in said
        assert len(here.arrivals) == len(here.files) == 1
        assert here.listener._memory._taken_bytes == 0


def hold(port, size_bytes, **more):
    """Begin an instance, send so many bytes of it in good order, and go no further."""
    association = associate(port, **more)
    connection = association.dul.socket.socket
    connection.sendall(fragment(command(), LAST_FRAGMENT_OF_A_COMMAND))
    while size_bytes > 0:
        connection.sendall(fragment(bytes(min(size_bytes, 100_000)), FRAGMENT_OF_A_DATA_SET))
        size_bytes -= 100_000
    return association


def test_more_than_the_memory_for_all_is_answered_to_come_again(edge, tmp_path):
    large = written(tmp_path, ct_instance(size=640), "large.dcm")
    with edge(limits={"receiving_mb": 1, "instance_mb": 1}) as here:
        holding = hold(here.port, 600_000)
        assert wait_until(lambda: here.listener._memory._taken_bytes == 600_000)
        association = associate(here.port)
        answered = association.send_c_store(large)
        assert (answered.Status, answered.ErrorComment) == (0xA700, StoreStatus.TOO_MUCH_AT_ONCE.comment)
        holding.abort()
        assert wait_until(lambda: here.listener._memory._taken_bytes == 0)
        assert association.send_c_store(large).Status == 0
        association.release()
        assert here.listener._memory._taken_bytes == 0


def test_who_comes_while_the_memory_is_taken_is_rejected_for_congestion(edge):
    with edge(limits={"receiving_mb": 1, "instance_mb": 1}) as here:
        holding = hold(here.port, 1_000_000)
        assert wait_until(lambda: here.listener._memory.is_used_up)
        assert rejected_as(associate(here.port)) == (TRANSIENT, BY_PRESENTATION, CONGESTION)
        holding.abort()
        assert wait_until(lambda: here.listener._memory._taken_bytes == 0)
        assert answers(here.port)


@pytest.mark.parametrize("length", [0xFFFFFFFF, 64 * MIB])
def test_a_pdu_longer_than_any_may_be_is_not_waited_for(edge, length):
    with edge() as here:
        association = associate(here.port)
        association.dul.socket.socket.sendall(P_DATA + length.to_bytes(4, "big"))
        assert wait_until(lambda: association.is_aborted)
        assert answers(here.port)


def test_a_command_set_without_end_ends_the_association(edge):
    with edge() as here:
        association = associate(here.port)
        with suppress(OSError):
            for _ in range(50):
                association.dul.socket.socket.sendall(fragment(bytes(10_000)))
        assert wait_until(lambda: association.is_aborted)
        assert wait_until(lambda: here.listener.associations == 0)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\x00" * 7, b"\xff" * 40, b"\x00\x00\x00\x01\x02\x00\x00\x00\xff\xff" + b"\x00" * 8],
    ids=["nothing", "zeros", "ones", "unknown-command"],
)
def test_a_command_set_that_is_none_ends_the_association_and_frees_its_place(edge, garbage):
    with edge(max_associations=1) as here:
        association = associate(here.port)
        association.dul.socket.socket.sendall(fragment(garbage, LAST_FRAGMENT_OF_A_COMMAND))
        assert wait_until(lambda: association.is_aborted)
        assert wait_until(lambda: here.listener.associations == 0)
        assert answers(here.port)


def send_each(service, folder, count, first=0):
    association = associate(service.port, build_context(CTImageStorage, ExplicitVRLittleEndian))
    paths = [written(folder, ct_instance(seed=first + number), f"{first + number}.dcm") for number in range(count)]
    answered = [association.send_c_store(path) for path in paths]
    association.release()
    return answered


def test_above_the_high_water_of_the_queue_senders_are_told_to_come_again(running_service, tmp_path):
    service = running_service(role="scp", limits={"queued": 2}, peers=[UNREACHABLE])
    assert {answer.Status for answer in send_each(service, tmp_path, 3)} == {0}
    assert wait_until(lambda: "too many instances wait to be forwarded" in service.log.read_text())
    (answered,) = send_each(service, tmp_path, 1, first=3)
    assert (answered.Status, answered.ErrorComment) == (0xA700, StoreStatus.QUEUE_FULL.comment)
    assert len(service.files) == 3


def test_where_analysis_is_behind_instances_go_out_at_once_and_nothing_is_refused(running_service, tmp_path):
    service = running_service(role="scp", limits={"unexamined": 2}, mode={"action": "quarantine"}, peers=[UNREACHABLE])
    assert {answer.Status for answer in send_each(service, tmp_path, 3)} == {0}
    assert wait_until(lambda: "analysis is behind" in service.log.read_text())
    assert [answer.Status for answer in send_each(service, tmp_path, 1, first=3)] == [0]
    with service.database() as database:
        asked = text("SELECT due_at = queued_at FROM work WHERE step = 'forward' ORDER BY id")
        at_once = database.transactions.read(lambda connection: connection.execute(asked).scalars().all())
    assert [bool(each) for each in at_once] == [False, False, False, True]
