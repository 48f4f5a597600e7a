"""One unit of work is one transaction with every store in it: its journal is written last, then it commits.

A `SqlReadView` only reads and has no journal; what a reading must leave in the journal is a `SqlUnitOfWork`. Read
`SqlUnitOfWorkFactory` first.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.clock import Clock
from guardian.logs import logger
from guardian.storage.access_record import AccessRecord
from guardian.storage.advice_store import SqlAdviceStore
from guardian.storage.affiliate_store import SqlAffiliateStore
from guardian.storage.api_token_store import SqlApiTokenStore
from guardian.storage.bulk_store import SqlBulkStore
from guardian.storage.capture_store import SqlCaptureStore
from guardian.storage.case_joining_store import SqlCaseJoiningStore
from guardian.storage.condition_store import SqlConditionStore
from guardian.storage.conversation_store import SqlConversationStore
from guardian.storage.data_key_store import DataKeyStore
from guardian.storage.data_request_store import SqlDataRequestStore
from guardian.storage.database import Database
from guardian.storage.deadline_store import SqlDeadlineStore
from guardian.storage.deliberation_store import SqlDeliberationStore
from guardian.storage.encryption import FieldEncryption
from guardian.storage.event_store import SqlEventStore
from guardian.storage.foreign_store import SqlForeignStore
from guardian.storage.handoff_store import SqlHandoffStore
from guardian.storage.idempotency_store import SqlDeliveryStore, SqlIdempotencyStore
from guardian.storage.journal_store import JournalReader, SqlJournal
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.key_rotation_store import SqlKeyRotationStore
from guardian.storage.link_store import SqlLinkStore
from guardian.storage.manual_task_store import SqlManualTaskStore
from guardian.storage.measure_store import SqlContentRestrictionStore, SqlMeasureStore
from guardian.storage.note_store import SqlNoteStore
from guardian.storage.notice_store import SqlNoticeStore
from guardian.storage.open_work_store import SqlOpenWorkStore
from guardian.storage.passkey_store import SqlPasskeyStore
from guardian.storage.pause_store import SqlPauseStore
from guardian.storage.pause_task_store import SqlPauseTaskStore
from guardian.storage.people_store import SqlPeopleStore
from guardian.storage.raid_store import SqlRaidStore
from guardian.storage.record_store import SqlRecordStore
from guardian.storage.retention_store import SqlRetentionStore
from guardian.storage.rota_store import SqlRotaStore
from guardian.storage.sanction_store import SqlSanctionStore
from guardian.storage.shared_facts_store import SqlSharedFactsStore
from guardian.storage.sign_in_store import SqlSignInStore
from guardian.storage.talk_store import SqlTalkStore
from guardian.storage.task_claim_store import SqlTaskClaimStore
from guardian.unit_of_work import WakeupTopic
from rules.policy_sections.community import BoardSeats

log = logger("storage")


class SqlStores:
    """Every store on one connection, at one instant of case time. Each is made when it is first asked for: most transactions
    need few of them.
    """

    def __init__(
        self, connection: AsyncConnection, ring: KeyRing, now: datetime, *, chairs_are_board: bool = False
    ) -> None:
        self.connection = connection
        self.now = now
        self.chairs_are_board = chairs_are_board
        self.encryption = FieldEncryption(DataKeyStore(connection), ring, now)
        self.access = AccessRecord(connection)

    @cached_property
    def deliveries(self) -> SqlDeliveryStore:
        """Return the store of deliveries that were handled."""
        return SqlDeliveryStore(self.connection, self.encryption)

    @cached_property
    def idempotency(self) -> SqlIdempotencyStore:
        """Return the store of commands that came before."""
        return SqlIdempotencyStore(self.deliveries, self.now)

    @cached_property
    def retention(self) -> SqlRetentionStore:
        """Return the store of what keeps a case, and of what is forgotten."""
        return SqlRetentionStore(self.connection, self.encryption, self.now, self.cases, self.people)

    @cached_property
    def key_rotations(self) -> SqlKeyRotationStore:
        """Return the store of keys of the ring that are to go."""
        return SqlKeyRotationStore(self.connection, self.encryption)

    @cached_property
    def history(self) -> JournalReader:
        """Return the store of past entries of the journal."""
        return JournalReader(self.connection, self.encryption)

    @cached_property
    def people(self) -> SqlPeopleStore:
        """Return the store of people and members."""
        return SqlPeopleStore(self.connection, self.encryption, self.access, chairs_are_board=self.chairs_are_board)

    @cached_property
    def links(self) -> SqlLinkStore:
        """Return the store of links between accounts."""
        return SqlLinkStore(self.connection, self.encryption)

    @cached_property
    def sign_ins(self) -> SqlSignInStore:
        """Return the store of sign-ins and sessions."""
        return SqlSignInStore(self.connection, self.encryption)

    @cached_property
    def rota(self) -> SqlRotaStore:
        """Return the store of who is on duty when."""
        return SqlRotaStore(self.connection, self.encryption)

    @cached_property
    def api_tokens(self) -> SqlApiTokenStore:
        """Return the store of personal tokens."""
        return SqlApiTokenStore(self.connection, self.encryption)

    @cached_property
    def passkeys(self) -> SqlPasskeyStore:
        """Return the store of passkeys."""
        return SqlPasskeyStore(self.connection, self.encryption)

    @cached_property
    def cases(self) -> SqlCaseJoiningStore:
        """Return the store of cases and their parties."""
        return SqlCaseJoiningStore(self.connection, self.encryption, self.access)

    @cached_property
    def conversations(self) -> SqlConversationStore:
        """Return the store of conversations."""
        return SqlConversationStore(self.connection, self.encryption)

    @cached_property
    def captures(self) -> SqlCaptureStore:
        """Return the store of messages that were pointed to."""
        return SqlCaptureStore(self.connection, self.encryption)

    @cached_property
    def deadlines(self) -> SqlDeadlineStore:
        """Return the store of deadlines."""
        return SqlDeadlineStore(self.connection, self.encryption)

    @cached_property
    def deliberation(self) -> SqlDeliberationStore:
        """Return the store of proposals, ballots and decisions."""
        return SqlDeliberationStore(self.connection, self.encryption)

    @cached_property
    def handoffs(self) -> SqlHandoffStore:
        """Return the store of what one group passed to another."""
        return SqlHandoffStore(self.connection, self.encryption)

    @cached_property
    def notices(self) -> SqlNoticeStore:
        """Return the store of notices."""
        return SqlNoticeStore(self.connection, self.encryption)

    @cached_property
    def sanctions(self) -> SqlSanctionStore:
        """Return the store of sanctions and work items."""
        return SqlSanctionStore(self.connection, self.encryption)

    @cached_property
    def measures(self) -> SqlMeasureStore:
        """Return the store of measures."""
        return SqlMeasureStore(self.connection, self.encryption)

    @cached_property
    def content_restrictions(self) -> SqlContentRestrictionStore:
        """Return the store of restrictions of content."""
        return SqlContentRestrictionStore(self.connection, self.encryption)

    @cached_property
    def pauses(self) -> SqlPauseStore:
        """Return the store of pauses of spaces."""
        return SqlPauseStore(self.connection)

    @cached_property
    def foreign(self) -> SqlForeignStore:
        """Return the store of restrictions that others placed."""
        return SqlForeignStore(self.connection, self.encryption)

    @cached_property
    def pause_tasks(self) -> SqlPauseTaskStore:
        """Return the store of tasks for people about whole spaces."""
        return SqlPauseTaskStore(self.connection)

    @cached_property
    def manual_tasks(self) -> SqlManualTaskStore:
        """Return the store of tasks for people in spaces without a connector."""
        return SqlManualTaskStore(self.connection, self.encryption)

    @cached_property
    def raids(self) -> SqlRaidStore:
        """Return the store of raids."""
        return SqlRaidStore(self.connection, self.encryption)

    @cached_property
    def notes(self) -> SqlNoteStore:
        """Return the store of notes."""
        return SqlNoteStore(self.connection, self.encryption)

    @cached_property
    def shared_facts(self) -> SqlSharedFactsStore:
        """Return the store of what was passed on to others."""
        return SqlSharedFactsStore(self.connection, self.encryption)

    @cached_property
    def conditions(self) -> SqlConditionStore:
        """Return the store of what decisions ask of people."""
        return SqlConditionStore(self.connection, self.encryption)

    @cached_property
    def talks(self) -> SqlTalkStore:
        """Return the store of facilitated talks."""
        return SqlTalkStore(self.connection, self.encryption)

    @cached_property
    def advice(self) -> SqlAdviceStore:
        """Return the store of who is asked for advice."""
        return SqlAdviceStore(self.connection, self.encryption)

    @cached_property
    def affiliates(self) -> SqlAffiliateStore:
        """Return the store of affiliated programs."""
        return SqlAffiliateStore(self.connection, self.encryption)

    @cached_property
    def data_requests(self) -> SqlDataRequestStore:
        """Return the store of what those concerned ask about what is kept of them."""
        return SqlDataRequestStore(self.connection, self.encryption)

    @cached_property
    def events(self) -> SqlEventStore:
        """Return the store of events and their lists."""
        return SqlEventStore(self.connection, self.encryption)

    @cached_property
    def records(self) -> SqlRecordStore:
        """Return the store of the records that the group keeps."""
        return SqlRecordStore(self.connection, self.encryption)

    @cached_property
    def open_work(self) -> SqlOpenWorkStore:
        """Return the store of all that waits in any case."""
        return SqlOpenWorkStore(self.connection, self.encryption)

    @cached_property
    def task_claims(self) -> SqlTaskClaimStore:
        """Return the store of claims of tasks."""
        return SqlTaskClaimStore(self.connection, self.encryption)

    @cached_property
    def bulk(self) -> SqlBulkStore:
        """Return the store of work on many accounts at once."""
        return SqlBulkStore(self.connection, self.encryption, self.now)


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

    @property
    def ring(self) -> KeyRing:
        """Return the ring whose keys wrap the data keys."""
        return self._ring

    def derive_key(self, purpose: str) -> bytes:
        """Return a key of that purpose which comes of the newest key of the ring, the same after each start."""
        return self._ring.derive(KeyKind.LASTING, purpose, self._ring.newest(KeyKind.LASTING))

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlUnitOfWork]:
        """Open a transaction that commits when its block ends, and is undone when the block raises."""
        async with self._database.write() as connection:
            # Now that nobody else writes, no other process changes the ring either before this is committed.
            self._ring.refresh()
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
        self._ring.refresh()
        async with self._database.read() as connection:
            view = SqlReadView(connection, self._ring, self._clock.now(), chairs_are_board=self._chairs_are_board)
            yield view
            # Whatever somebody added here by mistake shall be refused, and not be lost.
            await view.notices.flush()
