"""Whole instances with pixels, examined as the service does it: in a child, in its jail."""

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from pydicom import dcmread

from benchmarks.fuzz.reading_targets import BLOB, SYNTAXES, encoded, sample_files
from benchmarks.fuzz.running import Target
from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.patients.identity import NO_DEFAULTS
from pacs_dedup.pipeline.examination import examine_or_file

_MEMORY_BYTES = 3 << 30
_TIMEOUT = timedelta(seconds=4.5)
_SIDE = 24  # rows and columns of the seeds: most of the time shall go into reading, not into pixels

_call = IsolatedCall(examine_or_file, memory_bytes=_MEMORY_BYTES, timeout=_TIMEOUT)
_file = Path(tempfile.mkdtemp(prefix="fuzz-")) / "input.dcm"


def _seeds() -> Sequence[bytes]:
    compressed = [
        path
        for path in sample_files(40)
        if dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID.is_compressed
    ]
    return [
        *_small(),
        *(path.read_bytes() for path in [*compressed, *sample_files(40)] if path.stat().st_size < 60_000),
    ]


def _small() -> Sequence[bytes]:
    """Cut one sample to a few pixels, and write it in the native syntaxes and in the common compressed ones."""
    import imagecodecs
    import numpy as np
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, RLELossless

    data_set = dcmread(sample_files(1)[0])
    data_set.Rows = data_set.Columns = _SIDE
    data_set.BitsAllocated, data_set.BitsStored, data_set.HighBit, data_set.PixelRepresentation = 8, 8, 7, 0
    values = np.random.default_rng(1).integers(0, 256, (_SIDE, _SIDE), dtype=np.uint8)
    data_set.PixelData = values.tobytes()
    data_set["PixelData"].VR = "OB"
    found = [encoded(data_set, syntax) for syntax in SYNTAXES]
    streams = {
        JPEGBaseline8Bit: imagecodecs.jpeg8_encode(values),
        JPEGLosslessSV1: imagecodecs.ljpeg_encode(values),
        JPEGLSLossless: imagecodecs.jpegls_encode(values),
        JPEG2000Lossless: imagecodecs.jpeg2k_encode(values, codecformat="j2k", reversible=True),
        RLELossless: _run_lengths(values.tobytes()),
    }
    for syntax, stream in streams.items():
        data_set.PixelData = encapsulate([bytes(stream)])
        data_set["PixelData"].is_undefined_length = True
        found.append(encoded(data_set, syntax))
    return found


def _run_lengths(octets: bytes) -> bytes:
    """Write one segment of literal runs (PS3.5 Annex G)."""
    runs = b"".join(bytes([len(run) - 1]) + run for run in (octets[at : at + 128] for at in range(0, len(octets), 128)))
    head = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    return head + runs + b"\0" * (len(runs) % 2)


def _examine(data: bytes) -> str:
    _file.write_bytes(data)
    try:
        found = _call(_file, BLOB, NO_DEFAULTS)
    except Unreadable as error:
        if str(error).startswith("the decoder"):  # it crashed, hung or ate memory, and nobody else noticed
            return f"contained: {str(error)[:60]}"
        raise
    return "examined" if found.unreadable is None else "pixels refused"


PIXELS = Target("instances", _seeds, _examine, close=_call.close)
