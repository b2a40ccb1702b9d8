from collections import Counter
from copy import deepcopy
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.exposures import acquire_again, minutes_later
from benchmarks.simulator.model import write_study
from benchmarks.simulator.negative_acquisitions import other_kernel, stamped
from benchmarks.simulator.negative_conflicts import claim_uids, exchanged, with_disc, with_pixels_of
from benchmarks.simulator.negative_model import HIDDEN_EXCHANGE
from benchmarks.simulator.negative_patients import as_subject, report_on, split_procedure, with_page
from benchmarks.simulator.negatives import NegativePair, negatives
from benchmarks.simulator.pixel_data import stored_values
from benchmarks.simulator.seeds import load_seeds
from pacs_dedup.domain.verdict import Relation
from tests.unit.benchmarks.simulated_studies import mr_series, overlaid_mr, signed_ct

_COPIES = {"exact_copy", "lossy_copy", "presentation_twin", "lossy_twin", "subset", "overlap", "copy_patient_unknown"}


@pytest.fixture(scope="module")
def pairs(corpus: Path) -> tuple[NegativePair, ...]:
    return tuple(negatives(load_seeds(corpus)))


@pytest.mark.corpus
def test_there_are_twenty_thousand_pairs_and_two_thousand_of_one_patient(pairs: tuple[NegativePair, ...]) -> None:
    assert len(pairs) >= 20_000
    assert len({pair.name for pair in pairs}) == len(pairs)
    assert sum(pair.same_patient and not pair.synthetic for pair in pairs) >= 2_000
    assert sum(count for kind, count in Counter(p.kind for p in pairs).items() if "repeat" in kind) >= 2_000


@pytest.mark.corpus
def test_pairs_come_in_one_order_and_a_limit_takes_the_first_of_each_kind(
    corpus: Path, pairs: tuple[NegativePair, ...]
) -> None:
    limited = list(negatives(load_seeds(corpus), limit=3))
    assert max(Counter(pair.kind for pair in limited).values()) == 3
    by_kind = [name for kind in dict.fromkeys(p.kind for p in pairs) for name in _first(pairs, kind, 3)]
    assert [pair.name for pair in limited] == by_kind


def _first(pairs: tuple[NegativePair, ...], kind: str, count: int) -> list[str]:
    return [pair.name for pair in islice((p for p in pairs if p.kind == kind), count)]


@pytest.mark.corpus
def test_what_may_be_said_are_relations_and_no_copy_unless_it_is_one(pairs: tuple[NegativePair, ...]) -> None:
    for pair in pairs:
        assert pair.expected <= {relation.value for relation in Relation}
        if pair.kind not in ("misfiled", "procedure_split", "new_report"):
            assert not pair.expected & _COPIES


@pytest.mark.corpus
@pytest.mark.slow
def test_every_kind_can_be_built_and_written(corpus: Path, tmp_path: Path) -> None:
    for number, pair in enumerate(negatives(load_seeds(corpus), limit=1)):
        first, second = pair.build_a(), pair.build_b()
        for side, study in (("a", first), ("b", second)):
            assert all(dcmread(path).SOPInstanceUID for path in write_study(study, tmp_path / f"{number}{side}"))
        if pair.same_patient and "after transfer" not in pair.kind and pair.kind != "misfiled":
            assert first[0].PatientID == second[0].PatientID


@pytest.mark.corpus
def test_frames_that_a_cine_repeats_are_no_two_images(pairs: tuple[NegativePair, ...]) -> None:
    cine = [p for p in pairs if "echo-cine" in p.name and p.kind in ("neighbour_slices", "uid_conflict")]
    equal = sorted(pair.name for pair in cine if pair.shows_one_image)
    assert equal == [
        f"{kind}: echo-cine-{places}"
        for kind in ("neighbour_slices", "uid_conflict")
        for places in ("2/place0 | echo-cine-2/place1", "3/place7 | echo-cine-3/place8")
    ]


@pytest.mark.corpus
def test_what_a_study_becomes_later_is_not_compared_with_it_as_another_image(pairs: tuple[NegativePair, ...]) -> None:
    assert not [p for p in pairs if p.kind in ("misfiled", "procedure_split", "new_report") and p.shows_one_image]


def test_without_a_corpus_there_are_pairs_of_the_wheels_images(tmp_path: Path) -> None:
    kinds = {pair.kind for pair in negatives(load_seeds(tmp_path), limit=2)}
    assert {"other_people", "equal_demographics", "misfiled", "synthetic_reconstruction"} >= kinds - {
        "procedure_split",
        "new_report",
        "shared_page",
        "synthetic_repeat",
        "synthetic_follow_up",
        "uid_conflict, a disc painted in",
        "hidden exchange, a disc painted in after transfer",
    }
    assert {"other_people", "misfiled"} <= kinds


