"""One unit of work is one transaction with every store in it: its journal is written last, then it commits.

A `Look` only reads and has no journal; what a reading must leave in the journal is a `Work`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.clock import Clock
from guardian.logs import logger
from guardian.storage.answer_store import AnswerStore
from guardian.storage.case_store import CaseStore
from guardian.storage.conversation_store import ConversationStore
from guardian.storage.database import Database
from guardian.storage.deliberation_store import DeliberationStore
from guardian.storage.delivery_store import DeliveryStore
from guardian.storage.foreign_store import ForeignStore
from guardian.storage.hop_store import HopStore
from guardian.storage.journal_store import JournalReader, JournalStore
from guardian.storage.key_ring import KeyRing
from guardian.storage.keys_store import DataKeyStore
from guardian.storage.link_store import LinkStore
from guardian.storage.measure_store import MeasureStore, ThingHoldStore
from guardian.storage.notice_store import NoticeStore
from guardian.storage.people_store import PeopleStore
from guardian.storage.promise_store import PromiseStore
from guardian.storage.raid_store import RaidStore
from guardian.storage.sanction_store import SanctionStore
from guardian.storage.sealed import Sealer
from guardian.storage.sweep_store import SweepStore

log = logger("storage")


class Stores:
    """Every store on one connection, at one instant of case time."""

    def __init__(self, connection: AsyncConnection, ring: KeyRing, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.sealer = Sealer(DataKeyStore(connection), ring, now)
        self.deliveries = DeliveryStore(connection, self.sealer)
        self.answers = AnswerStore(self.deliveries, now)
        self.people = PeopleStore(connection, self.sealer)
        self.links = LinkStore(connection, self.sealer)
        self.cases = CaseStore(connection, self.sealer)
        self.conversations = ConversationStore(connection, self.sealer)
        self.promises = PromiseStore(connection)
        self.deliberation = DeliberationStore(connection, self.sealer)
        self.hops = HopStore(connection, self.sealer)
        self.notices = NoticeStore(connection, self.sealer)
        self.sanctions = SanctionStore(connection, self.sealer)
        self.measures = MeasureStore(connection, self.sealer)
        self.thing_holds = ThingHoldStore(connection, self.sealer)
        self.foreign = ForeignStore(connection, self.sealer)
        self.sweeps = SweepStore(connection)
        self.raids = RaidStore(connection, self.sealer, now)


class Look(Stores):
    """A view of one instant. Nothing can be written through it."""

    def __init__(self, connection: AsyncConnection, ring: KeyRing, now: datetime) -> None:
        super().__init__(connection, ring, now)
        self.journal = JournalReader(connection, self.sealer)


class Work(Stores):
    """One transaction: all of it becomes true at its commit, or none of it."""

    def __init__(self, connection: AsyncConnection, ring: KeyRing, now: datetime) -> None:
        super().__init__(connection, ring, now)
        self.journal = JournalStore(connection, self.sealer, now)
        self.topics: dict[str, None] = {}
        self.callbacks: list[Callable[[], None]] = []
        self.destroys = False

    def wake(self, topic: str) -> None:
        """Those who listen to the topic are woken once this is committed."""
        self.topics[topic] = None

    def after_commit(self, callback: Callable[[], None]) -> None:
        """The callback is called once this is committed. It must be quick, and must not be needed for the truth."""
        self.callbacks.append(callback)

    def leave_no_trace(self) -> None:
        """Once this is committed, what it overwrote is gone from the database's files too, as far as they can do it."""
        self.destroys = True


class Works:
    """Begins units of work on one database."""

    def __init__(self, database: Database, ring: KeyRing, clock: Clock) -> None:
        self._database = database
        self._ring = ring
        self._clock = clock

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Work]:
        """A unit of work: committed as the block ends, undone if it raises; then its listeners are woken."""
        async with self._database.write() as connection:
            work = Work(connection, self._ring, self._clock.now())
            yield work
            await work.journal.flush()
        if work.destroys:
            await self._scrub()
        _call(work.callbacks)
        if work.topics:
            await self._database.wake(*work.topics)

    async def _scrub(self) -> None:
        try:
            await self._database.scrub()
        except Exception:
            # The act is done and nobody reads it any more; the file is overwritten at the next checkpoint as well.
            log.exception("scrub.has_failed")

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Look]:
        """A view of one instant, for reading only."""
        async with self._database.read() as connection:
            yield Look(connection, self._ring, self._clock.now())


def _call(callbacks: list[Callable[[], None]]) -> None:
    for callback in callbacks:
        try:
            callback()
        except Exception:
            # The act is done: a callback that fails must not make it look undone to the one who asked for it.
            log.exception("callback.has_failed")
