"""The other end of storage commitment, scripted: a modality that asks, and an archive that is asked."""

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE, build_context, build_role, evt

from tests.integration.support import LOOPBACK

PUSH_MODEL, PUSH_INSTANCE = "1.2.840.10008.1.20.1", "1.2.840.10008.1.20.1.1"
ASK, ALL_COMMITTED, FAILURES_EXIST = 1, 1, 2
WITHIN_S = 30


@dataclass(frozen=True)
class Report:
    """One N-EVENT-REPORT as it came."""

    event_type: int
    transaction_uid: str
    committed: tuple
    failed: tuple
    calling_ae: str
    same_association: bool


def references(*instances):
    return [(str(ds.SOPClassUID), str(ds.SOPInstanceUID)) for ds in instances]


def report_of(event, *, same_association):
    information = event.event_information
    committed = [_named(item) for item in information.get("ReferencedSOPSequence", [])]
    failed = [(*_named(item), int(item.FailureReason)) for item in information.get("FailedSOPSequence", [])]
    calling_ae = event.assoc.requestor.ae_title.strip()
    uid = str(information.TransactionUID)
    return Report(event.request.EventTypeID, uid, tuple(committed), tuple(failed), calling_ae, same_association)


def action(transaction_uid, named):
    information = Dataset()
    information.TransactionUID = transaction_uid
    information.ReferencedSOPSequence = [_item(*each) for each in named]
    return information


class Modality:
    """Sends instances, asks for commitment, and takes reports on the association of its request or at its own port.

    Attributes:
        answers: statuses that its port answers to the reports, in order; then Success.
        port: where it listens; 0 while it does not.
    """

    def __init__(self, ae_title="MODALITY", answers=()):
        self.ae_title, self.answers = ae_title, list(answers)
        self.reports, self.port = [], 0
        self._came = threading.Condition()

    @contextmanager
    def listening(self, port=0):
        ae = AE(ae_title=self.ae_title)
        ae.add_supported_context(PUSH_MODEL, scu_role=False, scp_role=True)  # takes nobody who is not SCP
        handlers = [(evt.EVT_N_EVENT_REPORT, self._on_report)]
        server = ae.start_server((LOOPBACK, port), block=False, evt_handlers=handlers)
        self.port = server.server_address[1]
        try:
            yield self
        finally:
            ae.shutdown()

    def peer(self, *, port=None, **more):
        """How the service's configuration calls it."""
        where = f":{port or self.port}" if (port or self.port) else ""
        return {"name": self.ae_title.lower(), "address": f"{self.ae_title}@{LOOPBACK}{where}", **more}

    @contextmanager
    def associated(self, port):
        ae = AE(ae_title=self.ae_title)
        contexts = [build_context(CTImageStorage, ExplicitVRLittleEndian), build_context(PUSH_MODEL)]
        handlers = [(evt.EVT_N_EVENT_REPORT, self._on_report_here)]
        association = ae.associate(LOOPBACK, port, contexts=contexts, ae_title="PACSDEDUP", evt_handlers=handlers)
        assert association.is_established
        try:
            yield association
        finally:
            time.sleep(0.2)  # pynetdicom's release and its response to a report must not cross
            association.release()

    def send(self, port, *instances):
        with self.associated(port) as association:
            for ds in instances:
                assert association.send_c_store(ds).Status == 0

    def ask(self, port, *instances, named=None, transaction_uid=None, stay_s=0.0):
        """Ask, and stay for so long; returns the Transaction UID."""
        uid = transaction_uid or generate_uid()
        with self.associated(port) as association:
            assert request(association, uid, named or references(*instances)) == 0
            self.wait(1, within_s=stay_s, needed=False)
        return uid

    def wait(self, count, *, within_s=WITHIN_S, needed=True):
        """Wait until so many reports have come; returns them."""
        with self._came:
            enough = self._came.wait_for(lambda: len(self.reports) >= count, within_s)
            assert enough or not needed, f"{len(self.reports)} reports came"
            return list(self.reports)

    def _on_report_here(self, event):
        return self._take(report_of(event, same_association=True), 0x0000)

    def _on_report(self, event):
        return self._take(report_of(event, same_association=False), self.answers.pop(0) if self.answers else 0x0000)

    def _take(self, report, status):
        with self._came:
            self.reports.append(report)
            self._came.notify_all()
        return status, None


