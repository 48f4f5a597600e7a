"""What is stated of cases in the records, and what was published: our ids and instants in plain, every word encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

stated_records: Final = Table(
    "stated_records",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    pseudonym_column("person_id", nullable=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

known_names: Final = Table(
    "known_names",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False, index=True),
    pseudonym_column("case_id"),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

identity_looks: Final = Table(
    "identity_looks",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False, index=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
)

publications: Final = Table(
    "publications",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("period", String(ID_LENGTH), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    pseudonym_column("by"),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("kind", "period"),
)
