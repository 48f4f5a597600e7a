"""Affiliated programs: instants in plain, every name and address encrypted."""

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

affiliates: Final = Table(
    "affiliates",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("reported_at", UtcDateTime, nullable=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    pseudonym_column("by"),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
