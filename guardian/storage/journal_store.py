"""The chain of the journal: every entry carries a code (MAC) over itself and the code of the one before it.

The code is made with a key of the key ring, which is not in the database: whoever writes to the database alone can make
none. It covers the *hash* of the entry's sealed body, so that an entry whose body is withheld or whose text is expunged
still verifies. An entry also carries the digests of the seats and exclusions that its transaction changed. Cutting off
the newest entries together with the head is seen only by comparing with a head that was noted elsewhere (an `Anchor`:
mailed every day, and printed with the roster). Read `SqlJournal` first.
"""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import CaseId
from guardian.journal import SERVICE, Anchor, Entry, PastEntry
from guardian.secrets import are_equal
from guardian.storage.access_record import CASE, SEATS, AccessRecord
from guardian.storage.data_key_store import KeyScope
from guardian.storage.database import insert as insert_into
from guardian.storage.encryption import DecryptionFailed, Expunged, FieldEncryption
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.statements import insert
from guardian.storage.tables.system import journal, journal_head, meta
from guardian.storage.utc_datetime import to_microseconds

GENESIS: Final = "0" * 64
_HEAD: Final = 1
_BATCH: Final = 500
_FORMAT: Final = 2
_COVERED: Final = ("position", "previous", "ring_key_id", "body_hash", "case_mark")
_ANCHORED: Final = "journal anchored at"
_MAC_KEY: Final = "journal 1"
_MARK_KEY: Final = "journal cases 1"
_BODIES: Final = KeyScope.of_service("journal")
_BODY_COLUMN: Final = ("journal", "body")
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
    """What a walk over the whole journal found, faults in the order of entries.

    `withheld` counts entries without their body or encrypted text.
    """

    entries: int
    withheld: int
    head: str
    faults: tuple[ChainFault, ...]

    @property
    def is_intact(self) -> bool:
        """Return whether no fault was found."""
        return not self.faults

    @property
    def anchor(self) -> Anchor:
        """Return what is noted elsewhere of the journal as it stands."""
        return Anchor(self.entries, self.head)


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

    async def verify(self, anchors: Iterable[Anchor] = ()) -> ChainReport:
        """Compare every entry with its code, its predecessor and the head.

        The seats and exclusions of now are compared with what the journal says last of each, and the entries with the
        anchors that were noted elsewhere.
        """
        walk = _ChainWalk(self._encryption, anchors)
        async for row in self._rows():
            await walk.check(row)
        return walk.finish(await self.head(), await AccessRecord(self._connection).all_digests())

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
        body = await self._encryption.decrypt_json(*_place(_BODY_COLUMN, row.position), row.body)
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
        body = await self._encryption.encrypt(_BODIES, *_place(_BODY_COLUMN, position), said)
        ring = self._encryption.ring
        row: dict[str, Any] = {
            "position": position,
            "at": self._now,
            "previous": previous,
            "ring_key_id": ring.newest(KeyKind.JOURNAL),
            "body_hash": _hash(body),
            "case_mark": None if entry.case is None else _mark(ring, ring.newest(KeyKind.JOURNAL), entry.case),
        }
        return {**row, "mac": _mac(ring, row), "body": body, "sealed": encrypted}

    async def _encrypted_text(self, entry: Entry, position: int) -> bytes | None:
        if entry.text is None or entry.case is None:
            return None
        return await self._encryption.encrypt(KeyScope.of_case(entry.case), *_place(_TEXT_COLUMN, position), entry.text)


