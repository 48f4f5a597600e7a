"""Stores marks of risk and conflict claims; why somebody said so is encrypted under the key of the case.

Read `SqlRiskStore` first.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Table, select

from guardian.cases.case_marks import CaseMark
from guardian.cases.conflict_claims import ConflictClaim
from guardian.cases.risk import RiskMark
from guardian.ids import CaseId, new_id
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.risk import case_marks, conflict_claims, risk_marks
from rules.case_marks import CaseMarkKind
from rules.conflicts import ConflictReason, Speaker


class SqlRiskStore(EncryptedSqlStore):
    """The part of the store of cases that has what members say of one."""

    async def add_risk_mark(self, mark: RiskMark) -> None:
        """Store a mark beside the earlier ones."""
        row_id = new_id()
        encrypted = await self._encrypt_words(mark.case, risk_marks, row_id, {"reason": mark.reason})
        row = {
            "id": row_id,
            "case_id": mark.case,
            "by": self._hide(mark.case, mark.by),
            "at": mark.at,
            "at_risk": mark.at_risk,
        }
        await self._connection.execute(insert(risk_marks), {**row, "sealed": encrypted})

    async def risk_marks_of(self, case: CaseId) -> tuple[RiskMark, ...]:
        """Return what members have marked in the case, oldest first."""
        found = []
        for row in await self._of_case(risk_marks, case):
            words = await self._decrypt_words(risk_marks, row)
            found.append(RiskMark(case, self._reveal(case, row.by), row.at, row.at_risk, words.get("reason", "")))
        return tuple(found)

    async def add_case_mark(self, mark: CaseMark) -> None:
        """Store a new mark of a case."""
        row = {
            "id": mark.id,
            "case_id": mark.case,
            "about_case_id": mark.about,
            "kind": mark.kind,
            "by": self._hide(mark.case, mark.by),
            "at": mark.at,
            "sealed": await self._encrypt_words(mark.case, case_marks, mark.id, {"reason": mark.reason}),
            "version": mark.version,
        }
        await self._connection.execute(insert(case_marks), {**row, **self._mark_columns(mark)})

    async def save_case_mark(self, mark: CaseMark) -> CaseMark:
        """Store who agreed to the mark, and its end, one version later; Stale where somebody was quicker."""
        version = await self._change(case_marks, mark.id, mark.version, **self._mark_columns(mark))
        return replace(mark, version=version)

    async def case_marks_of(self, case: CaseId) -> tuple[CaseMark, ...]:
        """Return the marks of the case and those of others that name it, oldest first."""
        named = (case_marks.c.case_id == case) | (case_marks.c.about_case_id == case)
        rows = await self._connection.execute(select(case_marks).where(named).order_by(case_marks.c.id))
        return tuple([await self._read_mark(row) for row in rows.all()])

    def _mark_columns(self, mark: CaseMark) -> dict[str, Any]:
        return {
            "confirmed_by": self._hide(mark.case, mark.confirmed_by),
            "confirmed_at": mark.confirmed_at,
            "ended_at": mark.ended_at,
        }

    async def _read_mark(self, row: Row[Any]) -> CaseMark:
        words = await self._decrypt_words(case_marks, row)
        return CaseMark(
            id=row.id,
            case=CaseId(row.case_id),
            kind=CaseMarkKind(row.kind),
            by=self._reveal(row.case_id, row.by),
            at=row.at,
            reason=words.get("reason", ""),
            about=row.about_case_id,
            confirmed_by=self._reveal(row.case_id, row.confirmed_by),
            confirmed_at=row.confirmed_at,
            ended_at=row.ended_at,
            version=row.version,
        )

    async def add_conflict_claim(self, claim: ConflictClaim) -> None:
        """Store a new conflict claim."""
        row = {
            "id": claim.id,
            "case_id": claim.case,
            "about_id": self._hide(claim.case, claim.about),
            "by": self._hide(claim.case, claim.by),
            "at": claim.at,
            "version": claim.version,
        }
        await self._connection.execute(insert(conflict_claims), {**row, **await self._claim_columns(claim)})

    async def save_conflict_claim(self, claim: ConflictClaim) -> ConflictClaim:
        """Store the claim as given, one version later; Stale where somebody was quicker."""
        version = await self._change(conflict_claims, claim.id, claim.version, **await self._claim_columns(claim))
        return replace(claim, version=version)

    async def conflict_claims_of(self, case: CaseId) -> tuple[ConflictClaim, ...]:
        """Return the conflicts that were raised in the case, decided ones too, oldest first."""
        return tuple([await self._claim(row) for row in await self._of_case(conflict_claims, case)])

    async def _claim_columns(self, claim: ConflictClaim) -> dict[str, Any]:
        words = {"reason": claim.reason, "words": claim.words, "speaker": claim.speaker, "answer": claim.answer}
        return {
            "decided_at": claim.decided_at,
            "decided_by": self._hide(claim.case, claim.decided_by),
            "upheld": claim.upheld,
            "sealed": await self._encrypt_words(claim.case, conflict_claims, claim.id, words),
        }

    async def _claim(self, row: Row[Any]) -> ConflictClaim:
        words = await self._decrypt_words(conflict_claims, row)
        return ConflictClaim(
            id=row.id,
            case=CaseId(row.case_id),
            about=self._reveal(row.case_id, row.about_id),
            by=self._reveal(row.case_id, row.by),
            at=row.at,
            reason=ConflictReason(words.get("reason", ConflictReason.OTHER)),
            words=words.get("words", ""),
            speaker=Speaker(words.get("speaker", Speaker.MEMBER)),
            decided_at=row.decided_at,
            decided_by=self._reveal(row.case_id, row.decided_by),
            upheld=row.upheld,
            answer=words.get("answer", ""),
            version=row.version,
        )

    async def _of_case(self, table: Table, case: CaseId) -> list[Row[Any]]:
        statement = select(table).where(table.c.case_id == case).order_by(table.c.at, table.c.id)
        return list(await self._connection.execute(statement))

    async def _encrypt_words(self, case: CaseId, table: Table, row_id: str, words: dict[str, str]) -> bytes:
        return await self._encryption.encrypt_json(KeyScope.of_case(case), table.name, row_id, "sealed", words)

    async def _decrypt_words(self, table: Table, row: Row[Any]) -> dict[str, str]:
        """Return what the row says; empty once its case is expunged."""
        words = await self._encryption.decrypt_json(table.name, row.id, "sealed", row.sealed)
        return {} if isinstance(words, Expunged) else dict(words)
