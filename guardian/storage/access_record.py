"""What of who may see what a unit of work has changed: its journal entry carries the digest of each row that says so.

Seats stand in `members`, what keeps a member from a case in `exclusions` and in `cases` itself. A row that was changed past the service differs
from what the journal says last of it. Read `AccessRecord` first.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import CaseId, MemberId
from guardian.storage.tables.cases import cases, exclusions
from guardian.storage.tables.people import members
from guardian.storage.utc_datetime import to_microseconds

SEATS: Final = "seats"
CASE: Final = "case"
_PARTS_PER_QUERY: Final = 256
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))


class AccessRecord:
    """Notes whose seats were changed, and who may know of which case; the digests say how they stand."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._members: dict[str, None] = {}
        self._cases: dict[str, None] = {}

    def note_member(self, member: MemberId) -> None:
        """Note that the member's seats may have changed."""
        self._members[member] = None

    def note_case(self, case: CaseId) -> None:
        """Note that who may know of the case may have changed."""
        self._cases[case] = None

    async def take_digests(self) -> Mapping[str, str]:
        """Return the digests of what was noted, and forget that it was."""
        found: dict[str, str] = {}
        for part in _parts(self._members):
            found |= await self._member_digests(members.c.id.in_(part))
        for part in _parts(self._cases):
            found |= await self._case_digests(cases.c.id.in_(part), exclusions.c.case_id.in_(part))
        self._members.clear()
        self._cases.clear()
        return found

    async def all_digests(self) -> Mapping[str, str]:
        """Return the digest of every member's seats, and of who may know of every case, as they stand."""
        return {**await self._member_digests(true()), **await self._case_digests(true(), true())}

    async def _member_digests(self, which: ColumnElement[bool]) -> dict[str, str]:
        columns = (members.c.id, members.c.sealed, members.c.ended_at)
        rows = await self._connection.execute(select(*columns).where(which))
        return {f"{SEATS} {row.id}": _digest([row]) for row in rows}

    async def _case_digests(self, which: ColumnElement[bool], whose: ColumnElement[bool]) -> dict[str, str]:
        columns = (cases.c.id, cases.c.board_only, cases.c.audience)
        found: dict[str, list[Sequence[object]]] = {}
        for row in (await self._connection.execute(select(*columns).where(which))).all():
            found[row.id] = [row]
        for row in await self._connection.execute(select(exclusions).where(whose)):
            found.setdefault(row.case_id, []).append(row)
        return {f"{CASE} {case}": _digest(rows) for case, rows in found.items()}


def _parts(ids: Iterable[str]) -> Iterable[list[str]]:
    every = list(ids)
    return (every[start : start + _PARTS_PER_QUERY] for start in range(0, len(every), _PARTS_PER_QUERY))


def _digest(rows: Iterable[Sequence[object]]) -> str:
    texts = sorted([_ENCODER.encode([_plain(value) for value in row]) for row in rows])
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _plain(value: object) -> object:
    match value:
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case datetime():
            return to_microseconds(value)
    return value
