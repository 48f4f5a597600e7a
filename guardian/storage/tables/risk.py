"""What members say about a case: marks, risk to somebody's safety, and conflicts of others. Every word is encrypted."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

risk_marks: Final = Table(
    "risk_marks",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("at_risk", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

case_marks: Final = Table(
    "case_marks",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("about_case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True, index=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    pseudonym_column("confirmed_by", nullable=True),
    Column("confirmed_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

conflict_claims: Final = Table(
    "conflict_claims",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    pseudonym_column("about_id"),
    pseudonym_column("by", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime, nullable=True),
    pseudonym_column("decided_by", nullable=True),
    Column("upheld", Boolean, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
