"""One member acting at once: restrict first, tell everybody who may know, and have the group look at it. Policy: P-7.

The brake slows placing and never lifting; past it a second member's tap, or danger to life, lets the act through.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import acting, case_for, members_who_may_know, plain_name
from guardian.cases.acting import ACTS, ActEvent, binding, taken
from guardian.cases.deliberation import judge_spaces
from guardian.cases.drafts import text_fits
from guardian.cases.values import (
    Act,
    ActState,
    Case,
    CaseKind,
    CaseState,
    Consequence,
    Party,
    PartyRole,
    PromiseKind,
    Wall,
    WallKind,
)
from guardian.cases.walls import circle_of, goes_to_board, sent_to_board
from guardian.desk.desk import Desk, View, Work
from guardian.desk.foresight import SpacePreview, foresee
from guardian.desk.knowing import accounts_known_to, cases_against
from guardian.desk.linking import Found, find_account, link_account, link_vouched, person_behind, wall_off_person
from guardian.desk.moving import case_of, hand_receipt, insist, keep_about, promise
from guardian.desk.owners import tell_owners
from guardian.desk.reviewing import start_clocks, weigh_reviews
from guardian.desk.sanctioning import scope_facts
from guardian.desk.telling import tell_deciders, tell_members, tell_person
from guardian.desk.walling import contact_among
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, PersonId, SpaceName, new_id, new_reference
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.names import code_name as new_code_name
from guardian.people.permissions import UseCase
from guardian.people.values import Group, Member, Naming, Person, Trust
from guardian.sanctions import enactment
from guardian.sanctions.values import LiftingCause
from guardian.spaces.port import Account
from rules import brake
from rules.ladder import Outcome
from rules.precedence import Restriction
from rules.steps import Second, may_confirm
from rules.unilateral import Ground, act_ends_at
from rules.verdict import Verdict

_BRAKED: Final = frozenset({"after_reversal", "too_many_people", "leader_term", "stopped"})
"""Refusals that a second member's tap takes away."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a member would act on, as they typed it: an account in a space."""

    space: SpaceName
    text: str


@dataclass(frozen=True, slots=True)
class ActView:
    """An act as its actor sees it. When its review is due is not among it: that may depend on what the actor must not know."""

    id: str
    code_name: str
    person: str
    state: ActState
    sentence: str
    account_due: datetime | None = None


