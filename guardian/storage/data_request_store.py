"""What those concerned ask about what is kept of them; who asked, what, and the answer is encrypted under the case's key.

Read `SqlDataRequestStore` first.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from guardian.cases.data_requests import DataAnswer, DataPart, DataRequest, DataRequestKind, DataSource
from guardian.ids import CaseId, MemberId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.data_requests import data_requests
from guardian.storage.utc_datetime import from_microseconds, to_microseconds
from rules.data_requests import DataOutcome, DataRefusal, ObjectionEffect, Withholding


class SqlDataRequestStore(EncryptedSqlStore):
    """The store of requests about what is kept of somebody."""

    async def add_request(self, request: DataRequest) -> None:
        """Store a new request, encrypted with the case's key."""
        row = {"id": request.id, "case_id": request.case, "at": request.at, "answered_at": request.answered_at}
        sealed = {"sealed": await self._seal(request), "version": request.version}
        await self._connection.execute(insert(data_requests), {**row, **sealed})

    async def save_request(self, request: DataRequest) -> DataRequest:
        """Store the request as given, one version later; Stale where somebody was quicker."""
        changed = {"answered_at": request.answered_at, "sealed": await self._seal(request)}
        version = await self._change(data_requests, request.id, request.version, **changed)
        return replace(request, version=version)

    async def request(self, request: str) -> DataRequest | None:
        """Return the request of that id; None where it is forgotten with its case as well."""
        found = await self._found(data_requests.c.id == request)
        return found[0] if found else None

    async def requests_of(self, case: CaseId) -> tuple[DataRequest, ...]:
        """Return the requests in the case, answered ones too, oldest first."""
        return await self._found(data_requests.c.case_id == case)

    async def open_requests(self) -> tuple[DataRequest, ...]:
        """Return every request that is not answered, oldest first."""
        return await self._found(data_requests.c.answered_at.is_(None))

    async def _found(self, condition: ColumnElement[bool]) -> tuple[DataRequest, ...]:
        statement = select(data_requests).where(condition).order_by(data_requests.c.at, data_requests.c.id)
        rows = (await self._connection.execute(statement)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        found = [await self._read(row) for row in rows]
        return tuple(each for each in found if each is not None)

    async def _seal(self, request: DataRequest) -> bytes:
        content = {
            "kind": request.kind,
            "words": request.words,
            "report": request.report,
            "person": request.person,
            "stepped_back": list(request.stepped_back),
            "answer": _encode_answer(request.answer),
            "read_by": request.read_by,
        }
        scope = KeyScope.of_case(request.case)
        return await self._encryption.encrypt_json(scope, data_requests.name, request.id, "sealed", content)

    async def _read(self, row: Row[Any]) -> DataRequest | None:
        content = await self._encryption.decrypt_json(data_requests.name, row.id, "sealed", row.sealed)
        if isinstance(content, Expunged):
            return None
        return DataRequest(
            id=row.id,
            case=CaseId(row.case_id),
            kind=DataRequestKind(content["kind"]),
            at=row.at,
            words=content["words"],
            report=content["report"],
            person=content["person"],
            stepped_back=tuple(MemberId(each) for each in content["stepped_back"]),
            answer=_decode_answer(content["answer"]),
            read_by=content["read_by"],
            answered_at=row.answered_at,
            version=row.version,
        )


def _encode_answer(answer: DataAnswer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "by": answer.by,
        "at": to_microseconds(answer.at),
        "outcome": answer.outcome,
        "words": answer.words,
        "refusal": answer.refusal,
        "parts": [_encode_part(each) for each in answer.parts],
        "effect": answer.effect,
        "keep_until": None if answer.keep_until is None else to_microseconds(answer.keep_until),
    }


def _encode_part(part: DataPart) -> dict[str, Any]:
    return {
        "key": part.key,
        "source": part.source,
        "kept": part.kept,
        "at": None if part.at is None else to_microseconds(part.at),
        "is_own": part.is_own,
        "given": part.given,
        "ground": part.ground,
    }


def _decode_answer(found: dict[str, Any] | None) -> DataAnswer | None:
    if found is None:
        return None
    return DataAnswer(
        by=MemberId(found["by"]),
        at=from_microseconds(found["at"]),
        outcome=DataOutcome(found["outcome"]),
        words=found["words"],
        refusal=None if found["refusal"] is None else DataRefusal(found["refusal"]),
        parts=tuple(_decode_part(each) for each in found["parts"]),
        effect=None if found["effect"] is None else ObjectionEffect(found["effect"]),
        keep_until=None if found["keep_until"] is None else from_microseconds(found["keep_until"]),
    )


def _decode_part(found: dict[str, Any]) -> DataPart:
    return DataPart(
        key=found["key"],
        source=DataSource(found["source"]),
        kept=found["kept"],
        at=None if found["at"] is None else from_microseconds(found["at"]),
        is_own=found["is_own"],
        given=found["given"],
        ground=None if found["ground"] is None else Withholding(found["ground"]),
    )
