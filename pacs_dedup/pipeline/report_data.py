"""Gather a report: totals of a period, every case of it, and what could not be read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from pacs_dedup.domain.case import CaseState
from pacs_dedup.domain.cluster import primary
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.domain.verdict import Judgement, Relation, Verdict
from pacs_dedup.pipeline.case_report import Reading, case_report
from pacs_dedup.ports.study_register import StudyEntry
from pacs_dedup.reports.model import ReportData, SenderTotals, UnreadableInstance, is_alarm

MAX_SENDERS = 40
"""More senders than this (a scanned tree has one per folder) are summed up in one row."""

_RESENT = frozenset(
    {Relation.RESEND, Relation.TRANSCODED_RESEND, Relation.CORRECTED_RESEND, Relation.LOSSY_TWIN},
)
"""Relations of instances that were here under the same UIDs."""
_COPIED = frozenset(
    {
        Relation.EXACT_COPY,
        Relation.LOSSY_COPY,
        Relation.PRESENTATION_TWIN,
        Relation.COPY_PATIENT_UNKNOWN,
        Relation.PROCEDURE_SPLIT,
        Relation.SUBSET,
    }
)
"""Relations of images and objects whose content was here."""

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
    """Return the last judgement of each pair of studies; earlier generations are history.

    A study that grew may have two with itself, on the growth and on what repeats within it: the graver one speaks.
    """
    newest: dict[tuple[StudyKey, StudyKey], list[Judgement]] = {}
    for judgement in judgements:
        pair = judgement.incoming, judgement.prior
        with_itself = judgement.incoming == judgement.prior
        beside = [j for j in newest.get(pair, ()) if with_itself and j.generation == judgement.generation]
        newest[pair] = [*beside, judgement]
    return tuple(gravest for found in newest.values() if (gravest := primary(found)))


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
    copies = [key for key, first in firsts.items() if first and was_here(first.verdict)]
    alarms = [first for first in firsts.values() if first and is_alarm(first.verdict)]
    for_a_person = [first for first in firsts.values() if first and first.verdict.disposition.opens_case]
    return SenderTotals(
        source=source,
        studies=len(entries),
        instances=sum(count for count, _ in sizes.values()),
        size_bytes=sum(size for _, size in sizes.values()),
        copies=len(copies),
        copy_bytes=sum(sizes[key][1] for key in copies),
        flags=len(for_a_person) - len(alarms),
        alerts=len(alarms),
    )


def was_here(verdict: Verdict) -> bool:
    """Tell whether everything that came was here already, in this or in a better version."""
    evidence, coverage = verdict.evidence, verdict.evidence.coverage
    if verdict.relation in _RESENT:
        whole = evidence.sop.shared >= evidence.incoming_instances
    else:
        # Blank frames differ after every lossy compression; without it a blank frame that is new is new content.
        new = coverage.new_content or (coverage.new_uninformative and not coverage.verified)
        known = coverage.matched >= coverage.incoming and not (new or coverage.unreadable_incoming)
        whole = verdict.relation in _COPIED and known
    return whole and verdict.better != "incoming"


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
