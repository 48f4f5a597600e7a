"""Local measures, content restrictions and foreign restrictions: states and instants in plain, all else encrypted.

Of an account that concerns nobody here only a digest is kept, whose key is encrypted.
"""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

measures: Final = Table(
    "measures",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    pseudonym_column("person_id", nullable=True),
    Column("space", String(ID_LENGTH), nullable=False),
    Column("kind", String(ID_LENGTH), nullable=False),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False, index=True),
    Column("native", Boolean, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    pseudonym_column("ended_by"),
    Column("reconsideration_requested_at", UtcDateTime, nullable=True),
    Column("reconsidered_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

content_restrictions: Final = Table(
    "content_restrictions",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False),
    Column("space", String(ID_LENGTH), nullable=False),
    Column("restriction", String(ID_LENGTH), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("due_at", UtcDateTime, nullable=True, index=True),
    Column("failures", Integer, nullable=False),
    Column("blocked_since", UtcDateTime, nullable=True),
    Column("notified_at", UtcDateTime, nullable=True),
    Column("detail", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

adoptions: Final = Table(
    "adoptions",
    metadata,
    Column("account_id", String(ID_LENGTH), ForeignKey("accounts.id"), primary_key=True),
    Column("level", String(ID_LENGTH), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(ID_LENGTH), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

foreign_baselines: Final = Table(
    "foreign_baselines",
    metadata,
    Column("space", String(ID_LENGTH), primary_key=True),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

foreign_restrictions: Final = Table(
    "foreign_restrictions",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("space", String(ID_LENGTH), nullable=False),
    Column("digest", String(ID_LENGTH), nullable=False),
    Column("level", String(ID_LENGTH), nullable=False),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("observed_at", UtcDateTime, nullable=False),
    Column("by", String(ID_LENGTH), nullable=True, index=True),
    Column("case_id", String(ID_LENGTH), nullable=True, index=True),
    Column("sealed", LargeBinary, nullable=True),
    Column("version", Integer, nullable=False),
    UniqueConstraint("space", "digest", "level"),
)
