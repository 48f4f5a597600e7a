"""What was passed on to others: when in plain, and every word encrypted under the case's key."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

shared_facts: Final = Table(
    "shared_facts",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime, nullable=True),
    Column("withdrawn_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
