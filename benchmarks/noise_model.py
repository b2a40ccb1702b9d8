"""Fit and judge the weights of `pacs_dedup.domain.frames.noise_model`, on real frames split by subject.

    .venv/bin/python benchmarks/noise_model.py --corpus ../shared/corpus [--of-a-series 1] [--of-a-kind 8]

Every pair is compared by the product's verification. Half of the subjects tune the weights, by logistic regression in
which every kind of pair, change and subject weighs the same and no weight is negative; the other half, which the fit
never sees, judges them. Printed are the weights, to be copied into the module, and for both halves what the product's
own `copy_bits` gives with the weights that it has now.
"""

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import table
from benchmarks.noise_pairs import Pair, copies, frames, others, tunes
from pacs_dedup.domain.frames.noise_model import (
    LEAST_COPY_BITS,
    LEAST_REPEAT_BITS,
    NoiseWeights,
    copy_bits,
    features,
    unexplained_bits,
)
from pacs_dedup.domain.frames.verification import Fidelity, FrameVerification
from pacs_dedup.pixels.grey import GreyFrame
from pacs_dedup.pixels.verify import verify_grey_frames

ROUNDS = 4000
STEP = 0.05
SHRINK = 0.005
"""Penalty on the square of each weight: without it a half that can be separated would have no finite weights."""
PERCENTILES = (5, 50, 95)
LEAST_PIXELS = 10_000
"""Smaller frames hold more fine structure than noise; the product asks for the clock's word there, so none tunes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One pair and its figures."""

    kind: str
    change: str
    subject: str
    found: FrameVerification

    @property
    def is_copy(self) -> bool:
        """Whether the second frame comes from the first."""
        return self.kind == "copy"


def look(pair: Pair) -> Seen:
    """Compare one pair as the product does."""
    a, b = pair.planes()
    found = verify_grey_frames(GreyFrame(a), GreyFrame(b), lossless=pair.lossless)
    return Seen(pair.kind, pair.change or "as it is", pair.first.subject, found)


def fit(seen: list[Seen]) -> NoiseWeights:
    """Return the weights of one fidelity, in bits, by projected gradient descent."""
    x = np.array([(1.0, *features(each.found)) for each in seen])
    offset = log(2) * np.array([unexplained_bits(each.found) for each in seen])
    y = np.array([each.is_copy for each in seen], float)
    weight = _shares(seen)
    w = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ w + offset, -50, 50)))
        w -= STEP * (x.T @ (weight * (p - y)) + SHRINK * np.array([0.0, *w[1:]]))
        w[1:] = np.maximum(w[1:], 0)
    return NoiseWeights(*(round(float(each), 2) for each in w / log(2)))


def _shares(seen: list[Seen]) -> NDArray[np.float64]:
    """Weigh copies and others half each, and within them each kind, change and subject alike."""
    groups = Counter((each.kind, each.change, each.subject) for each in seen)
    shares = np.array([1 / groups[each.kind, each.change, each.subject] for each in seen])
    for flag in (True, False):
        side = np.array([each.is_copy is flag for each in seen])
        shares[side] *= 0.5 / shares[side].sum()
    return shares


def report(seen: list[Seen]) -> str:
    """Tabulate bits and figures by what the pair is."""
    groups: dict[str, list[Seen]] = defaultdict(list)
    for each in seen:
        groups[f"copy, {each.change}" if each.is_copy else f"{each.kind}, {each.found.fidelity}"].append(each)
    names = ["pair", "n", "refused", "copy %", "repeat %", "bits", "mf", "hf", "noise ratio", "energy", "unexplained"]
    return table(names, [_row(name, members) for name, members in sorted(groups.items())])


def _row(name: str, members: list[Seen]) -> list[str]:
    held = [each.found for each in members if not each.found.refused]
    bits = [copy_bits(each) for each in held]
    shares = [
        100 * np.mean([b >= LEAST_COPY_BITS for b in bits]) if bits else 0.0,
        100 * np.mean([b <= -LEAST_REPEAT_BITS for b in bits]) if bits else 0.0,
    ]
    columns = (
        bits,
        [each.correlation for each in held],
        [each.fine_correlation for each in held],
        [each.noise_ratio for each in held],
        [each.energy_ratio for each in held],
        [each.unexplained_share for each in held],
    )
    spreads = ["/".join(f"{p:.2f}" for p in np.percentile(c, PERCENTILES)) if c else "" for c in columns]
    return [name, str(len(members)), str(len(members) - len(held)), *(f"{share:.0f}" for share in shares), *spreads]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--of-a-series", type=int, default=1)
    parser.add_argument("--of-a-kind", type=int, default=8)
    options = parser.parse_args()
    found = frames(options.corpus)
    seen = [look(pair) for pair in (*copies(found, options.of_a_series), *others(found, options.of_a_kind))]
    judged = [each for each in seen if not each.found.refused and each.kind != "reconstruction"]
    for fidelity in Fidelity:
        tuning = [each for each in judged if each.found.fidelity is fidelity and tunes(each.subject)]
        print(fidelity, fit([each for each in tuning if each.found.live_pixels >= LEAST_PIXELS]))
    for name, half in (("tuning", True), ("test", False)):
        members = [each for each in seen if tunes(each.subject) is half]
        print(f"\n{name} subjects: {len({each.subject for each in members})}\n\n{report(members)}")


if __name__ == "__main__":
    main()
