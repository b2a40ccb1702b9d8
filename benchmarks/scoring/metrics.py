"""Counts over all outcomes, each with its bounds: what was found, what it was called, and what must never happen."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.scoring.bounds import Rate, rate
from benchmarks.scoring.errors import hides_the_better, is_false_copy, is_missed
from benchmarks.scoring.outcomes import SAME_IMAGES, Outcome
from benchmarks.simulator.negative_model import HIDDEN_EXCHANGE
from pacs_dedup.domain.verdict import Disposition, Relation

Outcomes = Sequence[Outcome]
_FEW_NAMES = 3
_RADIOGRAPHY = ("CR", "DX", "IO", "MG", "PX", "RG")
"""Modality (0008,0060) of projection radiographs (PS3.3 C.7.3.1.1.1)."""
_ALARMS = (Disposition.ALERT, Disposition.QUARANTINE)


@dataclass(frozen=True, slots=True)
class Recall:
    """How copies of one sort fared.

    Attributes:
        found: the search brought the source up, and the verdict says that both show the same images.
        studies, series: the same of studies of several series, and of one of five frames or more.
        radiographs, images: the same of single projection radiographs, and of other single images.
        named: of the copies found, those whose relation has the expected name.
        not_searched: copies whose source the search did not bring up.
        not_judged: copies that the verdict denies although both sides were given to it.
    """

    found: Rate
    studies: Rate
    series: Rate
    radiographs: Rate
    images: Rate
    named: Rate
    not_searched: int
    not_judged: int


def copies(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the copies as they arrive, without those of which nothing can be decoded."""
    return [o for o in outcomes if o.kind == "copy" and o.is_copy]


