"""A private PostgreSQL 15 in a temporary folder, for the life of one test process."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
TIMEOUT_S = 60.0


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server and yield where it is, as a URL without a database name; stop it and remove its folder at the end.

    It listens on 127.0.0.1 and on a socket in its folder. PostgreSQL refuses to run as root, so root hands it to the
    user postgres, who must be able to reach the folder: it lies in /tmp, not in pytest's private folder.
    """
    if not (PROGRAMS / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed; on Debian: apt-get install postgresql-15")
    folder = Path(tempfile.mkdtemp(prefix="pacs-dedup-pg-", dir="/tmp"))
    try:
        owner = _hand_over(folder)
        port = _free_port()
        _init(folder, owner)
        with (folder / "log").open("wb") as log:
            options = ["-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
            server = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", folder / "data", *options], stdout=log, stderr=log, cwd=folder, **owner
            )
        try:
            _wait_until_it_answers(server, port, folder / "log")
            yield f"postgresql+psycopg://pacs@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGQUIT)  # nothing of it is kept, so it need not close cleanly
            server.wait(timeout=TIMEOUT_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def execute(url: str, statement: str) -> None:
    """Run one statement outside a transaction, at the server's maintenance database."""
    address = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(statement)


def _hand_over(folder: Path) -> dict[str, object]:
    """Give the folder to the account that will run the server; return how a process becomes that account."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _init(folder: Path, owner: dict[str, object]) -> None:
    options = ["-A", "trust", "-U", "pacs", "-E", "UTF8", "--no-sync"]
    command = [PROGRAMS / "initdb", "-D", folder / "data", *options]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=TIMEOUT_S, **owner)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            psycopg.connect(f"postgresql://pacs@127.0.0.1:{port}/postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
