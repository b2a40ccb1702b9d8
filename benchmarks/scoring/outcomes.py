"""What the judgement said of one pair, as one line of a file, so that a stopped run goes on where it was."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pacs_dedup.domain.verdict import Disposition, Relation

SAME_IMAGES = frozenset(
    {
        Relation.RESEND,
        Relation.TRANSCODED_RESEND,
        Relation.CORRECTED_RESEND,
        Relation.LOSSY_TWIN,
        Relation.EXACT_COPY,
        Relation.LOSSY_COPY,
        Relation.WRONG_PATIENT,
        Relation.COPY_PATIENT_UNKNOWN,
        Relation.SUBSET,
        Relation.SUPERSET,
        Relation.OVERLAP,
        Relation.PROCEDURE_SPLIT,
        Relation.ORIENTATION_TWIN,
        Relation.PRESENTATION_TWIN,
    }
)
"""Relations that say: these are, at least in part, the same images. Of a pair that is not, each is a false copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One judged pair.

    Attributes:
        pair: its name, unique in a run.
        kind: ``copy``, ``reverse`` (the copy is the prior), or the kind of the negative.
        incoming, prior: seeds, or members of a negative.
        subject: whose images arrive; trials of one subject are not independent.
        transform, families, steps, lossless: what was done to the copy; empty and 0 for negatives.
        expected: relations that would be right; empty for a negative, of which any relation but of a copy is right.
        is_copy: both sides show the same acquisition, in whole or in part.
        alert_required: a person must be told at once.
        review_will_do: so much is lost that a case for review is a right answer, whatever the relation is called.
        incoming_better: holding the incoming study would hide the better version.
        may_be_held: holding it back would be right: a whole copy, of the same person, as good as the prior.
        same_patient: a negative whose two studies name one patient.
        found: the keys made the prior a candidate; None where this was not asked.
        searched: priors among which the search was made, other than the source and its relatives.
        strangers: what was said of those, where it was "copy" or a hold, as ``prior: relation, disposition``.
        looks: (mf, hf, noise ratio, likeness, outlier share, best neighbour or -2) of every look that was not refused.
        refusals: why looks were refused.
        rivals: what each baseline makes of the pair: 0 or 1, or a distance in bits.
        milliseconds: by stage, of the whole pair.
        frames: frames of the incoming study.
        several: the incoming study has several series; it is no ``series`` then.
    """

    pair: str
    kind: str
    incoming: str
    prior: str
    subject: str
    transform: str = ""
    families: tuple[str, ...] = ()
    steps: int = 0
    lossless: bool = False
    series: bool = False
    modality: str = ""
    expected: tuple[str, ...] = ()
    is_copy: bool = True
    alert_required: bool = False
    review_will_do: bool = False
    incoming_better: bool = False
    may_be_held: bool = False
    relation: str = ""
    disposition: str = ""
    certainty: str = ""
    better: str = ""
    patient_tier: str = ""
    match_weight_bits: float = 0.0
    sentence: str = ""
    vetoes: tuple[str, ...] = ()
    coverage: Mapping[str, int] = field(default_factory=dict)
    same_patient: bool = False
    found: bool | None = None
    searched: int = 0
    strangers: tuple[str, ...] = ()
    looks: tuple[tuple[float, ...], ...] = ()
    refusals: tuple[str, ...] = ()
    rivals: Mapping[str, float] = field(default_factory=dict)
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    frames: int = 0
    several: bool = False

    @property
    def named_rightly(self) -> bool:
        """Whether the relation is one of those expected; of a negative without expectation, any but of a copy."""
        return self.relation in self.expected if self.expected else self.relation not in SAME_IMAGES

    @property
    def recognised(self) -> bool:
        """Whether the verdict says that both show the same, names what was expected, or rightly asks a person."""
        reviewed = self.review_will_do and self.for_review
        return self.relation in SAME_IMAGES or self.relation in self.expected or reviewed

    @property
    def held(self) -> bool:
        """Whether the incoming study would be quarantined at a site that allows it."""
        return self.disposition == Disposition.QUARANTINE

    @property
    def held_wrongly(self) -> bool:
        """Whether it would be quarantined although that is wrong; one UID with two images is held on purpose."""
        conflict = self.relation == Relation.UID_CONFLICT and self.relation in self.expected
        return self.held and not (self.may_be_held or conflict)

    @property
    def for_review(self) -> bool:
        """Whether a person is asked to look."""
        return Disposition(self.disposition).opens_case


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of work, done at one go: its outcomes, or why there are none."""

    name: str
    version: str
    outcomes: tuple[Outcome, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a run has done.

    Attributes:
        outcomes: of all pairs.
        failures: tasks that failed, with their cause.
        done, tasks: how many tasks are done, of how many.
        command: what was asked for.
    """

    outcomes: tuple[Outcome, ...]
    failures: tuple[str, ...]
    done: int
    tasks: int
    command: str = ""


class Ledger:
    """A file of units, one a line, appended as they are done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def append(self, unit: Unit) -> None:
        """Write one unit down."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(unit), ensure_ascii=False) + "\n")

    def done(self, version: str) -> dict[str, Unit]:
        """Return what was done by one version of the code; a line that was cut off does not count."""
        return {unit.name: unit for unit in self._read() if unit.version == version}

    def _read(self) -> Iterator[Unit]:
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                yield _unit(json.loads(line))
            except ValueError:
                continue


def _unit(told: Mapping[str, Any]) -> Unit:
    return Unit(told["name"], told["version"], tuple(map(_outcome, told["outcomes"])), told["failure"])


def _outcome(told: Mapping[str, Any]) -> Outcome:
    return Outcome(**{name: _frozen(value) for name, value in told.items()})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def all_outcomes(units: Iterable[Unit]) -> tuple[Outcome, ...]:
    """Return the outcomes of all units, in the order of their names."""
    return tuple(o for unit in sorted(units, key=lambda u: u.name) for o in unit.outcomes)
