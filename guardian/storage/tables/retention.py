"""What keeps a case, and what stays of it: instants, numbers and our words in plain; reasons encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

legal_holds: Final = Table(
    "legal_holds",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    pseudonym_column("ended_by", nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

expunge_decisions: Final = Table(
    "expunge_decisions",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    pseudonym_column("agreed_by", nullable=True),
    Column("agreed_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

expunged_cases: Final = Table(
    "expunged_cases",
    metadata,
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("finding", String(ID_LENGTH), nullable=False),
    Column("outcomes", String, nullable=False),
    Column("copies_open_until", UtcDateTime, nullable=False),
)
