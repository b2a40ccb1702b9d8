"""A small HTTP server for probes and scrapes: four pages, GET and HEAD, nothing of a request is echoed or logged."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any, ClassVar

from pacs_dedup.log import describe_error, get_logger

_log = get_logger(__name__)

_MOST_REQUESTS = 8
_LONGEST_REQUEST_S = 10.0


@dataclass(frozen=True, slots=True)
class Page:
    """One answer."""

    status: HTTPStatus
    content_type: str
    body: str


Pages = Mapping[str, Callable[[], Page]]
"""What answers, by path."""


class OperationsServer(ThreadingHTTPServer):
    """Serves pages; at most a few requests at once, each for a bounded time, so that slow readers cost little."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], pages: Pages) -> None:
        """Bind the address; raises OSError where that can not be done."""
        self.pages = pages
        self._places = threading.BoundedSemaphore(_MOST_REQUESTS)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; hang up where too many are being answered."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one request, and hang up on a peer that takes too long over it."""
        timer = threading.Timer(_LONGEST_REQUEST_S, _hang_up, [request])
        timer.daemon = True
        timer.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            timer.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a peer that hung up: the request may be anything."""


def _hang_up(request: socket) -> None:
    try:
        request.shutdown(2)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    server: OperationsServer
    timeout: ClassVar[float] = 5.0
    server_version = "pacs_dedup"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with the page."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the page's head."""
        self._answer(with_body=False)

    def log_message(self, *_: object) -> None:
        """Log nothing: what a peer writes into a request is its own."""

    def send_error(self, code: int, *_: object) -> None:
        """Answer an error without quoting the request."""
        self._send(_plain(HTTPStatus(code), HTTPStatus(code).phrase), with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        page = self.server.pages.get(self.path.partition("?")[0])
        self._send(_asked(page) if page else _not_found(self.server.pages), with_body=with_body)

    def _send(self, page: Page, *, with_body: bool) -> None:
        body = page.body.encode()
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def _asked(page: Callable[[], Page]) -> Page:
    try:
        return page()
    except Exception as error:  # noqa: BLE001 - the HTTP request is one of the three edges
        _log.error("a page of the operations port failed", **describe_error(error))
        return _plain(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; see the log")


def _not_found(pages: Pages) -> Page:
    return _plain(HTTPStatus.NOT_FOUND, f"there is {', '.join(sorted(pages))}")


def _plain(status: HTTPStatus, words: str) -> Page:
    return Page(status, "text/plain; charset=utf-8", f"{words}\n")
