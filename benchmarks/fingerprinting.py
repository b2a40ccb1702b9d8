"""What fingerprinting one frame costs: decoding, digests, signatures; and the memory that a large film takes.

    .venv/bin/python benchmarks/fingerprinting.py [--rounds 7]

One CT of 512 x 512 is written in each encoding. Every step runs on it in turn, as do two peers: SHA-256 of the file,
which is what comparing files costs, and pydicom's own decoding (dcmread and pixel_array) where it has a decoder.
Decoding counts opening the file. `examine` is the whole: header, decoding, digests, signatures. Times are processor
time of this process, which other programs hardly disturb. Memory is the peak resident set (VmHWM) of a child process
that examines a film of 3000 x 2500, of one in which pydicom decodes it, and of one that only imports both.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pydicom
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from benchmarks.measure import Spread, alternate, conditions, ratio, seconds, table
from pacs_dedup.dicom.decode_pixels import decode_frame
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from pacs_dedup.pixels.digest import form_digest, orientation_digest, stored_digest
from pacs_dedup.pixels.grey import grey_frame
from pacs_dedup.pixels.informative import is_informative
from pacs_dedup.pixels.normal_form import normal_form
from pacs_dedup.pixels.residual import residual_sketch, trimmed_sketch
from pacs_dedup.pixels.signature import perceptual_hash
from pacs_dedup.pixels.statistics import Histogram
from tests.images import LOSSLESS_ENCODERS, image_dataset, textured, write, write_compressed

ENCODINGS = {
    "native": ExplicitVRLittleEndian,
    "RLE": RLELossless,
    "JPEG lossless": JPEGLosslessSV1,
    "JPEG-LS": JPEGLSLossless,
    "JPEG 2000": JPEG2000Lossless,
}
TURNED = "orientation digest"
HASHING, PYDICOM, WHOLE = "SHA-256 of the file", "pydicom's decoding", "examine, the whole"
BLOB = BlobId("0" * 64)
REPEAT_FOR_S = 0.1
PROGRAMS = {
    "imports alone": "",
    WHOLE: "examine(Path(sys.argv[1]), BlobId('0' * 64))",
    PYDICOM: "pydicom.dcmread(sys.argv[1]).pixel_array",
}
CHILD = """
import sys
from pathlib import Path
import pydicom
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
{program}
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def steps(path: Path) -> dict[str, Callable[[], object]]:
    """Name what is measured on one file; a peer that can not decode it is left out."""
    frame = decode_frame(path)
    grey = grey_frame(frame.array, frame.photometric_interpretation)
    histogram, form = Histogram.of(frame.array), normal_form(frame.array)
    own: dict[str, Callable[[], object]] = {
        HASHING: lambda: sha256(path.read_bytes()).digest(),
        PYDICOM: lambda: pydicom.dcmread(path).pixel_array,
        "decoding": lambda: decode_frame(path),
        "stored digest": lambda: stored_digest(frame.array, frame.photometric_interpretation),
        "histogram": lambda: Histogram.of(frame.array),
        "value digest": lambda: form_digest(normal_form(frame.array, histogram)),
        "informative": lambda: is_informative(frame.array, histogram=histogram),
        "grey plane": lambda: grey_frame(frame.array, frame.photometric_interpretation),
        "sketch": lambda: residual_sketch(grey),
        "trimmed sketch": lambda: trimmed_sketch(grey),
        "perceptual hash": lambda: perceptual_hash(grey),
        TURNED: lambda: orientation_digest(form),
        WHOLE: lambda: examine(path, BLOB),
    }
    try:
        own[PYDICOM]()
    except RuntimeError:  # no decoder is installed for this encoding
        del own[PYDICOM]
    return own


def measured(path: Path, rounds: int) -> dict[str, list[float]]:
    """Return milliseconds of every step, round by round; the first round, which warms up, is left out."""
    work = {name: partial(seconds, step, REPEAT_FOR_S, time.process_time) for name, step in steps(path).items()}
    taken = alternate(work, rounds + 1)
    return {name: [1000 * each for each in times[1:]] for name, times in taken.items()}


def row(name: str, taken: dict[str, list[float]]) -> list[str]:
    """One step on one encoding: milliseconds, and times what the peers took."""
    peers = [ratio(taken[name], taken[peer]).text(2) if peer in taken else "no decoder" for peer in (HASHING, PYDICOM)]
    return [Spread.of(taken[name]).text(), *peers]


def memory_mb(path: Path, program: str) -> float:
    """Return the peak resident set of a child process, MB; `ru_maxrss` would hold the parent's share of it too."""
    command = [sys.executable, "-c", CHILD.format(program=program), str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(said) * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    before, rows = conditions(), []
    with tempfile.TemporaryDirectory() as name:
        image = textured(512, 512, noise=0.05)
        for encoding, syntax in ENCODINGS.items():
            path, dataset = Path(name) / f"{encoding}.dcm", image_dataset(image, bits=12)
            if syntax in LOSSLESS_ENCODERS:
                write_compressed(dataset, path, syntax, [LOSSLESS_ENCODERS[syntax](image)])
            else:
                write(dataset, path, syntax)
            taken = measured(path, rounds)
            shown = (
                taken
                if encoding == "native"
                else [key for key in (HASHING, PYDICOM, "decoding", WHOLE) if key in taken]
            )
            rows += [[f"{encoding}: {step}", *row(step, taken)] for step in shown]
        film = write(image_dataset(textured(3000, 2500), bits=12), Path(name) / "film.dcm")
        memory = {label: memory_mb(film, program) for label, program in PROGRAMS.items()}
    print(f"{before} to {conditions().rpartition(' ')[2]}\n")
    print(table(["encoding: step", "ms", "times SHA-256", "times pydicom"], rows), end="\n\n")
    above = {label: f"{used - memory['imports alone']:.0f}" for label, used in memory.items()}
    sizes = [[label, f"{used:.0f}", above[label]] for label, used in memory.items()]
    print(table(["a film of 3000 x 2500 (15 MB)", "peak resident set, MB", "above the imports"], sizes))


if __name__ == "__main__":
    main()
