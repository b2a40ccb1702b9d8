"""Dead letters are listed with their cause, and requeued by whatever names them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pacs_dedup.config import load_settings
from pacs_dedup.domain.identifiers import ArrivalId, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid, StudyKey
from pacs_dedup.ports.forward_book import Failure, Trouble
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.quarantine import Hold
from pacs_dedup.wiring import Services, open_services
from tests.contracts.values import MINUTE, arrival, blob, fingerprint
from tests.unit.cli.conftest import Cli

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STUDIES = {1: ("1.1", "1.1.1"), 2: ("1.1", "1.1.2"), 3: ("1.2", "1.2.1")}
"""Study and series of each number; the fourth could not be read at all."""


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gateway with two destinations; both refused four instances of EAST, the last of them unreadable."""
    file = tmp_path / "site.toml"
    peers = "".join(
        f'[[peers]]\nname = "{n}"\naddress = "{n.upper()}@127.0.0.1:104"\nroles = ["destination"]\n' for n in ("a", "b")
    )
    file.write_text(f'[storage]\npath = "{tmp_path / "data"}"\n{peers}')
    monkeypatch.setenv("PACS_DEDUP_CONFIG", str(file))
    with open_services(load_settings(file)) as services:
        for number in range(1, 5):
            _refuse(number, services)
    return file


def _refuse(number: int, services: Services) -> None:
    arrival_id = services.arrivals.record(arrival(number), ["a", "b"])
    if number in STUDIES:
        study, series = STUDIES[number]
        uids = {"study_instance_uid": StudyInstanceUid(study), "series_instance_uid": SeriesInstanceUid(series)}
        services.index.put(replace(fingerprint(number), **uids))
        services.register.file(StudyKey(StudyInstanceUid(study), "EAST"), arrival_id, blob(number), NOW)
    for to in ("a", "b"):
        work = services.journal.claim(Step.FORWARD, MINUTE, to)
        assert work is not None
        services.journal.postpone(work, datetime(2999, 1, 1, tzinfo=UTC), "refused")
        services.forwards.note(Failure(to, arrival_id, Trouble.REFUSED, f"{to}: refused (status C000)", 1, NOW))


@pytest.fixture
def services(configured: Path) -> Iterator[Services]:
    with open_services(load_settings(configured)) as opened:
        yield opened


def due(services: Services) -> set[str]:
    """What is due now; it is claimed by this."""
    found = set()
    for to in ("a", "b"):
        while work := services.journal.claim(Step.FORWARD, MINUTE, to):
            found.add(work.subject)
    return found


def test_without_dead_letters_there_is_nothing_to_list(cli: Cli, own_data: Path) -> None:
    answer = cli("forwards", "list", "--data", own_data, "--exit-code")
    assert (answer.code, "no dead letters" in answer.err) == (0, True)


def test_dead_letters_are_listed_by_study_with_their_cause(configured: Path, cli: Cli) -> None:
    answer = cli("forwards", "list", "--config", configured, "--exit-code")
    assert answer.code == 1
    assert "1.1@EAST" in answer.out
    assert "refused: b: refused (status C000)" in answer.out
    assert "not even its header could be read" in answer.out
    assert len(answer.out.splitlines()) == 1 + 2 * 3


def test_as_json_each_instance_is_told_with_its_names(configured: Path, cli: Cli) -> None:
    told = json.loads(cli("forwards", "list", "--config", configured, "--destination", "a", "--json").out)
    assert [(row["study"], row["series_instance_uid"]) for row in told] == [
        ("1.1@EAST", "1.1.1"),
        ("1.1@EAST", "1.1.2"),
        ("1.2@EAST", "1.2.1"),
        (None, ""),
    ]
    assert {(row["destination"], row["trouble"]) for row in told} == {("a", "refused")}
    assert told[3]["sop_instance_uid"] == arrival(4).sop_instance_uid


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["--all"], {1, 2, 3, 4}),
        (["--study", "1.1"], {1, 2}),
        (["--study", "1.2@EAST"], {3}),
        (["--series", "1.1.2"], {2}),
        (["--instance", arrival(4).sop_instance_uid], {4}),
    ],
)
@pytest.mark.parametrize("destination", ["", "b"])
def test_what_is_named_is_requeued_and_nothing_else(
    configured: Path, cli: Cli, services: Services, words: list[str], numbers: set[int], destination: str
) -> None:
    more = ["--destination", destination] if destination else []
    answer = cli("forwards", "requeue", *words, *more, "--config", configured, "--json")
    to = [destination] if destination else ["a", "b"]
    assert answer.code == 0
    assert json.loads(answer.out) == {"requeued": len(numbers) * len(to), "held": 0}
    assert due(services) == {f"{number}>{name}" for number in numbers for name in to}


def test_what_is_held_back_is_not_let_go_by_requeueing(configured: Path, cli: Cli, services: Services) -> None:
    services.quarantine.hold(Hold(StudyKey(StudyInstanceUid("1.2"), "EAST"), 1, "a copy", NOW, None))
    answer = cli("forwards", "requeue", "--all", "--destination", "a", "--config", configured)
    assert "Requeued: 3 instances" in answer.err
    assert "1 instance left: held back" in answer.err
    assert due(services) == {"1>a", "2>a", "4>a"}


@pytest.mark.parametrize("words", [[], ["--all", "--study", "1.1"], ["--study", "1.9"], ["--study", "1.1@WEST"]])
def test_a_name_that_says_nothing_or_too_much_is_refused(configured: Path, cli: Cli, words: list[str]) -> None:
    assert cli("forwards", "requeue", *words, "--config", configured).code == 2


def test_an_arrival_number_names_one_instance(services: Services) -> None:
    letters = services.forwards.dead_letters(["a", "b"])
    assert {letter.arrival_id for letter in letters} == {ArrivalId(n) for n in range(1, 5)}
    assert {letter.sop_instance_uid for letter in letters} == {SopInstanceUid(f"1.2.826.1.{n}") for n in range(1, 5)}
