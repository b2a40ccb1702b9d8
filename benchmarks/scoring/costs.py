"""What judging costs: milliseconds by stage and bytes by frame, of one frame of 512 x 512."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.fingerprinting import BLOB, measured
from benchmarks.measure import Spread, seconds
from pacs_dedup.adapters.database.codec import FINGERPRINT
from pacs_dedup.pipeline.examine import examine
from pacs_dedup.pipeline.verify import verify_frames
from tests.images import image_dataset, textured, write

_SIDE = 512
_PLAIN = ("SHA-256 of the file", "pydicom's decoding")


def stage_costs(rounds: int) -> dict[str, str]:
    """Measure one frame of 512 x 512, uncompressed: processor time in milliseconds, and bytes in the index."""
    with tempfile.TemporaryDirectory() as folder:
        image = textured(_SIDE, _SIDE, noise=0.05)
        again = np.clip(image.astype(np.int32) + textured(_SIDE, _SIDE, seed=2, bits=6), 0, 4095).astype(np.uint16)
        path = write(image_dataset(image, bits=12), Path(folder, "a.dcm"))
        other = write(image_dataset(again, bits=12), Path(folder, "b.dcm"))
        told = {
            f"{stage}, ms": Spread.of(taken).text()
            for stage, taken in measured(path, rounds).items()
            if stage not in _PLAIN
        }
        looks = [
            1000 * seconds(lambda: verify_frames(path, 0, other, 0), 0.2, time.process_time) for _ in range(rounds)
        ]
        known = examine(path, BLOB)
        size = len(FINGERPRINT.dump(known)) - len(FINGERPRINT.dump(replace(known, frames=())))
    return {**told, "verification of a pair of frames, ms": Spread.of(looks).text(), "in the index, bytes": str(size)}
