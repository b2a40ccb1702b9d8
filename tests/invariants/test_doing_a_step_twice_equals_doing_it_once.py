"""A crash at any point repeats a step; it never loses or doubles one.

Each step runs over ports that fail at their n-th call, before or after it took effect, for every n until the step gets
through. The lease runs out, the step is repeated, and everything ends as it does without the crash.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from pacs_dedup.domain.errors import Unreadable
from tests.builders import STRANGER, again, make_frame, make_instance, make_report, make_slices, renewed
from tests.site import MAX_HOLD, QUIET, Site, exhaust

BEYOND_ANY_LEASE = timedelta(minutes=31)
STACK = make_slices(3)


class Crash(Exception):
    """The process was killed."""


class Failing:
    """Wraps ports so that their n-th call, counted over all of them, is the last."""

    def __init__(self, last: int, *, takes_effect: bool) -> None:
        self.left = last
        self.takes_effect = takes_effect

    def __call__(self, port: object) -> object:
        return _Port(port, self)

    def call(self, method: Callable[..., object], args: tuple, kwargs: dict) -> object:
        self.left -= 1
        if self.left == 0 and not self.takes_effect:
            raise Crash
        result = method(*args, **kwargs)
        if self.left == 0:
            raise Crash
        return result


class _Port:
    def __init__(self, port: object, failing: Failing) -> None:
        self._port, self._failing = port, failing

    def __getattr__(self, name: str) -> object:
        method = getattr(self._port, name)
        return lambda *args, **kwargs: self._failing.call(method, args, kwargs)


def copy(site: Site) -> None:
    site.send_study(STACK)
    site.receive(*renewed(STACK), source="PMHPACS")


def growth(site: Site) -> None:
    site.send_study(STACK[:1])
    site.receive(*STACK[1:], make_report(), Unreadable("the preamble is missing"))


def wrong_patient(site: Site) -> None:
    site.send_study(STACK)
    site.receive(*renewed(STACK, patient=STRANGER), source="PMHPACS")


def second_version(site: Site) -> None:
    site.send_study(STACK)
    site.receive(again(STACK[0], frames=(make_frame("other"),)), make_instance("1", "1"))


def doubled(site: Site) -> None:
    site.send_study(STACK)
    site.receive(*(again(i, sop_instance_uid=f"{i.sop_instance_uid}.2") for i in STACK))


def until(site: Site, step: str) -> None:
    """Do everything before a step."""
    if step == "fingerprint":
        return
    exhaust([site.fingerprint])
    site.clock.advance(QUIET)
    for earlier in ("settle", "match", "act", "forward"):
        if earlier == step:
            return
        exhaust([getattr(site, earlier)])
    site.clock.advance(MAX_HOLD)


def ended(story: Callable[[Site], None], step: str, failing: Failing | None) -> tuple[dict, bool]:
    """Return how everything ends, and whether the step crashed."""
    site = Site()
    story(site)
    until(site, step)
    crashed = False
    if failing is not None:
        site.wrap = failing
    try:
        getattr(site, step)()
    except Crash:
        crashed = True
    site.wrap = lambda port: port
    site.clock.advance(BEYOND_ANY_LEASE)
    site.run()
    return site.state(), crashed


@pytest.mark.parametrize("takes_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("story", [copy, growth, wrong_patient, second_version, doubled])
@pytest.mark.parametrize("step", ["fingerprint", "settle", "match", "act", "forward", "expire"])
def test_a_crash_at_any_call_changes_nothing(step: str, story: Callable[[Site], None], takes_effect: bool) -> None:
    expected, _ = ended(story, step, None)
    for call in count(1):
        state, crashed = ended(story, step, Failing(call, takes_effect=takes_effect))
        assert state == expected, f"call {call} of {step}"
        if not crashed:
            assert call > 1
            return


@pytest.mark.parametrize("story", [copy, growth, wrong_patient, second_version, doubled])
def test_nothing_is_left_to_do_once_all_is_done(story: Callable[[Site], None]) -> None:
    site = Site()
    story(site)
    site.run()
    before = site.state()
    site.run()
    assert site.state() == before
