"""Walks along the chain of the journal, and names each place where it is not as it was written.

Read `ChainWalk` first; what an entry's code is made of stands in `entry_code`.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, type_coerce

from guardian.journal import Anchor
from guardian.secrets import are_equal
from guardian.storage.access_record import CASE, SEATS
from guardian.storage.encryption import DecryptionFailed, Expunged, FieldEncryption
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.tables.system import journal

GENESIS: Final = "0" * 64
BODY_COLUMN: Final = ("journal", "body")
Covered = tuple[int, int, str, int, str, str | None]
"""What of an entry its code covers: instant in microseconds since 1970, position, previous code, key, hash of the body, mark."""

ChainEntry = tuple[int, int, str, int, str, str | None, str, bytes | None, bytes | None]
"""An entry as the walk reads it: what is covered, then its code, its body, and its text."""

CHAIN_COLUMNS: Final[tuple[ColumnElement[Any], ...]] = (
    # As the column has it: no instant is made of a million whole numbers to be taken apart again.
    type_coerce(journal.c.at, BigInteger),
    journal.c.position,
    journal.c.previous,
    journal.c.ring_key_id,
    journal.c.body_hash,
    journal.c.case_mark,
    journal.c.mac,
    journal.c.body,
    journal.c.sealed,
)
"""The columns of a `ChainEntry`."""

_FORMAT: Final = 2
_MAC_KEY: Final = "journal 1"
_ACCESS: Final = {SEATS: "seats of a member", CASE: "exclusions from a case"}
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))
_DECODER: Final = json.JSONDecoder()
_quote: Final = encode_basestring_ascii


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


class ChainWalk:
    """Goes along the chain, oldest entry first, and notes each place where it is broken."""

    def __init__(self, encryption: FieldEncryption, anchors: Iterable[Anchor]) -> None:
        self._encryption = encryption
        self._anchors = {anchor.position: anchor for anchor in anchors}
        self._keys: dict[int, bytes | None] = {}
        self._position = 0
        self._mac = GENESIS
        self._entries = 0
        self._withheld = 0
        self._unread_bodies = 0
        self._access: dict[str, tuple[int, str]] = {}
        self._faults: list[ChainFault] = []

    @property
    def position(self) -> int:
        """Return the last entry that was looked at."""
        return self._position

    async def check(self, entries: Sequence[ChainEntry]) -> None:
        """Compare the next entries with their own codes and with their predecessors."""
        bodies: list[tuple[int, bytes, bytes | None]] = []
        for at, position, previous, key, body_hash, mark, mac, body, sealed in entries:
            if position != self._position + 1:
                self._add_fault(self._position + 1, "is missing")
            if not are_equal(previous, self._mac):
                self._add_fault(position, "does not follow the entry before it")
            self._check_mac((at, position, previous, key, body_hash, mark), mac)
            if body is None:
                self._withheld += 1
                self._unread_bodies += 1
            elif not are_equal(content_hash(body), body_hash):
                self._add_fault(position, "has another body than the one that was written")
                self._unread_bodies += 1
            else:
                bodies.append((position, body, sealed))
            self._position, self._mac = position, mac
        self._entries += len(entries)
        await self._check_bodies(bodies)

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

    def _check_mac(self, covered: Covered, mac: str) -> None:
        _, position, _, number, _, _ = covered
        key = self._key(number)
        if key is None:
            self._add_fault(position, "was written under a key that is not on this ring")
            return
        if not are_equal(mac, _code(key, covered)):
            self._add_fault(position, "does not bear the code that the service gives its entries")
        anchor = self._anchors.pop(position, None) if self._anchors else None
        if anchor is not None and not are_equal(mac, anchor.mac):
            self._add_fault(position, "is not the one that stood when the head was noted elsewhere")

    def _key(self, number: int) -> bytes | None:
        if number not in self._keys:
            try:
                self._keys[number] = _mac_key(self._encryption.ring, number)
            except KeyError:
                self._keys[number] = None
        return self._keys[number]

    async def _check_bodies(self, bodies: Sequence[tuple[int, bytes, bytes | None]]) -> None:
        """Open the bodies: each has the hash of its entry's text, and what it changed of who may see what."""
        values = [(str(position), body) for position, body, _ in bodies]
        opened = await self._encryption.decrypt_each(*BODY_COLUMN, values)
        for (position, _, sealed), content in zip(bodies, opened, strict=True):
            if isinstance(content, DecryptionFailed | Expunged):
                self._add_fault(position, "has a body that does not open")
                self._unread_bodies += 1
                continue
            body = _DECODER.raw_decode(content.decode())[0]
            if body["access"]:
                self._access |= {what: (position, digest) for what, digest in body["access"].items()}
            if sealed is None:
                self._withheld += body["sealed"] is not None
            elif body["sealed"] is None or not are_equal(content_hash(sealed), body["sealed"]):
                self._add_fault(position, "has another text than the one that was written")

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


def entry_code(ring: KeyRing, covered: Covered) -> str:
    """Return the code of an entry; KeyError where its key is not on the ring."""
    _, _, _, number, _, _ = covered
    return _code(_mac_key(ring, number), covered)


def canonical(value: object) -> str:
    """Return the one way in which the value is written."""
    return _ENCODER.encode(value)


def content_hash(content: bytes) -> str:
    """Return the hash by which an entry names its body and its text."""
    return hashlib.sha256(content).hexdigest()


def _mac_key(ring: KeyRing, number: int) -> bytes:
    return ring.derive(KeyKind.JOURNAL, _MAC_KEY, number)


def _code(key: bytes, covered: Covered) -> str:
    return hmac.digest(key, _covered_text(covered).encode(), "sha256").hex()


def _covered_text(covered: Covered) -> str:
    """Return what `canonical` says of the format and them, without an encoder for each of a million entries."""
    at, position, previous, number, body_hash, mark = covered
    marked = "null" if mark is None else _quote(mark)
    return f"[{_FORMAT},{at},{position},{_quote(previous)},{number},{_quote(body_hash)},{marked}]"
