"""Stop another member from acting alone; the stop is itself reviewed by the others. Read `stop_member` first.

Policy: P-7.5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import is_excluded, require_permission
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import handling_groups
from guardian.cases.unilateral_acts import (
    STOP_MACHINE,
    ActReview,
    Stop,
    StopEvent,
    StopState,
    UnilateralAct,
    binding_stops,
    is_under_review,
    past_act,
)
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import eligible_members, get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, reschedule, start_deadline
from guardian.services.members import members_for_person, people_behind
from guardian.services.notify import notify_office
from guardian.services.unilateral.review import on_act_review_due, send_to_chairs
from guardian.services.unilateral.review_outcome import release_after_stop
from rules import brake
from rules.policy import Policy
from rules.unilateral import ReviewAnswer, stop_review_answer

_EVENT: Final = {ReviewAnswer.RATIFY: StopEvent.UPHOLD, ReviewAnswer.REVERSE: StopEvent.END}


@dataclass(frozen=True, slots=True)
class StopView:
    """A stop as its maker sees it. `unreviewed`: how many acts that they may know of nobody had reviewed.

    Which of them were let go is not said: some stay by what the maker may not know (P-4.2).
    """

    id: str
    by: MemberId
    of: MemberId
    at: datetime
    state: StopState
    unreviewed: int = 0


async def stop_member(app: AppContext, by: MemberId, other: MemberId) -> StopView:
    """Stop the other member from acting alone, and release what they did alone, except what was for danger.

    The group reviews the stop as it reviews an act; the one who is stopped stops nobody. Policy: P-7.5.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.STOP_MEMBER)
        groups = handling_groups(await uow.people.members(), uow.now)
        stops = await uow.deliberation.stops()
        require(brake.may_stop(by, other, groups.members, binding_stops(stops)))
        if any(known.of == other and known.state is not StopState.ENDED for known in stops):
            raise Refused("already", "This member has been stopped already.", "P-7.5")
        made = Stop(id=new_id(), by=by, of=other, at=uow.now)
        await uow.deliberation.add_stop(made)
        until = uow.now + app.policy.unilateral.review_within
        await start_deadline(uow, DeadlineKind.REVIEW, None, until, about=made.id)
        await _notify_group(uow, made, "stopped")
        about = {"stop": made.id, "member": str(other)}
        uow.journal.note(Entry(act="member.was_stopped", by=by_member(by), authority="P-7.5", about=about))
        unreviewed = await _release_unreviewed(app, uow, made)
        return StopView(id=made.id, by=by, of=other, at=made.at, state=made.state, unreviewed=unreviewed)


async def review_stop(app: AppContext, by: MemberId, stop_id: str, answer: ReviewAnswer) -> StopView:
    """Record a reviewer's word on whether the stop stands; neither who stopped nor who is stopped is asked.

    It ends, or stands, when as many agree as a review of an act needs; a chair settles it where they do not.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.REVIEW_ACT)
        known = await uow.deliberation.stop(stop_id)
        if known is None:
            raise NotFound
        if by in (known.by, known.of):
            raise Refused("own_act", "The others look at this stop.", "P-7.5")
        if answer not in _EVENT:
            raise Refused("answer", "A stop stands or ends; there is nothing in it to change.", "P-7.5")
        await uow.deliberation.add_review(ActReview(act=known.id, member=by, answer=answer, at=uow.now), None)
        about = {"stop": known.id}
        uow.journal.note(Entry(act="stop.was_reviewed", by=by_member(by), authority="P-7.5", about=about))
        late = uow.now >= known.at + app.policy.unilateral.review_within
        rules_alone = late and member.holds_office(Group.WORKING_GROUP, uow.now, Office.CHAIR)
        settled = answer if rules_alone else await _agreed_answer(app, uow, known)
        if settled is not None:
            known = await _settle_stop(uow, known, _EVENT[settled])
        return StopView(id=known.id, by=known.by, of=known.of, at=known.at, state=known.state)


async def on_review_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind of a review that is owed, of a stop or of an act. Policy: P-7.3, P-7.5."""
    known = await uow.deliberation.stop(deadline.about)
    if known is None:
        await on_act_review_due(app, uow, deadline)
    else:
        await _on_stop_review_due(uow, app.policy, known, deadline)


