"""A gateway before several destinations: none delays another, nothing is lost, and what goes round comes to an end."""

import json
import queue
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, build_context, evt

from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from tests.integration.orthanc import running_orthanc
from tests.integration.storescp import storescp
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, needs_dcmtk, needs_orthanc, written
from tests.unit.cli.conftest import call

COUNT = 8
CT = build_context(CTImageStorage, ExplicitVRLittleEndian)


class Scp:
    """A Storage SCP that answers as told and notes what it was sent."""

    def __init__(self, name, *, status=0x0000, takes_s=0.0, then=None):
        self.name, self.status, self.takes_s, self.then = name, status, takes_s, then
        self.received = []
        self.at = []
        self.associations = set()

    def on_store(self, event):
        time.sleep(self.takes_s)
        self.at.append(time.monotonic())
        self.received.append(str(event.request.AffectedSOPInstanceUID))
        self.associations.add(event.assoc)
        if self.then is not None:
            dataset = event.dataset
            dataset.file_meta = event.file_meta
            self.then(dataset)
        return self.status

    @contextmanager
    def listening(self):
        keep_data_sets_private()
        ae = AE(ae_title=self.name)
        ae.supported_contexts = [CT]
        server = ae.start_server((LOOPBACK, 0), block=False, evt_handlers=[(evt.EVT_C_STORE, self.on_store)])
        try:
            yield server.server_address[1]
        finally:
            ae.shutdown()


@contextmanager
def hanging():
    """A port that accepts every connection and says nothing, whatever it is sent."""
    held = []

    def accept(server):
        while True:
            try:
                held.append(server.accept()[0])
            except OSError:
                return

    with socket.create_server((LOOPBACK, 0)) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        yield server.getsockname()[1], held
    for connection in held:
        connection.close()


def to(name, port, **more):
    address = f"{name.upper()}@{LOOPBACK}:{port}"
    return {"name": name, "address": address, "roles": ["destination"], **more}


def wait_until(condition, within_s=30):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)


def instances(folder, count=COUNT):
    study = {"StudyInstanceUID": "2.25.1", "SeriesInstanceUID": "2.25.2"}
    return [written(folder, ct_instance(seed=n, InstanceNumber=n, **study), f"{n}.dcm") for n in range(1, count + 1)]


def send(service, paths):
    code, said = dcmtk("storescu", service.port, *paths)
    assert code == 0, said


def waiting_for(service):
    """How many instances wait for each destination."""
    with service.database() as database:
        rows = database.transactions.read(
            lambda connection: connection.exec_driver_sql(
                "SELECT lane, count(*) FROM work WHERE step = 'forward' AND done_at IS NULL GROUP BY lane"
            ).all()
        )
    return dict(rows)


@pytest.fixture
def forwards(monkeypatch):
    """Return what runs ``pacs-dedup forwards`` on a service's data folder, with its peers configured."""

    def run(service, peers, *words):
        monkeypatch.setenv("PACS_DEDUP_PEERS", json.dumps(peers))
        answer = call("forwards", *words, "--data", service.data, "--json")
        assert answer.code == 0, answer.err
        return json.loads(answer.out)

    return run


def received_by_dcmtk(folder):
    return len([path for path in folder.iterdir() if path.is_file()]) if folder.is_dir() else 0


@needs_dcmtk
def test_one_that_hangs_refuses_or_is_slow_delays_no_other(running_service, tmp_path, forwards):
    slow, refusing = Scp("SLOW", takes_s=0.4), Scp("REFUSING", status=0xC000)
    good = tmp_path / "good"
    with ExitStack() as stack:
        ports = {"slow": stack.enter_context(slow.listening()), "refusing": stack.enter_context(refusing.listening())}
        ports["archive"] = stack.enter_context(storescp(good))
        ports["hanging"], held = stack.enter_context(hanging())
        peers = [to(name, port) for name, port in ports.items()]
        service = running_service(peers=peers, forwarding={"associations": 2})
        send(service, instances(tmp_path))
        wait_until(lambda: received_by_dcmtk(good) == COUNT)
        assert 0 < len(held) < COUNT / 2, "most of what hangs was not even begun"
        assert waiting_for(service)["hanging"] == COUNT
        wait_until(lambda: len(slow.received) == COUNT)
        wait_until(lambda: "archive" not in waiting_for(service) and "slow" not in waiting_for(service))
        assert len(refusing.received) == COUNT, "once each"
        assert len(slow.associations) == 2
        letters = forwards(service, peers, "list")
        assert {(letter["destination"], letter["trouble"]) for letter in letters} == {("refusing", "refused")}
        assert len(letters) == COUNT
        assert all("status C000" in letter["cause"] for letter in letters)
        refusing.status = 0x0000
        assert (
            forwards(service, peers, "requeue", "--series", "2.25.2", "--destination", "refusing")["requeued"] == COUNT
        )
        wait_until(lambda: len(refusing.received) == 2 * COUNT)
        wait_until(lambda: set(waiting_for(service)) == {"hanging"})
        service.process.kill()


