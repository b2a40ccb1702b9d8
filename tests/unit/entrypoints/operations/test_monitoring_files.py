"""The alert rules and the dashboard ask for series and labels that the service really has."""

import json
import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pacs_dedup.config import Settings
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.case import CaseState, Verb
from pacs_dedup.domain.identifiers import TransferSyntaxUid
from pacs_dedup.domain.verdict import Relation
from pacs_dedup.entrypoints.listener.refusals import Refusal, RefusedCall
from pacs_dedup.entrypoints.operations.instruments import Happening, Instruments, Kind
from pacs_dedup.entrypoints.operations.observation import Observation
from pacs_dedup.ports.arrival_spool import SpoolUsage
from pacs_dedup.ports.audit_trail import InboxUsage
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.site_figures import CaseFigures, Figures, QueueFigures
from tests.unit.entrypoints.operations.asking import incoming

ROOT = Path(__file__).parents[4]
ALERTS = (ROOT / "config" / "monitoring" / "alerts.yml").read_text()
DASHBOARD = json.loads((ROOT / "config" / "monitoring" / "grafana-dashboard.json").read_text())
GUIDE = (ROOT / "docs" / "guide" / "operations.md").read_text()
SCRAPERS_OWN = {"up", "job", "instance", "le"}


class EverythingAtOnce:
    """Figures in which every family has a sample."""

    def read(self):
        return Figures(
            queues={step: QueueFigures(1, timedelta(minutes=1)) for step in Step},
            cases=(CaseFigures(Relation.UID_CONFLICT, CaseState.NEW, 1, timedelta(hours=1)),),
            decisions=dict.fromkeys(Verb, 1),
            held=1,
            held_bytes=1,
            dead_letters={"archive": 1},
            unreadable={TransferSyntaxUid("1.2.840.10008.1.2.1"): 1},
        )


@pytest.fixture(scope="module")
def exposed(tmp_path_factory):
    """Every series' name, with the labels it has."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "last-backup").touch()
    peers = [{"name": "archive", "address": "ARCHIVE@10.1.2.4:104", "roles": ["destination"]}]
    settings = Settings(operations={"port": 0}, peers=peers, storage={"path": folder, "low_water_mb": 0})
    instruments = Instruments(settings)
    instruments.received(incoming(), StoreStatus.OUT_OF_RESOURCES, 0.1)
    instruments.refused(RefusedCall(refusal=Refusal.UNKNOWN, address="10.6.6.6"))
    instruments.note(Happening(Kind.STUDY_COMPLETED, value=60))
    instruments.watch_associations(lambda: 0)
    with closing(
        Observation(settings, EverythingAtOnce(), instruments, echo=lambda: None, spool=SpoolUsage, audit=InboxUsage)
    ) as watched:
        body = watched._metrics().body
    found = {}
    for family in text_string_to_metric_families(body):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def expressions():
    told = re.findall(r"^\s+expr: (.+)$", ALERTS, flags=re.MULTILINE)
    return told + [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def names_in(expression):
    return set(re.findall(r"pacs_dedup_[a-z_]+", expression))


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_asks_for_series_and_labels_that_exist(exposed, expression):
    names = names_in(expression.replace('job="pacs_dedup"', ""))
    assert names <= set(exposed), names - set(exposed)
    known = set().union(*(exposed[name] for name in names)) | SCRAPERS_OWN
    labels = set(re.findall(r"[{,]\s*([a-z_]+)(?:=|!)", expression))
    for group in re.findall(r"by \(([^)]*)\)", expression):
        labels |= {label.strip() for label in group.split(",")}
    assert labels <= known, labels - known
    assert expression.count("(") == expression.count(")")


def test_values_that_rules_select_are_values_that_exist():
    for classes in re.findall(r'class=~"([^"]*)"', ALERTS):
        assert set(classes.split("|")) <= set(Relation)
    for reasons in re.findall(r'reason!?=~"([^"]*)"', ALERTS):
        assert set(reasons.split("|")) <= set(Refusal)


def test_every_series_is_shown_or_watched(exposed):
    asked = set().union(*map(names_in, expressions()))
    of_histograms = {name for name in exposed if re.search(r"_(sum|count|created)$", name)}
    own = {name for name in exposed if name.startswith("pacs_dedup_")} - of_histograms
    assert own - asked == set()


def test_counters_that_figures_give_do_not_depend_on_the_process(exposed):
    for name in ("decisions_total", "decode_failures_total"):
        assert f"pacs_dedup_{name}" in exposed


def test_every_alert_and_every_series_is_explained_in_the_guide(exposed):
    alerts = re.findall(r"- alert: (\w+)", ALERTS)
    assert len(alerts) > 10
    assert not [alert for alert in alerts if alert not in GUIDE]
    told = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in exposed if name.startswith("pacs_dedup_")}
    assert not [name for name in told if name not in GUIDE]
