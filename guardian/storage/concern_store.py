"""Remembers marks of risk and raised conflicts; why somebody said so is sealed under the key of the case."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Table, insert, select

from guardian.cases.concerns import Doubt, RiskMark
from guardian.ids import CaseId, MemberId, new_id
from guardian.storage.keys_store import Scope
from guardian.storage.sealed import Expunged
from guardian.storage.store import SealedStore
from guardian.storage.tables.concerns import doubts, risk_marks
from rules.conflicts import Reason


class ConcernStore(SealedStore):
    """One part of the cases room's store."""

    async def add_risk_mark(self, mark: RiskMark) -> None:
        """The mark is remembered beside the earlier ones."""
        row_id = new_id()
        sealed = await self._seal_words(mark.case, risk_marks, row_id, {"reason": mark.reason})
        row = {"id": row_id, "case_id": mark.case, "by": mark.by, "at": mark.at, "at_risk": mark.at_risk}
        await self._connection.execute(insert(risk_marks).values(**row, sealed=sealed))

    async def risk_marks_of(self, case: CaseId) -> tuple[RiskMark, ...]:
        """What members have marked in the case, oldest first."""
        found = []
        for row in await self._of_case(risk_marks, case):
            words = await self._words(risk_marks, row)
            found.append(RiskMark(case, MemberId(row.by), row.at, row.at_risk, words.get("reason", "")))
        return tuple(found)

    async def add_doubt(self, doubt: Doubt) -> None:
        """The raised conflict is remembered."""
        row = {
            "id": doubt.id,
            "case_id": doubt.case,
            "about_id": doubt.about,
            "by": doubt.by,
            "at": doubt.at,
            "version": doubt.version,
        }
        await self._connection.execute(insert(doubts).values(**row, **await self._doubt_columns(doubt)))

    async def save_doubt(self, doubt: Doubt) -> Doubt:
        """What was decided on it stands as given, one version later; Stale where somebody was quicker."""
        version = await self._change(doubts, doubt.id, doubt.version, **await self._doubt_columns(doubt))
        return replace(doubt, version=version)

    async def doubts_of(self, case: CaseId) -> tuple[Doubt, ...]:
        """The conflicts that were raised in the case, decided ones too, oldest first."""
        return tuple([await self._doubt(row) for row in await self._of_case(doubts, case)])

    async def _doubt_columns(self, doubt: Doubt) -> dict[str, Any]:
        words = {"reason": doubt.reason, "words": doubt.words, "answer": doubt.answer}
        return {
            "decided_at": doubt.decided_at,
            "decided_by": doubt.decided_by,
            "upheld": doubt.upheld,
            "sealed": await self._seal_words(doubt.case, doubts, doubt.id, words),
        }

    async def _doubt(self, row: Row[Any]) -> Doubt:
        words = await self._words(doubts, row)
        return Doubt(
            row.id,
            CaseId(row.case_id),
            MemberId(row.about_id),
            MemberId(row.by),
            row.at,
            Reason(words.get("reason", Reason.OTHER)),
            words.get("words", ""),
            row.decided_at,
            row.decided_by,
            row.upheld,
            words.get("answer", ""),
            row.version,
        )

    async def _of_case(self, table: Table, case: CaseId) -> list[Row[Any]]:
        statement = select(table).where(table.c.case_id == case).order_by(table.c.at, table.c.id)
        return list(await self._connection.execute(statement))

    async def _seal_words(self, case: CaseId, table: Table, row_id: str, words: dict[str, str]) -> bytes:
        return await self._sealer.seal_json(Scope.of_case(case), table.name, row_id, "sealed", words)

    async def _words(self, table: Table, row: Row[Any]) -> dict[str, str]:
        """What the row says; empty once its case is expunged."""
        words = await self._sealer.unseal_json(table.name, row.id, "sealed", row.sealed)
        return {} if isinstance(words, Expunged) else dict(words)
