"""Reconsider a moderator's measure at the person's request: the moderators' chair first, then the working group.

Those who protect the person from whoever set it reconsider it at once. Read `request` first. Policy: P-4.4, P-6.8.
"""

from dataclasses import replace
from typing import Final

from guardian.cases.access import members_who_may_know, require_permission
from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import missing_exclusions
from guardian.cases.measures import Measure
from guardian.cases.submissions import build_addition
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyAnswer, PartyFacts
from guardian.notices.replies import Reply
from guardian.people.models import Member
from guardian.people.permissions import MEMBERS, MODERATORS, MODERATORS_CHAIR, Seat, UseCase, holds_seat
from guardian.sanctions.models import LiftingCause
from guardian.services.case_flow import get_case
from guardian.services.conflicts.exclusions import notify_of_exclusions
from guardian.services.conflicts.indicated import indicated_exclusions
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, reschedule, start_deadline
from guardian.services.escalation.local_matters import hand_to_group
from guardian.services.measures.measure_records import end_measure, is_running, may_know_measure, newest_measure
from guardian.services.notify import notify_members, notify_person
from guardian.services.visibility import protecting_cases
from rules.conflicts import ConflictIndicators
from rules.measures import reconsideration_due_at
from rules.policy import Policy

_NOTHING: Final = "No measure of moderators runs on you that could be looked at again."


async def may_request(view: ReadView, person: PersonId) -> bool:
    """Return whether a measure runs on the person of which they can ask for a reconsideration."""
    return bool(await _reconsiderable_measures(view, person))


async def request(uow: UnitOfWork, policy: Policy, person: PersonId, text: str) -> Reply:
    """Request a reconsideration of every measure that runs on the person: the moderators' chair first, then the group.

    Whoever was answered by the chair and asks again is heard by the group. Policy: P-6.8.
    """
    found = await _reconsiderable_measures(uow, person)
    if not found:
        raise Refused("no_measure", _NOTHING, "P-6.8")
    for measure in found:
        case = await get_case(uow, measure.case)
        await _exclude_mentioned(uow, policy, case, measure, text)
        await uow.cases.add_addition(build_addition(case.id, None, text, uow.now))
        requested = await uow.measures.save(
            replace(measure, reconsideration_requested_at=uow.now, reconsidered_at=None)
        )
        chairs = await _deciding_chairs(uow, case, measure)
        if chairs and measure.reconsidered_at is None:
            due = reconsideration_due_at(uow.now, policy)
            facts = {"due": due.isoformat(), "space": str(measure.space)}
            await notify_members(uow, case, NoticeKind.MEASURE_TO_RECONSIDER, facts, only=chairs)
            await start_deadline(uow, DeadlineKind.MEASURE_RECONSIDERATION, case.id, due, about=measure.id)
        else:
            await _hand_measure_to_group(uow, policy, case, requested)
        about = {"measure": measure.id, "case": str(case.id), "person": str(person)}
        uow.journal.note(Entry(act="measure.was_asked_about", by=PARTY, authority="P-6.8", about=about, case=case.id))
    return Reply("answers.measure")


async def decide(app: AppContext, by: MemberId, matter: str, *, stands: bool, words: str) -> str:
    """Decide that the measure stands, or ends at once; answer the person, and put the reason in the journal."""
    if not words.strip():
        raise Refused("no_reason", "Say in a sentence why. It is kept with the matter.", "P-6.8")
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.RECONSIDER_MEASURE)
        measure = await newest_measure(uow, matter)
        if measure is None or not await _may_decide(uow, member, measure):
            raise NotFound
        if measure.by == by:
            raise Refused("own_measure", "You set this measure. Somebody else looks at it.", "P-6.8")
        if not await is_running(uow, measure):
            raise Refused("over", "This measure has ended already.", "P-6.8")
        case = await get_case(uow, measure.case)
        about = {"measure": measure.id, "case": str(case.id), "stands": "yes" if stands else "no"}
        uow.journal.note(
            Entry(
                act="measure.was_looked_at",
                by=by_member(by),
                authority="P-6.8",
                about=about,
                case=case.id,
                text=words.strip(),
            )
        )
        decided = await uow.measures.save(replace(measure, reconsidered_at=uow.now))
        await complete_about(uow, measure.id, DeadlineKind.MEASURE_RECONSIDERATION)
        await notify_members(
            uow, case, NoticeKind.MEASURE_RECONSIDERED, {"answer_given": _answer(stands)}, only=[measure.by]
        )
        if measure.person is not None:
            facts: PartyFacts = {"answer": _answer(stands), "spaces": measure.space}
            await notify_person(uow, case, measure.person, NoticeKind.MEASURE_ANSWERED, facts)
        if stands:
            return "It stays until its end. The person has been told so, and that they can ask the working group."
        await end_measure(uow, decided, by_member(by), LiftingCause.RECONSIDERED)
    return "It has ended, and the space lets go of it now. The person is told."


