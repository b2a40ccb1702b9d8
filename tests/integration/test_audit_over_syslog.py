"""Audit messages reach a real syslog server over UDP, TCP and TLS, whole and in order; and wait while it is away."""

import os
import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from lxml import etree

from pacs_dedup.adapters.syslog_audit_receiver import StreamTransport
from pacs_dedup.config import Settings
from pacs_dedup.config.audit import Audit
from pacs_dedup.domain.audit import AuditedStudy
from pacs_dedup.domain.audit_chain import AuditEntry, Head
from pacs_dedup.domain.errors import BadConfiguration, PeerUnavailable
from pacs_dedup.pipeline.carry_audit import carry_once, deliver_once
from pacs_dedup.wiring.audit import audit_receiver
from tests.certificates import authority, needs_openssl
from tests.contracts.test_audit_inbox import DECISION, REFUSAL, TRANSFER
from tests.fakes import FakeClock, MemoryAuditInbox
from tests.fakes.audit_log import MemoryAuditLog
from tests.integration.support import free_port
from tests.integration.syslog_server import SyslogServer, needs_rsyslog, syslog_server
from tests.unit.reports.test_audit_message import SCHEMA

EVENTS = (TRANSFER, DECISION, REFUSAL)
MESSAGES = 4  # the transfer names two patients
LONG = replace(TRANSFER, studies=(AuditedStudy("1.2.826.1", "A1", tuple((f"1.2.{n}", n) for n in range(500))),))


def entries(*events: object) -> list[AuditEntry]:
    inbox, log = MemoryAuditInbox(), MemoryAuditLog(FakeClock())
    for event in events:
        inbox.record(event)
    carry_once(inbox, log)
    return list(log.entries())


def receiver_at(url: str, **more: object):
    return audit_receiver(Settings(audit=Audit(syslog=url, **more)))


def xml_of(message: dict[str, str]) -> etree._Element:
    return etree.fromstring(message["msg"].lstrip("\ufeff ").encode())


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory: pytest.TempPathFactory):
    ports = {"udp": free_port(), "tcp": free_port()}
    with syslog_server(tmp_path_factory.mktemp("syslog") / "server", ports) as server:
        yield server


@needs_rsyslog
@pytest.mark.peers
@pytest.mark.parametrize("way", ["udp", "tcp"])
def test_a_server_understands_every_message(plain_server: SyslogServer, way: str) -> None:
    before = len(plain_server._written())
    receiver_at(f"{way}://127.0.0.1:{plain_server.ports[way]}").send(entries(*EVENTS))
    found = plain_server.messages(before + MESSAGES)[before:]
    assert [message["pri"] for message in found] == ["85", "85", "83", "84"], "facility 10, severity by the outcome"
    for message in found:
        assert (message["version"], message["app"], message["msgid"]) == ("1", "pacs_dedup", "DICOM+RFC3881")
        assert (message["host"], message["procid"]) == (socket.gethostname(), str(os.getpid()))
        assert message["data"] == "-"
        assert SCHEMA.validate(xml_of(message)), SCHEMA.error_log
    codes = [xml_of(message).find("EventIdentification/EventID").get("csd-code") for message in found]
    assert codes == ["110104", "110104", "110103", "110113"]


@needs_rsyslog
@pytest.mark.peers
def test_a_message_longer_than_a_packet_and_the_head_of_the_log_arrive_whole(plain_server: SyslogServer) -> None:
    before = len(plain_server._written())
    receiver = receiver_at(f"tcp://127.0.0.1:{plain_server.ports['tcp']}")
    receiver.send(entries(LONG))
    receiver.anchor(Head(7, "ab" * 32))
    long, head = plain_server.messages(before + 2)[before:]
    assert len(xml_of(long).findall(".//SOPClass")) == 500
    assert head["msgid"] == "AUDIT_LOG_HEAD"
    assert "entry 7" in head["msg"]
    assert "ab" * 32 in head["msg"]


@needs_rsyslog
@needs_openssl
@pytest.mark.peers
def test_over_tls_both_sides_show_certificates_and_anybody_else_is_refused(tmp_path: Path) -> None:
    ours, theirs = authority(tmp_path / "ours"), authority(tmp_path / "theirs", "another")
    server_cert = ours.issue("server", alt="IP:127.0.0.1")
    client = ours.issue("client")
    stranger = theirs.issue("stranger")
    port = free_port()
    with syslog_server(tmp_path / "server", {"tls": port}, (ours.file, server_cert.cert, server_cert.key)) as server:
        url = f"tls://127.0.0.1:{port}"
        known = {"syslog_ca": str(ours.file), "syslog_cert": str(client.cert), "syslog_key": str(client.key)}
        receiver_at(url, **known).send(entries(*EVENTS))
        assert [message["msgid"] for message in server.messages(MESSAGES)] == ["DICOM+RFC3881"] * MESSAGES
        for wrong in (
            known | {"syslog_ca": str(theirs.file)},
            known | {"syslog_cert": str(stranger.cert), "syslog_key": str(stranger.key)},
            {"syslog_ca": str(ours.file)},
        ):
            with pytest.raises(PeerUnavailable, match="receiver of audit messages"):
                receiver_at(url, **wrong).send(entries(DECISION))
        assert len(server.messages(MESSAGES)) == MESSAGES, "nothing came from whom it does not know"


