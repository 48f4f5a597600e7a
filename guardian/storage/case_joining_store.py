"""Moves what was sent in from one case to another: each piece is opened with the key of the one and closed with the other's.

What is found by a digest is found as before. Read `SqlCaseJoiningStore` first. Policy: P-3.1.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, update

from guardian.cases.case import Case
from guardian.cases.exclusions import Exclusion
from guardian.cases.reports import Report
from guardian.ids import CaseId, Reference
from guardian.storage.case_store import SqlCaseStore
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.tables.cases import additions, cases, evidence, parties, receipts, reports
from guardian.storage.tables.conversations import conversations
from guardian.storage.tables.notes import notes


class SqlCaseJoiningStore(SqlCaseStore):
    """The store of cases, with what two of them have to do with each other once their reports are joined."""

    async def joined_cases(self, case: CaseId) -> tuple[Case, ...]:
        """Return the cases whose reports this one took over, oldest first."""
        rows = await self._connection.execute(select(cases).where(cases.c.joined_into == case).order_by(cases.c.id))
        return tuple([await self._case(row) for row in rows.all()])

    async def add_exclusion(self, exclusion: Exclusion) -> None:
        """Store a new exclusion, from the case and from each that was joined into it: nobody reads that past its wall."""
        await super().add_exclusion(exclusion)
        for each in await self.joined_cases(exclusion.case):
            await self.add_exclusion(replace(exclusion, case=each.id))

    async def save_exclusion(self, exclusion: Exclusion) -> None:
        """Store the exclusion as given, in the case and in each that was joined into it."""
        await super().save_exclusion(exclusion)
        for each in await self.joined_cases(exclusion.case):
            await self.save_exclusion(replace(exclusion, case=each.id))

    async def move_report(self, report: Report, to: CaseId) -> None:
        """Move the report with all that came with it, its reporter's part, receipts and conversation."""
        await self.save_report(replace(report, case=to))
        for piece in await self.evidence_of(report.case):
            known = await self.evidence(piece.id) if piece.report == report.id else None
            if known is not None:
                await self.save_evidence(replace(known, case=to))
        await self._move(evidence, evidence.c.report_id == report.id, to)
        await self._reseal(additions, additions.c.report_id == report.id, "text", to)
        await self._reseal(conversations, conversations.c.report_id == report.id, "sealed", to)
        for table in (receipts, parties):
            await self._move(table, table.c.report_id == report.id, to)
        await self._move(reports, reports.c.id == report.id, to)
        await self._numbered.rebind(report.id, KeyScope.of_case(report.case), KeyScope.of_case(to))

    async def move_person(self, reference: Reference, to: CaseId) -> None:
        """Move somebody's part to the other case; it ends where they have the same part in that one already."""
        party = await self.party(reference)
        if party is None or party.person is None:
            return
        there = await self.parties_of(to)
        if any(each.person == party.person and each.role == party.role for each in there):
            await self._connection.execute(delete(parties).where(parties.c.reference == reference))
            return
        moved = {"case_id": to, "person_id": self._hide(to, party.person)}
        await self._connection.execute(update(parties).where(parties.c.reference == reference).values(moved))
        await self._numbered.rebind(reference, KeyScope.of_case(party.case), KeyScope.of_case(to))

    async def move_notes(self, case: CaseId, to: CaseId) -> None:
        """Move the thread, with what members found themselves."""
        for piece in await self.evidence_of(case):
            known = await self.evidence(piece.id) if piece.report is None else None
            if known is not None:
                await self.save_evidence(replace(known, case=to))
        await self._move(evidence, (evidence.c.case_id == case) & evidence.c.report_id.is_(None), to)
        authors = select(notes.c.id, notes.c.author_id).where(notes.c.case_id == case)
        hidden = [(row.id, self._reveal(case, row.author_id)) for row in await self._connection.execute(authors)]
        await self._reseal(notes, notes.c.case_id == case, "sealed", to)
        for row_id, author in hidden:
            named = {"author_id": self._hide(to, author)}
            await self._connection.execute(update(notes).where(notes.c.id == row_id).values(named))

    async def _reseal(self, table: Table, which: ColumnElement[bool], column: str, to: CaseId) -> None:
        """Move rows of one confidential column."""
        for row in (await self._connection.execute(select(table).where(which))).all():
            content = await self._encryption.decrypt(table.name, row.id, column, getattr(row, column))
            values: dict[str, Any] = {"case_id": to}
            if not isinstance(content, Expunged):
                values[column] = await self._encryption.encrypt(
                    KeyScope.of_case(to), table.name, row.id, column, content
                )
            await self._connection.execute(update(table).where(table.c.id == row.id).values(values))

    async def _move(self, table: Table, which: ColumnElement[bool], to: CaseId) -> None:
        await self._connection.execute(update(table).where(which).values(case_id=to))
