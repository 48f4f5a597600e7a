"""Members, people and their accounts: our ids and states in plain, every name, address and native id encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

members: Final = Table(
    "members",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
)

people: Final = Table(
    "people",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("code_name", String(ID_LENGTH), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("language", String(ID_LENGTH), nullable=False),
    Column("version", Integer, nullable=False),
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False, index=True),
    Column("space", String(ID_LENGTH), nullable=False, index=True),
    Column("trust", String(ID_LENGTH), nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
    Column("linked_by", String(ID_LENGTH), nullable=False),
    Column("confirmed_by", String(ID_LENGTH), nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("ended_by", String(ID_LENGTH), nullable=True),
    Column("reached_through", String(ID_LENGTH), ForeignKey("accounts.id"), nullable=True, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)
