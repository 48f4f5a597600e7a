"""Local, timed measures of moderators in one space: set with one confirmation, ended by themselves or by hand, looked at
again on the person's wish. Each is a local matter of its own. Policy: P-6.8, P-8.1, P-4.4.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import may_know, normalize_code_name, require_permission
from guardian.cases.deliberation import check_spaces
from guardian.cases.machine import CASE_MACHINE
from guardian.cases.measures import CONTENT_RESTRICTIONS, PERSON_RESTRICTIONS, Measure, MeasureKind
from guardian.cases.values import (
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Consequence,
    DeadlineKind,
    Exclusion,
    ExclusionKind,
    Party,
    PartyRole,
)
from guardian.desk.acting import AccountInput, role_holders_for_person
from guardian.desk.desk import AppContext, ReadView, UnitOfWork
from guardian.desk.foresight import SpacePreview, preview_restriction
from guardian.desk.knowing import protecting_cases
from guardian.desk.linking import (
    FoundAccount,
    exclude_person_everywhere,
    find_account,
    link_account,
    link_vouched_accounts,
    person_for_account,
)
from guardian.desk.matters import prepare_case
from guardian.desk.moving import complete_about, get_case, issue_personal_receipt, require, start_deadline
from guardian.desk.spreading import propose_if_cross_space
from guardian.desk.telling import notify_members, notify_person
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, SpaceName, new_id, new_reference
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import MEMBERS, MODERATORS, Seat, UseCase, holds_seat
from guardian.people.values import LinkEvidence, Member, Trust
from guardian.sanctions import enactment, lifting
from guardian.sanctions.things import TOPIC, ContentRestriction, end
from guardian.sanctions.values import LiftingCause, Sanction
from guardian.spaces.port import Account, Missing, Unknown
from guardian.spaces.things import ContentRef
from rules.ladder import Outcome
from rules.measures import MeasureReason, may_measure
from rules.policy import Policy

_NOT_THERE: Final = "Nothing is found there by exactly that. Please give the link as the space shows it."
_MOST_WORDS: Final = 1000


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """What a moderator would set: on an account as they typed it, or on a thing by its link. `words` are kept with the
    matter and shown to nobody outside it."""

    kind: MeasureKind
    target: AccountInput
    reason: MeasureReason
    term: timedelta | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class MeasurePreview:
    """What would hold, in which space and until when; `spaces` has one entry for a measure on a person."""

    kind: MeasureKind
    space: SpaceName
    ends: datetime
    spaces: tuple[SpacePreview, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure as moderators see it, in code names and clocks. `person` is empty where nobody is known behind a thing."""

    matter: str
    kind: MeasureKind
    space: SpaceName
    person: str
    ends: datetime
    reason: MeasureReason
    asked_at: datetime | None = None
    own: bool = False


async def preview_measure(app: AppContext, by: MemberId, request: MeasureRequest) -> MeasurePreview:
    """What the measure would do, asked of its space now; nothing is changed and nobody is told.

    Refused where it is not the moderator's to set: elsewhere, too long, too often.
    """
    async with app.units_of_work.read() as view:
        await _require_may_measure(view, by, request.target.space)
        require(may_measure(request.term, (), view.now, app.policy))
        ends = view.now + (request.term or timedelta())
    _check_expressible(app, request)
    if request.kind in CONTENT_RESTRICTIONS:
        await _find_content(app, request)
        return MeasurePreview(request.kind, request.target.space, ends)
    found = await find_account(app, request.target.space, request.target.text)
    async with app.units_of_work.read() as view:
        owners = [link.person for link in await view.people.links_of_account(found.account) if link.binding]
        require(
            may_measure(request.term, await measure_times(view, owners, request.target.space), view.now, app.policy)
        )
    seen = await preview_restriction(
        app.spaces, (found.account,), PERSON_RESTRICTIONS[request.kind], frozenset({request.target.space})
    )
    return MeasurePreview(request.kind, request.target.space, ends, seen)


