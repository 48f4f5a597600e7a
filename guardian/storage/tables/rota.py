"""Who is on duty when: our ids and instants in plain, who it is as a pseudonym."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

rota_turns: Final = Table(
    "rota_turns",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("starts", UtcDateTime, nullable=False, unique=True),
    Column("ends", UtcDateTime, nullable=False, index=True),
    pseudonym_column("primary_id", nullable=True),
    pseudonym_column("secondary_id", nullable=True),
    Column("announced_at", UtcDateTime, nullable=True),
    Column("reminded_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
)

rota_swaps: Final = Table(
    "rota_swaps",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("turn_id", String(ID_LENGTH), ForeignKey("rota_turns.id"), nullable=False, index=True),
    Column("seat", String(ID_LENGTH), nullable=False),
    pseudonym_column("by"),
    pseudonym_column("to"),
    Column("at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
)

absences: Final = Table(
    "absences",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    pseudonym_column("member_id"),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False, index=True),
)

calendar_links: Final = Table(
    "calendar_links",
    metadata,
    Column("digest", String(ID_LENGTH), primary_key=True),
    pseudonym_column("member_id", index=True),
    Column("at", UtcDateTime, nullable=False),
)
