"""What looks at pixels say: one finding a look, and no copy in a series whose slices do not beat their neighbours."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from pacs_dedup.domain.alignment import Looked
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verification import FrameVerification

_NEAR_NOISE_RATIO = 1.5
_NEAR_SKETCH = 0.15
"""Share of differing sketch bits below which a sketch stands in for pixels that are gone."""
_RECONSTRUCTED_MODALITIES = frozenset({"CT", "MR", "PT", "NM"})
_ENOUGH_SLICES = 5
_SHARE_THAT_WINS = 0.8


class Finding(StrEnum):
    """What a look at two frames says."""

    COPY = "copy"
    RECONSTRUCTION = "reconstruction"
    REPEAT = "repeat"
    UNCLEAR = "unclear"
    SKETCHED = "sketched"


Findings = Sequence[tuple[Looked, Finding]]


def read_all(looked: Sequence[Looked], policy: Policy, modality: Callable[[Looked], str], kernel: str) -> Findings:
    """Say what the figures of every look mean, series by series.

    Args:
        looked: looks with their figures.
        policy: holds the thresholds.
        modality: (0008,0060) of the incoming frame of a look; only some modalities are reconstructed more than once.
        kernel: level at which kernel and slice thickness compare: ``equal``, ``differs`` or ``missing``.
    """
    series: dict[str, list[tuple[Looked, Finding]]] = defaultdict(list)
    for look in looked:
        series[look.series].append((look, _read(look, policy, modality(look), kernel)))
    return [settled for findings in series.values() for settled in _settle(findings)]


def _read(look: Looked, policy: Policy, modality: str, kernel: str) -> Finding:
    if not look.held:
        near = look.sketch_distance is not None and look.sketch_distance <= _NEAR_SKETCH
        return Finding.SKETCHED if near else Finding.UNCLEAR
    result = look.result
    if result.refused:
        return Finding.UNCLEAR
    if result.correlation < policy.repeat_correlation:
        return Finding.REPEAT
    if result.correlation < policy.copy_correlation:
        return Finding.UNCLEAR
    return _copy_or_reconstruction(result, kernel) if modality in _RECONSTRUCTED_MODALITIES else Finding.COPY


def _copy_or_reconstruction(result: FrameVerification, kernel: str) -> Finding:
    """Reconstructions of one acquisition share its noise; what the headers name counts, then how much they differ."""
    if kernel == "differs":
        return Finding.RECONSTRUCTION
    return Finding.UNCLEAR if kernel == "missing" and result.noise_ratio > _NEAR_NOISE_RATIO else Finding.COPY


def _settle(findings: Sequence[tuple[Looked, Finding]]) -> Iterable[tuple[Looked, Finding]]:
    """Take copies for unclear where too few slices resemble their partner more than its neighbours.

    Slices of one series are shifted together or not at all, so the others vouch for one that its neighbour beats.
    """
    against = [look for look, finding in findings if finding is Finding.COPY and look.best_neighbour is not None]
    wins = sum(
        1 for look in against if look.best_neighbour is not None and look.best_neighbour < look.result.correlation
    )
    needed = _SHARE_THAT_WINS * len(against) if len(against) >= _ENOUGH_SLICES else len(against)
    for look, finding in findings:
        aligned = wins >= needed or finding is not Finding.COPY
        yield look, finding if aligned else Finding.UNCLEAR
