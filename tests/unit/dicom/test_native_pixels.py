from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian

from pacs_dedup.dicom.decode_pixels import decode_frame
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.fingerprint import FrameFingerprint, InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import Array, image_dataset, textured, write

PLAIN = textured()


def fingerprint(array: Array, path: Path, **attributes: object) -> InstanceFingerprint:
    return examine(write(image_dataset(array, **attributes), path / "image.dcm"), BlobId("0" * 64))


def frame(array: Array, path: Path, **attributes: object) -> FrameFingerprint:
    found = fingerprint(array, path, **attributes)
    assert found.unreadable is None
    return found.frames[0]


def test_planar_configuration_changes_nothing(tmp_path: Path) -> None:
    colour = np.stack([textured(bits=8, seed=seed) for seed in (1, 2, 3)], axis=-1)
    planes = np.ascontiguousarray(np.moveaxis(colour, -1, 0))
    by_plane = image_dataset(colour, PlanarConfiguration=1, PixelData=planes.tobytes())
    path = write(by_plane, tmp_path / "planes.dcm")
    assert examine(path, BlobId("0" * 64)).frames[0] == frame(colour, tmp_path)


def test_a_wider_container_changes_nothing(tmp_path: Path) -> None:
    narrow = textured(bits=8)
    for wide in (narrow.astype(np.uint16), narrow.astype(np.uint32)):
        assert frame(wide, tmp_path, bits=8) == frame(narrow, tmp_path)
    assert frame(PLAIN.astype(np.uint32), tmp_path, bits=12) == frame(PLAIN, tmp_path, bits=12)


def test_bits_outside_the_stored_ones_are_ignored(tmp_path: Path) -> None:
    overlay = (PLAIN % 7 == 0).astype(np.uint16) << 12
    assert frame(PLAIN | overlay, tmp_path, bits=12) == frame(PLAIN, tmp_path, bits=12)


def test_left_justified_samples_with_their_high_bit_declared_are_the_same_samples(tmp_path: Path) -> None:
    shifted = frame(PLAIN << 4, tmp_path, bits=12, HighBit=15)
    assert shifted.stored_digest == frame(PLAIN, tmp_path, bits=12).stored_digest


def test_left_justified_samples_have_the_value_digest_of_the_original(tmp_path: Path) -> None:
    shifted, plain = frame(PLAIN << 4, tmp_path), frame(PLAIN, tmp_path, bits=12)
    assert shifted.stored_digest != plain.stored_digest
    assert shifted.value_digest == plain.value_digest is not None


def test_signed_and_unsigned_samples_have_one_value_digest(tmp_path: Path) -> None:
    signed, unsigned = frame(PLAIN.astype(np.int16) - 1024, tmp_path), frame(PLAIN, tmp_path, bits=12)
    assert signed.stored_digest != unsigned.stored_digest
    assert signed.value_digest == unsigned.value_digest


def test_an_inverted_monochrome_1_image_has_the_value_digest_of_its_monochrome_2_original(tmp_path: Path) -> None:
    inverted = frame(4095 - PLAIN, tmp_path, bits=12, PhotometricInterpretation="MONOCHROME1")
    assert inverted.value_digest == frame(PLAIN, tmp_path, bits=12).value_digest
    assert inverted.perceptual_hash == frame(PLAIN, tmp_path, bits=12).perceptual_hash


def test_a_changed_polarity_tag_shows_in_the_presentation_alone(tmp_path: Path) -> None:
    one, two = (fingerprint(PLAIN, tmp_path, PhotometricInterpretation=f"MONOCHROME{n}") for n in (1, 2))
    assert one.frames[0].stored_digest == two.frames[0].stored_digest
    assert one.presentation_digest != two.presentation_digest


def test_numbers_written_differently_are_one_presentation(tmp_path: Path) -> None:
    one = fingerprint(
        PLAIN, tmp_path, RescaleSlope="1", RescaleIntercept="-1024", WindowCenter="40.0", WindowWidth="4e2"
    )
    two = fingerprint(
        PLAIN, tmp_path, RescaleSlope="1.0", RescaleIntercept="-1024.00", WindowCenter="40", WindowWidth="400"
    )
    assert one.presentation_digest == two.presentation_digest
    assert one.dataset_digest == two.dataset_digest


def test_a_change_of_rescale_is_a_change_of_presentation_and_not_of_pixels(tmp_path: Path) -> None:
    one, two = (fingerprint(PLAIN, tmp_path, RescaleSlope=slope) for slope in ("1", "2"))
    assert one.presentation_digest != two.presentation_digest
    assert one.frames == two.frames


def test_thirty_two_unsigned_bits_are_kept_apart_from_negative_values(tmp_path: Path) -> None:
    wide = PLAIN.astype(np.uint32) * 2**20
    decoded = decode_frame(write(image_dataset(wide), tmp_path / "wide.dcm"))
    assert np.array_equal(decoded.array, wide)


