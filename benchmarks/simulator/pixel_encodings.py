"""Other transfer syntaxes: nothing but the encoding changes, or values are lost by compression."""

import random
from collections.abc import Callable
from functools import partial

import numpy as np
from pydicom import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from benchmarks.simulator.code_streams import LOSSLESS_ENCODERS, encode, encode_run_length, through_dcmtk
from benchmarks.simulator.model import Apply, Effect, Study, Transform, always, copied, set_syntax, syntax_of
from benchmarks.simulator.pixel_data import decompressed, set_native, stored_values

_TRANSCODED = Effect(encoding=True)
_PERHAPS = Effect(encoding=True, slight=True)
_COLOUR_TRANSFORMED = frozenset({JPEG2000Lossless, HTJ2KLossless})


def each(change: Callable[[Dataset], None]) -> Apply:
    """Make a change of one data set, in place, a change of a copied study."""

    def apply(study: Study, _: random.Random) -> Study:
        result = copied(study)
        for dataset in result:
            change(dataset)
        return result

    return apply


def _native(dataset: Dataset, syntax: str) -> None:
    decompressed(dataset)
    set_syntax(dataset, syntax)


def _big_endian(dataset: Dataset) -> None:
    """Write words with the high byte first, those of palettes and overlays too."""
    decompressed(dataset)
    words = stored_values(dataset)
    set_native(dataset, words)
    size = int(dataset.BitsAllocated) // 8
    if size > 1:
        kind = "i" if dataset.PixelRepresentation else "u"
        dataset.PixelData = words.astype(f">{kind}{size}").tobytes()
    for element in dataset.iterall():
        if element.VR == "OW" and element.keyword != "PixelData" and element.value:
            element.value = np.frombuffer(element.value, "<u2").byteswap().tobytes()
    set_syntax(dataset, ExplicitVRBigEndian)


def _lossless(dataset: Dataset, syntax: str) -> None:
    encode(dataset, syntax, LOSSLESS_ENCODERS[syntax])
    if syntax in _COLOUR_TRANSFORMED and dataset.PhotometricInterpretation == "RGB":
        dataset.PhotometricInterpretation = "YBR_RCT"


def _by_dcmtk(study: Study, _: random.Random, *, command: tuple[str, ...]) -> Study:
    result = copied(study)
    for dataset in result:
        decompressed(dataset)
    return tuple(through_dcmtk(dataset, command) for dataset in result)


def _not_yet(study: Study, *, syntax: str) -> bool:
    """Whether a transfer syntax would be new to every instance: who has it already is not transcoded."""
    return all(syntax_of(dataset) != syntax for dataset in study)


def _transcoding(name: str, change: Callable[[Dataset], None], syntax: str, effect: Effect = _TRANSCODED) -> Transform:
    fits = always if effect.slight else partial(_not_yet, syntax=syntax)
    return Transform(name, "lossless", lossless=True, expected=effect, apply=each(change), fits=fits)


def _dcmtk(name: str, *command: str, syntax: str, effect: Effect = _TRANSCODED) -> Transform:
    apply = partial(_by_dcmtk, command=command)
    fits = always if effect.slight else partial(_not_yet, syntax=syntax)
    return Transform(name, "lossless", lossless=True, expected=effect, apply=apply, fits=fits)


def _by_imagecodecs(name: str, syntax: str) -> Transform:
    return _transcoding(name, partial(_lossless, syntax=syntax), syntax)


ENCODINGS: tuple[Transform, ...] = (
    _transcoding("explicit_little", partial(_native, syntax=ExplicitVRLittleEndian), ExplicitVRLittleEndian, _PERHAPS),
    _transcoding("implicit_little", partial(_native, syntax=ImplicitVRLittleEndian), ImplicitVRLittleEndian, _PERHAPS),
    _transcoding("explicit_big", _big_endian, ExplicitVRBigEndian),
    _transcoding("deflated", partial(_native, syntax=DeflatedExplicitVRLittleEndian), DeflatedExplicitVRLittleEndian),
    _transcoding("rle", encode_run_length, RLELossless),
    _by_imagecodecs("jpeg2000_lossless", JPEG2000Lossless),
    _by_imagecodecs("htj2k_lossless", HTJ2KLossless),
    _by_imagecodecs("jpegls_lossless", JPEGLSLossless),
    _by_imagecodecs("jpeg_lossless_sv1", JPEGLosslessSV1),
    _dcmtk("rle_dcmtk", "dcmcrle", syntax=RLELossless),
    # it adds a Derivation Description
    _dcmtk("jpeg_lossless_dcmtk", "dcmcjpeg", "+e1", syntax=JPEGLosslessSV1, effect=_PERHAPS),
    _dcmtk("jpegls_lossless_dcmtk", "dcmcjpls", "+el", syntax=JPEGLSLossless),
)
"""P1-P7: the same stored values in other transfer syntaxes, by imagecodecs, pydicom and DCMTK."""
