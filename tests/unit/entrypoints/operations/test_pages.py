"""The four pages over real HTTP, with a site in memory behind them."""

import http.client
import json
import socket
import threading
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pacs_dedup.config import Settings
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.errors import OutOfStorage, PeerRefused, PeerUnavailable
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.domain.identifiers import AeTitle, SopClassUid, SopInstanceUid, TransferSyntaxUid
from pacs_dedup.entrypoints.operations.checks import Check
from pacs_dedup.entrypoints.operations.instruments import Happening, Instruments, Kind
from pacs_dedup.entrypoints.operations.observation import Observation
from pacs_dedup.pipeline.receive import IncomingInstance
from pacs_dedup.ports.arrival_spool import SpoolUsage
from pacs_dedup.ports.journal import NewWork, Step
from tests.contracts.values import MORNING, arrival
from tests.fakes import FakeClock, FakeDatabase
from tests.integration.support import LOOPBACK, free_port

PEERS = (
    {"name": "qeh", "address": "QEHPACS@10.1.2.3:104"},
    {"name": "archive", "address": "ARCHIVE@10.1.2.4:104", "roles": ["destination"]},
)


class Failing:
    """Figures that can not be read."""

    def read(self):
        raise OutOfStorage("the database did not answer: connection to 10.9.9.9 refused")


class Hanging:
    """Figures of a database that was stopped in mid-air."""

    def __init__(self):
        self.free = threading.Event()

    def read(self):
        self.free.wait(60)
        raise OutOfStorage("too late")


@pytest.fixture
def site(tmp_path, fake_clock: FakeClock):
    """Return a context manager that opens the port over these figures."""

    @contextmanager
    def opened(figures=None, *, low_water_mb=0, **more):
        settings = Settings(
            operations={"port": free_port()},
            peers=PEERS,
            storage={"path": tmp_path, "low_water_mb": low_water_mb},
        )
        instruments = Instruments(settings)
        figures = figures or FakeDatabase(fake_clock).figures
        with closing(Observation(settings, figures, instruments, **{"echo": lambda: None, **more})) as observation:
            observation.start()
            yield observation, instruments

    return opened