@needs_dcmtk
@needs_orthanc
def test_a_destination_that_comes_up_late_gets_everything_while_orthanc_has_it_long_ago(running_service, tmp_path):
    with socket.create_server((LOOPBACK, 0)) as reserved:
        late = reserved.getsockname()[1]
    paths = instances(tmp_path)
    with running_orthanc(tmp_path / "orthanc") as orthanc:
        peers = [to("late", late), to("orthanc", orthanc.dicom_port)]
        waits = {"first_retry_s": 1, "longest_retry_s": 2, "longest_rest_s": 2}
        service = running_service(peers=peers, forwarding=waits)
        send(service, paths)
        wait_until(lambda: len(orthanc.instances) == COUNT)
        wait_until(lambda: waiting_for(service) == {"late": COUNT})
        archive = tmp_path / "late"
        archive.mkdir()
        process = subprocess.Popen(["storescp", "-od", archive, "-aet", "LATE", str(late)])
        try:
            wait_until(lambda: received_by_dcmtk(archive) == COUNT)
            wait_until(lambda: not waiting_for(service))
        finally:
            process.terminate()
            process.wait(10)
    sent = sorted(path.name.partition(".")[2] for path in archive.iterdir())
    assert len(set(sent)) == COUNT


def test_no_more_is_sent_in_a_second_than_a_peer_allows(running_service, tmp_path):
    paced, free = Scp("PACED"), Scp("FREE")
    with paced.listening() as one, free.listening() as other:
        peers = [to("paced", one, forwarding={"instances_per_s": 2, "associations": 3}), to("free", other)]
        service = running_service(peers=peers)
        began = time.monotonic()
        send(service, instances(tmp_path, 12))
        wait_until(lambda: len(free.received) == len(paced.received) == 12)
        wait_until(lambda: not waiting_for(service))
    at_once = 2 + 3  # what a second may be saved up for, and what three threads had begun
    assert 2 * (paced.at[-1] - began) + at_once >= 12


class Relay:
    """Sends on whatever it is given, as an archive that forwards automatically does."""

    def __init__(self, name, port):
        self.name, self.port = name, port
        self.sent = 0
        self._given = queue.Queue()
        threading.Thread(target=self._run, daemon=True).start()

    def __call__(self, dataset):
        self._given.put(dataset)

    def _run(self):
        while True:
            dataset = self._given.get()
            ae = AE(ae_title=self.name)
            association = ae.associate(LOOPBACK, self.port(), contexts=[CT], ae_title="PACSDEDUP")
            if association.is_established:
                association.send_c_store(dataset)
                self.sent += 1
                association.release()


@pytest.mark.parametrize("altering", [False, True])
def test_a_circle_of_archives_ends_and_is_told_of(running_service, tmp_path, forwards, altering):
    """A sends to us, we send to B, B passes on to A, A to us; the second time A changes what passes through it."""
    service = None
    a = Relay("A", lambda: service.port)

    def through_a(dataset):
        if altering:
            dataset.ContentDate = f"2026{len(b.received):04d}"
        a(dataset)

    b = Scp("B", then=through_a)
    with b.listening() as port:
        peers = [to("b", port), {"name": "a", "address": f"A@{LOOPBACK}", "roles": ["source"]}]
        rules = {"repeats_per_day": 3, "versions_per_day": 6}
        service = running_service(peers=peers, forwarding=rules)
        send(service, instances(tmp_path, 1))
        most = 6 if altering else 3
        wait_until(lambda: len(b.received) == most and a.sent == most)
        wait_until(lambda: forwards(service, peers, "list"))
        time.sleep(1)
        assert (len(b.received), a.sent) == (most, most), "it came to an end"
        (letter,) = forwards(service, peers, "list")
        assert (letter["trouble"], letter["destination"], letter["source"]) == ("loop", "b", "A")
        told = [line for line in service.lines if "goes in a circle" in line.get("event", "")]
        assert [line["level"] for line in told] == ["error"]
        assert forwards(service, peers, "requeue", "--instance", letter["sop_instance_uid"])["requeued"] == 1
        wait_until(lambda: len(b.received) == most + 1)
        wait_until(lambda: len(forwards(service, peers, "list")) == 1)
        assert len(b.received) == most + 1, "once for each time that a person asks"
