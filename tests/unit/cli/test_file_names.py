"""File names that are no UTF-8, as old Windows shares have them, are printed with their bytes as escapes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.conftest import SAMPLES, Answer

BIG5 = os.fsdecode("病人".encode("big5"))
SHOWN = r"\xaff\xa4H"
STORY = SAMPLES / "03-new-uids-same-hkid"


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two copies of a study in folders with such names, and a file that can not be read."""
    share = tmp_path_factory.mktemp("share")
    for side in ("01-qeh", "02-pmh"):
        shutil.copytree(STORY / side, share / f"{side}{BIG5}")
    shutil.copy(next((STORY / "01-qeh").iterdir()), share / f"01-qeh{BIG5}" / f"{BIG5}.dcm")
    (share / f"02-pmh{BIG5}" / f"{BIG5}.dcm").write_bytes(b"\0" * 128 + b"DICM")
    return share


@pytest.fixture(scope="module")
def data(share: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("names") / "data"
    assert on_a_strict_terminal("scan", share, "--data", data).code == 3
    return data


def on_a_strict_terminal(*words: object) -> Answer:
    """Run one command line in a process whose output takes UTF-8 and nothing else."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict", "PACS_DEDUP_CONFIG": os.devnull}
    done = subprocess.run(
        [sys.executable, "-m", "pacs_dedup", *map(str, words)], env=environment, capture_output=True, check=False
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("more", [(), ("--json",), ("--json", "--account")])
def test_scanning_prints_them(share: Path, data: Path, more: tuple[str, ...]) -> None:
    answer = on_a_strict_terminal("scan", share, "--data", data, *more)
    assert answer.code == 3
    assert SHOWN in answer.out.replace("\\\\", "\\")


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_comparing_prints_them(share: Path, more: tuple[str, ...]) -> None:
    answer = on_a_strict_terminal("compare", share / f"02-pmh{BIG5}", share / f"01-qeh{BIG5}", *more)
    assert answer.code == 3
    assert f"02-pmh{SHOWN}/{SHOWN}.dcm: " in answer.err
    if more:
        assert f"01-qeh{SHOWN}" in json.loads(answer.out)["b"]["source"]


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    answer = on_a_strict_terminal("compare", tmp_path / BIG5, tmp_path)
    assert (answer.code, SHOWN in answer.err) == (2, True)


@pytest.mark.parametrize("words", [("cases", "list"), ("cases", "list", "--json"), ("cases", "show", "1")])
def test_cases_print_them(data: Path, words: tuple[str, ...]) -> None:
    answer = on_a_strict_terminal(*words, "--data", data)
    assert answer.code == 0
    assert SHOWN in answer.out.replace("\\\\", "\\")


@pytest.mark.parametrize("kind", ["html", "csv", "json"])
def test_reports_hold_them(data: Path, tmp_path: Path, kind: str) -> None:
    assert on_a_strict_terminal("report", "--out", tmp_path / f"report.{kind}", "--data", data).code == 0
    assert SHOWN in (tmp_path / f"report.{kind}").read_text("utf-8-sig").replace("\\\\", "\\")
