"""Who has said that they see to what, each claim under a pseudonym of its own. Read `SqlTaskClaimStore` first."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from guardian.cases.tasks import TaskClaim, TaskKind
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.worklist import task_claims


class SqlTaskClaimStore(EncryptedSqlStore):
    """The store of claims of tasks."""

    async def add_claim(self, claim: TaskClaim) -> None:
        """Store a new claim."""
        row = {
            "id": claim.id,
            "case_id": claim.case,
            "kind": claim.kind,
            "subject": self._hide(claim.id, claim.subject),
            "member_id": self._hide(claim.id, claim.member),
            "at": claim.at,
            "ended_at": claim.ended_at,
            "version": claim.version,
        }
        await self._connection.execute(insert(task_claims), row)

    async def save_claim(self, claim: TaskClaim) -> TaskClaim:
        """Store the claim as given, one version later; Stale where somebody was quicker."""
        version = await self._change(task_claims, claim.id, claim.version, ended_at=claim.ended_at)
        return replace(claim, version=version)

    async def standing_claims(self, since: datetime) -> tuple[TaskClaim, ...]:
        """Return the claims made at that instant or after it that nobody has taken back, oldest first."""
        statement = select(task_claims).where(task_claims.c.at >= since, task_claims.c.ended_at.is_(None))
        rows = await self._connection.execute(statement.order_by(task_claims.c.at, task_claims.c.id))
        return tuple(self._claim(row) for row in rows)

    def _claim(self, row: Row[Any]) -> TaskClaim:
        return TaskClaim(
            id=row.id,
            case=row.case_id,
            kind=TaskKind(row.kind),
            subject=self._reveal(row.id, row.subject),
            member=self._reveal(row.id, row.member_id),
            at=row.at,
            ended_at=row.ended_at,
            version=row.version,
        )
