"""DCMTK's Storage SCP as a process of its own."""

import socket
import subprocess
import time
from contextlib import contextmanager

from tests.integration.support import LOOPBACK, free_port

STARTS_WITHIN_S = 15


@contextmanager
def storescp(folder, issued=None, trusting=None, *options):
    """Start it over TLS, where it asks for a certificate, or with ``issued=None`` without; yields its port."""
    port = free_port()
    folder.mkdir(exist_ok=True)
    tls = ["+tls", issued.key, issued.cert, "+cf", trusting.file] if issued else []
    command = ["storescp", "-od", folder, "-aet", "ARCHIVE", *tls, *options, port]
    process = subprocess.Popen([*map(str, command)], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                socket.create_connection((LOOPBACK, port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        yield port
    finally:
        process.kill()
        process.wait()
