"""``scan --json`` prints one object for each pair of studies that have something in common."""

import json
from pathlib import Path
from typing import Any

from scripts.make_verdict_schema import FILE
from tests.json_schema import violations
from tests.unit.cli.conftest import STORIES, Cli, Scanned

SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))


def pairs(cli: Cli, scanned: Scanned, data: Path, *options: str) -> list[dict[str, Any]]:
    answer = cli("scan", scanned.tree, "--data", data, "--json", *options)
    assert answer.code == 3, "the tree holds a damaged file"
    assert "damaged.dcm" in answer.err
    return [json.loads(line) for line in answer.out.splitlines()]


def test_each_related_pair_is_one_line_by_the_schema(cli: Cli, scanned: Scanned, own_data: Path) -> None:
    found = pairs(cli, scanned, own_data)

    relations = dict(json.loads(scanned.answer.out)["relations"])
    assert len(found) == sum(number for relation, number in relations.items() if relation != "distinct")
    assert [violation for pair in found for violation in violations(pair, SCHEMA)] == []
    assert "distinct" not in {pair["relation"] for pair in found}


def test_a_pair_names_both_studies_and_where_their_files_lie(cli: Cli, scanned: Scanned, own_data: Path) -> None:
    (copy,) = [pair for pair in pairs(cli, scanned, own_data) if pair["relation"] == "exact_copy"]

    folders = {side: {Path(path).parent for path in copy[side]["paths"]} for side in "ab"}
    story = scanned.tree / STORIES[0]
    assert {folder for found in folders.values() for folder in found} == {story / "01-qeh", story / "02-pmh"}
    assert all(len(found) == 1 for found in folders.values())
    assert copy["a"]["study_instance_uid"] != copy["b"]["study_instance_uid"]
    assert copy["a"]["size_bytes"] == sum(Path(path).stat().st_size for path in copy["a"]["paths"])


def test_values_are_masked_unless_they_are_asked_for(cli: Cli, scanned: Scanned, own_data: Path) -> None:
    masked = json.dumps(pairs(cli, scanned, own_data), ensure_ascii=False)
    whole = json.dumps(pairs(cli, scanned, own_data, "--show-values"), ensure_ascii=False)

    assert "KA FAI" not in masked
    assert "KA FAI" in whole