class _ChainWalk:
    """Goes along the chain, oldest entry first, and notes each place where it is broken."""

    def __init__(self, encryption: FieldEncryption, anchors: Iterable[Anchor]) -> None:
        self._encryption = encryption
        self._anchors = {anchor.position: anchor for anchor in anchors}
        self._position = 0
        self._mac = GENESIS
        self._entries = 0
        self._withheld = 0
        self._unread_bodies = 0
        self._access: dict[str, tuple[int, str]] = {}
        self._faults: list[ChainFault] = []

    async def check(self, row: Row[Any]) -> None:
        """Compare the entry with its own code and with its predecessor."""
        self._entries += 1
        if row.position != self._position + 1:
            self._add_fault(self._position + 1, "is missing")
        if not are_equal(row.previous, self._mac):
            self._add_fault(row.position, "does not follow the entry before it")
        self._check_mac(row)
        await self._check_body(row)
        self._position, self._mac = row.position, row.mac

    def finish(self, head: Anchor, access: Mapping[str, str]) -> ChainReport:
        """Compare the last entry with the head, what was recorded last with what stands, and return the report."""
        if head.position != self._position or not are_equal(head.mac, self._mac):
            self._add_fault(self._position, "is not the entry that the head names")
        for anchor in self._anchors.values():
            self._add_fault(anchor.position, "is gone: it stood when the head was noted elsewhere")
        if not self._unread_bodies:
            self._check_access(access)
        faults = sorted(self._faults, key=lambda fault: fault.position)
        return ChainReport(self._entries, self._withheld, self._mac, tuple(faults))

    def _check_mac(self, row: Row[Any]) -> None:
        try:
            expected = _mac(self._encryption.ring, {name: getattr(row, name) for name in ("at", *_COVERED)})
        except KeyError:
            self._add_fault(row.position, "was written under a key that is not on this ring")
            return
        if not are_equal(row.mac, expected):
            self._add_fault(row.position, "does not bear the code that the service gives its entries")
        anchor = self._anchors.pop(row.position, None)
        if anchor is not None and not are_equal(row.mac, anchor.mac):
            self._add_fault(row.position, "is not the one that stood when the head was noted elsewhere")

    async def _check_body(self, row: Row[Any]) -> None:
        if row.body is None:
            self._withheld += 1
            self._unread_bodies += 1
            return
        if not are_equal(_hash(row.body), row.body_hash):
            self._add_fault(row.position, "has another body than the one that was written")
            self._unread_bodies += 1
            return
        try:
            body = await self._encryption.decrypt_json(*_place(_BODY_COLUMN, row.position), row.body)
        except DecryptionFailed:
            self._add_fault(row.position, "has a body that does not open")
            self._unread_bodies += 1
            return
        self._access |= {what: (row.position, digest) for what, digest in body["access"].items()}
        if row.sealed is None:
            self._withheld += body["sealed"] is not None
        elif body["sealed"] is None or not are_equal(_hash(row.sealed), body["sealed"]):
            self._add_fault(row.position, "has another text than the one that was written")

    def _check_access(self, access: Mapping[str, str]) -> None:
        """Compare the seats and exclusions of now with what the journal says last of each."""
        for what, digest in access.items():
            position, recorded = self._access.pop(what, (self._position, ""))
            if not are_equal(digest, recorded):
                self._add_fault(
                    position, f"is the last that changed the {_ACCESS[what.split()[0]]}; they were changed since"
                )
        for what, (position, _) in self._access.items():
            self._add_fault(position, f"recorded the {_ACCESS[what.split()[0]]}; they were removed since")

    def _add_fault(self, position: int, what: str) -> None:
        self._faults.append(ChainFault(position, what))


_ACCESS: Final = {SEATS: "seats of a member", CASE: "exclusions from a case"}


def _body(entry: Entry, encrypted: bytes | None, access: Mapping[str, str]) -> str:
    """Return what the entry says; of its text, the hash of the encrypted bytes."""
    return _canonical(
        {
            "act": entry.act,
            "by": entry.by,
            "authority": entry.authority,
            "about": dict(entry.about),
            "case": entry.case,
            "sealed": None if encrypted is None else _hash(encrypted),
            "access": dict(access),
        }
    )


def _mac(ring: KeyRing, row: Mapping[str, Any]) -> str:
    """Return the code of an entry; KeyError where its key is not on the ring."""
    at, values = to_microseconds(row["at"]), [row[name] for name in _COVERED]
    key = ring.derive(KeyKind.JOURNAL, _MAC_KEY, row["ring_key_id"])
    return hmac.new(key, _canonical([_FORMAT, at, *values]).encode(), hashlib.sha256).hexdigest()


def _mark(ring: KeyRing, number: int, case: CaseId) -> str:
    """Return by what the entries of a case are found, which only the ring can tell from any other case's."""
    return hmac.new(ring.derive(KeyKind.JOURNAL, _MARK_KEY, number), case.encode(), hashlib.sha256).hexdigest()


def _every_mark(ring: KeyRing, case: CaseId) -> list[str]:
    return [_mark(ring, number, case) for number in ring.numbers(KeyKind.JOURNAL)]


def _place(column: tuple[str, str], position: int) -> tuple[str, str, str]:
    """Return table, row and column, to which a sealed value is bound."""
    table, name = column
    return table, str(position), name


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
