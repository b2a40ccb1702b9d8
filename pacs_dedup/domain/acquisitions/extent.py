"""How many series of how many images two studies have."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pacs_dedup.domain.acquisitions.weights import MISSING, weighed
from pacs_dedup.domain.evidence import Comparison, Fact
from pacs_dedup.domain.fingerprint import InstanceFingerprint

_TELLING_IMAGES: Final = 3
"""Images from which their number tells anything: every other radiograph comes in two views."""


def series_sizes(instances: Sequence[InstanceFingerprint]) -> Counter[int]:
    """Count series by their number of images; a multi-frame object counts as its frames."""
    sizes: Counter[str] = Counter()
    for instance in instances:
        sizes[instance.series_instance_uid] += len(instance.frames)
    return Counter(size for size in sizes.values() if size)


def compare_extents(incoming: Sequence[InstanceFingerprint], prior: Sequence[InstanceFingerprint]) -> Comparison:
    """Compare the numbers of series and images."""
    left, right = series_sizes(incoming), series_sizes(prior)
    return weighed(Fact.EXTENT, _level(left, right), _told(left), _told(right))


def _level(left: Counter[int], right: Counter[int]) -> str:
    if not left or not right:
        return MISSING
    if min(map(_images, (left, right))) < _TELLING_IMAGES:
        return "few"
    if left == right:
        return "equal"
    return "contained" if left <= right or right <= left else "differs"


def _images(sizes: Counter[int]) -> int:
    return sum(size * count for size, count in sizes.items())


def _told(sizes: Counter[int]) -> str:
    return f"{_images(sizes)} images in {sizes.total()} series" if sizes else ""
