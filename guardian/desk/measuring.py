"""Local, timed measures of moderators in one space: set with one confirmation, ended by themselves or by hand, looked at
again on the person's wish. Each is a local matter of its own. Policy: P-6.8, P-8.1, P-4.4.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import acting, may_know, plain_name
from guardian.cases.deliberation import judge_spaces
from guardian.cases.machine import CASES
from guardian.cases.measures import ON_PEOPLE, ON_THINGS, Measure, MeasureKind
from guardian.cases.values import (
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Consequence,
    Party,
    PartyRole,
    PromiseKind,
    Wall,
    WallKind,
)
from guardian.desk.acting import Target, roles_of
from guardian.desk.desk import Desk, View, Work
from guardian.desk.foresight import SpacePreview, foresee
from guardian.desk.knowing import cases_against
from guardian.desk.linking import Found, find_account, link_account, link_vouched, person_behind, wall_off_person
from guardian.desk.matters import fresh_case
from guardian.desk.moving import case_of, hand_receipt, insist, keep_about, promise
from guardian.desk.spreading import propose_if_spread
from guardian.desk.telling import tell_members, tell_person
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, SpaceName, new_id, new_reference
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import MEMBERS, MODERATORS, Seat, UseCase, sits
from guardian.people.values import Member, Naming, Trust
from guardian.sanctions import enactment, lifting
from guardian.sanctions.things import TOPIC, HeldThing, end_now
from guardian.sanctions.values import LiftingCause, Sanction
from guardian.spaces.port import Account, Missing, Unknown
from guardian.spaces.things import Thing
from rules.ladder import Outcome
from rules.measures import MeasureReason, may_measure
from rules.policy import Policy

_NOT_THERE: Final = "Nothing is found there by exactly that. Please give the link as the space shows it."
_MOST_WORDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a moderator would set: on an account as they typed it, or on a thing by its link. `words` are kept with the
    matter and shown to nobody outside it."""

    kind: MeasureKind
    on: Target
    reason: MeasureReason
    term: timedelta | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
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


async def preview(desk: Desk, by: MemberId, wanted: Wanted) -> Preview:
    """What the measure would do, asked of its space now; nothing is changed and nobody is told.

    Refused where it is not the moderator's to set: elsewhere, too long, too often.
    """
    async with desk.works.look() as view:
        await _moderator(view, by, wanted.on.space)
        insist(may_measure(wanted.term, (), view.now, desk.policy))
        ends = view.now + (wanted.term or timedelta())
    _judge(desk, wanted)
    if wanted.kind in ON_THINGS:
        await _found_thing(desk, wanted)
        return Preview(wanted.kind, wanted.on.space, ends)
    found = await find_account(desk, wanted.on.space, wanted.on.text)
    async with desk.works.look() as view:
        owners = [link.person for link in await view.people.owners(found.account) if link.binding]
        insist(may_measure(wanted.term, await _earlier(view, owners, wanted.on.space), view.now, desk.policy))
    seen = await foresee(desk.spaces, (found.account,), ON_PEOPLE[wanted.kind], frozenset({wanted.on.space}))
    return Preview(wanted.kind, wanted.on.space, ends, seen)


async def measure(desk: Desk, by: MemberId, wanted: Wanted) -> MeasureView:
    """The measure holds from now on and ends by itself; the person is told, and whom to turn to. Policy: P-6.8."""
    async with desk.works.look() as view:
        await _moderator(view, by, wanted.on.space)
        insist(may_measure(wanted.term, (), view.now, desk.policy))
    _judge(desk, wanted)
    if wanted.kind in ON_THINGS:
        return await _on_thing(desk, by, wanted)
    found = await find_account(desk, wanted.on.space, wanted.on.text)
    async with desk.works.begin() as work:
        member = await _moderator(work, by, wanted.on.space)
        term = wanted.term or timedelta()
        setting = Setting(member, wanted.on.space, wanted.kind, wanted.reason, work.now + term, wanted.words.strip())
        made, _ = await set_on_person(desk, work, setting, found, term)
        return await view_of(work, made, member)


async def running(desk: Desk, by: MemberId) -> tuple[MeasureView, ...]:
    """The measures that run now and that the member may know of or has set, oldest first."""
    async with desk.works.look() as view:
        member = await acting(view, by, UseCase.MEASURE)
        found = [each for each in await view.measures.unended(view.now) if await is_theirs(view, member, each)]
        return tuple([await view_of(view, each, member) for each in found if await still_runs(view, each)])


