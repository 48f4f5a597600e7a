"""Stores legal holds and decisions to expunge, and forgets: a key that is destroyed takes all with it that it has encrypted, in every copy.

What stands under no key of its own, or leads to somebody by itself (a receipt, a sign-in link, a message that waits), is
removed beside it. Read `SqlRetentionStore` first. Policy: P-9.5.
"""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.cases.case import CaseState
from guardian.cases.retention import ExpungedCase, ExpungeDecision, LegalHold
from guardian.ids import CaseId, MemberId, PersonId
from guardian.notices.models import NoticeState
from guardian.storage.blind_index import IndexTerm
from guardian.storage.case_store import SqlCaseStore, party_term
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.handoff_store import handed_term
from guardian.storage.key_rotation_store import SqlKeyRotationStore
from guardian.storage.measure_store import measured_term
from guardian.storage.notice_store import person_term
from guardian.storage.people_store import SqlPeopleStore
from guardian.storage.sanction_store import SANCTIONS
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.cases import cases, deadlines, parties, receipts
from guardian.storage.tables.handoffs import handoffs
from guardian.storage.tables.links import merges, ownership_codes
from guardian.storage.tables.measures import foreign_restrictions, measures
from guardian.storage.tables.notices import notices
from guardian.storage.tables.raids import raid_lines, raids
from guardian.storage.tables.retention import expunge_decisions, expunged_cases, legal_holds
from guardian.storage.tables.sanctions import sanctions
from guardian.storage.tables.sign_ins import sign_in_links


