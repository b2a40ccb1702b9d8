"""Every status that a peer can get from the running service is in the conformance statement, and no other comes."""

import itertools
import queue
import socket
import time
from io import BytesIO

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage
from pynetdicom import build_context
from pynetdicom import dimse_primitives as dimse
from pynetdicom.dsutils import encode
from pynetdicom.pdu import A_ASSOCIATE_RQ
from pynetdicom.sop_class import Verification

from pacs_dedup.config import Settings
from pacs_dedup.dicom.commitment_status import ActionStatus, EventStatus
from pacs_dedup.dicom.status_code import OperationStatus
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.entrypoints.conformance import statement
from tests.integration.support import LOOPBACK, ct_instance
from tests.integration.test_bad_input_at_the_port import answers, associate, wait_until

PUSH_MODEL = "1.2.840.10008.1.20.1"
NEGOTIATED = (Verification, CTImageStorage, PUSH_MODEL)
NAMED = (
    *NEGOTIATED,
    MRImageStorage,
    "1.2.840.10008.5.1.4.1.2.2.1",  # Study Root Query/Retrieve, FIND
    "1.2.840.10008.3.1.2.3.3",  # Modality Performed Procedure Step
    "1.2.840.10008.5.1.1.9",  # Basic Grayscale Print Management
    "1.2.840.10008.5.1.4.34.6.1",  # Unified Procedure Step, push
    "1.2.840.10008.5.1.4.31",  # Modality Worklist, FIND
    "1.2.3.4",
)
TABLES = {
    dimse.C_STORE: StoreStatus,
    dimse.N_ACTION: ActionStatus,
    dimse.N_EVENT_REPORT: EventStatus,
}
"""Beside what is answered whatever the service is."""


def requests(sop_class):
    """Yield a request of every operation that names this SOP class."""
    data_set = ct_instance(SOPInstanceUID="1.2.3.4.5")
    data_set.PixelData = b"\0\0"
    affected = {"AffectedSOPClassUID": sop_class, "AffectedSOPInstanceUID": "1.2.3.4.5"}
    requested = {"RequestedSOPClassUID": sop_class, "RequestedSOPInstanceUID": "1.2.3.4.5"}
    query = {"AffectedSOPClassUID": sop_class, "Priority": 2, "Identifier": data_set}
    yield request(dimse.C_ECHO, AffectedSOPClassUID=sop_class)
    yield request(dimse.C_STORE, **affected, Priority=2, DataSet=data_set)
    yield request(dimse.C_FIND, **query)
    yield request(dimse.C_GET, **query)
    yield request(dimse.C_MOVE, **query, MoveDestination="ELSEWHERE")
    yield request(dimse.N_EVENT_REPORT, **affected, EventTypeID=1, EventInformation=data_set)
    yield request(dimse.N_GET, **requested)
    yield request(dimse.N_SET, **requested, ModificationList=data_set)
    yield request(dimse.N_ACTION, **requested, ActionTypeID=1, ActionInformation=data_set)
    yield request(dimse.N_CREATE, **affected, AttributeList=data_set)
    yield request(dimse.N_DELETE, **requested)


def request(kind, **said):
    built = kind()
    built.MessageID = 7
    for name, value in said.items():
        implicit, little = False, True
        encoded = BytesIO(encode(value, implicit, little)) if isinstance(value, Dataset) else value
        setattr(built, name, encoded)
    return built


class Conversation:
    """An association over which anything is asked, whatever the library thinks of it."""

    def __init__(self, port, calling="ASKER"):
        contexts = [build_context(uid, ExplicitVRLittleEndian) for uid in NEGOTIATED]
        self.association = associate(port, *contexts, calling=calling)
        assert self.association.is_established
        connection = self.association.dul.socket.socket
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.contexts = {str(each.abstract_syntax): each.context_id for each in self.association.accepted_contexts}
        self.association._reactor_checkpoint.clear()
        assert wait_until(lambda: self.association._is_paused)

    def ask(self, asked, context_id, within_s=10):
        """Return the response; None where the association ends, or nothing comes in that time."""
        self.association.dimse.send_msg(asked, context_id)
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and not self.association.acse.is_aborted():
            try:
                return self.association.dimse.msg_queue.get(timeout=0.02)[1]
            except queue.Empty:
                continue
        return None

    def close(self):
        self.association._reactor_checkpoint.set()
        self.association.abort()


@pytest.fixture
def service(running_service):
    return running_service(peers=[{"name": "asker", "address": f"ASKER@{LOOPBACK}"}])


def test_whatever_is_asked_over_whatever_context_is_answered_by_the_tables(service):
    conversation = Conversation(service.port)
    told = set()
    for context, named in itertools.product(NEGOTIATED, NAMED):
        for asked in requests(named):
            response = conversation.ask(asked, conversation.contexts[context])
            about = (type(asked).__name__, named, context)
            assert type(response) is type(asked), about
            assert response.MessageIDBeingRespondedTo == 7
            assert response.Status in {*TABLES.get(type(asked), ()), *OperationStatus}, (about, response.Status)
            if response.Status == 0:
                told.add(about)
    conversation.close()
    echoes = {("C_ECHO", Verification, context) for context in NEGOTIATED}
    assert told == {*echoes, ("C_STORE", CTImageStorage, CTImageStorage)}, "Success is said of nothing else"
    assert len(service.files) == 2, "that one, and the one whose command named another class"


def test_a_request_over_a_context_that_was_not_accepted_ends_the_association(edge):
    with edge() as here:
        conversation = Conversation(here.port)
        assert set(conversation.contexts) == {Verification, CTImageStorage}, "who is no peer may not ask for commitment"
        assert conversation.ask(request(dimse.C_ECHO, AffectedSOPClassUID=Verification), 99) is None
        assert conversation.association.acse.is_aborted()
        assert answers(here.port)


def test_a_request_that_names_no_instance_gets_no_response_and_the_association_goes_on(edge):
    with edge() as here:
        conversation = Conversation(here.port)
        (asked,) = [each for each in requests(CTImageStorage) if isinstance(each, dimse.C_STORE)]
        asked.AffectedSOPInstanceUID = None
        assert conversation.ask(asked, conversation.contexts[CTImageStorage], within_s=0.5) is None
        echo = request(dimse.C_ECHO, AffectedSOPClassUID=Verification)
        assert conversation.ask(echo, conversation.contexts[Verification]).Status == 0
        conversation.close()
        assert here.nothing_got_in


def test_another_version_of_the_protocol_is_rejected_in_the_words_of_the_statement_and_told(edge):
    with edge() as here:
        association = associate(here.port)
        asked = bytearray(A_ASSOCIATE_RQ(association.requestor.primitive).encode())
        association.release()
        asked[6:8] = (2).to_bytes(2, "big")
        with socket.create_connection((LOOPBACK, here.port), 10) as connection:
            connection.sendall(asked)
            assert connection.recv(10) == bytes([3, 0, 0, 0, 0, 4, 0, 1, 2, 2])
        assert here.refused_as("protocol"), here.reasons
        assert [alert[:2] for alert in here.alerts] == [("", LOOPBACK)]
    rows = {row[:3] for row in statement(Settings()).rejections}
    assert ("rejected permanently", "2: service provider (ACSE)", "2: protocol version not supported") in rows
