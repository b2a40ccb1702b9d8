"""Play two hospitals: a service in a temporary folder, real associations, a report."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from rich.table import Table
from rich.text import Text

from pacs_dedup import __version__, wiring
from pacs_dedup.config import Settings, load_settings
from pacs_dedup.config.settings import ENVIRONMENT_PREFIX
from pacs_dedup.domain.errors import PeerUnavailable
from pacs_dedup.entrypoints.cli.demo_sender import answers, send
from pacs_dedup.entrypoints.cli.demo_stories import Outcome, Sending, Story, load_stories, outcome
from pacs_dedup.entrypoints.cli.output import counting, say, show
from pacs_dedup.entrypoints.cli.report import Format, write_report
from pacs_dedup.pipeline.report_data import gather
from pacs_dedup.reports.model import ReportData
from pacs_dedup.reports.words import DISPOSITIONS, RELATIONS, count

_QUIET_S = 1.0
_STARTS_WITHIN_S = 60.0
_DONE_WITHIN_S = 180.0
_STOPS_WITHIN_S = 30.0
_LOOK_AGAIN_S = 0.2
_SENDERS = 4
_LOG_TAIL = 12


@dataclass(frozen=True, slots=True)
class _Service:
    process: subprocess.Popen[bytes]
    log: Path
    settings: Settings

    def check(self) -> None:
        """Tell what the service said, if it ended.

        Raises:
            PeerUnavailable: it is not running any more.
        """
        if self.process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL:])
            raise PeerUnavailable(f"the service ended with exit code {self.process.returncode}; it said:\n{tail}")


def play(samples: Path, out: Path) -> int:
    """Send every story, print what was found, write ``report.html``; return 0 where all is as the stories expect.

    Raises:
        BadRequest: there are no stories.
        PeerUnavailable: the service did not start, or did not finish in time.
    """
    began = time.monotonic()
    stories = load_stories(samples)
    with tempfile.TemporaryDirectory(prefix="pacs-dedup-demo-") as folder, _service(Path(folder)) as service:
        port = service.settings.dicom.port
        say(f"PACSDEDUP listens on 127.0.0.1:{port}; {count(len(stories), 'story')} to send")
        with wiring.open_services(service.settings) as services:
            sent = _send_all(stories, services, service)
            outcomes = [outcome(story, services.case_book) for story in stories]
            with wiring.open_reading(services) as reading:
                told = gather(reading, product_version=__version__, action=service.settings.mode.action)
    target = out / "report.html"
    write_report(target, Format.HTML, told)
    return _tell(outcomes, told, target, sent, time.monotonic() - began)


def _send_all(stories: tuple[Story, ...], services: wiring.Services, service: _Service) -> int:
    """Send all first studies, then all second ones, and so on: what is prior must be known before its copy comes."""
    sent = 0
    for number, wave in enumerate(zip_longest(*(story.sendings for story in stories)), 1):
        sendings = [sending for sending in wave if sending is not None]
        with counting(f"sending, round {number}", len(sendings)) as tell, ThreadPoolExecutor(_SENDERS) as pool:
            for done, acknowledged in enumerate(pool.map(lambda s: _send(s, service), sendings), 1):
                sent += acknowledged
                tell(done)
        _wait_until_idle(services, service)
    return sent


def _send(sending: Sending, service: _Service) -> int:
    dicom = service.settings.dicom
    return send(sending.files, calling_ae=sending.calling_ae, called_ae=dicom.ae_title, port=dicom.port)


def _wait_until_idle(services: wiring.Services, service: _Service) -> None:
    deadline = time.monotonic() + _DONE_WITHIN_S
    waiting = sum(services.journal.backlog().values())
    with counting("judging", waiting) as tell:
        while left := sum(services.journal.backlog().values()):
            service.check()
            if time.monotonic() > deadline:
                raise PeerUnavailable(f"the service did not finish within {_DONE_WITHIN_S:.0f} s; try again")
            tell(max(0, waiting - left))
            time.sleep(_LOOK_AGAIN_S)


@contextmanager
def _service(folder: Path) -> Iterator[_Service]:
    """Run the service as a hospital would, in a process of its own, and stop it as a hospital would: SIGTERM."""
    port = _free_port()
    choices = {
        "dicom.port": port,
        "dicom.bind": "127.0.0.1",
        "mode.action": "flag",
        "storage.path": str(folder / "data"),
        "storage.low_water_mb": 0,
        "operations.port": 0,
        "completion.quiet_s": _QUIET_S,
    }
    config, log = folder / "pacs-dedup.toml", folder / "service.log"
    config.touch()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - ourselves, with arguments of our own
            [sys.executable, "-m", "pacs_dedup", "--config", str(config), "serve"],
            env=_environment(choices),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        service = _Service(process, log, load_settings(config, choices))
        try:
            _wait_until_up(service)
            yield service
        finally:
            _stop(process)


def _environment(choices: Mapping[str, object]) -> dict[str, str]:
    """Return this environment, with our choices in place of whatever the site set for its own service."""
    others = {key: value for key, value in os.environ.items() if not key.startswith(ENVIRONMENT_PREFIX)}
    own = {ENVIRONMENT_PREFIX + key.upper().replace(".", "__"): str(value) for key, value in choices.items()}
    return {**others, **own}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(service: _Service) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while not answers(service.settings.dicom.port, service.settings.dicom.ae_title):
        service.check()
        if time.monotonic() > deadline:
            raise PeerUnavailable(f"the service did not answer within {_STARTS_WITHIN_S:.0f} s; try again")
        time.sleep(_LOOK_AGAIN_S)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tell(outcomes: list[Outcome], told: ReportData, target: Path, sent: int, seconds: float) -> int:
    table = Table("story", "verdict", "", "as expected", box=None, pad_edge=False)
    for each in outcomes:
        expected = "yes" if each.as_expected else f"no: {RELATIONS[each.story.relation]}, {each.story.disposition}"
        style = "" if each.as_expected else "bold red"
        disposition = Text(DISPOSITIONS[each.disposition], "bold red" if each.disposition == "alert" else "")
        table.add_row(Text(each.story.title), RELATIONS[each.relation], disposition, Text(expected, style))
    show(table)
    right = sum(each.as_expected for each in outcomes)
    say(
        f"\n{count(sent, 'instance')} sent in {seconds:.0f} s; {count(len(told.cases), 'case')} opened; "
        f"{right} of {len(outcomes)} stories as expected.\nThe report: {target.absolute()}"
    )
    return int(right < len(outcomes))
