"""Statements that were worded once for a kind of database are not worded again by its next engine.

Each engine has a dialect and a memory of its own for them, but ours differ only in how they begin. Wording a statement
takes longer than most of ours take to be carried out, and after a start every first one waits for it.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, Final

from sqlalchemy.util import LRUCache

_MAX_STATEMENTS: Final = 2000


class StatementCache(MutableMapping[Any, Any]):
    """Compiled statements by dialect and form, as SQLAlchemy asks for them: every dialect of one class is the same."""

    def __init__(self) -> None:
        self._statements: LRUCache[Any, Any] = LRUCache(_MAX_STATEMENTS)

    def __getitem__(self, key: Any) -> Any:
        return self._statements[_shared_key(key)]

    def __setitem__(self, key: Any, compiled: Any) -> None:
        self._statements[_shared_key(key)] = compiled

    def __delitem__(self, key: Any) -> None:
        del self._statements[_shared_key(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._statements)

    def __len__(self) -> int:
        return len(self._statements)


def _shared_key(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *form = key
    return (type(dialect), *form)


STATEMENT_CACHE: Final = StatementCache()
"""Of this process. It holds forms of statements, never what they are given."""
