"""Two patients given as JSON are compared, explained, and masked."""

import io
import json
from pathlib import Path

import pytest

from pacs_dedup.domain.patients.weights import MODEL
from tests.unit.cli.conftest import Cli

CHAN = {
    "PatientID": "A123456(3)",
    "PatientName": "CHAN^TAI MAN=陳^大文",
    "PatientBirthDate": "19610403",
    "PatientSex": "M",
}
CHEN = {"PatientID": "SZ00912", "PatientName": "CHEN^DAWEN", "PatientBirthDate": "19610403", "PatientSex": "M"}


def file(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return file(tmp_path, "a.json", CHAN), file(tmp_path, "b.json", CHEN)


def test_programs_get_every_finding_with_its_bits(cli: Cli, pair: tuple[Path, Path]) -> None:
    told = json.loads(cli("patients", "compare", *pair, "--json").out)
    assert (told["model"], told["prior_bits"], told["patient_tier"]) == (MODEL, -20.0, "possible")
    assert [(i["attribute"], i["level"]) for i in told["items"]] == [
        ("patient_id", "id_null"),
        ("patient_name", "rom_cross"),
        ("birth_date", "dob_exact"),
        ("sex", "sex_exact"),
    ]
    assert set(told["items"][0]) == {"attribute", "level", "bits", "tf_bits", "a", "b", "note"}
    total = told["prior_bits"] + sum(i["bits"] + i["tf_bits"] for i in told["items"])
    assert told["match_weight_bits"] == pytest.approx(total, abs=0.05)
    assert told["sentence"].startswith("Possibly the same patient")
    assert told["vetoes"] == []


def test_people_get_a_table_and_what_would_settle_it(cli: Cli, pair: tuple[Path, Path]) -> None:
    answer = cli("patients", "compare", *pair)
    assert answer.code == 0
    for words in (
        "1 in 1,048,576",
        "-20.0",
        "the birth date is the same",
        "tier: possible",
        "Possibly the same patient",
    ):
        assert words in answer.out
    assert "What would settle it: the identity card numbers; the Chinese names." in answer.out
    assert MODEL in answer.out


def test_values_are_masked_unless_asked_for(cli: Cli, pair: tuple[Path, Path]) -> None:
    for more in ([], ["--json"]):
        masked, shown = (
            cli("patients", "compare", *pair, *more),
            cli("patients", "compare", *pair, "--show-values", *more),
        )
        assert "A12****(*)" in masked.out
        assert not any(value in masked.out + masked.err for value in ("A123456", "CHAN", "大文", "SZ00912", "19610403"))
        assert all(value in shown.out for value in ("A123456(3)", "CHAN^TAI MAN", "SZ00912", "19610403"))


def test_the_same_patient_leaves_nothing_to_settle(cli: Cli, pair: tuple[Path, Path]) -> None:
    told = json.loads(cli("patients", "compare", pair[0], pair[0], "--json").out)
    assert (told["patient_tier"], told["what_would_settle_it"]) == ("same", [])
    assert "settle" not in cli("patients", "compare", pair[0], pair[0]).out


def test_the_more_patients_the_lower_the_start(cli: Cli, pair: tuple[Path, Path]) -> None:
    told = json.loads(cli("patients", "compare", *pair, "--prior-patients", 500, "--json").out)
    assert told["prior_bits"] == pytest.approx(-9.97, abs=0.01)
    assert told["patient_tier"] == "probable"


def test_a_newborn_is_never_a_reason_to_hold_anything(cli: Cli, tmp_path: Path) -> None:
    baby = {"PatientName": "BB CHAN SIU LING", "PatientID": "888123", "IssuerOfPatientID": "TMH", "PatientSex": "M"}
    path = file(tmp_path, "baby.json", {**baby, "PatientBirthDate": "20250301"})
    assert json.loads(cli("patients", "compare", path, path, "--json").out)["vetoes"] == [
        "a newborn goes by a provisional name"
    ]
    assert (
        "Nothing may be held back on this: a newborn goes by a provisional name."
        in cli("patients", "compare", path, path).out
    )


def test_both_may_come_by_standard_input(cli: Cli, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    by_files = cli("patients", "compare", *pair, "--json").out
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps([CHAN, CHEN])))
    assert cli("patients", "compare", "-", "--json").out == by_files
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(CHAN)))
    assert cli("patients", "compare", "-", pair[1], "--json").out == by_files


def test_one_file_may_hold_both(cli: Cli, pair: tuple[Path, Path], tmp_path: Path) -> None:
    both = file(tmp_path, "both.json", [CHAN, CHEN])
    assert cli("patients", "compare", both, "--json").out == cli("patients", "compare", *pair, "--json").out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"PatientNmae": "CHAN"}', "PatientNmae is not known"),
        ('{"PatientID": }', "not JSON (Expecting value, line 1, column 15)"),
        ("[" * 100_000, "nested too deeply"),
        ('{"PatientID": 7}', "a string is needed"),
    ],
)
def test_what_is_no_patient_is_refused_with_its_file(
    cli: Cli, pair: tuple[Path, Path], tmp_path: Path, content: str, words: str
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(content)
    answer = cli("patients", "compare", pair[0], bad)
    assert (answer.code, answer.out) == (2, "")
    assert f"{bad}" in answer.err
    assert words in " ".join(answer.err.split())


def test_files_that_can_not_be_read_are_refused(cli: Cli, pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "big5.json").write_bytes('{"PatientName": "陳"}'.encode("big5"))
    assert "not in UTF-8" in cli("patients", "compare", pair[0], tmp_path / "big5.json").err
    assert "No such file" in cli("patients", "compare", pair[0], tmp_path / "nowhere.json").err
    assert "an array of two patients is needed" in cli("patients", "compare", pair[0]).err
    assert "read once" in cli("patients", "compare", "-", "-").err
