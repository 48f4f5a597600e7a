"""SQLite's dialect, one for every engine of the process, and the statements compiled for it.

A statement takes longer to compile than most take to run, and the engines of one process compile the same ones.
"""

from typing import Any, ClassVar, Final, Self

from cachetools import LRUCache
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

from guardian.storage.backend import STATEMENTS_KEPT

DRIVER_NAME: Final = "sqlite+guardian"
"""What an address names to have this dialect."""

COMPILED: Final[LRUCache[Any, Any]] = LRUCache(STATEMENTS_KEPT)
"""The statements of every engine, as they were compiled for the first that ran them."""


class SharedDialect(SQLiteDialect_aiosqlite):
    """The driver's own dialect. It knows nothing of any one database, so that all engines can have the same."""

    supports_statement_cache = True
    _shared: "ClassVar[SharedDialect | None]" = None

    def __new__(cls, **_: Any) -> Self:
        """Return the one that there is, made the first time."""
        if not isinstance(cls._shared, cls):
            cls._shared = super().__new__(cls)
        return cls._shared

    def __init__(self, **settings: Any) -> None:
        if not vars(self):
            super().__init__(**settings)


registry.register(DRIVER_NAME.replace("+", "."), __name__, SharedDialect.__name__)
