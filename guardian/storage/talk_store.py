"""Stores facilitated talks; who was asked and what each has said is encrypted. Read `SqlTalkStore` first."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from guardian.cases.talks import Talk, TalkParticipant, TalkState
from guardian.ids import CaseId, MemberId, PersonId, ReportId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.talks import talks
from rules.talks import TalkAnswer


class SqlTalkStore(EncryptedSqlStore):
    """The store of facilitated talks."""

    async def add_talk(self, talk: Talk) -> None:
        """Store a new talk, encrypted with the case's key."""
        row = {"id": talk.id, "case_id": talk.case, "at": talk.at, "version": talk.version}
        await self._connection.execute(insert(talks), {**row, **await self._columns(talk)})

    async def save_talk(self, talk: Talk) -> Talk:
        """Store the talk as given, one version later; Stale where somebody was quicker."""
        columns = await self._columns(talk)
        return replace(talk, version=await self._change(talks, talk.id, talk.version, **columns))

    async def talk(self, talk: str) -> Talk | None:
        """Return the talk of that id."""
        return next(iter(await self._talks(talks.c.id == talk)), None)

    async def talks_of(self, case: CaseId) -> tuple[Talk, ...]:
        """Return the talks of the case, oldest first."""
        return await self._talks(talks.c.case_id == case)

    async def _talks(self, which: ColumnElement[bool]) -> tuple[Talk, ...]:
        statement = select(talks).where(which).order_by(talks.c.at, talks.c.id)
        found = [await self._read(row) for row in await self._connection.execute(statement)]
        return tuple(each for each in found if each is not None)

    async def _columns(self, talk: Talk) -> dict[str, Any]:
        content = {
            "by": talk.by,
            "participants": [_encode_participant(each) for each in talk.participants],
            "words": talk.words,
        }
        scope = KeyScope.of_case(talk.case)
        return {
            "state": talk.state,
            "agreed_at": talk.agreed_at,
            "ended_at": talk.ended_at,
            "sealed": await self._encryption.encrypt_json(scope, talks.name, talk.id, "sealed", content),
        }

    async def _read(self, row: Row[Any]) -> Talk | None:
        content = await self._encryption.decrypt_json(talks.name, row.id, "sealed", row.sealed)
        if isinstance(content, Expunged):
            return None
        return Talk(
            id=row.id,
            case=CaseId(row.case_id),
            by=MemberId(content["by"]),
            at=row.at,
            participants=tuple(_decode_participant(each) for each in content["participants"]),
            state=TalkState(row.state),
            agreed_at=row.agreed_at,
            ended_at=row.ended_at,
            words=content["words"],
            version=row.version,
        )


def _encode_participant(asked: TalkParticipant) -> dict[str, Any]:
    return {
        "asked_at": asked.asked_at.isoformat(),
        "until": asked.until.isoformat(),
        "report": asked.report,
        "person": asked.person,
        "answer": asked.answer,
        "answered_at": asked.answered_at.isoformat() if asked.answered_at else None,
    }


def _decode_participant(form: dict[str, Any]) -> TalkParticipant:
    return TalkParticipant(
        asked_at=datetime.fromisoformat(form["asked_at"]),
        until=datetime.fromisoformat(form["until"]),
        report=ReportId(form["report"]) if form["report"] else None,
        person=PersonId(form["person"]) if form["person"] else None,
        answer=TalkAnswer(form["answer"]) if form["answer"] else None,
        answered_at=datetime.fromisoformat(form["answered_at"]) if form["answered_at"] else None,
    )
