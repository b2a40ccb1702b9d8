"""Step 3: the quiet period is over and a generation is closed."""

from datetime import timedelta

from pacs_dedup.domain.blocking import search_keys
from pacs_dedup.ports.journal import NewWork, Step
from pacs_dedup.ports.study_register import StudyState
from tests.builders import make_instance, make_slices, make_study
from tests.site import FORCE, QUIET, Site, exhaust


def received(*names: str) -> Site:
    site = Site()
    site.receive(*(make_instance(name) for name in names))
    exhaust([site.fingerprint])
    return site


def states(site: Site) -> list[tuple[int, StudyState]]:
    return [(entry.generation, entry.state) for entry in site.database.register.entries()]


def test_a_study_is_not_settled_before_it_is_quiet() -> None:
    site = received("1")
    site.clock.advance(QUIET - timedelta(seconds=1))
    assert not site.settle()


def test_a_settled_study_can_be_found_and_waits_for_its_verdict() -> None:
    site = received("1")
    site.clock.advance(QUIET)
    assert site.settle()
    assert states(site) == [(1, StudyState.SETTLED)]
    assert site.database.index.candidates(search_keys(make_study(make_instance("1"))))
    assert site.database.journal.backlog()[Step.MATCH] == 1


def test_a_study_waits_while_its_sender_s_other_instances_are_not_yet_examined() -> None:
    site = received("1")
    site.receive(make_instance("2"))
    site.clock.advance(QUIET)
    assert site.settle()
    assert states(site) == [(1, StudyState.RECEIVING)]
    exhaust([site.fingerprint])
    site.clock.advance(QUIET)
    exhaust([site.settle])
    (entry,) = site.database.register.entries()
    assert (entry.generation, entry.instances, entry.state) == (1, 2, StudyState.SETTLED)


def test_another_sender_s_instances_are_not_waited_for() -> None:
    site = received("1")
    site.receive(make_instance("2"), source="PMHPACS")
    site.clock.advance(QUIET)
    site.settle()
    assert states(site) == [(1, StudyState.SETTLED)]


def test_no_study_waits_for_ever() -> None:
    site = received("1")
    site.receive(make_instance("2"))
    site.clock.advance(FORCE)
    site.settle()
    assert states(site) == [(1, StudyState.SETTLED)]


def test_a_late_instance_opens_the_next_generation() -> None:
    site = received("1")
    site.judge()
    site.receive(make_instance("2"))
    site.judge()
    (entry,) = site.database.register.entries()
    assert [m.generation for m in site.database.register.members(entry.key)] == [1, 2]
    assert entry.state is StudyState.DISPATCHED


def test_an_older_generation_is_settled_without_waiting_for_the_newer_one() -> None:
    site = received("1")
    key = site.database.register.entries()[0].key
    site.database.register.settle(key, 1)
    site.receive(make_instance("2"), make_instance("3"))
    site.fingerprint()
    site.clock.advance(QUIET)
    assert site.settle()
    assert site.database.journal.backlog()[Step.MATCH] == 1


def test_work_for_a_study_that_nobody_knows_is_ticked_off() -> None:
    site = Site()
    site.database.journal.queue([NewWork(Step.SETTLE, "1#1.2.3@QEHPACS", site.clock.now())])
    assert site.settle()
    assert not site.settle()


def test_a_study_without_any_fingerprint_settles_too() -> None:
    site = received("1")
    site.database.index._fingerprints.clear()
    site.run()
    assert states(site) == [(1, StudyState.DISPATCHED)]


def test_a_stack_is_one_study() -> None:
    site = Site()
    site.send_study(make_slices(30))
    assert [entry.instances for entry in site.database.register.entries()] == [30]
