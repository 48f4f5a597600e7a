"""Stores raids, the accounts of their lists, and how far each has come. Read `SqlRaidStore` first.

Who was listed is encrypted with the case.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, select, update

from guardian.cases.raids import Raid, RaidLine, RaidLineCount, RaidLineState, RaidLineStatus, RaidState
from guardian.ids import AccountId, CaseId, PersonId, SanctionId, SpaceName
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.enforcement_store import REFERENCES
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.raids import raid_alerts, raid_lines, raids
from guardian.storage.tables.sanctions import liftings, sanctions, work_items

_LINE: Final = {"state": "now", "person_id": "person", "account_id": "account"}


class SqlRaidStore(EncryptedSqlStore):
    """The store of raids and their lists."""

    async def add(self, raid: Raid, lines: Sequence[RaidLine]) -> None:
        """Store a new raid with its list."""
        row: dict[str, Any] = {
            "id": raid.id,
            "case_id": raid.case,
            "act_id": raid.act,
            "person_id": self._hide(raid.case, raid.person),
            "by": self._hide(raid.case, raid.by),
        }
        row |= {"reference": self._hide(REFERENCES, raid.reference), "announced_at": raid.announced_at, "version": 0}
        await self._connection.execute(insert(raids), {**row, **self._columns(raid)})
        rows = [await self._line_row(raid, line) for line in lines]
        if rows:
            await self._connection.execute(insert(raid_lines), rows)

    async def save(self, raid: Raid) -> Raid:
        """Store the raid as given, one version later; Stale where somebody was quicker."""
        return replace(raid, version=await self._change(raids, raid.id, raid.version, **self._columns(raid)))

    async def raid(self, raid: str) -> Raid | None:
        """Return the raid of that id."""
        return await self._raid(raids.c.id == raid)

    async def of_case(self, case: CaseId) -> Raid | None:
        """Return the raid whose review the case is."""
        return await self._raid(raids.c.case_id == case)

    async def of_act(self, act: str) -> Raid | None:
        """Return the raid that the act restricts."""
        return await self._raid(raids.c.act_id == act)

    async def acts_of_raids(self, among: Collection[str]) -> frozenset[str]:
        """Return which of these acts restrict a raid."""
        found = await self._connection.execute(select(raids.c.act_id).where(raids.c.act_id.in_(among)))
        return frozenset(found.scalars())

    async def in_states(self, states: Iterable[RaidState]) -> tuple[Raid, ...]:
        """Return the raids in those states, oldest first."""
        among = raids.c.state.in_(tuple(states))
        found = await self._connection.execute(select(raids).where(among).order_by(raids.c.id))
        return tuple(self._read(row) for row in found)

    async def lines(self, raid: str, state: RaidLineState, limit: int) -> tuple[RaidLine, ...]:
        """Return the first lines in that state."""
        condition = and_(raid_lines.c.raid_id == raid, raid_lines.c.state == state)
        return await self._lines(select(raid_lines).where(condition).order_by(raid_lines.c.number).limit(limit))

    async def save_lines(self, lines: Sequence[RaidLine]) -> None:
        """Store the lines as given."""
        rows = [{"line": x.id, "now": x.state, "person": x.person, "account": x.account} for x in lines]
        named: dict[str, Any] = {name: bindparam(bind) for name, bind in _LINE.items()}
        if rows:
            mine = raid_lines.c.id == bindparam("line")
            await self._connection.execute(update(raid_lines).where(mine).values(**named), rows)

    async def drop_listed(self, raid: str) -> int:
        """Drop the lines that were not taken up; return how many."""
        listed = and_(raid_lines.c.raid_id == raid, raid_lines.c.state == RaidLineState.LISTED)
        return (
            await self._connection.execute(update(raid_lines).where(listed), {"state": RaidLineState.DROPPED})
        ).rowcount

    async def followers(self, leader: SanctionId, limit: int) -> tuple[SanctionId, ...]:
        """Return the first sanctions that follow the leading one and are not lifted."""
        lifted = exists().where(liftings.c.sanction_id == sanctions.c.id)
        following = and_(sanctions.c.leader_id == leader, ~lifted)
        statement = select(sanctions.c.id).where(following).order_by(sanctions.c.id).limit(limit)
        return tuple(SanctionId(each) for each in (await self._connection.execute(statement)).scalars())

    async def line_statuses(self, raid: str) -> tuple[RaidLineStatus, ...]:
        """Return every line with what is known of it, in the order of the list."""
        source = raid_lines.outerjoin(work_items, work_items.c.account_id == raid_lines.c.account_id)
        statement = select(raid_lines, work_items.c.state.label("item_state"), work_items.c.detail.label("item_detail"))
        ordered = statement.select_from(source).where(raid_lines.c.raid_id == raid).order_by(raid_lines.c.number)
        rows = (await self._connection.execute(ordered)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([RaidLineStatus(await self._line(row), row.item_state, row.item_detail or "") for row in rows])

    async def line_counts(self, raid: str) -> tuple[RaidLineCount, ...]:
        """Return how many lines of the raid are in which state."""
        source = raid_lines.outerjoin(work_items, work_items.c.account_id == raid_lines.c.account_id)
        observed = work_items.c.state.is_not(None).label("observed")
        statement = (
            select(raid_lines.c.state, observed, func.count().label("lines"))
            .select_from(source)
            .where(raid_lines.c.raid_id == raid)
            .group_by(raid_lines.c.state, observed)
        )
        rows = await self._connection.execute(statement)
        return tuple(RaidLineCount(RaidLineState(row.state), bool(row.observed), int(row.lines)) for row in rows)

    async def claim_alert(self, raid: str, space: SpaceName, alert: str) -> bool:
        """Return whether this alert is the first in the space for this raid, and record that it has been raised."""
        row = {"raid_id": raid, "space": space, "alert": alert}
        return (await self._connection.execute(self._insert(raid_alerts).on_conflict_do_nothing(), row)).rowcount == 1

    # -- rows

    async def _raid(self, condition: ColumnElement[bool]) -> Raid | None:
        row = (await self._connection.execute(select(raids).where(condition).order_by(raids.c.id.desc()))).first()
        return self._read(row) if row else None

    async def _lines(self, statement: Select[Any]) -> tuple[RaidLine, ...]:
        rows = (await self._connection.execute(statement)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._line(row) for row in rows])

    async def _line(self, row: Row[Any]) -> RaidLine:
        content = await self._encryption.decrypt_json("raid_lines", row.id, "sealed", row.sealed)
        words = {"native_id": "", "detail": ""} if isinstance(content, Expunged) else content
        return RaidLine(
            id=row.id,
            raid=row.raid_id,
            number=row.number,
            space=SpaceName(row.space),
            native_id=words["native_id"],
            state=RaidLineState(row.state),
            detail=words["detail"],
            person=PersonId(row.person_id) if row.person_id else None,
            account=AccountId(row.account_id) if row.account_id else None,
        )

    async def _line_row(self, raid: Raid, line: RaidLine) -> dict[str, Any]:
        words = {"native_id": line.native_id, "detail": line.detail}
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

    def _columns(self, raid: Raid) -> dict[str, Any]:
        return {
            "second": self._hide(raid.case, raid.confirmed_by),
            "until": raid.until,
            "state": raid.state,
            "leader": raid.leader,
        }

    def _read(self, row: Row[Any]) -> Raid:
        return Raid(
            id=row.id,
            case=CaseId(row.case_id),
            act=row.act_id,
            person=self._reveal(row.case_id, row.person_id),
            reference=self._reveal(REFERENCES, row.reference),
            by=self._reveal(row.case_id, row.by),
            announced_at=row.announced_at,
            state=RaidState(row.state),
            confirmed_by=self._reveal(row.case_id, row.second),
            until=row.until,
            leader=SanctionId(row.leader) if row.leader else None,
            version=row.version,
        )
