"""The outbox: every due notice is sent at least once, and what became of it is on record. Nothing is ever dropped.

Read, close, send, record: no transaction is open while a space is asked. The notice's id is the message's nonce, so that
a repetition after a crash is recognised.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar, assert_never

from guardian.clock import Clock
from guardian.errors import Stale
from guardian.ids import AccountId, NoticeId, SanctionId
from guardian.journal import SERVICE, Entry, Journal
from guardian.logs import logger, place_of
from guardian.notices.channels import AddressView, Channel, Directory, MailPort, Ways
from guardian.notices.stores import NoticeStore
from guardian.notices.values import Notice, NoticeState, Recipient, RecipientKind
from guardian.notices.wording import Text, Wording
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Rejected, Unavailable
from guardian.spaces.registry import Spaces
from rules.telling import counts_as_told

log = logger("notices")

_AT_ONCE: Final = 16
_RECORD_TRIES: Final = 3
PAGE: Final = "page"
"""The proof of a notice that its recipient reads on a page of their own, because there is nowhere to send it."""


class OutboxView(AddressView, Protocol):
    """A view of one instant, as far as the outbox uses it."""

    @property
    def notices(self) -> NoticeStore: ...


class OutboxWork(OutboxView, Protocol):
    """One transaction, as far as the outbox uses it."""

    @property
    def journal(self) -> Journal: ...


V = TypeVar("V", bound=OutboxView)
W = TypeVar("W", bound=OutboxWork)
V_co = TypeVar("V_co", bound=OutboxView, covariant=True)
W_co = TypeVar("W_co", bound=OutboxWork, covariant=True)


class OutboxWorks(Protocol[V_co, W_co]):
    """Opens transactions: `begin` to write, `look` only to read."""

    def begin(self) -> AbstractAsyncContextManager[W_co]: ...

    def look(self) -> AbstractAsyncContextManager[V_co]: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """When a notice that could not be sent is tried again: case time, slower with the notice's age, for ever."""

    least: timedelta = timedelta(seconds=5)
    share: float = 0.25
    most: timedelta = timedelta(minutes=15)

    def retry_at(self, since: datetime | None, now: datetime) -> datetime:
        """The instant of the next try of a notice that has waited since then."""
        age = now - since if since else timedelta()
        return now + min(max(age * self.share, self.least), self.most)


@dataclass(frozen=True, slots=True)
class Result:
    """What one try came to. `answered`: the sanctioned person is known to be told (`proof`), or known not to be."""

    state: NoticeState
    proof: str = ""
    why: str = ""
    answered: bool = False
    after: timedelta | None = None


