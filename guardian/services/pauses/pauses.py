"""Pauses of whole spaces: shown beforehand, set by one member for a day at most, reviewed by another, ended by time.

A pause concerns nobody by name, so it has no case: those who look after the space all know of it. Read `begin_pause`
first. Policy: P-1.6, P-7.2, P-7.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.cases.access import require_permission
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.unilateral_acts import binding_stops
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName, new_id
from guardian.journal import Entry, by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.reconciler.pause_store import PauseState, SpacePause
from guardian.reconciler.pauses import end
from guardian.sanctions.pause_tasks import may_be_closed
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete_about, start_deadline
from guardian.services.measures.measure_records import may_measure_in
from guardian.services.pauses.notices import PauseNews, notify_of_pause
from guardian.spaces.pauses import PauseAbility, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Missing, Unknown
from guardian.spaces.registry import Mode
from guardian.unit_of_work import WakeupTopic
from rules.pauses import PastPause, PauseReason, may_keep, may_pause, may_set_aside
from rules.policy import Policy
from rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PauseRequest:
    """What a member would pause, why and for how long; `part` is a part of the space in their words (empty: the whole)."""

    space: SpaceName
    kind: PauseKind
    reason: PauseReason
    term: timedelta
    part: str = ""


@dataclass(frozen=True, slots=True)
class PausePreview:
    """What would be paused until when, and how it is set now; `only_watched`: nothing is changed in that space."""

    target: PauseTarget
    ends: datetime
    now: PauseSetting
    is_paused_already: bool
    only_watched: bool


@dataclass(frozen=True, slots=True)
class PauseView:
    """One pause for those who look after its space. `latest_end` is how long a second member can let it go on."""

    id: str
    target: PauseTarget
    reason: PauseReason
    by_name: str
    at: datetime
    until: datetime
    state: PauseState
    runs: bool
    detail: str
    own: bool
    may_review: bool
    review_due: datetime
    latest_end: datetime
    reviewed_by_name: str = ""
    may_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class PauseOption:
    """Something that can be paused in a space, and whether a part of it can be named."""

    space: SpaceName
    kind: PauseKind
    has_parts: bool


async def list_pause_options(app: AppContext, by: MemberId) -> tuple[PauseOption, ...]:
    """Return what the member can pause, in the order of the spaces."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.PAUSE_SPACE)
        names = [name for name in app.spaces.names if may_measure_in(member, name, view.now)]
    return tuple(
        PauseOption(name, kind, ability.has_parts) for name in names for kind, ability in _supported(app, name).items()
    )


async def preview_pause(app: AppContext, by: MemberId, request: PauseRequest) -> PausePreview:
    """Show what the pause would do, asked of its space now; nothing is changed and nobody is notified."""
    await _check(app, by, request)
    target = await _find_target(app, request)
    seen = await _observe(app, target)
    ability = _supported(app, request.space)[request.kind]
    ends = app.clock.now() + request.term
    watched = app.spaces.mode(request.space) is Mode.OBSERVE
    return PausePreview(target, ends, seen, seen.covers(ability.strength, ends), watched)


async def begin_pause(app: AppContext, by: MemberId, request: PauseRequest) -> PauseView:
    """Pause it from now on, notify all who look after the space, and start its review. Policy: P-1.6, P-7.2."""
    await _check(app, by, request)
    target = await _find_target(app, request)
    async with app.units_of_work.begin() as uow:
        member = await _require_may_pause(uow, by, request.space)
        require(await _verdict(app, uow, by, target, request.term))
        pause = SpacePause(
            id=new_id(),
            target=target,
            strength=_supported(app, request.space)[request.kind].strength,
            by=by,
            at=uow.now,
            until=uow.now + request.term,
            reason=request.reason,
            due_at=uow.now,
        )
        await uow.pauses.add(pause)
        uow.wake(WakeupTopic.PAUSES)
        due = uow.now + app.policy.unilateral.review_within
        await start_deadline(
            uow, DeadlineKind.PAUSE_REVIEW, None, due, next_at=_first_reminder(app.policy, uow.now), about=pause.id
        )
        await notify_of_pause(uow, pause, PauseNews.BEGUN, besides=by)
        uow.journal.note(_entry("pause.was_begun", by, pause))
        return _view(app.policy, pause, member, {by: member.name}, uow.now)


