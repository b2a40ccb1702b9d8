"""What the documents point at is there: files, sections of files, and the tests that are named as proof."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"])
LINK = re.compile(r"\]\(([^)#\s]*)(?:#[^)\s]*)?\)")
TEST = re.compile(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document):
    targets = {target for target in LINK.findall(document.read_text()) if target and "://" not in target}
    assert [target for target in sorted(targets) if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_named_as_proof_exists(document):
    named = set(TEST.findall(document.read_text()))
    assert [f"{file}::{name}" for file, name in sorted(named) if not has_test(ROOT / file, name)] == []


def has_test(file, name):
    return file.is_file() and (not name or re.search(rf"^\s*def {name}\(", file.read_text(), re.MULTILINE) is not None)


def test_the_threat_model_names_its_proofs():
    text = (ROOT / "docs" / "security.md").read_text()
    assert len(TEST.findall(text)) > 30
