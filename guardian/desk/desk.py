"""What every use case is given: the desk, and the transaction in which it does its one thing.

Knows the stores by their protocols only. Spaces are called outside any transaction: read, close, call, record.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.cases.conversations import ConversationStore
from guardian.cases.deliberation_stores import DeliberationStore
from guardian.cases.local_stores import HopStore
from guardian.cases.measures import MeasureStore
from guardian.cases.raids import RaidStore
from guardian.cases.stores import CaseView, PromiseStore
from guardian.clock import Clock, wire_instant
from guardian.ids import CaseId
from guardian.journal import Journal
from guardian.notices.stores import NoticeStore
from guardian.sanctions.foreign import ForeignStore
from guardian.sanctions.many import BatchStore
from guardian.sanctions.stores import SanctionStore
from guardian.sanctions.things import ThingHoldStore
from guardian.spaces.registry import Spaces
from rules.policy import Policy


class Topic(StrEnum):
    """What a commit may wake up."""

    NOTICES = "notices"
    PROMISES = "promises"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A command that came before; `answer` is None where the first answer is not kept any more."""

    answer: str | None


class FirstAnswers(Protocol):
    """Commands that came before, by the id that their source gave them: a repeated one gets the first answer again."""

    async def claim(self, source: str, delivery: str) -> Earlier | None:
        """None where it is the first of its kind, and then it is ours to carry out in this transaction."""
        ...

    async def keep(self, source: str, delivery: str, answer: str, case: CaseId) -> None:
        """The answer is kept under the case's key, for whoever sends the same again."""
        ...


class Raids(RaidStore, BatchStore, Protocol):
    """Raids, and the keys that are worked together for them."""


class View(CaseView, Protocol):
    """The stores as they stand at one instant; nothing can be written through it."""

    @property
    def promises(self) -> PromiseStore: ...

    @property
    def notices(self) -> NoticeStore: ...

    @property
    def deliberation(self) -> DeliberationStore: ...

    @property
    def hops(self) -> HopStore: ...

    @property
    def conversations(self) -> ConversationStore: ...

    @property
    def sanctions(self) -> SanctionStore: ...

    @property
    def raids(self) -> Raids: ...

    @property
    def measures(self) -> MeasureStore: ...

    @property
    def thing_holds(self) -> ThingHoldStore: ...

    @property
    def foreign(self) -> ForeignStore: ...


class Work(View, Protocol):
    """One transaction: what was read still holds when it commits, and its journal entries are its last statements."""

    @property
    def answers(self) -> FirstAnswers: ...

    @property
    def journal(self) -> Journal: ...

    def wake(self, topic: str) -> None:
        """Whoever waits for the topic is woken once this has been committed."""
        ...

    def after_commit(self, act: Callable[[], None]) -> None:
        """The act is done once this has been committed, and not otherwise."""
        ...

    def leave_no_trace(self) -> None:
        """Once this has been committed, what it overwrote stands in no file of the database any more."""
        ...


class Works(Protocol):
    """Where transactions come from."""

    def begin(self) -> AbstractAsyncContextManager[Work]:
        """A transaction that commits when its block ends, and is undone when the block raises."""
        ...

    def look(self) -> AbstractAsyncContextManager[View]:
        """A view of one instant."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What the use cases need of the service.

    `base_url` is the address of the pages, `community` the name that people see, `wire` the machine's own time, by
    which one-time links and sessions end. `longest_text` (characters) and `largest_file` (bytes) bound what is taken in.
    `shows_accounts`: on the pages somebody can show which accounts elsewhere are theirs.
    """

    works: Works
    policy: Policy
    clock: Clock
    spaces: Spaces
    base_url: str
    community: str
    wire: Callable[[], datetime] = wire_instant
    longest_text: int = 40_000
    largest_file: int = 10_000_000
    shows_accounts: bool = False
