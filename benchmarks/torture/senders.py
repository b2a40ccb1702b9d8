"""Modalities: they send until they are acknowledged, and write down every answer."""

import re
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, build_context
from pynetdicom.association import Association

from benchmarks.torture.ledger import SUCCESS, Ledger, Offer
from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from tests.integration.support import LOOPBACK

CALLED = "PACSDEDUP"
_PAUSE_S = 0.5  # between two associations; a real modality waits longer
_ANSWER_S = 20.0
_TOOL_S = 60.0
_DCMTK_SUCCESS = re.compile(r"Received (?:C-STORE|Store) Response \((.*)\)")

Send = Callable[[Sequence[Offer], int, Ledger], int]
"""Sends offers over one association to a port; returns how many, from the first on, need not be sent again."""


class Sender(threading.Thread):
    """One modality: gets more to send as long as the round is open, and then finishes what it has."""

    def __init__(self, send: Send, more: Callable[[], Sequence[Offer]], port: int, ledger: Ledger) -> None:
        super().__init__(daemon=True, name="sender")
        self._send, self._more, self._port, self._ledger = send, more, port, ledger
        self._left: Sequence[Offer] = []
        self._no_more = threading.Event()
        self._given_up = threading.Event()

    @property
    def left(self) -> Sequence[Offer]:
        """What is not acknowledged yet."""
        return self._left

    def run(self) -> None:
        """Send, and again what was not acknowledged, until there is no more and nothing is left."""
        while not self._given_up.is_set():
            if not self._left:
                if self._no_more.is_set():
                    return
                self._left = self._more()
            self._left = self._left[self._send(self._left, self._port, self._ledger) :]
            time.sleep(_PAUSE_S)

    def finish(self) -> None:
        """Get no more to send."""
        self._no_more.set()

    def give_up(self) -> None:
        """Stop after the association that is open."""
        self._given_up.set()


def by_pynetdicom(calling_ae: str) -> Send:
    """Return a sender that sends one instance after the other and stops at the first that is not acknowledged."""

    def send(offers: Sequence[Offer], port: int, ledger: Ledger) -> int:
        keep_data_sets_private()
        ae = AE(ae_title=calling_ae)
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = ae.connection_timeout = _ANSWER_S
        context = build_context(CTImageStorage, ExplicitVRLittleEndian)
        association = ae.associate(LOOPBACK, port, contexts=[context], ae_title=CALLED)
        if not association.is_established:
            return 0
        done = 0
        try:
            for offer in offers:
                ledger.attempt(offer.content)
                if not ledger.answer(offer.content, _store(association, offer)):
                    break
                done += 1
        finally:
            association.release()
        return done

    return send


def by_dcmtk(tool: str, calling_ae: str) -> Send:
    """Return a sender that is DCMTK's storescu or dcmsend; its log tells what was acknowledged."""

    def send(offers: Sequence[Offer], port: int, ledger: Ledger) -> int:
        batch = _without_repeats(offers)  # dcmsend takes each SOP Instance UID once
        for offer in batch:
            ledger.attempt(offer.content)
        options = ["-v", "-aet", calling_ae, "-aec", CALLED, "-to", "5", "-ta", "20", "-td", "20"]
        command = [tool, *options, LOOPBACK, str(port), *(str(offer.path) for offer in batch)]
        with suppress(subprocess.TimeoutExpired):
            said = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=_TOOL_S, check=False
            )
            return _count_answers(batch, said.stdout + said.stderr, ledger)
        return 0

    return send


def _without_repeats(offers: Sequence[Offer]) -> Sequence[Offer]:
    seen: set[str] = set()
    for number, offer in enumerate(offers):
        if offer.content.sop_instance_uid in seen:
            return offers[:number]
        seen.add(offer.content.sop_instance_uid)
    return offers


def _count_answers(batch: Sequence[Offer], said: str, ledger: Ledger) -> int:
    """Answers come in the order of the files; what follows the first failure is sent again."""
    done, failed = 0, False
    for offer, answer in zip(batch, _DCMTK_SUCCESS.findall(said), strict=False):
        succeeded = ledger.answer(offer.content, SUCCESS if answer == "Success" else _status_of(answer))
        failed = failed or not succeeded
        done += not failed
    return done


def _status_of(answer: str) -> int:
    """Read a status from DCMTK's words; what it says no number for is taken for a processing failure."""
    number = re.search(r"0x([0-9a-fA-F]{4})", answer)
    known = {"Refused: OutOfResources": 0xA700, "Error: DataSetDoesNotMatchSOPClass": 0xA900}
    return int(number[1], 16) if number else known.get(answer, 0x0110)


def _store(association: Association, offer: Offer) -> int | None:
    try:
        return getattr(association.send_c_store(offer.path), "Status", None)
    except (RuntimeError, ValueError, OSError):  # the association has ended
        return None
