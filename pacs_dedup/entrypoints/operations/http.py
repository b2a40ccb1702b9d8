"""A small HTTP server for probes and scrapes: four pages, GET and HEAD, nothing of a request is echoed or logged."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from pacs_dedup.entrypoints.operations.places import Places
from pacs_dedup.log import describe_error, get_logger

_log = get_logger(__name__)

_MOST_READ = 64
_WAITING_TO_BE_READ = 256
_LONGEST_READING_S = 2.0  # whoever probes sends a request in one piece
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
    """Serves pages; at most a few requests at once, each for a bounded time, so that slow readers cost little.

    What is at hand needs no place among these: whether the process lives is told however many others are waiting.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = _WAITING_TO_BE_READ

    def __init__(self, address: tuple[str, int], pages: Pages, at_hand: Collection[str] = ()) -> None:
        """Bind the address; raises OSError where that can not be done.

        Args:
            address: where to listen.
            pages: what is served.
            at_hand: paths of pages that are short and ask nobody; they are always answered.
        """
        self.pages, self.at_hand = pages, frozenset(at_hand)
        self.places = Places(
            reading=_MOST_READ,
            answering=_MOST_REQUESTS,
            read_within_s=_LONGEST_READING_S,
            answer_within_s=_LONGEST_REQUEST_S,
        )
        super().__init__(address, _Handler)

    def service_actions(self) -> None:
        """Hang up on the slow; the server's own thread does so several times in a second."""
        self.places.hang_up_on_the_slow()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; where the machine has none, hang up and free the place."""
        self.places.enter(request)
        try:
            super().process_request(request, client_address)
        except RuntimeError as error:
            _log.error("the operations port does not answer, there are no more threads", **describe_error(error))
            self.places.leave(request)
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one request."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.leave(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a peer that hung up: the request may be anything."""


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
        path = self.path.partition("?")[0]
        self._send(self._page(path), with_body=with_body)

    def _page(self, path: str) -> Page:
        page = self.server.pages.get(path)
        if page is None:
            return _not_found(self.server.pages)
        if path in self.server.at_hand or self.server.places.answer(self.connection):
            return _asked(page)
        return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "too many requests are being answered; ask again")

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
