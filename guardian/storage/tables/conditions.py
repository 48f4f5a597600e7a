"""What decisions ask of people: which decision, when and how it stands in plain, the rest encrypted with the case's key."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

conditions: Final = Table(
    "conditions",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("decision_id", String(ID_LENGTH), ForeignKey("decisions.id"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("due", UtcDateTime, nullable=True),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("checked_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