def test_float_pixels_are_digested_by_their_values(tmp_path: Path) -> None:
    def floats(values: Array, keyword: str) -> Path:
        dataset = image_dataset(PLAIN)
        del dataset.PixelData
        setattr(dataset, keyword, values.tobytes())
        return write(dataset, tmp_path / "float.dcm")

    single = PLAIN.astype(np.float32) / 7
    with_zero = single.copy()
    with_zero[0, 0] = -0.0
    with_positive_zero = single.copy()
    with_positive_zero[0, 0] = 0.0
    digests = [
        examine(floats(v, "FloatPixelData"), BlobId("0" * 64)).frames[0].stored_digest
        for v in (single, with_zero, with_positive_zero)
    ]
    assert digests[1] == digests[2] != digests[0]
    double = examine(floats(single.astype(np.float64), "DoubleFloatPixelData"), BlobId("0" * 64)).frames[0]
    assert double.stored_digest not in digests


def test_single_bits_are_cut_at_bit_level(tmp_path: Path) -> None:
    masks = np.random.default_rng(1).integers(0, 2, (3, 5, 7)).astype(np.uint8)
    dataset = image_dataset(masks, NumberOfFrames=3, BitsAllocated=1, BitsStored=1, HighBit=0)
    packed = np.packbits(masks.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    path = write(dataset, tmp_path / "bits.dcm")
    assert np.array_equal(decode_frame(path, 2).array, masks[2])


def test_bytes_in_big_endian_words_are_put_in_order(tmp_path: Path) -> None:
    plain = textured(bits=8)
    dataset = image_dataset(plain, PixelData=np.frombuffer(plain.tobytes(), np.uint16).byteswap().tobytes())
    dataset["PixelData"].VR = "OW"
    path = write(dataset, tmp_path / "words.dcm", ExplicitVRBigEndian)
    assert np.array_equal(decode_frame(path).array, plain)


def test_shared_chrominance_is_expanded(tmp_path: Path) -> None:
    luminance, chrominance = textured(8, 8, bits=8), textured(8, 8, bits=8, seed=5)
    packed = np.empty((8, 4, 4), np.uint8)
    packed[:, :, :2], packed[:, :, 2:] = luminance.reshape(8, 4, 2), chrominance.reshape(8, 4, 2)
    dataset = image_dataset(
        np.zeros((8, 8, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422", PixelData=packed.tobytes()
    )
    decoded = decode_frame(write(dataset, tmp_path / "ybr.dcm"))
    assert decoded.photometric_interpretation == "YBR_FULL"
    assert np.array_equal(decoded.array[:, :, 0], luminance)
    assert np.array_equal(decoded.array[:, 0, 1:], decoded.array[:, 1, 1:])
    assert np.array_equal(decoded.array[:, ::2, 1], chrominance.reshape(8, 4, 2)[:, :, 0])


def test_palette_colour_is_compared_by_index_and_by_colour(tmp_path: Path) -> None:
    indices = textured(bits=8)
    lut = {"Red": np.arange(256), "Green": np.arange(256)[::-1], "Blue": (np.arange(256) * 7) % 256}
    dataset = image_dataset(indices, PhotometricInterpretation="PALETTE COLOR")
    for name, table in lut.items():
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{name}PaletteColorLookupTableData", (table.astype(np.uint16) << 8).tobytes())
    path = write(dataset, tmp_path / "palette.dcm")
    expanded = np.stack([table[indices] for table in lut.values()], axis=-1).astype(np.uint8)
    assert np.array_equal(decode_frame(path).rgb, expanded)
    assert examine(path, BlobId("0" * 64)).frames[0].value_digest == frame(expanded, tmp_path).value_digest


def test_a_frame_that_is_not_there_is_a_bad_request(tmp_path: Path) -> None:
    path = write(image_dataset(PLAIN), tmp_path / "image.dcm")
    with pytest.raises(BadRequest, match="1 frame"):
        decode_frame(path, 1)


def test_what_a_transcoder_tells_of_its_work_makes_no_other_object(tmp_path: Path) -> None:
    plain = fingerprint(PLAIN, tmp_path)
    told = fingerprint(PLAIN, tmp_path, DerivationDescription="Lossless JPEG compression, ratio 2.9")
    assert told.dataset_digest == plain.dataset_digest
    colour = np.stack([textured(bits=8, seed=seed) for seed in (1, 2, 3)], axis=-1)
    rgb, transformed, other = (
        fingerprint(colour, tmp_path, PhotometricInterpretation=name) for name in ("RGB", "YBR_RCT", "YBR_FULL")
    )
    assert rgb.dataset_digest == transformed.dataset_digest != other.dataset_digest
