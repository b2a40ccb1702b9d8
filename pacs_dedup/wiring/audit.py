"""The audit trail of an installation: its key, its log, and the steps that carry events on."""

import functools
import os
import pwd
import socket
from collections.abc import Callable, Mapping

from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox
from pacs_dedup.adapters.syslog_audit_receiver import (
    StreamTransport,
    SyslogAuditReceiver,
    UdpTransport,
    syslog_tls,
)
from pacs_dedup.config import Settings
from pacs_dedup.domain.audit import Party
from pacs_dedup.domain.audit_chain import SealKey
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.log import keyed_hash
from pacs_dedup.pipeline.auditing import PatientOf
from pacs_dedup.pipeline.bounded_inbox import BoundedInbox
from pacs_dedup.pipeline.carry_audit import Anchoring, carry_once, deliver_once
from pacs_dedup.ports.audit_log import AuditLog
from pacs_dedup.ports.audit_receiver import AuditReceiver
from pacs_dedup.ports.audit_trail import AuditInbox
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.study_register import StudyRegister
from pacs_dedup.reports.audit_message import MessageSource
from pacs_dedup.wiring.secret_file import secret_in

KEY_FILE = "audit.key"


def audit_inbox(settings: Settings, clock: Clock) -> BoundedInbox:
    """Open the inbox of an installation; whoever opens it closes it.

    Raises:
        OutOfStorage: its folder can not be made.
    """
    inbox = FileAuditInbox(settings.storage.path)
    return BoundedInbox(inbox, clock, this_program(settings), most=settings.audit.waiting_events)


def seal_key(settings: Settings) -> SealKey:
    """Return the key under which entries are sealed, made at the first call.

    Raises:
        BadConfiguration: the data folder can not be written.
    """
    return SealKey(secret_in(settings.storage.path / KEY_FILE))


def this_program(settings: Settings) -> Party:
    """Return this installation as one who takes part: its AE title on this machine."""
    return Party(settings.dicom.ae_title, socket.gethostname())


def this_account() -> Party:
    """Return the account of the operating system that runs this process; no environment variable can change it."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run under a number without a name
        name = f"uid {number}"
    return Party(name, socket.gethostname(), program=False)


def patient_lookup(register: StudyRegister, index: FingerprintIndex) -> PatientOf:
    """Return what tells the Patient ID of a study that is known, as its first fingerprinted instance writes it."""

    def patient_of(key: StudyKey) -> str:
        blobs = [member.blob_id for member in register.members(key)[:1]]
        return next((found.patient.display_id for found in index.get(blobs)), "")

    return patient_of


def audit_steps(
    settings: Settings, inbox: AuditInbox, log: AuditLog, clock: Clock, receiver: AuditReceiver | None = None
) -> Mapping[str, Callable[[], bool]]:
    """Return what a worker does for the audit trail, each in a loop of its own: a receiver that is away stops none."""
    audit = settings.audit
    anchoring = Anchoring(log, receiver, clock, entries=audit.anchor_entries, every=audit.anchor_every)
    steps = {"audit": lambda: carry_once(inbox, log), "audit head": anchoring.once}
    if receiver is None:
        return steps
    log.meet(receiver.name)  # before the first event of this run is carried
    return steps | {"audit messages": lambda: deliver_once(log, receiver)}


def audit_receiver(settings: Settings) -> AuditReceiver | None:
    """Return who is told of the audit log outside; None where nobody is.

    Raises:
        BadConfiguration: a certificate file can not be used.
    """
    audit = settings.audit
    if not audit.syslog:
        return None
    source = MessageSource(
        source_id=audit.source_id or settings.dicom.ae_title,
        enterprise_site_id=audit.enterprise_site_id,
        pseudonym=None if audit.names_patients else keyed_hash,
    )
    return SyslogAuditReceiver(audit.syslog, _transport(settings), source)


def _transport(settings: Settings) -> UdpTransport | StreamTransport:
    audit = settings.audit
    if audit.transport == "udp":
        return UdpTransport(audit.host, audit.port)
    if audit.transport == "tcp":
        return StreamTransport(audit.host, audit.port)
    context = syslog_tls(audit.syslog_ca, audit.syslog_cert, audit.syslog_key)
    secure = functools.partial(context.wrap_socket, server_hostname=audit.host, suppress_ragged_eofs=False)
    return StreamTransport(audit.host, audit.port, secure)
