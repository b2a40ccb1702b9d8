"""What the benchmark counts, on a few outcomes whose counts are known by heart."""

from dataclasses import replace

import pytest

pytest.importorskip("pdqhash", reason="the peers of the benchmarks are not installed: make install-bench")
pytest.importorskip("matplotlib", reason="the peers of the benchmarks are not installed: make install-bench")

from benchmarks.scoring import metrics
from benchmarks.scoring.errors import hides_the_better, is_false_copy, is_missed, wrong_judgements
from benchmarks.scoring.outcomes import Outcome
from benchmarks.scoring.rival_metrics import OURS, contest
from benchmarks.scoring.rivals import FAR, Traits, best_threshold, judge_by_rivals

NO_RIVAL = {
    "UID": 0.0,
    "SHA-256 of the file": 0.0,
    "SHA-256 of encoded pixels": 0.0,
    "SHA-256 of stored values": 0.0,
    "phash-64": 2.0,
    "PDQ": 30.0,
}
COPY = Outcome(
    pair="ct | rle",
    kind="copy",
    incoming="ct",
    prior="ct",
    subject="anna",
    transform="rle",
    families=("lossless",),
    steps=1,
    lossless=True,
    series=True,
    modality="CT",
    expected=("exact_copy",),
    relation="exact_copy",
    disposition="flag",
    certainty="certain",
    match_weight_bits=64.0,
    found=True,
    rivals=NO_RIVAL,
)
STRANGER = replace(
    COPY,
    pair="ct | mr",
    kind="stranger",
    prior="mr",
    is_copy=False,
    expected=(),
    relation="distinct",
    disposition="accept",
    match_weight_bits=-20.5,
    found=None,
    rivals=NO_RIVAL | {"phash-64": 20.0, "PDQ": 20.0},
)


def test_a_copy_that_the_search_does_not_bring_up_is_missed_however_it_would_be_judged() -> None:
    assert not is_missed(COPY)
    assert is_missed(replace(COPY, found=False))
    assert is_missed(replace(COPY, relation="distinct"))


def test_a_case_for_review_finds_a_copy_only_where_much_is_lost() -> None:
    doubtful = replace(COPY, relation="undecided", disposition="flag")
    assert is_missed(doubtful)
    assert not is_missed(replace(doubtful, review_will_do=True))
    assert is_missed(replace(doubtful, review_will_do=True, disposition="accept"))


def test_a_stranger_called_a_copy_is_a_false_copy_unless_that_was_expected() -> None:
    wrong = replace(STRANGER, relation="lossy_copy")
    assert is_false_copy(wrong)
    assert not is_false_copy(STRANGER)
    assert not is_false_copy(replace(wrong, expected=("lossy_copy",)))


def test_a_held_study_is_wrong_unless_it_may_be_held_or_two_images_share_a_uid() -> None:
    held = replace(COPY, disposition="quarantine")
    assert held.held_wrongly
    assert not replace(held, may_be_held=True).held_wrongly
    assert not replace(held, relation="uid_conflict", expected=("uid_conflict",)).held_wrongly
    assert hides_the_better(replace(held, incoming_better=True))


def test_recall_names_what_search_and_judgement_missed() -> None:
    arrived = [COPY, replace(COPY, found=False), replace(COPY, relation="distinct"), replace(COPY, relation="subset")]
    told = metrics.recall(arrived)
    assert (told.found.hits, told.found.trials) == (2, 4)
    assert (told.named.hits, told.named.trials) == (1, 2)
    assert (told.not_searched, told.not_judged) == (1, 1)
    assert (told.series.trials, told.radiographs.trials, told.images.trials) == (4, 0, 0)


def test_single_radiographs_are_counted_apart_from_other_single_images() -> None:
    single = replace(COPY, series=False)
    told = metrics.recall([replace(single, modality=m) for m in ("DX", "CR", "MR")])
    assert (told.series.trials, told.radiographs.trials, told.images.trials) == (0, 2, 1)


def test_the_confusion_has_a_row_for_what_was_expected_and_a_column_for_what_was_said() -> None:
    counted = metrics.confusion([COPY, COPY, replace(COPY, relation="subset"), STRANGER])
    assert counted == {"exact_copy": {"exact_copy": 2, "subset": 1}}


def test_many_expectations_are_told_by_what_they_have_in_common() -> None:
    many = ("derived", "exact_copy", "lossy_copy", "undecided")
    assert metrics.expectation(replace(COPY, expected=many)) == "a case for review"
    assert metrics.expectation(replace(STRANGER, expected=many)) == "not a copy"


