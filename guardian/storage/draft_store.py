"""Stores the drafts of what a case's parties are to be told, and how far each is approved.

Read `SqlDraftStore` first."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, Row

from guardian.cases.case import PartyRole
from guardian.cases.drafts import Draft, DraftKind, DraftState
from guardian.ids import CaseId, DraftId
from guardian.storage.act_store import SqlActStore
from guardian.storage.statements import AT, insert, select_at
from guardian.storage.tables.deliberation import drafts


class SqlDraftStore(SqlActStore):
    """The store of drafts."""

    async def add_draft(self, draft: Draft) -> None:
        """Store a new draft."""
        row = {
            "id": draft.id,
            "case_id": draft.case,
            "kind": draft.kind,
            "to_role": draft.to,
            "person_id": self._hide(draft.case, draft.person),
            "by": self._hide(draft.case, draft.by),
            "at": draft.at,
            "state": draft.state,
            "standard": draft.standard,
            "second": self._hide(draft.case, draft.confirmed_by),
            "version": draft.version,
            "sealed": await self._encrypt(draft.case, "drafts", draft.id, {"text": draft.text}),
        }
        await self._connection.execute(insert(drafts), row)

    async def save_draft(self, draft: Draft) -> Draft:
        """Store the draft as given, one version later; Stale where somebody was quicker."""
        second = self._hide(draft.case, draft.confirmed_by)
        version = await self._change(drafts, draft.id, draft.version, state=draft.state, second=second)
        return replace(draft, version=version)

    async def draft(self, draft: DraftId) -> Draft | None:
        """Return the draft of that id."""
        found = await self._drafts(drafts.c.id, draft)
        return found[0] if found else None

    async def drafts_of(self, case: CaseId) -> tuple[Draft, ...]:
        """Return the case's drafts, oldest first."""
        return await self._drafts(drafts.c.case_id, case)

    async def _drafts(self, column: Column[Any], value: str) -> tuple[Draft, ...]:
        return tuple(
            [
                Draft(
                    id=row.id,
                    case=row.case_id,
                    kind=DraftKind(row.kind),
                    to=PartyRole(row.to_role),
                    person=self._reveal(row.case_id, row.person_id),
                    text=(await self._decrypt("drafts", row)).get("text", ""),
                    by=self._reveal(row.case_id, row.by),
                    at=row.at,
                    state=DraftState(row.state),
                    standard=row.standard,
                    confirmed_by=self._reveal(row.case_id, row.second),
                    version=row.version,
                )
                for row in await self._rows(column, value)
            ]
        )

    async def _rows(self, column: Column[Any], value: str) -> Sequence[Row[Any]]:
        """Return the rows that have the value in the column, oldest first: ids are time-ordered."""
        statement = select_at(column, column.table.c.at, column.table.c.id)
        return list(await self._connection.execute(statement, {AT: value}))
