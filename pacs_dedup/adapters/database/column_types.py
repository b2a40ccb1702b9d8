"""Column types that mean the same on SQLite and on PostgreSQL."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import TIMESTAMP, BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

RowId = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up by itself only in a column of exactly the type INTEGER, which holds 64 bits there too."""

_NOT_STORABLE = re.compile("[\\\\\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


class UtcTime(TypeDecorator[datetime]):
    """A moment: TIMESTAMP WITH TIME ZONE, or ISO 8601 text of fixed width, whose order is that of time."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Take text on SQLite, which has no type for time."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn a moment into UTC; a time without zone is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without time zone can not be stored; pass a timezone-aware datetime")
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's form
        """Give the moment back in UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC) if isinstance(moment, datetime) else None


class AnyText(TypeDecorator[str]):
    """Text that may hold what databases refuse: NUL, and the lone surrogates of undecodable file names.

    Such a character, and the backslash, is kept as a backslash, ``u`` and four hexadecimal digits.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's form
        """Escape what can not be stored."""
        return None if value is None else self.escaped(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's form
        """Undo the escapes."""
        return None if value is None else self.unescaped(value)

    @staticmethod
    def escaped(value: str) -> str:
        """Return how a text is stored."""
        return _NOT_STORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)

    @staticmethod
    def unescaped(stored: str) -> str:
        """Return the text that is stored so."""
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), stored)
