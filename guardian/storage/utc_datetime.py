"""Instants as both databases keep them: aware UTC in code, whole microseconds since 1970 in a column.

Read `UtcDateTime` first.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_microseconds(instant: datetime) -> int:
    """Return the instant in whole microseconds since 1970; ValueError where it has no zone, which is a bug."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the aware UTC instant of a count."""
    return _EPOCH + count * _MICROSECOND


class UtcDateTime(TypeDecorator[datetime]):
    """A column of instants: SQLite knows no zones and PostgreSQL converts them, whole numbers do neither."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return what the column stores."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the instant that the column stores."""
        return None if value is None else from_microseconds(value)
