"""Pauses of whole spaces: nothing in them is about a person, so all of it stands in plain."""

from typing import Final

from sqlalchemy import Column, Integer, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

pauses: Final = Table(
    "pauses",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("space", String(ID_LENGTH), nullable=False),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("part", String, nullable=False),
    Column("label", String, nullable=False),
    Column("strength", Integer, nullable=False),
    Column("by", String(ID_LENGTH), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("reason", String(ID_LENGTH), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("due_at", UtcDateTime, nullable=True, index=True),
    Column("found", String, nullable=False),
    Column("placed", String, nullable=True),
    Column("reviewed_by", String(ID_LENGTH), nullable=True),
    Column("reviewed_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("ended_by", String, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("blocked_since", UtcDateTime, nullable=True),
    Column("notified_at", UtcDateTime, nullable=True),
    Column("detail", String, nullable=False),
    Column("version", Integer, nullable=False),
)
