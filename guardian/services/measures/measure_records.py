"""Set a measure on a person, end it and show it to whoever may know of it, inside an open unit of work.

Asks no permissions: the use case that calls has done so. Read `set_measure_on_person` first. Policy: P-6.8, P-8.1,
P-4.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.cases.access import may_know, normalize_code_name
from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.measures import PERSON_RESTRICTIONS, Measure, MeasureKind
from guardian.errors import NotFound, Refused
from guardian.ids import PersonId, Reference, SpaceName, new_id, new_reference
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import LinkEvidence, Member, Trust
from guardian.people.permissions import MEMBERS, MODERATORS, Seat, holds_seat
from guardian.reconciler.content import end
from guardian.sanctions import lifting
from guardian.sanctions.imposition import SanctionOrder, impose
from guardian.sanctions.models import LiftingCause, Sanction
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, issue_personal_receipt
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, start_deadline
from guardian.services.escalation.cross_space import propose_if_cross_space
from guardian.services.escalation.local_matters import close_matter, prepare_case
from guardian.services.hidden_facts import Restricted, is_known_to_be, notify_of_restriction
from guardian.services.identity.linking import (
    FoundAccount,
    exclude_person_everywhere,
    link_account,
    link_vouched_accounts,
    person_for_account,
)
from guardian.services.members import people_behind, role_holders_for_person
from guardian.services.notify import notify_members, notify_person
from guardian.services.visibility import account_knowledge, protecting_cases
from guardian.spaces.port import Account
from rules.measures import MeasureReason, may_measure
from rules.notification import NotificationState, measure_waits_until
from rules.policy import Policy
from rules.precedence import access_level_of


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure for moderators, in clocks and by the name of its matter: a person's code name is the group's (P-4.2)."""

    matter: str
    kind: MeasureKind
    space: SpaceName
    ends: datetime
    reason: MeasureReason
    asked_at: datetime | None = None
    own: bool = False
    untold: Reference | None = None
    """By what it is found, where no message has reached the person and nobody has told them yet."""


@dataclass(frozen=True, slots=True)
class MeasureRecord:
    """Who sets what in which space, why, and until when."""

    by: Member
    space: SpaceName
    kind: MeasureKind
    reason: MeasureReason
    ends: datetime
    words: str = ""
    native: bool = False
    case: Case | None = None
    """The matter, where one stands already."""


async def set_measure_on_person(
    app: AppContext, uow: UnitOfWork, record: MeasureRecord, found: FoundAccount, term: timedelta | None
) -> tuple[Measure, Sanction]:
    """Set the measure on the person behind the account, make their accounts there due, and notify them.

    Refused where the rule says that it is the working group's, by the earlier measures that the moderator may know.
    """
    await require_measurable(app, uow, record.by, found.account, term)
    person = await person_for_account(uow, found, record.by.id)
    case = record.case or await open_measure_matter(uow, record)
    link_evidence = LinkEvidence(case.id, Trust.EVIDENCED, by_member(record.by.id), "measured by a moderator")
    link = await link_account(uow, person, found.account, found.handle, link_evidence)
    await link_vouched_accounts(uow, person, found, link_evidence, record.by.id)
    unaware = not await _is_measurable_by_all(app, uow, record, person.id, term)
    await exclude_person(uow, app, case, person.id, record.by)
    measure = Measure(
        id=new_id(),
        case=case.id,
        space=record.space,
        kind=record.kind,
        by=record.by.id,
        at=uow.now,
        ends=record.ends,
        reason=record.reason,
        words=record.words,
        person=person.id,
        native=record.native,
    )
    await uow.measures.add(measure)
    order = SanctionOrder.local(
        person=person.id,
        case=case.id,
        measure=measure.id,
        restriction=PERSON_RESTRICTIONS[record.kind],
        account=link,
        ends=measure.ends,
        effective_from=_waits_until(app, uow, record, case),
    )
    sanction = await impose(uow, order, app.spaces.names)
    await notify_measured(app, uow, case, measure, sanction)
    await notify_protecting_cases(uow, app.policy, record.by, person.id, case, measure)
    await notify_of_restriction(uow, Restricted(record.by.id, person.id, case, unaware), sanction)
    await record_measure(uow, measure)
    await propose_if_cross_space(uow, app.policy, person.id)
    return measure, sanction


def _waits_until(app: AppContext, uow: UnitOfWork, record: MeasureRecord, case: Case) -> datetime | None:
    """Until when, at most, it waits for our message. What stands in the space already, as a native act, waits for nothing."""
    space = app.spaces.get(record.space)
    level = access_level_of(PERSON_RESTRICTIONS[record.kind])
    writes = space is not None and level in space.capabilities.writes_to_person
    urgent = case.safety_risk or record.native
    return measure_waits_until(uow.now, app.policy, space_writes=writes, safety=urgent)