class SqlRetentionStore(EncryptedSqlStore):
    """The store of what keeps a case, and of what is forgotten."""

    def __init__(
        self,
        connection: AsyncConnection,
        encryption: FieldEncryption,
        now: datetime,
        case_store: SqlCaseStore,
        people: SqlPeopleStore,
    ) -> None:
        super().__init__(connection, encryption)
        self._now = now
        self._cases = case_store
        self._people = people
        self._rotations = SqlKeyRotationStore(connection, encryption)

    async def add_hold(self, hold: LegalHold) -> None:
        """Store a new legal hold, its reason encrypted with the case's key."""
        scope = KeyScope.of_case(hold.case)
        row = {
            "id": hold.id,
            "case_id": hold.case,
            "by": self._hide(hold.case, hold.by),
            "at": hold.at,
            "sealed": await self._encryption.encrypt(scope, "legal_holds", hold.id, "sealed", hold.reason),
            "version": hold.version,
        }
        await self._connection.execute(insert(legal_holds), {**row, **self._hold_columns(hold)})

    async def save_hold(self, hold: LegalHold) -> LegalHold:
        """Store the hold as given, one version later; Stale where somebody was quicker."""
        version = await self._change(legal_holds, hold.id, hold.version, **self._hold_columns(hold))
        return replace(hold, version=version)

    async def holds_of(self, case: CaseId) -> tuple[LegalHold, ...]:
        """Return the holds on the case, ended ones too, oldest first."""
        statement = select(legal_holds).where(legal_holds.c.case_id == case)
        rows = await self._connection.execute(statement.order_by(legal_holds.c.at, legal_holds.c.id))
        return tuple([await self._hold(row) for row in rows])

    async def add_expunge_decision(self, decision: ExpungeDecision) -> None:
        """Store what a member proposes, its reason encrypted with the case's key."""
        scope = KeyScope.of_case(decision.case)
        row = {
            "id": decision.id,
            "case_id": decision.case,
            "by": self._hide(decision.case, decision.by),
            "at": decision.at,
            "sealed": await self._encryption.encrypt(
                scope, "expunge_decisions", decision.id, "sealed", decision.reason
            ),
            "version": decision.version,
        }
        await self._connection.execute(insert(expunge_decisions), {**row, **self._decision_columns(decision)})

    async def save_expunge_decision(self, decision: ExpungeDecision) -> ExpungeDecision:
        """Store the decision as given, one version later; Stale where somebody was quicker."""
        columns = self._decision_columns(decision)
        return replace(
            decision, version=await self._change(expunge_decisions, decision.id, decision.version, **columns)
        )

    async def expunge_decision(self, case: CaseId) -> ExpungeDecision | None:
        """Return the decision on the case that was not ended, agreed to or only proposed."""
        standing = (expunge_decisions.c.case_id == case) & expunge_decisions.c.ended_at.is_(None)
        statement = select(expunge_decisions).where(standing).order_by(expunge_decisions.c.at, expunge_decisions.c.id)
        row = (await self._connection.execute(statement)).first()
        return await self._decision(row) if row else None

    async def closed_cases(self) -> tuple[CaseId, ...]:
        """Return the cases that are closed and not forgotten, in the order of ids; a joined one goes with its other."""
        forgotten = select(expunged_cases.c.case_id)
        closed = (cases.c.state == CaseState.CLOSED) & cases.c.id.not_in(forgotten) & cases.c.joined_into.is_(None)
        return tuple((await self._connection.execute(select(cases.c.id).where(closed).order_by(cases.c.id))).scalars())

    async def expunged_cases(self) -> tuple[ExpungedCase, ...]:
        """Return what stays of every case that is forgotten, oldest first."""
        statement = select(expunged_cases).order_by(expunged_cases.c.at, expunged_cases.c.case_id)
        return tuple(_read_expunged(row) for row in await self._connection.execute(statement))

    async def expunged(self, case: CaseId) -> ExpungedCase | None:
        """Return what stays of the case; None while it is not forgotten."""
        statement = select(expunged_cases).where(expunged_cases.c.case_id == case)
        row = (await self._connection.execute(statement)).first()
        return _read_expunged(row) if row else None

    async def people_in(self, case: CaseId) -> tuple[PersonId, ...]:
        """Return everybody whom the case knows as a person: in any part in it, restricted by it, or on a list of it."""
        hidden = await self._strings(select(parties.c.person_id).where(parties.c.case_id == case))
        measured = await self._strings(select(measures.c.person_id).where(measures.c.case_id == case))
        restricted = await self._strings(select(sanctions.c.person_id).where(self._is_of(case)))
        listed = await self._strings(
            select(raid_lines.c.person_id)
            .join(raids, raids.c.id == raid_lines.c.raid_id)
            .where(raids.c.case_id == case)
        )
        coded = await self._strings(select(ownership_codes.c.person_id).where(ownership_codes.c.case_id == case))
        merged = select(merges.c.kept_id, merges.c.other_id).where(merges.c.case_id == case)
        both = [each for row in await self._connection.execute(merged) for each in row]
        named = [self._reveal(case, each) for each in (*hidden, *measured)]
        return tuple(PersonId(each) for each in sorted({*named, *restricted, *listed, *coded, *both}))

    async def is_kept(self, person: PersonId, besides: Collection[CaseId] = ()) -> bool:
        """Return whether a case that is not forgotten, besides these, knows the person, or a member is that person."""
        if any(member.person == person for member in await self._people.members()):
            return True
        known = {self._reveal(SANCTIONS, each) for each in await self._sanction_cases(person)}
        known |= {*await self._other_cases(person), *await self._cases_naming(person)}
        forgotten = select(expunged_cases.c.case_id)
        kept = select(cases.c.id).where(cases.c.id.in_(known - set(besides)), cases.c.id.not_in(forgotten)).limit(1)
        return (await self._connection.execute(kept)).first() is not None

    async def expunge_case(self, left: ExpungedCase) -> None:
        """Destroy the key of the case with all that it is found by, and what else names anybody in it; keep the counts."""
        row = {"case_id": left.case, "at": left.at, "reports": left.reports, "people": left.people}
        words = {"finding": left.finding, "outcomes": json.dumps(left.outcomes)}
        values = {**row, **words, "copies_open_until": left.copies_open_until}
        await self._connection.execute(insert(expunged_cases), values)
        await self._forget_all_of(left.case)

    async def _forget_all_of(self, case: CaseId) -> None:
        """Forget the case, and what is left of those that were joined into it."""
        await self._forget_beside(case)
        await self._destroy(KeyScope.of_case(case))
        for joined in await self._strings(select(cases.c.id).where(cases.c.joined_into == case)):
            await self._forget_all_of(CaseId(joined))

    async def expunge_person(self, person: PersonId) -> bool:
        """Destroy the key of the person with all that they are found by, and what else leads to them.

        False where that was done before.
        """
        opened_by = [each.digest for each in await self._cases.receipts_of(person)]
        await self._connection.execute(delete(receipts).where(receipts.c.digest.in_(opened_by)))
        await self._withhold(await self._numbered.find(person_term(person)))
        return await self._destroy(KeyScope.of_person(person))

    async def begin_key_rotation(self, destroy_at: datetime) -> None:
        """Replace the keys of the ring from now on, and destroy those of now at that instant."""
        await self._rotations.begin(self._now, destroy_at)

    async def _destroy(self, scope: KeyScope) -> bool:
        await self._numbered.close_gaps(scope)
        return await self._encryption.destroy(scope)

    async def _forget_beside(self, case: CaseId) -> None:
        """Remove what would still lead to somebody in the case, or still be sent or run."""
        await self._connection.execute(delete(receipts).where(receipts.c.case_id == case))
        await self._connection.execute(delete(sign_in_links).where(sign_in_links.c.case_id == case))
        of_case = foreign_restrictions.c.case_id == case
        await self._connection.execute(update(foreign_restrictions).where(of_case).values(sealed=None))
        waiting = select(notices.c.id).where(notices.c.case_id == case)
        await self._withhold(await self._strings(waiting))
        running = (deadlines.c.case_id == case) & deadlines.c.completed_at.is_(None)
        ended = {"completed_at": self._now, "next_at": None, "version": deadlines.c.version + 1}
        await self._connection.execute(update(deadlines).where(running).values(ended))
        await self._connection.execute(update(cases).where(cases.c.id == case).values(audience=None, review_on=None))

    async def _withhold(self, ids: Collection[str]) -> None:
        waits = notices.c.id.in_(ids) & (notices.c.state == NoticeState.WAITING)
        withheld = {"state": NoticeState.WITHHELD, "next_try": None, "version": notices.c.version + 1}
        await self._connection.execute(update(notices).where(waits).values(withheld))

    async def _cases_naming(self, person: PersonId) -> list[str]:
        """The cases that have a part for the person; by what they are found goes with the key of the case."""
        found: list[str] = []
        for term, key in _named_by(person):
            case_id = key.table.c.case_id
            found += await self._strings(select(case_id).where(key.in_(await self._numbered.find(term))))
        return found

    async def _sanction_cases(self, person: PersonId) -> list[str]:
        return await self._strings(select(sanctions.c.case_id).where(sanctions.c.person_id == person))

    async def _other_cases(self, person: PersonId) -> list[str]:
        listed = select(raids.c.case_id).join(raid_lines, raids.c.id == raid_lines.c.raid_id)
        merged = select(merges.c.case_id).where((merges.c.kept_id == person) | (merges.c.other_id == person))
        coded = select(ownership_codes.c.case_id).where(ownership_codes.c.person_id == person)
        by_list = await self._strings(listed.where(raid_lines.c.person_id == person))
        return [*by_list, *await self._strings(merged), *await self._strings(coded)]

    async def _strings(self, statement: Any) -> list[str]:
        return [each for each in (await self._connection.execute(statement)).scalars() if each is not None]

    def _is_of(self, case: CaseId) -> Any:
        return sanctions.c.case_id.in_(self._pseudonyms.every(SANCTIONS, case))

    def _hold_columns(self, hold: LegalHold) -> dict[str, Any]:
        return {
            "until": hold.until,
            "ended_at": hold.ended_at,
            "ended_by": self._hide(hold.case, hold.ended_by),
        }

    async def _hold(self, row: Row[Any]) -> LegalHold:
        reason = await self._encryption.decrypt_text("legal_holds", row.id, "sealed", row.sealed)
        return LegalHold(
            id=row.id,
            case=CaseId(row.case_id),
            by=MemberId(self._reveal(row.case_id, row.by)),
            at=row.at,
            until=row.until,
            reason="" if isinstance(reason, Expunged) else reason,
            ended_at=row.ended_at,
            ended_by=self._reveal(row.case_id, row.ended_by),
            version=row.version,
        )

    def _decision_columns(self, decision: ExpungeDecision) -> dict[str, Any]:
        return {
            "agreed_by": self._hide(decision.case, decision.agreed_by),
            "agreed_at": decision.agreed_at,
            "ended_at": decision.ended_at,
        }

    async def _decision(self, row: Row[Any]) -> ExpungeDecision:
        reason = await self._encryption.decrypt_text("expunge_decisions", row.id, "sealed", row.sealed)
        agreed_by = self._reveal(row.case_id, row.agreed_by)
        return ExpungeDecision(
            id=row.id,
            case=CaseId(row.case_id),
            by=MemberId(self._reveal(row.case_id, row.by)),
            at=row.at,
            reason="" if isinstance(reason, Expunged) else reason,
            agreed_by=MemberId(agreed_by) if agreed_by else None,
            agreed_at=row.agreed_at,
            ended_at=row.ended_at,
            version=row.version,
        )


def _named_by(person: PersonId) -> tuple[tuple[IndexTerm, Column[str]], ...]:
    """By what the person is found in cases, and the keys of the rows that are found so."""
    return (
        (party_term(person), parties.c.reference),
        (measured_term(person), measures.c.id),
        (handed_term(person), handoffs.c.id),
    )


def _read_expunged(row: Row[Any]) -> ExpungedCase:
    return ExpungedCase(
        case=CaseId(row.case_id),
        at=row.at,
        reports=row.reports,
        people=row.people,
        finding=row.finding,
        outcomes=tuple(json.loads(row.outcomes)),
        copies_open_until=row.copies_open_until,
    )
