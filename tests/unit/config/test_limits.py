"""What senders may take: the defaults let every honest one through."""

import pytest

from pacs_dedup.config.limits import Limits

KB, GIB = 1000, 1 << 30


def test_an_instance_of_two_gib_comes_over_a_line_of_64_kb_per_s_by_default():
    limits, size = Limits(), 2 * GIB
    assert size <= limits.instance_bytes
    assert size / (64 * KB) < limits.longest_s(limits.message_s, size)
    assert size / (64 * KB / 4) < limits.longest_s(limits.message_s, size), "nor if four share the line"


def test_what_comes_a_byte_a_minute_is_given_up_within_the_hour():
    limits = Limits()
    assert limits.longest_s(limits.message_s, 60) < 3600


@pytest.mark.parametrize(
    ("share", "mib"), [(0.5, 2048), (1, 4096), (0.01, 1024)], ids=["half", "all", "the-largest-instance-at-least"]
)
def test_a_peers_share_is_of_the_memory_and_the_largest_instance_always_fits(share, mib):
    limits = Limits(receiving_mb=4096, instance_mb=1024, receiving_share_per_peer=share)
    assert limits.receiving_bytes_per_peer == mib << 20


def test_the_largest_instance_fits_into_every_peers_share_whatever_else_is_left_as_it_is():
    assert Limits(receiving_mb=100, instance_mb=100).receiving_bytes_per_peer == 100 << 20