async def on_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Pass a measure that nobody has reconsidered in time to the group, or remind whoever protects the person."""
    measure = await uow.measures.measure(deadline.about)
    if (
        measure is None
        or deadline.case is None
        or measure.reconsidered_at is not None
        or not await is_running(uow, measure)
    ):
        await complete(uow, deadline)
        return
    case = await get_case(uow, deadline.case)
    if case.id != measure.case:
        await notify_members(uow, case, NoticeKind.MEASURED_AGAINST, await _review_facts(uow, measure))
    elif case.kind is CaseKind.LOCAL:
        await _hand_measure_to_group(uow, app.policy, case, measure)
    else:
        await notify_members(uow, case, NoticeKind.MEASURE_TO_RECONSIDER, {"space": str(measure.space)})
    await reschedule(uow, deadline, uow.now + app.policy.measures.local_look)
    about = {"measure": measure.id, "case": str(case.id)}
    uow.journal.note(Entry(act="measure.was_recalled", by=SERVICE, authority="P-6.8", about=about, case=case.id))


async def _reconsiderable_measures(view: ReadView, person: PersonId) -> tuple[Measure, ...]:
    """Return the running measures that a request is about: not asked about yet, or answered by the moderators' chair."""
    found = []
    for measure in await view.measures.of_person(person):
        if not await is_running(view, measure):
            continue
        answered_by_chair = (
            measure.reconsidered_at is not None and (await get_case(view, measure.case)).kind is CaseKind.LOCAL
        )
        if measure.reconsideration_requested_at is None or answered_by_chair:
            found.append(measure)
    return tuple(found)


async def _hand_measure_to_group(uow: UnitOfWork, policy: Policy, case: Case, measure: Measure) -> None:
    """Make the matter the working group's, and notify everybody of it who may know."""
    group_case = await hand_to_group(uow, policy, case) if case.kind is CaseKind.LOCAL else case
    await notify_members(uow, group_case, NoticeKind.MEASURE_TO_RECONSIDER, {"space": str(measure.space)})
    await notify_of_exclusions(uow, case, group_case)


async def _exclude_mentioned(uow: UnitOfWork, policy: Policy, case: Case, measure: Measure, text: str) -> None:
    """Exclude whomever the words may mean before anybody is notified, but for whoever set the measure.

    It is theirs to end, and the words themselves are not shown to them. Policy: P-2.5.
    """
    before = await uow.cases.exclusions_of(case.id)
    indicators: ConflictIndicators[MemberId] = ConflictIndicators(texts=(text,))
    needed = await indicated_exclusions(uow, indicators, await uow.people.members(), policy, case, PARTY)
    for exclusion in missing_exclusions(needed, before, {measure.by}):
        await uow.cases.add_exclusion(exclusion)


async def _deciding_chairs(view: ReadView, case: Case, measure: Measure) -> tuple[MemberId, ...]:
    """Return the moderators' chairs who may reconsider the measure: never whoever set it."""
    if case.kind is not CaseKind.LOCAL or case.state is CaseState.CLOSED:
        return ()
    seat = Seat(MODERATORS.group, MODERATORS_CHAIR.office, measure.space)
    members = await members_who_may_know(view, case)
    return tuple(member.id for member in members if member.id != measure.by and holds_seat(member, seat, view.now))


async def _may_decide(view: ReadView, member: Member, measure: Measure) -> bool:
    """Return whether the member may decide: the matter is theirs, or a case of theirs protects the person."""
    if await may_know_measure(view, member, measure):
        return True
    setter = await view.people.member(measure.by)
    if setter is None or measure.person is None or not holds_seat(member, MEMBERS, view.now):
        return False
    protecting = await protecting_cases(view, setter, measure.person)
    known = [member.id in [m.id for m in await members_who_may_know(view, case)] for case in protecting]
    return any(known)


async def _review_facts(view: ReadView, measure: Measure) -> dict[str, str]:
    return {"review": (await get_case(view, measure.case)).code_name}


def _answer(stands: bool) -> PartyAnswer:
    return PartyAnswer.STANDS if stands else PartyAnswer.ENDED
