"""The chain of the journal: every entry carries a code (MAC) over itself and the code of the one before it.

The code is made with a key of the key ring, which is not in the database: whoever writes to the database alone can make
none. It covers the *hash* of the entry's sealed body, so that an entry whose body is withheld or whose text is expunged
still verifies. An entry also carries the digests of the seats and exclusions that its transaction changed. Cutting off
the newest entries together with the head is seen only by comparing with a head that was noted elsewhere (an `Anchor`:
mailed every day, and printed with the roster). Read `SqlJournal` first.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import CaseId
from guardian.journal import SERVICE, Anchor, Entry, PastEntry
from guardian.storage.access_record import AccessRecord
from guardian.storage.data_key_store import KeyScope
from guardian.storage.database import insert as insert_into
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.journal_chain import (
    BODY_COLUMN,
    CHAIN_COLUMNS,
    GENESIS,
    ChainEntry,
    ChainReport,
    ChainWalk,
    canonical,
    content_hash,
    entry_code,
)
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.statements import insert
from guardian.storage.tables.system import journal, journal_head, meta
from guardian.storage.utc_datetime import to_microseconds

OnProgress = Callable[[int, int], None]
"""Told how many entries were looked at, and of how many."""

_HEAD: Final = 1
_BATCH: Final = 500
_ANCHORED: Final = "journal anchored at"
_MARK_KEY: Final = "journal cases 1"
_BODIES: Final = KeyScope.of_service("journal")
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


class JournalReader:
    """Reads the journal and walks its chain."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption) -> None:
        self._connection = connection
        self._encryption = encryption

    async def of_case(self, case: CaseId) -> tuple[JournalLine, ...]:
        """Return every entry about the case, oldest first."""
        return await self._lines(journal.c.case_mark.in_(_every_mark(self._encryption.ring, case)))

    async def after(self, position: int, limit: int = _BATCH) -> tuple[JournalLine, ...]:
        """Return the entries after a position, oldest first; 0 begins at the first."""
        return await self._lines((journal.c.position > position) & (journal.c.position <= position + limit))

    async def entries_before(self, position: int | None, limit: int) -> tuple[PastEntry, ...]:
        """Return the entries of the `limit` places before this one, newest first; None begins at the last."""
        end = (await self.head()).position + 1 if position is None else position
        found = await self._lines((journal.c.position < end) & (journal.c.position >= end - limit))
        return tuple(PastEntry(line.position, line.at, line.act, line.by, line.case) for line in reversed(found))

    async def last_acts(self, since: datetime) -> dict[str, datetime]:
        """Return when each of those who act in it last did, from that instant on."""
        return {line.by: line.at for line in await self._lines(journal.c.at >= since)}

    async def begun_at(self) -> datetime | None:
        """Return when its first entry was written; None where there is none."""
        first: datetime | None = await self._connection.scalar(
            select(journal.c.at).order_by(journal.c.position).limit(1)
        )
        return first

    async def is_whole(self) -> bool:
        """Return whether every entry is as it was written."""
        return (await self.verify()).is_intact

    async def head(self) -> Anchor:
        """Return the last entry as the head names it; position 0 where there is none."""
        found = (await self._connection.execute(select(journal_head).where(journal_head.c.id == _HEAD))).first()
        return Anchor(0, GENESIS) if found is None else Anchor(found.position, found.mac)

    async def anchored_at(self) -> datetime | None:
        """Return when the head was last noted outside; None if it never was."""
        found = (await self._connection.execute(select(meta.c.value).where(meta.c.name == _ANCHORED))).scalar()
        return None if found is None else datetime.fromisoformat(found)

    async def verify(self, anchors: Iterable[Anchor] = (), on_progress: OnProgress | None = None) -> ChainReport:
        """Compare every entry with its code, its predecessor and the head.

        The seats and exclusions of now are compared with what the journal says last of each, and the entries with the
        anchors that were noted elsewhere. `on_progress` is told again and again how many were looked at, and of how many.
        """
        walk = ChainWalk(self._encryption, anchors)
        head = await self.head()
        while entries := await self._chain_after(walk.position):
            await walk.check(entries)
            if on_progress is not None:
                on_progress(walk.position, head.position)
        return walk.finish(head, await AccessRecord(self._connection).all_digests())

    async def _chain_after(self, position: int) -> Sequence[ChainEntry]:
        found = select(*CHAIN_COLUMNS).where(journal.c.position > position).order_by(journal.c.position)
        rows = await self._connection.execute(found.limit(_BATCH))
        return cast("Sequence[ChainEntry]", rows.all())

    async def _lines(self, condition: ColumnElement[bool]) -> tuple[JournalLine, ...]:
        found = select(journal).where(condition, journal.c.body.is_not(None)).order_by(journal.c.position)
        rows = (await self._connection.execute(found)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._line(row) for row in rows])

    async def _line(self, row: Row[Any]) -> JournalLine:
        body = await self._encryption.decrypt_json(*_place(BODY_COLUMN, row.position), row.body)
        text = None if row.sealed is None else await self._text(row)
        case = None if body["case"] is None else CaseId(body["case"])
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
        return await self._encryption.decrypt_text(*_place(_TEXT_COLUMN, row.position), row.sealed)