async def require_measurable(
    app: AppContext, view: ReadView, by: Member, account: Account, term: timedelta | None
) -> None:
    """Refuse a measure that the moderator may know not to be theirs: on themselves, too long, too often.

    Policy: P-4.2, P-6.8, P-7.5.
    """
    known = await account_knowledge(view, by.id, account)
    if by.id in [holder.id for holder in known.role_holders]:
        raise Refused("own_account", "Nobody sets a measure on themselves.", "P-6.8")
    measures = await view.measures.of_person(known.person) if known.person else ()
    visible = [each for each in measures if each.space == account.space and await may_know_measure(view, by, each)]
    earlier = [each.at for each in visible]
    require(may_measure(term, earlier, view.now, app.policy, on_leader=bool(known.role_holders)))


async def _is_measurable_by_all(
    app: AppContext, view: ReadView, record: MeasureRecord, person: PersonId, term: timedelta | None
) -> bool:
    """Whether the rule would have allowed it by all that anybody knows of the person."""
    holders = await role_holders_for_person(view, person)
    earlier = await measure_times(view, await people_behind(view, person), record.space)
    if record.by.id in [holder.id for holder in holders]:
        return False
    return bool(may_measure(term, earlier, view.now, app.policy, on_leader=bool(holders)))


async def exclude_person(uow: UnitOfWork, app: AppContext, case: Case, person: PersonId, by: Member) -> None:
    """Make the matter about that person, and exclude from it and every other the moderator or member who they are."""
    unaware = None if await is_known_to_be(uow, by, person, case.id) else by.id
    kept = {unaware}
    concerned = [holder.id for holder in await role_holders_for_person(uow, person) if holder.id not in kept]
    already_excluded = {exclusion.member for exclusion in await uow.cases.exclusions_of(case.id)}
    for member in concerned:
        if member not in already_excluded:
            exclusion = Exclusion(
                case=case.id,
                member=member,
                kind=ExclusionKind.EXCLUDED,
                cause="the measure is on them",
                at=uow.now,
                by=SERVICE,
            )
            await uow.cases.add_exclusion(exclusion)
    parties = await uow.cases.parties_of(case.id)
    if not any(party.person == person for party in parties):
        await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=person))
    await exclude_person_everywhere(uow, app.policy, person, by_member(by.id), unaware=unaware)


async def notify_measured(
    app: AppContext, uow: UnitOfWork, case: Case, measure: Measure, sanction: Sanction | None
) -> None:
    """Notify the person of what restricts them, why, until when, and where they can ask for a reconsideration."""
    if measure.person is None:
        return
    facts: PartyFacts = {
        "measure": measure.kind,
        "measured_for": measure.reason,
        "spaces": measure.space,
        "ends": measure.ends,
        **await issue_personal_receipt(app, uow, case, measure.person),
    }
    await notify_person(uow, case, measure.person, NoticeKind.MEASURED, facts, sanction.id if sanction else None)


async def notify_protecting_cases(
    uow: UnitOfWork, policy: Policy, actor: Member, person: PersonId, matter: Case, measure: Measure | None = None
) -> None:
    """Notify the cases that protect the person from this very actor at once; the answer looks as always.

    Policy: P-4.4.
    """
    for other in await protecting_cases(uow, actor, person):
        await notify_members(uow, other, NoticeKind.MEASURED_AGAINST, {"review": matter.code_name})
        if measure is not None:
            due = uow.now + policy.conflicts.conflict_review
            await start_deadline(uow, DeadlineKind.MEASURE_RECONSIDERATION, other.id, due, about=measure.id)


async def end_measure(uow: UnitOfWork, measure: Measure, by: str, cause: LiftingCause) -> Measure:
    """End the measure at this instant, whatever it asked of the space with it, and close its matter."""
    for sanction in await uow.sanctions.of_case(measure.case):
        if sanction.authority.id == measure.id and sanction.lifting is None and measure.ends > uow.now:
            await lifting.lift(uow, sanction, uow.now, cause, by, measure.id)
    await end(uow, measure.id)
    ended = await uow.measures.save(replace(measure, ended_at=uow.now, ended_by=by))
    await complete_about(uow, measure.id, DeadlineKind.MEASURE_END, DeadlineKind.MEASURE_RECONSIDERATION)
    await close_matter(uow, await get_case(uow, measure.case), "The measure was ended before its time.")
    about = {"measure": measure.id, "case": str(measure.case), "cause": cause}
    uow.journal.note(Entry(act="measure.was_ended", by=by, authority="P-6.8", about=about, case=measure.case))
    return ended


