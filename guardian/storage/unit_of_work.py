"""One unit of work is one transaction with every store in it: its journal is written last, then it commits.

A `SqlReadView` only reads and has no journal; what a reading must leave in the journal is a `SqlUnitOfWork`. Read
`SqlUnitOfWorkFactory` first.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.clock import Clock
from guardian.logs import logger
from guardian.storage.access_record import AccessRecord
from guardian.storage.bulk_store import SqlBulkStore
from guardian.storage.capture_store import SqlCaptureStore
from guardian.storage.case_store import SqlCaseStore
from guardian.storage.conversation_store import SqlConversationStore
from guardian.storage.data_key_store import DataKeyStore
from guardian.storage.database import Database
from guardian.storage.deadline_store import SqlDeadlineStore
from guardian.storage.deliberation_store import SqlDeliberationStore
from guardian.storage.encryption import FieldEncryption
from guardian.storage.foreign_store import SqlForeignStore
from guardian.storage.handoff_store import SqlHandoffStore
from guardian.storage.idempotency_store import SqlDeliveryStore, SqlIdempotencyStore
from guardian.storage.journal_store import JournalReader, SqlJournal
from guardian.storage.key_ring import KeyRing
from guardian.storage.link_store import SqlLinkStore
from guardian.storage.manual_task_store import SqlManualTaskStore
from guardian.storage.measure_store import SqlContentRestrictionStore, SqlMeasureStore
from guardian.storage.note_store import SqlNoteStore
from guardian.storage.notice_store import SqlNoticeStore
from guardian.storage.open_work_store import SqlOpenWorkStore
from guardian.storage.passkey_store import SqlPasskeyStore
from guardian.storage.people_store import SqlPeopleStore
from guardian.storage.raid_store import SqlRaidStore
from guardian.storage.sanction_store import SqlSanctionStore
from guardian.storage.sign_in_store import SqlSignInStore
from guardian.storage.task_claim_store import SqlTaskClaimStore
from guardian.unit_of_work import WakeupTopic
from rules.policy import BoardSeats

log = logger("storage")


class SqlStores:
    """Every store on one connection, at one instant of case time."""

    def __init__(
        self, connection: AsyncConnection, ring: KeyRing, now: datetime, *, chairs_are_board: bool = False
    ) -> None:
        self.connection = connection
        self.now = now
        self.encryption = FieldEncryption(DataKeyStore(connection), ring, now)
        self.deliveries = SqlDeliveryStore(connection, self.encryption)
        self.idempotency = SqlIdempotencyStore(self.deliveries, now)
        self.access = AccessRecord(connection)
        self.history = JournalReader(connection, self.encryption)
        self.people = SqlPeopleStore(connection, self.encryption, self.access, chairs_are_board=chairs_are_board)
        self.links = SqlLinkStore(connection, self.encryption)
        self.sign_ins = SqlSignInStore(connection, self.encryption)
        self.passkeys = SqlPasskeyStore(connection, self.encryption)
        self.cases = SqlCaseStore(connection, self.encryption, self.access)
        self.conversations = SqlConversationStore(connection, self.encryption)
        self.captures = SqlCaptureStore(connection, self.encryption)
        self.deadlines = SqlDeadlineStore(connection, self.encryption)
        self.deliberation = SqlDeliberationStore(connection, self.encryption)
        self.handoffs = SqlHandoffStore(connection, self.encryption)
        self.notices = SqlNoticeStore(connection, self.encryption)
        self.sanctions = SqlSanctionStore(connection, self.encryption)
        self.measures = SqlMeasureStore(connection, self.encryption)
        self.content_restrictions = SqlContentRestrictionStore(connection, self.encryption)
        self.foreign = SqlForeignStore(connection, self.encryption)
        self.manual_tasks = SqlManualTaskStore(connection, self.encryption)
        self.raids = SqlRaidStore(connection, self.encryption)
        self.notes = SqlNoteStore(connection, self.encryption)
        self.open_work = SqlOpenWorkStore(connection, self.encryption)
        self.task_claims = SqlTaskClaimStore(connection, self.encryption)
        self.bulk = SqlBulkStore(connection, self.encryption, now)


class SqlReadView(SqlStores):
    """A view of one instant. Nothing can be written through it."""

    def __init__(
        self, connection: AsyncConnection, ring: KeyRing, now: datetime, *, chairs_are_board: bool = False
    ) -> None:
        super().__init__(connection, ring, now, chairs_are_board=chairs_are_board)
        self.journal = JournalReader(connection, self.encryption)


class SqlUnitOfWork(SqlStores):
    """One transaction: all of it becomes true at its commit, or none of it."""

    def __init__(
        self, connection: AsyncConnection, ring: KeyRing, now: datetime, *, chairs_are_board: bool = False
    ) -> None:
        super().__init__(connection, ring, now, chairs_are_board=chairs_are_board)
        self.journal = SqlJournal(connection, self.encryption, self.access, now)
        self.topics: dict[WakeupTopic, None] = {}
        self.destroys_data = False

    def wake(self, topic: WakeupTopic) -> None:
        """Wake whoever waits for the topic once this has been committed."""
        self.topics[topic] = None

    def scrub_after_commit(self) -> None:
        """Leave what this overwrote in no file of the database once it has been committed."""
        self.destroys_data = True


class SqlUnitOfWorkFactory:
    """Begins units of work on one database."""

    def __init__(self, database: Database, ring: KeyRing, clock: Clock, board: BoardSeats = BoardSeats.SEATED) -> None:
        self._database = database
        self._chairs_are_board = board is BoardSeats.NONE
        self._ring = ring
        self._clock = clock

    def derive_key(self, purpose: str) -> bytes:
        """Return a key of that purpose which comes of the newest key of the ring, the same after each start."""
        return self._ring.derive(purpose, self._ring.newest)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlUnitOfWork]:
        """Open a transaction that commits when its block ends, and is undone when the block raises."""
        async with self._database.write() as connection:
            uow = SqlUnitOfWork(connection, self._ring, self._clock.now(), chairs_are_board=self._chairs_are_board)
            yield uow
            await uow.notices.flush()
            await uow.journal.flush()
        if uow.destroys_data:
            await self._scrub()
        if uow.topics:
            await self._database.wake(*uow.topics)

    async def _scrub(self) -> None:
        try:
            await self._database.scrub()
        except Exception:
            # The act is done and nobody reads it any more; the file is overwritten at the next checkpoint as well.
            log.exception("scrub.has_failed")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlReadView]:
        """Open a view of one instant."""
        async with self._database.read() as connection:
            view = SqlReadView(connection, self._ring, self._clock.now(), chairs_are_board=self._chairs_are_board)
            yield view
            # Whatever somebody added here by mistake shall be refused, and not be lost.
            await view.notices.flush()
