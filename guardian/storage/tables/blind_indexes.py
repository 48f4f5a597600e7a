"""Keyed digests of confidential texts by which rows are found, each with its text sealed: nothing stands in plain."""

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata

DIGEST_BYTES: Final = 16

blind_indexes: Final = Table(
    "blind_indexes",
    metadata,
    Column("digest", LargeBinary(DIGEST_BYTES), primary_key=True),
    Column("row_id", String(ID_LENGTH), primary_key=True),
    Column("scope_id", String(ID_LENGTH), nullable=False),
    Column("ring_key_id", Integer, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "scope_id", "row_id"),
)
