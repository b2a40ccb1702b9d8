"""Lay the evidence out as a waterfall: what each finding adds or takes, what the caps hold back, where it ends."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

from pacs_dedup.domain.compare import GROUP_CAPS
from pacs_dedup.domain.evidence import Comparison, Evidence, Group
from pacs_dedup.reports.words import FACTS

_NOT_COMPARED = frozenset({"missing", "not_comparable", "id_null", "null", "dob_null", "sex_null"})
_NOTHING = 0.05
"""Bits that one decimal would show as 0.0."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the waterfall.

    Attributes:
        start, end: running total before and after, bits.
        compared: False for a grey row: a side lacks the fact, or the two can not be compared.
        comparison: None for the rows that are not findings: caps and total.
    """

    label: str
    sentence: str
    bits: float
    start: float
    end: float
    compared: bool = True
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All rows of one question, with the range that they span."""

    question: str
    bars: tuple[Bar, ...]
    total: float

    @property
    def end(self) -> Bar:
        """The whole as one bar from zero."""
        return Bar("Total", "", self.total, 0.0, self.total)

    @property
    def low(self) -> float:
        """Smallest running total, at most 0."""
        return min((0.0, *(min(b.start, b.end) for b in self.bars)))

    @property
    def high(self) -> float:
        """Largest running total, at least 1."""
        return max((1.0, *(max(b.start, b.end) for b in self.bars)))


def acquisition_waterfall(evidence: Evidence) -> Waterfall:
    """Return what speaks for and against one acquisition, strongest first, what the caps hold back after it."""
    findings = _ordered(c for c in evidence.comparisons if c.group is not Group.PATIENT)
    bars = [*_bars(findings, 0.0), *_caps(findings, evidence.total_bits)]
    return Waterfall("Is it the same acquisition?", _not_compared_last(bars), evidence.total_bits)


def patient_waterfall(evidence: Evidence) -> Waterfall:
    """Return what speaks for and against one patient, strongest first; how likely it was before is no part of it."""
    findings = _ordered(c for c in evidence.comparisons if c.group is Group.PATIENT)
    return Waterfall("Is it the same patient?", _not_compared_last(_bars(findings, 0.0)), evidence.patient_bits)


_CAPS = "these facts depend on each other and do not count in full"


def condensed(waterfall: Waterfall) -> Waterfall:
    """Return the waterfall with one row for all findings without weight, and one for each cause of not comparing."""
    weighing = [b for b in waterfall.bars if b.compared and _counts(b)]
    silent = [b for b in waterfall.bars if b.compared and not _counts(b)]
    missing: dict[str, list[Bar]] = defaultdict(list)
    for bar in waterfall.bars:
        if not bar.compared:
            missing[bar.sentence].append(bar)
    reached = weighing[-1].end if weighing else 0.0
    rows = [Bar("Without weight", "; ".join(b.sentence for b in silent), 0.0, reached, reached)] if silent else []
    for sentence, bars in missing.items():
        told = bars[0] if len(bars) == 1 else replace(bars[0], label=", ".join(b.label for b in bars), comparison=None)
        rows.append(replace(told, sentence=sentence))
    return replace(waterfall, bars=(*weighing, *rows))


def _ordered(findings: Iterable[Comparison]) -> list[Comparison]:
    return sorted(findings, key=lambda c: -abs(c.weight_bits))


def _bars(findings: list[Comparison], start: float) -> list[Bar]:
    totals = list(accumulate((c.weight_bits for c in findings), initial=start))
    return [
        Bar(FACTS[c.fact], c.sentence, c.weight_bits, before, after, _compared(c), c)
        for c, before, after in zip(findings, totals, totals[1:], strict=False)
    ]


def _caps(findings: list[Comparison], total: float) -> list[Bar]:
    """Return what each group's cap holds back, and in a last row what no known cap accounts for."""
    sums: dict[Group, float] = defaultdict(float)
    for finding in findings:
        sums[finding.group] += finding.weight_bits
    reached, bars = sum(sums.values()), []
    for group, bits in sums.items():
        least, most = GROUP_CAPS.get(group, (bits, bits))
        held_back = min(max(bits, least), most) - bits
        bars.append(Bar(f"Cap on {group}", _CAPS, held_back, reached, reached + held_back))
        reached += held_back
    bars.append(Bar("Other caps", "of the rules that the verdict was made with", total - reached, reached, total))
    return [bar for bar in bars if _counts(bar)]


def _not_compared_last(bars: list[Bar]) -> tuple[Bar, ...]:
    return tuple(sorted(bars, key=lambda bar: not bar.compared))


def _counts(bar: Bar) -> bool:
    return abs(bar.bits) > _NOTHING


def _compared(comparison: Comparison) -> bool:
    return comparison.level not in _NOT_COMPARED