async def set_measure(app: AppContext, by: MemberId, request: MeasureRequest) -> MeasureView:
    """The measure holds from now on and ends by itself; the person is told, and whom to turn to. Policy: P-6.8."""
    async with app.units_of_work.read() as view:
        await _require_may_measure(view, by, request.target.space)
        require(may_measure(request.term, (), view.now, app.policy))
    _check_expressible(app, request)
    if request.kind in CONTENT_RESTRICTIONS:
        return await _set_on_content(app, by, request)
    found = await find_account(app, request.target.space, request.target.text)
    async with app.units_of_work.begin() as uow:
        member = await _require_may_measure(uow, by, request.target.space)
        term = request.term or timedelta()
        record = MeasureRecord(
            member, request.target.space, request.kind, request.reason, uow.now + term, request.words.strip()
        )
        measure, _ = await set_measure_on_person(app, uow, record, found, term)
        return await measure_view(uow, measure, member)


async def list_measures(app: AppContext, by: MemberId) -> tuple[MeasureView, ...]:
    """The measures that run now and that the member may know of or has set, oldest first."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.MEASURE)
        found = [each for each in await view.measures.unended(view.now) if await may_know_measure(view, member, each)]
        return tuple([await measure_view(view, each, member) for each in found if await is_running(view, each)])


async def end_measure_early(app: AppContext, by: MemberId, matter: str) -> str:
    """The measure has ended before its time: its space lets go at once. Policy: P-6.8."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.MEASURE)
        found = await _running_measure(uow, member, matter)
        await end_measure(uow, found, by_member(by), LiftingCause.RECONSIDERED)
    return f"The measure {normalize_code_name(matter)} has ended, and the space lets go of it now."


# -- in an open transaction, for others at the desk


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
    """The measure on the person behind the account stands, and enters the space's work list; they are told.

    Refused where the rule says that it is the working group's, which the person's earlier measures may make it.
    """
    person = await person_for_account(uow, found)
    leaders = await role_holders_for_person(uow, person.id)
    if record.by.id in [leader.id for leader in leaders]:
        raise Refused("own_account", "Nobody sets a measure on themselves.", "P-6.8")
    earlier = await measure_times(uow, [person.id], record.space)
    require(may_measure(term, earlier, uow.now, app.policy, on_leader=bool(leaders)))
    case = record.case or await open_measure_matter(uow, record)
    link_evidence = LinkEvidence(case.id, Trust.EVIDENCED, by_member(record.by.id), "measured by a moderator")
    await link_account(uow, person, found.account, found.handle, link_evidence)
    await link_vouched_accounts(uow, person, found, link_evidence)
    await exclude_person(uow, app, case, person.id, record.by)
    measure = Measure(
        new_id(),
        case.id,
        record.space,
        record.kind,
        record.by.id,
        uow.now,
        record.ends,
        record.reason,
        record.words,
        person.id,
        native=record.native,
    )
    await uow.measures.add(measure)
    sanction = await enactment.impose_locally(
        uow,
        person.id,
        case.id,
        measure.id,
        PERSON_RESTRICTIONS[record.kind],
        record.space,
        measure.ends,
        app.spaces.names,
    )
    await notify_measured(app, uow, case, measure, sanction)
    await notify_protecting_cases(uow, app.policy, record.by, person.id, case, measure)
    await record_measure(uow, measure)
    await propose_if_cross_space(uow, app.policy, person.id)
    return measure, sanction


async def exclude_person(uow: UnitOfWork, app: AppContext, case: Case, person: PersonId, by: Member) -> None:
    """The matter is about that person; a moderator or member whom it concerns is kept out of it and of every other."""
    concerned = [leader.id for leader in await role_holders_for_person(uow, person)]
    already_excluded = {exclusion.member for exclusion in await uow.cases.exclusions_of(case.id)}
    for member in concerned:
        if member not in already_excluded:
            exclusion = Exclusion(case.id, member, ExclusionKind.EXCLUDED, "the measure is on them", uow.now, SERVICE)
            await uow.cases.add_exclusion(exclusion)
    parties = await uow.cases.parties_of(case.id)
    if not any(party.person == person for party in parties):
        await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=person))
    await exclude_person_everywhere(uow, app.policy, person, by_member(by.id))


