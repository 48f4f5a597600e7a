"""The outbox: whom a notice is for and when it is tried, in plain; what fills it and what proves it, encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

notices: Final = Table(
    "notices",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("recipient", String(ID_LENGTH), nullable=False),
    pseudonym_column("member_id", nullable=True),
    Column("report_id", String(ID_LENGTH), ForeignKey("reports.id"), nullable=True, index=True),
    pseudonym_column("person_id", nullable=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True, index=True),
    Column("created_at", UtcDateTime, nullable=True),
    Column("next_try", UtcDateTime, nullable=True),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("tries", Integer, nullable=False),
    pseudonym_column("sanction_id", nullable=True),
    pseudonym_column("account_id", nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "state", "next_try"),
    Index(None, "kind", "created_at"),
)
