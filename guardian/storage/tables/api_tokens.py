"""Personal tokens as digests; whose they are, only the key ring can tell."""

from typing import Final

from sqlalchemy import Column, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.tables.sign_ins import DIGEST_LENGTH
from guardian.storage.utc_datetime import UtcDateTime

api_tokens: Final = Table(
    "api_tokens",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("digest", String(DIGEST_LENGTH), nullable=False, unique=True),
    pseudonym_column("member_id", index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime, nullable=True),
)
