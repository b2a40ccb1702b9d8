"""Colours by a palette: however it is written, a stored index has the colour that the standard gives it."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from pacs_dedup.dicom.decode_pixels import decode_frame
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import Array, image_dataset, textured, write

SMALL = textured(bits=8)
LARGE = textured(bits=12)
SHARES = {"Red": 1.0, "Green": 0.8, "Blue": 0.5}


def palette_image(
    indices: Array, tables: dict[str, bytes], bits: int, entries: int = 256, first: int = 0, segmented: str = ""
) -> Dataset:
    dataset = image_dataset(indices, bits=indices.dtype.itemsize * 8, PhotometricInterpretation="PALETTE COLOR")
    for colour, data in tables.items():
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [entries % 65536, first, bits])
        setattr(dataset, f"{segmented}{colour}PaletteColorLookupTableData", data)
    return dataset


def entries_of(count: int) -> dict[str, Array]:
    """The entries of each colour, of 8 bits."""
    return {colour: (np.arange(count) * share * 255 / (count - 1)).astype(np.uint8) for colour, share in SHARES.items()}


def colours_of(dataset: Dataset, folder: Path, syntax: str = ExplicitVRLittleEndian) -> Array:
    rgb = decode_frame(write(dataset, folder / "palette.dcm", syntax)).rgb
    assert rgb is not None
    return rgb


def expected(indices: Array, count: int) -> Array:
    return np.stack([table[np.minimum(indices, count - 1)] for table in entries_of(count).values()], axis=-1)


@pytest.mark.parametrize(
    ("bits", "words", "scale"), [(8, "u1", 1), (8, "<u2", 1), (8, "<u2", 257), (16, "<u2", 257), (16, "u1", 1)]
)
def test_entries_are_read_in_bytes_and_in_words(bits: int, words: str, scale: int, tmp_path: Path) -> None:
    tables = {colour: (t.astype(np.uint32) * scale).astype(words).tobytes() for colour, t in entries_of(256).items()}
    assert np.array_equal(colours_of(palette_image(SMALL, tables, bits), tmp_path), expected(SMALL, 256))


def test_colours_in_words_are_informative(tmp_path: Path) -> None:
    tables = {colour: table.astype("<u2").tobytes() for colour, table in entries_of(256).items()}
    path = write(palette_image(SMALL, tables, 8), tmp_path / "palette.dcm")
    assert examine(path, BlobId("0" * 64)).frames[0].informative


@pytest.mark.parametrize("count", [256, 1000, 4096, 65536])
@pytest.mark.parametrize("bits", [8, 16])
def test_every_one_of_many_entries_is_found(bits: int, count: int, tmp_path: Path) -> None:
    tables = entries_of(count)
    written = {c: t.tobytes() if bits == 8 else (t.astype("<u2") << 8).tobytes() for c, t in tables.items()}
    found = colours_of(palette_image(LARGE, written, bits, count), tmp_path)
    assert np.array_equal(found, expected(LARGE, count))


@pytest.mark.parametrize(("bits", "words", "big"), [(16, "<u2", ">u2"), (8, "<u2", ">u2"), (8, "u1", "u1")])
def test_a_palette_has_its_colours_in_big_endian_too(bits: int, words: str, big: str, tmp_path: Path) -> None:
    tables = {colour: table.astype(np.uint16) << (bits - 8) for colour, table in entries_of(256).items()}
    little = {colour: table.astype(words).tobytes() for colour, table in tables.items()}
    swapped = {colour: table.astype(big).tobytes() for colour, table in tables.items()}
    if words == "u1":
        swapped = {colour: np.frombuffer(data, "<u2").astype(">u2").tobytes() for colour, data in swapped.items()}
    one = colours_of(palette_image(SMALL, little, bits), tmp_path)
    other = colours_of(palette_image(SMALL, swapped, bits), tmp_path, ExplicitVRBigEndian)
    assert np.array_equal(one, expected(SMALL, 256))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("first", [10, 300])
def test_indices_outside_the_palette_have_its_nearest_entry(first: int, tmp_path: Path) -> None:
    tables = {colour: table.tobytes() for colour, table in entries_of(16).items()}
    found = colours_of(palette_image(SMALL, tables, 8, 16, first), tmp_path)
    places = np.clip(SMALL.astype(int) - first, 0, 15)
    assert np.array_equal(found, expected(places, 16))


SEGMENTS = {
    "a line": ([0, 1, 0, 1, 255, 255], list(range(256))),
    "entries and a flat line": ([0, 3, 9, 8, 7, 1, 253, 7], [9, 8, *[7] * 254]),
    "a line again": ([0, 2, 0, 0, 1, 127, 254, 2, 1, 4, 0, 0, 0], [0, 0, *range(2, 255, 2), *[254] * 127]),
}
"""Segments of bytes, and the entries that they stand for; an indirect segment gives its offset in four bytes."""


@pytest.mark.parametrize("name", SEGMENTS)
def test_a_segmented_palette_is_the_table_that_it_stands_for(name: str, tmp_path: Path) -> None:
    segments, table = SEGMENTS[name]
    tables = dict.fromkeys(SHARES, bytes(segments + [0] * (len(segments) % 2)))
    found = colours_of(palette_image(SMALL, tables, 8, segmented="Segmented"), tmp_path)
    assert np.array_equal(found[..., 0], np.array(table, np.uint8)[SMALL])


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_segmented_palette_of_words_is_read_in_either_byte_order(syntax: str, tmp_path: Path) -> None:
    words = "<u2" if syntax == ExplicitVRLittleEndian else ">u2"
    segments = np.array([0, 2, 0, 0, 1, 127, 254 << 8, 2, 1, 8, 0], words).tobytes()
    dataset = palette_image(SMALL, dict.fromkeys(SHARES, segments), 16, segmented="Segmented")
    entries = np.array([0, 0, *range(2, 255, 2), *[254] * 127], np.uint8)
    assert np.array_equal(colours_of(dataset, tmp_path, syntax)[..., 0], entries[SMALL])


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        ([1, 255, 7, 0], "do not start"),
        ([0, 1, 5, 9, 1, 1], "can not be read"),
        ([0, 9, 5, 5], "end early"),
        ([0, 1, 5, 2, 9, 0, 0, 0, 0, 0], "can not be read"),
        ([0, 1, 5, 2, 9, 3, 0, 0, 0, 0], "can not be read"),
        ([0, 1, 5, 1, 9, 5], "shorter"),
    ],
)
def test_damaged_segments_are_unreadable(segments: list[int], words: str, tmp_path: Path) -> None:
    dataset = palette_image(SMALL, dict.fromkeys(SHARES, bytes(segments)), 8, segmented="Segmented")
    with pytest.raises(Unreadable, match=words):
        colours_of(dataset, tmp_path)


def test_a_palette_without_tables_or_with_too_few_entries_is_unreadable(tmp_path: Path) -> None:
    for tables, bits, words in (
        (dict.fromkeys(SHARES, b""), 8, "no table"),
        (dict.fromkeys(SHARES, bytes(100)), 8, "shorter"),
        (dict.fromkeys(SHARES, bytes(256)), 12, "descriptor"),
        ({}, 8, "descriptor"),
    ):
        with pytest.raises(Unreadable, match=words):
            colours_of(palette_image(SMALL, tables, bits), tmp_path)
