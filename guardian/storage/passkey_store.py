"""Stores passkeys and what is asked where they are lost. Read `SqlPasskeyStore` first."""

from base64 import b64decode, b64encode
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update

from guardian.ids import MemberId, PasskeyId
from guardian.people.passkeys import Passkey, PasskeyRecovery
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.sign_ins import passkey_recoveries, passkeys

_SCOPE: Final = KeyScope.of_service("passkeys")
_WITHIN: Final = "passkeys"
_PASSKEY: Final = ("passkeys", "sealed")
_RECOVERY: Final = ("passkey_recoveries", "sealed")


class SqlPasskeyStore(EncryptedSqlStore):
    """The store of passkeys: what they are is sealed, and whose they are only the key ring can tell."""

    async def add_passkey(self, passkey: Passkey) -> None:
        """Store a new passkey."""
        table, column = _PASSKEY
        parts = {"credential": passkey.credential, "public_key": passkey.public_key}
        said = {"name": passkey.name, **{name: b64encode(part).decode() for name, part in parts.items()}}
        row = {
            "id": passkey.id,
            "member_id": self._hide(_WITHIN, passkey.member),
            "sealed": await self._encryption.encrypt_json(_SCOPE, table, passkey.id, column, said),
            "uses": passkey.uses,
            "added_at": passkey.added_at,
        }
        await self._connection.execute(insert(passkeys), row)

    async def save_uses(self, passkey: Passkey) -> None:
        """Store how often the passkey was used."""
        changed = update(passkeys).where(passkeys.c.id == passkey.id).values(uses=passkey.uses)
        await self._connection.execute(changed)

    async def passkeys_of(self, member: MemberId) -> tuple[Passkey, ...]:
        """Return the member's passkeys, oldest first."""
        own = passkeys.c.member_id.in_(self._pseudonyms.every(_WITHIN, member))
        rows = (await self._connection.execute(select(passkeys).where(own).order_by(passkeys.c.id))).all()
        found = [await self._passkey(row) for row in rows]
        return tuple(each for each in found if each is not None)

    async def remove_passkey(self, passkey: PasskeyId) -> None:
        """Remove the passkey for good."""
        await self._connection.execute(delete(passkeys).where(passkeys.c.id == passkey))

    async def add_recovery(self, recovery: PasskeyRecovery) -> None:
        """Store what a member asks for."""
        row = {"id": recovery.id, "asked_at": recovery.asked_at, **await self._recovery_state(recovery)}
        await self._connection.execute(insert(passkey_recoveries), row)

    async def save_recovery(self, recovery: PasskeyRecovery) -> None:
        """Store who has agreed, and when it was settled, as given."""
        table = passkey_recoveries
        changed = update(table).where(table.c.id == recovery.id).values(await self._recovery_state(recovery))
        await self._connection.execute(changed)

    async def open_recoveries(self) -> tuple[PasskeyRecovery, ...]:
        """Return what is asked for and not settled, oldest first."""
        table, column = _RECOVERY
        waiting = select(passkey_recoveries).where(passkey_recoveries.c.settled_at.is_(None))
        found = []
        for row in (await self._connection.execute(waiting.order_by(passkey_recoveries.c.id))).all():
            said = await self._encryption.decrypt_json(table, row.id, column, row.sealed)
            if not isinstance(said, Expunged):
                agreed_by = tuple(MemberId(each) for each in said["agreed_by"])
                found.append(PasskeyRecovery(row.id, MemberId(said["member"]), row.asked_at, agreed_by))
        return tuple(found)

    async def _recovery_state(self, recovery: PasskeyRecovery) -> dict[str, Any]:
        table, column = _RECOVERY
        said = {"member": recovery.member, "agreed_by": list(recovery.agreed_by)}
        sealed = await self._encryption.encrypt_json(_SCOPE, table, recovery.id, column, said)
        return {"sealed": sealed, "settled_at": recovery.settled_at}

    async def _passkey(self, row: Row[Any]) -> Passkey | None:
        table, column = _PASSKEY
        said = await self._encryption.decrypt_json(table, row.id, column, row.sealed)
        if isinstance(said, Expunged):
            return None
        return Passkey(
            id=PasskeyId(row.id),
            member=MemberId(self._reveal(_WITHIN, row.member_id)),
            credential=b64decode(said["credential"]),
            public_key=b64decode(said["public_key"]),
            name=said["name"],
            uses=row.uses,
            added_at=row.added_at,
        )
