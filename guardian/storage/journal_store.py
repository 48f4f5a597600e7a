"""The chain of the journal: every entry names the hash of the one before it, and one head row names the last.

An entry's hash covers its position, time, predecessor and the *hash* of its body, so that an entry whose body is
withheld or whose text is expunged still verifies. Cutting off the newest entries together with the head is seen only by
comparing the head with one noted elsewhere (the printed roster carries it). Read `SqlJournal` first.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import CaseId
from guardian.journal import Entry
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.tables.system import journal, journal_head
from guardian.storage.utc_datetime import to_microseconds

GENESIS: Final = "0" * 64
_HEAD: Final = 1
_BATCH: Final = 500
_TEXT_COLUMN: Final = ("journal", "sealed")


@dataclass(frozen=True, slots=True)
class JournalLine:
    """An entry as it stands in the journal. Its text is EXPUNGED where the key of its case is destroyed."""

    position: int
    at: datetime
    act: str
    by: str
    authority: str
    about: Mapping[str, str]
    case: CaseId | None
    text: str | Expunged | None


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Where the chain is broken, and in what."""

    position: int
    what: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk over the whole journal found. `withheld` counts entries without their body or encrypted text."""

    entries: int
    withheld: int
    head: str
    faults: tuple[ChainFault, ...]

    @property
    def is_intact(self) -> bool:
        """Return whether no fault was found."""
        return not self.faults


class JournalReader:
    """Reads the journal and walks its chain."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption) -> None:
        self._connection = connection
        self._encryption = encryption

    async def of_case(self, case: CaseId) -> tuple[JournalLine, ...]:
        """Return every entry about the case, oldest first."""
        return await self._lines(journal.c.case_id == case)

    async def after(self, position: int, limit: int = _BATCH) -> tuple[JournalLine, ...]:
        """Return the entries after a position, oldest first; 0 begins at the first."""
        return await self._lines((journal.c.position > position) & (journal.c.position <= position + limit))

    async def verify(self) -> ChainReport:
        """Compare every entry with its hashes, its predecessor and the head."""
        walk = _ChainWalk()
        async for row in self._rows():
            walk.check(row)
        head = (await self._connection.execute(select(journal_head).where(journal_head.c.id == _HEAD))).first()
        return walk.finish(head)

    async def _rows(self) -> AsyncIterator[Row[Any]]:
        position = 0
        while True:
            found = select(journal).where(journal.c.position > position).order_by(journal.c.position).limit(_BATCH)
            rows = (await self._connection.execute(found)).all()
            for row in rows:
                yield row
            if len(rows) < _BATCH:
                return
            position = rows[-1].position

    async def _lines(self, condition: ColumnElement[bool]) -> tuple[JournalLine, ...]:
        found = select(journal).where(condition, journal.c.body.is_not(None)).order_by(journal.c.position)
        rows = (await self._connection.execute(found)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._line(row) for row in rows])

    async def _line(self, row: Row[Any]) -> JournalLine:
        body = json.loads(row.body)
        text = None if row.sealed is None else await self._text(row)
        case = None if row.case_id is None else CaseId(row.case_id)
        return JournalLine(
            position=row.position,
            at=row.at,
            act=body["act"],
            by=body["by"],
            authority=body["authority"],
            about=body["about"],
            case=case,
            text=text,
        )

    async def _text(self, row: Row[Any]) -> str | Expunged:
        table, column = _TEXT_COLUMN
        return await self._encryption.decrypt_text(table, str(row.position), column, row.sealed)