class SqlJournal(JournalReader):
    """Collects the entries of one transaction and writes them as its last statements."""

    def __init__(
        self, connection: AsyncConnection, encryption: FieldEncryption, access: AccessRecord, now: datetime
    ) -> None:
        super().__init__(connection, encryption)
        self._access = access
        self._now = now
        self._entries: list[Entry] = []

    def note(self, entry: Entry) -> None:
        """Note the entry: it is written when the transaction commits, or not at all."""
        if entry.text is not None and entry.case is None:
            raise ValueError(f"the text of {entry.act} needs a case whose key seals it")
        self._entries.append(entry)

    async def save_anchored(self) -> None:
        """Note that the head is noted outside now."""
        row = insert_into(self._connection, meta).values(name=_ANCHORED, value=self._now.isoformat())
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=[meta.c.name], set_={"value": row.excluded.value})
        )

    async def flush(self) -> None:
        """Write all that was noted to the end of the chain, and the last of it to the head."""
        access = await self._access.take_digests()
        if access and not self._entries:
            self.note(Entry(act="access.was_changed", by=SERVICE))
        if not self._entries:
            return
        position, previous = await self._lock_head()
        rows = []
        for entry in self._entries:
            position += 1
            # The last entry stands for the whole transaction: with it, all that the transaction changed is true.
            row = await self._row(entry, position, previous, access if entry is self._entries[-1] else {})
            previous = row["mac"]
            rows.append(row)
        await self._connection.execute(insert(journal), rows)
        head = update(journal_head).where(journal_head.c.id == _HEAD)
        await self._connection.execute(head, {"position": position, "mac": previous})
        self._entries.clear()

    async def _lock_head(self) -> tuple[int, str]:
        found = select(journal_head).where(journal_head.c.id == _HEAD).with_for_update()
        head = (await self._connection.execute(found)).first()
        if head is None:
            await self._connection.execute(insert(journal_head), {"id": _HEAD, "position": 0, "mac": GENESIS})
            return 0, GENESIS
        return head.position, head.mac

    async def _row(self, entry: Entry, position: int, previous: str, access: Mapping[str, str]) -> dict[str, Any]:
        encrypted = await self._encrypted_text(entry, position)
        said = _body(entry, encrypted, access)
        body = await self._encryption.encrypt(_BODIES, *_place(BODY_COLUMN, position), said)
        ring = self._encryption.ring
        row: dict[str, Any] = {
            "position": position,
            "at": self._now,
            "previous": previous,
            "ring_key_id": ring.newest(KeyKind.JOURNAL),
            "body_hash": content_hash(body),
            "case_mark": None if entry.case is None else _mark(ring, ring.newest(KeyKind.JOURNAL), entry.case),
        }
        covered = (to_microseconds(self._now), position, previous, row["ring_key_id"], row["body_hash"])
        return {**row, "mac": entry_code(ring, (*covered, row["case_mark"])), "body": body, "sealed": encrypted}

    async def _encrypted_text(self, entry: Entry, position: int) -> bytes | None:
        if entry.text is None or entry.case is None:
            return None
        return await self._encryption.encrypt(KeyScope.of_case(entry.case), *_place(_TEXT_COLUMN, position), entry.text)


def _body(entry: Entry, encrypted: bytes | None, access: Mapping[str, str]) -> str:
    """Return what the entry says; of its text, the hash of the encrypted bytes."""
    return canonical(
        {
            "act": entry.act,
            "by": entry.by,
            "authority": entry.authority,
            "about": dict(entry.about),
            "case": entry.case,
            "sealed": None if encrypted is None else content_hash(encrypted),
            "access": dict(access),
        }
    )


def _mark(ring: KeyRing, number: int, case: CaseId) -> str:
    """Return by what the entries of a case are found, which only the ring can tell from any other case's."""
    return hmac.new(ring.derive(KeyKind.JOURNAL, _MARK_KEY, number), case.encode(), hashlib.sha256).hexdigest()


def _every_mark(ring: KeyRing, case: CaseId) -> list[str]:
    return [_mark(ring, number, case) for number in ring.numbers(KeyKind.JOURNAL)]


def _place(column: tuple[str, str], position: int) -> tuple[str, str, str]:
    """Return table, row and column, to which a sealed value is bound."""
    table, name = column
    return table, str(position), name