class Outbox(Generic[V, W]):
    """Delivers what waits. `on_told` hears, in the recording transaction, how telling a sanctioned person ended: with a
    proof, or with None where every channel refused; `on_owner_told`, that the owner of a linked account was written to,
    or cannot be. `may_still_know` asks a member's permission again at sending."""

    def __init__(
        self,
        works: OutboxWorks[V, W],
        spaces: Spaces,
        clock: Clock,
        mailer: MailPort | None,
        *,
        community: str,
        base_url: str,
        on_told: Callable[[W, SanctionId, str | None], Awaitable[None]],
        may_still_know: Callable[[V, Notice], Awaitable[bool]],
        on_owner_told: Callable[[W, AccountId], Awaitable[None]] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._works = works
        self._clock = clock
        self._directory = Directory(spaces, mailer)
        self._wording = Wording(community, base_url)
        self._on_told = on_told
        self._may_still_know = may_still_know
        self._on_owner_told = on_owner_told
        self._patience = patience or Patience()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._one_round = asyncio.Lock()
        self._in_hand = 0

    @property
    def in_hand(self) -> int:
        """How many notices are being delivered at this moment."""
        return self._in_hand

    async def next_due(self) -> datetime | None:
        """When the next notice is to be tried; None while none waits."""
        async with self._works.look() as view:
            return await view.notices.next_try()

    async def deliver_due(self) -> int:
        """Every notice that was due has been tried once; how many there were. One that fails never stops the others.

        To one recipient they go one after another, in the order in which they were written.
        """
        async with self._one_round:
            async with self._works.look() as view:
                due = await view.notices.due(self._clock.now())
            self._in_hand = len(due)
            try:
                lines = await self._lines(due)
                await asyncio.gather(*(self._deliver_line(line) for line in lines))
            finally:
                self._in_hand = 0
        return len(due)

    async def _lines(self, due: Sequence[NoticeId]) -> list[list[Notice]]:
        """The due notices by recipient, those first on which a restriction waits; one that cannot be read is put off."""
        lines: dict[Recipient, list[Notice]] = {}
        for notice_id in due:
            try:
                async with self._works.look() as view:
                    notice = await view.notices.notice(notice_id)
            except Exception as error:
                await self._put_off(notice_id, None, error)
                continue
            if notice is not None and notice.state is NoticeState.WAITING:
                lines.setdefault(notice.to, []).append(notice)
        in_order = [sorted(line, key=lambda notice: notice.id) for line in lines.values()]
        return sorted(in_order, key=lambda line: all(notice.sanction is None for notice in line))

    async def _deliver_line(self, line: list[Notice]) -> None:
        """A recipient who cannot be reached just now is not asked for again in this round: what follows waits as well."""
        unreached: datetime | None = None
        for notice in line:
            if unreached is not None:
                await self._postpone(notice.id, unreached)
                continue
            async with self._room:
                try:
                    unreached = await self._deliver(notice)
                except Stale:
                    log.info("notice.was_stale", notice=notice.id)
                except Exception as error:
                    await self._put_off(notice.id, notice.created_at, error)

    async def _deliver(self, notice: Notice) -> datetime | None:
        """The notice has been tried once; the answer is when it is tried again, if it has to be."""
        async with self._works.look() as view:
            allowed = await self._may_still_know(view, notice)
            ways = await self._directory.ways_to(view, notice) if allowed else Ways(unwanted=True)
        result = await self._tried(notice, ways)
        retry = self._retry_at(notice, result)
        await self._record(notice, result, retry)
        return retry

    async def _tried(self, notice: Notice, ways: Ways) -> Result:
        if ways.unwanted:
            return Result(NoticeState.WITHHELD, why="may_not_be_told")
        if ways.page:
            return Result(NoticeState.SENT, PAGE)
        return await self._sent(notice, ways, self._wording.of(notice, ways.locale))

    async def _sent(self, notice: Notice, ways: Ways, text: Text) -> Result:
        """The channels are tried in their order until one gives proof; a person counts as told on nothing less (P-6.2)."""
        needs_proof = notice.to.kind is RecipientKind.PERSON
        taken, waits, after = "", False, timedelta()
        for channel in ways.channels:
            outcome = await channel.send(text, notice.id)
            match outcome:
                case Done() | Already():
                    proof = _proof(channel, outcome)
                    if counts_as_told(proven=bool(proof), sanctioned=needs_proof):
                        return Result(NoticeState.SENT, proof or channel.name, answered=True)
                    taken = channel.name
                case Unavailable():
                    waits, after = True, max(after, outcome.after or timedelta())
                case Forbidden() | Gone() | Rejected():
                    log.info("channel.has_refused", notice=notice.id, channel=channel.name, kind=type(outcome).__name__)
                case _:
                    assert_never(outcome)
        if waits:
            return Result(NoticeState.WAITING, after=after)
        if taken:
            return Result(NoticeState.SENT, why="no_proof", answered=True)
        if ways.observed:
            return Result(NoticeState.WITHHELD, why="observe")
        return Result(
            NoticeState.UNDELIVERABLE, why="every_channel_refused" if ways.channels else "no_way", answered=True
        )

    async def _record(self, notice: Notice, result: Result, retry: datetime | None) -> None:
        """What became of it is stored; where only the version has moved on meanwhile, it is stored all the same."""
        for _ in range(_RECORD_TRIES):
            try:
                await self._store(_after(notice, result, retry, self._clock.now()), result)
                return
            except Stale:
                async with self._works.look() as view:
                    fresh = await view.notices.notice(notice.id)
                if fresh is None or fresh.state is not NoticeState.WAITING:
                    return
                notice = fresh
        raise Stale

    async def _store(self, tried: Notice, result: Result) -> None:
        hears = tried.sanction is not None and result.answered
        try:
            await self._commit(tried, result, hears=hears)
        except Stale:
            raise
        except Exception as error:
            if not hears:
                raise
            # The message is out. Sending it again and again because nobody can be told of it would harm the person;
            # the decision's own clock makes up for what was not heard (P-5.6).
            log.error("telling.went_unheard", notice=tried.id, kind=type(error).__name__, at=place_of(error))
            await self._commit(tried, result, hears=False)

    async def _commit(self, tried: Notice, result: Result, *, hears: bool) -> None:
        async with self._works.begin() as work:
            await work.notices.save(tried)
            if hears and tried.sanction is not None:
                await self._on_told(work, tried.sanction, result.proof or None)
            if tried.to.account is not None and result.answered and self._on_owner_told is not None:
                await self._on_owner_told(work, tried.to.account)
            _note(work.journal, tried, result)

    def _retry_at(self, notice: Notice, result: Result) -> datetime | None:
        if result.state is not NoticeState.WAITING:
            return None
        now = self._clock.now()
        return max(self._patience.retry_at(notice.created_at, now), now + (result.after or timedelta()))

    async def _put_off(self, notice: NoticeId, since: datetime | None, error: Exception) -> None:
        """A notice that cannot be handled as it stands is tried again later, and the others go on."""
        log.error("notice.has_failed", notice=notice, kind=type(error).__name__, at=place_of(error))
        await self._postpone(notice, self._patience.retry_at(since, self._clock.now()))

    async def _postpone(self, notice: NoticeId, until: datetime) -> None:
        try:
            async with self._works.begin() as work:
                await work.notices.postpone(notice, until)
        except Exception as error:
            log.error("notice.was_not_put_off", notice=notice, kind=type(error).__name__, at=place_of(error))


def _after(notice: Notice, result: Result, retry: datetime | None, now: datetime) -> Notice:
    sent_at = now if result.state is NoticeState.SENT else None
    tries = notice.tries + 1
    return replace(notice, state=result.state, tries=tries, next_try=retry, proof=result.proof, sent_at=sent_at)


def _proof(channel: Channel, outcome: Done | Already) -> str:
    """What shows that it arrived: the channel and what it gave. A repetition that was recognised arrived the first time."""
    if isinstance(outcome, Already):
        return f"{channel.name}:repeated"
    return f"{channel.name}:{outcome.proof}" if outcome.proof else ""


def _note(journal: Journal, tried: Notice, result: Result) -> None:
    """What reached people outside the group, or did not, is in the journal; so is what a member could not be told."""
    is_member = tried.to.kind is RecipientKind.MEMBER
    if result.state is NoticeState.WAITING or (is_member and result.state is NoticeState.SENT):
        return
    about = {"notice": str(tried.id), "kind": str(tried.kind), "why": result.why}
    journal.note(Entry(f"notice.was_{result.state}", SERVICE, "P-6.2", about, tried.case))
