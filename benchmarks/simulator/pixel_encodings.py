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
)

from benchmarks.simulator.code_streams import LOSSLESS_ENCODERS, encode, encode_run_length, through_dcmtk
from benchmarks.simulator.model import Apply, Effect, Study, Transform, copied, set_syntax
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


def _transcoding(name: str, change: Callable[[Dataset], None], effect: Effect = _TRANSCODED) -> Transform:
    return Transform(name, "lossless", lossless=True, expected=effect, apply=each(change))


def _dcmtk(name: str, *command: str, effect: Effect = _TRANSCODED) -> Transform:
    apply = partial(_by_dcmtk, command=command)
    return Transform(name, "lossless", lossless=True, expected=effect, apply=apply)


ENCODINGS: tuple[Transform, ...] = (
    _transcoding("explicit_little", partial(_native, syntax=ExplicitVRLittleEndian), _PERHAPS),
    _transcoding("implicit_little", partial(_native, syntax=ImplicitVRLittleEndian), _PERHAPS),
    _transcoding("explicit_big", _big_endian),
    _transcoding("deflated", partial(_native, syntax=DeflatedExplicitVRLittleEndian)),
    _transcoding("rle", encode_run_length),
    _transcoding("jpeg2000_lossless", partial(_lossless, syntax=JPEG2000Lossless)),
    _transcoding("htj2k_lossless", partial(_lossless, syntax=HTJ2KLossless)),
    _transcoding("jpegls_lossless", partial(_lossless, syntax=JPEGLSLossless)),
    _transcoding("jpeg_lossless_sv1", partial(_lossless, syntax=JPEGLosslessSV1)),
    _dcmtk("rle_dcmtk", "dcmcrle"),
    _dcmtk("jpeg_lossless_dcmtk", "dcmcjpeg", "+e1", effect=_PERHAPS),  # it adds a Derivation Description
    _dcmtk("jpegls_lossless_dcmtk", "dcmcjpls", "+el"),
)
"""P1-P7: the same stored values in other transfer syntaxes, by imagecodecs, pydicom and DCMTK."""
