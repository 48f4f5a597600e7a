"""Facilitated talks: which case, when and where they stand in plain; who was asked and what they said is encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

talks: Final = Table(
    "talks",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("agreed_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