async def preview(
    desk: Desk,
    by: MemberId,
    target: Target,
    restriction: Restriction,
    spaces: frozenset[SpaceName] | None = None,
) -> tuple[SpacePreview, ...]:
    """What the act would do in every space, asked of the spaces now; nothing is changed and nobody is told."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ACT_ALONE)
    found = await find_account(desk, target.space, target.text)
    async with desk.works.look() as view:
        accounts = await _known_accounts(view, by, found)
    return await foresee(desk.spaces, accounts, restriction, spaces)


async def act(
    desk: Desk,
    by: MemberId,
    target: Target,
    restriction: Restriction,
    ground: Ground,
    reason: str,
    spaces: frozenset[SpaceName] | None = None,
    term: timedelta | None = None,
) -> ActView:
    """The person is restricted at once, everybody who may know is told, and the review runs; past the brake the act waits.

    Policy: P-7.1, P-7.2, P-7.5, P-4.4.
    """
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ACT_ALONE)
    judge_act(desk, restriction, reason, spaces, term)
    found = await find_account(desk, target.space, target.text)
    async with desk.works.begin() as work:
        actor = await acting(work, by, UseCase.ACT_ALONE)
        person = await person_behind(work, found)
        review = CaseId(new_id())
        naming = Naming(review, Trust.EVIDENCED, by_member(by), "acted on by a member")
        await link_account(work, person, found.account, found.handle, naming)
        await link_vouched(work, person, found, naming)
        wish = brake.Intended(by, person.id, ground, term, on_leader=bool(await roles_of(work, person.id)))
        verdict = await _braked(desk, work, wish)
        if not verdict and verdict.code not in _BRAKED:
            insist(verdict)
        intended = Act(new_id(), review, by, person.id, work.now, ground, restriction, spaces, term=term, reason=reason)
        case, intended = await open_review(desk, work, actor, intended, waits=not verdict)
        if not verdict:
            return await _waits_for_second(desk, work, case, intended, person, verdict)
        return await _take(desk, work, case, intended, person, verdict)


async def second(desk: Desk, by: MemberId, act_id: str) -> ActView:
    """An act that the brake held is taken now, on the word of a second member. Policy: P-7.5."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.SECOND_ACT)
        held = await work.deliberation.act(act_id)
        if held is None:
            raise NotFound
        case = await case_for(work, by, (await case_of(work, held.case)).code_name)
        if await work.raids.of_act(held.id) is not None:
            raise Refused("a_raid", "This is a raid, with a list. To agree to it: `/second-raid`", "P-7.5")
        insist(may_confirm(Second.ACT, by, held.by))
        state = ACTS.advance(held.state, ActEvent.SECOND)
        leader = bool(await roles_of(work, held.person))
        wish = brake.Intended(held.by, held.person, held.ground, held.term, on_leader=leader, second=by)
        verdict = await _braked(desk, work, wish)
        insist(verdict)
        person = await work.people.person(held.person)
        if person is None:
            raise NotFound
        await keep_about(work, held.id, PromiseKind.UNREVIEWED_END)
        agreed = await work.deliberation.save_act(replace(held, state=state, second=by, at=work.now))
        about = {"case": str(case.id), "act": held.id}
        work.journal.note(Entry("act.was_seconded", by_member(by), "P-7.5", about, case.id))
        return await _take(desk, work, case, agreed, person, verdict, is_kept=True)


async def take_natively(
    desk: Desk, work: Work, actor: Member, found: Found, restriction: Restriction, term: timedelta | None
) -> tuple[Case, Act]:
    """What a member did with a space's own menu is an act like any other, known from now on: told, and to be reviewed.

    It stands there already, so the brake keeps nothing back; past it the chairs are told. Policy: P-7.2, P-7.5.
    """
    person = await person_behind(work, found)
    review = CaseId(new_id())
    naming = Naming(review, Trust.EVIDENCED, by_member(actor.id), "acted on with the space's own menu")
    await link_account(work, person, found.account, found.handle, naming)
    await link_vouched(work, person, found, naming)
    scope = frozenset({found.account.space})
    leader = bool(await roles_of(work, person.id))
    wish = brake.Intended(actor.id, person.id, Ground.ONGOING, term, on_leader=leader)
    verdict = await _braked(desk, work, wish)
    intended = Act(new_id(), review, actor.id, person.id, work.now, Ground.ONGOING, restriction, scope, term=term)
    case, intended = await open_review(desk, work, actor, intended, waits=False)
    await _take(desk, work, case, intended, person, verdict)
    if not verdict:
        await tell_deciders(work, case, NoticeKind.BRAKE, {"act": intended.id}, besides=actor.id)
    return case, intended


async def give_account(desk: Desk, by: MemberId, code_name: str, text: str) -> str:
    """The actor's own account is with the case; only they can give it, and it is due within a day. Policy: P-7.2."""
    insist(text_fits(text, desk.longest_text))
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.ACT_ALONE)
        case = await work.cases.case_named(plain_name(code_name))
        acts = [a for a in await work.deliberation.acts_of(case.id) if a.by == by] if case else []
        if case is None or not acts:
            raise NotFound
        own = acts[-1]
        words = "\n\n".join(part for part in (own.account, text.strip()) if part)
        await work.deliberation.save_act(replace(own, account=words, account_at=own.account_at or work.now))
        await keep_about(work, own.id, PromiseKind.ACCOUNT)
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.ACCOUNT_GIVEN}, besides=[by])
        about = {"case": str(case.id), "act": own.id}
        work.journal.note(Entry("account.was_given", by_member(by), "P-7.2", about, case.id))
    return "Thank you. Your account is with the case, and the others have been told."


