"""What is counted in the database or measured on the disk, at each scrape, in Prometheus's families."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from pydicom.uid import UID

from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.entrypoints.operations.bounded import Bounded
from pacs_dedup.ports.audit_trail import InboxUsage
from pacs_dedup.ports.site_figures import Figures

Measures = Iterable[tuple[str, str, float]]
"""Name without prefix, help text and value of gauges."""

_OTHER = "other"


class SiteCollector(Collector):
    """Asks for findings, measures and figures when it is scraped; what is not known is left out, never guessed."""

    def __init__(
        self,
        findings: Callable[[], Iterable[Finding]],
        measures: Callable[[], Measures],
        figures: Callable[[], Figures | None],
    ) -> None:
        self._findings = findings
        self._measures = measures
        self._figures = figures

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield the families of one scrape."""
        up = _gauge("component_up", "1 unless the check of the component failed.", "component")
        for finding in self._findings():
            up.add_metric([finding.component], float(finding.health is not Health.FAILED))
        yield up
        for name, told, value in self._measures():
            yield GaugeMetricFamily(f"pacs_dedup_{name}", told, value)
        figures = self._figures()
        if figures is not None:
            yield from families(figures)


def audit_measures(usage: Bounded[InboxUsage], within: timedelta) -> Measures:
    """Measure the audit inbox; where it can not be looked up in time, what is not known is left out."""
    try:
        used = usage.result(within)
    except (PacsDedupError, TimeoutError):
        return
    age_s = (datetime.now(UTC) - used.oldest_at).total_seconds() if used.oldest_at else 0.0
    yield "audit_waiting_events", "Audit events that wait on the disk for the database.", used.events
    yield "audit_oldest_seconds", "How long the oldest of them has waited.", max(0.0, age_s)
    yield "audit_set_aside", "Files of the audit folder that could not be read.", used.set_aside
    yield "audit_counted_only", "Events that this process has counted and not kept one by one.", used.counted_only


def families(figures: Figures) -> Iterator[Metric]:
    """Yield the families of what was counted in the database."""
    length = _gauge("queue_length", "Queue entries not done, held ones included.", "step")
    oldest = _gauge("queue_oldest_seconds", "How long the oldest queue entry has been due.", "step")
    for step, queue in figures.queues.items():
        length.add_metric([step], queue.waiting)
        oldest.add_metric([step], queue.oldest.total_seconds())
    yield from (length, oldest)
    cases_open = _gauge("cases_open", "Cases that nobody has decided.", "class", "state")
    case_age = _gauge("case_age_seconds", "Age of the oldest undecided case.", "class", "state")
    for case in figures.cases:
        cases_open.add_metric([case.relation, case.state], case.count)
        case_age.add_metric([case.relation, case.state], case.oldest.total_seconds())
    yield from (cases_open, case_age)
    decisions = _counter("decisions", "Decisions of people, whether or not they were taken back.", "verb")
    for verb, count in figures.decisions.items():
        decisions.add_metric([verb], count)
    yield decisions
    yield GaugeMetricFamily("pacs_dedup_quarantine_studies", "Generations of studies held back.", figures.held)
    yield GaugeMetricFamily("pacs_dedup_quarantine_bytes", "Size of what is held back.", figures.held_bytes)
    dead = _gauge("dead_letters", "Instances that a destination will not take, and that wait for a person.", "dest")
    for name, count in figures.dead_letters.items():
        dead.add_metric([name], count)
    yield from (dead, _decode_failures(figures))


def _decode_failures(figures: Figures) -> Metric:
    family = _counter("decode_failures", "Instances that could not be examined, by transfer syntax.", "ts")
    counts: dict[str, int] = {}
    for uid, count in figures.unreadable.items():
        name = _transfer_syntax(uid)
        counts[name] = counts.get(name, 0) + count
    for name, count in sorted(counts.items()):
        family.add_metric([name], count)
    return family


def _transfer_syntax(uid: str) -> str:
    """Name a transfer syntax of the standard; a peer may propose any other, so these share one name."""
    known = UID(uid)
    return known.keyword or _OTHER if known.type == "Transfer Syntax" else _OTHER


def _gauge(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"pacs_dedup_{name}", told, labels=labels)


def _counter(name: str, told: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"pacs_dedup_{name}", told, labels=labels)
