"""Raids and the accounts of their lists: our ids, states and instants in plain; who was listed, encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

raids: Final = Table(
    "raids",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("act_id", String(ID_LENGTH), nullable=False, unique=True),
    pseudonym_column("person_id"),
    pseudonym_column("reference", unique=True),
    pseudonym_column("by"),
    pseudonym_column("second", nullable=True),
    Column("announced_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=True),
    Column("state", String(ID_LENGTH), nullable=False, index=True),
    Column("leader", String(ID_LENGTH), nullable=True),
    Column("version", Integer, nullable=False),
)

raid_lines: Final = Table(
    "raid_lines",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("raid_id", String(ID_LENGTH), ForeignKey("raids.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("space", String(ID_LENGTH), nullable=False),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=True, index=True),
    Column("account_id", String(ID_LENGTH), ForeignKey("accounts.id"), nullable=True, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

raid_alerts: Final = Table(
    "raid_alerts",
    metadata,
    Column("raid_id", String(ID_LENGTH), ForeignKey("raids.id"), primary_key=True),
    Column("space", String(ID_LENGTH), primary_key=True),
    Column("alert", String(ID_LENGTH), primary_key=True),
)
