"""Statements that were worded once for a kind of database are not worded again by its next engine.

Each engine has a dialect and a memory of its own for them, but ours differ only in how they begin. Wording a statement
takes longer than most of ours take to be carried out, and after a start every first one waits for it.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, Final

from sqlalchemy.util import LRUCache

_MOST: Final = 2000


class Worded(MutableMapping[Any, Any]):
    """Compiled statements by dialect and form, as SQLAlchemy asks for them: every dialect of one class is the same."""

    def __init__(self) -> None:
        self._known: LRUCache[Any, Any] = LRUCache(_MOST)

    def __getitem__(self, key: Any) -> Any:
        return self._known[_same(key)]

    def __setitem__(self, key: Any, compiled: Any) -> None:
        self._known[_same(key)] = compiled

    def __delitem__(self, key: Any) -> None:
        del self._known[_same(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _same(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *form = key
    return (type(dialect), *form)


WORDED: Final = Worded()
"""Of this process. It holds forms of statements, never what they are given."""
