"""Studies of several series, as hospitals make them, put together from the series of one subject."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

from benchmarks.simulator.model import Seed

FEW, MANY = 3, 12
"""Series in a study."""
_LEAST_SLICES = 2


def studies_of(volumes: Iterable[Seed]) -> Iterator[Seed]:
    """Compose a study of three series and one of twelve for each subject who has enough of them.

    Three are spread over the subject's series, as found. For twelve, series are cut into parts of two slices or more
    where there are fewer: each part is a series of its own then, of other places or other times.
    """
    for own in _by_subject(volumes):
        if len(own) < FEW:
            continue
        yield _composed([own[0], own[len(own) // 2], own[-1]])
        parts = _parts(own)
        if len(parts) >= MANY:
            yield _composed(parts[:MANY])


def _by_subject(volumes: Iterable[Seed]) -> list[list[Seed]]:
    subjects: dict[str, list[Seed]] = defaultdict(list)
    for volume in volumes:
        subjects[volume.subject].append(volume)
    return list(subjects.values())


def _parts(volumes: Sequence[Seed]) -> list[Seed]:
    each = -(-MANY // len(volumes))
    return list(chain.from_iterable(_cut(volume, each) for volume in volumes))


def _cut(volume: Seed, count: int) -> list[Seed]:
    """Cut a series into parts that are as long as each other; into fewer where they would be too short."""
    items = volume.frames or volume.files
    count = max(1, min(count, len(items) // _LEAST_SLICES))
    ends = [round(number * len(items) / count) for number in range(count + 1)]
    return [_part(volume, slice(*within), number) for number, within in enumerate(pairwise(ends), 1)]


def _part(volume: Seed, within: slice, number: int) -> Seed:
    files = volume.files if volume.frames else volume.files[within]
    name = f"{volume.name}/part{number}"
    return Seed(name, volume.subject, "series", volume.modality, files, volume.frames[within], "part")


def _composed(members: Sequence[Seed]) -> Seed:
    first = members[0]
    return Seed(
        name=f"{first.name.partition('/')[0]}/study{len(members)}",
        subject=first.subject,
        kind="study",
        modality=first.modality,
        files=tuple(dict.fromkeys(chain.from_iterable(member.files for member in members))),
        derived="composed",
        members=tuple(members),
    )