async def list_pauses(app: AppContext, by: MemberId) -> tuple[PauseView, ...]:
    """Return the pauses that run or wait for their review, of the spaces that the member looks after, oldest first."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.PAUSE_SPACE)
        names = {each.id: each.name for each in await view.people.members()}
        found = [p for p in await _known_pauses(app, view) if may_measure_in(member, p.target.space, view.now)]
        open_ones = [each for each in found if not each.is_over or each.reviewed_at is None]
        shown = [_view(app.policy, each, member, names, view.now) for each in open_ones]
        return tuple(
            [
                replace(each, may_set_aside=each.may_set_aside and not await _is_closed_by_hand(view, each.target))
                for each in shown
            ]
        )


async def end_pause(app: AppContext, by: MemberId, pause_id: str) -> str:
    """Open it again now, before its time. Whoever looks after the space can, alone: it restricts nobody. Policy: P-1.6."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.PAUSE_SPACE)
        pause = await _pause_for(uow, by, pause_id)
        if not pause.runs_at(uow.now):
            raise Refused("over", "This pause has ended already.", "P-1.6")
        if pause.by != by:
            pause = await _mark_reviewed(uow, by, pause)
        ended = await end(uow, pause, by_member(by))
        await notify_of_pause(uow, ended, PauseNews.ENDED, besides=by)
        uow.journal.note(_entry("pause.was_ended", by, ended))
    return "It has ended, and the space is opened again now."


async def keep_pause(app: AppContext, by: MemberId, pause_id: str, term: timedelta | None) -> str:
    """Record that another member has looked at the pause: it goes on for so long from now, or ends in its own time.

    Never whoever began it. Policy: P-1.6, P-7.3.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.REVIEW_PAUSE)
        pause = await _pause_for(uow, by, pause_id)
        if term is not None and not pause.runs_at(uow.now):
            raise Refused(
                "over", "This pause has ended. Say only that you have looked at it, or begin another.", "P-1.6"
            )
        until = None if term is None else uow.now + term
        require(may_keep(by, pause.by, pause.at, until, uow.now, app.policy))
        moved = pause if until is None else replace(pause, until=until, due_at=uow.now)
        kept = await _mark_reviewed(uow, by, moved)
        uow.wake(WakeupTopic.PAUSES)
        await notify_of_pause(uow, kept, PauseNews.KEPT, besides=by)
        uow.journal.note(_entry("pause.was_kept", by, kept))
    return "Your look is on record, and the others are told."


async def set_pause_aside(app: AppContext, by: MemberId, pause_id: str) -> str:
    """Record that a pause that cannot be taken back is over, since what it closed is gone; it is tried no more.

    The service cannot tell a repository that was deleted from one that is not shown to it: another member than whoever
    began the pause has looked there. Policy: P-1.6, P-7.3.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.REVIEW_PAUSE)
        pause = await _pause_for(uow, by, pause_id)
        if pause.is_over:
            raise Refused("over", "This pause has ended already.", "P-1.6")
        blocked = pause.blocked_since is not None and not await _is_closed_by_hand(uow, pause.target)
        require(may_set_aside(by, pause.by, runs=pause.runs_at(uow.now), is_blocked=blocked))
        gone = replace(pause, state=PauseState.GONE, due_at=None, blocked_since=None, detail="")
        ended = await _mark_reviewed(uow, by, gone)
        await notify_of_pause(uow, ended, PauseNews.SET_ASIDE, besides=by)
        uow.journal.note(_entry("pause.was_set_aside", by, ended))
    return "It is set aside, and tried no more. Should it show again, open it there by hand."


# -- what each of these asks


async def _check(app: AppContext, by: MemberId, request: PauseRequest) -> None:
    """Refuse what is not the member's, or what the space cannot do, before the space is asked anything."""
    async with app.units_of_work.read() as view:
        await _require_may_pause(view, by, request.space)
    ability = _supported(app, request.space).get(request.kind)
    if ability is None:
        sentence = f"The service cannot pause that on {request.space}. Its administrators can, by hand."
        raise Refused("cannot_be_expressed", sentence, "P-1.6")
    if request.part.strip() and not ability.has_parts:
        raise Refused("part", f"On {request.space} that is paused as a whole: leave the part empty.", "P-1.6")
    if ability.needs_part and not request.part.strip():
        raise Refused("part", f"On {request.space} a part of it is paused: say which, by its address there.", "P-1.6")
    async with app.units_of_work.read() as view:
        target = PauseTarget(request.space, request.kind)
        if not request.part.strip():
            require(await _verdict(app, view, by, target, request.term))