class Archive:
    """Stores what it gets, and answers requests for commitment as it is told.

    Attributes:
        reasons: Failure Reason for each SOP Instance UID that it does not commit to.
        same_association: it reports over the association of the request; else over one of its own.
        silent: how many requests it never answers.
        call_back: the port of the service.
    """

    def __init__(self, *, same_association=True, silent=0, call_back=0):
        self.same_association, self.silent = same_association, silent
        self.reasons, self.call_back = {}, call_back
        self.received, self.requests, self.confirmed = [], [], []
        self.port = 0

    @contextmanager
    def listening(self, *, commits=True):
        ae = AE(ae_title="ARCHIVE")
        ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian)
        if commits:
            ae.add_supported_context(PUSH_MODEL)
        handlers = [(evt.EVT_C_STORE, self._on_store), (evt.EVT_N_ACTION, self._on_action)]
        server = ae.start_server((LOOPBACK, 0), block=False, evt_handlers=handlers)
        self.port = server.server_address[1]
        try:
            yield self
        finally:
            ae.shutdown()

    def peer(self, **more):
        address = f"ARCHIVE@{LOOPBACK}:{self.port}"
        return {"name": "archive", "address": address, "roles": ["destination"], "commitment": "request", **more}

    def report(self, information, *, role=True, calling_ae="ARCHIVE"):
        """Report over an association of its own; returns the status that is answered."""
        event_type = FAILURES_EXIST if "FailedSOPSequence" in information else ALL_COMMITTED
        return send_report(self.call_back, information, event_type, role=role, calling_ae=calling_ae)

    def answer_to(self, asked):
        uid, named = asked
        information = Dataset()
        information.TransactionUID = uid
        kept = [each for each in named if each[1] not in self.reasons]
        if kept:
            information.ReferencedSOPSequence = [_item(*each) for each in kept]
        failed = [_item(*each, self.reasons[each[1]]) for each in named if each[1] in self.reasons]
        if failed:
            information.FailedSOPSequence = failed
        return information

    def _on_store(self, event):
        self.received.append(str(event.request.AffectedSOPInstanceUID))
        return 0x0000

    def _on_action(self, event):
        information = event.action_information
        named = tuple(_named(item) for item in information.ReferencedSOPSequence)
        self.requests.append((str(information.TransactionUID), named))
        if self.silent:
            self.silent -= 1
        else:
            threading.Thread(target=self._answer, args=(event.assoc, self.requests[-1]), daemon=True).start()
        return 0x0000, None

    def _answer(self, association, asked):
        time.sleep(0.1)  # the response to the request goes first
        information = self.answer_to(asked)
        if not self.same_association:
            self.confirmed.append(self.report(information))
            return
        event_type = FAILURES_EXIST if "FailedSOPSequence" in information else ALL_COMMITTED
        status, _ = association.send_n_event_report(information, event_type, PUSH_MODEL, PUSH_INSTANCE)
        self.confirmed.append(status.Status)


def send_report(port, information, event_type, *, role=True, calling_ae="ARCHIVE"):
    """Send an N-EVENT-REPORT over a new association; None where the context is not accepted."""
    ae = AE(ae_title=calling_ae)
    roles = [build_role(PUSH_MODEL, scp_role=True)] if role else None
    contexts = [build_context(PUSH_MODEL)]
    association = ae.associate(LOOPBACK, port, contexts=contexts, ae_title="PACSDEDUP", ext_neg=roles)
    if not association.is_established:
        return None
    status, _ = association.send_n_event_report(information, event_type, PUSH_MODEL, PUSH_INSTANCE)
    association.release()
    return status.Status


def request(association, uid, named):
    status, _ = association.send_n_action(action(uid, named), ASK, PUSH_MODEL, PUSH_INSTANCE)
    return status.Status


def _named(item):
    return str(item.ReferencedSOPClassUID), str(item.ReferencedSOPInstanceUID)


def _item(sop_class, sop_instance, reason=None):
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_instance
    if reason is not None:
        item.FailureReason = reason
    return item
