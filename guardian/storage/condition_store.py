"""Stores what decisions ask of people; what it is, and what showed that it is met, is encrypted.

Read `SqlConditionStore` first.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from guardian.cases.conditions import Condition, ConditionState
from guardian.ids import CaseId, DecisionId, MemberId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.conditions import conditions
from rules.conditions import ConditionKind


class SqlConditionStore(EncryptedSqlStore):
    """The store of what decisions ask of people."""

    async def add_condition(self, condition: Condition) -> None:
        """Store a new condition, encrypted with the case's key."""
        row = {
            "id": condition.id,
            "case_id": condition.case,
            "decision_id": condition.decision,
            "since": condition.since,
            "due": condition.due,
            "version": condition.version,
        }
        await self._connection.execute(insert(conditions), {**row, **await self._columns(condition)})

    async def save_condition(self, condition: Condition) -> Condition:
        """Store the condition as given, one version later; Stale where somebody was quicker."""
        columns = await self._columns(condition)
        return replace(condition, version=await self._change(conditions, condition.id, condition.version, **columns))

    async def condition(self, condition: str) -> Condition | None:
        """Return the condition of that id."""
        return next(iter(await self._conditions(conditions.c.id == condition)), None)

    async def conditions_of(self, case: CaseId) -> tuple[Condition, ...]:
        """Return the conditions of the case, oldest first."""
        return await self._conditions(conditions.c.case_id == case)

    async def _conditions(self, which: ColumnElement[bool]) -> tuple[Condition, ...]:
        statement = select(conditions).where(which).order_by(conditions.c.since, conditions.c.id)
        found = [await self._read(row) for row in await self._connection.execute(statement)]
        return tuple(each for each in found if each is not None)

    async def _columns(self, condition: Condition) -> dict[str, Any]:
        content = {
            "kind": condition.kind,
            "words": condition.words,
            "followed_by": condition.followed_by,
            "evidence": condition.evidence,
            "checked_by": condition.checked_by,
        }
        scope = KeyScope.of_case(condition.case)
        return {
            "state": condition.state,
            "checked_at": condition.checked_at,
            "sealed": await self._encryption.encrypt_json(scope, conditions.name, condition.id, "sealed", content),
        }

    async def _read(self, row: Row[Any]) -> Condition | None:
        content = await self._encryption.decrypt_json(conditions.name, row.id, "sealed", row.sealed)
        if isinstance(content, Expunged):
            return None
        return Condition(
            id=row.id,
            case=CaseId(row.case_id),
            decision=DecisionId(row.decision_id),
            kind=ConditionKind(content["kind"]),
            words=content["words"],
            since=row.since,
            due=row.due,
            followed_by=MemberId(content["followed_by"]) if content["followed_by"] else None,
            state=ConditionState(row.state),
            evidence=content["evidence"],
            checked_by=MemberId(content["checked_by"]) if content["checked_by"] else None,
            checked_at=row.checked_at,
            version=row.version,
        )