async def notify_measured(
    app: AppContext, uow: UnitOfWork, case: Case, measure: Measure, sanction: Sanction | None
) -> None:
    """The person is told what holds, why, until when, and where they can ask for another look."""
    if measure.person is None:
        return
    facts = {
        "measure": measure.kind,
        "measured_for": measure.reason,
        "spaces": str(measure.space),
        "ends": measure.ends.isoformat(),
        **await issue_personal_receipt(app, uow, case, measure.person),
    }
    await notify_person(uow, case, measure.person, NoticeKind.MEASURED, facts, sanction.id if sanction else None)


async def notify_protecting_cases(
    uow: UnitOfWork, policy: Policy, actor: Member, person: PersonId, matter: Case, measure: Measure | None = None
) -> None:
    """Cases that protect the person from this very actor hear of it at once; the answer looks as always. Policy: P-4.4."""
    for other in await protecting_cases(uow, actor, person):
        await notify_members(uow, other, NoticeKind.MEASURED_AGAINST, {"review": matter.code_name})
        if measure is not None:
            due = uow.now + policy.conflicts.conflict_review
            await start_deadline(uow, DeadlineKind.MEASURE_RECONSIDERATION, other.id, due, about=measure.id)


async def end_measure(uow: UnitOfWork, measure: Measure, by: str, cause: LiftingCause) -> Measure:
    """What the measure asked for is asked for no longer, from this instant on; its matter is closed."""
    for sanction in await uow.sanctions.of_case(measure.case):
        if sanction.authority.id == measure.id and sanction.lifting is None and measure.ends > uow.now:
            await lifting.lift(uow, sanction, uow.now, cause, by, measure.id)
    await end(uow, measure.id)
    ended = await uow.measures.save(replace(measure, ended_at=uow.now, ended_by=by))
    await complete_about(uow, measure.id, DeadlineKind.MEASURE_END, DeadlineKind.MEASURE_RECONSIDERATION)
    await close_matter(uow, await get_case(uow, measure.case), "The measure was ended before its time.")
    about = {"measure": measure.id, "case": str(measure.case), "cause": cause}
    uow.journal.note(Entry("measure.was_ended", by, "P-6.8", about, measure.case))
    return ended


async def close_matter(uow: UnitOfWork, case: Case, outcome: str) -> None:
    """A local matter that has come to its end is closed; one that is with the working group by now is theirs to close."""
    if case.kind is CaseKind.LOCAL and CASE_MACHINE.allows(case.state, CaseEvent.FILE):
        state = CASE_MACHINE.advance(case.state, CaseEvent.FILE)
        await uow.cases.save_case(replace(case, state=state, outcome=outcome, closed_at=uow.now))


async def is_running(view: ReadView, measure: Measure) -> bool:
    """Whether the measure holds at this instant: its time is not over, and nobody has ended it, by hand or here."""
    if not measure.runs_at(view.now):
        return False
    ended = [
        s for s in await view.sanctions.of_case(measure.case) if s.authority.id == measure.id and s.lifting is not None
    ]
    return not ended


async def measure_for(view: ReadView, member: Member, matter: str) -> Measure:
    """The newest measure of the matter, for a member who may know of it or has set it; NotFound for everybody else."""
    found = await newest_measure(view, matter)
    if found is None or not await may_know_measure(view, member, found):
        raise NotFound
    return found


async def newest_measure(view: ReadView, matter: str) -> Measure | None:
    """The newest measure of the matter of that name, or of the one that bore it until it was passed on, whoever asks."""
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


