"""The tables on which everything else rests: facts of the service, data keys, the journal, deliveries."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

HASH_LENGTH: Final = 64

meta: Final = Table(
    "meta",
    metadata,
    Column("name", String(ID_LENGTH), primary_key=True),
    Column("value", Text, nullable=False),
)

data_keys: Final = Table(
    "data_keys",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("scope_kind", String(ID_LENGTH), nullable=False),
    Column("scope_id", String(ID_LENGTH), nullable=False),
    Column("wrapped", LargeBinary, nullable=True),
    Column("ring_key_id", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("destroyed_at", UtcDateTime, nullable=True),
    UniqueConstraint("scope_kind", "scope_id"),
)

key_rotations: Final = Table(
    "key_rotations",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("wrapping", Integer, nullable=False),
    Column("indexing", Integer, nullable=False),
    Column("destroy_at", UtcDateTime, nullable=False),
    Column("completed_at", UtcDateTime, nullable=True, index=True),
)

journal: Final = Table(
    "journal",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("previous", String(HASH_LENGTH), nullable=False, unique=True),
    Column("mac", String(HASH_LENGTH), nullable=False),
    Column("ring_key_id", Integer, nullable=False),
    Column("body_hash", String(HASH_LENGTH), nullable=False),
    Column("body", LargeBinary, nullable=True),
    Column("case_mark", String(HASH_LENGTH), nullable=True, index=True),
    Column("sealed", LargeBinary, nullable=True),
)

journal_head: Final = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("mac", String(HASH_LENGTH), nullable=False),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("source", String(ID_LENGTH), nullable=False),
    Column("delivery_id", String(255), nullable=False),
    Column("digest", String(HASH_LENGTH), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("answer", LargeBinary, nullable=True),
    UniqueConstraint("source", "delivery_id"),
    UniqueConstraint("source", "digest"),
    Index(None, "received_at"),
)
