"""Remembers raids, the accounts of their lists, and how far each has come. Who was listed is sealed with the case."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.cases.raids import Raid, RaidLine, RaidLineState, RaidLineStatus, RaidState
from guardian.ids import AccountId, CaseId, IntentId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id
from guardian.reconciler.bulk_store import BulkItem, NewAccount, Phase
from guardian.sanctions.models import Coverage, CoverageState, Enforcement, Intent, IntentKind, Prior
from guardian.spaces.port import Account, Entitlement
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.people_store import SqlPeopleStore
from guardian.storage.sanction_store import SqlSanctionStore
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.links import merges
from guardian.storage.tables.people import accounts
from guardian.storage.tables.raids import raid_alerts, raid_lines, raids
from guardian.storage.tables.sanctions import enforcements, intents, liftings, sanctions, work_items
from rules.precedence import AccessLevel

_ACTIVE: Final = (RaidState.RUNNING, RaidState.DONE)
_LINE: Final = {"state": "now", "person_id": "person", "account_id": "account"}
_PHASES: Final = tuple(str(phase) for phase in Phase)
_VALUES_PER_STATEMENT: Final = 500
"""SQLite takes a bounded number of values in one statement."""


class SqlRaidStore(EncryptedSqlStore):
    """The store of raids, and of the keys that are worked together."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption, now: datetime) -> None:
        super().__init__(connection, encryption)
        self._now = now
        self._sanctions = SqlSanctionStore(connection, encryption)

    # -- raids and their lists

    async def add(self, raid: Raid, lines: Sequence[RaidLine]) -> None:
        """The raid and its list are remembered."""
        row: dict[str, Any] = {
            "id": raid.id,
            "case_id": raid.case,
            "act_id": raid.act,
            "person_id": raid.person,
            "by": raid.by,
        }
        row |= {"reference": raid.reference, "announced_at": raid.announced_at, "version": 0}
        await self._connection.execute(insert(raids).values(**row, **_columns(raid)))
        rows = [await self._line_row(raid, line) for line in lines]
        if rows:
            await self._connection.execute(insert(raid_lines), rows)

    async def save(self, raid: Raid) -> Raid:
        """The raid stands as given, one version later; Stale where somebody was quicker."""
        return replace(raid, version=await self._change(raids, raid.id, raid.version, **_columns(raid)))

    async def raid(self, raid: str) -> Raid | None:
        """The raid of that id."""
        return await self._raid(raids.c.id == raid)

    async def of_case(self, case: CaseId) -> Raid | None:
        """The raid whose review the case is."""
        return await self._raid(raids.c.case_id == case)

    async def of_act(self, act: str) -> Raid | None:
        """The raid that the act is."""
        return await self._raid(raids.c.act_id == act)

    async def led_by(self, person: PersonId) -> Raid | None:
        """The raid whose leader the person stands for."""
        return await self._raid(raids.c.person_id == person)

    async def active(self) -> tuple[Raid, ...]:
        """The raids whose accounts a sanction holds, oldest first."""
        found = await self._connection.execute(select(raids).where(raids.c.state.in_(_ACTIVE)).order_by(raids.c.id))
        return tuple(_read(row) for row in found)

    async def lines(self, raid: str, state: RaidLineState, limit: int) -> tuple[RaidLine, ...]:
        """The first lines in that state."""
        condition = and_(raid_lines.c.raid_id == raid, raid_lines.c.state == state)
        return await self._lines(select(raid_lines).where(condition).order_by(raid_lines.c.number).limit(limit))

    async def add_accounts(self, new_accounts: Sequence[NewAccount]) -> None:
        """Each stands as a person with an account, a sanction, a total in each space of its scope, and a key."""
        if new_accounts:
            await SqlPeopleStore(self._connection, self._encryption).add_new_people(
                [(n.person, n.account) for n in new_accounts]
            )
            await self._sanctions.add_sanctions([n.sanction for n in new_accounts])
            await self._sanctions.save_totals([total for n in new_accounts for total in n.totals])
            await self._sanctions.add_keys([n.work_item for n in new_accounts])

    async def save_lines(self, lines: Sequence[RaidLine]) -> None:
        """What became of the lines is remembered; what was typed stays as it was."""
        rows = [{"line": x.id, "now": x.state, "person": x.person, "account": x.account} for x in lines]
        named: dict[str, Any] = {name: bindparam(bind) for name, bind in _LINE.items()}
        if rows:
            mine = raid_lines.c.id == bindparam("line")
            await self._connection.execute(update(raid_lines).where(mine).values(**named), rows)

    async def drop_listed(self, raid: str) -> int:
        """What was not taken up is dropped; how much that was."""
        listed = and_(raid_lines.c.raid_id == raid, raid_lines.c.state == RaidLineState.LISTED)
        return (
            await self._connection.execute(update(raid_lines).where(listed).values(state=RaidLineState.DROPPED))
        ).rowcount

    async def names_person(self, raid: str, person: PersonId) -> bool:
        """Whether the person has been taken up for another of their accounts."""
        named = and_(raid_lines.c.raid_id == raid, raid_lines.c.person_id == person)
        return (await self._connection.execute(select(raid_lines.c.id).where(named).limit(1))).first() is not None

    async def followers(self, leader: SanctionId, limit: int) -> tuple[SanctionId, ...]:
        """The first sanctions that follow the leading one and are not lifted."""
        lifted = exists().where(liftings.c.sanction_id == sanctions.c.id)
        following = and_(sanctions.c.leader_id == leader, ~lifted)
        statement = select(sanctions.c.id).where(following).order_by(sanctions.c.id).limit(limit)
        return tuple(SanctionId(each) for each in (await self._connection.execute(statement)).scalars())

    async def line_statuses(self, raid: str) -> tuple[RaidLineStatus, ...]:
        """Every line with what is known of it, in the order of the list."""
        source = raid_lines.outerjoin(work_items, work_items.c.account_id == raid_lines.c.account_id)
        statement = select(raid_lines, work_items.c.state.label("key_state"), work_items.c.why.label("key_why"))
        ordered = statement.select_from(source).where(raid_lines.c.raid_id == raid).order_by(raid_lines.c.number)
        rows = (await self._connection.execute(ordered)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([RaidLineStatus(await self._line(row), row.key_state, row.key_why or "") for row in rows])

    async def count_pending(self, raid: str) -> int:
        """How many accounts of the raid no look has come to an end for."""
        source = raid_lines.outerjoin(work_items, work_items.c.account_id == raid_lines.c.account_id)
        ahead = raid_lines.c.state.in_((RaidLineState.LISTED, *_PHASES))
        unseen = and_(raid_lines.c.state == RaidLineState.RETURNED, work_items.c.state.is_(None))
        statement = select(func.count()).select_from(source).where(raid_lines.c.raid_id == raid, or_(ahead, unseen))
        return int((await self._connection.execute(statement)).scalar_one())

    async def claim_alert(self, raid: str, space: SpaceName, alert: str) -> bool:
        """Whether this alarm has not been raised in the space for this raid before; from now on it has."""
        row = {"raid_id": raid, "space": space, "alarm": alert}
        return (
            await self._connection.execute(self._insert(raid_alerts).values(row).on_conflict_do_nothing())
        ).rowcount == 1

    # -- keys that are worked together

    async def spaces_with_items(self) -> tuple[SpaceName, ...]:
        """The spaces in which any key is one of many."""
        rows = await self._connection.execute(
            select(work_items.c.space).where(work_items.c.batch.is_not(None)).distinct()
        )
        return tuple(SpaceName(space) for space in sorted(rows.scalars()))

    async def expects_more(self) -> bool:
        """Whether more of them are about to be added."""
        listed = and_(raid_lines.c.state == RaidLineState.LISTED, raids.c.state == RaidState.RUNNING)
        source = raid_lines.join(raids, raids.c.id == raid_lines.c.raid_id)
        return (
            await self._connection.execute(select(raids.c.id).select_from(source).where(listed).limit(1))
        ).first() is not None

    async def accounts(self, space: SpaceName) -> tuple[Account, ...]:
        """Every account there that is one of many, or about to be."""
        ahead = and_(raid_lines.c.space == space, raid_lines.c.state.in_((RaidLineState.LISTED, *_PHASES)))
        running = and_(raids.c.id == raid_lines.c.raid_id, raids.c.state == RaidState.RUNNING)
        return tuple(
            line.space_account for line in await self._lines(select(raid_lines).join(raids, running).where(ahead))
        )

    async def items(self, space: SpaceName, phases: Sequence[Phase], limit: int) -> tuple[BulkItem, ...]:
        """The first of many in these phases."""
        in_phase = and_(
            work_items.c.batch.is_not(None),
            work_items.c.space == space,
            raid_lines.c.state.in_([str(p) for p in phases]),
        )
        # Chosen first: what else is asked of each of them costs too much to be asked of all.
        its_own = and_(work_items.c.account_id == raid_lines.c.account_id, work_items.c.batch == raid_lines.c.raid_id)
        source = raid_lines.join(work_items, its_own)
        chosen = select(raid_lines.c.id).select_from(source).where(in_phase, raid_lines.c.space == space)
        first = (await self._connection.execute(chosen.order_by(raid_lines.c.id).limit(limit))).scalars().all()
        statement = self._select_items().where(in_phase, raid_lines.c.id.in_(first)).order_by(raid_lines.c.id)
        rows = (await self._connection.execute(statement)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._item(row) for row in rows])

    async def ineligible(self, space: SpaceName) -> tuple[AccountId, ...]:
        """Those of many that must be looked at by themselves: lifted meanwhile, or not the only thing decided."""
        there = and_(work_items.c.batch.is_not(None), work_items.c.space == space, ~self._is_plain())
        ours = raid_lines.join(work_items, work_items.c.account_id == raid_lines.c.account_id).join(
            raids, and_(raids.c.id == raid_lines.c.raid_id, raids.c.id == work_items.c.batch)
        )
        statement = select(work_items.c.account_id).select_from(ours).where(there)
        return tuple(AccountId(each) for each in (await self._connection.execute(statement)).scalars())

    async def store_intents(
        self, items: Sequence[BulkItem], losses: Mapping[AccountId, tuple[Entitlement, ...]]
    ) -> None:
        """The intents to bar them are stored, with what a bar takes from each; those that have one keep it."""
        fresh = [item for item in items if item.phase is Phase.WAITING]
        await self._sanctions.add_intents([(item.person, self._intent(item)) for item in fresh])
        losing = [item for item in fresh if losses.get(item.account)]
        before = [
            (
                item.person,
                Enforcement(item.account, AccessLevel.BARRED, False, item.reference, Prior(), losses[item.account]),
            )
            for item in losing
        ]
        await self._sanctions.add_applications(before)
        await self._move([item.account for item in items], Phase.REQUESTED, Phase.WAITING)

    async def mark_acknowledged(self, accounts: Sequence[AccountId]) -> None:
        """The space has said of these that it is done."""
        await self._move(accounts, Phase.ACKNOWLEDGED, Phase.REQUESTED)

    async def mark_held(self, items: Sequence[BulkItem]) -> None:
        """These are seen to be held by us: nobody need look at them until their sanction ends."""
        account_ids = [item.account for item in items]
        recorded = await self._mark_enforced(account_ids)
        proofs = [
            (
                item.person,
                Enforcement(item.account, AccessLevel.BARRED, True, item.reference, Prior(), confirmed_at=self._now),
            )
            for item in items
            if item.account not in recorded
        ]
        await self._sanctions.add_applications(proofs)
        held_state = CoverageState.HELD
        totals = [Coverage(item.person, item.space_account.space, held_state, self._now, "held") for item in items]
        await self._sanctions.save_totals(totals)
        await self._set_at_rest(items)
        for part in _parts(account_ids):
            is_open = and_(intents.c.account_id.in_(part), intents.c.closed_at.is_(None))
            await self._connection.execute(update(intents).where(is_open).values(closed_at=self._now))
        await self._move(account_ids, RaidLineState.HELD, *Phase)

    async def return_to_reconciler(self, accounts: Sequence[AccountId], *, refuted: bool = False) -> None:
        """These are due now like every other key; `refuted`: what was intended was not done by us."""
        for part in _parts(accounts):
            theirs = work_items.c.account_id.in_(part)
            due = {"batch": None, "next_look": self._now, "version": work_items.c.version + 1}
            await self._connection.execute(update(work_items).where(theirs).values(due))
            if refuted:
                is_open = and_(intents.c.account_id.in_(part), intents.c.closed_at.is_(None))
                await self._connection.execute(update(intents).where(is_open).values(closed_at=self._now))
        await self._move(accounts, RaidLineState.RETURNED, *Phase)

    async def _mark_enforced(self, held: Sequence[AccountId]) -> frozenset[str]:
        """Those whose losses were written down before the act: their records say now that ours stands."""
        known: set[str] = set()
        for part in _parts(held):
            theirs = and_(enforcements.c.account_id.in_(part), enforcements.c.hold == AccessLevel.BARRED)
            known |= set((await self._connection.execute(select(enforcements.c.account_id).where(theirs))).scalars())
            proof = {"placed": True, "confirmed_at": self._now, "version": enforcements.c.version + 1}
            await self._connection.execute(update(enforcements).where(theirs).values(proof))
        return frozenset(known)

    def _intent(self, item: BulkItem) -> Intent:
        new = IntentId(new_id())
        return Intent(new, item.account, IntentKind.RESTRICT, AccessLevel.BARRED, item.reference, Prior(), self._now)

    async def _set_at_rest(self, items: Sequence[BulkItem]) -> None:
        """The keys are at rest; one that was touched since it was read is due at once instead."""
        untouched = work_items.c.version == bindparam("read")
        at_rest = {"state": CoverageState.HELD, "why": "held", "observed_at": self._now, "batch": None}
        ends = bindparam("ends", type_=work_items.c.next_look.type)
        due_at = case((untouched, ends), else_=work_items.c.next_look)
        mine = work_items.c.account_id == bindparam("account")
        rows = [{"account": item.account, "read": item.version, "ends": item.ends} for item in items]
        if rows:
            await self._connection.execute(update(work_items).where(mine).values(**at_rest, next_look=due_at), rows)

    async def _move(
        self, accounts: Sequence[AccountId], to: RaidLineState | Phase, *before: RaidLineState | Phase
    ) -> None:
        for part in _parts(accounts):
            there = and_(raid_lines.c.account_id.in_(part), raid_lines.c.state.in_([str(each) for each in before]))
            await self._connection.execute(update(raid_lines).where(there).values(state=str(to)))

    def _select_items(self) -> Select[Any]:
        ours = (
            raid_lines.join(work_items, work_items.c.account_id == raid_lines.c.account_id)
            .join(raids, and_(raids.c.id == raid_lines.c.raid_id, raids.c.id == work_items.c.batch))
            .join(
                sanctions, and_(sanctions.c.person_id == work_items.c.person_id, sanctions.c.case_id == raids.c.case_id)
            )
        )
        facts = (
            work_items.c.account_id,
            work_items.c.person_id,
            work_items.c.version,
            raids.c.reference,
            sanctions.c.ends,
        )
        line = (raid_lines.c.id, raid_lines.c.space, raid_lines.c.state, raid_lines.c.sealed)
        return (
            select(*line, *facts, self._is_plain().label("plain"))
            .select_from(ours)
            .where(sanctions.c.leader_id == raids.c.leader)
        )

    def _is_plain(self) -> ColumnElement[bool]:
        """One sanction, which stands; an account that is still theirs; a raid that still counts as announced."""
        person = work_items.c.person_id
        theirs = sanctions.alias("theirs")
        more = exists().where(theirs.c.person_id == person, theirs.c.leader_id.is_distinct_from(raids.c.leader))
        ended = exists().where(
            theirs.c.person_id == person, exists().where(liftings.c.sanction_id == theirs.c.id).correlate(theirs)
        )
        parted = exists().where(accounts.c.id == work_items.c.account_id, accounts.c.ended_at.is_not(None))
        is_merged = exists().where(or_(merges.c.kept_id == person, merges.c.other_id == person))
        return and_(~more, ~ended, ~parted, ~is_merged, raids.c.until > self._now)

    async def _item(self, row: Row[Any]) -> BulkItem:
        content = await self._encryption.decrypt_json("raid_lines", row.id, "sealed", row.sealed)
        native_id = "" if isinstance(content, Expunged) else content["native_id"]
        return BulkItem(
            AccountId(row.account_id),
            PersonId(row.person_id),
            Account(SpaceName(row.space), native_id),
            Reference(row.reference),
            row.ends,
            Phase(row.state),
            bool(row.plain),
            row.version,
        )

    # -- rows

    async def _raid(self, condition: ColumnElement[bool]) -> Raid | None:
        row = (await self._connection.execute(select(raids).where(condition).order_by(raids.c.id.desc()))).first()
        return _read(row) if row else None

    async def _lines(self, statement: Select[Any]) -> tuple[RaidLine, ...]:
        rows = (await self._connection.execute(statement)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._line(row) for row in rows])

    async def _line(self, row: Row[Any]) -> RaidLine:
        content = await self._encryption.decrypt_json("raid_lines", row.id, "sealed", row.sealed)
        words = {"native_id": "", "why": ""} if isinstance(content, Expunged) else content
        return RaidLine(
            row.id,
            row.raid_id,
            row.number,
            SpaceName(row.space),
            words["native_id"],
            RaidLineState(row.state),
            words["why"],
            PersonId(row.person_id) if row.person_id else None,
            AccountId(row.account_id) if row.account_id else None,
        )

    async def _line_row(self, raid: Raid, line: RaidLine) -> dict[str, Any]:
        words = {"native_id": line.native_id, "why": line.detail}
        return {
            "id": line.id,
            "raid_id": line.raid,
            "number": line.number,
            "space": line.space,
            "state": line.state,
            "person_id": line.person,
            "account_id": line.account,
            "sealed": await self._encryption.encrypt_json(
                KeyScope.of_case(raid.case), "raid_lines", line.id, "sealed", words
            ),
        }


def _parts(given: Sequence[AccountId]) -> Iterator[Sequence[AccountId]]:
    return (given[start : start + _VALUES_PER_STATEMENT] for start in range(0, len(given), _VALUES_PER_STATEMENT))


def _columns(raid: Raid) -> dict[str, Any]:
    return {"second": raid.confirmed_by, "until": raid.until, "state": raid.state, "leader": raid.leader}


def _read(row: Row[Any]) -> Raid:
    return Raid(
        row.id,
        CaseId(row.case_id),
        row.act_id,
        PersonId(row.person_id),
        Reference(row.reference),
        MemberId(row.by),
        row.announced_at,
        RaidState(row.state),
        MemberId(row.second) if row.second else None,
        row.until,
        SanctionId(row.leader) if row.leader else None,
        row.version,
    )
