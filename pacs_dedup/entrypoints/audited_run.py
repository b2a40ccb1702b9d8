"""A run of the service in the audit trail: that it began, under which configuration, and that it ended."""

import hmac
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pacs_dedup import __version__
from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.pipeline.carry_audit import carry_all
from pacs_dedup.wiring import Services
from pacs_dedup.wiring.audit import seal_key

_log = get_logger(__name__)

_LAST_CONFIGURATION = "audit.configuration"
_PRIVATE = 0o600
_CARRIED_WITHIN_S = 5.0  # an end must not wait for a database that does not answer


@contextmanager
def audited_run(services: Services) -> Iterator[None]:
    """Record the start and the end of the service, and whether its configuration is another than the last time.

    A process that is killed records no end: a start that follows a start tells of that.
    """
    settings, auditor = services.settings, services.auditor
    digest = _configuration_digest(settings)
    facts = {"version": __version__, "mode": str(settings.mode.action), "configuration": digest}
    auditor.started(facts)
    if _is_another(settings.storage.path / _LAST_CONFIGURATION, digest):
        auditor.configuration_changed(facts)
    try:
        yield
    finally:
        auditor.stopped()
        last = threading.Thread(target=_carry, args=(services,), name="audit", daemon=True)
        last.start()
        last.join(_CARRIED_WITHIN_S)


def _carry(services: Services) -> None:
    """Bring what waits into the log; where the database is away it waits for the next start."""
    with suppress(PacsDedupError):
        carry_all(services.audit, services.audit_log)


def _configuration_digest(settings: Settings) -> str:
    """Return a keyed digest of every setting: it changes with them, and betrays none of them."""
    return hmac.digest(seal_key(settings).secret, settings.model_dump_json().encode(), "sha256").hex()


def _is_another(note: Path, digest: str) -> bool:
    """Tell whether the note names another digest, and bring it up to date."""
    try:
        noted = note.read_text() if note.exists() else digest
        with open(os.open(note, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _PRIVATE), "w") as file:  # noqa: PTH123 - for its mode
            file.write(digest)
    except OSError as error:
        _log.warning("the configuration could not be compared with the last one", **describe_error(error))
        return False
    return noted != digest
