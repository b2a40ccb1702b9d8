"""Refusals become security alerts, and a flood of them becomes few."""

import threading
import time
from contextlib import suppress

import pytest

from pacs_dedup.domain.audit import Alert, AuditKind, Outcome
from pacs_dedup.entrypoints.listener.refusal_record import MOST_DIFFERENT, RefusalRecord, recorded_refusals
from pacs_dedup.entrypoints.listener.refusals import Refusal, RefusedCall
from tests.fakes import FakeClock, MemoryAuditInbox


@pytest.fixture
def inbox():
    return MemoryAuditInbox()


def refused(reason=Refusal.CERTIFICATE, calling="MR1", **more):
    return RefusedCall(refusal=reason, address="10.0.0.7", calling_ae=calling, called_ae="PACSDEDUP", **more)


def test_a_refusal_is_a_security_alert_with_its_reason(inbox):
    with recorded_refusals(inbox, FakeClock()) as report:
        report(refused(fingerprint="ab" * 32))
    (event,) = inbox.recorded
    assert (event.kind, event.alert, event.outcome) == (
        AuditKind.SECURITY_ALERT,
        Alert.NODE_AUTHENTICATION,
        Outcome.MINOR_FAILURE,
    )
    assert (event.actor.name, event.actor.address, event.subject) == ("MR1", "10.0.0.7", "PACSDEDUP")
    assert dict(event.detail)["reason"].startswith("certificate: the certificate is good, but another")
    assert dict(event.detail)["certificate"] == "ab" * 32


@pytest.mark.parametrize("reason", Refusal)
def test_every_reason_is_recorded_in_words(inbox, reason):
    with recorded_refusals(inbox, FakeClock()) as report:
        report(refused(reason))
    assert reason.words in dict(inbox.recorded[0].detail)["reason"]


def test_who_comes_again_is_counted_and_told_once_more(inbox):
    with recorded_refusals(inbox, FakeClock()) as report:
        for _ in range(5):
            report(refused())
        report(refused(calling="CT1"))
        assert [event.actor.name for event in inbox.recorded] == ["MR1", "CT1"]
    assert len(inbox.recorded) == 3
    assert dict(inbox.recorded[-1].detail)["repeated"] == "4"


def test_the_number_is_told_when_the_minute_is_over(inbox):
    record = RefusalRecord(inbox, FakeClock(), window_s=0.05)
    for _ in range(3):
        record(refused())
    deadline = time.monotonic() + 5
    while len(inbox.recorded) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert dict(inbox.recorded[-1].detail)["repeated"] == "2"
    record(refused())
    assert len(inbox.recorded) == 3, "a new minute has begun"
    record.tell_repeats()


def test_a_scan_of_the_network_does_not_fill_the_disk(inbox):
    with recorded_refusals(inbox, FakeClock()) as report:
        for number in range(MOST_DIFFERENT + 7):
            report(refused(calling=f"GUESS{number}"))
        assert len(inbox.recorded) == MOST_DIFFERENT
    last = dict(inbox.recorded[-1].detail)
    assert len(inbox.recorded) == MOST_DIFFERENT + 1
    assert last["repeated"] == "7"
    assert "more refusals" in last["reason"]


def test_nothing_is_lost_or_told_twice_when_many_are_refused_at_once(inbox):
    with recorded_refusals(inbox, FakeClock()) as report:
        threads = [threading.Thread(target=lambda: [report(refused()) for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(inbox.recorded) == 2
    assert dict(inbox.recorded[1].detail)["repeated"] == str(8 * 50 - 1)


def test_what_was_counted_is_told_even_when_the_listener_fails(inbox):
    with suppress(ZeroDivisionError), recorded_refusals(inbox, FakeClock()) as report:
        report(refused())
        report(refused())
        raise ZeroDivisionError
    assert len(inbox.recorded) == 2