def judge_act(
    desk: Desk, restriction: Restriction, reason: str, spaces: frozenset[SpaceName] | None, term: timedelta | None
) -> None:
    """Returns where the act says all that it must, and every space in its scope can hold that; Refused otherwise."""
    if restriction is Restriction.NONE:
        raise Refused("restriction", "Choose what is to hold: muted, suspended or banned.", "P-7.1")
    if term is not None and term <= timedelta(0):
        raise Refused("term", "A term lies ahead: choose a length of more than nothing.", "P-7.1")
    if spaces is not None and not spaces:
        raise Refused("scope", "Name at least one space, or leave it out for all of them.", "P-7.1")
    insist(text_fits(reason, desk.longest_text))
    asked = Consequence(Outcome.OTHER, restriction, term, spaces=spaces)
    insist(judge_spaces(asked, {space.name: space.abilities for space in desk.spaces}))


async def _braked(desk: Desk, work: Work, wish: brake.Intended[MemberId, PersonId]) -> Verdict:
    circle = circle_of(await work.people.members(), work.now)
    acts = (*taken(await work.deliberation.acts()), *await _reversed_with_a_raid(work, wish))
    return brake.may_act(wish, acts, circle.members, binding(await work.deliberation.stops()), work.now, desk.policy)


async def _reversed_with_a_raid(
    work: Work, wish: brake.Intended[MemberId, PersonId]
) -> tuple[brake.PastAct[MemberId, PersonId], ...]:
    """A raid that was reversed was an act on each of its people."""
    many = [s for s in await work.sanctions.of_person(wish.on) if s.follows and s.lifting is not None]
    return tuple(
        brake.PastAct(wish.by, wish.on, s.enacted_at, wish.ground, wish.by, reviewed=True, reversed=True)
        for s in many
        if s.lifting is not None and s.lifting.cause is LiftingCause.REVERSAL
    )


async def open_review(desk: Desk, work: Work, actor: Member, intended: Act, *, waits: bool) -> tuple[Case, Act]:
    """The act stands in a case of its own, which nobody sees whom it concerns; it goes to the Board where that leaves too few."""
    members = await work.people.members()
    taken_names = await work.cases.code_names() | await work.people.code_names()
    case = Case(intended.case, new_code_name(taken_names), CaseKind.REVIEW, CaseState.OPEN, work.now)
    concerned = [member.id for member in await roles_of(work, intended.person)]
    walls = [
        Wall(case.id, who, WallKind.EXCLUDED, "the act is on them", work.now, SERVICE)
        for who in concerned
        if who != actor.id
    ]
    if goes_to_board(circle_of(members, work.now), walls, (), desk.policy):
        case = sent_to_board(case)
    await work.cases.add_case(case)
    for wall in walls:
        await work.cases.add_wall(wall)
    if not case.board_only:
        case = await work.cases.save_case(replace(case, contact=await contact_among(work, case, desk.policy)))
    await work.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=intended.person))
    await wall_off_person(work, desk.policy, intended.person, SERVICE)
    case = await case_of(work, case.id)
    state = ActState.AWAITING_SECOND if waits else ActState.WITH_BOARD if case.board_only else ActState.UNREVIEWED
    doubtful = bool(await cases_against(work, actor, intended.person))
    kept = replace(intended, state=state, doubtful=doubtful)
    await work.deliberation.add_act(kept)
    return case, kept


