"""Logs without patient data: JSON lines on stderr, or a readable form on a terminal.

Only keys on an allow-list are written, so that a new key must be argued into it. UIDs appear as a keyed hash
(`study_hash`). What a library logs is reduced to where it was said: its messages may quote values of a data set.
"""

import hashlib
import logging
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

from pacs_dedup.domain.errors import PacsDedupError

ALLOWED_KEYS = frozenset(
    {
        "ts", "level", "event", "logger", "pid",
        "address", "ae_title", "arrival_id", "association", "attempts", "audit_hash", "audit_sequence", "blob_id",
        "called_ae", "calling_ae", "case_id", "cause", "component", "count", "data", "destination", "disposition",
        "error", "event_kind", "exit_code", "generation", "instances", "mode", "ms", "peer", "port", "reason",
        "relation", "retry_in_s", "signal", "size_bytes", "sop_class", "status", "step", "study_hash", "tls_port",
        "transfer_syntax", "version", "where",
    }
)  # fmt: skip
"""Keys whose values can not hold patient data. UIDs of SOP classes and transfer syntaxes name kinds, not patients."""

_IN_FRONT = ("ts", "level", "event")
_STRUCTLOGS_OWN = ("_record", "_from_structlog")
_PACKAGE = __name__.partition(".")[0]
_HASH_BYTES = 8
_SILENT_LIBRARIES = ("pynetdicom", "pydicom")
_key = b""
_log_uids = False


def configure_logging(*, key: bytes = b"", log_uids: bool = False, stream: TextIO | None = None) -> None:
    """Send this process's logs to ``stream`` (stderr if none is given), and keep patient data out of them.

    Args:
        key: secret of the installation, at most 64 bytes; the same UID has the same hash under the same key.
        log_uids: the site chose to see UIDs as they are; then `study_hash` returns what it is given.
        stream: where to write; a terminal gets the readable form.
    """
    global _key, _log_uids
    _key, _log_uids = key, log_uids
    out = stream or sys.stderr
    renderer = structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    _configure_structlog(structlog.stdlib.ProcessorFormatter.wrap_for_formatter)
    handler = logging.StreamHandler(out)
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_reduce_foreign, *_shared_processors()], processors=[clean, drop_unknown_keys, renderer]
        )
    )
    _install(handler)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger; event names are constant sentences, what varies goes into keys."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def study_hash(uid: str) -> str:
    """Return what stands for a UID in logs: its `keyed_hash`, or the UID where the site chose ``log_uids``."""
    return uid if _log_uids else keyed_hash(uid)


def keyed_hash(text: str) -> str:
    """Return 16 hexadecimal digits that stand for a text and can not be turned back without the key."""
    return hashlib.blake2b(text.encode(errors="replace"), key=_key, digest_size=_HASH_BYTES).hexdigest()


def drop_unknown_keys(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep the keys that are known to be harmless, what every line has in front, and drop the rest."""
    allowed = {key: value for key, value in event.items() if key in ALLOWED_KEYS or key in _STRUCTLOGS_OWN}
    return {key: allowed[key] for key in _IN_FRONT if key in allowed} | allowed


def describe_error(error: BaseException) -> dict[str, str]:
    """Say what went wrong without the message, unless it is one of ours, which hold no patient data by rule."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"/{_PACKAGE}/" in frame.filename] or frames
    where = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    described = {"error": type(error).__name__, "where": where}
    return described | {"cause": str(error)} if isinstance(error, PacsDedupError) else described


def _shared_processors() -> list[Any]:
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts")
    return [structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, stamp]


def _configure_structlog(last: Any) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *_shared_processors(),
            _name_the_error,
            drop_unknown_keys,
            last,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _name_the_error(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if error is not None:
        event.update(describe_error(error))
    return event


def _reduce_foreign(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep of a library's record only who said it and where."""
    record: logging.LogRecord = event["_record"]
    kept = {"event": "a library reported", "logger": record.name, "where": f"{record.module}:{record.lineno}"}
    kept |= {"error": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}
    record.exc_info, record.exc_text, record.stack_info = None, None, None
    return {key: value for key, value in event.items() if key.startswith("_")} | kept


def _install(handler: logging.Handler) -> None:
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_PACKAGE).setLevel(logging.INFO)
    for name in _SILENT_LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    logging.captureWarnings(capture=True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)  # pydicom warns by quoting the value it dislikes
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    get_logger(__name__).error("the process failed", **describe_error(error))


def _uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None and not isinstance(failure.exc_value, SystemExit):
        get_logger(__name__).error("a thread failed", **describe_error(failure.exc_value))


_configure_structlog(structlog.processors.JSONRenderer())  # a program that forgets to configure must not leak either
