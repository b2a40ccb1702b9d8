"""Gather what the conformance statement says from the tables and settings that the service itself runs on."""

from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydicom.uid import UID

from pacs_dedup import __version__
from pacs_dedup.config import Settings, UnknownPeers
from pacs_dedup.config.forwarding import Forwarding
from pacs_dedup.dicom.commitment_data_set import PUSH_MODEL
from pacs_dedup.dicom.commitment_status import ActionStatus, EventStatus, FailureReason
from pacs_dedup.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from pacs_dedup.dicom.status_code import OperationStatus, StatusCode
from pacs_dedup.dicom.store_status import ForeignStatus, StoreStatus
from pacs_dedup.dicom.text import CHARACTER_SETS
from pacs_dedup.entrypoints.listener.contexts import STORAGE_SOP_CLASSES, TRANSFER_SYNTAXES, VERIFICATION
from pacs_dedup.entrypoints.listener.refusals import Refusal
from pacs_dedup.reports.conformance import Rows, Statement

_APPLICATION_CONTEXT: Final = "1.2.840.10008.3.1.1.1"
_RESULTS: Final = {1: "rejected permanently", 2: "rejected transiently"}
_SOURCES: Final = {1: "1: service user", 2: "2: service provider (ACSE)", 3: "3: service provider (presentation)"}
_REASONS: Final = {
    (1, 1): "no reason given",
    (1, 3): "calling AE title not recognised",
    (1, 7): "called AE title not recognised",
    (2, 1): "no reason given",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}
"""PS3.8 Table 9-21."""
_STRANGERS: Final = {
    UnknownPeers.LOOPBACK: "who calls from the same machine",
    UnknownPeers.ACCEPT: "everybody",
    UnknownPeers.REJECT: "nobody",
}
_NOT_SHOWN: Final = frozenset({"storage.path", "storage.database_url", "peers"})
"""Settings that say where an installation keeps its data and with whom it talks, which is nobody else's business."""


def statement(settings: Settings) -> Statement:
    """Return what an installation with these settings does on the network."""
    return Statement(
        version=__version__,
        ae_title=settings.dicom.ae_title,
        implementation=(IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME),
        services=_services(settings),
        sop_classes=_named(STORAGE_SOP_CLASSES),
        transfer_syntaxes=tuple(row[:2] for row in _named(TRANSFER_SYNTAXES)),
        character_sets=CHARACTER_SETS,
        association=_association(settings),
        rejections=tuple(_rejection(each) for each in Refusal),
        statuses=tuple(_status(each) for each in StoreStatus),
        answers=_answers(settings.forwarding),
        operations=tuple(map(_coded, OperationStatus)),
        commitment=_commitment(),
        settings=tuple(_settings(settings, Settings())),
        security=_security(settings),
    )


def _services(settings: Settings) -> Rows:
    storage = "those of 7.2.1.3" + (", and private ones" if settings.dicom.accept_private_sop_classes else "")
    return (
        ("Verification", f"Verification ({VERIFICATION})", "Y", "Y"),
        ("Storage", storage, "Y", "Y"),
        ("Storage Commitment", f"Storage Commitment Push Model ({PUSH_MODEL})", "Y", "Y"),
    )


def _named(uids: frozenset[str]) -> Rows:
    rows = [(UID(uid).name, uid, "retired" if UID(uid).is_retired else "") for uid in uids]
    newer = "newer than the registry in use"
    return tuple(sorted((newer, uid, note) if name == uid else (name, uid, note) for name, uid, note in rows))


def _association(settings: Settings) -> Rows:
    dicom, limits = settings.dicom, settings.limits
    return (
        ("Application Context Name", _APPLICATION_CONTEXT),
        ("Implementation Class UID", IMPLEMENTATION_CLASS_UID),
        ("Implementation Version Name", IMPLEMENTATION_VERSION_NAME),
        ("Maximum PDU length received", f"{dicom.max_pdu} bytes" if dicom.max_pdu else "no limit"),
        ("Simultaneous associations accepted", f"{dicom.max_associations}; {limits.associations_per_peer} of one peer"),
        ("Time to ask for an association", f"{limits.associate_within_s:g} s"),
        ("Idle time of an association", f"{limits.idle_s:g} s"),
        ("Longest silence inside a message", f"{limits.message_s:g} s"),
        ("Least rate inside a message", f"{limits.least_kib_per_s:g} KiB/s, after {limits.message_s:g} s"),
        ("Largest data set received", f"{limits.instance_mb} MiB"),
        ("Asynchronous operations window", "not negotiated: one operation at a time"),
        ("SOP Class Extended Negotiation", "not negotiated"),
    )


