"""What the group writes in a case: which case and when in plain, by whom as a pseudonym, and every word encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

notes: Final = Table(
    "notes",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    pseudonym_column("author_id"),
    Column("at", UtcDateTime, nullable=False),
    Column("supersedes", String(ID_LENGTH), nullable=True, unique=True),
    Column("sealed", LargeBinary, nullable=False),
)