async def end(desk: Desk, by: MemberId, matter: str) -> str:
    """The measure has ended before its time: its space lets go at once. Policy: P-6.8."""
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.MEASURE)
        found = await _running_one(work, member, matter)
        await end_measure(work, found, by_member(by), LiftingCause.RECONSIDERED)
    return f"The measure {plain_name(matter)} has ended, and the space lets go of it now."


# -- in an open transaction, for others at the desk


@dataclass(frozen=True, slots=True)
class Setting:
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


async def set_on_person(
    desk: Desk, work: Work, setting: Setting, found: Found, term: timedelta | None
) -> tuple[Measure, Sanction]:
    """The measure on the person behind the account stands, and enters the space's work list; they are told.

    Refused where the rule says that it is the working group's, which the person's earlier measures may make it.
    """
    person = await person_behind(work, found)
    leaders = await roles_of(work, person.id)
    if setting.by.id in [leader.id for leader in leaders]:
        raise Refused("own_account", "Nobody sets a measure on themselves.", "P-6.8")
    earlier = await _earlier(work, [person.id], setting.space)
    insist(may_measure(term, earlier, work.now, desk.policy, on_leader=bool(leaders)))
    case = setting.case or await _open(work, setting)
    naming = Naming(case.id, Trust.EVIDENCED, by_member(setting.by.id), "measured by a moderator")
    await link_account(work, person, found.account, found.handle, naming)
    await link_vouched(work, person, found, naming)
    await keep_out_of(work, desk, case, person.id, setting.by)
    made = Measure(
        new_id(),
        case.id,
        setting.space,
        setting.kind,
        setting.by.id,
        work.now,
        setting.ends,
        setting.reason,
        setting.words,
        person.id,
        native=setting.native,
    )
    await work.measures.add(made)
    sanction = await enactment.place_locally(
        work, person.id, case.id, made.id, ON_PEOPLE[setting.kind], setting.space, made.ends, desk.spaces.names
    )
    await tell_measured(desk, work, case, made, sanction)
    await tell_those_protecting(work, desk.policy, setting.by, person.id, case, made)
    await _journal(work, made)
    await propose_if_spread(work, desk.policy, person.id)
    return made, sanction


async def keep_out_of(work: Work, desk: Desk, case: Case, person: PersonId, by: Member) -> None:
    """The matter is about that person; a moderator or member whom it concerns is kept out of it and of every other."""
    concerned = [leader.id for leader in await roles_of(work, person)]
    standing = {wall.member for wall in await work.cases.walls_of(case.id)}
    for member in concerned:
        if member not in standing:
            wall = Wall(case.id, member, WallKind.EXCLUDED, "the measure is on them", work.now, SERVICE)
            await work.cases.add_wall(wall)
    parties = await work.cases.parties_of(case.id)
    if not any(party.person == person for party in parties):
        await work.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=person))
    await wall_off_person(work, desk.policy, person, by_member(by.id))


async def tell_measured(desk: Desk, work: Work, case: Case, made: Measure, sanction: Sanction | None) -> None:
    """The person is told what holds, why, until when, and where they can ask for another look."""
    if made.person is None:
        return
    facts = {
        "measure": made.kind,
        "measured_for": made.reason,
        "spaces": str(made.space),
        "ends": made.ends.isoformat(),
        **await hand_receipt(desk, work, case, made.person),
    }
    await tell_person(work, case, made.person, NoticeKind.MEASURED, facts, sanction.id if sanction else None)


async def tell_those_protecting(
    work: Work, policy: Policy, actor: Member, person: PersonId, matter: Case, made: Measure | None = None
) -> None:
    """Cases that protect the person from this very actor hear of it at once; the answer looks as always. Policy: P-4.4."""
    for other in await cases_against(work, actor, person):
        await tell_members(work, other, NoticeKind.MEASURED_AGAINST, {"review": matter.code_name})
        if made is not None:
            due = work.now + policy.conflicts.conflict_review
            await promise(work, PromiseKind.MEASURE_LOOK, other.id, due, about=made.id)


async def end_measure(work: Work, made: Measure, by: str, cause: LiftingCause) -> Measure:
    """What the measure asked for is asked for no longer, from this instant on; its matter is closed."""
    for sanction in await work.sanctions.of_case(made.case):
        if sanction.authority.id == made.id and sanction.lifting is None and made.ends > work.now:
            await lifting.lift(work, sanction, work.now, cause, by, made.id)
    await end_now(work, made.id)
    ended = await work.measures.save(replace(made, ended_at=work.now, ended_by=by))
    await keep_about(work, made.id, PromiseKind.MEASURE_END, PromiseKind.MEASURE_LOOK)
    await close_matter(work, await case_of(work, made.case), "The measure was ended before its time.")
    about = {"measure": made.id, "case": str(made.case), "cause": cause}
    work.journal.note(Entry("measure.was_ended", by, "P-6.8", about, made.case))
    return ended


