"""Audit events as JSON values, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pacs_dedup.domain.audit import Alert, AuditedStudy, AuditEvent, AuditKind, Outcome, Party


def moment(at: datetime) -> str:
    """Write a moment in UTC with six decimals, so that one moment has one spelling."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def to_json(event: AuditEvent) -> dict[str, Any]:
    """Return an event as JSON values. What it does not say is left out."""
    said = asdict(event) | {
        "at": moment(event.at),
        "kind": str(event.kind),
        "outcome": int(event.outcome),
        "alert": None if event.alert is None else str(event.alert),
        "studies": [_study(study) for study in event.studies],
        "detail": dict(event.detail),
    }
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def from_json(said: Mapping[str, Any]) -> AuditEvent:
    """Read back what `to_json` returned.

    Raises:
        KeyError, ValueError, TypeError, AttributeError: it is no such thing.
    """
    return AuditEvent(
        kind=AuditKind(said["kind"]),
        at=datetime.fromisoformat(said["at"]),
        actor=Party(**said["actor"]),
        peer=Party(**said["peer"]) if "peer" in said else None,
        outcome=Outcome(said["outcome"]),
        subject=said.get("subject", ""),
        studies=tuple(_to_study(study) for study in said.get("studies", ())),
        alert=Alert(said["alert"]) if "alert" in said else None,
        detail=tuple(said.get("detail", {}).items()),
    )


def _study(study: AuditedStudy) -> dict[str, Any]:
    said: dict[str, Any] = {"study_instance_uid": study.study_instance_uid}
    said |= {"patient_id": study.patient_id} if study.patient_id else {}
    return said | ({"sop_classes": dict(study.sop_classes)} if study.sop_classes else {})


def _to_study(said: Mapping[str, Any]) -> AuditedStudy:
    classes = tuple(said.get("sop_classes", {}).items())
    return AuditedStudy(said["study_instance_uid"], said.get("patient_id", ""), classes)