async def visible_code_name(view: ReadView, member: Member, case: Case) -> str:
    """The case's code name; for whoever may not know the case, the one that it had while it was a local matter. Policy: P-3.1."""
    if may_know(member, case, await view.cases.exclusions_of(case.id), view.now):
        return case.code_name
    former = [
        handoff.matter for handoff in await view.handoffs.of_case(case.id) if handoff.case == case.id and handoff.matter
    ]
    return former[0] if former else case.code_name


async def measure_view(view: ReadView, measure: Measure, member: Member) -> MeasureView:
    """The measure in code names and clocks."""
    case = await get_case(view, measure.case)
    person = await view.people.person(measure.person) if measure.person else None
    own = measure.by == member.id
    name = person.code_name if person else ""
    return MeasureView(
        await visible_code_name(view, member, case),
        measure.kind,
        measure.space,
        name,
        measure.ends,
        measure.reason,
        measure.reconsideration_requested_at,
        own,
    )


async def on_measure_end(uow: UnitOfWork, measure_id: str) -> None:
    """The term of a measure is over, and with it its matter; the space lets go by itself."""
    measure = await uow.measures.measure(measure_id)
    if measure is None or measure.ended_at is not None:
        return
    await close_matter(uow, await get_case(uow, measure.case), "The measure has ended.")
    about = {"measure": measure.id, "case": str(measure.case)}
    uow.journal.note(Entry("measure.has_ended", SERVICE, "P-6.8", about, measure.case))


def may_measure_in(member: Member, space: SpaceName, at: datetime) -> bool:
    """Whether the member may measure in that space: a moderator of it, or one of the working group."""
    return holds_seat(member, Seat(MODERATORS.group, space=space), at) or holds_seat(member, MEMBERS, at)


async def _require_may_measure(view: ReadView, by: MemberId, space: SpaceName) -> Member:
    member = await require_permission(view, by, UseCase.MEASURE)
    if not may_measure_in(member, space, view.now):
        raise Refused("not_your_space", "You look after another space: ask a moderator of this one.", "P-6.1")
    return member


async def measure_times(view: ReadView, people: list[PersonId], space: SpaceName) -> list[datetime]:
    """When measures began in that space on these people."""
    return [each.at for person in people for each in await view.measures.of_person(person) if each.space == space]


def _check_expressible(app: AppContext, request: MeasureRequest) -> None:
    if len(request.words) > _MOST_WORDS:
        raise Refused("too_long", f"Please say it in {_MOST_WORDS} characters.", "P-6.8")
    restriction = PERSON_RESTRICTIONS.get(request.kind)
    if restriction is not None:
        consequence = Consequence(Outcome.OTHER, restriction, request.term, spaces=frozenset({request.target.space}))
        require(check_spaces(consequence, {space.name: space.capabilities for space in app.spaces}))
        return
    content = app.spaces.content(request.target.space)
    if content is None or CONTENT_RESTRICTIONS[request.kind] not in content.supported:
        sentence = f"On {request.target.space} nothing can be {request.kind} by a measure."
        raise Refused("cannot_be_expressed", sentence, "P-6.8")


async def open_measure_matter(uow: UnitOfWork, record: MeasureRecord) -> Case:
    fresh = await prepare_case(uow, danger=False)
    case = replace(fresh, kind=CaseKind.LOCAL, space=record.space, state=CaseState.OPEN)
    await uow.cases.add_case(case)
    return case