async def close_matter(work: Work, case: Case, outcome: str) -> None:
    """A local matter that has come to its end is closed; one that is with the working group by now is theirs to close."""
    if case.kind is CaseKind.LOCAL and CASES.allows(case.state, CaseEvent.FILE):
        state = CASES.advance(case.state, CaseEvent.FILE)
        await work.cases.save_case(replace(case, state=state, outcome=outcome, closed_at=work.now))


async def still_runs(view: View, made: Measure) -> bool:
    """Whether the measure holds at this instant: its time is not over, and nobody has ended it, by hand or here."""
    if not made.runs_at(view.now):
        return False
    ended = [s for s in await view.sanctions.of_case(made.case) if s.authority.id == made.id and s.lifting is not None]
    return not ended


async def measure_for(view: View, member: Member, matter: str) -> Measure:
    """The newest measure of the matter, for a member who may know of it or has set it; NotFound for everybody else."""
    found = await newest_measure(view, matter)
    if found is None or not await is_theirs(view, member, found):
        raise NotFound
    return found


async def newest_measure(view: View, matter: str) -> Measure | None:
    """The newest measure of the matter of that name, or of the one that bore it until it was passed on, whoever asks."""
    case = await view.cases.case_named(plain_name(matter))
    former = (
        [hop.case for hop in await view.hops.all_hops() if hop.matter == plain_name(matter)] if case is None else []
    )
    of_case = case.id if case is not None else next(iter(former), None)
    found = await view.measures.of_case(of_case) if of_case is not None else ()
    return found[-1] if found else None


async def name_known_to(view: View, member: Member, case: Case) -> str:
    """The case's code name; for whoever may not know the case, the one that it had while it was a local matter. Policy: P-3.1."""
    if may_know(member, case, await view.cases.walls_of(case.id), view.now):
        return case.code_name
    former = [hop.matter for hop in await view.hops.of_case(case.id) if hop.case == case.id and hop.matter]
    return former[0] if former else case.code_name


async def view_of(view: View, made: Measure, member: Member) -> MeasureView:
    """The measure in code names and clocks."""
    case = await case_of(view, made.case)
    person = await view.people.person(made.person) if made.person else None
    own = made.by == member.id
    name = person.code_name if person else ""
    return MeasureView(
        await name_known_to(view, member, case), made.kind, made.space, name, made.ends, made.reason, made.asked_at, own
    )


async def ends_by_the_clock(work: Work, made_id: str) -> None:
    """The term of a measure is over, and with it its matter; the space lets go by itself."""
    made = await work.measures.measure(made_id)
    if made is None or made.ended_at is not None:
        return
    await close_matter(work, await case_of(work, made.case), "The measure has ended.")
    about = {"measure": made.id, "case": str(made.case)}
    work.journal.note(Entry("measure.has_ended", SERVICE, "P-6.8", about, made.case))


def sits_there(member: Member, space: SpaceName, at: datetime) -> bool:
    """Whether the member may measure in that space: a moderator of it, or one of the working group."""
    return sits(member, Seat(MODERATORS.group, space=space), at) or sits(member, MEMBERS, at)


async def _moderator(view: View, by: MemberId, space: SpaceName) -> Member:
    member = await acting(view, by, UseCase.MEASURE)
    if not sits_there(member, space, view.now):
        raise Refused("not_your_space", "You look after another space: ask a moderator of this one.", "P-6.1")
    return member


async def _earlier(view: View, people: list[PersonId], space: SpaceName) -> list[datetime]:
    """When measures began in that space on these people."""
    return [each.at for person in people for each in await view.measures.of_person(person) if each.space == space]


def _judge(desk: Desk, wanted: Wanted) -> None:
    if len(wanted.words) > _MOST_WORDS:
        raise Refused("too_long", f"Please say it in {_MOST_WORDS} characters.", "P-6.8")
    restriction = ON_PEOPLE.get(wanted.kind)
    if restriction is not None:
        asked = Consequence(Outcome.OTHER, restriction, wanted.term, spaces=frozenset({wanted.on.space}))
        insist(judge_spaces(asked, {space.name: space.abilities for space in desk.spaces}))
        return
    things = desk.spaces.things(wanted.on.space)
    if things is None or ON_THINGS[wanted.kind] not in things.can:
        sentence = f"On {wanted.on.space} nothing can be {wanted.kind} by a measure."
        raise Refused("cannot_be_expressed", sentence, "P-6.8")


