"""Another look at a moderator's measure: on the person's wish by the moderators' chair, then by the working group; and at
once by those who protect the person from whoever set it. Policy: P-4.4, P-6.8.
"""

from dataclasses import replace
from typing import Final, cast

from guardian.cases.access import acting, members_who_may_know
from guardian.cases.measures import Measure
from guardian.cases.values import Addition, Case, CaseKind, CaseState, Promise, PromiseKind
from guardian.cases.walls import still_needed, walls_from
from guardian.desk.desk import Desk, View, Work
from guardian.desk.knowing import cases_against
from guardian.desk.matters import to_group
from guardian.desk.measuring import end_measure, is_theirs, newest_measure, still_runs
from guardian.desk.moving import again, case_of, keep, keep_about, promise
from guardian.desk.telling import tell_members, tell_person
from guardian.desk.walling import tell_of_walls
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, new_id
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import MEMBERS, MODERATORS, MODERATORS_CHAIR, Seat, UseCase, sits
from guardian.people.values import Member
from guardian.sanctions.things import HeldThing, ThingWork
from guardian.sanctions.values import LiftingCause
from rules.conflicts import Signs
from rules.measures import passes_to_the_group
from rules.policy import Policy

_NOTHING: Final = "No measure of moderators runs on you that could be looked at again."


async def may_ask(view: View, person: PersonId) -> bool:
    """Whether a measure runs on the person that they can ask another look at."""
    return bool(await _asked_about(view, person))


async def ask(work: Work, policy: Policy, person: PersonId, text: str) -> str:
    """Somebody looks again at every measure that runs on the person: the moderators' chair first, then the group.

    Whoever was answered by the chair and asks again is heard by the group. Policy: P-6.8.
    """
    found = await _asked_about(work, person)
    if not found:
        raise Refused("no_measure", _NOTHING, "P-6.8")
    for made in found:
        case = await case_of(work, made.case)
        await _keep_out(work, policy, case, made, text)
        await work.cases.add_addition(Addition(new_id(), case.id, None, work.now, text))
        asked = await work.measures.save(replace(made, asked_at=work.now, looked_at=None))
        chairs = await _chairs(work, case, made)
        if chairs and made.looked_at is None:
            due = passes_to_the_group(work.now, policy)
            facts = {"due": due.isoformat(), "space": str(made.space)}
            await tell_members(work, case, NoticeKind.MEASURE_TO_LOOK_AT, facts, only=chairs)
            await promise(work, PromiseKind.MEASURE_LOOK, case.id, due, about=made.id)
        else:
            await _bring_to_the_group(work, policy, case, asked)
        about = {"measure": made.id, "case": str(case.id), "person": str(person)}
        work.journal.note(Entry("measure.was_asked_about", PARTY, "P-6.8", about, case.id))
    return "Thank you. Somebody who did not set the measure looks at it again. Until then it stays as it is."


async def look_at(desk: Desk, by: MemberId, matter: str, *, stands: bool, words: str) -> str:
    """The measure stands, or ends at once; the person has an answer, and why is in the journal."""
    if not words.strip():
        raise Refused("no_reason", "Say in a sentence why. It is kept with the matter.", "P-6.8")
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.LOOK_AT_MEASURE)
        made = await newest_measure(work, matter)
        if made is None or not await _may_look(work, member, made):
            raise NotFound
        if made.by == by:
            raise Refused("own_measure", "You set this measure. Somebody else looks at it.", "P-6.8")
        if not await still_runs(work, made):
            raise Refused("over", "This measure has ended already.", "P-6.8")
        case = await case_of(work, made.case)
        about = {"measure": made.id, "case": str(case.id), "stands": "yes" if stands else "no"}
        work.journal.note(Entry("measure.was_looked_at", by_member(by), "P-6.8", about, case.id, words.strip()))
        looked = await work.measures.save(replace(made, looked_at=work.now))
        await keep_about(work, made.id, PromiseKind.MEASURE_LOOK)
        await tell_members(work, case, NoticeKind.MEASURE_LOOKED_AT, {"answer_given": _answer(stands)}, only=[made.by])
        if made.person is not None:
            facts = {"answer": _answer(stands), "spaces": str(made.space)}
            await tell_person(work, case, made.person, NoticeKind.MEASURE_ANSWERED, facts)
        if stands:
            return "It stays until its end. The person has been told so, and that they can ask the working group."
        await end_measure(work, looked, by_member(by), LiftingCause.RECONSIDERED)
    return "It has ended, and the space lets go of it now. The person is told."


