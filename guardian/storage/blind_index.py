"""Finds rows by a confidential text without decrypting any: by keyed digests, which are personal data like the text.

A digest is made under a key of the key ring, which the database never has. It goes with the data key of its scope, which
also seals the text beside it, so that the digests of whoever stays can be made anew under another key. Read `BlindIndex`
first.
"""

import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Row, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.storage.data_key_store import KeyScope
from guardian.storage.database import insert as insert_into
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.key_ring import KeyKind
from guardian.storage.statements import AT, insert, select_among
from guardian.storage.tables.blind_indexes import DIGEST_BYTES, blind_indexes

_DIGESTS_PER_QUERY: Final = 400
_LENGTH_BYTES: Final = 4
_NUMBERED: Final = "\0"
_PLACE: Final = ("blind_indexes", "sealed")

Meant = TypeVar("Meant")


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """What a row can be found by: a kind of text, so that no two kinds are taken for each other, and the text's parts."""

    kind: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexedRow:
    """A row and what it can be found by, for as long as its scope is not expunged."""

    scope: KeyScope
    row_id: str
    terms: tuple[IndexTerm, ...]


class BlindIndex:
    """Digests of texts within one transaction.

    What was recorded under an older key of the ring is found for as long as that key is on it, as with encrypted texts.
    """

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption) -> None:
        self._connection = connection
        self._encryption = encryption
        self._keys = encryption.ring.index_keys

    async def add(self, rows: Sequence[IndexedRow]) -> None:
        """Add rows that were not there."""
        values = await index_values(rows, self._encryption)
        if values:
            await self._connection.execute(insert(blind_indexes), values)

    async def replace(self, row: IndexedRow) -> None:
        """Let the row be found by these terms from now on, and by no others."""
        at = blind_indexes.c.scope_id == row.scope.id, blind_indexes.c.row_id == row.row_id
        await self._connection.execute(delete(blind_indexes).where(*at))
        await self.add([row])

    async def find(self, term: IndexTerm) -> tuple[str, ...]:
        """Return the ids of the rows that can be found by the term, in the order of ids."""
        return tuple(sorted(await self.find_all([term])))

    async def find_all(self, terms: Iterable[IndexTerm]) -> dict[str, IndexTerm]:
        """Return the ids of the rows that can be found by any of the terms, each with a term of it."""
        return await self._find({_digest(key, _encode(term)): term for term in terms for key in self._keys})

    async def find_numbered(self, term: IndexTerm, numbers: range) -> dict[str, int]:
        """Return the ids of the rows that can be found by the term with one of the numbers as its last part."""
        encoded = _encode(term)
        numbered = ((number, encoded + _encode_part(number_part(number))) for number in numbers)
        return await self._find({_digest(key, text): number for number, text in numbered for key in self._keys})

    async def find_each_numbered(self, terms: Iterable[IndexTerm], numbers: range) -> list[tuple[str, IndexTerm]]:
        """Return the ids of the rows that can be found by one of the terms with one of the numbers, each with that term."""
        lasts = [_encode_part(number_part(number)) for number in numbers]
        encoded = ((_encode(term), term) for term in terms)
        by_digest = {
            _digest(key, first + last): term for first, term in encoded for last in lasts for key in self._keys
        }
        found: dict[tuple[str, IndexTerm], None] = {}
        for part in _split(by_digest):
            rows = await self._connection.execute(select_among(blind_indexes.c.digest), {AT: part})
            found |= dict.fromkeys((row.row_id, by_digest[bytes(row.digest)]) for row in rows)
        return list(found)

    async def terms_of(self, scope: KeyScope) -> list[tuple[str, IndexTerm]]:
        """Return the ids of the scope's rows, each with a term by which it can be found."""
        of_scope = select(blind_indexes).where(blind_indexes.c.scope_id == scope.id)
        rows = (await self._connection.execute(of_scope)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        texts = [(row.row_id, await self._open(row)) for row in rows]
        return [(row_id, term) for row_id, term in texts if term is not None]

    async def move(self, row_id: str, term: IndexTerm, to: IndexTerm) -> None:
        """Let the row be found by another term in the place of this one."""
        same = blind_indexes.c.digest.in_([_digest(key, _encode(term)) for key in self._keys])
        at = same & (blind_indexes.c.row_id == row_id)
        row = (await self._connection.execute(select(blind_indexes).where(at))).first()
        scope = None if row is None else await self._encryption.scope_of(row.sealed)
        if scope is not None:
            await self._connection.execute(delete(blind_indexes).where(at))
            await self.add([IndexedRow(scope, row_id, (to,))])

    async def rebind(self, row_id: str, scope: KeyScope, to: KeyScope) -> None:
        """Let the row be found for as long as the other scope is not expunged, by what it is found by now."""
        at = (blind_indexes.c.row_id == row_id) & (blind_indexes.c.scope_id == scope.id)
        for row in (await self._connection.execute(select(blind_indexes).where(at))).all():
            term = await self._open(row)
            if term is not None:
                same = at & (blind_indexes.c.digest == row.digest)
                await self._connection.execute(delete(blind_indexes).where(same))
                await self.add([IndexedRow(to, row_id, (term,))])

    async def _open(self, row: Row[Any]) -> IndexTerm | None:
        """The term that is sealed beside the digest; None once it is expunged."""
        text = await self._encryption.decrypt_json(_PLACE[0], row.row_id, _PLACE[1], row.sealed)
        return None if isinstance(text, Expunged) else IndexTerm(text[0], tuple(text[1:]))

    async def _find(self, by_digest: Mapping[bytes, Meant]) -> dict[str, Meant]:
        found: dict[str, Meant] = {}
        for part in _split(by_digest):
            rows = await self._connection.execute(select_among(blind_indexes.c.digest), {AT: part})
            found |= {row.row_id: by_digest[bytes(row.digest)] for row in rows}
        return found

    async def renew(self, limit: int) -> int:
        """Make up to so many digests of older keys anew under the newest key, and return how many were old.

        A digest whose text is expunged is removed.
        """
        newest = self._encryption.ring.newest(KeyKind.INDEX)
        older = select(blind_indexes).where(blind_indexes.c.ring_key_id != newest).limit(limit)
        rows = (await self._connection.execute(older)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        renewed = []
        for row in rows:
            term = await self._open(row)
            if term is not None:
                digest = _digest(self._keys[0], _encode(term))
                renewed.append({**row._asdict(), "digest": digest, "ring_key_id": newest})
        if rows:
            same = [and_(blind_indexes.c.digest == r.digest, blind_indexes.c.row_id == r.row_id) for r in rows]
            await self._connection.execute(delete(blind_indexes).where(or_(*same)))
        if renewed:
            statement = insert_into(self._connection, blind_indexes).on_conflict_do_nothing()
            await self._connection.execute(statement, renewed)
        return len(rows)


async def index_values(rows: Iterable[IndexedRow], encryption: FieldEncryption) -> list[dict[str, Any]]:
    """Return the columns of what these rows can be found by."""
    ring = encryption.ring
    newest = {"ring_key_id": ring.newest(KeyKind.INDEX)}
    values = []
    for row in rows:
        for digest, term in {_digest(ring.index_keys[0], _encode(term)): term for term in row.terms}.items():
            sealed = await encryption.encrypt_json(
                row.scope, _PLACE[0], row.row_id, _PLACE[1], [term.kind, *term.parts]
            )
            found = {"digest": digest, "row_id": row.row_id, "scope_id": row.scope.id}
            values.append({**found, **newest, "sealed": sealed})
    return values


def number_part(number: int) -> str:
    """Return the last part of a numbered term, which no text that somebody wrote can be."""
    return f"{_NUMBERED}{number}"


def number_of(term: IndexTerm) -> int | None:
    """Return the number of a numbered term; None for any other."""
    last = term.parts[-1] if term.parts else ""
    return int(last.removeprefix(_NUMBERED)) if last.startswith(_NUMBERED) else None


def _digest(key: bytes, encoded: bytes) -> bytes:
    return hmac.digest(key, encoded, "sha256")[:DIGEST_BYTES]


def _encode(term: IndexTerm) -> bytes:
    return b"".join(_encode_part(part) for part in (term.kind, *term.parts))


def _encode_part(part: str) -> bytes:
    """Return the text with its length before it, so that no two terms read the same."""
    encoded = part.encode()
    return len(encoded).to_bytes(_LENGTH_BYTES, "big") + encoded


def _split(digests: Collection[bytes]) -> Iterable[list[bytes]]:
    every = list(digests)
    return (every[start : start + _DIGESTS_PER_QUERY] for start in range(0, len(every), _DIGESTS_PER_QUERY))
