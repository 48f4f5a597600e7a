"""Stores who is asked for advice in which case; who, by whom and about what is encrypted. Read `SqlAdviceStore` first."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from guardian.cases.advice import AdviceEnd, AdviceRequest
from guardian.ids import CaseId, MemberId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.advice import advice_requests


class SqlAdviceStore(EncryptedSqlStore):
    """The store of who is asked for advice."""

    async def add_request(self, request: AdviceRequest) -> None:
        """Store a new request, encrypted with the case's key."""
        row = {"id": request.id, "case_id": request.case, "asked_at": request.asked_at, "version": request.version}
        await self._connection.execute(insert(advice_requests), {**row, **await self._columns(request)})

    async def save_request(self, request: AdviceRequest) -> AdviceRequest:
        """Store the request as given, one version later; Stale where somebody was quicker."""
        version = await self._change(advice_requests, request.id, request.version, **await self._columns(request))
        return replace(request, version=version)

    async def requests_of(self, case: CaseId) -> tuple[AdviceRequest, ...]:
        """Return the requests of the case, those that have ended too, oldest first."""
        return await self._requests(advice_requests.c.case_id == case)

    async def open_requests(self) -> tuple[AdviceRequest, ...]:
        """Return the requests of all cases that have not ended, oldest first."""
        return await self._requests(advice_requests.c.ended_at.is_(None))

    async def _requests(self, which: ColumnElement[bool]) -> tuple[AdviceRequest, ...]:
        statement = select(advice_requests).where(which).order_by(advice_requests.c.asked_at, advice_requests.c.id)
        found = [await self._read(row) for row in await self._connection.execute(statement)]
        return tuple(each for each in found if each is not None)

    async def _columns(self, request: AdviceRequest) -> dict[str, Any]:
        content = {"adviser": request.adviser, "by": request.by, "question": request.question, "end": request.end}
        scope = KeyScope.of_case(request.case)
        return {
            "stated_at": request.stated_at,
            "ended_at": request.ended_at,
            "sealed": await self._encryption.encrypt_json(scope, advice_requests.name, request.id, "sealed", content),
        }

    async def _read(self, row: Row[Any]) -> AdviceRequest | None:
        content = await self._encryption.decrypt_json(advice_requests.name, row.id, "sealed", row.sealed)
        if isinstance(content, Expunged):
            return None
        return AdviceRequest(
            id=row.id,
            case=CaseId(row.case_id),
            adviser=MemberId(content["adviser"]),
            by=MemberId(content["by"]),
            asked_at=row.asked_at,
            question=content["question"],
            stated_at=row.stated_at,
            ended_at=row.ended_at,
            end=AdviceEnd(content["end"]) if content["end"] else None,
            version=row.version,
        )
