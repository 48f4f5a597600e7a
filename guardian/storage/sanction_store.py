"""Stores sanctions and their liftings; what was done at each account, and the work items, have stores of their own.

Read `SqlSanctionStore` first.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, func, select
from sqlalchemy.exc import IntegrityError

from guardian.cases.raids import RaidState
from guardian.errors import Stale
from guardian.ids import AccountId, CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id
from guardian.sanctions.models import Authority, Coverage, Lifting, LiftingCause, Sanction
from guardian.storage.enforcement_store import REFERENCES, SqlEnforcementStore
from guardian.storage.foreign_store import SqlAdoptionStore
from guardian.storage.link_store import is_running
from guardian.storage.statements import insert
from guardian.storage.tables.people import accounts
from guardian.storage.tables.raids import raid_lines, raids
from guardian.storage.tables.sanctions import coverage, liftings, placements, reinstatement_approvals, sanctions
from rules.brake import NamingRaid, PastRestriction
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction

SANCTIONS: Final = "sanctions"
"""In which place the pseudonyms of cases stand in these tables."""

_WITH_LIFTING: Final = select(sanctions, *(c for c in liftings.c if c.name != "sanction_id")).select_from(
    sanctions.outerjoin(liftings, liftings.c.sanction_id == sanctions.c.id)
)

_WORKED_AS: Final = func.coalesce(accounts.c.reached_through, accounts.c.id)


class SqlSanctionStore(SqlEnforcementStore, SqlAdoptionStore):
    """The store of sanctions."""

    # -- what was decided

    async def add_sanction(self, sanction: Sanction) -> None:
        """Add the sanction."""
        await self._connection.execute(insert(sanctions), {"id": sanction.id, "version": 0, **self._columns(sanction)})

    async def add_sanctions(self, new_sanctions: Sequence[Sanction]) -> None:
        """Add the sanctions."""
        rows = [{"id": sanction.id, "version": 0, **self._columns(sanction)} for sanction in new_sanctions]
        await self._connection.execute(insert(sanctions), rows)

    async def save_sanction(self, sanction: Sanction) -> None:
        """Save the sanction; Stale where somebody changed it since it was read."""
        await self._change(sanctions, sanction.id, sanction.version, **self._columns(sanction))

    async def add_lifting(self, lifting: Lifting) -> None:
        """Add the lifting; Stale where the sanction has one already, which the database refuses."""
        row = {
            "sanction_id": lifting.sanction,
            "effective_from": lifting.effective_from,
            "cause": lifting.cause,
            "by": self._hide(lifting.sanction, lifting.by),
            "authority": self._hide(lifting.sanction, lifting.authority),
            "recorded_at": lifting.recorded_at,
        }
        known = await self._connection.execute(select(liftings).where(liftings.c.sanction_id == lifting.sanction))
        if known.first() is not None:
            raise Stale
        try:
            await self._connection.execute(insert(liftings), row)
        except IntegrityError as error:
            raise Stale from error

    async def sanction(self, sanction: SanctionId) -> Sanction | None:
        """Return the sanction of that id."""
        found = await self._sanctions(sanctions.c.id == sanction)
        return found[0] if found else None

    async def by_reference(self, reference: Reference) -> Sanction | None:
        """Return the sanction that the reference stands for."""
        found = await self._sanctions(sanctions.c.reference.in_(self._pseudonyms.every(REFERENCES, reference)))
        return found[0] if found else None

    async def of_person(self, person: PersonId) -> tuple[Sanction, ...]:
        """Return the person's own sanctions, oldest first."""
        return await self._sanctions(sanctions.c.person_id == person)

    async def applying_to(self, person: PersonId) -> tuple[Sanction, ...]:
        """Return all that apply to the person's accounts: also those of whoever is the same human."""
        return await self._sanctions(sanctions.c.person_id.in_(await self.merged_people(person)))

    async def reaching(self, account: AccountId) -> tuple[Sanction, ...]:
        """Return all that the account's work item carries out: also that of people who are reached through this link."""
        found: dict[SanctionId, Sanction] = {}
        for link, person in await self._binding_links(_WORKED_AS.in_((account,))):
            found |= {each.id: each for each in await self.applying_to(person) if each.reaches((account, link))}
        return tuple(found[each] for each in sorted(found))

    async def of_case(self, case: CaseId) -> tuple[Sanction, ...]:
        """Return all sanctions of the case, oldest first; of a raid's, the one that leads them."""
        return await self._sanctions(
            sanctions.c.case_id.in_(self._pseudonyms.every(SANCTIONS, case)) & sanctions.c.leader_id.is_(None)
        )

    async def unlifted(self) -> tuple[Sanction, ...]:
        """Return every sanction without a lifting, oldest first."""
        return await self._sanctions(liftings.c.sanction_id.is_(None))

    async def missing_coverage(self, spaces: Sequence[SpaceName], now: datetime, limit: int) -> tuple[Sanction, ...]:
        """Return what runs everywhere though its person has no total in one of the spaces, oldest first, so many at most."""
        theirs = (coverage.c.person_id == sanctions.c.person_id) & coverage.c.space.in_(spaces)
        known = select(func.count()).select_from(coverage).where(theirs).scalar_subquery()
        everywhere = liftings.c.sanction_id.is_(None) & sanctions.c.spaces.is_(None) & is_running(now)
        return await self._sanctions(everywhere & (known < len(set(spaces))), limit)

    async def _sanctions(self, condition: ColumnElement[bool], limit: int | None = None) -> tuple[Sanction, ...]:
        rows = await self._connection.execute(_WITH_LIFTING.where(condition).order_by(sanctions.c.id).limit(limit))
        return tuple(self._sanction(row) for row in rows)

    # -- totals, raids and reinstatements

    async def save_coverage(self, total: Coverage) -> None:
        """Save the total."""
        await self.save_totals([total])

    async def save_totals(self, totals: Sequence[Coverage]) -> None:
        """Save the totals."""
        rows = [
            {"person_id": t.person, "space": t.space, "state": t.state, "since": t.since, "detail": t.detail}
            for t in totals
        ]
        statement = self._insert(coverage)
        set_ = {name: statement.excluded[name] for name in ("state", "since", "detail")}
        key = [coverage.c.person_id, coverage.c.space]
        if rows:
            await self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_=set_), rows)

    async def raids_naming(self, person: PersonId) -> tuple[NamingRaid, ...]:
        """Return the raids that name the person, in no order."""
        named = raid_lines.join(raids, raids.c.id == raid_lines.c.raid_id)
        statement = select(raids.c.until, raids.c.state).select_from(named).where(raid_lines.c.person_id == person)
        rows = await self._connection.execute(statement)
        return tuple(NamingRaid(row.until, RaidState(row.state) is RaidState.OVER) for row in rows)

    async def record_restriction(self, restriction: PastRestriction[PersonId]) -> None:
        """Record the restriction, for the brake to count."""
        row = {"id": new_id(), "person_id": restriction.on, "at": restriction.at, "put_back": restriction.reapplied}
        await self._connection.execute(insert(placements), row)

    async def restrictions_since(self, instant: datetime) -> tuple[PastRestriction[PersonId], ...]:
        """Return the restrictions recorded after that instant, oldest first."""
        rows = await self._connection.execute(
            select(placements).where(placements.c.at > instant).order_by(placements.c.at, placements.c.id)
        )
        return tuple(PastRestriction(PersonId(row.person_id), row.at, row.put_back) for row in rows)

    async def approve_reinstatement(self, person: PersonId, by: MemberId, at: datetime) -> None:
        """Record a named person's yes."""
        values = {"by": by, "at": at}
        statement = self._insert(reinstatement_approvals).values(person_id=person, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[reinstatement_approvals.c.person_id], set_=values)
        )

    async def is_reinstatement_approved(self, person: PersonId) -> bool:
        """Return whether a named person has said yes since the person's last bar."""
        row = await self._connection.execute(
            select(reinstatement_approvals.c.by).where(reinstatement_approvals.c.person_id == person)
        )
        return row.first() is not None

    async def withdraw_reinstatement(self, person: PersonId) -> None:
        """Forget the yes."""
        await self._connection.execute(
            delete(reinstatement_approvals).where(reinstatement_approvals.c.person_id == person)
        )

    def _columns(self, sanction: Sanction) -> dict[str, Any]:
        return {
            "person_id": sanction.person,
            "case_id": self._hide(SANCTIONS, sanction.case),
            "restriction": sanction.restriction,
            "starts": sanction.starts,
            "ends": sanction.ends,
            "spaces": None if sanction.spaces is None else json.dumps(sorted(sanction.spaces)),
            "on_term_end": sanction.on_term_end,
            "authority_kind": sanction.authority.kind,
            "authority_id": self._hide(sanction.id, sanction.authority.id),
            "reference": self._hide(REFERENCES, sanction.reference),
            "notification": sanction.notification,
            "waits_until": sanction.waits_until,
            "enacted_at": sanction.enacted_at,
            "provisional": sanction.provisional,
            "danger": sanction.danger,
            "leader_id": sanction.leader,
            "accounts": None if sanction.accounts is None else json.dumps(sorted(sanction.accounts)),
        }

    def _sanction(self, row: Row[Any]) -> Sanction:
        sanction = SanctionId(row.id)
        lifting = None
        if row.effective_from is not None:
            cause = LiftingCause(row.cause)
            lifting = Lifting(
                sanction=sanction,
                effective_from=row.effective_from,
                cause=cause,
                by=self._reveal(sanction, row.by),
                authority=self._reveal(sanction, row.authority),
                recorded_at=row.recorded_at,
            )
        return Sanction(
            id=sanction,
            person=PersonId(row.person_id),
            case=self._reveal(SANCTIONS, row.case_id),
            restriction=Restriction(row.restriction),
            starts=row.starts,
            ends=row.ends,
            spaces=None if row.spaces is None else frozenset(SpaceName(space) for space in json.loads(row.spaces)),
            on_term_end=OnTermEnd(row.on_term_end),
            authority=Authority(AuthorityKind(row.authority_kind), self._reveal(sanction, row.authority_id)),
            reference=self._reveal(REFERENCES, row.reference),
            notification=NotificationState(row.notification),
            waits_until=row.waits_until,
            enacted_at=row.enacted_at,
            provisional=row.provisional,
            danger=row.danger,
            leader=SanctionId(row.leader_id) if row.leader_id else None,
            accounts=None if row.accounts is None else frozenset(AccountId(each) for each in json.loads(row.accounts)),
            lifting=lifting,
            version=row.version,
        )
