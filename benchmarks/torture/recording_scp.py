"""A destination that writes down what it keeps before it says so, and that fails as it is told.

    python -m benchmarks.torture.recording_scp PORT FOLDER

``FOLDER/kept.jsonl`` has one synchronised line for each instance that it keeps. ``FOLDER/mood.json`` is read at every
request: ``{"status": 42752, "share": 0.5}`` refuses a share of them, ``delay_s`` keeps the answer back, ``reject``
rejects associations, ``drop_after_success`` ends the association when the answer is on its way, ``forget`` says Success
and keeps nothing (what peers have been seen to do; with it the harness shows that it notices).
"""

import json
import os
import random
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, evt

from benchmarks.torture.ledger import digest_of
from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from tests.integration.support import LOOPBACK

_REJECT_TRANSIENT = (0x02, 0x03, 0x02)  # local limit exceeded (PS3.8 9.3.4)


class RecordingScp:
    """The handlers, with the file that they write."""

    def __init__(self, folder: Path) -> None:
        self._mood = folder / "mood.json"
        self._kept = os.open(folder / "kept.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._forgets = folder / "forgotten"
        self._known: set[str] = set()
        self._forgotten: set[str] = set()
        self._lock = threading.Lock()

    def on_request(self, event: evt.Event) -> None:
        """Accept or reject an association."""
        if self._now().get("reject"):
            event.assoc.acse.send_reject(*_REJECT_TRANSIENT)
            event.assoc.kill()

    def on_store(self, event: evt.Event) -> int:
        """Keep an instance, or not, and say so, or not."""
        mood = self._now()
        time.sleep(float(mood.get("delay_s", 0)))
        if "status" in mood and random.random() < float(mood.get("share", 1)):
            return int(mood["status"])
        uid = str(event.request.AffectedSOPInstanceUID)
        if uid in self._forgotten or (mood.get("forget") and uid not in self._known):
            self._forgotten.add(uid)  # for good, so that sending it again does not help
            self._forgets.touch()
        else:
            self._known.add(uid)
            self._keep(uid, event.request.DataSet.getvalue())
        if mood.get("drop_after_success"):
            threading.Timer(random.random() * 0.02, event.assoc.abort).start()
        return 0x0000

    def _keep(self, uid: str, data_set: bytes) -> None:
        line = json.dumps({"uid": uid, "digest": digest_of(data_set)}) + "\n"
        with self._lock:
            os.write(self._kept, line.encode())
            os.fsync(self._kept)

    def _now(self) -> dict[str, object]:
        with suppress(FileNotFoundError, json.JSONDecodeError):
            return dict(json.loads(self._mood.read_text()))
        return {}


def main(port: int, folder: Path) -> None:
    """Serve until the process is ended."""
    keep_data_sets_private()
    scp = RecordingScp(folder)
    ae = AE(ae_title="RECORDER")
    for context in AllStoragePresentationContexts:
        ae.add_supported_context(context.abstract_syntax, ALL_TRANSFER_SYNTAXES)
    handlers = [(evt.EVT_REQUESTED, scp.on_request), (evt.EVT_C_STORE, scp.on_store)]
    ae.start_server((LOOPBACK, port), evt_handlers=handlers)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