def get(observation, path, method="GET"):
    with closing(http.client.HTTPConnection(LOOPBACK, observation.port, timeout=30)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def scraped(observation):
    """Return every sample by name and labels, read by Prometheus's own parser."""
    status, body = get(observation, "/metrics")
    assert status == 200
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


def incoming(calling_ae="QEHPACS", address="10.1.2.3"):
    return IncomingInstance(
        data_set=b"",
        sop_class_uid=SopClassUid("1.2"),
        sop_instance_uid=SopInstanceUid("1.2.3"),
        transfer_syntax_uid=TransferSyntaxUid("1.2.840.10008.1.2.1"),
        calling_ae=AeTitle(calling_ae),
        called_ae=AeTitle("PACSDEDUP"),
        peer_address=address,
        association="a1",
    )


def test_a_site_that_is_well_is_alive_and_ready(site):
    with site() as (observation, _):
        assert get(observation, "/livez") == (200, "alive\n")
        status, body = get(observation, "/readyz")
    assert status == 200
    assert body.splitlines()[0] == "ready"
    assert {line.partition(":")[0] for line in body.splitlines()[1:]} == {"listener", "database", "queue", "disk"}


def test_healthz_tells_name_status_and_description_of_each_component(site):
    with site() as (observation, _):
        status, body = get(observation, "/healthz")
    told = json.loads(body)
    assert (status, told["status"]) == (200, "ok")
    assert all({"name", "status", "description"} <= set(component) for component in told["components"])


def test_a_database_that_does_not_answer_makes_it_unready_and_alive(site):
    with site(Failing()) as (observation, _):
        status, body = get(observation, "/readyz")
        assert get(observation, "/livez")[0] == 200
    assert status == 503
    assert "database: failed: does not answer" in body
    assert "10.9.9.9" not in body, "where the database is, is nobody's concern"


def test_a_database_that_hangs_is_told_in_time_by_every_page(site):
    figures = Hanging()
    with site(figures) as (observation, _):
        samples = scraped(observation)
        status, body = get(observation, "/readyz")
        figures.free.set()
    assert status == 503
    assert "database: failed: does not answer" in body
    assert samples["pacs_dedup_component_up", ("component", "database")] == 0
    assert ("pacs_dedup_quarantine_bytes",) not in samples, "what is not known is left out"


def test_a_component_that_hangs_has_failed(site):
    free = threading.Event()

    def ask():
        free.wait(60)

    with site(more=[Check("spool", ask)]) as (observation, _):
        status, body = get(observation, "/readyz")
        free.set()
    assert status == 503
    assert "spool: failed: no answer within 2 s" in body
    assert "disk: ok" in body


def test_a_component_that_breaks_is_named_without_its_message(site):
    def ask():
        raise ValueError("CHAN^TAI MAN")

    with site(more=[Check("spool", ask)]) as (observation, _):
        status, body = get(observation, "/readyz")
    assert (status, "spool: failed: failed (ValueError)" in body) == (503, True)
    assert "CHAN" not in body


def test_a_warning_is_no_reason_to_send_elsewhere(site):
    more = [Check("spool", lambda: Finding("spool", Health.WARNING, "9 instances wait", "see the database"))]
    with site(more=more) as (observation, _):
        assert get(observation, "/readyz")[0] == 200
        status, body = get(observation, "/healthz")
    assert (status, json.loads(body)["status"]) == (200, "warning")
    assert json.loads(body)["components"][-1]["remedy"] == "see the database"


def test_an_old_queue_entry_is_a_warning(site, fake_clock):
    database = FakeDatabase(fake_clock)
    database.journal.queue([NewWork(Step.FORWARD, "1>archive", MORNING)])
    fake_clock.advance(timedelta(hours=2))
    with site(database.figures) as (observation, _):
        status, body = get(observation, "/readyz")
    assert status == 200
    assert "queue: warning: the oldest entry of forward has been due for 120 min" in body


def test_where_a_spool_keeps_what_comes_a_database_that_is_away_is_a_warning(site):
    with site(Failing(), spool=lambda: SpoolUsage(7, 3 << 20)) as (observation, _):
        status, body = get(observation, "/readyz")
        samples = scraped(observation)
    assert (status, body.splitlines()[0]) == (200, "ready, with warnings")
    assert "spool: warning: 7 arrivals of 3 MiB wait for the database" in body
    assert samples["pacs_dedup_component_up", ("component", "database")] == 0
    assert (samples["pacs_dedup_spool_arrivals",], samples["pacs_dedup_spool_bytes",]) == (7, 3 << 20)


def test_a_spool_that_is_full_makes_it_unready(site):
    with site(Failing(), spool=lambda: SpoolUsage(1 << 40, 0)) as (observation, _):
        status, body = get(observation, "/readyz")
    assert (status, "spool: failed: full" in body) == (503, True)


@pytest.mark.parametrize(("set_aside", "told"), [(2, "spool: warning: 2 files could not be read"), (0, "spool: ok")])
def test_a_spool_tells_of_what_nobody_could_read(site, set_aside, told):
    with site(spool=lambda: SpoolUsage(set_aside=set_aside)) as (observation, _):
        assert told in get(observation, "/readyz")[1]


def test_a_disk_below_low_water_makes_it_unready(site):
    with site(low_water_mb=1 << 40) as (observation, _):
        status, body = get(observation, "/readyz")
    assert (status, "disk: failed" in body) == (503, True)


@pytest.mark.parametrize(
    "error", [PeerUnavailable("PACSDEDUP could not be reached"), PeerRefused("PACSDEDUP answered with status 0110")]
)
def test_a_listener_that_does_not_answer_makes_it_unready(site, error):
    def echo():
        raise error

    with site(echo=echo) as (observation, _):
        assert get(observation, "/readyz")[0] == 503


def test_a_listener_that_is_full_is_ready_with_a_warning(site):
    with site(is_full=lambda: True) as (observation, _):
        status, body = get(observation, "/readyz")
    assert (status, "listener: warning: all associations are in use" in body) == (200, True)


def test_a_service_that_stops_says_so_before_it_is_gone(site):
    with site() as (observation, _):
        observation.stop()
        status, body = get(observation, "/readyz")
    assert (status, "service: failed: is stopping" in body) == (503, True)


def test_the_exposition_is_readable_and_has_every_name_from_the_start(site):
    with site() as (observation, _):
        samples = scraped(observation)
    for peer in ("qeh", "archive", "unknown"):
        assert samples["pacs_dedup_instances_received_total", ("peer", peer)] == 0
    assert samples["pacs_dedup_forward_failures_total", ("dest", "archive")] == 0
    assert samples["pacs_dedup_decisions_total", ("verb", "same")] == 0
    assert samples["pacs_dedup_queue_oldest_seconds", ("step", "forward")] == 0
    assert samples["pacs_dedup_quarantine_bytes",] == 0
    assert samples["pacs_dedup_disk_free_bytes",] > 0


def test_the_last_backup_is_told_once_there_is_one(site, tmp_path):
    with site() as (observation, _):
        assert ("pacs_dedup_last_backup_timestamp_seconds",) not in scraped(observation)
        (tmp_path / "last-backup").touch()
        assert scraped(observation)["pacs_dedup_last_backup_timestamp_seconds",] > 1.7e9


def test_what_is_received_is_counted_by_configured_peer_and_everybody_else_is_unknown(site):
    with site() as (observation, instruments):
        for each in (incoming(), incoming("ANYBODY"), incoming("SOMEBODY"), incoming("QEHPACS", "10.6.6.6")):
            instruments.received(each, StoreStatus.SUCCESS, 0.02)
        instruments.received(incoming(), StoreStatus.OUT_OF_RESOURCES, 0.02)
        samples = scraped(observation)
    assert samples["pacs_dedup_instances_received_total", ("peer", "qeh")] == 1
    assert samples["pacs_dedup_instances_received_total", ("peer", "unknown")] == 3
    assert (
        samples[
            "pacs_dedup_instances_refused_total", ("peer", "qeh"), ("reason", "out_of_resources"), ("status", "A700")
        ]
        == 1
    )
    assert samples["pacs_dedup_store_seconds_count",] == 5
    assert not [key for key in samples if "ANYBODY" in str(key)]


def test_what_a_worker_tells_is_counted(site):
    with site() as (observation, instruments):
        instruments.note(Happening(Kind.FORWARD_FAILED, "archive"))
        instruments.note(Happening(Kind.STUDY_COMPLETED, value=75))
        instruments.worker_restarted()
        instruments.let_go()
        samples = scraped(observation)
    assert samples["pacs_dedup_forward_failures_total", ("dest", "archive")] == 1
    assert samples["pacs_dedup_study_complete_seconds_sum",] == 75
    assert samples["pacs_dedup_worker_restarts_total",] == 1
    assert samples["pacs_dedup_instances_let_go_total",] == 1


def test_a_transfer_syntax_has_the_name_that_the_standard_gives_it_and_no_other(site, fake_clock):
    database = FakeDatabase(fake_clock)
    for number in range(3):
        database.arrivals.note_problem(database.arrivals.record(arrival(number)), "the decoder crashed")
    private = arrival(4).__class__(**{**_fields(arrival(4)), "transfer_syntax_uid": TransferSyntaxUid("1.2.3.4.5")})
    database.arrivals.note_problem(database.arrivals.record(private), "the decoder crashed")
    with site(database.figures) as (observation, _):
        samples = scraped(observation)
    assert samples["pacs_dedup_decode_failures_total", ("ts", "ExplicitVRLittleEndian")] == 3
    assert samples["pacs_dedup_decode_failures_total", ("ts", "other")] == 1


def _fields(value):
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/CHAN%5ETAI", "GET", 404), ("/../etc/passwd", "GET", 404), ("/readyz", "DELETE", 501), ("/livez", "POST", 501)],
)
def test_nothing_else_is_answered_and_nothing_is_echoed(site, path, method, status):
    with site() as (observation, _):
        told, body = get(observation, path, method)
    assert told == status
    assert "CHAN" not in body
    assert "DELETE" not in body