def test_a_second_exposure_has_other_noise_and_the_same_anatomy() -> None:
    before = stamped((deepcopy(overlaid_mr()[0]),))
    after = acquire_again((deepcopy(overlaid_mr()[0]),), salt="again", days=0)
    old, new = (stored_values(study[0])[0].astype(float) for study in (before, after))
    assert np.corrcoef(old.ravel(), new.ravel())[0, 1] > 0.9
    fine = [
        image - np.roll(image, 1, 0) - np.roll(image, 1, 1) + np.roll(image, (1, 1), (0, 1)) for image in (old, new)
    ]
    assert abs(np.corrcoef(fine[0].ravel(), fine[1].ravel())[0, 1]) < 0.3
    assert after[0].SOPInstanceUID != before[0].SOPInstanceUID


def test_another_kernel_keeps_the_acquisition_and_says_its_name() -> None:
    before = signed_ct()[0]
    after = other_kernel((deepcopy(before),), kernel="SHARP")[0]
    assert after.ConvolutionKernel == "SHARP"
    assert after.get("AcquisitionTime") == before.get("AcquisitionTime")
    assert after.SOPInstanceUID != before.SOPInstanceUID
    assert np.corrcoef(stored_values(after).ravel(), stored_values(before).ravel())[0, 1] > 0.95
    assert stored_values(after).std() > stored_values(before).std()


def test_namesakes_share_a_name_and_nothing_else() -> None:
    seed = load_seeds(Path("nowhere"))[0]
    namesake = as_subject((deepcopy(overlaid_mr()[0]),), subject=seed.subject)[0]
    original = study_of(seed)[0]
    assert (namesake.PatientName, namesake.PatientID) == (original.PatientName, original.PatientID)
    assert namesake.StudyInstanceUID != original.StudyInstanceUID


def test_claimed_uids_are_the_other_studys() -> None:
    seed = load_seeds(Path("nowhere"))[0]
    thief = claim_uids((deepcopy(overlaid_mr()[0]),), of=seed)[0]
    assert thief.SOPInstanceUID == study_of(seed)[0].SOPInstanceUID == thief.file_meta.MediaStorageSOPInstanceUID


@pytest.mark.corpus
def test_exchanged_pixels_lie_under_a_header_that_says_nothing_of_it(corpus: Path) -> None:
    by_name = {seed.name: seed for seed in load_seeds(corpus)}
    standard, bone = by_name["head-standard"], by_name["head-bone"]
    before, after = study_of(standard), with_pixels_of(study_of(standard), other=bone)
    for one, other, source in zip(before, after, study_of(bone), strict=True):
        assert np.array_equal(stored_values(other), stored_values(source))
        assert (one.SOPInstanceUID, one.ConvolutionKernel) == (other.SOPInstanceUID, other.ConvolutionKernel)
    swapped = exchanged(study_of(standard), place=3)
    assert [d.SOPInstanceUID for d in swapped] == [d.SOPInstanceUID for d in before]
    order = (0, 1, 2, 4, 3, 5, 6, 7)
    assert [d.PixelData for d in swapped] == [before[n].PixelData for n in order]


def test_a_disc_is_painted_into_one_image_and_leaves_its_header() -> None:
    before, after = mr_series(), with_disc(deepcopy(mr_series()))
    changed = [not np.array_equal(stored_values(a), stored_values(b)) for a, b in zip(before, after, strict=True)]
    assert changed.count(True) == 1
    assert [d.SOPInstanceUID for d in before] == [d.SOPInstanceUID for d in after]


@pytest.mark.corpus
def test_only_what_no_pixel_may_tell_is_counted_apart(pairs: tuple[NegativePair, ...]) -> None:
    hidden = {pair.kind for pair in pairs if pair.kind.startswith(HIDDEN_EXCHANGE)}
    sources = ("pixels of a neighbour", "pixels of a repeat", "pixels of a repeat, one slice", "a disc painted in")
    assert hidden == {f"hidden exchange, {what} after transfer" for what in sources}
    assert all(pair.alert_required for pair in pairs if pair.kind in hidden)


def test_a_page_is_the_same_in_every_study() -> None:
    for page in ("dose_report", "blank", "wedge"):
        first, second = (with_page(study, page=page)[-1] for study in (overlaid_mr(), signed_ct()))
        assert first.PixelData == second.PixelData
        assert first.SOPInstanceUID != second.SOPInstanceUID
        assert first.PatientID != second.PatientID


def test_a_split_procedure_keeps_pixels_patient_and_frame_of_reference() -> None:
    before = signed_ct()[0]
    after = split_procedure((deepcopy(before),), salt="order")[0]
    assert (after.PatientID, after.FrameOfReferenceUID) == (before.PatientID, before.FrameOfReferenceUID)
    assert (after.AccessionNumber, after.SOPInstanceUID) != (before.AccessionNumber, before.SOPInstanceUID)
    assert after.PixelData == before.PixelData


def test_a_report_names_every_instance_of_its_study() -> None:
    evidence = report_on(mr_series()).CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    named = [item.ReferencedSOPInstanceUID for item in evidence.ReferencedSOPSequence]
    assert named == [d.SOPInstanceUID for d in mr_series()]


def test_minutes_later_moves_the_clock_and_keeps_the_fraction() -> None:
    dataset = deepcopy(overlaid_mr()[0])
    dataset.AcquisitionTime = "235830.125000"
    assert minutes_later((dataset,), minutes=4)[0].AcquisitionTime == "000230.125000"