async def look_by_the_clock(work: Work, policy: Policy, made: Promise) -> None:
    """Nobody has looked in time: the matter is the group's, or whoever protects the person is reminded, until it ends."""
    measure = await work.measures.measure(made.about)
    if measure is None or made.case is None or measure.looked_at is not None or not await still_runs(work, measure):
        await keep(work, made)
        return
    case = await case_of(work, made.case)
    if case.id != measure.case:
        await tell_members(work, case, NoticeKind.MEASURED_AGAINST, await _review_of(work, measure))
    elif case.kind is CaseKind.LOCAL:
        await _bring_to_the_group(work, policy, case, measure)
    else:
        await tell_members(work, case, NoticeKind.MEASURE_TO_LOOK_AT, {"space": str(measure.space)})
    await again(work, made, work.now + policy.measures.local_look)
    about = {"measure": measure.id, "case": str(case.id)}
    work.journal.note(Entry("measure.was_recalled", SERVICE, "P-6.8", about, case.id))


class DeskThingAlarms:
    """What holds on things put to people, over the desk's one way of telling."""

    async def blocked(self, work: ThingWork, held: HeldThing) -> None:
        """Everybody who may know the matter is told that the space does not do it."""
        desk_work = cast(Work, work)
        case = await case_of(desk_work, held.case)
        await tell_members(desk_work, case, NoticeKind.BLOCKED, {"space": str(held.thing.space), "alarm": "blocked"})

    async def lifted_by_hand(self, work: ThingWork, held: HeldThing) -> None:
        """A moderator's own measure ends where somebody lifts it by hand. Architecture 5.13."""
        desk_work = cast(Work, work)
        made = await desk_work.measures.measure(held.id)
        if made is not None and made.runs_at(desk_work.now):
            await end_measure(desk_work, made, SERVICE, LiftingCause.ADOPTED)


async def _asked_about(view: View, person: PersonId) -> tuple[Measure, ...]:
    """The running measures that a wish is about: not asked about yet, or answered by the moderators' chair."""
    found = []
    for made in await view.measures.of_person(person):
        if not await still_runs(view, made):
            continue
        answered_by_chair = made.looked_at is not None and (await case_of(view, made.case)).kind is CaseKind.LOCAL
        if made.asked_at is None or answered_by_chair:
            found.append(made)
    return tuple(found)


async def _bring_to_the_group(work: Work, policy: Policy, case: Case, made: Measure) -> None:
    """The matter is the working group's from now on, and everybody of it who may know is told."""
    group_case = await to_group(work, policy, case) if case.kind is CaseKind.LOCAL else case
    await tell_members(work, group_case, NoticeKind.MEASURE_TO_LOOK_AT, {"space": str(made.space)})
    await tell_of_walls(work, case, group_case)


async def _keep_out(work: Work, policy: Policy, case: Case, made: Measure, text: str) -> None:
    """Whoever the words may mean is held out before anybody hears of them, but for whoever set the measure: it is theirs
    to end, and the words themselves are not shown to them. Policy: P-2.5."""
    before = await work.cases.walls_of(case.id)
    needed = walls_from(Signs(texts=(text,)), await work.people.members(), policy, case, work.now, PARTY)
    for wall in still_needed(needed, before, {made.by}):
        await work.cases.add_wall(wall)


async def _chairs(view: View, case: Case, made: Measure) -> tuple[MemberId, ...]:
    """The moderators' chairs who may look: never whoever set it."""
    if case.kind is not CaseKind.LOCAL or case.state is CaseState.CLOSED:
        return ()
    seat = Seat(MODERATORS.group, MODERATORS_CHAIR.office, made.space)
    may_know = await members_who_may_know(view, case)
    return tuple(member.id for member in may_know if member.id != made.by and sits(member, seat, view.now))


async def _may_look(view: View, member: Member, made: Measure) -> bool:
    """Whether the look is the member's: the matter is theirs, or a case of theirs protects the person from its setter."""
    if await is_theirs(view, member, made):
        return True
    setter = await view.people.member(made.by)
    if setter is None or made.person is None or not sits(member, MEMBERS, view.now):
        return False
    protecting = await cases_against(view, setter, made.person)
    known = [member.id in [m.id for m in await members_who_may_know(view, case)] for case in protecting]
    return any(known)


async def _review_of(view: View, made: Measure) -> dict[str, str]:
    return {"review": (await case_of(view, made.case)).code_name}


def _answer(stands: bool) -> str:
    return "stands" if stands else "ended"
