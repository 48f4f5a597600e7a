"""Stores what we did at each account, as machines observed it, and what we are about to do.

Read `SqlEnforcementStore` first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select, update

from guardian.errors import Stale
from guardian.ids import AccountId, IntentId, PersonId, Reference
from guardian.sanctions.models import Enforcement, Intent, IntentKind, Prior, ReleaseState, ReturnOffer
from guardian.spaces.port import Entitlement, EntitlementKind
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.tables.sanctions import enforcements, intents
from guardian.storage.utc_datetime import from_microseconds, to_microseconds
from guardian.storage.work_item_store import SqlWorkItemStore
from rules.precedence import AccessLevel

REFERENCES: Final = "references"
"""In which place the pseudonyms of references stand in these tables."""


class SqlEnforcementStore(SqlWorkItemStore):
    """The store of what we did at each account, and of what we are about to do."""

    async def enforcements_of(self, account: AccountId) -> tuple[Enforcement, ...]:
        """Return what we know of our own doing at the account, at most one a level."""
        rows = (await self._connection.execute(select(enforcements).where(enforcements.c.account_id == account))).all()
        return tuple([await self._enforcement(row) for row in rows])

    async def save_enforcement(self, person: PersonId, enforcement: Enforcement) -> None:
        """Save the enforcement."""
        columns = await self._enforcement_columns(person, enforcement)
        columns["version"] = enforcement.version + 1
        if enforcement.version == 0:
            row = {"account_id": enforcement.account, "level": enforcement.level, **columns}
            result = await self._connection.execute(self._insert(enforcements).on_conflict_do_nothing(), row)
        else:
            at = enforcements.c.account_id == enforcement.account, enforcements.c.level == enforcement.level
            same = enforcements.c.version == enforcement.version
            result = await self._connection.execute(update(enforcements).where(*at, same).values(columns))
        if result.rowcount != 1:
            raise Stale

    async def add_enforcements(self, new_enforcements: Sequence[tuple[PersonId, Enforcement]]) -> None:
        """Add the enforcements, each the first of its level at its account."""
        await self._encryption.ensure_keys([KeyScope.of_person(person) for person, _ in new_enforcements])
        rows = [
            {
                "account_id": each.account,
                "level": each.level,
                "version": 1,
                **await self._enforcement_columns(person, each),
            }
            for person, each in new_enforcements
        ]
        if rows:
            await self._connection.execute(insert(enforcements), rows)

    async def restricted_by_us(self, accounts: Sequence[AccountId]) -> frozenset[tuple[AccountId, AccessLevel]]:
        """Return what is ours on these accounts by the last proof, or may be by an intent that is still open."""
        placed = select(enforcements.c.account_id, enforcements.c.level).where(enforcements.c.account_id.in_(accounts))
        intended = select(intents.c.account_id, intents.c.level).where(
            intents.c.account_id.in_(accounts), intents.c.closed_at.is_(None)
        )
        rows = await self._connection.execute(placed.where(enforcements.c.placed).union(intended))
        return frozenset((AccountId(row.account_id), AccessLevel(row.level)) for row in rows)

    async def open_intents(self, account: AccountId) -> tuple[Intent, ...]:
        """Return the account's intents that are not closed, oldest first."""
        condition = (intents.c.account_id == account) & intents.c.closed_at.is_(None)
        rows = (await self._connection.execute(select(intents).where(condition).order_by(intents.c.id))).all()
        return tuple([await self._intent(row) for row in rows])

    async def references_of(self, account: AccountId) -> frozenset[Reference]:
        """Return every reference that an intent of ours has carried to this account."""
        condition = (intents.c.account_id == account) & (intents.c.kind == IntentKind.RESTRICT)
        rows = await self._connection.execute(select(intents.c.reference).where(condition).distinct())
        return frozenset(self._reveal(REFERENCES, reference) for reference in rows.scalars())

    async def add_intent(self, person: PersonId, intent: Intent) -> None:
        """Add the intent."""
        await self.add_intents([(person, intent)])

    async def add_intents(self, new_intents: Sequence[tuple[PersonId, Intent]]) -> None:
        """Add the intents, before their actions."""
        await self._encryption.ensure_keys([KeyScope.of_person(person) for person, _ in new_intents])
        rows = [await self._intent_row(person, intent) for person, intent in new_intents]
        if rows:
            await self._connection.execute(insert(intents), rows)

    async def _intent_row(self, person: PersonId, intent: Intent) -> dict[str, Any]:
        encrypted = await self._encryption.encrypt_json(
            KeyScope.of_person(person), "intents", intent.id, "sealed", _encode_prior(intent.prior)
        )
        return {
            "id": intent.id,
            "account_id": intent.account,
            "kind": intent.kind,
            "level": intent.level,
            "reference": self._hide(REFERENCES, intent.reference),
            "opened_at": intent.opened_at,
            "until": intent.until,
            "closed_at": intent.closed_at,
            "sealed": encrypted,
        }

    async def close_intent(self, intent: IntentId, at: datetime) -> None:
        """Close the intent, which is confirmed, refuted or overtaken."""
        condition = (intents.c.id == intent) & intents.c.closed_at.is_(None)
        await self._connection.execute(update(intents).where(condition), {"closed_at": at})

    async def _enforcement(self, row: Row[Any]) -> Enforcement:
        content = await self._encryption.decrypt_json(
            "enforcements", f"{row.account_id}.{row.level}", "sealed", row.sealed
        )
        known: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        return Enforcement(
            account=AccountId(row.account_id),
            level=AccessLevel(row.level),
            active=row.placed,
            reference=self._reveal(REFERENCES, row.reference),
            prior=_read_prior(known.get("prior", {})),
            removed_entitlements=tuple(_read_entitlement(form) for form in known.get("taken", ())),
            offers=tuple(_read_offer(form) for form in known.get("offers", ())),
            restored=row.restored,
            until=row.until,
            confirmed_at=row.confirmed_at,
            reapplied_at=tuple(from_microseconds(at) for at in known.get("put_back", ())),
            missed_at=_read_instant(known.get("missed")),
            unnamed_lift_after=_read_instant(known.get("unnamed_after")),
            release=ReleaseState(row.release),
            released_at=row.released_at,
            version=row.version,
        )

    async def _enforcement_columns(self, person: PersonId, enforcement: Enforcement) -> dict[str, Any]:
        content = {
            "prior": _encode_prior(enforcement.prior),
            "taken": [
                {"kind": b.kind, "native_id": b.native_id, "label": b.label, "power": b.privileged}
                for b in enforcement.removed_entitlements
            ],
            "missed": to_microseconds(enforcement.missed_at) if enforcement.missed_at else None,
            "unnamed_after": (
                to_microseconds(enforcement.unnamed_lift_after) if enforcement.unnamed_lift_after else None
            ),
            "offers": [
                {"kind": o.kind, "native_id": o.native_id, "at": to_microseconds(o.at), "refusal": o.refusal}
                for o in enforcement.offers
            ],
            "put_back": [to_microseconds(at) for at in enforcement.reapplied_at],
        }
        row_id = f"{enforcement.account}.{enforcement.level}"
        return {
            "placed": enforcement.active,
            "reference": self._hide(REFERENCES, enforcement.reference),
            "restored": enforcement.restored,
            "until": enforcement.until,
            "confirmed_at": enforcement.confirmed_at,
            "release": enforcement.release,
            "released_at": enforcement.released_at,
            "sealed": await self._encryption.encrypt_json(
                KeyScope.of_person(person), "enforcements", row_id, "sealed", content
            ),
        }

    async def _intent(self, row: Row[Any]) -> Intent:
        content = await self._encryption.decrypt_json("intents", row.id, "sealed", row.sealed)
        return Intent(
            id=IntentId(row.id),
            account=AccountId(row.account_id),
            kind=IntentKind(row.kind),
            level=AccessLevel(row.level),
            reference=self._reveal(REFERENCES, row.reference),
            prior=_read_prior({} if isinstance(content, Expunged) else content),
            opened_at=row.opened_at,
            until=row.until,
            closed_at=row.closed_at,
        )


def _encode_prior(prior: Prior) -> dict[str, Any]:
    until = None if prior.until is None else to_microseconds(prior.until)
    return {"level": prior.level, "until": until, "author": prior.author}


def _read_prior(content: Mapping[str, Any]) -> Prior:
    until = content.get("until")
    level = content.get("level")
    return Prior(
        AccessLevel(level) if level else None,
        None if until is None else from_microseconds(until),
        content.get("author"),
    )


def _read_instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else from_microseconds(microseconds)


def _read_offer(form: Mapping[str, Any]) -> ReturnOffer:
    return ReturnOffer(EntitlementKind(form["kind"]), form["native_id"], from_microseconds(form["at"]), form["refusal"])


def _read_entitlement(form: Mapping[str, Any]) -> Entitlement:
    return Entitlement(EntitlementKind(form["kind"]), form["native_id"], form["label"], form["power"])
