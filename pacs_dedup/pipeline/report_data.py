"""Gather a report: totals of a period, every case of it, and what could not be read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from pacs_dedup.domain.case import CaseState
from pacs_dedup.domain.cluster import primary
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.domain.verdict import Disposition, Judgement, Relation
from pacs_dedup.pipeline.case_report import Reading, case_report
from pacs_dedup.ports.study_register import StudyEntry
from pacs_dedup.reports.model import ReportData, SenderTotals, UnreadableInstance

MAX_SENDERS = 40
"""More senders than this (a scanned tree has one per folder) are summed up in one row."""

_COPIES = frozenset(
    {
        Relation.RESEND,
        Relation.TRANSCODED_RESEND,
        Relation.CORRECTED_RESEND,
        Relation.LOSSY_TWIN,
        Relation.EXACT_COPY,
        Relation.LOSSY_COPY,
        Relation.PRESENTATION_TWIN,
        Relation.COPY_PATIENT_UNKNOWN,
        Relation.PROCEDURE_SPLIT,
        Relation.SUBSET,
    }
)
"""Relations by which everything that came was here already, in this or in a better version."""

_OPEN = frozenset({CaseState.NEW, CaseState.ESCALATED})


def gather(
    reading: Reading,
    *,
    product_version: str,
    action: str,
    sites: Mapping[str, str] = MappingProxyType({}),
    since: datetime | None = None,
) -> ReportData:
    """Gather everything that arrived, was judged or still waits, from ``since`` on.

    Cases that are open are reported whenever they were opened: nothing that waits for a person drops out of sight.
    """
    now = reading.clock.now()
    entries = [e for e in reading.register.entries() if _within(e.opened_at, since)]
    pairs = newest_of_each_pair(j for j in reading.case_book.judgements() if _within(j.judged_at, since))
    cases = [c for c in reading.case_book.cases() if c.state in _OPEN or _within(c.opened_at, since)]
    senders = _senders(entries, pairs, reading)
    return ReportData(
        generated_at=now,
        query=_query(since),
        action=action,
        product_version=product_version,
        digest_versions=tuple(sorted({j.verdict.digest_version for j in pairs})),
        rules_versions=tuple(sorted({j.verdict.rules_version for j in pairs})),
        since=since,
        until=now,
        studies=sum(s.studies for s in senders),
        instances=sum(s.instances for s in senders),
        size_bytes=sum(s.size_bytes for s in senders),
        copies=sum(s.copies for s in senders),
        copy_bytes=sum(s.copy_bytes for s in senders),
        held=len(reading.quarantine.holds()),
        pairs=tuple(Counter(j.verdict.relation for j in pairs).most_common()),
        dispositions=tuple(Counter(j.verdict.disposition for j in pairs).most_common()),
        senders=_abridged(senders),
        cases=tuple(case_report(case, reading) for case in cases),
        unreadable=_unreadable(reading, since),
        sites=sites,
    )


def newest_of_each_pair(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Return the last judgement of each pair of studies; earlier generations are history."""
    return tuple({(j.incoming, j.prior): j for j in judgements}.values())


def _within(at: datetime, since: datetime | None) -> bool:
    return since is None or at >= since


def _query(since: datetime | None) -> str:
    return f"arrivals, verdicts and cases since {since.isoformat()}, and all open cases" if since else "everything"


def _senders(entries: list[StudyEntry], pairs: tuple[Judgement, ...], reading: Reading) -> list[SenderTotals]:
    by_source: dict[str, list[StudyEntry]] = {}
    for entry in entries:
        by_source.setdefault(entry.key.source, []).append(entry)
    judged: dict[StudyKey, list[Judgement]] = {}
    for judgement in pairs:
        if judgement.incoming != judgement.prior:
            judged.setdefault(judgement.incoming, []).append(judgement)
    totals = [_totals(source, studies, judged, reading) for source, studies in by_source.items()]
    return sorted(totals, key=lambda t: (-t.copies, t.source))


def _totals(
    source: str, entries: list[StudyEntry], judged: dict[StudyKey, list[Judgement]], reading: Reading
) -> SenderTotals:
    sizes = {entry.key: _size(entry.key, reading) for entry in entries}
    firsts = {entry.key: primary(judged.get(entry.key, ())) for entry in entries}
    copies = [key for key, first in firsts.items() if first and first.verdict.relation in _COPIES]
    dispositions = Counter(first.verdict.disposition for first in firsts.values() if first)
    return SenderTotals(
        source=source,
        studies=len(entries),
        instances=sum(count for count, _ in sizes.values()),
        size_bytes=sum(size for _, size in sizes.values()),
        copies=len(copies),
        copy_bytes=sum(sizes[key][1] for key in copies),
        flags=dispositions[Disposition.FLAG] + dispositions[Disposition.QUARANTINE],
        alerts=dispositions[Disposition.ALERT],
    )


def _size(key: StudyKey, reading: Reading) -> tuple[int, int]:
    """Return the number of arrivals of a study, and their bytes."""
    members = reading.register.members(key)
    arrivals = (reading.arrivals.get(member.arrival_id) for member in members)
    return len(members), sum(arrival.size_bytes for arrival in arrivals if arrival)


def _abridged(senders: list[SenderTotals]) -> tuple[SenderTotals, ...]:
    rest = senders[MAX_SENDERS:]
    if not rest:
        return tuple(senders)
    summed = SenderTotals(
        source=f"{len(rest)} other senders",
        studies=sum(s.studies for s in rest),
        instances=sum(s.instances for s in rest),
        size_bytes=sum(s.size_bytes for s in rest),
        copies=sum(s.copies for s in rest),
        copy_bytes=sum(s.copy_bytes for s in rest),
        flags=sum(s.flags for s in rest),
        alerts=sum(s.alerts for s in rest),
    )
    return (*senders[:MAX_SENDERS], summed)


def _unreadable(reading: Reading, since: datetime | None) -> tuple[UnreadableInstance, ...]:
    found = []
    for problem in reading.arrivals.problems():
        arrival = reading.arrivals.get(problem.arrival_id)
        if arrival is not None and _within(problem.received_at, since):
            found.append(
                UnreadableInstance(
                    source=problem.source,
                    received_at=problem.received_at,
                    size_bytes=arrival.size_bytes,
                    cause=problem.cause,
                    reference=arrival.locator or f"arrival {problem.arrival_id}",
                )
            )
    return tuple(found)
