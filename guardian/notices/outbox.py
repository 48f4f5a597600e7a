"""The outbox: every due notice is sent at least once, and what became of it is on record. Nothing is ever dropped.

Read, close, send, record: no transaction is open while a space is asked. The notice's id is the message's nonce, so that
a repetition after a crash is recognised.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar, assert_never

from guardian.clock import Clock
from guardian.errors import Stale
from guardian.ids import AccountId, NoticeId, SanctionId
from guardian.journal import SERVICE, Entry, Journal
from guardian.logs import location_of, logger
from guardian.notices.delivery_routes import Channel, ContactView, RouteFinder, Routes
from guardian.notices.models import Notice, NoticeState, Recipient, RecipientKind
from guardian.notices.renderer import NoticeRenderer, NoticeText
from guardian.notices.store import NoticeStore
from guardian.retry import RetryPolicy
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Rejected, Requested, Unavailable
from guardian.unit_of_work import BaseUnitOfWork, UnitOfWorkFactory
from rules.notification import counts_as_notified

log = logger("notices")

_CONCURRENT_DELIVERIES: Final = 16
_RECORD_TRIES: Final = 3
_RETRY_POLICY: Final = RetryPolicy()
"""Its own numbers: what an installation sets for its spaces is no measure for mail and messages."""
PAGE_PROOF: Final = "page"
"""The proof of a notice that its recipient reads on a page of their own, because there is nowhere to send it."""


class OutboxReadView(ContactView, Protocol):
    """A read view, as far as the outbox uses it."""

    @property
    def notices(self) -> NoticeStore:
        """Return the notices."""
        ...


class OutboxUnitOfWork(OutboxReadView, BaseUnitOfWork, Protocol):
    """A unit of work, as far as the outbox needs it."""


R = TypeVar("R", bound=OutboxReadView)
W = TypeVar("W", bound=OutboxUnitOfWork)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What one try came to. `answered`: the sanctioned person is known to be notified (`proof`), or known not to be."""

    state: NoticeState
    proof: str = ""
    detail: str = ""
    is_conclusive: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DeliveryHandlers(Generic[R, W]):
    """What is asked before a notice is sent, and what takes note, in the recording transaction, of what became of it.

    `may_still_receive` asks a member's permission again. `on_person_notified` takes note of how notifying a
    sanctioned person ended: with a proof, or with None where every channel refused; `on_owner_notified`, that the owner
    of a linked account was written to, or cannot be. `on_failed`: a notice could not be handled at all.
    """

    may_still_receive: Callable[[R, Notice], Awaitable[bool]]
    on_person_notified: Callable[[W, SanctionId, str | None], Awaitable[None]]
    on_owner_notified: Callable[[W, AccountId], Awaitable[None]] | None = None
    on_failed: Callable[[NoticeId], Awaitable[object]] | None = None


