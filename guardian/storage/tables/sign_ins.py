"""How members come in: links and sessions as digests, passkeys sealed; whose they are, only the key ring can tell."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

DIGEST_LENGTH: Final = 64

sign_in_links: Final = Table(
    "sign_in_links",
    metadata,
    Column("digest", String(DIGEST_LENGTH), primary_key=True),
    pseudonym_column("member_id"),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True),
    Column("until", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime, nullable=True),
)

member_sessions: Final = Table(
    "member_sessions",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("digest", String(DIGEST_LENGTH), nullable=False, unique=True),
    pseudonym_column("member_id", index=True),
    Column("way", String(ID_LENGTH), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False, index=True),
    Column("proven_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
)

passkeys: Final = Table(
    "passkeys",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    pseudonym_column("member_id", index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

passkey_recoveries: Final = Table(
    "passkey_recoveries",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
)