def _rejection(refusal: Refusal) -> tuple[str, ...]:
    if refusal is Refusal.OTHER:
        return ("any", "any", "any", refusal.words)
    if refusal is Refusal.NOT_A_SOURCE:
        return (f"none: C-STORE is answered {_code(StoreStatus.NOT_AUTHORIZED)}", "", "", refusal.words)
    if refusal.answer is None:
        return ("none: the connection ends", "", "", refusal.words)
    result, source, reason = refusal.answer
    return (_RESULTS[result], _SOURCES[source], f"{reason}: {_REASONS[source, reason]}", refusal.words)


def _status(status: StoreStatus) -> tuple[str, ...]:
    return (_code(status), status.meaning, status.when, status.comment)


def _answers(forwarding: Forwarding) -> Rows:
    stored = ", ".join(_code(status) for status in ForeignStatus)
    again = forwarding.retry_dead_letters / timedelta(hours=1)
    later = f"sent again, after {forwarding.first_retry_s:g} s at first and {forwarding.longest_retry_s:g} s at most"
    return (
        (stored, "taken for stored"),
        ("0xA700 to 0xA7FF; no association; no answer", later),
        ("all others", f"a dead letter: listed with its cause, and tried again every {again:g} hours"),
    )


def _coded(code: StatusCode) -> tuple[str, ...]:
    return (_code(code), code.meaning, code.when, code.clause)


def _commitment() -> tuple[tuple[str, tuple[str, ...], Rows], ...]:
    heading = ("Code", "Meaning", "When", "Clause")
    return (
        ("As SCP, status of the N-ACTION response", heading, tuple(map(_coded, ActionStatus))),
        ("As SCP, Failure Reason (0008,1197) of an instance", heading, tuple(map(_coded, FailureReason))),
        ("As SCU, status of the N-EVENT-REPORT response", heading, tuple(map(_coded, EventStatus))),
    )


def _settings(section: BaseModel, defaults: BaseModel, prefix: str = "") -> Iterator[tuple[str, ...]]:
    for name in type(section).model_fields:
        key = f"{prefix}{name}"
        if key in _NOT_SHOWN:
            continue
        value, default = getattr(section, name), getattr(defaults, name)
        if isinstance(value, BaseModel):
            yield from _settings(value, default, f"{key}.")
        else:
            yield (f"`{key}`", _shown(value), _shown(default))


def _security(settings: Settings) -> Rows:
    tls = settings.dicom.tls
    profile = tls.profile.facts
    peers = "only with a certificate of a configured authority" if tls.verify_peer else "with or without a certificate"
    return (
        ("Who may associate", f"the configured peers, and of others: {_STRANGERS[settings.dicom.unknown_peers]}"),
        ("What binds a peer", "AE title, address, TLS certificate and user identity, as far as configured"),
        ("Refusals", "logged, and recorded as audit events"),
        (
            "Secure Transport Connection",
            f"{profile.title} ({profile.clause}) on port {tls.port}, {peers}" if tls.enabled else "off",
        ),
        ("Cipher suites below TLS 1.3", ", ".join(profile.cipher_suites)),
        ("User Identity Negotiation, acceptor", "username, username and passcode (PS3.7 D.3.3.7, types 1 and 2)"),
        ("User Identity Negotiation, requestor", "the same types, to the peers for which a user is configured"),
        ("Without TLS", f"port {settings.dicom.port}"),
    )


def _code(code: int) -> str:
    return f"0x{int(code):04X}"


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():g} s"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Path):
        return "set"
    return str(value.value if isinstance(value, Enum) else value) if value not in ("", None, ()) else "none"