async def _verdict(app: AppContext, view: ReadView, by: MemberId, target: PauseTarget, term: timedelta) -> Verdict:
    stops = binding_stops(await view.deliberation.stops())
    past = [
        PastPause(each.by, each.at, each.runs_at(view.now), each.reviewed_at is not None)
        for each in await _known_pauses(app, view)
        if (each.target.space, each.target.kind, each.target.part) == (target.space, target.kind, target.part)
    ]
    return may_pause(by, term, past, stops, view.now, app.policy)


async def _known_pauses(app: AppContext, view: ReadView) -> tuple[SpacePause, ...]:
    return await view.pauses.since(view.now - app.policy.pauses.longest)


async def _require_may_pause(view: ReadView, by: MemberId, space: SpaceName) -> Member:
    member = await require_permission(view, by, UseCase.PAUSE_SPACE)
    if not may_measure_in(member, space, view.now):
        raise Refused("not_your_space", "You look after another space: ask a moderator of this one.", "P-1.6")
    return member


async def _pause_for(view: ReadView, by: MemberId, pause_id: str) -> SpacePause:
    member, pause = await view.people.member(by), await view.pauses.pause(pause_id)
    if member is None or pause is None or not may_measure_in(member, pause.target.space, view.now):
        raise NotFound
    return pause


async def _find_target(app: AppContext, request: PauseRequest) -> PauseTarget:
    port = app.spaces.pauses(request.space)
    if not request.part.strip() or port is None:
        return PauseTarget(request.space, request.kind)
    found = await port.find_part(request.kind, request.part.strip())
    if isinstance(found, Unknown):
        raise Refused("not_seen", f"The space could not be asked just now ({found.reason}). Please try again.", "P-1.6")
    if found is None:
        raise Refused("part", "Nothing there that can be paused is called exactly that.", "P-1.6")
    return found


async def _observe(app: AppContext, target: PauseTarget) -> PauseSetting:
    port = app.spaces.pauses(target.space)
    seen = await port.observe(target) if port else Unknown("it cannot be reached")
    if isinstance(seen, Missing):
        raise Refused("part", "This is not there any more.", "P-1.6")
    if isinstance(seen, Unknown):
        why = seen.needs or seen.reason
        raise Refused("not_seen", f"The space could not be asked just now ({why}). Please try again.", "P-1.6")
    return seen


def _supported(app: AppContext, space: SpaceName) -> Mapping[PauseKind, PauseAbility]:
    port = app.spaces.pauses(space)
    return port.supported if port else {}


async def _is_closed_by_hand(view: ReadView, target: PauseTarget) -> bool:
    """Whether people have closed it, or may have, and have not said that it is open again: they are asked until they do."""
    return may_be_closed(await view.pause_tasks.of_space(target.space, target.kind))


async def _mark_reviewed(uow: UnitOfWork, by: MemberId, pause: SpacePause) -> SpacePause:
    await complete_about(uow, pause.id, DeadlineKind.PAUSE_REVIEW)
    return await uow.pauses.save(replace(pause, reviewed_by=by, reviewed_at=uow.now))


def _first_reminder(policy: Policy, since: datetime) -> datetime:
    share = min(policy.reminders.shares)
    return since + policy.unilateral.review_within * share.numerator / share.denominator


def _view(policy: Policy, pause: SpacePause, member: Member, names: Mapping[MemberId, str], now: datetime) -> PauseView:
    may_review = pause.reviewed_at is None and pause.by != member.id
    return PauseView(
        id=pause.id,
        target=pause.target,
        reason=pause.reason,
        by_name=names.get(pause.by, ""),
        at=pause.at,
        until=pause.until,
        state=pause.state,
        runs=pause.runs_at(now),
        detail=pause.detail,
        own=pause.by == member.id,
        may_review=may_review and bool(may_perform(member, UseCase.REVIEW_PAUSE, now)),
        review_due=pause.at + policy.unilateral.review_within,
        latest_end=pause.at + policy.pauses.longest,
        reviewed_by_name=names.get(pause.reviewed_by, "") if pause.reviewed_by else "",
        may_set_aside=bool(may_perform(member, UseCase.REVIEW_PAUSE, now))
        and not pause.is_over
        and bool(
            may_set_aside(member.id, pause.by, runs=pause.runs_at(now), is_blocked=pause.blocked_since is not None)
        ),
    )


def _entry(act: str, by: MemberId, pause: SpacePause) -> Entry:
    about = {"pause": pause.id, "space": str(pause.target.space), "kind": pause.target.kind.value}
    return Entry(act=act, by=by_member(by), authority="P-1.6", about={**about, "reason": pause.reason.value})