def test_what_compression_may_hide_is_counted_apart() -> None:
    hidden = replace(
        STRANGER, kind="hidden exchange, pixels of a repeat after transfer", alert_required=True, relation="lossy_twin"
    )
    hidden = replace(hidden, expected=("uid_conflict", "undecided"), disposition="flag")
    told = metrics.promises([hidden, replace(hidden, relation="undecided", disposition="alert")])
    row = told["one UID, other pixels under its header, compressed: alarm"]
    assert (row.hits, row.trials) == (1, 2)
    assert told["one UID, two images: alarm"].trials == told["false copies"].trials == 0
    assert not metrics.negatives([hidden])


def test_altered_copies_under_kept_uids_are_a_sort_of_their_own() -> None:
    kept = replace(COPY, expected=("lossy_twin",), lossless=False)
    assert metrics.sort_by_uids(kept) == f"{metrics.sort_of(kept)}, UIDs kept"
    assert metrics.sort_by_uids(COPY) == metrics.sort_of(COPY)


def test_promises_count_alerts_that_are_due() -> None:
    misfiled = replace(COPY, expected=("wrong_patient",), relation="wrong_patient", alert_required=True)
    told = metrics.promises([replace(misfiled, disposition="alert"), replace(misfiled, disposition="flag"), STRANGER])
    assert told["same pixels, other patient: alert"].share == 0.5
    assert told["false copies"].trials == 1


def test_match_weights_fall_into_bins_of_ten_bits() -> None:
    bins = [metrics.by_bits(replace(COPY, match_weight_bits=bits)) for bits in (-40, -10, -0.5, 0, 9.9, 59.9, 60, 300)]
    assert bins == ["below -10", "-10 to +0", "-10 to +0", "+0 to +10", "+0 to +10", "+50 to +60", *["60 and more"] * 2]


def test_a_band_counts_the_right_verdicts_in_it() -> None:
    missed = replace(COPY, relation="distinct")
    judged = [COPY, replace(COPY, kind="reverse"), STRANGER, missed, replace(missed, expected=("distinct",))]
    bands = metrics.calibration(judged, metrics.by_certainty, metrics.is_right)
    assert (bands["the same images, certain"].share.hits, bands["the same images, certain"].said) == (1, 1)
    assert (bands["anything else, certain"].share.hits, bands["anything else, certain"].said) == (2, 3)
    assert not metrics.is_right(replace(STRANGER, relation="lossy_copy"))


def test_a_band_of_weights_counts_the_true_copies_in_it() -> None:
    bands = metrics.calibration([COPY, STRANGER], metrics.by_bits, metrics.is_true_copy)
    assert sum(band.share.hits for band in bands.values()) == 1


def test_the_best_threshold_has_the_best_f1() -> None:
    # Up to 3: 3 of 3 copies and 1 stranger (F1 6/7); up to 1: 2 of 3 and none (F1 4/5).
    assert best_threshold([0, 1, 3], [2, 40, FAR]) == (3, pytest.approx(6 / 7))


def test_a_rival_that_says_copy_to_everything_near_is_charged_with_the_false_ones() -> None:
    told = contest([COPY, STRANGER])
    assert told["UID"].found["lossless"].hits == 0
    assert told["phash-64"].false["stranger"].hits == 0
    assert told["PDQ"].false["stranger"].hits == 1, "the stranger is nearer than the copy"
    assert told[OURS].f1 == 1.0


def test_rivals_find_a_copy_by_half_of_its_instances_and_frames() -> None:
    prior = Traits(("1", "2"), ("a", "b"), ("c", "d"), ("e", "f"), (0b1111, 0), (0, 7))
    arriving = Traits(("1", "9"), ("x", "y"), ("x", "d"), ("x", "y"), (0b0111, 0b11110000), (0, 1 << 200))
    told = judge_by_rivals(arriving, prior)
    assert [told[name] for name in list(told)[:4]] == [1, 0, 1, 0]
    assert (told["phash-64"], told["PDQ"]) == (1, 0)


def test_errors_are_told_with_their_figures_and_failures_with_their_cause() -> None:
    wrong = replace(STRANGER, relation="lossy_copy", looks=((0.97, 0.9, 0.4, 0.99, 0.0, -2.0),))
    text = wrong_judgements([COPY, wrong], ["copy a | b: it broke"])
    assert "## False copies: 1" in text
    assert "mf 0.97" in text
    assert "it broke" in text