async def _on_stop_review_due(uow: UnitOfWork, policy: Policy, known: Stop, deadline: Deadline) -> None:
    """Remind the chairs and the Board's liaison, again and again, of a stop that nobody has reviewed in time."""
    if known.state is not StopState.OPEN:
        await complete(uow, deadline)
        return
    office = Office.CHAIR if deadline.stage == 0 else Office.BOARD_LIAISON
    await notify_office(uow, Group.WORKING_GROUP, office, NoticeKind.REVIEW_LATE, {"stop": known.id})
    await reschedule(uow, deadline, uow.now + policy.unilateral.liaison_after)
    uow.journal.note(Entry(act="stop.was_asked_about", by=SERVICE, authority="P-7.5", about={"stop": known.id}))


async def _release_unreviewed(app: AppContext, uow: UnitOfWork, made: Stop) -> int:
    """Release what the stopped member did alone and nobody has reviewed; leave it to the chairs where danger was.

    What restricts whoever stops, or what they have a conflict with, is theirs to free by no stop: it goes there, too.
    """
    acts = [a for a in await uow.deliberation.acts() if a.by == made.of and is_under_review(a)]
    by_identity: dict[str, UnilateralAct] = {_act_identity(past_act(each)): each for each in acts}
    known = tuple(past_act(each) for each in acts)
    freed = [by_identity[_act_identity(each)] for each in brake.released_by_stop(known, made.of)]
    conflicted = [each for each in freed if await _has_conflict(uow, made.by, each)]
    released = [each for each in freed if each not in conflicted]
    kept = [by_identity[_act_identity(each)] for each in brake.sent_to_chairs_by_stop(known, made.of)] + conflicted
    for each in released:
        await release_after_stop(uow, each, by_member(made.by))
    for each in kept:
        await send_to_chairs(app, uow, await get_case(uow, each.case), each)
    return await _count_visible(uow, made.by, acts)


async def _has_conflict(view: ReadView, by: MemberId, act: UnilateralAct) -> bool:
    """Whether the act is on the member, or a case about its person is kept from them. Policy: P-7.5."""
    if by in await members_for_person(view, act.person):
        return True
    people = await people_behind(view, act.person)
    cases = [act.case, *[case.id for each in people for case in await view.cases.cases_of(each)]]
    return any([is_excluded(by, await view.cases.exclusions_of(case)) for case in cases])


async def _count_visible(view: ReadView, by: MemberId, acts: Iterable[UnilateralAct]) -> int:
    """Count the acts that the member may know of: an act on themselves is not counted to them. Policy: P-4.2."""
    known = [by in await eligible_members(view, await get_case(view, act.case)) for act in acts]
    return known.count(True)


def _act_identity(each: brake.PastAct[MemberId, PersonId]) -> str:
    return f"{each.by} {each.on} {each.at.isoformat()}"


async def _agreed_answer(app: AppContext, uow: UnitOfWork, known: Stop) -> ReviewAnswer | None:
    """Return what enough reviewers say alike; None while they do not."""
    eligible = handling_groups(await uow.people.members(), uow.now).members - {known.by, known.of}
    latest = {r.member: r.answer for r in await uow.deliberation.reviews_of(known.id)}
    return stop_review_answer(latest, eligible, app.policy)


async def _settle_stop(uow: UnitOfWork, known: Stop, event: StopEvent) -> Stop:
    state = STOP_MACHINE.advance(known.state, event)
    ended = uow.now if event is StopEvent.END else None
    settled = await uow.deliberation.save_stop(replace(known, state=state, ended_at=ended))
    await complete_about(uow, known.id, DeadlineKind.REVIEW)
    await _notify_group(uow, settled, state)
    about = {"stop": known.id, "result": state}
    uow.journal.note(Entry(act="stop.was_settled", by=SERVICE, authority="P-7.5", about=about))
    return settled


async def _notify_group(uow: UnitOfWork, known: Stop, what: str) -> None:
    """Notify the whole group of who was stopped and by whom: this is about the group itself, and about no case."""
    facts = {
        "stop": known.id,
        "what": what,
        "of": await _member_name(uow, known.of),
        "by": await _member_name(uow, known.by),
    }
    await notify_office(uow, Group.WORKING_GROUP, None, NoticeKind.BRAKE, facts)


async def _member_name(view: ReadView, member: MemberId) -> str:
    known = await view.people.member(member)
    return known.name if known else ""
