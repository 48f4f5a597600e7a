"""Matters passed between the moderators and the working group; what anybody wrote about them is encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

handoffs: Final = Table(
    "handoffs",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("reference", String(ID_LENGTH), nullable=False, unique=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("direction", String(ID_LENGTH), nullable=False),
    Column("space", String(ID_LENGTH), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    pseudonym_column("by", nullable=True),
    Column("urgency", String(ID_LENGTH), nullable=False),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("matter", String(ID_LENGTH), nullable=True),
    pseudonym_column("person_id", nullable=True),
    Column("target_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True, index=True),
    pseudonym_column("accepted_by", nullable=True),
    Column("accepted_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
