"""What comes in on an association, without sockets: PDUs, the request for an association, fragments of messages.

The target named *listener* speaks to the real sockets, some dozens of callers a second. Here the same decoders, our
decision on the caller and our gathering of messages get thousands.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO

from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.dul import _PDU_TYPES
from pynetdicom.pdu_primitives import A_ASSOCIATE, P_DATA, UserIdentityNegotiation
from pynetdicom.transport import AddressInformation

from benchmarks.fuzz.listener_target import LISTENER, association_request
from benchmarks.fuzz.running import Target
from pacs_dedup.config import Settings
from pacs_dedup.dicom.peek import peek
from pacs_dedup.domain.identifiers import TransferSyntaxUid
from pacs_dedup.entrypoints.listener.admission import decide
from pacs_dedup.entrypoints.listener.caller import caller_of, confirm_user
from pacs_dedup.entrypoints.listener.contexts import supported_contexts
from pacs_dedup.entrypoints.listener.messages import BoundedMessages, Memory

_HEADER = 6  # type, reserved, length (PS3.8 9.3.1)
_MEMORY_BYTES = 1 << 20
_SYNTAX = TransferSyntaxUid("1.2.840.10008.1.2")
_PEERS = [
    {"name": "bound", "address": "MODALITY@127.0.0.1", "user": "operator"},
    {"name": "other", "address": "OTHER@10.0.0.0/8", "user": "another"},
]


@cache
def _settings() -> Settings:
    return Settings(peers=_PEERS)  # type: ignore[arg-type]  # pydantic makes peers of them


def _pdus(data: bytes) -> Iterator[bytes]:
    """Cut what a caller sent as the reader does: by the length that each PDU gives."""
    at = 0
    while at + _HEADER <= len(data):
        end = at + _HEADER + int.from_bytes(data[at + 2 : at + _HEADER], "big")
        yield data[at:end]
        at = end


def _converse(data: bytes) -> str:
    """Take what one caller sent, as far as it goes; return how far that was."""
    association = Association(AE(), "acceptor")
    association.requestor.address_info = AddressInformation("127.0.0.1", 40_000)
    memory = Memory(_MEMORY_BYTES)
    messages = BoundedMessages(association, memory, _settings().limits)
    furthest = "no PDU"
    try:
        for octets in _pdus(data):
            primitive = _primitive(octets)
            match primitive:
                case None:
                    return f"{furthest}, then not understood"
                case A_ASSOCIATE():
                    furthest = _ask(association, primitive)
                case P_DATA():
                    messages.receive_primitive(primitive)
                    furthest = _taken(messages) or furthest
                case _:
                    return f"{furthest}, then ended"
        return furthest
    finally:
        messages.end()
        if memory.is_used_up:
            raise RuntimeError("memory was not given back")


def _primitive(octets: bytes) -> object | None:
    """Decode one PDU; None where it can not be, upon which the association is aborted (PS3.8 9.2.1)."""
    try:
        pdu = _PDU_TYPES[octets[:1]][0]()
        pdu.decode(octets)
        primitive: object = pdu.to_primitive()
    except Exception:  # noqa: BLE001 - pynetdicom's decoders raise anything; the listener takes that as "not understood"
        return None
    return primitive


def _ask(association: Association, request: A_ASSOCIATE) -> str:
    association.requestor.primitive = request
    caller = caller_of(association, request)
    admission = decide(caller, peers=_settings().peers, unknown=_settings().dicom.unknown_peers)
    if admission.peer is not None:
        confirm_user(association)
    contexts = supported_contexts(request.presentation_context_definition_list)
    return f"asked, {len(contexts)} classes" if admission.refusal is None else f"refused: {admission.refusal}"


def _taken(messages: BoundedMessages) -> str | None:
    """Do with a message what is done with it before anything is stored."""
    taken = None
    while not messages.msg_queue.empty():
        _, message = messages.msg_queue.get()
        taken = f"message: {type(message).__name__}"
        if isinstance(message, C_STORE) and isinstance(message.DataSet, BytesIO):
            peek(message.DataSet.getbuffer(), _SYNTAX)
            str(message.AffectedSOPClassUID), str(message.AffectedSOPInstanceUID)
    return taken


def _seeds() -> Sequence[bytes]:
    said = [seed[1:] for seed in LISTENER.seeds()]
    by_a_user = association_request(identity=_identity())
    return said + [by_a_user] + [by_a_user + rest for rest in said]


def _identity() -> UserIdentityNegotiation:
    identity = UserIdentityNegotiation()
    identity.user_identity_type, identity.primary_field, identity.secondary_field = 2, b"operator", b"secret"
    identity.positive_response_requested = True
    return identity


UPPER_LAYER = Target("upper layer", _seeds, _converse)
