"""A private PostgreSQL 15 that a test stops, freezes and starts again; its data stays from one start to the next."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres_server import PROGRAMS, TIMEOUT_S, _free_port, _hand_over, _init, _wait_until_it_answers, execute

DATABASE = "pacs_dedup"


class StoppablePostgres:
    """One server in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._owner = _hand_over(folder)
        self._port = _free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._frozen: list[int] = []
        _init(folder, self._owner)

    @property
    def url(self) -> str:
        """Where the database of the tests is, also while the server is down."""
        return f"postgresql+psycopg://pacs@127.0.0.1:{self._port}/{DATABASE}"

    def start(self) -> None:
        """Start the server; returns when it answers."""
        options = ["-p", str(self._port), "-k", self._folder, "-c", "listen_addresses=127.0.0.1"]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self._folder / "data", *options],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **self._owner,
            )
        _wait_until_it_answers(self._server, self._port, self._folder / "log")

    def ensure(self) -> None:
        """Start the server if it does not run."""
        if self._server is None or self._server.poll() is not None:
            self.start()

    def create(self) -> None:
        """Make the database of the tests."""
        execute(self.url.removesuffix(f"/{DATABASE}"), f"CREATE DATABASE {DATABASE}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends its connections first, SIGQUIT is as a crash."""
        if self._server is not None and self._server.poll() is None:
            self.thaw()
            self._server.send_signal(how)
            self._server.wait(TIMEOUT_S)

    def freeze(self) -> None:
        """Stop every process of the server where it stands: connections stay open and nobody answers."""
        assert self._server is not None
        os.kill(self._server.pid, signal.SIGSTOP)  # first, so that no new one is born
        children = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children").read_text().split()
        for child in map(int, children):
            os.kill(child, signal.SIGSTOP)
        self._frozen = [self._server.pid, *map(int, children)]

    def thaw(self) -> None:
        """Let a frozen server go on."""
        for pid in self._frozen:
            os.kill(pid, signal.SIGCONT)
        self._frozen = []


@contextmanager
def stoppable_postgres() -> Iterator[StoppablePostgres]:
    """Yield a server that is set up and runs; skips where PostgreSQL 15 is not installed."""
    if not (PROGRAMS / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed; on Debian: apt-get install postgresql-15")
    folder = Path(tempfile.mkdtemp(prefix="pacs-dedup-pg-", dir="/tmp"))
    try:
        server = StoppablePostgres(folder)
        server.start()
        server.create()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
