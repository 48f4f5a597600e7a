"""Any member can stop another from acting alone; the stop is itself looked at by the others. Policy: P-7.5."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import acting
from guardian.cases.acting import STOPS, Stop, StopEvent, StopState, binding, is_under_review, past
from guardian.cases.values import Act, Promise, PromiseKind, Review
from guardian.cases.walls import circle_of
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import again, case_of, counted, insist, keep, keep_about, promise
from guardian.desk.reviewing import release_stopped, to_chairs
from guardian.desk.telling import tell_group_office
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import UseCase
from guardian.people.values import Group, Office
from rules import brake
from rules.policy import Policy
from rules.unilateral import ReviewAnswer, review_of_stop

_EVENT: Final = {ReviewAnswer.RATIFY: StopEvent.KEEP, ReviewAnswer.REVERSE: StopEvent.END}


@dataclass(frozen=True, slots=True)
class StopView:
    """A stop as its maker sees it: of the acts they may know of, `released` ones restrict nobody any more, `kept` ones lie
    with the chairs."""

    id: str
    by: MemberId
    of: MemberId
    at: datetime
    state: StopState
    released: int = 0
    kept: int = 0


async def stop(desk: Desk, by: MemberId, other: MemberId) -> StopView:
    """The other member cannot act alone from now on, and what they did alone is released, except what was for danger.

    The group looks at the stop as it looks at an act; the one who is stopped stops nobody. Policy: P-7.5.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.STOP_MEMBER)
        circle = circle_of(await work.people.members(), work.now)
        stops = await work.deliberation.stops()
        insist(brake.may_stop(by, other, circle.members, binding(stops)))
        if any(known.of == other and known.state is not StopState.ENDED for known in stops):
            raise Refused("already", "This member has been stopped already.", "P-7.5")
        made = Stop(new_id(), by, other, work.now)
        await work.deliberation.add_stop(made)
        until = work.now + desk.policy.unilateral.review_within
        await promise(work, PromiseKind.REVIEW, None, until, about=made.id)
        await _tell_group(work, made, "stopped")
        about = {"stop": made.id, "member": str(other)}
        work.journal.note(Entry("member.was_stopped", by_member(by), "P-7.5", about))
        released, kept = await _undo(desk, work, made)
        return StopView(made.id, by, other, made.at, made.state, released, kept)


async def review_stop(desk: Desk, by: MemberId, stop_id: str, answer: ReviewAnswer) -> StopView:
    """A reviewer says whether the stop stands; neither the one who stopped nor the one who is stopped is asked.

    It ends, or stands, when as many agree as a review of an act needs; a chair settles it where they do not.
    """
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.REVIEW_ACT)
        known = await work.deliberation.stop(stop_id)
        if known is None:
            raise NotFound
        if by in (known.by, known.of):
            raise Refused("own_act", "The others look at this stop.", "P-7.5")
        if answer not in _EVENT:
            raise Refused("answer", "A stop stands or ends; there is nothing in it to change.", "P-7.5")
        await work.deliberation.add_review(Review(known.id, by, answer, work.now), None)
        about = {"stop": known.id}
        work.journal.note(Entry("stop.was_reviewed", by_member(by), "P-7.5", about))
        late = work.now >= known.at + desk.policy.unilateral.review_within
        rules_alone = late and member.holds(Group.WORKING_GROUP, work.now, Office.CHAIR)
        settled = answer if rules_alone else await _agreed(desk, work, known)
        if settled is not None:
            known = await _settle(work, known, _EVENT[settled])
        return StopView(known.id, known.by, known.of, known.at, known.state)


async def stop_by_the_clock(work: Work, policy: Policy, known: Stop, made: Promise) -> None:
    """A stop that nobody has looked at in time goes to the chairs and the Board's liaison, again and again."""
    if known.state is not StopState.OPEN:
        await keep(work, made)
        return
    office = Office.CHAIR if made.stage == 0 else Office.BOARD_LIAISON
    await tell_group_office(work, Group.WORKING_GROUP, office, NoticeKind.REVIEW_LATE, {"stop": known.id})
    await again(work, made, work.now + policy.unilateral.liaison_after)
    work.journal.note(Entry("stop.was_asked_about", SERVICE, "P-7.5", {"stop": known.id}))


async def _undo(desk: Desk, work: Work, made: Stop) -> tuple[int, int]:
    """What the one who is stopped did alone and nobody has reviewed: released, or kept for the chairs where danger was."""
    acts = [a for a in await work.deliberation.acts() if a.by == made.of and is_under_review(a)]
    by_key: dict[str, Act] = {_key(past(each)): each for each in acts}
    known = tuple(past(each) for each in acts)
    released = [by_key[_key(each)] for each in brake.released_by_stop(known, made.of)]
    kept = [by_key[_key(each)] for each in brake.kept_for_chairs(known, made.of)]
    for each in released:
        await release_stopped(work, each, by_member(made.by))
    for each in kept:
        await to_chairs(desk, work, await case_of(work, each.case), each)
    return await _known(work, made.by, released), await _known(work, made.by, kept)


async def _known(view: View, by: MemberId, acts: Iterable[Act]) -> int:
    """How many of the acts the member may know of: an act on themselves is not counted to them. Policy: P-4.2."""
    known = [by in await counted(view, await case_of(view, act.case)) for act in acts]
    return known.count(True)


def _key(each: brake.PastAct[MemberId, PersonId]) -> str:
    return f"{each.by} {each.on} {each.at.isoformat()}"


async def _agreed(desk: Desk, work: Work, known: Stop) -> ReviewAnswer | None:
    """What enough reviewers say alike; None while they do not."""
    eligible = circle_of(await work.people.members(), work.now).members - {known.by, known.of}
    latest = {r.member: r.answer for r in await work.deliberation.reviews_of(known.id)}
    return review_of_stop(latest, eligible, desk.policy)


async def _settle(work: Work, known: Stop, event: StopEvent) -> Stop:
    state = STOPS.advance(known.state, event)
    ended = work.now if event is StopEvent.END else None
    settled = await work.deliberation.save_stop(replace(known, state=state, ended_at=ended))
    await keep_about(work, known.id, PromiseKind.REVIEW)
    await _tell_group(work, settled, state)
    about = {"stop": known.id, "result": state}
    work.journal.note(Entry("stop.was_settled", SERVICE, "P-7.5", about))
    return settled


async def _tell_group(work: Work, known: Stop, what: str) -> None:
    """The whole group hears who was stopped and by whom: this is about the group itself, and about no case."""
    facts = {"stop": known.id, "what": what, "of": await _name(work, known.of), "by": await _name(work, known.by)}
    await tell_group_office(work, Group.WORKING_GROUP, None, NoticeKind.BRAKE, facts)


async def _name(view: View, member: MemberId) -> str:
    known = await view.people.member(member)
    return known.name if known else ""
