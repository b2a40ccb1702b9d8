"""The real listener, spoken to by callers that break the rules: every input is what one of them sends."""

import socket
import threading
import time
from collections.abc import Sequence

from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, build_context
from pynetdicom.dimse_messages import C_ECHO_RQ, C_STORE_RQ
from pynetdicom.dimse_primitives import C_ECHO, C_STORE
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_RQ, A_RELEASE_RQ, P_DATA_TF
from pynetdicom.pdu_primitives import A_ASSOCIATE, MaximumLengthNotification, UserIdentityNegotiation
from pynetdicom.pdu_primitives import ImplementationClassUIDNotification as ImplementationClassUid
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at import

from benchmarks.fuzz.running import Target
from pacs_dedup.config import Settings
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.entrypoints.listener import Listener

_LOOPBACK = "127.0.0.1"
_STRANGER, _GUEST = b"\0", b"\1"
"""First byte of an input: whether its bytes come first on a connection, or in an association that was let in."""
_ACCEPTED = b"\x02"
_ANSWER_WITHIN_S = 0.05
_MOST_THREADS = 150
_GONE_WITHIN_S = 30.0


def association_request(*, many: bool = False, identity: UserIdentityNegotiation | None = None) -> bytes:
    """Return an A-ASSOCIATE-RQ for Verification and CT, or for 120 contexts."""
    asked = A_ASSOCIATE()
    asked.application_context_name = "1.2.840.10008.3.1.1.1"
    asked.calling_ae_title, asked.called_ae_title = "MODALITY", "PACSDEDUP"
    contexts = [
        build_context(Verification),
        build_context(CTImageStorage, [ExplicitVRLittleEndian, ImplicitVRLittleEndian]),
    ]
    contexts *= 60 if many else 1
    for number, context in enumerate(contexts):
        context.context_id = 2 * number + 1
    asked.presentation_context_definition_list = contexts
    length, implementation = MaximumLengthNotification(), ImplementationClassUid()
    length.maximum_length_received = 16382
    implementation.implementation_class_uid = "1.2.3.4"  # type: ignore[assignment]  # a string will do
    asked.user_information = [length, implementation, *([identity] if identity else [])]
    pdu = A_ASSOCIATE_RQ()
    pdu.from_primitive(asked)
    return bytes(pdu.encode())


def _fragments(message: C_ECHO_RQ | C_STORE_RQ, context_id: int) -> bytes:
    found = b""
    for primitive in message.encode_msg(context_id, 16382):
        pdu = P_DATA_TF()
        pdu.from_primitive(primitive)
        found += bytes(pdu.encode())
    return found


def _echo() -> bytes:
    asked = C_ECHO()
    asked.MessageID, asked.AffectedSOPClassUID = 1, Verification
    message = C_ECHO_RQ()
    message.primitive_to_message(asked)
    return _fragments(message, 1)


def _store(data_set: bytes) -> bytes:
    from io import BytesIO

    asked = C_STORE()
    asked.MessageID, asked.Priority = 2, 1
    asked.AffectedSOPClassUID, asked.AffectedSOPInstanceUID = CTImageStorage, "1.2.3"
    asked.DataSet = BytesIO(data_set)
    message = C_STORE_RQ()
    message.primitive_to_message(asked)
    return _fragments(message, 3)


def _seeds() -> Sequence[bytes]:
    request, release, abort = association_request(), bytes(A_RELEASE_RQ().encode()), _abort()
    element = b"\x08\x00\x16\x00UI\x1a\x00" + CTImageStorage.encode() + b"\0"
    strangers = [
        request + _echo() + release,
        association_request(many=True) + release,
        request + abort,
        _echo() + request,
        request + request,
        release,
    ]
    guests = [
        _echo() + release,
        _store(element + bytes(20_000)) + release,
        _store(element) + _store(element) + _echo() + release,
        _store(element)[:-7],
        request + _echo(),
        abort,
    ]
    return [_STRANGER + said for said in strangers] + [_GUEST + said for said in guests]


def _abort() -> bytes:
    pdu = A_ABORT_RQ()
    pdu.source, pdu.reason_diagnostic = 0, 0
    return bytes(pdu.encode())


class _Host:
    """A listener that keeps nothing, and what went wrong in its threads."""

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self.failures: list[str] = []

    def port(self) -> int:
        """Start it at the first question."""
        if self.listener is None:
            threading.excepthook = lambda failure: self.failures.append(repr(failure.exc_value))
            limits = {"associate_within_s": 2, "idle_s": 2, "message_s": 2, "associations_per_peer": 90}
            settings = Settings(
                dicom={"port": 0, "bind": _LOOPBACK, "max_associations": 100},
                limits=limits,  # type: ignore[arg-type]
            )
            self.listener = Listener(settings, lambda _: StoreStatus.SUCCESS)
            self.listener.start()
        return self.listener.port

    def say(self, data: bytes) -> str:
        """Send one caller's bytes, in an association or without, hang up, and tell how it was answered."""
        with socket.create_connection((_LOOPBACK, self.port()), timeout=2) as caller:
            try:
                if data[:1] != _STRANGER:
                    caller.sendall(association_request())
                    if not caller.recv(4096).startswith(_ACCEPTED):
                        return "not let in"
                caller.settimeout(_ANSWER_WITHIN_S)
                caller.sendall(data[1:])
                answer = caller.recv(10)
            except TimeoutError:
                return "no answer yet"
            except OSError:
                return "hung up"
        return _ANSWERS.get(answer[:1], "another answer") if answer else "hung up"

    def check(self) -> None:
        """Ask as an honest sender; the callers before must be gone, and no thread may have failed."""
        deadline = time.monotonic() + _GONE_WITHIN_S
        while threading.active_count() > _MOST_THREADS and time.monotonic() < deadline:
            time.sleep(0.1)
        if threading.active_count() > _MOST_THREADS:
            raise RuntimeError(f"{threading.active_count()} threads, though every caller has hung up")
        if self.failures:
            raise RuntimeError(f"a thread failed: {self.failures.pop()}")
        ae = AE(ae_title="HONEST")
        ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = 10
        for attempt in range(20):
            association = ae.associate(
                _LOOPBACK, self.port(), contexts=[build_context(Verification)], ae_title="PACSDEDUP"
            )
            if association.is_established:
                answered = association.send_c_echo()
                association.release()
                if getattr(answered, "Status", None) != 0:
                    raise RuntimeError("an honest echo was not answered")
                return
            time.sleep(0.2 * (attempt + 1))
        raise RuntimeError("an honest sender does not get in any more")

    def close(self) -> None:
        """Stop it."""
        if self.listener is not None:
            from datetime import timedelta

            self.listener.stop(timedelta(seconds=1))


_ANSWERS = {_ACCEPTED: "accepted", b"\x03": "rejected", b"\x07": "aborted", b"\x04": "data", b"\x06": "released"}
_host = _Host()

LISTENER = Target("listener", _seeds, _host.say, check=_host.check, check_every=250, close=_host.close)
