"""Entries of the audit log as rows, and back: what can not be a row of ours becomes an entry with another digest.

Whoever owns the database may write anything into it. A column is read as it is stored, and counts only in the one
spelling in which it is written; in any other the record has the stored text in its place, so that the walk along the
chain finds the entry changed, and never fails over it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, Row, Select, Text, cast, func, select, type_coerce

from pacs_dedup.adapters.database.audit_tables import audit_log
from pacs_dedup.adapters.database.column_types import AnyText
from pacs_dedup.domain.audit_chain import AuditEntry, canonical

_OWN_COLUMNS: Final = frozenset({"sequence", "event_id", "at", "kind", "actor", "subject", "previous_hash"})
_OF_OUR_ERA: Final = " AD"
_MOMENT: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00" BC'  # PostgreSQL writes the era in the place of BC
_NOT_OURS: Final = "stored"
"""Name that a record has for what can not be read; no record of ours has it."""


def to_row(entry: AuditEntry) -> Mapping[str, Any]:
    """Return what is stored of an entry that we made."""
    record = entry.record
    actor = record["actor"]
    rest = {name: value for name, value in record.items() if name not in _OWN_COLUMNS}
    return {
        "sequence": entry.sequence,
        "event_id": record["event_id"],
        "at": datetime.fromisoformat(record["at"]),
        "kind": record["kind"],
        "actor": actor["name"],
        "address": actor["address"],
        "subject": record.get("subject", ""),
        "detail": canonical(rest | {"program": actor["program"]}),
        "previous_hash": record["previous_hash"],
        "hash": entry.digest,
        "seal": entry.seal,
    }


def rows(connection: Connection) -> Select[Any]:
    """Return the query for rows as `to_entry` reads them."""
    dialect = connection.dialect.name
    return select(*(_as_stored(column, dialect).label(column.name) for column in audit_log.columns))


def to_entry(row: Row[Any]) -> AuditEntry:
    """Put the record together again, as it was digested; what was altered in a column is altered in it too."""
    stored = {name: _text(value) for name, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's public name
    rest = _rest(stored["detail"])
    record = {
        "sequence": stored["sequence"],
        "event_id": stored["event_id"],
        "at": stored["at"],
        "kind": stored["kind"],
        "actor": {
            "name": _unescaped(stored["actor"]),
            "address": _unescaped(stored["address"]),
            "program": rest.pop("program", None),
        },
        "previous_hash": stored["previous_hash"],
    }
    subject = {"subject": _unescaped(stored["subject"])} if stored["subject"] else {}
    return AuditEntry(rest | record | subject, stored["hash"], stored["seal"])


def _as_stored(column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return a column without what the drivers make of it: they fail on a moment that is none, and on torn text."""
    match dialect, column.key:
        case _, "sequence":
            return column
        case "sqlite", _:
            return cast(type_coerce(column, Text), LargeBinary)
        case _, "at":
            return func.to_char(func.timezone("UTC", column), _MOMENT)
        case _:
            return type_coerce(column, Text)


def _text(value: Any) -> Any:
    """Return a number as it is, and everything else as text; a moment that is infinite has none."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value.removesuffix(_OF_OUR_ERA) if isinstance(value, str) else value if isinstance(value, int) else ""


def _rest(detail: str) -> dict[str, Any]:
    """Return what has no column of its own."""
    try:
        rest = json.loads(detail)
        ours = isinstance(rest, dict) and not rest.keys() & _OWN_COLUMNS and canonical(rest) == detail
    except (ValueError, RecursionError):
        ours = False
    return rest if ours else {_NOT_OURS: detail}


def _unescaped(stored: str) -> str:
    """Return the text that a column of the type `AnyText` stands for; as it is where we would have written another."""
    kind = AnyText()
    value = kind.unescaped(stored)
    return value if kind.escaped(value) == stored else stored
