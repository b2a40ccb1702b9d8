import pytest

from benchmarks.simulator.chains import chain_of
from benchmarks.simulator.expected import expect, expected_relation
from benchmarks.simulator.model import Extent, Seed, Uids
from benchmarks.simulator.transforms import TRANSFORMS

_SEED = Seed("seed", "subject", "series", "MR", ())


_CASES = [
    (["jpeg2000_lossless"], {"transcoded_resend"}),
    (["explicit_little"], {"resend", "transcoded_resend", "corrected_resend"}),
    (["identity_coerced"], {"corrected_resend"}),
    (["name_pinyin", "jpegls_lossless"], {"corrected_resend"}),
    (["new_study_uid"], {"corrected_resend"}),
    (["rerooted"], {"exact_copy"}),
    (["identity_coerced", "rerooted", "rle"], {"exact_copy"}),
    (["rescale_rewritten"], {"exact_copy"}),
    (["inverted_pixels_only"], {"presentation_twin"}),
    (["inverted_tag_only", "rerooted"], {"presentation_twin"}),
    (["inverted_tag_only"], {"presentation_twin", "corrected_resend"}),
    (["jpeg_q75"], {"lossy_copy"}),
    (["jpeg_q75_same_uid"], {"lossy_twin"}),
    (["jpeg_q75_same_uid", "rerooted"], {"lossy_copy"}),
    (["rescale_rewritten", "jpeg2000_10"], {"lossy_copy"}),
    (["deidentified"], {"copy_patient_unknown"}),
    (["identity_emptied"], {"copy_patient_unknown", "corrected_resend"}),
    (["every_second", "rerooted"], {"subset"}),
    (["slab_added", "rerooted"], {"superset"}),
    (["one_missing", "jpeg_q90"], {"subset"}),
    (["single_frames"], {"exact_copy", "derived", "presentation_twin"}),
    (["misfiled_new_uids", "jpeg_q90"], {"wrong_patient"}),
    (["mirrored"], {"orientation_twin"}),
    (["series_missing"], {"resend", "subset"}),
    (["series_missing", "rerooted"], {"subset"}),
    (["series_repeated"], {"continued", "superset", "overlap"}),
    (["series_repeated", "rerooted"], {"overlap"}),
    (["series_lossy"], {"lossy_copy"}),
    (["series_lossy_same_uid"], {"lossy_twin"}),
    (["mirrored", "misfiled"], {"orientation_twin", "wrong_patient"}),
]


@pytest.mark.parametrize(("steps", "relations"), _CASES, ids=[" > ".join(steps) for steps, _ in _CASES])
def test_the_relation_follows_from_what_was_done(steps: list[str], relations: set[str]) -> None:
    assert expected_relation(_SEED, chain_of(*steps)) == relations


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda transform: transform.name)
def test_nothing_but_unchanged_pixels_of_the_same_patient_may_be_held(transform: object) -> None:
    expectation = expect(_SEED, chain_of(transform.name))
    effect = transform.expected
    assert expectation.hold_allowed is (
        not effect.pixels and effect.person <= 1 and effect.extent <= Extent.PART and not effect.presentation
    )


@pytest.mark.parametrize("name", ["misfiled", "misfiled_new_uids", "mirrored", "rotated_half"])
def test_another_patient_and_another_side_must_be_told(name: str) -> None:
    for steps in ([name], [name, "rerooted"], [name, "explicit_big"]):
        expectation = expect(_SEED, chain_of(*steps))
        assert expectation.alert_required
        assert not expectation.hold_allowed


@pytest.mark.parametrize("name", ["crop_10", "screen_capture_rgb"])
def test_what_is_cropped_or_captured_may_be_left_to_a_person(name: str) -> None:
    expectation = expect(_SEED, chain_of(name, "jpeg_q90"))
    assert expectation.review_required
    assert {"undecided", "lossy_copy"} <= expectation.relations


def test_what_can_not_be_decoded_need_not_be_found() -> None:
    expectation = expect(_SEED, chain_of("truncated", "rerooted"))
    assert expectation.relations == {"undigestable", "undecided"}
    assert not expectation.copy


def test_effects_add_up_to_the_graver() -> None:
    chain = chain_of("every_second", "slab_added", "new_study_uid", "rerooted")
    assert (chain.effect.extent, chain.effect.uids) == (Extent.SHIFTED, Uids.ALL)
    assert expect(_SEED, chain).relations == {"overlap"}
