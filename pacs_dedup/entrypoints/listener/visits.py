"""What one connection has come to, and how a refusal of it is told."""

import threading
from dataclasses import dataclass, field
from typing import cast

from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.pdu import A_ASSOCIATE_RJ
from pynetdicom.pdu_primitives import A_ASSOCIATE

from pacs_dedup.entrypoints.listener.admission import Admission
from pacs_dedup.entrypoints.listener.caller import shown_fingerprint
from pacs_dedup.entrypoints.listener.refusals import Refusal, RefusedCall, ReportRefusal


@dataclass(slots=True)
class Visit:
    """What one connection has come to so far: whether an association was asked for, whether there is one.

    Attributes:
        admission: what was decided on the caller, once for the association: a peer's host may be a name, and looking
            that up for each instance would keep senders waiting for a name server.
        own: it is our own check that the listener answers.
        thread: serves the connection.
    """

    thread: threading.Thread
    admission: Admission = field(default_factory=Admission)
    asked: bool = False
    established: bool = False
    instances: int = 0
    own: bool = False


def name_of(association: threading.Thread) -> str:
    """Return the name of a connection, which its thread bears."""
    return association.name.partition("@")[2]


def refused(association: Association, refusal: Refusal, peer: str = "") -> RefusedCall:
    """Return what is told of a caller that is refused; ``peer`` is its name, if it has proven to be one."""
    asked = cast("A_ASSOCIATE", association.requestor.primitive)
    return RefusedCall(
        refusal=refusal,
        address=association.requestor.address,
        calling_ae=asked.calling_ae_title.strip(),
        called_ae=asked.called_ae_title.strip(),
        peer=peer,
        fingerprint=shown_fingerprint(association),
    )


def tell_of_another_protocol(association: Association, report: ReportRefusal) -> None:
    """Report it, where pynetdicom's state machine rejects a request by itself, which it tells nobody (PS3.8 9.3.4)."""
    call = RefusedCall(refusal=Refusal.PROTOCOL, address=association.requestor.address)

    def on_sent(event: evt.Event) -> None:
        answer = event.pdu
        if isinstance(answer, A_ASSOCIATE_RJ) and Refusal.PROTOCOL.answer == _answer(answer):
            report(call)

    def until_established(_: evt.Event) -> None:
        association.unbind(evt.EVT_PDU_SENT, on_sent)

    association.bind(evt.EVT_PDU_SENT, on_sent)
    association.bind(evt.EVT_ESTABLISHED, until_established)


def _answer(rejection: A_ASSOCIATE_RJ) -> tuple[int | None, int | None, int | None]:
    return rejection.result, rejection.source, rejection.reason_diagnostic
