"""Studies of many series of which one is another acquisition under the same UIDs (N15)."""

from collections.abc import Iterator
from functools import partial

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.exposures import acquire_again
from benchmarks.simulator.model import Seed, Study, copied, series_of, set_syntax, syntax_of
from benchmarks.simulator.negative_model import NegativePair, pair
from benchmarks.simulator.pixel_series import in_series, with_series_changed
from benchmarks.simulator.seeds import slices_in

_COLOURED = frozenset({"US"})
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def replaced_series(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair a study with itself after one of its series became another acquisition: made, and computed.

    Everything else is equal, so that whoever counts images sees nearly all of them again; one UID with two images must
    be told all the same.
    """
    for study in (seed for seed in seeds if seed.kind == "study"):
        count = len(study.members)
        for place in sorted({0, count // 2, count - 1}):
            yield from _replaced(seeds, study, place)


def _replaced(seeds: tuple[Seed, ...], study: Seed, place: int) -> Iterator[NegativePair]:
    facts = {"expected": frozenset({"uid_conflict"}), "alert_required": True, "hold_allowed": True}
    kind = f"uid_conflict, one series of {len(study.members)}"
    if study.modality not in _COLOURED:
        change = partial(with_second_exposure, place=place, salt=f"{study.name} {place}")
        yield pair(kind, study, study, change, detail=f"series {place + 1} computed", synthetic=True, **facts)
    for other in seeds:
        if _could_replace(other, study, study.members[place]):
            change = partial(with_series_of, place=place, other=other)
            yield pair(kind, study, study, change, detail=f"series {place + 1} is {other.name}", **facts)
            return


def _could_replace(other: Seed, study: Seed, member: Seed) -> bool:
    """Whether a series of the same subject is none of the study's, and fits over one of them instance by instance."""
    as_long = len(other.files) == len(member.files) and slices_in(other) == slices_in(member)
    apart = not set(other.files) & set(study.files)
    return other.subject == study.subject and other.kind == "series" and as_long and apart


def with_second_exposure(study: Study, *, place: int, salt: str) -> Study:
    """Replace one series by a computed second exposure that keeps its UIDs."""
    chosen = series_of(study)[place]
    before = in_series(study, chosen)
    return with_series_changed(study, chosen, _claiming(before, acquire_again(copied(before), salt=salt, days=0)))


def with_series_of(study: Study, *, place: int, other: Seed) -> Study:
    """Replace one series by another one, which takes its UIDs over instance by instance."""
    chosen = series_of(study)[place]
    return with_series_changed(study, chosen, _claiming(in_series(study, chosen), study_of(other)))


def _claiming(before: Study, after: Study) -> Study:
    for claimed, dataset in zip(before, after, strict=True):
        for keyword in _UIDS:
            setattr(dataset, keyword, claimed[keyword].value)
        set_syntax(dataset, syntax_of(dataset))
    return after
