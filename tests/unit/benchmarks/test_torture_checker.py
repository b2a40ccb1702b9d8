"""The checker of the torture notices every kind of broken promise, and nothing else."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.torture.checker import Delivery, Kind, check, resent
from benchmarks.torture.growth import MOST_DESCRIPTORS, Growth
from benchmarks.torture.ledger import SUCCESS, Content, Ledger
from benchmarks.torture.observed import HeldArrival, Snapshot, Waiting
from benchmarks.torture.service import Usage

ONE, OTHER = Content("1.2.3", "a" * 64), Content("1.2.3", "b" * 64)
STRANGER = Content("9.9", "c" * 64)
REFUSED = 0xA700
ARRIVAL = HeldArrival(
    arrival_id=1,
    sop_instance_uid="1.2.3",
    content=ONE,
    acknowledged=True,
    filed=True,
    fingerprinted=True,
    problem="",
    held_back=False,
)
WORK = Waiting(step="match", subject="1#1.2.3@EAST", claimed=True, due_in_s=-3, attempts=2, cause="")


def ledger(*answers):
    book = Ledger()
    for content, status in answers:
        book.attempt(content)
        book.answer(content, status)
    return book.accounts


def service(*arrivals, **more):
    empty = {"waiting": (), "open_studies": (), "spooled": 0, "set_aside": 0, "stray_files": ()}
    return Snapshot(arrivals=arrivals, **empty | more)


def archive(*contents, one_per_uid=False):
    return Delivery("archive", Counter(contents), one_per_uid)


def kinds(accounts, snapshot, *deliveries):
    return {violation.kind for violation in check(accounts, snapshot, deliveries)}


SENT = ledger((ONE, SUCCESS))


def test_where_all_three_books_agree_nothing_is_said():
    assert kinds(SENT, service(ARRIVAL), archive(ONE)) == set()


@pytest.mark.parametrize(
    ("snapshot", "kind"),
    [
        (service(), Kind.LOST),
        (service(replace(ARRIVAL, content=None)), Kind.ALTERED),
        (service(ARRIVAL, replace(ARRIVAL, arrival_id=2)), Kind.DOUBLED),
        (service(replace(ARRIVAL, filed=False)), Kind.HIDDEN),
        (service(replace(ARRIVAL, fingerprinted=False)), Kind.HIDDEN),
        (service(replace(ARRIVAL, problem="the decoder crashed")), Kind.HIDDEN),
        (service(ARRIVAL, waiting=(WORK,)), Kind.STUCK),
        (service(ARRIVAL, open_studies=("settled",)), Kind.STUCK),
        (service(ARRIVAL, spooled=1), Kind.STUCK),
        (service(ARRIVAL, set_aside=1), Kind.HIDDEN),
        (service(ARRIVAL, stray_files=("tmpx",)), Kind.LEAKED),
    ],
)
def test_what_the_service_gets_wrong_is_named(snapshot, kind):
    assert kinds(SENT, snapshot, archive(ONE)) == {kind}


def test_bytes_that_nobody_sent_are_altered_ones():
    assert kinds(SENT, service(replace(ARRIVAL, content=OTHER)), archive(ONE)) == {Kind.LOST, Kind.ALTERED, Kind.HIDDEN}


def test_two_acknowledgements_need_two_arrivals():
    twice = ledger((ONE, SUCCESS), (ONE, SUCCESS))
    assert kinds(twice, service(ARRIVAL), archive(ONE)) == {Kind.LOST}


def test_a_request_without_an_answer_may_have_arrived_or_not():
    unanswered = ledger((ONE, None), (ONE, SUCCESS))
    both = service(ARRIVAL, replace(ARRIVAL, arrival_id=2))
    assert kinds(unanswered, service(ARRIVAL), archive(ONE)) == kinds(unanswered, both, archive(ONE)) == set()


def test_what_was_refused_need_not_be_anywhere():
    assert kinds(ledger((ONE, REFUSED)), service(), archive()) == set()


def test_a_destination_that_lacks_what_is_not_held_is_named_unless_it_is_held():
    assert kinds(SENT, service(ARRIVAL), archive()) == {Kind.HIDDEN}
    assert kinds(SENT, service(replace(ARRIVAL, held_back=True)), archive()) == set()


def test_a_destination_must_have_both_contents_of_one_uid_unless_it_keeps_the_first():
    accounts = ledger((ONE, SUCCESS), (OTHER, SUCCESS))
    both = service(ARRIVAL, replace(ARRIVAL, arrival_id=2, content=OTHER))
    assert kinds(accounts, both, archive(ONE)) == {Kind.HIDDEN}
    assert kinds(accounts, both, archive(ONE, OTHER)) == set()
    assert kinds(accounts, both, archive(OTHER, one_per_uid=True)) == set()


def test_a_destination_has_nothing_that_nobody_sent():
    assert kinds(SENT, service(ARRIVAL), archive(ONE, STRANGER)) == {Kind.ALTERED}


def test_the_same_bytes_sent_on_twice_are_counted_and_allowed():
    twice = archive(ONE, ONE)
    assert kinds(SENT, service(ARRIVAL), twice) == set()
    assert resent([twice], service(ARRIVAL)) == 1
    assert resent([archive(ONE)], service(ARRIVAL)) == 0


def test_no_violation_names_a_uid_in_full():
    uid = "1.2.826.0.1.3680043.10.1543.77.5"
    named = check(ledger((Content(uid, "a" * 64), SUCCESS)), service(), [archive()])
    assert named
    assert all(uid not in violation.what for violation in named)


def test_a_process_that_grows_is_named_and_a_young_one_is_not_measured():
    young = Usage("worker", 7, age_s=3, descriptors=5, threads=3, resident_mb=50)
    old = replace(young, age_s=100, descriptors=60)
    grown = replace(old, age_s=200, descriptors=60 + MOST_DESCRIPTORS + 1)
    growth = Growth()
    assert growth.check([young]) == growth.check([old]) == growth.check([old]) == []
    assert [violation.kind for violation in growth.check([grown])] == [Kind.LEAKED]
