"""What every use case is given: the application context, and the unit of work in which it does its one thing.

Knows the stores by their protocols only. Spaces are called outside any transaction: read, close, call, record. Read
`AppContext` first.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from guardian.cases.advice import AdviceStore
from guardian.cases.affiliates import AffiliateStore
from guardian.cases.captures import CaptureStore
from guardian.cases.case_records import RecordStore
from guardian.cases.case_store import CaseView
from guardian.cases.conditions import ConditionStore
from guardian.cases.conversations import ConversationStore
from guardian.cases.data_requests import DataRequestStore
from guardian.cases.deadlines import DeadlineStore
from guardian.cases.deliberation_store import DeliberationStore
from guardian.cases.events import EventStore
from guardian.cases.handoff_store import HandoffStore
from guardian.cases.measures import MeasureStore
from guardian.cases.notes import NoteStore
from guardian.cases.open_work import OpenWorkStore
from guardian.cases.raids import RaidStore
from guardian.cases.retention import RetentionStore
from guardian.cases.shared_facts import SharedFactsStore
from guardian.cases.talks import TalkStore
from guardian.cases.tasks import TaskClaimStore
from guardian.clock import Clock, system_now
from guardian.ids import CaseId, ContactAddress
from guardian.journal import History
from guardian.notices.store import NoticeStore
from guardian.people.api_tokens import ApiTokenStore
from guardian.people.passkeys import PasskeyStore
from guardian.people.rota import RotaStore
from guardian.people.sign_ins import SignInStore
from guardian.reconciler.bulk_store import BulkStore
from guardian.reconciler.content_store import ContentRestrictionStore
from guardian.reconciler.pause_store import PauseStore
from guardian.sanctions.foreign import ForeignStore
from guardian.sanctions.manual_tasks import ManualTaskStore
from guardian.sanctions.pause_tasks import PauseTaskStore
from guardian.sanctions.store import SanctionStore
from guardian.spaces.registry import SpaceRegistry
from guardian.unit_of_work import BaseUnitOfWork, UnitOfWorkFactory
from rules.policy import Policy


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """A command that came before; `answer` is None where the first answer is not kept any more."""

    answer: str | None


class IdempotencyStore(Protocol):
    """Commands that came before, by the id that their source gave them: a repeated one gets the first answer again."""

    async def claim(self, source: str, delivery: str) -> EarlierAnswer | None:
        """Claim the delivery for this transaction, which then carries it out; return the earlier answer to a repeated
        one.
        """
        ...

    async def save(self, source: str, delivery: str, answer: str, case: CaseId) -> None:
        """Store the answer for whoever sends the same again, encrypted with the case's key."""
        ...


class ReadView(CaseView, Protocol):
    """The stores of every feature as they stand at one instant; nothing can be written through it."""

    @property
    def history(self) -> History:
        """Return what the journal has."""

    @property
    def deadlines(self) -> DeadlineStore:
        """Return the store of deadlines."""

    @property
    def notices(self) -> NoticeStore:
        """Return the store of notices."""

    @property
    def deliberation(self) -> DeliberationStore:
        """Return the store of steps, proposals, decisions and acts."""

    @property
    def handoffs(self) -> HandoffStore:
        """Return the store of what passes between the groups."""

    @property
    def conversations(self) -> ConversationStore:
        """Return the store of conversations in spaces."""

    @property
    def captures(self) -> CaptureStore:
        """Return the store of what people have pointed to."""

    @property
    def sanctions(self) -> SanctionStore:
        """Return the store of sanctions."""

    @property
    def raids(self) -> RaidStore:
        """Return the store of raids."""

    @property
    def bulk(self) -> BulkStore:
        """Return the store of work on many accounts together."""

    @property
    def measures(self) -> MeasureStore:
        """Return the store of moderators' measures."""

    @property
    def content_restrictions(self) -> ContentRestrictionStore:
        """Return the store of restrictions of content."""

    @property
    def pauses(self) -> PauseStore:
        """Return the store of pauses of spaces."""

    @property
    def pause_tasks(self) -> PauseTaskStore:
        """Return the store of what is asked of people about whole spaces."""

    @property
    def manual_tasks(self) -> ManualTaskStore:
        """Return the store of what is asked of people in spaces without a connector."""

    @property
    def sign_ins(self) -> SignInStore:
        """Return the store of links and sessions of members."""

    @property
    def notes(self) -> NoteStore:
        """Return the store of what the group writes in its cases."""

    @property
    def shared_facts(self) -> SharedFactsStore:
        """Return the store of what was passed on to others."""

    @property
    def conditions(self) -> ConditionStore:
        """Return the store of what decisions ask of people."""

    @property
    def talks(self) -> TalkStore:
        """Return the store of facilitated talks."""

    @property
    def advice(self) -> AdviceStore:
        """Return the store of who is asked for advice."""

    @property
    def affiliates(self) -> AffiliateStore:
        """Return the store of affiliated programs."""

    @property
    def data_requests(self) -> DataRequestStore:
        """Return the store of what those concerned ask about what is kept of them."""

    @property
    def events(self) -> EventStore:
        """Return the store of events and their lists."""

    @property
    def records(self) -> RecordStore:
        """Return the store of the records that the group keeps."""

    @property
    def open_work(self) -> OpenWorkStore:
        """Return the store of what waits in all cases."""

    @property
    def task_claims(self) -> TaskClaimStore:
        """Return the store of who sees to what."""

    @property
    def rota(self) -> RotaStore:
        """Return the store of who is on duty when."""

    @property
    def retention(self) -> RetentionStore:
        """Return the store of what keeps a case, and of what is forgotten."""

    @property
    def api_tokens(self) -> ApiTokenStore:
        """Return the store of personal tokens."""

    @property
    def passkeys(self) -> PasskeyStore:
        """Return the store of passkeys."""

    @property
    def foreign(self) -> ForeignStore:
        """Return the store of foreign restrictions."""


class UnitOfWork(ReadView, BaseUnitOfWork, Protocol):
    """One transaction with the stores of every feature."""

    @property
    def idempotency(self) -> IdempotencyStore:
        """Return the store of deliveries that came before."""


@dataclass(frozen=True, slots=True)
class AppContext:
    """What the use cases need of the service.

    `base_url` is the address of the pages, `community` the name that people see, `system_time` the machine's own time,
    by which one-time links and sessions end. `longest_text` (characters) and `largest_file` (bytes) bound what is taken
    in. `offers_self_disclosure`: on the pages somebody can show which accounts elsewhere are theirs. `turn_to` is where a
    reporter finds somebody else than the group; None: nothing is said of it. `page_key` seals what stands on public pages
    in the place of our ids. `needs_second_factor`: members show a passkey before identities, evidence and acts.
    in the place of our ids. `language` is written to people of whom no other is known; `leave_to` is the address to which
    "Leave quickly" leads.
    """

    units_of_work: UnitOfWorkFactory[ReadView, UnitOfWork]
    policy: Policy
    clock: Clock
    spaces: SpaceRegistry
    base_url: str
    community: str
    system_time: Callable[[], datetime] = system_now
    longest_text: int = 40_000
    largest_file: int = 10_000_000
    offers_self_disclosure: bool = False
    turn_to: ContactAddress | None = None
    needs_second_factor: bool = False
    language: str = "en"
    leave_to: str = "https://www.wikipedia.org/"
    page_key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
