"""Events and what is kept of their lists: instants and numbers in plain, every name and line encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

events: Final = Table(
    "events",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("opens", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("digest", String(ID_LENGTH), nullable=False, unique=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

event_lists: Final = Table(
    "event_lists",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("event_id", String(ID_LENGTH), ForeignKey("events.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("lines", Integer, nullable=False),
    pseudonym_column("by", nullable=True),
    pseudonym_column("released_by", nullable=True),
    Column("released_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
)

event_matches: Final = Table(
    "event_matches",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("list_id", String(ID_LENGTH), ForeignKey("event_lists.id"), nullable=False, index=True),
    pseudonym_column("case_id"),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