def test_a_query_is_ignored_and_a_head_has_no_body(site):
    with site() as (observation, _):
        assert get(observation, "/livez?patient=CHAN") == (200, "alive\n")
        assert get(observation, "/livez", "HEAD") == (200, "")


def test_slow_readers_do_not_keep_others_out_for_long(site, monkeypatch):
    monkeypatch.setattr("pacs_dedup.entrypoints.operations.http._LONGEST_REQUEST_S", 0.5)
    with site() as (observation, _):
        slow = [socket.create_connection((LOOPBACK, observation.port)) for _ in range(8)]
        for connection in slow:
            connection.sendall(b"GET /livez HT")
        deadline = threading.Event()
        answers = []
        while 200 not in answers and len(answers) < 200:
            answers.append(_status(observation))
            deadline.wait(0.05)
        for connection in slow:
            connection.close()
    assert answers[-1] == 200


def _status(observation):
    try:
        return get(observation, "/livez")[0]
    except (OSError, http.client.HTTPException):
        return 0


def test_where_the_port_is_taken_all_else_goes_on_and_it_is_tried_again(site, monkeypatch, tmp_path, fake_clock):
    monkeypatch.setattr("pacs_dedup.entrypoints.operations.observation._TRY_AGAIN_S", 0.05)
    with socket.create_server((LOOPBACK, 0)) as taken:
        settings = Settings(operations={"port": taken.getsockname()[1]}, storage={"path": tmp_path, "low_water_mb": 0})
        observation = Observation(settings, FakeDatabase(fake_clock).figures, Instruments(settings))
        observation.start()
        assert observation.port == 0
    with closing(observation):
        waiting = threading.Event()
        while not observation.port:
            waiting.wait(0.02)
        assert get(observation, "/livez")[0] == 200


def test_port_0_opens_nothing(tmp_path, fake_clock):
    settings = Settings(operations={"port": 0}, storage={"path": tmp_path, "low_water_mb": 0})
    with closing(Observation(settings, FakeDatabase(fake_clock).figures, Instruments(settings))) as observation:
        observation.start()
        assert observation.port == 0


def test_checks_leave_nothing_in_the_data_folder(site, tmp_path):
    with site() as (observation, _):
        get(observation, "/readyz")
    assert list(tmp_path.iterdir()) == []
