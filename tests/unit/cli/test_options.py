"""Global options, help, exit codes: the parts that every command shares."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup import __version__
from pacs_dedup.entrypoints.cli.app import hoisted
from tests.unit.cli.conftest import Cli

COMMANDS = (
    "serve",
    "scan",
    "compare",
    "report",
    "demo",
    "cases list",
    "cases show",
    "cases decide",
    "cases undo",
    "commitments untold",
    "quarantine list",
    "quarantine release",
    "config check",
    "config show",
    "renew",
)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help_that_exits_with_0(cli: Cli, command: str) -> None:
    answer = cli(*command.split(), "--help")

    assert answer.code == 0
    assert "Usage: " in answer.out
    assert answer.err == ""


def test_the_help_names_the_exit_codes(cli: Cli) -> None:
    said = " ".join(cli("--help").out.split())

    for words in ("0 ok", "1 findings", "2 usage", "3 partial", "4 a peer"):
        assert words in said


def test_the_version_is_printed(cli: Cli) -> None:
    assert cli("--version").out.strip() == f"pacs_dedup {__version__}"


@pytest.mark.parametrize(
    "words", [("nonsense",), ("cases", "decide", "1", "delete", "--by", "me"), ("scan",), ("cases", "show", "x")]
)
def test_a_usage_error_exits_with_2_and_says_so_on_stderr(cli: Cli, words: tuple[str, ...]) -> None:
    answer = cli(*words)

    assert answer.code == 2
    assert answer.out == ""
    assert answer.err


def test_a_bad_configuration_is_one_message_without_a_traceback(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[dicom]\nporrt = 1\n[mode]\naction = "delete"\n')

    answer = cli("config", "check", "--config", tmp_path / "bad.toml")

    assert answer.code == 2
    assert "did you mean 'port'?" in answer.err
    assert "mode.action" in answer.err
    assert "Traceback" not in answer.err


def test_a_good_configuration_is_told_on_stderr(cli: Cli) -> None:
    answer = cli("config", "check")

    assert (answer.code, answer.out) == (0, "")
    assert "The configuration is good: mode observe, 0 peers." in answer.err


def test_the_data_folder_can_be_given_behind_the_command(cli: Cli) -> None:
    for words in (("--data", "here", "config", "show", "--json"), ("config", "show", "--json", "--data=here")):
        assert json.loads(cli(*words).out)["storage"]["path"] == "here"


def test_the_configuration_is_shown_for_people_without_secrets(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        '[storage]\ndatabase_url = "postgresql+psycopg://u:hunter2@db/x"\n'
        '[[peers]]\nname = "qeh"\naddress = "QEHPACS@10.1.2.3:104"\n'
    )

    answer = cli("config", "show", "--config", tmp_path / "site.toml")

    assert "peers[0].name" in answer.out
    assert "hunter2" not in answer.out + answer.err
    assert "11112" in answer.out


def test_a_data_folder_that_is_not_there_is_not_made_by_looking_for_cases(cli: Cli, tmp_path: Path) -> None:
    answer = cli("cases", "list", "--data", tmp_path / "misspelt")

    assert answer.code == 2
    assert "there is no data folder" in answer.err
    assert not (tmp_path / "misspelt").exists()


def test_output_that_is_no_terminal_has_no_colour(cli: Cli, tmp_path: Path) -> None:
    answer = cli("config", "show")

    assert "\x1b" not in answer.out + cli("cases", "list", "--data", tmp_path / "no").err


def test_the_module_runs_as_the_command_does(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pacs_dedup", "cases", "list", "--data", "misspelt"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no data folder")
    assert len(done.stderr.splitlines()) == 1


words = st.lists(st.sampled_from(["scan", "a", "--json", "--exit-code", "--state", "-x", "--data=d"]), max_size=8)


@given(words, words)
def test_hoisting_only_moves_global_options_to_the_front(before: list[str], after: list[str]) -> None:
    line = [*before, "--", *after]

    moved = hoisted(line)

    assert sorted(moved) == sorted(line)
    assert moved[-len(after) - 1 :] == ["--", *after]
    rest = [w for w in before if w not in ("--json", "--data=d")]
    assert [w for w in moved[: -len(after) - 1] if w not in ("--json", "--data=d")] == rest


def test_a_global_option_without_its_value_stays_an_error(cli: Cli) -> None:
    assert hoisted(["scan", "--data"]) == ["--data", "scan"]
    assert cli("config", "show", "--config").code == 2


@pytest.mark.parametrize("words", [("cases", "list"), ("report", "--out", "never"), ("renew",)])
def test_a_damaged_database_is_a_storage_failure_that_says_what_to_do(
    cli: Cli, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "pacs_dedup.db").write_bytes(b"no database at all " * 500)

    answer = cli(*words, "--data", tmp_path)

    assert answer.code == 4
    assert answer.out == ""
    assert "delete nothing: restore it from a backup" in answer.err
    assert "defect" not in answer.err
