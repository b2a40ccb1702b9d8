"""Slow clients of the operations port, and a machine without threads, keep nobody out who asks at once."""

import http.client
import socket
import threading
import time
from contextlib import ExitStack, closing
from http import HTTPStatus

import pytest

from pacs_dedup.entrypoints.operations.http import OperationsServer, Page
from tests.integration.support import LOOPBACK
from tests.unit.entrypoints.operations.asking import get

LARGE = "x" * (12 << 20)


class Port:
    """A port with a page at hand, one that takes its time, and one that no buffer takes as a whole."""

    def __init__(self):
        self.free = threading.Event()
        pages = {"/livez": lambda: page("alive"), "/slow": self._slow, "/large": lambda: page(LARGE)}
        self.server = OperationsServer((LOOPBACK, 0), pages, at_hand=["/livez"])
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def _slow(self):
        self.free.wait(60)
        return page("at last")

    def close(self):
        self.free.set()
        self.server.shutdown()
        self.server.server_close()


def page(words):
    return Page(HTTPStatus.OK, "text/plain", words)


def status(port, path):
    """Return what is answered; 0 where nobody answers."""
    try:
        return get(port, path)[0]
    except (OSError, http.client.HTTPException):
        return 0


def answered(port, path, within_s=10):
    """Whether a page is answered before that time is over."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if status(port, path) == 200:
            return True
        time.sleep(0.05)
    return False


def wait_until_every_place_is_taken(port):
    deadline = time.monotonic() + 10
    while sum(guest.answered for guest in list(port.server.places._guests.values())) < 8:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def port():
    with closing(Port()) as opened:
        yield opened


@pytest.fixture
def crowd():
    """Return what opens connections that say so much and no more."""
    with ExitStack() as stack:

        def connect(port, count, said=b""):
            for _ in range(count):
                connection = stack.enter_context(socket.socket())
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # no buffer takes a large page
                connection.settimeout(10)
                connection.connect((LOOPBACK, port.port))
                connection.sendall(said)

        yield connect


@pytest.mark.parametrize("said", [b"", b"GET /livez HT", b"GET /large HTTP/1.1\r\nHost: x\r\nX-Slow: "])
@pytest.mark.parametrize("count", [8, 64, 200])
def test_who_asks_at_once_is_told_that_the_process_lives_however_many_do_not(port, crowd, said, count):
    crowd(port, count, said)
    assert [status(port, "/livez") for _ in range(5)] == [200] * 5


def test_who_does_not_read_the_answer_takes_a_place_but_not_that_of_livez(port, crowd):
    crowd(port, 8, b"GET /large HTTP/1.1\r\n\r\n")
    wait_until_every_place_is_taken(port)
    assert status(port, "/large") == 503
    assert [status(port, "/livez") for _ in range(5)] == [200] * 5


def test_pages_that_hang_take_every_place_but_that_of_livez(port, crowd):
    crowd(port, 20, b"GET /slow HTTP/1.1\r\n\r\n")
    wait_until_every_place_is_taken(port)
    assert status(port, "/large") == 503
    assert status(port, "/livez") == 200
    port.free.set()
    assert answered(port, "/large"), "places are free again"


def test_whoever_sends_no_request_is_hung_up_on(monkeypatch):
    monkeypatch.setattr("pacs_dedup.entrypoints.operations.http._LONGEST_READING_S", 0.2)
    with closing(Port()) as brief, socket.create_connection((LOOPBACK, brief.port), 10) as silent:
        assert silent.recv(1) == b""


def test_a_thread_that_can_not_start_costs_no_place(port, monkeypatch):
    none_left, start = threading.Event(), threading.Thread.start

    def start_or_fail(thread):
        if none_left.is_set():
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_fail)
    none_left.set()
    assert {status(port, "/livez") for _ in range(100)} == {0}
    none_left.clear()
    assert status(port, "/livez") == 200
    assert answered(port, "/large"), "all places are still there"
