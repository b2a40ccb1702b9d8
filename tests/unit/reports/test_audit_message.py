"""Every message is one by the standard's schema, and says what the event says and no more."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pacs_dedup.domain.audit import Alert, AuditedStudy, AuditEvent, AuditKind, Outcome, Party
from pacs_dedup.reports.audit_forms import ALERTS, FORMS
from pacs_dedup.reports.audit_message import MessageSource, audit_messages
from tests.contracts.test_audit_inbox import DECISION, REFUSAL, TRANSFER
from tests.contracts.values import MORNING

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("audit_message.rng")))
CLEAR = MessageSource(source_id="PACSDEDUP", enterprise_site_id="QEH")
HASHED = MessageSource(source_id="PACSDEDUP", pseudonym=lambda what: f"hash{len(what)}")
CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY = AuditedStudy("1.2.826.1", "A123456(3)", ((CT, 40),))
TEXT = st.text(st.characters(codec=None), max_size=20)


def an_event(kind: AuditKind) -> AuditEvent:
    """An event of a kind that says everything that an event can say."""
    return AuditEvent(
        kind=kind,
        at=MORNING,
        actor=Party("QEHPACS", "10.1.2.3"),
        peer=Party("PACSDEDUP", "gateway.example"),
        subject="case 17",
        studies=(STUDY,),
        alert=Alert.NODE_AUTHENTICATION if kind is AuditKind.SECURITY_ALERT else None,
        detail=(("reason", "Chan Tai Man was here"),),
    )


def read(event: AuditEvent, source: MessageSource = CLEAR) -> etree._Element:
    (message,) = audit_messages(event, source)
    return etree.fromstring(message)


def valid(root: etree._Element) -> bool:
    return bool(SCHEMA.validate(root))


def codes(root: etree._Element, path: str) -> list[tuple[str, str]]:
    return [(found.get("csd-code"), found.get("codeSystemName")) for found in root.iterfind(path)]


@pytest.mark.parametrize("source", [CLEAR, HASHED], ids=["clear", "hashed"])
@pytest.mark.parametrize("kind", AuditKind)
def test_a_message_of_every_kind_is_valid_by_the_standards_schema(kind: AuditKind, source: MessageSource) -> None:
    for event in (an_event(kind), replace(an_event(kind), studies=(), peer=None, alert=None, detail=(), subject="")):
        root = read(event, source)
        assert valid(root), SCHEMA.error_log


def test_every_kind_and_every_alert_has_its_form() -> None:
    assert set(FORMS) == set(AuditKind)
    assert set(ALERTS) == set(Alert)


@given(TEXT, TEXT, TEXT, TEXT)
def test_whatever_a_peer_calls_itself_the_message_is_valid(name: str, address: str, uid: str, reason: str) -> None:
    event = replace(an_event(AuditKind.INSTANCES_TRANSFERRED), actor=Party(name, address))
    event = replace(event, studies=(AuditedStudy(uid, name, ((uid, 1),)),), detail=(("reason", reason),))
    for message in audit_messages(event, CLEAR):
        assert valid(etree.fromstring(message)), SCHEMA.error_log


@pytest.mark.parametrize(
    ("what", "spoil"),
    [
        ("no EventID", lambda root: root[0].remove(root[0][0])),
        ("an action that is none", lambda root: root[0].set("EventActionCode", "X")),
        ("an outcome that is none", lambda root: root[0].set("EventOutcomeIndicator", "1")),
        ("a time without form", lambda root: root[0].set("EventDateTime", "yesterday")),
        ("RFC 3881's code attribute", lambda root: root[0][0].set("code", "110104")),
        ("no participant", lambda root: [root.remove(found) for found in root.findall("ActiveParticipant")]),
        ("no requestor", lambda root: root[1].attrib.pop("UserIsRequestor")),
        ("no source", lambda root: root.remove(root.find("AuditSourceIdentification"))),
        ("source first", lambda root: root.insert(0, root.find("AuditSourceIdentification"))),
        ("an object without name", lambda root: root[-1].remove(root[-1].find("ParticipantObjectName"))),
        ("a role that is none", lambda root: root[-1].set("ParticipantObjectTypeCodeRole", "27")),
        ("an unknown element", lambda root: etree.SubElement(root, "Patient")),
        ("a detail that is no base64", lambda root: root.find(".//ParticipantObjectDetail").set("value", "A")),
        ("a count that is none", lambda root: root.find(".//SOPClass").set("NumberOfInstances", "many")),
    ],
)
def test_the_schema_refuses_what_the_standard_does(what: str, spoil: object) -> None:
    root = read(an_event(AuditKind.INSTANCES_TRANSFERRED))
    assert valid(root)
    spoil(root)
    assert not valid(root), what


def test_a_transfer_names_source_destination_study_and_patient() -> None:
    root = read(replace(TRANSFER, studies=(STUDY,)))
    assert codes(root, "EventIdentification/EventID") == [("110104", "DCM")]
    sender, receiver = root.findall("ActiveParticipant")
    assert (sender.get("UserID"), sender.get("UserIsRequestor")) == ("QEHPACS", "true")
    assert (sender.get("NetworkAccessPointID"), sender.get("NetworkAccessPointTypeCode")) == ("10.1.2.3", "2")
    assert codes(sender, "RoleIDCode") == [("110153", "DCM")]
    assert (receiver.get("UserIsRequestor"), receiver.get("NetworkAccessPointTypeCode")) == ("false", "1")
    assert codes(receiver, "RoleIDCode") == [("110152", "DCM")]
    study, patient = root.findall("ParticipantObjectIdentification")
    assert study.get("ParticipantObjectID") == "1.2.826.1"
    assert codes(study, "ParticipantObjectIDTypeCode") == [("110180", "DCM")]
    counted = study.find("ParticipantObjectDescription/SOPClass")
    assert (counted.get("UID"), counted.get("NumberOfInstances")) == (CT, "40")
    assert patient.get("ParticipantObjectID") == "A123456(3)"
    assert codes(patient, "ParticipantObjectIDTypeCode") == [("2", "RFC-3881")]


def test_each_patient_has_a_message_of_its_own() -> None:
    other = AuditedStudy("1.2.826.2", "B654321(0)")
    event = replace(
        an_event(AuditKind.DECISION_TAKEN), studies=(STUDY, other, replace(STUDY, study_instance_uid="1.3"))
    )
    roots = [etree.fromstring(message) for message in audit_messages(event, CLEAR)]
    named = [[o.get("ParticipantObjectID") for o in root.findall("ParticipantObjectIdentification")] for root in roots]
    assert named == [["1.2.826.1", "1.3", "A123456(3)"], ["1.2.826.2", "B654321(0)"]]


def test_who_starts_the_application_requests_it_and_not_the_application() -> None:
    started = replace(an_event(AuditKind.APPLICATION_STARTED), studies=(), peer=Party("pacs", "gateway", program=False))
    root = read(started)
    assert codes(root, "EventIdentification/EventTypeCode") == [("110120", "DCM")]
    application, launcher = root.findall("ActiveParticipant")
    assert (application.get("UserIsRequestor"), codes(application, "RoleIDCode")) == ("false", [("110150", "DCM")])
    assert (launcher.get("UserIsRequestor"), codes(launcher, "RoleIDCode")) == ("true", [("110151", "DCM")])


def test_a_refusal_is_a_security_alert_with_its_reason() -> None:
    root = read(REFUSAL)
    assert codes(root, "EventIdentification/EventID") == [("110113", "DCM")]
    assert codes(root, "EventIdentification/EventTypeCode") == [("110126", "DCM")]
    assert root[0].get("EventOutcomeIndicator") == "4"
    described = root.find("ParticipantObjectIdentification/ParticipantObjectDetail")
    assert described.get("type") == "Alert Description"
    assert base64.b64decode(described.get("value")).decode() == "calling AE title not recognised"


def test_a_proposed_deletion_is_never_told_as_one_that_happened() -> None:
    root = read(an_event(AuditKind.DELETION_PROPOSED))
    assert codes(root, "EventIdentification/EventID") == [("110105", "DCM")]
    assert root[0].get("EventOutcomeIndicator") == "4"
    assert root.findtext("EventIdentification/EventOutcomeDescription") == "proposed only; nothing was deleted"
    failed = replace(an_event(AuditKind.DELETION_PROPOSED), outcome=Outcome.SERIOUS_FAILURE)
    assert read(failed)[0].get("EventOutcomeIndicator") == "8"


def test_what_left_the_transit_store_is_not_said_to_be_a_mere_proposal() -> None:
    event = an_event(AuditKind.DELETION_PROPOSED)
    root = read(replace(event, detail=(*event.detail, ("act", "carried out"))))
    assert root[0].get("EventOutcomeIndicator") == "4"
    told = root.findtext("EventIdentification/EventOutcomeDescription")
    assert told == "copies left the transit store of the gateway; nothing was deleted in any archive"


def test_what_may_not_be_named_is_named_by_its_hash_alone() -> None:
    (message,) = audit_messages(an_event(AuditKind.DECISION_TAKEN), HASHED)
    assert b"1.2.826.1" not in message
    assert b"A123456" not in message
    assert base64.b64encode(b"Chan Tai Man was here") not in message
    assert b"case 17" not in message
    assert b"hash9" in message
    assert b"hash10" in message


def test_a_study_of_an_unknown_patient_says_so() -> None:
    root = read(replace(DECISION, studies=(AuditedStudy("1.2.826.1"),)))
    patient = root.findall("ParticipantObjectIdentification")[-1]
    assert patient.get("ParticipantObjectID") == "UNKNOWN"
    nobody = read(replace(DECISION, actor=Party("")))
    assert nobody.find("ActiveParticipant").get("UserID") == "UNKNOWN"


@pytest.mark.parametrize("kind", [AuditKind.COMMITMENT_ASKED, AuditKind.COMMITMENT_ANSWERED])
def test_a_commitment_names_its_transaction_and_how_many_instances_it_is_about(kind: AuditKind) -> None:
    event = replace(an_event(kind), studies=(), subject="2.25.7", detail=(("instances", "3"),))
    root = read(event)
    assert valid(root), SCHEMA.error_log
    assert codes(root, "EventIdentification/EventID") == [(str(kind), "99PACSDEDUP")]
    (transaction,) = root.findall("ParticipantObjectIdentification")
    assert transaction.get("ParticipantObjectID") == "2.25.7"
    detail = transaction.find("ParticipantObjectDetail")
    assert (detail.get("type"), base64.b64decode(detail.get("value"))) == ("instances", b"3")
    (message,) = audit_messages(event, HASHED)
    assert b"2.25.7" not in message