async def _set_on_content(app: AppContext, by: MemberId, request: MeasureRequest) -> MeasureView:
    content, author = await _find_content(app, request)
    found = await _find_author(app, author) if request.kind is MeasureKind.HIDDEN else None
    async with app.units_of_work.begin() as uow:
        member = await _require_may_measure(uow, by, request.target.space)
        restriction = CONTENT_RESTRICTIONS[request.kind]
        if any(
            each.content.native_id == content.native_id and each.restriction is restriction
            for each in await _restrictions_in(uow, content)
        ):
            raise Refused("stands_already", "A measure of the same kind runs there already: see `/measures`.", "P-6.8")
        ends = uow.now + (request.term or timedelta())
        record = MeasureRecord(member, request.target.space, request.kind, request.reason, ends, request.words.strip())
        case = await open_measure_matter(uow, record)
        person = await _record_author(uow, app, case, found, member) if found else None
        measure = Measure(
            new_id(),
            case.id,
            record.space,
            record.kind,
            by,
            uow.now,
            ends,
            record.reason,
            record.words,
            person,
            content,
        )
        await uow.measures.add(measure)
        await uow.content_restrictions.add(ContentRestriction(measure.id, case.id, content, restriction, ends, uow.now))
        uow.wake(TOPIC)
        await notify_measured(app, uow, case, measure, None)
        if person is not None:
            await notify_protecting_cases(uow, app.policy, member, person, case, measure)
        await record_measure(uow, measure)
        return await measure_view(uow, measure, member)


async def _restrictions_in(view: ReadView, content: ContentRef) -> tuple[ContentRestriction, ...]:
    return tuple(each for each in await view.content_restrictions.unfinished() if each.content.space == content.space)


async def _record_author(uow: UnitOfWork, app: AppContext, case: Case, found: FoundAccount, by: Member) -> PersonId:
    person = await person_for_account(uow, found)
    link_evidence = LinkEvidence(case.id, Trust.EVIDENCED, by_member(by.id), "wrote what a moderator hid")
    await link_account(uow, person, found.account, found.handle, link_evidence)
    await exclude_person(uow, app, case, person.id, by)
    return person.id


async def _find_content(app: AppContext, request: MeasureRequest) -> tuple[ContentRef, Account | None]:
    """The thing that the words mean, nothing of the kind standing on it yet, and who wrote it, as far as can be read."""
    port = app.spaces.content(request.target.space)
    content = await port.find(request.target.text.strip()) if port else None
    if port is None or content is None:
        raise Refused("nothing_found", _NOT_THERE, "P-6.8")
    seen = await port.observe(content)
    if isinstance(seen, Missing):
        raise Refused("nothing_found", _NOT_THERE, "P-6.8")
    if isinstance(seen, Unknown):
        why = seen.needs or seen.reason
        raise Refused("not_seen", f"The space could not be asked just now ({why}). Please try again.", "P-6.8")
    if CONTENT_RESTRICTIONS[request.kind] in seen.restrictions:
        raise Refused("stands_already", f"It is {request.kind} already, and stays so: nothing to do.", "P-6.8")
    copy = await port.read_copy(content) if request.kind is MeasureKind.HIDDEN else None
    author = None if copy is None or isinstance(copy, Unknown | Missing) else copy.author
    return content, author


async def _find_author(app: AppContext, account: Account | None) -> FoundAccount | None:
    """The account that wrote it; where its space does not answer just now, nobody is known behind it."""
    if account is None:
        return None
    try:
        return await find_account(app, account.space, account.native_id)
    except Refused:
        return None


async def record_measure(uow: UnitOfWork, measure: Measure) -> None:
    about = {"case": str(measure.case), "measure": measure.id, "kind": measure.kind, "space": str(measure.space)}
    words = measure.words or None
    uow.journal.note(Entry("measure.was_set", by_member(measure.by), "P-6.8", about, measure.case, words))
    await start_deadline(uow, DeadlineKind.MEASURE_END, measure.case, measure.ends, about=measure.id)


async def _running_measure(view: ReadView, member: Member, matter: str) -> Measure:
    found = await measure_for(view, member, matter)
    if not await is_running(view, found):
        raise Refused("over", "This measure has ended already.", "P-6.8")
    return found


async def may_know_measure(view: ReadView, member: Member, measure: Measure) -> bool:
    """Whether the measure is the member's to know: its matter is, or they set it and are not kept out of it."""
    case = await get_case(view, measure.case)
    exclusions = await view.cases.exclusions_of(case.id)
    is_excluded = any(exclusion.member == member.id and exclusion.lifted_at is None for exclusion in exclusions)
    return may_know(member, case, exclusions, view.now) or (measure.by == member.id and not is_excluded)
