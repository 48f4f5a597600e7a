"""Stores what is worked in bulk for a raid: start at `SqlBulkStore`. Who was listed is encrypted with the case."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Label, Row, Select, and_, bindparam, case, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.cases.raids import RaidLineState, RaidState
from guardian.ids import AccountId, PersonId, SpaceName
from guardian.reconciler.bulk_store import BulkItem, HeldItem, NewAccount, Phase
from guardian.sanctions.models import Enforcement, Intent, ReleaseState
from guardian.spaces.port import Account
from guardian.storage.access_record import AccessRecord
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.enforcement_store import REFERENCES
from guardian.storage.people_store import SqlPeopleStore
from guardian.storage.sanction_store import SqlSanctionStore
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.links import merges
from guardian.storage.tables.people import accounts
from guardian.storage.tables.raids import raid_lines, raids
from guardian.storage.tables.sanctions import enforcements, intents, liftings, sanctions, work_items
from rules.bulk import BulkFacts
from rules.precedence import AccessLevel

_PHASES: Final = tuple(str(phase) for phase in Phase)
_VALUES_PER_STATEMENT: Final = 500
"""SQLite takes a bounded number of values in one statement."""


class SqlBulkStore(EncryptedSqlStore):
    """The store of work items that are worked in bulk."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption, now: datetime) -> None:
        super().__init__(connection, encryption)
        self._now = now
        self._sanctions = SqlSanctionStore(connection, encryption)

    async def add_accounts(self, new_accounts: Sequence[NewAccount]) -> None:
        """Add each as a person with an account, a sanction, a total in each space of its scope, and a work item."""
        if new_accounts:
            await SqlPeopleStore(self._connection, self._encryption, AccessRecord(self._connection)).add_new_people(
                [(n.person, n.account) for n in new_accounts]
            )
            await self._sanctions.add_sanctions([n.sanction for n in new_accounts])
            await self._sanctions.save_totals([total for n in new_accounts for total in n.totals])
            await self._sanctions.add_work_items([n.work_item for n in new_accounts])

    async def spaces_with_items(self) -> tuple[SpaceName, ...]:
        """Return the spaces in which there is any bulk item."""
        rows = await self._connection.execute(
            select(work_items.c.space).where(work_items.c.bulk_id.is_not(None)).distinct()
        )
        return tuple(SpaceName(space) for space in sorted(rows.scalars()))

    async def expects_more(self) -> bool:
        """Return whether more of them are about to be added."""
        listed = and_(raid_lines.c.state == RaidLineState.LISTED, raids.c.state == RaidState.RUNNING)
        source = raid_lines.join(raids, raids.c.id == raid_lines.c.raid_id)
        return (
            await self._connection.execute(select(raids.c.id).select_from(source).where(listed).limit(1))
        ).first() is not None

    async def accounts(self, space: SpaceName) -> tuple[Account, ...]:
        """Return every account there that is a bulk item, or about to be."""
        ahead = and_(raid_lines.c.space == space, raid_lines.c.state.in_((RaidLineState.LISTED, *_PHASES)))
        running = and_(raids.c.id == raid_lines.c.raid_id, raids.c.state == RaidState.RUNNING)
        statement = select(raid_lines).join(raids, running).where(ahead)
        rows = (await self._connection.execute(statement)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._space_account(row) for row in rows])

    async def items(self, space: SpaceName, phases: Sequence[Phase], limit: int) -> tuple[BulkItem, ...]:
        """Return the first bulk items in these phases, `limit` at most."""
        in_phase = and_(
            work_items.c.bulk_id.is_not(None),
            work_items.c.space == space,
            raid_lines.c.state.in_([str(p) for p in phases]),
        )
        # Chosen first: what else is asked of each of them costs too much to be asked of all.
        its_own = and_(work_items.c.account_id == raid_lines.c.account_id, work_items.c.bulk_id == raid_lines.c.raid_id)
        source = raid_lines.join(work_items, its_own)
        chosen = select(raid_lines.c.id).select_from(source).where(in_phase, raid_lines.c.space == space)
        first = (await self._connection.execute(chosen.order_by(raid_lines.c.id).limit(limit))).scalars().all()
        statement = self._select_items().where(in_phase, raid_lines.c.id.in_(first)).order_by(raid_lines.c.id)
        rows = (await self._connection.execute(statement)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._item(row) for row in rows])

    async def facts(self, space: SpaceName) -> Mapping[AccountId, BulkFacts]:
        """Return what has happened meanwhile to the items there, of those to whom anything has."""
        facts = self._fact_columns()
        there = and_(work_items.c.bulk_id.is_not(None), work_items.c.space == space, or_(*facts.values()))
        ours = raid_lines.join(work_items, work_items.c.account_id == raid_lines.c.account_id).join(
            raids, and_(raids.c.id == raid_lines.c.raid_id, raids.c.id == work_items.c.bulk_id)
        )
        statement = select(work_items.c.account_id, *_labelled(facts)).select_from(ours).where(there)
        rows = await self._connection.execute(statement)
        return {AccountId(row.account_id): _read_facts(row) for row in rows}

    async def store_intents(
        self,
        items: Sequence[BulkItem],
        new_intents: Sequence[tuple[PersonId, Intent]],
        new_enforcements: Sequence[tuple[PersonId, Enforcement]],
    ) -> None:
        """Store the intents and what is known of our doing before the act, and move the items to REQUESTED."""
        await self._sanctions.add_intents(new_intents)
        await self._sanctions.add_enforcements(new_enforcements)
        await self._move([item.account for item in items], Phase.REQUESTED, Phase.WAITING)

    async def mark_acknowledged(self, accounts: Sequence[AccountId]) -> None:
        """Mark of these that the space has said that it is done."""
        await self._move(accounts, Phase.ACKNOWLEDGED, Phase.REQUESTED)

    async def mark_held(self, held: Sequence[HeldItem]) -> None:
        """Save what was confirmed, close the open intents, and let the work items rest until their sanction ends."""
        account_ids = [each.item.account for each in held]
        recorded = await self._update_enforcements([each.enforcement for each in held])
        fresh = [(each.item.person, each.enforcement) for each in held if each.item.account not in recorded]
        await self._sanctions.add_enforcements(fresh)
        await self._sanctions.save_totals([each.coverage for each in held])
        await self._set_at_rest(held)
        for part in _parts(account_ids):
            is_open = and_(intents.c.account_id.in_(part), intents.c.closed_at.is_(None))
            await self._connection.execute(update(intents).where(is_open), {"closed_at": self._now})
        await self._move(account_ids, RaidLineState.HELD, *Phase)

    async def return_to_reconciler(self, accounts: Sequence[AccountId], *, refuted: bool = False) -> None:
        """Make these due now, like every other work item."""
        for part in _parts(accounts):
            theirs = work_items.c.account_id.in_(part)
            due = {"bulk_id": None, "due_at": self._now, "version": work_items.c.version + 1}
            await self._connection.execute(update(work_items).where(theirs).values(due))
            if refuted:
                is_open = and_(intents.c.account_id.in_(part), intents.c.closed_at.is_(None))
                await self._connection.execute(update(intents).where(is_open), {"closed_at": self._now})
        await self._move(accounts, RaidLineState.RETURNED, *Phase)

    async def _update_enforcements(self, confirmed: Sequence[Enforcement]) -> frozenset[str]:
        """Record that ours stands where the losses were written down before the action."""
        known: set[str] = set()
        for part in _parts([each.account for each in confirmed]):
            theirs = and_(enforcements.c.account_id.in_(part), enforcements.c.level == AccessLevel.BARRED)
            known |= set((await self._connection.execute(select(enforcements.c.account_id).where(theirs))).scalars())
        mine = and_(enforcements.c.account_id == bindparam("account"), enforcements.c.level == bindparam("at_level"))
        proof = {
            "placed": bindparam("active"),
            "confirmed_at": bindparam("at", type_=enforcements.c.confirmed_at.type),
            "release": ReleaseState.OWED,
            "released_at": None,
        }
        statement = update(enforcements).where(mine).values(**proof, version=enforcements.c.version + 1)
        rows = [
            {"account": each.account, "at_level": each.level, "active": each.active, "at": each.confirmed_at}
            for each in confirmed
            if each.account in known
        ]
        if rows:
            await self._connection.execute(statement, rows)
        return frozenset(known)

    async def _set_at_rest(self, held: Sequence[HeldItem]) -> None:
        """Put the work items at rest; one that was touched since it was read is due at once instead."""
        untouched = work_items.c.version == bindparam("read")
        instant = work_items.c.due_at.type
        due_at = case((untouched, bindparam("ends", type_=instant)), else_=work_items.c.due_at)
        mine = work_items.c.account_id == bindparam("account")
        seen = {
            "state": bindparam("coverage"),
            "detail": bindparam("words"),
            "observed_at": bindparam("at", type_=instant),
        }
        rows = [
            {
                "account": each.item.account,
                "read": each.item.version,
                "ends": each.item.ends,
                "coverage": each.coverage.state,
                "words": each.coverage.detail,
                "at": each.coverage.since,
            }
            for each in held
        ]
        if rows:
            statement = update(work_items).where(mine).values(**seen, bulk_id=None, due_at=due_at)
            await self._connection.execute(statement, rows)

    async def _move(
        self, accounts: Sequence[AccountId], to: RaidLineState | Phase, *before: RaidLineState | Phase
    ) -> None:
        for part in _parts(accounts):
            there = and_(raid_lines.c.account_id.in_(part), raid_lines.c.state.in_([str(each) for each in before]))
            await self._connection.execute(update(raid_lines).where(there), {"state": str(to)})

    def _select_items(self) -> Select[Any]:
        ours = (
            raid_lines.join(work_items, work_items.c.account_id == raid_lines.c.account_id)
            .join(raids, and_(raids.c.id == raid_lines.c.raid_id, raids.c.id == work_items.c.bulk_id))
            .join(sanctions, sanctions.c.person_id == work_items.c.person_id)
        )
        columns = (
            work_items.c.account_id,
            work_items.c.person_id,
            work_items.c.version,
            raids.c.reference,
            sanctions.c.ends,
        )
        line = (raid_lines.c.id, raid_lines.c.space, raid_lines.c.state, raid_lines.c.sealed)
        return (
            select(*line, *columns, *_labelled(self._fact_columns()))
            .select_from(ours)
            .where(sanctions.c.leader_id == raids.c.leader)
        )

    def _fact_columns(self) -> dict[str, ColumnElement[bool]]:
        person = work_items.c.person_id
        theirs = sanctions.alias("theirs")
        is_active = and_(merges.c.confirmed_at.is_not(None), merges.c.ended_at.is_(None))
        lifted = exists().where(liftings.c.sanction_id == theirs.c.id).correlate(theirs)
        return {
            "has_other_sanction": exists().where(
                theirs.c.person_id == person, theirs.c.leader_id.is_distinct_from(raids.c.leader)
            ),
            "is_lifted": exists().where(theirs.c.person_id == person, lifted),
            "is_unlinked": exists().where(accounts.c.id == work_items.c.account_id, accounts.c.ended_at.is_not(None)),
            "is_merged": or_(
                exists().where(is_active, or_(merges.c.kept_id == person, merges.c.other_id == person)),
                exists().where(accounts.alias("others").c.reached_through == work_items.c.account_id),
            ),
            "is_raid_over": or_(raids.c.until.is_(None), raids.c.until <= self._now),
        }

    async def _item(self, row: Row[Any]) -> BulkItem:
        return BulkItem(
            account=AccountId(row.account_id),
            person=PersonId(row.person_id),
            space_account=await self._space_account(row),
            reference=self._reveal(REFERENCES, row.reference),
            ends=row.ends,
            phase=Phase(row.state),
            facts=_read_facts(row),
            version=row.version,
        )

    async def _space_account(self, row: Row[Any]) -> Account:
        content = await self._encryption.decrypt_json("raid_lines", row.id, "sealed", row.sealed)
        return Account(SpaceName(row.space), "" if isinstance(content, Expunged) else content["native_id"])


def _parts(given: Sequence[AccountId]) -> Iterator[Sequence[AccountId]]:
    return (given[start : start + _VALUES_PER_STATEMENT] for start in range(0, len(given), _VALUES_PER_STATEMENT))


def _labelled(columns: Mapping[str, ColumnElement[bool]]) -> list[Label[bool]]:
    return [column.label(name) for name, column in columns.items()]


def _read_facts(row: Row[Any]) -> BulkFacts:
    return BulkFacts(
        has_other_sanction=bool(row.has_other_sanction),
        is_lifted=bool(row.is_lifted),
        is_unlinked=bool(row.is_unlinked),
        is_merged=bool(row.is_merged),
        is_raid_over=bool(row.is_raid_over),
    )