async def on_measure_end_due(_app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Close the matter of a measure whose term is over; the space lets go by itself."""
    await complete(uow, deadline)
    measure = await uow.measures.measure(deadline.about)
    if measure is None or measure.ended_at is not None:
        return
    await close_matter(uow, await get_case(uow, measure.case), "The measure has ended.")
    about = {"measure": measure.id, "case": str(measure.case)}
    uow.journal.note(Entry(act="measure.has_ended", by=SERVICE, authority="P-6.8", about=about, case=measure.case))


async def is_running(view: ReadView, measure: Measure) -> bool:
    """Return whether the measure runs at this instant: its time is not over, and nobody has ended it, manually or here."""
    if not measure.runs_at(view.now):
        return False
    ended = [
        s for s in await view.sanctions.of_case(measure.case) if s.authority.id == measure.id and s.lifting is not None
    ]
    return not ended


async def measure_for(view: ReadView, member: Member, matter: str) -> Measure:
    """Return the newest measure of the matter, for a member who may know of it or has set it; NotFound for all others."""
    found = await newest_measure(view, matter)
    if found is None or not await may_know_measure(view, member, found):
        raise NotFound
    return found


async def newest_measure(view: ReadView, matter: str) -> Measure | None:
    """Return the newest measure of the matter of that name, or that bore it until it was passed on, whoever asks."""
    case = await view.cases.case_by_code_name(normalize_code_name(matter))
    former = (
        [
            handoff.case
            for handoff in await view.handoffs.all_handoffs()
            if handoff.matter == normalize_code_name(matter)
        ]
        if case is None
        else []
    )
    of_case = case.id if case is not None else next(iter(former), None)
    found = await view.measures.of_case(of_case) if of_case is not None else ()
    return found[-1] if found else None


async def may_know_measure(view: ReadView, member: Member, measure: Measure) -> bool:
    """Return whether the measure is the member's to know: its matter is, or they set it and are not kept out of it."""
    case = await get_case(view, measure.case)
    exclusions = await view.cases.exclusions_of(case.id)
    is_excluded = any(exclusion.member == member.id and exclusion.lifted_at is None for exclusion in exclusions)
    return may_know(member, case, exclusions, view.now) or (measure.by == member.id and not is_excluded)


async def visible_code_name(view: ReadView, member: Member, case: Case) -> str:
    """Return the case's code name; for whoever may not know the case, the one that it had while it was a local matter.

    Policy: P-3.1.
    """
    if may_know(member, case, await view.cases.exclusions_of(case.id), view.now):
        return case.code_name
    former = [
        handoff.matter for handoff in await view.handoffs.of_case(case.id) if handoff.case == case.id and handoff.matter
    ]
    return former[0] if former else case.code_name


async def untold_by_authority(view: ReadView) -> dict[str, Reference]:
    """Return by what each sanction is found that runs on somebody whom no message has reached, by what it rests on."""
    running = await view.sanctions.unlifted()
    return {s.authority.id: s.reference for s in running if s.notification is NotificationState.COULD_NOT_NOTIFY}


async def measure_view(
    view: ReadView, measure: Measure, member: Member, untold: Reference | None = None
) -> MeasureView:
    """Return the measure by the name of its matter."""
    case = await get_case(view, measure.case)
    own = measure.by == member.id
    return MeasureView(
        matter=await visible_code_name(view, member, case),
        kind=measure.kind,
        space=measure.space,
        ends=measure.ends,
        reason=measure.reason,
        asked_at=measure.reconsideration_requested_at,
        own=own,
        untold=untold,
    )


def may_measure_in(member: Member, space: SpaceName, at: datetime) -> bool:
    """Return whether the member may measure in that space: a moderator of it, or one of the working group."""
    return holds_seat(member, Seat(MODERATORS.group, space=space), at) or holds_seat(member, MEMBERS, at)


async def measure_times(view: ReadView, people: Iterable[PersonId], space: SpaceName) -> list[datetime]:
    """Return when measures began in that space on these people."""
    return [each.at for person in people for each in await view.measures.of_person(person) if each.space == space]


async def open_measure_matter(uow: UnitOfWork, record: MeasureRecord) -> Case:
    """Open a local matter of the space for the measure."""
    fresh = await prepare_case(uow, danger=False)
    case = replace(fresh, kind=CaseKind.LOCAL, space=record.space, state=CaseState.OPEN)
    await uow.cases.add_case(case)
    return case


async def record_measure(uow: UnitOfWork, measure: Measure) -> None:
    """Journal the measure and start the deadline of its end."""
    about = {"case": str(measure.case), "measure": measure.id, "kind": measure.kind, "space": str(measure.space)}
    words = measure.words or None
    uow.journal.note(
        Entry(
            act="measure.was_set",
            by=by_member(measure.by),
            authority="P-6.8",
            about=about,
            case=measure.case,
            text=words,
        )
    )
    await start_deadline(uow, DeadlineKind.MEASURE_END, measure.case, measure.ends, about=measure.id)
