"""We state our user when we call: to pynetdicom, which checks it, and to our own listener."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification

from pacs_dedup.config import Settings
from pacs_dedup.config.passcodes import hashed
from pacs_dedup.dicom.commitment_data_set import new_uid
from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid
from pacs_dedup.domain.errors import PeerRefused, PeerUnavailable
from pacs_dedup.wiring.associations import destination, echo_peer
from pacs_dedup.wiring.commitment import commitment_peer
from tests.integration.commitment_peers import PUSH_MODEL
from tests.integration.support import LOOPBACK, ct_instance, free_port, written
from tests.unit.cli.conftest import call

USER, PASSCODE = "röntgen", "paß wort"
SECONDS = timedelta(seconds=5)


@pytest.fixture
def passcode(tmp_path):
    file = tmp_path / "passcode"
    file.write_text(f"{PASSCODE}\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def instance(tmp_path):
    return written(tmp_path, ct_instance())


class Demanding:
    """An archive that lets in who states the right user and passcode, and remembers what was stated."""

    def __init__(self):
        self.stated, self.stored, self.asked, self.told = [], [], [], []

    @contextmanager
    def listening(self):
        ae = AE(ae_title="ARCHIVE")
        ae.add_supported_context(Verification)
        ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian)
        ae.add_supported_context(PUSH_MODEL, scu_role=True, scp_role=True)
        handlers = [
            (evt.EVT_USER_ID, self._on_user),
            (evt.EVT_REQUESTED, self._on_request),
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_N_ACTION, self._on_action),
            (evt.EVT_N_EVENT_REPORT, self._on_report),
        ]
        server = ae.start_server((LOOPBACK, 0), block=False, evt_handlers=handlers)
        try:
            yield server.server_address[1]
        finally:
            ae.shutdown()

    def _on_request(self, event):
        if event.assoc.requestor.user_identity is None:
            self.stated.append(None)
            event.assoc.acse.send_reject(1, 2, 1)
            event.assoc.kill()

    def _on_user(self, event):
        self.stated.append((event.user_id_type, event.primary_field, event.secondary_field))
        return self.stated[-1] == (2, USER.encode(), PASSCODE.encode()), None

    def _on_store(self, event):
        self.stored.append(str(event.request.AffectedSOPInstanceUID))
        return 0x0000

    def _on_action(self, event):
        self.asked.append(str(event.action_information.TransactionUID))
        return 0x0000, None

    def _on_report(self, event):
        self.told.append(str(event.event_information.TransactionUID))
        return 0x0000, None


def calling(port, called="ARCHIVE", *, ours="PACSDEDUP", **more):
    peer = {"name": "archive", "address": f"{called}@{LOOPBACK}:{port}", "roles": ["destination"], **more}
    settings = Settings(dicom={"ae_title": ours}, peers=[peer])
    return settings.peers[0], settings


def reference():
    return Reference(CTImageStorage, "1.2.826.1")


def do_everything(peer, settings, instance):
    """Echo, forward, ask for commitment, and tell one."""
    assert echo_peer(peer, settings, SECONDS).ms > 0
    sender = destination(peer, settings)
    sender.send(instance)
    sender.close()
    other = commitment_peer(peer, settings)
    other.ask(new_uid(), [reference()], take=lambda _: True, wait=timedelta(seconds=0.1))
    other.report(CommitmentAnswer(TransactionUid("1.2.3"), (reference(),)))


def test_user_and_passcode_are_stated_in_everything_that_we_ask_for(instance, passcode):
    archive = Demanding()
    with archive.listening() as port:
        do_everything(*calling(port, our_user=USER, our_passcode_file=passcode), instance)
    assert archive.stated == [(2, USER.encode(), PASSCODE.encode())] * 4
    assert (len(archive.stored), len(archive.asked), archive.told) == (1, 1, ["1.2.3"])


def test_the_name_alone_is_of_the_type_without_passcode(instance):
    archive = Demanding()
    with archive.listening() as port:
        peer, settings = calling(port, our_user=USER)
        with pytest.raises(PeerUnavailable):
            echo_peer(peer, settings, SECONDS)
    assert archive.stated == [(1, USER.encode(), b"")] or archive.stated == [(1, USER.encode(), None)]


def test_without_our_user_nothing_is_stated_and_the_refusal_says_what_to_look_at(instance, passcode):
    archive = Demanding()
    with archive.listening() as port:
        peer, settings = calling(port)
        with pytest.raises(PeerRefused, match="see that it knows PACSDEDUP"):
            echo_peer(peer, settings, SECONDS)
        passcode.write_text("wrong")
        peer, settings = calling(port, our_user=USER, our_passcode_file=passcode)
        sender = destination(peer, settings)
        with pytest.raises(PeerUnavailable, match="and our user"):
            sender.send(instance)
        with pytest.raises(PeerUnavailable, match="and our user"):
            commitment_peer(peer, settings).report(CommitmentAnswer(TransactionUid("1.2.3"), (reference(),)))
    assert archive.stored == archive.told == []


def test_our_own_listener_takes_what_we_state_and_nothing_else(running_service, instance, passcode):
    us = {"name": "us", "address": f"GATE@{LOOPBACK}", "user": USER, "passcode": hashed(PASSCODE.encode())}
    service = running_service(peers=[us])
    ours = {"called": "PACSDEDUP", "ours": "GATE"}
    peer, settings = calling(service.port, **ours, our_user=USER, our_passcode_file=passcode)
    assert echo_peer(peer, settings, SECONDS).ms > 0
    sender = destination(peer, settings)
    sender.send(instance)
    sender.close()
    answers = []
    ask = commitment_peer(peer, settings).ask
    stored = Reference(CTImageStorage, ct_uid(instance))
    ask(new_uid(), [stored], take=lambda answer: bool(answers.append(answer)) or True, wait=timedelta(seconds=20))
    assert [answer.committed for answer in answers] == [(stored,)]
    for wrong in ({}, {"our_user": USER}, {"our_user": "nobody", "our_passcode_file": passcode}):
        with pytest.raises(PeerRefused):
            echo_peer(*calling(service.port, **ours, **wrong), SECONDS)


def test_our_passcode_is_nowhere_in_what_is_said_or_shown(passcode, tmp_path):
    passcode.write_text("s3cr3t-canary")
    site = tmp_path / "site.toml"
    site.write_text(
        f"[[peers]]\nname = 'archive'\naddress = 'ARCHIVE@{LOOPBACK}:{free_port()}'\nroles = ['destination']\n"
        f"our_user = 'radiology'\nour_passcode_file = {json.dumps(str(passcode))}\n"
    )
    for words in (("peers", "echo"), ("peers", "list"), ("config", "show"), ("conformance",), ("doctor", "--json")):
        answer = call(*words, "--config", site, "--data", tmp_path / "data")
        assert "s3cr3t-canary" not in answer.out + answer.err, words


def ct_uid(path):
    from pydicom import dcmread

    return str(dcmread(path, stop_before_pixels=True).SOPInstanceUID)
