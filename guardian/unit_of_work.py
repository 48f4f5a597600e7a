"""One transaction and what it wakes: what every read view and unit of work has, whatever its stores.

A package declares a view and a unit of work with the stores that it uses, over these; start at `UnitOfWorkFactory`.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from guardian.journal import Journal


class WakeupTopic(StrEnum):
    """What a commit may wake up."""

    NOTICES = "notices"
    DEADLINES = "deadlines"
    WORK_ITEMS = "work_items"
    CONTENT = "content"
    PAUSES = "pauses"


class BaseReadView(Protocol):
    """The stores as they stand at one instant of case time; nothing can be written through it."""

    @property
    def now(self) -> datetime:
        """Return the instant of case time at which the stores stand."""
        ...


class BaseUnitOfWork(BaseReadView, Protocol):
    """One transaction: what was read still holds when it commits, and its journal entries are its last statements."""

    @property
    def journal(self) -> Journal:
        """Return the journal of this transaction."""
        ...

    def wake(self, topic: WakeupTopic) -> None:
        """Wake whoever waits for the topic once this has been committed."""
        ...

    def scrub_after_commit(self) -> None:
        """Leave what this overwrote in no file of the database once it has been committed."""
        ...


R_co = TypeVar("R_co", bound=BaseReadView, covariant=True)
W_co = TypeVar("W_co", bound=BaseUnitOfWork, covariant=True)


class UnitOfWorkFactory(Protocol[R_co, W_co]):
    """Opens transactions with the stores of a package's own view and unit of work."""

    def begin(self) -> AbstractAsyncContextManager[W_co]:
        """Open a transaction that commits when its block ends, and is undone when the block raises."""
        ...

    def read(self) -> AbstractAsyncContextManager[R_co]:
        """Open a view of one instant."""
        ...
