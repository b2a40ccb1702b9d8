"""A real rsyslog that listens on loopback and writes what it understood, one message a line of JSON."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

RSYSLOGD = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin:/sbin:/bin")
WITHIN_S = 20.0

needs_rsyslog = pytest.mark.skipif(
    RSYSLOGD is None or not any(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so")),
    reason="rsyslog with TLS is not installed (Debian packages rsyslog and rsyslog-gnutls)",
)

_FIELDS = {
    "pri": "pri",
    "version": "protocol-version",
    "host": "hostname",
    "app": "app-name",
    "procid": "procid",
    "msgid": "msgid",
    "data": "structured-data",
    "msg": "msg",
}


@dataclass(frozen=True)
class SyslogServer:
    """Where it listens, and what it wrote."""

    folder: Path
    ports: dict[str, int]

    def messages(self, count: int) -> list[dict[str, str]]:
        """Wait until so many messages were written; return them all."""
        deadline = time.monotonic() + WITHIN_S
        while len(found := self._written()) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} messages; {self.log}"
            time.sleep(0.05)
        return [json.loads(line) for line in found]

    @property
    def log(self) -> str:
        """What the server itself complains of."""
        return (self.folder / "stderr").read_text()[-2000:]

    def _written(self) -> list[str]:
        out = self.folder / "out"
        return out.read_text().splitlines() if out.exists() else []


@contextmanager
def syslog_server(
    folder: Path, ports: dict[str, int], tls: tuple[Path, Path, Path] | None = None
) -> Iterator[SyslogServer]:
    """Start rsyslog; ``tls`` are the files of the authority, the certificate and the key; stop it at the end."""
    folder.mkdir()
    configuration = folder / "rsyslog.conf"
    configuration.write_text(_configuration(folder, ports, tls))
    with (folder / "stderr").open("wb") as said:
        command = [str(RSYSLOGD), "-n", "-f", str(configuration), "-i", str(folder / "pid")]
        server = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        _wait_until_it_listens(server, folder, ports)
        yield SyslogServer(folder, ports)
    finally:
        server.terminate()
        server.wait(timeout=WITHIN_S)


def _configuration(folder: Path, ports: dict[str, int], tls: tuple[Path, Path, Path] | None) -> str:
    fields = ",".join(f'\\"{name}\\":\\"%{of}:::json%\\"' for name, of in _FIELDS.items())
    lines = [f'global(workDirectory="{folder}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"']
    if tls:
        names = ("DefaultNetstreamDriverCAFile", "DefaultNetstreamDriverCertFile", "DefaultNetstreamDriverKeyFile")
        lines += [f'{name}="{file}"' for name, file in zip(names, tls, strict=True)]
    lines.append(")")
    lines.append(f'template(name="all" type="string" string="{{{fields}}}\\n")')
    if "udp" in ports:
        lines += ['module(load="imudp")', f'input(type="imudp" address="127.0.0.1" port="{ports["udp"]}")']
    secured = ' StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid"' if tls else ""
    stream = ports.get("tls") or ports.get("tcp")
    if stream:
        lines += [f'module(load="imtcp"{secured})', f'input(type="imtcp" address="127.0.0.1" port="{stream}")']
    lines.append(f'action(type="omfile" file="{folder / "out"}" template="all")')
    return "\n".join(lines) + "\n"


def _wait_until_it_listens(server: subprocess.Popen[bytes], folder: Path, ports: dict[str, int]) -> None:
    """Both kinds of sockets are in the kernel's tables when they are open."""
    deadline = time.monotonic() + WITHIN_S
    tables = {"udp": Path("/proc/net/udp"), "tcp": Path("/proc/net/tcp"), "tls": Path("/proc/net/tcp")}
    while not all(f":{port:04X} " in tables[kind].read_text() for kind, port in ports.items()):
        assert server.poll() is None, (folder / "stderr").read_text()
        assert time.monotonic() < deadline, (folder / "stderr").read_text()
        time.sleep(0.05)
