"""The waterfall adds up to the total, whatever the caps took, and hides nothing that was not compared."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.evidence import Comparison, Coverage, Evidence, Fact, Group, PatientTier, SopFindings
from pacs_dedup.reports.waterfall import acquisition_waterfall, condensed, patient_waterfall
from tests.builders import evidence_of, make_instance
from tests.unit.reports.a_report import evidence


def test_bars_continue_where_the_one_before_ended_and_end_at_the_total() -> None:
    for waterfall in (acquisition_waterfall(evidence()), patient_waterfall(evidence())):
        bars = [bar for bar in waterfall.bars if bar.compared]
        assert [bar.start for bar in bars[1:]] == pytest.approx([bar.end for bar in bars[:-1]])
        assert bars[-1].end == pytest.approx(waterfall.total)


def test_what_the_caps_hold_back_is_a_row_of_its_own() -> None:
    waterfall = acquisition_waterfall(evidence())

    (cap,) = [bar for bar in waterfall.bars if bar.comparison is None]
    assert (cap.label, cap.bits) == ("Cap on time", pytest.approx(-12.9))


def test_what_no_known_cap_accounts_for_is_shown_all_the_same() -> None:
    waterfall = acquisition_waterfall(replace(evidence(), total_bits=40.0))

    assert [bar.label for bar in waterfall.bars if bar.comparison is None] == ["Cap on time", "Other caps"]


def test_without_caps_there_is_no_row_for_them() -> None:
    kept = tuple(c for c in evidence().comparisons if c.group is not Group.TIME)
    uncapped = replace(evidence(), comparisons=kept, total_bits=37.0)

    assert all(bar.comparison for bar in acquisition_waterfall(uncapped).bars)


def test_the_patient_question_of_real_evidence_begins_at_nothing_and_has_findings_only() -> None:
    made = evidence_of([make_instance()], [make_instance()])
    bars = patient_waterfall(made).bars

    assert (bars[0].start, max(bar.end for bar in bars)) == (0.0, pytest.approx(made.patient_bits))
    for waterfall in (patient_waterfall(made), patient_waterfall(evidence())):
        assert all(bar.comparison for bar in waterfall.bars)


def test_what_was_not_compared_comes_last_and_is_marked() -> None:
    bars = acquisition_waterfall(evidence()).bars

    assert [bar.label for bar in bars if not bar.compared] == ["Reconstruction"]
    assert not bars[-1].compared


def test_patient_facts_are_not_mixed_with_the_acquisition() -> None:
    assert {b.comparison.group for b in acquisition_waterfall(evidence()).bars if b.comparison} & {
        Group.PATIENT
    } == set()
    assert {b.comparison.group for b in patient_waterfall(evidence()).bars if b.comparison} == {Group.PATIENT}


weights = st.lists(st.floats(-30, 30, allow_nan=False), max_size=8)


@given(weights, weights, st.floats(-40, 40))
def test_any_evidence_adds_up(acquisition: list[float], patient: list[float], total: float) -> None:
    comparisons = tuple(
        Comparison(Fact.DEVICE, group, "equal", bits, "a finding")
        for group, some in ((Group.DEVICE, acquisition), (Group.PATIENT, patient))
        for bits in some
    )
    made = Evidence(
        comparisons, Coverage(), SopFindings(), PatientTier.SAME, total_bits=total, patient_bits=sum(patient)
    )

    for waterfall in (acquisition_waterfall(made), patient_waterfall(made)):
        assert waterfall.low <= 0 < waterfall.high
        if waterfall.bars:
            assert waterfall.bars[-1].end == pytest.approx(waterfall.total, abs=0.06)


def test_condensed_keeps_every_weighing_row_and_every_sentence() -> None:
    whole = acquisition_waterfall(evidence())
    short = condensed(whole)

    assert [b for b in short.bars if b.bits] == [b for b in whole.bars if b.bits]
    said = " ".join(b.sentence for b in short.bars)
    assert all(b.sentence in said for b in whole.bars)
    assert short.total == whole.total


def test_condensed_joins_what_was_not_compared_for_one_cause() -> None:
    (kernel,) = [c for c in evidence().comparisons if c.fact is Fact.KERNEL]
    twice = replace(evidence(), comparisons=(*evidence().comparisons, replace(kernel, fact=Fact.EXPOSURE)))

    assert [b.label for b in condensed(acquisition_waterfall(twice)).bars if not b.compared] == [
        "Reconstruction, Exposure"
    ]
