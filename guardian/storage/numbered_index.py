"""Finds all rows of one text, of which no two share a digest: without the key ring nobody can tell that they belong together.

The digests are those of the text with 0, 1, 2 … behind it; a look-up asks for a batch of numbers at a time, and ends with
the first batch that finds nothing. So the numbers have no gaps: where rows go, others move into their places. Read `NumberedIndex` first.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from guardian.storage.blind_index import BlindIndex, IndexedRow, IndexTerm, number_of, number_part
from guardian.storage.data_key_store import KeyScope

_BATCH: Final = 32
_BATCH_OF_MANY: Final = 8
"""Where many are asked for together, most of them have a few rows."""


class NumberedIndex:
    """Blind index of what several rows have in common that nobody may see they have."""

    def __init__(self, index: BlindIndex) -> None:
        self._index = index

    async def add(self, scope: KeyScope, row_id: str, term: IndexTerm) -> None:
        """Let the row be found by the term, as one of many; one that is found already stays so."""
        found = await self._find(term)
        if row_id not in found:
            numbered = _number(term, max(found.values(), default=-1) + 1)
            await self._index.add([IndexedRow(scope, row_id, (numbered,))])

    async def find(self, term: IndexTerm) -> tuple[str, ...]:
        """Return the ids of the rows that can be found by the term, in the order of ids."""
        return tuple(sorted(await self._find(term)))

    async def find_many(self, terms: Collection[IndexTerm]) -> dict[IndexTerm, tuple[str, ...]]:
        """Return what `find` does for each of the terms, asked together."""
        found: dict[IndexTerm, set[str]] = {term: set() for term in terms}
        start, asked = 0, list(terms)
        while asked:
            seen = await self._index.find_each_numbered(asked, range(start, start + _BATCH_OF_MANY))
            for row_id, term in seen:
                found[term].add(row_id)
            asked = list(dict.fromkeys(term for _, term in seen))
            start += _BATCH_OF_MANY
        return {term: tuple(sorted(rows)) for term, rows in found.items()}

    async def rebind(self, row_id: str, scope: KeyScope, to: KeyScope) -> None:
        """Let the row be found for as long as the other scope is not expunged, under the numbers that it has."""
        await self._index.rebind(row_id, scope, to)

    async def close_gaps(self, scope: KeyScope) -> None:
        """Let every row of other scopes be found still, once the rows of this one are gone: to be called before they go."""
        leaving: dict[IndexTerm, set[str]] = defaultdict(set)
        for row_id, numbered in await self._index.terms_of(scope):
            if number_of(numbered) is not None:
                leaving[replace(numbered, parts=numbered.parts[:-1])].add(row_id)
        for term, gone in leaving.items():
            staying = {row_id: n for row_id, n in (await self._find(term)).items() if row_id not in gone}
            free = sorted(set(range(len(staying))) - set(staying.values()))
            beyond = sorted((n, row_id) for row_id, n in staying.items() if n >= len(staying))
            for (number, row_id), place in zip(beyond, free, strict=True):
                await self._index.move(row_id, _number(term, number), _number(term, place))

    async def _find(self, term: IndexTerm) -> dict[str, int]:
        """Return the ids, each with its number."""
        found: dict[str, int] = {}
        start = 0
        while part := await self._index.find_numbered(term, range(start, start + _BATCH)):
            found |= part
            start += _BATCH
        return found


def _number(term: IndexTerm, number: int) -> IndexTerm:
    return replace(term, parts=(*term.parts, number_part(number)))
