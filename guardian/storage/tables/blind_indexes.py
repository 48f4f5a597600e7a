"""Keyed digests of confidential texts by which rows are found: who belongs to which scope, and nothing in plain."""

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata

DIGEST_BYTES: Final = 16

blind_indexes: Final = Table(
    "blind_indexes",
    metadata,
    Column("digest", LargeBinary(DIGEST_BYTES), primary_key=True),
    Column("row_id", String(ID_LENGTH), primary_key=True),
    Column("scope_id", String(ID_LENGTH), nullable=False),
    Index(None, "scope_id", "row_id"),
)
