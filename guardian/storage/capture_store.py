"""Stores what people have pointed to for a report that is not in yet. Read `SqlCaptureStore` first."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from guardian.cases.captures import Capture
from guardian.ids import SpaceName
from guardian.spaces.port import Account
from guardian.storage.blind_index import IndexedRow, IndexTerm
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.captures import captures

_PLACE: Final = ("captures", "sealed")


class SqlCaptureStore(EncryptedSqlStore):
    """The store of captures: who chose what is sealed with it, and found by keyed digests alone."""

    async def add_capture(self, capture: Capture) -> None:
        """Store what was handed over."""
        table, column = _PLACE
        said = {"space": capture.by.space, "by": capture.by.native_id, "name": capture.name, "content": capture.content}
        sealed = await self._encryption.encrypt_json(_scope_of(capture.id), table, capture.id, column, said)
        await self._connection.execute(insert(captures).values(id=capture.id, captured_at=capture.at, sealed=sealed))
        terms = (_owner_term(capture.by), _name_term(capture.by, capture.name))
        await self._index.add([IndexedRow(_scope_of(capture.id), capture.id, terms)])

    async def captures_by(self, account: Account) -> tuple[str, ...]:
        """Return the ids of what that account has pointed to, oldest first."""
        return await self._index.find(_owner_term(account))

    async def find_captures(self, by: Account, name: str) -> tuple[Capture, ...]:
        """Return what that account has pointed to by that name, oldest first."""
        ids = await self._index.find(_name_term(by, name))
        rows = await self._connection.execute(select(captures).where(captures.c.id.in_(ids)).order_by(captures.c.id))
        table, column = _PLACE
        found = []
        for row in rows:
            said = await self._encryption.decrypt_json(table, row.id, column, row.sealed)
            if not isinstance(said, Expunged):
                owner = Account(SpaceName(said["space"]), said["by"])
                found.append(Capture(row.id, owner, said["name"], said["content"], row.captured_at))
        return tuple(found)

    async def remove_capture(self, capture: str) -> None:
        """Remove it, what it is found by, and its key: no copy of the database opens it any more."""
        await self._encryption.destroy(_scope_of(capture))
        await self._connection.execute(delete(captures).where(captures.c.id == capture))

    async def captures_before(self, instant: datetime) -> tuple[str, ...]:
        """Return the ids of what was pointed to at the instant or before."""
        found = select(captures.c.id).where(captures.c.captured_at <= instant).order_by(captures.c.id)
        return tuple((await self._connection.execute(found)).scalars())


def _scope_of(capture: str) -> KeyScope:
    return KeyScope.of_service(f"capture {capture}")


def _owner_term(account: Account) -> IndexTerm:
    return IndexTerm("capture-owner", (account.space, account.native_id))


def _name_term(account: Account, name: str) -> IndexTerm:
    return IndexTerm("capture-name", (account.space, account.native_id, name))
