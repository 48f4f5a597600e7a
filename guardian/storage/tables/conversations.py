"""Conversations in spaces from which reports came: our ids and a count in plain, the space's name for them encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata

conversations: Final = Table(
    "conversations",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("space", String(ID_LENGTH), nullable=False, index=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True, index=True),
    Column("report_id", String(ID_LENGTH), ForeignKey("reports.id"), nullable=True),
    Column("read_to", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