class SqlJournal(JournalReader):
    """Collects the entries of one transaction and writes them as its last statements."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption, now: datetime) -> None:
        super().__init__(connection, encryption)
        self._now = now
        self._entries: list[Entry] = []

    def note(self, entry: Entry) -> None:
        """Note the entry: it is written when the transaction commits, or not at all."""
        if entry.text is not None and entry.case is None:
            raise ValueError(f"the text of {entry.act} needs a case whose key seals it")
        self._entries.append(entry)

    async def flush(self) -> None:
        """Write all that was noted to the end of the chain, and the last of it to the head."""
        if not self._entries:
            return
        position, previous = await self._lock_head()
        rows = []
        for entry in self._entries:
            position += 1
            row = await self._row(entry, position, previous)
            previous = _entry_hash(position, self._now, previous, row["body_hash"])
            rows.append(row)
        await self._connection.execute(insert(journal), rows)
        head = update(journal_head).where(journal_head.c.id == _HEAD)
        await self._connection.execute(head, {"position": position, "hash": previous})
        self._entries.clear()

    async def _lock_head(self) -> tuple[int, str]:
        found = select(journal_head).where(journal_head.c.id == _HEAD).with_for_update()
        head = (await self._connection.execute(found)).first()
        if head is None:
            await self._connection.execute(insert(journal_head), {"id": _HEAD, "position": 0, "hash": GENESIS})
            return 0, GENESIS
        return head.position, head.hash

    async def _row(self, entry: Entry, position: int, previous: str) -> dict[str, Any]:
        encrypted = await self._encrypted_text(entry, position)
        body = _body(entry, encrypted)
        return {
            "position": position,
            "at": self._now,
            "previous": previous,
            "body_hash": _hash(body.encode()),
            "body": body,
            "case_id": entry.case,
            "sealed": encrypted,
        }

    async def _encrypted_text(self, entry: Entry, position: int) -> bytes | None:
        if entry.text is None or entry.case is None:
            return None
        table, column = _TEXT_COLUMN
        return await self._encryption.encrypt(KeyScope.of_case(entry.case), table, str(position), column, entry.text)


class _ChainWalk:
    """Goes along the chain, oldest entry first, and notes each place where it is broken."""

    def __init__(self) -> None:
        self._position = 0
        self._hash = GENESIS
        self._entries = 0
        self._withheld = 0
        self._faults: list[ChainFault] = []

    def check(self, row: Row[Any]) -> None:
        """Compare the entry with its own hashes and with its predecessor."""
        self._entries += 1
        if row.position != self._position + 1:
            self._add_fault(self._position + 1, "is missing")
        if row.previous != self._hash:
            self._add_fault(row.position, "does not follow the entry before it")
        self._check_body(row)
        self._position = row.position
        self._hash = _entry_hash(row.position, row.at, row.previous, row.body_hash)

    def finish(self, head: Row[Any] | None) -> ChainReport:
        """Compare the last entry with the head, and return the report."""
        noted = (0, GENESIS) if head is None else (head.position, head.hash)
        if noted != (self._position, self._hash):
            self._add_fault(self._position, "is not the entry that the head names")
        return ChainReport(self._entries, self._withheld, self._hash, tuple(self._faults))

    def _check_body(self, row: Row[Any]) -> None:
        if row.body is None:
            self._withheld += 1
            return
        if _hash(row.body.encode()) != row.body_hash:
            self._add_fault(row.position, "has another body than the one that was written")
            return
        body = json.loads(row.body)
        if body["case"] != row.case_id:
            self._add_fault(row.position, "stands under another case than the one that was written")
        if row.sealed is None:
            self._withheld += body["sealed"] is not None
        elif _hash(row.sealed) != body["sealed"]:
            self._add_fault(row.position, "has another text than the one that was written")

    def _add_fault(self, position: int, what: str) -> None:
        self._faults.append(ChainFault(position, what))


def _body(entry: Entry, encrypted: bytes | None) -> str:
    """Return what the entry says, in the one spelling that is hashed; of its text, the hash of the encrypted bytes."""
    return _canonical(
        {
            "act": entry.act,
            "by": entry.by,
            "authority": entry.authority,
            "about": dict(entry.about),
            "case": entry.case,
            "sealed": None if encrypted is None else _hash(encrypted),
        }
    )


def _entry_hash(position: int, at: datetime, previous: str, body_hash: str) -> str:
    return _hash(_canonical([1, position, to_microseconds(at), previous, body_hash]).encode())


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