@needs_rsyslog
@pytest.mark.peers
def test_entries_wait_while_the_server_is_away_and_come_in_order(tmp_path: Path) -> None:
    port, inbox, log = free_port(), MemoryAuditInbox(), MemoryAuditLog(FakeClock())
    receiver = receiver_at(f"tcp://127.0.0.1:{port}")
    assert not deliver_once(log, receiver)
    for number in range(60):
        inbox.record(replace(DECISION, subject=f"case {number}", studies=(AuditedStudy(f"1.2.{number}", "A1"),)))
    carry_once(inbox, log)
    for _ in range(2):
        with pytest.raises(PeerUnavailable, match="could not be reached"):
            deliver_once(log, receiver)
    with syslog_server(tmp_path / "server", {"tcp": port}) as server:
        while deliver_once(log, receiver):
            pass
        found = server.messages(60)
    objects = [xml_of(message).find("ParticipantObjectIdentification") for message in found]
    assert [each.get("ParticipantObjectID") for each in objects] == [f"1.2.{number}" for number in range(60)]


def test_a_server_that_breaks_off_has_not_got_the_messages() -> None:
    def break_off() -> None:
        connection, _ = listening.accept()
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=break_off)
        server.start()
        with pytest.raises(PeerUnavailable):
            StreamTransport("127.0.0.1", listening.getsockname()[1]).send([b"x" * 1000])
        server.join(10)


@contextmanager
def a_receiver(serve):
    """One connection is handed to ``serve`` in a thread; yields the port."""

    def accept() -> None:
        connection, _ = listening.accept()
        with connection:
            serve(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=accept)
        server.start()
        yield listening.getsockname()[1]
        server.join(10)


def test_a_receiver_that_closes_before_us_has_refused() -> None:
    with a_receiver(lambda connection: connection.recv(100)) as port, pytest.raises(PeerUnavailable, match="closed by"):
        StreamTransport("127.0.0.1", port).send([b"x"])


def test_a_receiver_that_never_closes_is_believed_if_its_machine_took_every_byte() -> None:
    got, done = [], threading.Event()

    def read_and_stay(connection: socket.socket) -> None:
        got.append(connection.recv(100))
        done.wait(10)

    with a_receiver(read_and_stay) as port:
        StreamTransport("127.0.0.1", port, refused_within_s=0.1, ends_within_s=0.2).send([b"x", b"yz"])
        done.set()
    assert got == [b"1 x2 yz"]


def test_a_receiver_that_does_not_read_has_not_got_the_messages() -> None:
    done = threading.Event()
    with a_receiver(lambda _: done.wait(30)) as port:
        transport = StreamTransport("127.0.0.1", port, refused_within_s=0.1, ends_within_s=0.2)
        with pytest.raises(PeerUnavailable, match="no answer in time"):
            transport.send([b"x" * 8_000_000])
        done.set()


def test_nothing_to_say_opens_no_connection() -> None:
    StreamTransport("127.0.0.1", 1).send([])


def test_a_message_that_is_longer_than_a_datagram_is_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        too_long = replace(LONG, detail=(("reason", "x" * 70_000),))
        receiver_at(f"udp://127.0.0.1:{listening.getsockname()[1]}").send(entries(too_long, DECISION))
        assert b"DICOM+RFC3881" in listening.recv(65_535)
    assert "longer than a datagram" in caplog.text


def test_an_entry_that_is_no_event_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        spoilt = AuditEntry({"sequence": 1, "kind": "unheard-of"}, "")
        receiver_at(f"udp://127.0.0.1:{listening.getsockname()[1]}").send([spoilt, *entries(DECISION)])
        first = listening.recv(65_535)
    stamp = DECISION.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert first.startswith(f"<83>1 {stamp} ".encode())
    assert "is no event" in caplog.text


def test_without_a_receiver_nobody_is_told() -> None:
    assert audit_receiver(Settings()) is None


def test_certificate_files_that_can_not_be_used_are_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for ca in ("ca.pem", "nowhere.pem"):
        with pytest.raises(BadConfiguration, match=r"audit\.syslog_ca"):
            receiver_at("tls://127.0.0.1", syslog_ca=str(tmp_path / ca))


def test_on_an_open_way_patients_are_named_by_hashes_alone() -> None:
    receiver = receiver_at("tcp://siem.example:601")
    assert receiver.source.pseudonym is not None
    assert receiver_at("tls://siem.example").source.pseudonym is None