class Outbox(Generic[R, W]):
    """Delivers what waits."""

    def __init__(
        self,
        units_of_work: UnitOfWorkFactory[R, W],
        clock: Clock,
        route_finder: RouteFinder,
        renderer: NoticeRenderer,
        handlers: DeliveryHandlers[R, W],
    ) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._route_finder = route_finder
        self._renderer = renderer
        self._handlers = handlers
        self._slots = asyncio.Semaphore(_CONCURRENT_DELIVERIES)
        self._round_lock = asyncio.Lock()
        self._active = 0

    @property
    def active(self) -> int:
        """Return how many notices are being delivered at this moment."""
        return self._active

    async def next_due(self) -> datetime | None:
        """Return when the next notice is to be tried; None while none waits."""
        async with self._units_of_work.read() as view:
            return await view.notices.next_try()

    async def deliver_due(self) -> int:
        """Try every notice that is due once, and return how many there were. One that fails never stops the others.

        To one recipient they go one after another, in the order in which they were written.
        """
        async with self._round_lock:
            async with self._units_of_work.read() as view:
                due = await view.notices.due(self._clock.now())
            self._active = len(due)
            try:
                queues = await self._queues_by_recipient(due)
                await asyncio.gather(*(self._deliver_queue(line) for line in queues))
            finally:
                self._active = 0
        return len(due)

    async def _queues_by_recipient(self, due: Sequence[NoticeId]) -> list[list[Notice]]:
        """Return the due notices by recipient, those first on which a restriction waits.

        One that cannot be read is put off.
        """
        queues: dict[Recipient, list[Notice]] = {}
        failed: list[tuple[NoticeId, Exception]] = []
        async with self._units_of_work.read() as view:
            for notice_id in due:
                try:
                    notice = await view.notices.notice(notice_id)
                except Exception as error:
                    failed.append((notice_id, error))
                    continue
                if notice is not None and notice.state is NoticeState.WAITING:
                    queues.setdefault(notice.to, []).append(notice)
        for notice_id, failure in failed:
            await self._defer_failed(notice_id, None, failure)
        ordered = [sorted(line, key=lambda notice: notice.id) for line in queues.values()]
        return sorted(ordered, key=lambda line: all(notice.sanction is None for notice in line))

    async def _deliver_queue(self, queue: list[Notice]) -> None:
        """Deliver one recipient's notices in order; where one cannot reach them now, what follows waits as well."""
        retry_at: datetime | None = None
        for notice in queue:
            if retry_at is not None:
                await self._postpone(notice.id, retry_at)
                continue
            async with self._slots:
                try:
                    retry_at = await self._deliver(notice)
                except Stale:
                    log.info("notice.was_stale", notice=notice.id)
                except Exception as error:
                    await self._defer_failed(notice.id, notice.created_at, error)

    async def _deliver(self, notice: Notice) -> datetime | None:
        """Try the notice once; return when it is tried again, if it has to be."""
        async with self._units_of_work.read() as view:
            allowed = await self._handlers.may_still_receive(view, notice)
            routes = await self._route_finder.find_routes(view, notice) if allowed else Routes(unwanted=True)
        result = await self._attempt(notice, routes)
        retry = self._next_try(notice, result)
        await self._record(notice, result, retry)
        return retry

    async def _attempt(self, notice: Notice, routes: Routes) -> DeliveryResult:
        if routes.unwanted:
            return DeliveryResult(NoticeState.WITHHELD, detail="may_not_be_told")
        if routes.page:
            return DeliveryResult(NoticeState.SENT, PAGE_PROOF)
        return await self._send(notice, routes, self._renderer.render(notice, routes.locale))

    async def _send(self, notice: Notice, routes: Routes, text: NoticeText) -> DeliveryResult:
        """Try the channels in order until one gives proof; a person counts as notified on nothing less (P-6.2)."""
        needs_proof = notice.to.kind is RecipientKind.PERSON
        accepted_by, is_unavailable, retry_after = "", False, timedelta()
        for channel in routes.channels:
            outcome = await channel.send(text, notice.id)
            match outcome:
                case Done() | Already():
                    proof = _proof(channel, outcome)
                    if counts_as_notified(proven=bool(proof), sanctioned=needs_proof):
                        return DeliveryResult(NoticeState.SENT, proof or channel.name, is_conclusive=True)
                    accepted_by = channel.name
                case Unavailable():
                    is_unavailable, retry_after = True, max(retry_after, outcome.after or timedelta())
                case Forbidden() | Gone() | Rejected() | Requested():
                    log.info("channel.has_refused", notice=notice.id, channel=channel.name, kind=type(outcome).__name__)
                case _:
                    assert_never(outcome)
        if is_unavailable:
            return DeliveryResult(NoticeState.WAITING, retry_after=retry_after)
        if accepted_by:
            return DeliveryResult(NoticeState.SENT, detail="no_proof", is_conclusive=True)
        if routes.observed:
            return DeliveryResult(NoticeState.WITHHELD, detail="observe")
        return DeliveryResult(
            NoticeState.UNDELIVERABLE,
            detail="every_channel_refused" if routes.channels else "no_way",
            is_conclusive=True,
        )

    async def _record(self, notice: Notice, result: DeliveryResult, retry: datetime | None) -> None:
        """Store what became of it, even where only the version has moved on meanwhile."""
        for _ in range(_RECORD_TRIES):
            try:
                await self._save(_with_result(notice, result, retry, self._clock.now()), result)
                return
            except Stale:
                async with self._units_of_work.read() as view:
                    fresh = await view.notices.notice(notice.id)
                if fresh is None or fresh.state is not NoticeState.WAITING:
                    return
                notice = fresh
        raise Stale

    async def _save(self, attempted: Notice, result: DeliveryResult) -> None:
        notifies = attempted.sanction is not None and result.is_conclusive
        try:
            await self._commit(attempted, result, notifies=notifies)
        except Stale:
            raise
        except Exception as error:
            if not notifies:
                raise
            # The message is out. Sending it again and again because nobody can take note of it would harm the person;
            # the decision's own deadline makes up for what was not noted (P-5.6).
            log.error(
                "notification.not_recorded", notice=attempted.id, kind=type(error).__name__, at=location_of(error)
            )
            await self._commit(attempted, result, notifies=False)

    async def _commit(self, attempted: Notice, result: DeliveryResult, *, notifies: bool) -> None:
        async with self._units_of_work.begin() as uow:
            await uow.notices.save(attempted)
            if notifies and attempted.sanction is not None:
                await self._handlers.on_person_notified(uow, attempted.sanction, result.proof or None)
            on_owner_notified = self._handlers.on_owner_notified
            if attempted.to.account is not None and result.is_conclusive and on_owner_notified is not None:
                await on_owner_notified(uow, attempted.to.account)
            _journal_result(uow.journal, attempted, result)

    def _next_try(self, notice: Notice, result: DeliveryResult) -> datetime | None:
        if result.state is not NoticeState.WAITING:
            return None
        return _RETRY_POLICY.next_try(notice.created_at, self._clock.now(), asked_for=result.retry_after)

    async def _defer_failed(self, notice: NoticeId, since: datetime | None, error: Exception) -> None:
        """Try a notice that cannot be handled as it stands again later, so that the others go on."""
        log.error("notice.has_failed", notice=notice, kind=type(error).__name__, at=location_of(error))
        await self._postpone(notice, _RETRY_POLICY.next_try(since, self._clock.now()))
        if self._handlers.on_failed is not None:
            await self._handlers.on_failed(notice)

    async def _postpone(self, notice: NoticeId, until: datetime) -> None:
        try:
            async with self._units_of_work.begin() as uow:
                await uow.notices.postpone(notice, until)
        except Exception as error:
            log.error("notice.was_not_put_off", notice=notice, kind=type(error).__name__, at=location_of(error))


def _with_result(notice: Notice, result: DeliveryResult, retry: datetime | None, now: datetime) -> Notice:
    sent_at = now if result.state is NoticeState.SENT else None
    tries = notice.tries + 1
    return replace(notice, state=result.state, tries=tries, next_try=retry, proof=result.proof, sent_at=sent_at)


def _proof(channel: Channel, outcome: Done | Already) -> str:
    """Return what shows that it arrived: the channel and what it gave. A recognised repetition arrived the first time."""
    if isinstance(outcome, Already):
        return f"{channel.name}:repeated"
    return f"{channel.name}:{outcome.proof}" if outcome.proof else ""


def _journal_result(journal: Journal, attempted: Notice, result: DeliveryResult) -> None:
    """Note in the journal what reached people outside the group or did not, and what could not reach a member."""
    is_member = attempted.to.kind is RecipientKind.MEMBER
    if result.state is NoticeState.WAITING or (is_member and result.state is NoticeState.SENT):
        return
    about = {"notice": str(attempted.id), "kind": str(attempted.kind), "why": result.detail}
    journal.note(
        Entry(act=f"notice.was_{result.state}", by=SERVICE, authority="P-6.2", about=about, case=attempted.case)
    )