async def _waits_for_second(desk: Desk, work: Work, case: Case, held: Act, person: Person, verdict: Verdict) -> ActView:
    """Nobody is restricted yet: the others are asked, and the wish ends by itself if nobody agrees in time."""
    await tell_members(work, case, NoticeKind.ACT_SECOND_NEEDED, {"act": held.id}, besides=[held.by])
    ends = work.now + desk.policy.unilateral.review_within
    await promise(work, PromiseKind.UNREVIEWED_END, case.id, ends, about=held.id)
    about = {"case": str(case.id), "act": held.id, "code": verdict.code}
    work.journal.note(Entry("act.was_held_back", by_member(held.by), "P-7.5", about, case.id, held.reason))
    return ActView(held.id, case.code_name, person.code_name, held.state, verdict.sentence)


async def _take(
    desk: Desk, work: Work, case: Case, done: Act, person: Person, verdict: Verdict, *, is_kept: bool = False
) -> ActView:
    """The act holds from this instant; telling, the two clocks and the review follow in the same commit. Policy: P-7.2."""
    # The actor reads this end: what only a case says that they must not know may not show in it (P-4.4).
    ends = act_ends_at(done.at, done.term, doubtful=False, policy=desk.policy)
    danger = done.ground is Ground.PHYSICAL_DANGER
    sanction = await enactment.place_at_once(
        work, person.id, case.id, done.id, done.restriction, done.spaces, ends, desk.spaces.names, danger=danger
    )
    if done.term is not None:
        await promise(work, PromiseKind.TERM_END, case.id, ends, about=sanction.id)
    facts = {"restriction": done.restriction, "ends": ends.isoformat(), **scope_facts(done.spaces)}
    facts |= await hand_receipt(desk, work, case, person.id)
    await tell_person(work, case, person.id, NoticeKind.ACTED, facts, sanction.id)
    await tell_owners(work, case, person.id)
    await tell_members(work, case, NoticeKind.ACT_TAKEN, {"act": done.id, "ground": done.ground}, besides=[done.by])
    if verdict.code == brake.DANGER:
        await tell_deciders(work, case, NoticeKind.BRAKE, {"act": done.id}, besides=done.by)
    actor = await work.people.member(done.by)
    on_review = [member.id for member in await members_who_may_know(work, case)]
    for other in await cases_against(work, actor, person.id) if actor else ():
        facts = {"conflict": "yes"}
        await tell_members(work, other, NoticeKind.ACT_TAKEN, {**facts, "review": case.code_name}, only=on_review)
        await tell_members(work, other, NoticeKind.ACT_TAKEN, facts, besides=on_review)
    due = await start_clocks(work, desk.policy, done)
    about = {"case": str(case.id), "act": done.id, "sanction": str(sanction.id), "ground": done.ground}
    words = None if is_kept else done.reason
    work.journal.note(Entry("act.was_taken", by_member(done.by), "P-7.1", about, case.id, words))
    if done.state is ActState.UNREVIEWED:
        await weigh_reviews(desk, work, case, done)
    sentence = f"This holds from now on. Your own account is due by {due:%d %B %Y, %H:%M} UTC."
    return ActView(done.id, case.code_name, person.code_name, ActState.UNREVIEWED, sentence, due)


async def _known_accounts(view: View, by: MemberId, found: Found) -> tuple[Account, ...]:
    """The account, those vouched for with it, and those that the member may know of the person behind them."""
    accounts = dict.fromkeys((found.account, *(account for account, _ in found.vouched)))
    for account in tuple(accounts):
        for link in await view.people.owners(account):
            known = [each.account for each in await accounts_known_to(view, by, link.person) if each.binding]
            if account in known:
                accounts |= dict.fromkeys(known)
    return tuple(accounts)


async def roles_of(view: View, person: PersonId) -> tuple[Member, ...]:
    """The members, moderators or Board members whom the person is known to be."""
    accounts = {link.account for link in await view.people.accounts_of(person) if link.binding}
    return tuple(
        member
        for member in await view.people.members()
        if any(member.holds(group, view.now) for group in Group)
        and (member.person == person or accounts & set(member.accounts))
    )
