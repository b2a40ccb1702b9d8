"""What a sender holds by sending slowly, and by sending much: for how long, and how much of it."""

import time
from contextlib import suppress

from pacs_dedup.dicom.store_status import StoreStatus
from tests.integration.raw_messages import FRAGMENT_OF_A_DATA_SET, LAST_FRAGMENT_OF_A_COMMAND, command, fragment
from tests.integration.support import LOOPBACK
from tests.integration.test_bad_input_at_the_port import associate, wait_until
from tests.integration.test_limits import MIB, big_instance, hold


def send_slowly(connection, size_bytes, every_s, while_true):
    """Begin an instance, then send so many bytes of it at a time; returns after how long the other side had enough."""
    connection.sendall(fragment(command(), LAST_FRAGMENT_OF_A_COMMAND))
    began = time.monotonic()
    with suppress(OSError):
        while while_true() and time.monotonic() - began < 20:
            connection.sendall(fragment(bytes(size_bytes), FRAGMENT_OF_A_DATA_SET))
            time.sleep(every_s)
    return time.monotonic() - began


def test_an_instance_that_comes_a_few_bytes_at_a_time_holds_no_memory_for_long(edge):
    with edge(limits={"message_s": 1, "least_kib_per_s": 64}) as here:
        association = associate(here.port)
        assert send_slowly(association.dul.socket.socket, 100, 0.1, lambda: not association.is_aborted) < 10
        assert wait_until(lambda: association.is_aborted)
        assert wait_until(lambda: here.listener.associations == 0)
        assert here.listener._memory._taken_bytes == 0


def test_a_slow_line_may_take_longer_than_any_silence(edge):
    with edge(limits={"message_s": 0.5, "least_kib_per_s": 64}) as here:
        association = associate(here.port)
        until = time.monotonic() + 2
        send_slowly(association.dul.socket.socket, 20_000, 0.1, lambda: time.monotonic() < until)
        assert not association.is_aborted
        assert here.listener._memory._taken_bytes > 100_000
        association.abort()


def test_one_peer_can_not_take_all_the_memory(edge, tmp_path):
    peers = [{"name": name, "address": f"{name}@{LOOPBACK}"} for name in ("CT", "MR")]
    limits = {"receiving_mb": 8, "instance_mb": 4, "receiving_share_per_peer": 0.5}
    large = big_instance(tmp_path, 3)
    with edge(limits=limits, peers=peers) as here:
        holding = hold(here.port, 2 * MIB, calling="CT")
        assert wait_until(lambda: here.listener._memory._taken_bytes >= 2 * MIB)
        answered = {}
        for calling in ("CT", "MR"):
            association = associate(here.port, calling=calling)
            answered[calling] = association.send_c_store(large).Status
            association.release()
        assert answered == {"CT": StoreStatus.TOO_MUCH_AT_ONCE, "MR": 0}
        holding.abort()
