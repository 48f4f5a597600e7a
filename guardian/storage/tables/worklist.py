"""Who has said that they see to what: our ids, words and instants in plain, who it is as a pseudonym."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

task_claims: Final = Table(
    "task_claims",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True, index=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    pseudonym_column("subject"),
    pseudonym_column("member_id"),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
)
