"""Remembers raids, the accounts of their lists, and how far each has come. Who was listed is sealed with the case."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.cases.raids import LineState, Raid, RaidLine, RaidState, Standing
from guardian.ids import AccountId, CaseId, IntentId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id
from guardian.sanctions.many import Newcomer, One, Phase
from guardian.sanctions.values import FOLLOWS, Application, Coverage, CoverageState, Intent, IntentKind, Prior
from guardian.spaces.port import Account, Belonging
from guardian.storage.keys_store import Scope
from guardian.storage.people_store import PeopleStore
from guardian.storage.sanction_store import SanctionStore
from guardian.storage.sealed import Expunged, Sealer
from guardian.storage.store import SealedStore
from guardian.storage.tables.links import joins
from guardian.storage.tables.people import accounts
from guardian.storage.tables.raids import raid_alarms, raid_lines, raids
from guardian.storage.tables.sanctions import applications, intents, keys, liftings, sanctions
from rules.precedence import Hold

_UNDER_WAY: Final = (RaidState.RUNNING, RaidState.DONE)
_LINE: Final = {"state": "now", "person_id": "person", "account_id": "account"}
_PHASES: Final = tuple(str(phase) for phase in Phase)
_IN_ONE_QUESTION: Final = 500
"""SQLite takes a bounded number of values in one statement."""


class RaidStore(SealedStore):
    """The store of raids, and of the keys that are worked together."""

    def __init__(self, connection: AsyncConnection, sealer: Sealer, now: datetime) -> None:
        super().__init__(connection, sealer)
        self._now = now
        self._sanctions = SanctionStore(connection, sealer)

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

    async def under_way(self) -> tuple[Raid, ...]:
        """The raids whose accounts a sanction holds, oldest first."""
        found = await self._connection.execute(select(raids).where(raids.c.state.in_(_UNDER_WAY)).order_by(raids.c.id))
        return tuple(_read(row) for row in found)

    async def lines(self, raid: str, state: LineState, limit: int) -> tuple[RaidLine, ...]:
        """The first lines in that state."""
        condition = and_(raid_lines.c.raid_id == raid, raid_lines.c.state == state)
        return await self._lines(select(raid_lines).where(condition).order_by(raid_lines.c.number).limit(limit))

    async def take_up(self, newcomers: Sequence[Newcomer]) -> None:
        """Each stands as a person with an account, a sanction, a total in each space of its scope, and a key."""
        if newcomers:
            await PeopleStore(self._connection, self._sealer).add_strangers([(n.person, n.account) for n in newcomers])
            await self._sanctions.add_sanctions([n.sanction for n in newcomers])
            await self._sanctions.save_totals([total for n in newcomers for total in n.totals])
            await self._sanctions.add_keys([n.key for n in newcomers])

    async def save_lines(self, lines: Sequence[RaidLine]) -> None:
        """What became of the lines is remembered; what was typed stays as it was."""
        rows = [{"line": x.id, "now": x.state, "person": x.person, "account": x.account} for x in lines]
        named: dict[str, Any] = {name: bindparam(bind) for name, bind in _LINE.items()}
        if rows:
            mine = raid_lines.c.id == bindparam("line")
            await self._connection.execute(update(raid_lines).where(mine).values(**named), rows)

    async def drop_listed(self, raid: str) -> int:
        """What was not taken up is dropped; how much that was."""
        listed = and_(raid_lines.c.raid_id == raid, raid_lines.c.state == LineState.LISTED)
        return (
            await self._connection.execute(update(raid_lines).where(listed).values(state=LineState.DROPPED))
        ).rowcount

    async def names_person(self, raid: str, person: PersonId) -> bool:
        """Whether the person has been taken up for another of their accounts."""
        named = and_(raid_lines.c.raid_id == raid, raid_lines.c.person_id == person)
        return (await self._connection.execute(select(raid_lines.c.id).where(named).limit(1))).first() is not None

    async def followers(self, leader: SanctionId, limit: int) -> tuple[SanctionId, ...]:
        """The first sanctions that follow the leading one and are not lifted."""
        lifted = exists().where(liftings.c.sanction_id == sanctions.c.id)
        following = and_(sanctions.c.authority_id == f"{FOLLOWS}{leader}", ~lifted)
        statement = select(sanctions.c.id).where(following).order_by(sanctions.c.id).limit(limit)
        return tuple(SanctionId(each) for each in (await self._connection.execute(statement)).scalars())

    async def standing(self, raid: str) -> tuple[Standing, ...]:
        """Every line with what is known of it, in the order of the list."""
        joined = raid_lines.outerjoin(keys, keys.c.account_id == raid_lines.c.account_id)
        statement = select(raid_lines, keys.c.state.label("key_state"), keys.c.why.label("key_why"))
        ordered = statement.select_from(joined).where(raid_lines.c.raid_id == raid).order_by(raid_lines.c.number)
        rows = (await self._connection.execute(ordered)).all()
        await self._sealer.prepare(row.sealed for row in rows)
        return tuple([Standing(await self._line(row), row.key_state, row.key_why or "") for row in rows])

    async def still_open(self, raid: str) -> int:
        """How many accounts of the raid no look has come to an end for."""
        joined = raid_lines.outerjoin(keys, keys.c.account_id == raid_lines.c.account_id)
        ahead = raid_lines.c.state.in_((LineState.LISTED, *_PHASES))
        unseen = and_(raid_lines.c.state == LineState.BACK, keys.c.state.is_(None))
        statement = select(func.count()).select_from(joined).where(raid_lines.c.raid_id == raid, or_(ahead, unseen))
        return int((await self._connection.execute(statement)).scalar_one())

    async def first_alarm(self, raid: str, space: SpaceName, alarm: str) -> bool:
        """Whether this alarm has not been raised in the space for this raid before; from now on it has."""
        row = {"raid_id": raid, "space": space, "alarm": alarm}
        return (
            await self._connection.execute(self._insert(raid_alarms).values(row).on_conflict_do_nothing())
        ).rowcount == 1

    # -- keys that are worked together

    async def spaces_with_batch(self) -> tuple[SpaceName, ...]:
        """The spaces in which any key is one of many."""
        rows = await self._connection.execute(select(keys.c.space).where(keys.c.batch.is_not(None)).distinct())
        return tuple(SpaceName(space) for space in sorted(rows.scalars()))

    async def still_coming(self) -> bool:
        """Whether more of them are about to be added."""
        listed = and_(raid_lines.c.state == LineState.LISTED, raids.c.state == RaidState.RUNNING)
        joined = raid_lines.join(raids, raids.c.id == raid_lines.c.raid_id)
        return (
            await self._connection.execute(select(raids.c.id).select_from(joined).where(listed).limit(1))
        ).first() is not None

    async def places_of_many(self, space: SpaceName) -> tuple[Account, ...]:
        """Every account there that is one of many, or about to be."""
        ahead = and_(raid_lines.c.space == space, raid_lines.c.state.in_((LineState.LISTED, *_PHASES)))
        running = and_(raids.c.id == raid_lines.c.raid_id, raids.c.state == RaidState.RUNNING)
        return tuple(line.place for line in await self._lines(select(raid_lines).join(raids, running).where(ahead)))

    async def batch(self, space: SpaceName, phases: Sequence[Phase], limit: int) -> tuple[One, ...]:
        """The first of many in these phases."""
        in_phase = and_(
            keys.c.batch.is_not(None), keys.c.space == space, raid_lines.c.state.in_([str(p) for p in phases])
        )
        # Chosen first: what else is asked of each of them costs too much to be asked of all.
        its_own = and_(keys.c.account_id == raid_lines.c.account_id, keys.c.batch == raid_lines.c.raid_id)
        joined = raid_lines.join(keys, its_own)
        chosen = select(raid_lines.c.id).select_from(joined).where(in_phase, raid_lines.c.space == space)
        first = (await self._connection.execute(chosen.order_by(raid_lines.c.id).limit(limit))).scalars().all()
        statement = self._ones().where(in_phase, raid_lines.c.id.in_(first)).order_by(raid_lines.c.id)
        rows = (await self._connection.execute(statement)).all()
        await self._sealer.prepare(row.sealed for row in rows)
        return tuple([await self._one(row) for row in rows])

    async def not_plain(self, space: SpaceName) -> tuple[AccountId, ...]:
        """Those of many that must be looked at by themselves: lifted meanwhile, or not the only thing decided."""
        there = and_(keys.c.batch.is_not(None), keys.c.space == space, ~self._plain())
        ours = raid_lines.join(keys, keys.c.account_id == raid_lines.c.account_id).join(
            raids, and_(raids.c.id == raid_lines.c.raid_id, raids.c.id == keys.c.batch)
        )
        statement = select(keys.c.account_id).select_from(ours).where(there)
        return tuple(AccountId(each) for each in (await self._connection.execute(statement)).scalars())

    async def intend_many(self, ones: Sequence[One], taken: Mapping[AccountId, tuple[Belonging, ...]]) -> None:
        """The intents to bar them are stored, with what a bar takes from each; those that have one keep it."""
        fresh = [one for one in ones if one.phase is Phase.WAITING]
        await self._sanctions.add_intents([(one.person, self._intent(one)) for one in fresh])
        losing = [one for one in fresh if taken.get(one.account)]
        before = [
            (one.person, Application(one.account, Hold.BARRED, False, one.reference, Prior(), taken[one.account]))
            for one in losing
        ]
        await self._sanctions.add_applications(before)
        await self._move([one.account for one in ones], Phase.ASKED, Phase.WAITING)

    async def note_said(self, accounts: Sequence[AccountId]) -> None:
        """The space has said of these that it is done."""
        await self._move(accounts, Phase.SAID, Phase.ASKED)

    async def hold_many(self, ones: Sequence[One]) -> None:
        """These are seen to be held by us: nobody need look at them until their sanction ends."""
        held = [one.account for one in ones]
        known = await self._placed(held)
        proofs = [
            (one.person, Application(one.account, Hold.BARRED, True, one.reference, Prior(), confirmed_at=self._now))
            for one in ones
            if one.account not in known
        ]
        await self._sanctions.add_applications(proofs)
        held_there = CoverageState.HELD
        totals = [Coverage(one.person, one.place.space, held_there, self._now, "held") for one in ones]
        await self._sanctions.save_totals(totals)
        await self._rest(ones)
        for part in _parts(held):
            is_open = and_(intents.c.account_id.in_(part), intents.c.closed_at.is_(None))
            await self._connection.execute(update(intents).where(is_open).values(closed_at=self._now))
        await self._move(held, LineState.HELD, *Phase)

    async def hand_back(self, accounts: Sequence[AccountId], *, refuted: bool = False) -> None:
        """These are due now like every other key; `refuted`: what was intended was not done by us."""
        for part in _parts(accounts):
            theirs = keys.c.account_id.in_(part)
            due = {"batch": None, "next_look": self._now, "version": keys.c.version + 1}
            await self._connection.execute(update(keys).where(theirs).values(due))
            if refuted:
                is_open = and_(intents.c.account_id.in_(part), intents.c.closed_at.is_(None))
                await self._connection.execute(update(intents).where(is_open).values(closed_at=self._now))
        await self._move(accounts, LineState.BACK, *Phase)

    async def _placed(self, held: Sequence[AccountId]) -> frozenset[str]:
        """Those whose losses were written down before the act: their records say now that ours stands."""
        known: set[str] = set()
        for part in _parts(held):
            theirs = and_(applications.c.account_id.in_(part), applications.c.hold == Hold.BARRED)
            known |= set((await self._connection.execute(select(applications.c.account_id).where(theirs))).scalars())
            proof = {"placed": True, "confirmed_at": self._now, "version": applications.c.version + 1}
            await self._connection.execute(update(applications).where(theirs).values(proof))
        return frozenset(known)

    def _intent(self, one: One) -> Intent:
        new = IntentId(new_id())
        return Intent(new, one.account, IntentKind.PLACE, Hold.BARRED, one.reference, Prior(), self._now)

    async def _rest(self, ones: Sequence[One]) -> None:
        """The keys are at rest; one that was touched since it was read is due at once instead."""
        untouched = keys.c.version == bindparam("read")
        looked = {"state": CoverageState.HELD, "why": "held", "observed_at": self._now, "batch": None}
        ends = bindparam("ends", type_=keys.c.next_look.type)
        next_look = case((untouched, ends), else_=keys.c.next_look)
        mine = keys.c.account_id == bindparam("account")
        rows = [{"account": one.account, "read": one.version, "ends": one.ends} for one in ones]
        if rows:
            await self._connection.execute(update(keys).where(mine).values(**looked, next_look=next_look), rows)

    async def _move(self, accounts: Sequence[AccountId], to: LineState | Phase, *before: LineState | Phase) -> None:
        for part in _parts(accounts):
            there = and_(raid_lines.c.account_id.in_(part), raid_lines.c.state.in_([str(each) for each in before]))
            await self._connection.execute(update(raid_lines).where(there).values(state=str(to)))

    def _ones(self) -> Select[Any]:
        ours = (
            raid_lines.join(keys, keys.c.account_id == raid_lines.c.account_id)
            .join(raids, and_(raids.c.id == raid_lines.c.raid_id, raids.c.id == keys.c.batch))
            .join(sanctions, and_(sanctions.c.person_id == keys.c.person_id, sanctions.c.case_id == raids.c.case_id))
        )
        facts = (keys.c.account_id, keys.c.person_id, keys.c.version, raids.c.reference, sanctions.c.ends)
        line = (raid_lines.c.id, raid_lines.c.space, raid_lines.c.state, raid_lines.c.sealed)
        return (
            select(*line, *facts, self._plain().label("plain"))
            .select_from(ours)
            .where(sanctions.c.authority_id == _following())
        )

    def _plain(self) -> ColumnElement[bool]:
        """One sanction, which stands; an account that is still theirs; a raid that still counts as announced."""
        person = keys.c.person_id
        theirs = sanctions.alias("theirs")
        more = exists().where(theirs.c.person_id == person, theirs.c.authority_id != _following())
        ended = exists().where(
            theirs.c.person_id == person, exists().where(liftings.c.sanction_id == theirs.c.id).correlate(theirs)
        )
        parted = exists().where(accounts.c.id == keys.c.account_id, accounts.c.ended_at.is_not(None))
        joined = exists().where(or_(joins.c.kept_id == person, joins.c.other_id == person))
        return and_(~more, ~ended, ~parted, ~joined, raids.c.until > self._now)

    async def _one(self, row: Row[Any]) -> One:
        content = await self._sealer.unseal_json("raid_lines", row.id, "sealed", row.sealed)
        native_id = "" if isinstance(content, Expunged) else content["native_id"]
        return One(
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
        await self._sealer.prepare(row.sealed for row in rows)
        return tuple([await self._line(row) for row in rows])

    async def _line(self, row: Row[Any]) -> RaidLine:
        content = await self._sealer.unseal_json("raid_lines", row.id, "sealed", row.sealed)
        words = {"native_id": "", "why": ""} if isinstance(content, Expunged) else content
        return RaidLine(
            row.id,
            row.raid_id,
            row.number,
            SpaceName(row.space),
            words["native_id"],
            LineState(row.state),
            words["why"],
            PersonId(row.person_id) if row.person_id else None,
            AccountId(row.account_id) if row.account_id else None,
        )

    async def _line_row(self, raid: Raid, line: RaidLine) -> dict[str, Any]:
        words = {"native_id": line.native_id, "why": line.why}
        return {
            "id": line.id,
            "raid_id": line.raid,
            "number": line.number,
            "space": line.space,
            "state": line.state,
            "person_id": line.person,
            "account_id": line.account,
            "sealed": await self._sealer.seal_json(Scope.of_case(raid.case), "raid_lines", line.id, "sealed", words),
        }


def _parts(given: Sequence[AccountId]) -> Iterator[Sequence[AccountId]]:
    return (given[start : start + _IN_ONE_QUESTION] for start in range(0, len(given), _IN_ONE_QUESTION))


def _following() -> ColumnElement[str]:
    """How the sanctions of a raid's many name the one that leads them."""
    return FOLLOWS + raids.c.leader


def _columns(raid: Raid) -> dict[str, Any]:
    return {"second": raid.second, "until": raid.until, "state": raid.state, "leader": raid.leader}


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