def negatives(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the pairs that share no image; those whose difference compression may have taken are counted apart."""
    return [o for o in outcomes if o.kind not in ("copy", "reverse") and not o.is_copy and not _is_hidden(o)]


def _is_hidden(outcome: Outcome) -> bool:
    return outcome.kind.startswith(HIDDEN_EXCHANGE)


def recall(arrived: Outcomes) -> Recall:
    """Count what was found among copies."""
    single = [o for o in arrived if not (o.series or o.several)]
    return Recall(
        found=_rate(arrived, lambda o: not is_missed(o)),
        studies=_rate([o for o in arrived if o.several], lambda o: not is_missed(o)),
        series=_rate([o for o in arrived if o.series], lambda o: not is_missed(o)),
        radiographs=_rate([o for o in single if o.modality in _RADIOGRAPHY], lambda o: not is_missed(o)),
        images=_rate([o for o in single if o.modality not in _RADIOGRAPHY], lambda o: not is_missed(o)),
        named=_rate([o for o in arrived if not is_missed(o)], is_named),
        not_searched=sum(o.found is False for o in arrived),
        not_judged=sum(not o.recognised for o in arrived),
    )


def is_named(outcome: Outcome) -> bool:
    """Whether the relation has an expected name, or a case for review was all that could be asked."""
    return outcome.named_rightly or (outcome.review_will_do and outcome.for_review)


def recall_by(outcomes: Iterable[Outcome], group: Callable[[Outcome], str]) -> dict[str, Recall]:
    """Count what was found in each group of copies, in the order of their names."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in copies(outcomes):
        groups[group(outcome)].append(outcome)
    return {name: recall(groups[name]) for name in sorted(groups)}


def single_transform(outcome: Outcome) -> str:
    """Name the transform of a copy that went through one, and the length of the chain of any other."""
    return outcome.transform if outcome.steps == 1 else f"a chain of {outcome.steps}"


def sort_of(outcome: Outcome) -> str:
    """Name the sort of copy that the aims are set for."""
    if Relation.ORIENTATION_TWIN in outcome.expected:
        return "turned or mirrored"
    if outcome.lossless:
        return "lossless, chains" if outcome.steps > 1 else "lossless"
    if outcome.review_will_do:
        return "much is lost: a case for review"
    return "altered, chains" if outcome.steps > 1 else "altered"


def sort_by_uids(outcome: Outcome) -> str:
    """Name the sort, and whether what was altered kept its UIDs, where an alarm is the answer to doubt."""
    kept = outcome.expected == (Relation.LOSSY_TWIN,)
    return f"{sort_of(outcome)}, UIDs kept" if kept else sort_of(outcome)


def confusion(outcomes: Iterable[Outcome]) -> dict[str, Counter[str]]:
    """Count what was said (columns) of what was expected (rows), over all pairs for which a name was expected."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        if outcome.expected:
            counted[expectation(outcome)][outcome.relation] += 1
    return dict(sorted(counted.items()))


def expectation(outcome: Outcome) -> str:
    """Name what would be right: its relation, or a few, or what many have in common."""
    if not outcome.is_copy and len(outcome.expected) > _FEW_NAMES:
        return "not a copy"
    return "a case for review" if len(outcome.expected) > _FEW_NAMES else " or ".join(outcome.expected)


@dataclass(frozen=True, slots=True)
class Safety:
    """What must not happen to pairs that share no image: each as a rate of all of them."""

    false_copies: Rate
    false_holds: Rate


def safety(pairs: Outcomes) -> Safety:
    """Count false copies and wrong holds."""
    return Safety(_rate(pairs, is_false_copy), _rate(pairs, lambda o: o.held_wrongly))


def safety_by_kind(outcomes: Iterable[Outcome]) -> dict[str, Safety]:
    """Count false copies and wrong holds in each kind of negative."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in negatives(outcomes):
        groups[outcome.kind].append(outcome)
    return {kind: safety(groups[kind]) for kind in sorted(groups)}


def promises(outcomes: Outcomes) -> dict[str, Rate]:
    """Count what the product promises never, or always, to do."""
    strangers = [o for o in outcomes if o.kind == "stranger" or not o.is_copy]
    due = [o for o in outcomes if o.kind != "reverse" and o.alert_required and not _is_hidden(o)]
    turned = [o for o in due if Relation.ORIENTATION_TWIN in o.expected]
    other_person = [o for o in due if Relation.WRONG_PATIENT in o.expected]
    conflicts = [o for o in due if Relation.UID_CONFLICT in o.expected and not o.is_copy]
    rebuilt = [o for o in outcomes if not o.is_copy and o.expected == (Relation.OTHER_RECONSTRUCTION,)]
    same_patient = [o for o in negatives(outcomes) if o.same_patient]
    return {
        "false copies": _rate(negatives(strangers), is_false_copy),
        "false copies, one patient on both sides": _rate(same_patient, is_false_copy),
        "false quarantines": _rate(outcomes, lambda o: o.held_wrongly),
        "the better version hidden": _rate(outcomes, hides_the_better),
        "same pixels, other patient: alert": _rate(other_person, _alarms),
        "same pixels, other patient: quarantine": _rate(other_person, lambda o: o.held),
        "turned or mirrored: alert": _rate(turned, _alarms),
        "one UID, two images: alarm": _rate(conflicts, _alarms),
        "one UID, other pixels under its header, compressed: alarm": _rate(
            [o for o in outcomes if _is_hidden(o)], _alarms
        ),
        "another reconstruction, named so": _rate(rebuilt, lambda o: o.named_rightly),
    }


def searched_pairs(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """Return how many strangers the searches were made among, and how many of those were called copies or held."""
    arrived = [o for o in outcomes if o.kind == "copy"]
    return sum(o.searched for o in arrived), sum(len(o.strangers) for o in arrived)


def _alarms(outcome: Outcome) -> bool:
    return outcome.disposition in _ALARMS


def _rate(outcomes: Iterable[Outcome], test: Callable[[Outcome], bool]) -> Rate:
    return rate((o.subject, test(o)) for o in outcomes)


@dataclass(frozen=True, slots=True)
class Band:
    """Verdicts of one band, and of how many of them something holds."""

    said: int
    share: Rate


def calibration(
    outcomes: Iterable[Outcome], band: Callable[[Outcome], str], test: Callable[[Outcome], bool]
) -> Mapping[str, Band]:
    """Count of how many verdicts of each band something holds, over copies and negatives alike."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.kind != "reverse":
            groups[band(outcome)].append(outcome)
    return {name: Band(len(own), _rate(own, test)) for name, own in sorted(groups.items())}


def is_true_copy(outcome: Outcome) -> bool:
    """Whether both sides show the same images, whatever was said of them."""
    return outcome.is_copy


def is_right(outcome: Outcome) -> bool:
    """Whether what was said is so: the same images, or none, or what was expected."""
    if outcome.relation in SAME_IMAGES:
        return outcome.is_copy
    return not outcome.is_copy or is_named(outcome)


def by_certainty(outcome: Outcome) -> str:
    """Say whether the verdict calls the pair the same images, and how sure it is."""
    says = "the same images" if outcome.relation in SAME_IMAGES else "anything else"
    return f"{says}, {outcome.certainty}"


def by_bits(outcome: Outcome) -> str:
    """Name the bin of the match weight: below -10, then steps of 10 bits, then 60 and more."""
    low = max(-20, min(60, 10 * int(outcome.match_weight_bits // 10)))
    return "below -10" if low == -20 else "60 and more" if low == 60 else f"{low:+} to {low + 10:+}"
