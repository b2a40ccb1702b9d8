"""The four pages over real HTTP, with a site in memory behind them."""

import http.client
import json
import socket
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import OutOfStorage, PeerRefused, PeerUnavailable
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.entrypoints.operations.checks import Check
from pacs_dedup.entrypoints.operations.instruments import Instruments
from pacs_dedup.entrypoints.operations.observation import Observation
from pacs_dedup.ports.arrival_spool import SpoolUsage
from pacs_dedup.ports.audit_trail import InboxUsage
from pacs_dedup.ports.journal import NewWork, Step
from tests.contracts.values import MORNING
from tests.fakes import FakeDatabase
from tests.integration.support import LOOPBACK
from tests.unit.entrypoints.operations.asking import Failing, Hanging, get, scraped


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


@pytest.mark.parametrize(
    ("used", "told"),
    [
        (InboxUsage(3, datetime.now(UTC)), "audit: ok: 3 events wait for the database"),
        (
            InboxUsage(3, datetime.now(UTC) - timedelta(hours=2)),
            "audit: warning: 3 events wait for the database, the old",
        ),
        (
            InboxUsage(50_000, datetime.now(UTC)),
            "audit: warning: 50000 events wait for the database, of 100000 that may",
        ),
        (InboxUsage(set_aside=2), "audit: warning: 2 files could not be read"),
    ],
)
def test_audit_events_that_do_not_go_on_are_a_warning(site, used, told):
    with site(audit=lambda: used) as (observation, _):
        status, body = get(observation, "/readyz")
        samples = scraped(observation)
    assert (status, told in body) == (200, True), body
    assert samples["pacs_dedup_audit_waiting_events",] == used.events
    assert (samples["pacs_dedup_audit_oldest_seconds",] > 7000) is ("old" in told)
    assert samples["pacs_dedup_audit_set_aside",] == used.set_aside


def test_an_audit_folder_that_can_not_be_read_is_told_and_left_out_of_the_metrics(site):
    def usage():
        raise OutOfStorage("the audit folder could not write")

    with site(audit=usage) as (observation, _):
        assert "audit: failed" in get(observation, "/readyz")[1]
        assert ("pacs_dedup_audit_waiting_events",) not in scraped(observation)


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
