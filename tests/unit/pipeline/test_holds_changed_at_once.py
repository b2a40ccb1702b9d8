"""Two change one hold at the same moment, at every point in between: the work follows who was last."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pacs_dedup.domain.case import Verb
from pacs_dedup.pipeline.act import Gate, act_once, release_due
from pacs_dedup.pipeline.review import decide_case, release_hold
from tests.builders import make_slices, renewed
from tests.site import JUDGE_WITHIN, MAX_HOLD, Site, exhaust

STACK = make_slices(3)
STEPS = range(1, 9)
Change = Callable[[Gate], object]


class Interrupted:
    """A port that lets somebody else act after its n-th call."""

    def __init__(self, port: object, turn: "Turn") -> None:
        self._port, self._turn = port, turn

    def __getattr__(self, name: str) -> object:
        method = getattr(self._port, name)

        def called(*args: object, **kwargs: object) -> object:
            answer = method(*args, **kwargs)
            self._turn.count()
            return answer

        return called


class Turn:
    """Counts the calls of one actor, and gives the other one its turn."""

    def __init__(self, after: int, act: Callable[[], object]) -> None:
        self._left, self._act = after, act

    def count(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._act()


def held() -> Site:
    site = Site()
    site.send_study(STACK)
    site.send_study(renewed(STACK), source="PMHPACS")
    assert (site.sent, site.held) == (3, [("PMHPACS", 1)])
    return site


def interleaved(site: Site, first: Change, second: Change, after: int) -> None:
    turn = Turn(after, lambda: second(site.gate))
    ports = {name: Interrupted(getattr(site.gate, name), turn) for name in ("journal", "quarantine")}
    first(replace(site.gate, **ports))


def let_go(gate: Gate) -> None:
    for hold in gate.quarantine.holds():
        release_hold(hold.key, gate=gate, by="wong")


def confirm(gate: Gate) -> None:
    for case in gate.case_book.cases():
        decide_case(case.case_id, Verb.SAME, gate=gate, by="chan")


def sent_in_the_end(site: Site) -> int:
    exhaust([site.forward])
    return site.sent


@pytest.mark.parametrize("after", STEPS)
@pytest.mark.parametrize(("first", "second"), [(let_go, confirm), (confirm, let_go)])
def test_what_is_not_held_any_more_is_forwarded(first: Change, second: Change, after: int) -> None:
    site = held()
    interleaved(site, first, second, after)
    assert (sent_in_the_end(site), site.held) in ((6, []), (3, [("PMHPACS", 1)]))


@pytest.mark.parametrize("after", STEPS)
def test_a_hold_that_runs_out_while_it_is_confirmed_is_forwarded_or_kept(after: int) -> None:
    site = held()
    site.clock.advance(MAX_HOLD)
    interleaved(site, release_due, confirm, after)
    assert (sent_in_the_end(site), site.held) in ((6, []), (3, [("PMHPACS", 1)]))


@pytest.mark.parametrize("after", STEPS)
def test_a_hold_released_as_it_begins_is_forwarded_at_once(after: int) -> None:
    site = Site()
    site.send_study(STACK)
    site.receive(*renewed(STACK), source="PMHPACS")
    exhaust([site.fingerprint])
    site.clock.advance(JUDGE_WITHIN / 2)
    exhaust([site.settle, site.match])
    interleaved(site, act_once, let_go, after)
    assert (sent_in_the_end(site), site.held) in ((6, []), (3, [("PMHPACS", 1)]))


def test_the_rest_of_a_study_follows_what_has_gone_at_its_deadline() -> None:
    site = Site()
    site.send_study(STACK)
    first, *rest = renewed(STACK)
    site.receive(first, source="PMHPACS")
    site.clock.advance(JUDGE_WITHIN)
    exhaust([site.forward])
    site.receive(*rest, source="PMHPACS")
    site.run()
    assert (site.sent, site.held) == (6, [])
