"""Wrong judgements, grouped so that whoever mends the rules sees what they have in common."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from benchmarks.scoring.outcomes import SAME_IMAGES, Outcome
from pacs_dedup.domain.verdict import Relation

_SHOWN = 6
Test = Callable[[Outcome], bool]


def is_false_copy(outcome: Outcome) -> bool:
    """A pair that shares no image, and the verdict says that it does."""
    return not outcome.is_copy and outcome.relation in SAME_IMAGES and outcome.relation not in outcome.expected


def is_missed(outcome: Outcome) -> bool:
    """A copy that the whole product would not tell anybody of."""
    return outcome.kind == "copy" and outcome.is_copy and not (outcome.found and outcome.recognised)


def hides_the_better(outcome: Outcome) -> bool:
    """What would be held is the better version, or the only one."""
    return outcome.held and outcome.incoming_better


KINDS: tuple[tuple[str, Test], ...] = (
    ("False copies", is_false_copy),
    ("Held wrongly", lambda o: o.held_wrongly),
    ("The better version hidden", hides_the_better),
    ("No alert where one is due", lambda o: o.alert_required and o.disposition not in ("alert", "quarantine")),
    ("A copy that the search missed", lambda o: o.kind == "copy" and o.is_copy and o.found is False),
    ("A copy that the judgement missed", lambda o: o.kind == "copy" and o.is_copy and not o.recognised),
    ("A copy missed the other way round", lambda o: o.kind == "reverse" and o.is_copy and not _known_back(o)),
    ("A copy under another name", lambda o: o.kind == "copy" and o.recognised and not _named(o)),
    ("A negative under another name", lambda o: not o.is_copy and bool(o.expected) and not o.named_rightly),
)


def wrong_judgements(outcomes: Iterable[Outcome], failures: Sequence[str]) -> str:
    """List every kind of error with its groups, each with figures and a few names (Markdown)."""
    judged = list(outcomes)
    parts = [f"# Wrong judgements among {len(judged):,} pairs\n"]
    for title, test in KINDS:
        wrong = [o for o in judged if test(o)]
        parts.append(f"## {title}: {len(wrong)}\n\n{_groups(wrong)}")
    strangers = [f"* {o.pair}: {s}" for o in judged for s in o.strangers]
    parts.append(f"## Strangers called copies by way of the search: {len(strangers)}\n\n" + "\n".join(strangers[:60]))
    shown = "\n".join(f"* {failure}" for failure in failures[:30])
    parts.append(f"## Tasks that failed: {len(failures)}\n\n{shown}")
    return "\n\n".join(parts) + "\n"


def _known_back(outcome: Outcome) -> bool:
    """Whether the original was recognised after its copy; what grows under its own UIDs may be called so."""
    grown = outcome.relation == Relation.CONTINUED and outcome.coverage.get("images_matched", 0) > 0
    return outcome.recognised or outcome.for_review or grown


def _named(outcome: Outcome) -> bool:
    return outcome.named_rightly or (outcome.review_will_do and outcome.for_review)


def _groups(outcomes: Iterable[Outcome]) -> str:
    groups: dict[tuple[str, str, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.transform or outcome.kind, "/".join(outcome.expected), outcome.relation].append(outcome)
    listed = sorted(groups.items(), key=lambda item: -len(item[1]))
    return "\n".join(_group(what, expected, got, own) for (what, expected, got), own in listed)


def _group(what: str, expected: str, got: str, outcomes: Sequence[Outcome]) -> str:
    said = f", not {expected}" if 0 < len(expected) < 100 else ""
    head = f"* **{what}** ({len(outcomes)}): {got}{said}"
    return "\n".join((head, *(f"  * {figures(o)}" for o in outcomes[:_SHOWN])))


def figures(outcome: Outcome) -> str:
    """One line with what led to a verdict."""
    looks = " ".join(
        f"mf {mf:.2f} hf {hf:.2f} rnr {rnr:.2f} ncc {ncc:.2f} out {out:.2f} beside {beside:.2f};"
        for mf, hf, rnr, ncc, out, beside in outcome.looks[:2]
    )
    counts = " ".join(f"{name}={count}" for name, count in outcome.coverage.items())
    kind = "study" if outcome.several else "series" if outcome.series else "image"
    return (
        f"`{outcome.pair}` ({outcome.modality} {kind}): {outcome.relation}/{outcome.disposition}/{outcome.certainty}, "
        f"patient {outcome.patient_tier}, {outcome.match_weight_bits:.0f} bits, found {outcome.found}; {counts}; "
        f"{len(outcome.looks)} looks {looks} {'; '.join(outcome.refusals)[:100]}"
    )
