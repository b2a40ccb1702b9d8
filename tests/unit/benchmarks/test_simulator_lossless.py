import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread, iter_pixels
from pydicom.uid import UID

from benchmarks.simulator.model import Pixels, Study, Transform, syntax_of, write_instance, write_study
from benchmarks.simulator.pixel_data import modality_values, stored_values
from benchmarks.simulator.transforms import BY_NAME, TRANSFORMS
from tests.integration.support import needs_dcmtk
from tests.unit.benchmarks.simulated_studies import STUDIES, done, mr_series, overlaid_mr, signed_ct

_KEPT = [t for t in TRANSFORMS if t.lossless and t.expected.pixels is Pixels.STORED and not t.expected.extent]
_IN_PLACE = [t for t in _KEPT if not t.expected.reorganised]
_REWRITINGS = [BY_NAME[name] for name in ("rescale_rewritten", "sign_changed", "left_justified")]


def _cases(transforms: list[Transform]) -> list[object]:
    pairs = [(t, name, make) for t in transforms for name, make in STUDIES.items() if t.fits(make())]
    return [pytest.param(t, make, id=f"{t.name}, {name}") for t, name, make in pairs]


def _written(study: Study, folder: Path) -> list[Dataset]:
    return [dcmread(path) for path in write_study(study, folder)]


@needs_dcmtk
@pytest.mark.peers
@pytest.mark.parametrize(("transform", "make"), _cases(_IN_PLACE))
def test_a_lossless_transform_keeps_every_stored_value(transform: Transform, make: object, tmp_path: Path) -> None:
    study = make()
    result = _written(done(transform, study), tmp_path)
    for before, after in zip(study, result, strict=True):
        assert np.array_equal(stored_values(after), stored_values(before))


@needs_dcmtk
@pytest.mark.peers
@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("jpeg_lossless_sv1", "dcmdjpeg"),
        ("jpegls_lossless", "dcmdjpls"),
        ("rle", "dcmdrle"),
        ("explicit_big", "dcmconv"),
    ],
)
def test_dcmtk_decodes_what_was_encoded_without_it(name: str, command: str, tmp_path: Path) -> None:
    for number, make in enumerate((signed_ct, overlaid_mr)):
        sent = done(name, make())[0]
        source, target = write_instance(sent, tmp_path / f"{number}.dcm"), tmp_path / f"{number}-decoded.dcm"
        subprocess.run(
            [command, "+te", source, target] if command == "dcmconv" else [command, source, target], check=True
        )
        decoded = dcmread(target)
        assert not syntax_of(decoded).is_compressed
        assert np.array_equal(np.stack(list(iter_pixels(decoded))), np.stack(list(iter_pixels(make()[0]))))


@pytest.mark.parametrize(
    ("name", "syntax"), [("deflated", "1.2.840.10008.1.2.1.99"), ("implicit_little", "1.2.840.10008.1.2")]
)
def test_pydicom_reads_native_pixels_in_every_native_syntax(name: str, syntax: str, tmp_path: Path) -> None:
    result = _written(done(name, mr_series()), tmp_path)
    for before, after in zip(mr_series(), result, strict=True):
        assert syntax_of(after) == UID(syntax)
        assert np.array_equal(after.pixel_array, stored_values(before)[0])


@pytest.mark.parametrize(("transform", "make"), _cases(_REWRITINGS))
def test_values_written_anew_still_mean_the_same(transform: Transform, make: object, tmp_path: Path) -> None:
    study = make()
    for before, after in zip(study, _written(done(transform, study), tmp_path), strict=True):
        old, new = stored_values(before), stored_values(after)
        assert not np.array_equal(old, new)
        assert np.allclose(modality_values(before, old), modality_values(after, new), atol=1e-6)


def test_inversion_with_its_tag_maps_each_value_to_its_mirror(tmp_path: Path) -> None:
    before = overlaid_mr()[0]
    after = _written(done("inverted", (before,)), tmp_path)[0]
    old, new = stored_values(before), stored_values(after)
    assert np.array_equal(new, old.max() + old.min() - old)
    assert (before.PhotometricInterpretation, after.PhotometricInterpretation) == ("MONOCHROME2", "MONOCHROME1")


def test_inversion_of_the_tag_alone_leaves_the_pixels() -> None:
    after = done("inverted_tag_only", overlaid_mr())[0]
    assert after.PixelData == overlaid_mr()[0].PixelData
    assert after.PhotometricInterpretation == "MONOCHROME1"


def test_litter_above_the_high_bit_is_not_part_of_the_values() -> None:
    before = overlaid_mr()
    after = done("littered_high_bits", before)
    assert after[0].PixelData != before[0].PixelData
    assert np.array_equal(stored_values(after[0]), stored_values(before[0]))


def test_a_palette_expanded_shows_the_colours_of_its_table() -> None:
    before = STUDIES["palette ultrasound"]()[0]
    after = done("palette_expanded", (before,))[0]
    red = np.frombuffer(before.RedPaletteColorLookupTableData, "<u2")
    first = before.RedPaletteColorLookupTableDescriptor[1]
    indices = np.clip(stored_values(before) - first, 0, len(red) - 1)
    assert np.array_equal(stored_values(after)[..., 0], red[indices] >> 8)
    assert not [element for element in after if "Palette" in element.keyword]


@pytest.mark.parametrize("name", ["jpeg2000_lossless", "rle", "jpegls_lossless_dcmtk", "deflated"])
def test_what_is_in_a_transfer_syntax_already_can_not_be_transcoded_to_it(name: str) -> None:
    step = BY_NAME[name]
    assert step.fits(mr_series())
    assert not step.fits(done(step, mr_series()))
