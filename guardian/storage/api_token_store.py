"""Stores personal tokens: what they are called and may do is sealed. Read `SqlApiTokenStore` first."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from guardian.ids import ApiTokenId, MemberId
from guardian.people.api_tokens import ApiToken, TokenScope
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.api_tokens import api_tokens

_SCOPE: Final = KeyScope.of_service("api_tokens")
_WITHIN: Final = "api tokens"
_TABLE: Final = "api_tokens"
_COLUMN: Final = "sealed"


class SqlApiTokenStore(EncryptedSqlStore):
    """The store of personal tokens."""

    async def add_token(self, token: ApiToken) -> None:
        """Store a new token."""
        said = {"name": token.name, "scopes": sorted(token.scopes)}
        row = {
            "id": token.id,
            "digest": token.digest,
            "member_id": self._hide(_WITHIN, token.member),
            "sealed": await self._encryption.encrypt_json(_SCOPE, _TABLE, token.id, _COLUMN, said),
            "issued_at": token.issued_at,
            "until": token.until,
            "ended_at": token.ended_at,
        }
        await self._connection.execute(insert(api_tokens), row)

    async def end_token(self, token: ApiTokenId, at: datetime) -> None:
        """Store that the token was ended."""
        await self._connection.execute(update(api_tokens).where(api_tokens.c.id == token).values(ended_at=at))

    async def token(self, digest: str) -> ApiToken | None:
        """Return the token with that digest."""
        return next(iter(await self._tokens(api_tokens.c.digest == digest)), None)

    async def tokens_of(self, member: MemberId) -> tuple[ApiToken, ...]:
        """Return the member's tokens that are still kept, oldest first."""
        return await self._tokens(api_tokens.c.member_id.in_(self._pseudonyms.every(_WITHIN, member)))

    async def delete_over(self, over_by: datetime) -> None:
        """Delete the tokens whose time was over by then."""
        await self._connection.execute(delete(api_tokens).where(api_tokens.c.until <= over_by))

    async def _tokens(self, condition: ColumnElement[bool]) -> tuple[ApiToken, ...]:
        rows = (await self._connection.execute(select(api_tokens).where(condition).order_by(api_tokens.c.id))).all()
        found = [await self._read(row) for row in rows]
        return tuple(each for each in found if each is not None)

    async def _read(self, row: Row[Any]) -> ApiToken | None:
        said = await self._encryption.decrypt_json(_TABLE, row.id, _COLUMN, row.sealed)
        if isinstance(said, Expunged):
            return None
        return ApiToken(
            id=ApiTokenId(row.id),
            digest=row.digest,
            member=MemberId(self._reveal(_WITHIN, row.member_id)),
            name=said["name"],
            scopes=frozenset(TokenScope(each) for each in said["scopes"]),
            issued_at=row.issued_at,
            until=row.until,
            ended_at=row.ended_at,
        )