async def _open(work: Work, setting: Setting) -> Case:
    fresh = await fresh_case(work, danger=False)
    case = replace(fresh, kind=CaseKind.LOCAL, space=setting.space, state=CaseState.OPEN)
    await work.cases.add_case(case)
    return case


async def _on_thing(desk: Desk, by: MemberId, wanted: Wanted) -> MeasureView:
    thing, author = await _found_thing(desk, wanted)
    found = await _author(desk, author) if wanted.kind is MeasureKind.HIDDEN else None
    async with desk.works.begin() as work:
        member = await _moderator(work, by, wanted.on.space)
        hold = ON_THINGS[wanted.kind]
        if any(each.thing.native_id == thing.native_id and each.hold is hold for each in await _standing(work, thing)):
            raise Refused("stands_already", "A measure of the same kind runs there already: see `/measures`.", "P-6.8")
        ends = work.now + (wanted.term or timedelta())
        setting = Setting(member, wanted.on.space, wanted.kind, wanted.reason, ends, wanted.words.strip())
        case = await _open(work, setting)
        person = await _behind(work, desk, case, found, member) if found else None
        made = Measure(
            new_id(),
            case.id,
            setting.space,
            setting.kind,
            by,
            work.now,
            ends,
            setting.reason,
            setting.words,
            person,
            thing,
        )
        await work.measures.add(made)
        await work.thing_holds.add(HeldThing(made.id, case.id, thing, hold, ends, work.now))
        work.wake(TOPIC)
        await tell_measured(desk, work, case, made, None)
        if person is not None:
            await tell_those_protecting(work, desk.policy, member, person, case, made)
        await _journal(work, made)
        return await view_of(work, made, member)


async def _standing(view: View, thing: Thing) -> tuple[HeldThing, ...]:
    return tuple(each for each in await view.thing_holds.standing() if each.thing.space == thing.space)


async def _behind(work: Work, desk: Desk, case: Case, found: Found, by: Member) -> PersonId:
    person = await person_behind(work, found)
    naming = Naming(case.id, Trust.EVIDENCED, by_member(by.id), "wrote what a moderator hid")
    await link_account(work, person, found.account, found.handle, naming)
    await keep_out_of(work, desk, case, person.id, by)
    return person.id


async def _found_thing(desk: Desk, wanted: Wanted) -> tuple[Thing, Account | None]:
    """The thing that the words mean, nothing of the kind standing on it yet, and who wrote it, as far as can be read."""
    things = desk.spaces.things(wanted.on.space)
    thing = await things.find(wanted.on.text.strip()) if things else None
    if things is None or thing is None:
        raise Refused("nothing_found", _NOT_THERE, "P-6.8")
    seen = await things.look(thing)
    if isinstance(seen, Missing):
        raise Refused("nothing_found", _NOT_THERE, "P-6.8")
    if isinstance(seen, Unknown):
        why = seen.needs or seen.why
        raise Refused("not_seen", f"The space could not be asked just now ({why}). Please try again.", "P-6.8")
    if ON_THINGS[wanted.kind] in seen.holds:
        raise Refused("stands_already", f"It is {wanted.kind} already, and stays so: nothing to do.", "P-6.8")
    piece = await things.piece(thing) if wanted.kind is MeasureKind.HIDDEN else None
    author = None if piece is None or isinstance(piece, Unknown | Missing) else piece.author
    return thing, author


async def _author(desk: Desk, account: Account | None) -> Found | None:
    """The account that wrote it; where its space does not answer just now, nobody is known behind it."""
    if account is None:
        return None
    try:
        return await find_account(desk, account.space, account.native_id)
    except Refused:
        return None


async def _journal(work: Work, made: Measure) -> None:
    about = {"case": str(made.case), "measure": made.id, "kind": made.kind, "space": str(made.space)}
    words = made.words or None
    work.journal.note(Entry("measure.was_set", by_member(made.by), "P-6.8", about, made.case, words))
    await promise(work, PromiseKind.MEASURE_END, made.case, made.ends, about=made.id)


async def _running_one(view: View, member: Member, matter: str) -> Measure:
    found = await measure_for(view, member, matter)
    if not await still_runs(view, found):
        raise Refused("over", "This measure has ended already.", "P-6.8")
    return found


async def is_theirs(view: View, member: Member, made: Measure) -> bool:
    """Whether the measure is the member's to know: its matter is, or they set it and are not kept out of it."""
    case = await case_of(view, made.case)
    walls = await view.cases.walls_of(case.id)
    held_out = any(wall.member == member.id and wall.lifted_at is None for wall in walls)
    return may_know(member, case, walls, view.now) or (made.by == member.id and not held_out)
