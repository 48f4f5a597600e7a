"""Pauses of whole spaces: each look says what is to be done, what others set is left, and what was found is given back.

As for content, with a strength: nothing stricter is ever loosened, and what stood in a weaker form before ours stands
again after it. An end is kept by nobody's memory, and what cannot be done is put to people and tried for ever. Read
`reconcile_due` first. Policy: P-1.6.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from guardian.clock import Clock
from guardian.errors import Stale
from guardian.journal import SERVICE, Entry
from guardian.logs import logger
from guardian.reconciler.execution import failure_of
from guardian.reconciler.pause_store import PauseReadView, PauseState, PauseUnitOfWork, SpacePause
from guardian.retry import SERVICE_FAULT, Failure, RetryPolicy
from guardian.spaces.pauses import OPEN, PauseAbility, PausePort, PauseSetting
from guardian.spaces.port import Missing, Unknown
from guardian.spaces.registry import Mode, SpaceRegistry
from guardian.unit_of_work import UnitOfWorkFactory, WakeupTopic

log = logger("sanctions")

_CHECKED_EVERY: Final = timedelta(hours=1)
_MAX_ATTEMPTS: Final = 4
_UNSEEN_FOR: Final = timedelta(minutes=5)
"""How long ours has to be out of sight until it is taken for ended by hand: an observation may be behind."""
_RENEWED_BEFORE: Final = timedelta(hours=2)
_SAME_WITHIN: Final = timedelta(minutes=2)
_MARGIN: Final = timedelta(minutes=1)
_PER_PASS: Final = 20


W = TypeVar("W", bound=PauseUnitOfWork)
W_contra = TypeVar("W_contra", bound=PauseUnitOfWork, contravariant=True)


class PauseAlertPort(Protocol[W_contra]):
    """Puts something to people, in the transaction that records it. Services word and address it."""

    async def blocked(self, uow: W_contra, pause: SpacePause) -> None:
        """Take note that it cannot be set, or cannot be taken back."""
        ...

    async def lifted_manually(self, uow: W_contra, pause: SpacePause) -> SpacePause:
        """Return the pause as it ends, since somebody has opened it in the space itself before its time."""
        ...

    async def over(self, uow: W_contra, pause: SpacePause) -> None:
        """Take note that nothing of ours stands any more."""
        ...


@dataclass(frozen=True, slots=True)
class PauseContext(Generic[W]):
    """What every reconciliation of pauses works with."""

    units_of_work: UnitOfWorkFactory[PauseReadView, W]
    spaces: SpaceRegistry
    clock: Clock
    alerts: PauseAlertPort[W]
    retry_policy: RetryPolicy


async def reconcile_due(context: PauseContext[W]) -> datetime | None:
    """Reconcile every pause that is due; return when the next one is."""
    async with context.units_of_work.read() as view:
        due = await view.pauses.due(view.now, _PER_PASS)
    for pause in due:
        await _reconcile_guarded(context, pause.id)
    async with context.units_of_work.read() as view:
        return await view.pauses.next_due()


async def end(uow: PauseUnitOfWork, pause: SpacePause, by: str) -> SpacePause:
    """End the pause now: what we set is taken back at once."""
    ended = replace(pause, until=min(pause.until, uow.now), ended_at=uow.now, ended_by=by, due_at=uow.now)
    uow.wake(WakeupTopic.PAUSES)
    return await uow.pauses.save(ended)


async def _reconcile_guarded(context: PauseContext[W], pause_id: str) -> None:
    """Reconcile so that one bad row never stops the others: a fault is logged, and it is tried again later."""
    try:
        await _reconcile(context, pause_id)
    except Stale:
        log.info("pause.overtaken", restriction=pause_id)
    except Exception:
        log.exception("pause.failed", restriction=pause_id)
        if (pause := await _read(context, pause_id)) is not None:
            await _block(context, pause, SERVICE_FAULT)


async def _reconcile(context: PauseContext[W], pause_id: str) -> None:
    """Observe and act until it is at rest, or has to wait."""
    for _ in range(_MAX_ATTEMPTS):
        pause = await _read(context, pause_id)
        if pause is None or pause.is_over:
            return
        port = context.spaces.pauses(pause.target.space)
        ability = port.supported.get(pause.target.kind) if port else None
        if port is None or ability is None:
            await _block(context, pause, Failure("this space cannot be reached any more for that"))
            return
        if not await _attempt(_Step(context, port, ability, pause)):
            return
    if (pause := await _read(context, pause_id)) is not None:
        await _block(context, pause, Failure("the space has not confirmed it yet"))


async def _read(context: PauseContext[W], pause_id: str) -> SpacePause | None:
    async with context.units_of_work.read() as view:
        return await view.pauses.pause(pause_id)


@dataclass(frozen=True, slots=True)
class _Step(Generic[W]):
    """One look at one pause, and at most one act."""

    context: PauseContext[W]
    port: PausePort
    ability: PauseAbility
    pause: SpacePause

    @property
    def now(self) -> datetime:
        return self.context.clock.now()


async def _attempt(step: _Step[W]) -> bool:
    """Observe once and act at most once; return whether to observe again."""
    seen = await step.port.observe(step.pause.target)
    if isinstance(seen, Unknown):
        await _block(step.context, step.pause, failure_of(seen))
        return False
    if isinstance(seen, Missing):
        await _finish(step, PauseState.GONE)
        return False
    if step.now < step.pause.until:
        return await _hold(step, seen)
    return await _give_back(step, seen)


# -- while it runs


async def _hold(step: _Step[W], seen: PauseSetting) -> bool:
    pause = step.pause
    shows = seen.covers(pause.strength, step.now) and not seen.is_wider
    if pause.state is PauseState.TRYING and shows and not _is_same(seen, pause.found):
        return await _settle(step, PauseState.HELD, seen)
    if pause.placed is not None and _is_same(seen, pause.placed):
        return (
            await _set(step, pause.found) if _is_renewed_now(step, seen) else await _settle(step, PauseState.HELD, seen)
        )
    if seen.is_alive(step.now) and seen.covers(pause.strength, min(pause.until, seen.until or pause.until)):
        return await _settle(step, PauseState.HELD_BY_OTHERS, None, until=seen.until)
    if pause.placed is not None and pause.placed.is_alive(step.now):
        return await _doubt(step)
    return await _set(step, pause.found if pause.placed is not None else seen)


def _is_renewed_now(step: _Step[W], seen: PauseSetting) -> bool:
    """Whether it would open by itself soon, and too early."""
    return (
        seen.until is not None
        and seen.until < step.pause.until - _MARGIN
        and (seen.until - step.now <= _RENEWED_BEFORE)
    )


async def _doubt(step: _Step[W]) -> bool:
    """Ours does not show: after a while without it somebody has opened it, which is their right and ends it."""
    if step.pause.state is not PauseState.UNSEEN:
        due_at = min(step.pause.until, step.now + _UNSEEN_FOR)
        await _save(step, replace(step.pause, state=PauseState.UNSEEN, due_at=due_at))
        return False
    async with step.context.units_of_work.begin() as uow:
        ended = await step.context.alerts.lifted_manually(uow, step.pause)
        uow.journal.note(_entry("pause.was_lifted_by_hand", ended))
    return True


async def _set(step: _Step[W], found: PauseSetting) -> bool:
    """Set it, having recorded what was found: whatever happens to us, that can be given back."""
    pause, now = step.pause, step.now
    found = OPEN if found.is_wider else found
    if step.context.spaces.mode(pause.target.space) is Mode.OBSERVE:
        return await _settle(step, pause.state, pause.placed, detail=f"would pause: {pause.target.kind}")
    first = pause.state is not PauseState.TRYING
    trying = await _save(
        step, replace(pause, state=PauseState.TRYING, found=found), "pause.is_to_be_set" if first else None
    )
    longest = step.ability.longest
    until = pause.until if longest is None else min(pause.until, now + longest - _MARGIN)
    # Nothing that is stricter already becomes looser by ours.
    wanted = (
        replace(found, until=until)
        if found.is_alive(now) and found.strength > pause.strength
        else PauseSetting(pause.strength, until)
    )
    failure = failure_of(await step.port.apply(pause.target, wanted))
    if failure is not None:
        await _block(step.context, trying, failure)
    return failure is None


# -- once it is over


async def _give_back(step: _Step[W], seen: PauseSetting) -> bool:
    pause, now = step.pause, step.now
    owed = pause.found if pause.found.until is None or pause.found.until > now else OPEN
    if pause.state is PauseState.RELEASING and _is_given_back(seen, owed):
        return await _rest(step, seen, owed)
    if pause.placed is None and pause.state not in (PauseState.TRYING, PauseState.RELEASING):
        return await _finish(step, PauseState.RELEASED)
    if pause.state is PauseState.GIVEN_BACK and not _stands(pause, seen):
        return await _finish(step, PauseState.RELEASED)
    if not _stands(pause, seen) and seen.is_alive(now):
        # Somebody has set it otherwise since: it is theirs now.
        return await _finish(step, PauseState.RELEASED)
    is_opened = not seen.is_alive(now) and pause.placed is not None and pause.placed.is_alive(now)
    if is_opened and owed.strength > 0:
        return await _rest_unseen(step)
    return await _take_back(step, owed)


def _stands(pause: SpacePause, seen: PauseSetting) -> bool:
    """Whether what is seen is ours. A try whose answer was lost may stand: it is ours, else it would never end."""
    if pause.placed is not None and _is_same(seen, pause.placed):
        return True
    if seen.is_wider:
        return False
    return pause.state is PauseState.TRYING and seen.strength >= pause.strength and not _is_same(seen, pause.found)


async def _take_back(step: _Step[W], owed: PauseSetting) -> bool:
    if step.context.spaces.mode(step.pause.target.space) is Mode.OBSERVE:
        return await _settle(step, step.pause.state, step.pause.placed, detail="would open again")
    if not step.context.clock.trusted():
        distrusted = Failure("the clock is not trusted", retry_after=step.context.retry_policy.brake_delay)
        await _block(step.context, step.pause, distrusted)
        return False
    failure = failure_of(await step.port.apply(step.pause.target, owed))
    if failure is not None:
        await _block(step.context, step.pause, failure)
        return False
    await _save(step, replace(step.pause, state=PauseState.RELEASING))
    return True


def _is_given_back(seen: PauseSetting, owed: PauseSetting) -> bool:
    if seen.is_wider:
        return True  # whatever was ours has gone under what is set for more
    if owed.strength == 0:
        return seen.strength == 0
    return seen.strength == owed.strength and (seen.until is None or owed.until is None or seen.until >= owed.until)


async def _rest(step: _Step[W], seen: PauseSetting, owed: PauseSetting) -> bool:
    """Finish; what stands longer than it was found is looked at once more, when its own end comes."""
    if owed.until is None or seen.until is None or seen.until <= owed.until + _SAME_WITHIN:
        return await _finish(step, PauseState.RELEASED)
    kept = replace(step.pause, state=PauseState.GIVEN_BACK, placed=seen, due_at=owed.until)
    await _save(step, kept, "pause.was_given_back")
    return False


async def _rest_unseen(step: _Step[W]) -> bool:
    """What was opened by hand stays open; but a look may be behind, so it is looked at twice."""
    if step.pause.state is PauseState.UNSEEN:
        return await _finish(step, PauseState.RELEASED)
    await _save(step, replace(step.pause, state=PauseState.UNSEEN, due_at=step.now + _UNSEEN_FOR))
    return False


# -- what is kept of it


def _is_same(one: PauseSetting, other: PauseSetting) -> bool:
    if (one.strength, one.detail, one.is_wider) != (other.strength, other.detail, other.is_wider):
        return False
    if one.until is None or other.until is None:
        return one.until is other.until
    return abs(one.until - other.until) <= _SAME_WITHIN


async def _settle(
    step: _Step[W],
    state: PauseState,
    placed: PauseSetting | None,
    *,
    until: datetime | None = None,
    detail: str = "",
) -> bool:
    """Save that all is as it should be; it is looked at hourly, at its end, and before it opens by itself."""
    pause, now = step.pause, step.now
    early = [placed.until - _RENEWED_BEFORE] if placed and placed.until and placed.until < pause.until - _MARGIN else []
    moments = [pause.until, now + _CHECKED_EVERY, *early, *([until] if until else [])]
    due_at = min([each for each in moments if each > now], default=now + _CHECKED_EVERY)
    act = f"pause.is_{state.replace(' ', '_')}" if state is not pause.state else None
    calm = replace(pause, failures=0, blocked_since=None, notified_at=None)
    await _save(step, replace(calm, state=state, placed=placed, detail=detail, due_at=due_at), act)
    return False


async def _finish(step: _Step[W], state: PauseState) -> bool:
    ended = replace(step.pause, state=state, due_at=None, blocked_since=None, detail="")
    async with step.context.units_of_work.begin() as uow:
        uow.journal.note(_entry(f"pause.was_{state}", ended))
        await step.context.alerts.over(uow, await uow.pauses.save(ended))
    return False


async def _block(context: PauseContext[W], pause: SpacePause, failure: Failure) -> None:
    """Let it wait and try again, slowly, for ever; people are notified once of each failure."""
    policy, now = context.retry_policy, context.clock.now()
    since = pause.blocked_since or now
    notify = policy.notify_now(since, pause.notified_at, now, needs_people=bool(failure.needs))
    retry_at = policy.next_try(since, now, asked_for=failure.retry_after)
    detail = f"{failure.reason}: {failure.needs}" if failure.needs else failure.reason
    waiting = replace(pause, blocked_since=since, failures=pause.failures + 1, detail=detail, due_at=retry_at)
    log.warning("pause.blocked", restriction=pause.id, space=pause.target.space, failures=waiting.failures)
    async with context.units_of_work.begin() as uow:
        await uow.pauses.save(replace(waiting, notified_at=now) if notify else waiting)
        if notify:
            uow.journal.note(_entry("pause.was_blocked", pause))
            await context.alerts.blocked(uow, waiting)


async def _save(step: _Step[W], pause: SpacePause, act: str | None = None) -> SpacePause:
    async with step.context.units_of_work.begin() as uow:
        if act is not None:
            uow.journal.note(_entry(act, pause))
        return await uow.pauses.save(pause)


def _entry(act: str, pause: SpacePause) -> Entry:
    about = {"pause": pause.id, "space": str(pause.target.space), "kind": pause.target.kind.value}
    return Entry(act=act, by=SERVICE, authority="reconciler", about=about)
