"""Audit events as DICOM audit messages: XML by the schema of PS3.15 A.5.1, filled in as A.5.3 asks for each event."""

import base64
import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, SubElement, tostring

from pacs_dedup.domain.audit import CARRIED_OUT, AuditedStudy, AuditEvent, AuditKind, Outcome, Party
from pacs_dedup.domain.audit_json import moment
from pacs_dedup.reports.audit_forms import ALERTS, FORMS, LAUNCHER, Code, Form

_APPLICATION_SERVER = "4"  # PS3.15 A.5.1.2.1
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_KNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSource:
    """What messages say of their sender, and how they name those whom they must not name.

    Attributes:
        source_id: AuditSourceID.
        enterprise_site_id: AuditEnterpriseSiteID; empty: left out.
        pseudonym: stands for a UID or a Patient ID; None: they are named in clear.
    """

    source_id: str
    enterprise_site_id: str = ""
    pseudonym: Callable[[str], str] | None = None

    def name(self, what: str) -> str:
        """Return what a message calls a patient or a study."""
        return what if self.pseudonym is None or not what else self.pseudonym(what)


_STUDY_UID = Code("110180", "Study Instance UID")
_NODE_ID = Code("110182", "Node ID")
_TRANSACTION = Code("transaction-uid", "Transaction UID", "99PACSDEDUP")
_PATIENT_NUMBER = Code("2", "Patient Number", "RFC-3881")
_PROPOSED = "proposed only; nothing was deleted"
_LET_GO = "copies left the transit store of the gateway; nothing was deleted in any archive"
_URI = Code("12", "URI", "RFC-3881")


def audit_messages(event: AuditEvent, source: MessageSource) -> tuple[bytes, ...]:
    """Return an event as messages in UTF-8, one for each patient whose studies it is about (PS3.15 A.5.3)."""
    patients = dict.fromkeys(study.patient_id for study in event.studies)
    parts = [_only(event, patient) for patient in patients] or [event]
    return tuple(_message(part, source) for part in parts)


def _only(event: AuditEvent, patient_id: str) -> AuditEvent:
    return replace(event, studies=tuple(s for s in event.studies if s.patient_id == patient_id))


def _message(event: AuditEvent, source: MessageSource) -> bytes:
    form = FORMS[event.kind]
    root = Element("AuditMessage")
    _identify(root, event, form)
    for party, role, requests in _participants(event, form):
        _take_part(root, party, role, requests=requests)
    audit_source = SubElement(root, "AuditSourceIdentification", AuditSourceID=_text(source.source_id))
    if source.enterprise_site_id:
        audit_source.set("AuditEnterpriseSiteID", _text(source.enterprise_site_id))
    SubElement(audit_source, "AuditSourceTypeCode", {"csd-code": _APPLICATION_SERVER})
    _objects(root, event, form, source)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def _identify(root: Element, event: AuditEvent, form: Form) -> None:
    proposed = event.kind is AuditKind.DELETION_PROPOSED
    outcome = max(event.outcome, Outcome.MINOR_FAILURE) if proposed else event.outcome  # nothing was deleted
    identification = SubElement(
        root,
        "EventIdentification",
        EventActionCode=form.action,
        EventDateTime=moment(event.at),
        EventOutcomeIndicator=str(int(outcome)),
    )
    _coded(identification, "EventID", form.event)
    event_type = form.event_type if event.alert is None else ALERTS[event.alert]
    if event_type is not None:
        _coded(identification, "EventTypeCode", event_type)
    if proposed:
        done = ("act", CARRIED_OUT) in event.detail
        SubElement(identification, "EventOutcomeDescription").text = _LET_GO if done else _PROPOSED


def _participants(event: AuditEvent, form: Form) -> Iterator[tuple[Party, Code | None, bool]]:
    """Name who takes part. Exactly one requests it; who starts the application does, not the application."""
    launched = form.peer_role is LAUNCHER and event.peer is not None
    yield event.actor, form.actor_role, not launched
    if event.peer is not None:
        yield event.peer, form.peer_role, launched


def _take_part(root: Element, party: Party, role: Code | None, *, requests: bool) -> None:
    participant = SubElement(
        root,
        "ActiveParticipant",
        UserID=_text(party.name or _NOT_KNOWN),
        UserIsRequestor=str(requests).lower(),
    )
    if party.address:
        participant.set("NetworkAccessPointID", _text(party.address))
        participant.set("NetworkAccessPointTypeCode", "2" if _is_ip_address(party.address) else "1")
    if role is not None:
        _coded(participant, "RoleIDCode", role)


def _objects(root: Element, event: AuditEvent, form: Form, source: MessageSource) -> None:
    for study in event.studies:
        _study(root, study, event, source)
    if form.about_instances:
        patient = event.studies[0].patient_id if event.studies else ""
        _object(root, source.name(patient) or _NOT_KNOWN, ("1", "1"), _PATIENT_NUMBER)
    elif event.kind is AuditKind.AUDIT_LOG_USED:
        log = _object(root, "pacs_dedup:audit_log", ("2", "13"), _URI, "Security Audit Log")
        _detail(log, "use", event.subject)
    elif event.kind in (AuditKind.COMMITMENT_ASKED, AuditKind.COMMITMENT_ANSWERED):
        transaction = _object(root, source.name(event.subject) or _NOT_KNOWN, ("2", "20"), _TRANSACTION)
        for name, value in event.detail:
            _detail(transaction, name, value)
    elif event.kind in (AuditKind.SECURITY_ALERT, AuditKind.CONFIGURATION_CHANGED):
        alert = _object(root, event.subject or source.source_id, ("2", "13"), _NODE_ID)
        for name, value in event.detail:
            _detail(alert, "Alert Description" if name == "reason" else name, value)


def _study(root: Element, study: AuditedStudy, event: AuditEvent, source: MessageSource) -> None:
    described = _object(root, source.name(study.study_instance_uid) or _NOT_KNOWN, ("2", "3"), _STUDY_UID)
    if source.pseudonym is None:  # what a person wrote, or the key of a study, may name somebody
        for name, value in (("subject", event.subject), *event.detail):
            _detail(described, name, value)
    if study.sop_classes:
        description = SubElement(described, "ParticipantObjectDescription")
        for uid, count in study.sop_classes:
            SubElement(description, "SOPClass", UID=_text(uid), NumberOfInstances=str(count))


def _object(root: Element, name: str, kind: tuple[str, str], id_type: Code, title: str = "") -> Element:
    """Add an object; ``kind`` is its type (A.5.1.1) and its role (A.5.1.2.2)."""
    identified = SubElement(
        root,
        "ParticipantObjectIdentification",
        ParticipantObjectID=_text(name),
        ParticipantObjectTypeCode=kind[0],
        ParticipantObjectTypeCodeRole=kind[1],
    )
    _coded(identified, "ParticipantObjectIDTypeCode", id_type)
    SubElement(identified, "ParticipantObjectName").text = title
    return identified


def _detail(identified: Element, name: str, value: str) -> None:
    if value:
        encoded = base64.b64encode(value.encode(errors="replace")).decode("ascii")
        SubElement(identified, "ParticipantObjectDetail", type=_text(name), value=encoded)


def _coded(parent: Element, name: str, code: Code) -> None:
    codes = {"csd-code": code.value, "codeSystemName": code.scheme, "originalText": code.meaning}
    SubElement(parent, name, codes)


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _text(value: str) -> str:
    """Replace what XML 1.0 has no room for (section 2.2); a peer may call itself anything."""
    return _NOT_XML.sub("\ufffd", value)
