"""What is counted where it happens: in the listener's process, or told to it by the worker.

Labels are names of configured peers and words of our own: a network peer can not make up new ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from pacs_dedup import __version__
from pacs_dedup.config import Settings
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.entrypoints.listener.refusals import Refusal, RefusedCall
from pacs_dedup.pipeline.receive import IncomingInstance

UNKNOWN = "unknown"
_STORE_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_STUDY_BUCKETS_S = (30, 60, 90, 120, 300, 600, 900, 1800, 3600, 5400, 7200, 14400)


class Kind(StrEnum):
    """What a worker tells of."""

    FORWARD_FAILED = "forward_failed"
    STUDY_COMPLETED = "study_completed"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a worker tells of.

    Attributes:
        label: the destination's name, for ``FORWARD_FAILED``.
        value: seconds, for ``STUDY_COMPLETED``.
    """

    kind: Kind
    label: str = ""
    value: float = 0.0


Tell = Callable[[Happening], None]
"""Takes note of a happening; never raises and never waits."""


class Instruments:
    """The counters of one process. They begin at 0 with it, which Prometheus knows for what it is (``rate`` does)."""

    def __init__(self, settings: Settings) -> None:
        """Prepare the counters; each label that the configuration names is there from the start, at 0."""
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        facts = {"version": __version__, "mode": str(settings.mode.action)}
        self._gauge("build_info", "Always 1; the labels say what runs.", list(facts)).labels(**facts).set(1)
        self._received = self._counter("instances_received", "Instances acknowledged with Success.", ["peer"])
        self._refused = self._counter(
            "instances_refused",
            "Instances not acknowledged with Success, by status and reason.",
            ["peer", "status", "reason"],
        )
        self._store_seconds = Histogram(
            "pacs_dedup_store_seconds",
            "Time from the last byte of an instance to the answer.",
            buckets=_STORE_BUCKETS_S,
            registry=self.registry,
        )
        self._study_complete_seconds = Histogram(
            "pacs_dedup_study_complete_seconds",
            "Time from the first instance of a study's generation until its verdicts were acted on.",
            buckets=_STUDY_BUCKETS_S,
            registry=self.registry,
        )
        self._forward_failures = self._counter(
            "forward_failures", "Attempts to send one instance that the destination did not acknowledge.", ["dest"]
        )
        self._let_go = self._counter(
            "instances_let_go", "Instances that went out without waiting for a verdict, because analysis was behind."
        )
        self._associations_refused = self._counter(
            "associations_refused", "Callers who got no association, by reason.", ["reason"]
        )
        self._worker_restarts = self._counter("worker_restarts", "Workers that ended unasked and were replaced.")
        self._name_what_is_configured(settings)

    def received(self, incoming: IncomingInstance, status: StoreStatus, seconds: float) -> None:
        """Count an instance that was answered with ``status`` after so many seconds."""
        self._store_seconds.observe(seconds)
        if status is StoreStatus.SUCCESS:
            self._received.labels(incoming.peer or UNKNOWN).inc()
        else:
            self._count_refused(incoming.peer, status)

    def let_go(self) -> None:
        """Count an instance that does not wait for its verdict, because too much waits to be examined."""
        self._let_go.inc()

    def refused(self, call: RefusedCall) -> None:
        """Count a caller who got no association, or an instance that is not taken from its sender."""
        if call.refusal is Refusal.NOT_A_SOURCE:
            self._count_refused(call.peer, StoreStatus.NOT_AUTHORIZED)
            return
        self._associations_refused.labels(str(call.refusal)).inc()

    def worker_restarted(self) -> None:
        """Count a worker that had to be replaced."""
        self._worker_restarts.inc()

    def note(self, happening: Happening) -> None:
        """Count what a worker tells of."""
        match happening.kind:
            case Kind.FORWARD_FAILED:
                self._forward_failures.labels(happening.label).inc()
            case Kind.STUDY_COMPLETED:
                self._study_complete_seconds.observe(happening.value)
            case _:
                assert_never(happening.kind)

    def watch_associations(self, count: Callable[[], int]) -> None:
        """Show how many associations are open, asked at each scrape."""
        self._gauge("associations_active", "Connections to the listener that are open.").set_function(count)

    def _count_refused(self, peer: str, status: StoreStatus) -> None:
        self._refused.labels(peer or UNKNOWN, f"{int(status):04X}", status.name.lower()).inc()

    def _name_what_is_configured(self, settings: Settings) -> None:
        for name in [*(peer.name for peer in settings.peers), UNKNOWN]:
            self._received.labels(name)
        for peer in settings.destinations:
            self._forward_failures.labels(peer.name)

    def _counter(self, name: str, told: str, labels: list[str] | None = None) -> Counter:
        return Counter(f"pacs_dedup_{name}", told, labels or [], registry=self.registry)

    def _gauge(self, name: str, told: str, labels: list[str] | None = None) -> Gauge:
        return Gauge(f"pacs_dedup_{name}", told, labels or [], registry=self.registry)
