"""Two acquisitions of one patient, however alike, are two: no verdict about them names a copy or holds anything."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.verification import FrameVerification
from pacs_dedup.domain.policy import Action
from tests.builders import OTHER_NOISE, make_frame, make_slices, renewed
from tests.site import Site

ALIKE = bytes(64)


def taken(at: str, name: str, count: int = 4) -> tuple[InstanceFingerprint, ...]:
    """A stack of slices that look alike whenever they were taken; only the noise, and so every digest, is new."""
    return tuple(
        replace(
            i,
            acquisition=replace(i.acquisition, acquired_at=at),
            frames=(make_frame(f"{name} {n}", sketch=ALIKE),),
        )
        for n, i in enumerate(make_slices(count))
    )


@given(st.floats(-1.0, 0.7499), st.sampled_from(["20260101094512", "20260101093000", "20260101094500"]))
def test_slices_with_other_noise_are_never_called_copies(correlation: float, at: str) -> None:
    site = Site()
    site.looks = FrameVerification(correlation, likeness=0.99)
    site.send_study(taken("20260101093000", "first"))
    site.send_study(renewed(taken(at, "second")))
    assert site.sent == 8
    assert {relation for _, relation, _ in site.verdicts()} <= {"repeat_acquisition", "undecided", "distinct"}


def test_a_repeat_minutes_later_is_accepted_without_a_case() -> None:
    site = Site()
    site.looks = FrameVerification(0.02)
    site.send_study(taken("20260101093000", "first"))
    site.send_study(renewed(taken("20260101094512", "second")))
    assert site.verdicts() == [("QEHPACS", "repeat_acquisition", 1)]
    assert site.database.case_book.cases() == ()


@pytest.mark.parametrize("action", [Action.FLAG, Action.QUARANTINE])
def test_a_second_run_that_comes_late_into_the_same_study_continues_it(action: Action) -> None:
    site = Site(action)
    site.looks = OTHER_NOISE
    site.send_study(taken("20260101093000", "first"))
    second = taken("20260101094512", "second")
    site.send_study([replace(i, sop_instance_uid=f"{i.sop_instance_uid}.2") for i in second])
    assert site.verdicts() == [("QEHPACS", "continued", 2)]
    assert site.sent == 8


def test_even_a_look_that_is_wrong_about_every_frame_holds_nothing() -> None:
    site = Site()
    site.looks = lambda left, right: FrameVerification(
        0.99 if left.acquisition.geometry == right.acquisition.geometry else 0.5
    )
    site.send_study(taken("20260101093000", "first"))
    site.send_study(renewed(taken("20260101094512", "second")))
    assert (site.sent, site.held) == (8, [])
