"""Act at once as one member: restrict first, notify everybody who may know, and have the group review it. Policy: P-7.

The brake slows placing and never lifting; past it a second member's tap, or danger to life, lets the act through. Read
`act` first.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import case_called, case_for_member, members_who_may_know, require_permission
from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.exclusions import Exclusion, ExclusionKind, as_board_case, handling_groups, must_go_to_board
from guardian.cases.unilateral_acts import ACT_MACHINE, ActEvent, ActState, UnilateralAct
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, SpaceName, new_id, new_reference
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import LinkEvidence, Member, Person, Trust
from guardian.people.permissions import UseCase
from guardian.sanctions.imposition import SanctionOrder, SanctionReach, impose
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, issue_personal_receipt
from guardian.services.code_names import new_code_name
from guardian.services.conflicts.exclusions import choose_contact
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete_about, start_deadline
from guardian.services.hidden_facts import Restricted, is_known_to_be, notify_of_restriction, reach_for
from guardian.services.idempotency import earlier_result, remember_result
from guardian.services.identity.account_owners import notify_owners
from guardian.services.identity.linking import (
    FoundAccount,
    exclude_person_everywhere,
    find_target,
    link_account,
    link_vouched_accounts,
    person_for_account,
)
from guardian.services.members import AccountInput, role_holders_for_person
from guardian.services.notify import notify_deciders, notify_members, notify_person
from guardian.services.sanctions.coverage_preview import SpacePreview, preview_restriction
from guardian.services.sanctions.imposition import build_scope_facts
from guardian.services.unilateral.act_input import ActInput, check_act, new_act
from guardian.services.unilateral.act_words import ask_for_words
from guardian.services.unilateral.brake_facts import ask_brake, attempt_of, is_known_leader, was_unaware
from guardian.services.unilateral.review import apply_reviews, start_review_deadlines
from guardian.services.visibility import account_knowledge, protecting_cases
from rules import brake
from rules.precedence import Restriction
from rules.procedure import Confirmable, may_confirm
from rules.unilateral import Ground, act_ends_at
from rules.verdict import Verdict

_CONFIRMABLE: Final = frozenset({"after_reversal", "too_many_people", "leader_term", "stopped"})
"""Refusals that a second member's tap takes away."""

_SOURCE: Final = "act"


@dataclass(frozen=True, slots=True)
class ActView:
    """An act as its actor sees it, without when its review is due: that may depend on what the actor must not know."""

    id: str
    code_name: str
    person: str
    state: ActState
    sentence: str
    statement_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActPreview:
    """What an act would do: the account that was found, and what would hold in each space."""

    on: FoundAccount
    spaces: tuple[SpacePreview, ...]


async def preview(
    app: AppContext,
    by: MemberId,
    target: AccountInput,
    restriction: Restriction,
    spaces: frozenset[SpaceName] | None = None,
) -> ActPreview:
    """Preview what the act would do in every space, asked of the spaces now; nothing is changed and nobody is notified."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ACT_UNILATERALLY)
    found = await find_target(app, target.space, target.text)
    async with app.units_of_work.read() as view:
        known = await account_knowledge(view, by, found.account)
    vouched = (account for account, _ in found.vouched)
    accounts = tuple(dict.fromkeys((found.account, *vouched, *(link.account for link in known.accounts))))
    return ActPreview(found, await preview_restriction(app.spaces, accounts, restriction, spaces))


async def act(
    app: AppContext, by: MemberId, target: AccountInput, given: ActInput, delivery: str | None = None
) -> ActView:
    """Restrict the person at once, notify everybody who may know, and start the review; past the brake the act waits.

    The same delivery of the same member again makes no second act. Policy: P-7.1, P-7.2, P-7.5, P-4.4.
    """
    delivery = None if delivery is None else f"{by} {delivery}"
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ACT_UNILATERALLY)
    check_act(app, given)
    found = await find_target(app, target.space, target.text)
    async with app.units_of_work.begin() as uow:
        actor = await require_permission(uow, by, UseCase.ACT_UNILATERALLY)
        if (earlier := await earlier_result(uow, _SOURCE, delivery)) is not None:
            return await _view_again(uow, earlier)
        known = await account_knowledge(uow, by, found.account)
        person = await person_for_account(uow, found, by)
        review = CaseId(new_id())
        link_evidence = LinkEvidence(review, Trust.EVIDENCED, by_member(by), "acted on by a member")
        await link_account(uow, person, found.account, found.handle, link_evidence)
        await link_vouched_accounts(uow, person, found, link_evidence, by)
        leader = bool(known.role_holders)
        attempt = brake.IntendedAct(by=by, on=person.id, ground=given.ground, term=given.term, on_leader=leader)
        verdict = await ask_brake(app, uow, attempt, by)
        if not verdict and verdict.code not in _CONFIRMABLE:
            require(verdict)
        intended = new_act(review, by, person.id, uow.now, given)
        case, intended = await open_review(app, uow, actor, intended, awaits_confirmation=not verdict)
        await remember_result(uow, _SOURCE, delivery, intended.id, case.id)
        if not verdict:
            return await _await_confirmation(app, uow, case, intended, person, verdict)
        return await _take_effect(app, uow, case, intended, person, verdict)


async def _view_again(uow: UnitOfWork, act_id: str) -> ActView:
    """What an act came to that is asked for a second time."""
    done = await uow.deliberation.act(act_id)
    person = None if done is None else await uow.people.person(done.person)
    if done is None or person is None:
        raise NotFound
    case = await get_case(uow, done.case)
    return ActView(
        id=done.id,
        code_name=case.code_name,
        person=person.code_name,
        state=done.state,
        sentence="This was taken in before, and nothing was done a second time.",
    )


async def confirm_act(app: AppContext, by: MemberId, act_id: str) -> ActView:
    """Carry out an act that the brake kept back, on the word of a second member. Policy: P-7.5."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CONFIRM_ACT)
        pending = await uow.deliberation.act(act_id)
        if pending is None:
            raise NotFound
        case = await case_for_member(uow, by, (await get_case(uow, pending.case)).code_name)
        if await uow.raids.of_act(pending.id) is not None:
            raise Refused(
                "a_raid",
                "This is a raid, with a list. It is agreed to on its own page, under Raids on the console.",
                "P-7.5",
            )
        require(may_confirm(Confirmable.ACT, by, pending.by))
        state = ACT_MACHINE.advance(pending.state, ActEvent.CONFIRM)
        leader = await is_known_leader(uow, by, pending.person)
        attempt = replace(attempt_of(pending), on_leader=leader, confirmed_by=by)
        verdict = await ask_brake(app, uow, attempt, by)
        require(verdict)
        person = await uow.people.person(pending.person)
        if person is None:
            raise NotFound
        await complete_about(uow, pending.id, DeadlineKind.UNREVIEWED_END)
        confirmed = await uow.deliberation.save_act(replace(pending, state=state, confirmed_by=by, at=uow.now))
        about = {"case": str(case.id), "act": pending.id}
        uow.journal.note(Entry(act="act.was_seconded", by=by_member(by), authority="P-7.5", about=about, case=case.id))
        return await _take_effect(app, uow, case, confirmed, person, verdict, is_reason_recorded=True)


async def record_native_act(
    app: AppContext,
    uow: UnitOfWork,
    actor: Member,
    found: FoundAccount,
    restriction: Restriction,
    term: timedelta | None,
) -> tuple[Case, UnilateralAct]:
    """Record what a member did with a space's own menu as an act like any other: notified of now, and to be reviewed.

    It stands there already, so the brake keeps nothing back; past it the chairs are notified. Policy: P-7.2, P-7.5.
    """
    known = await account_knowledge(uow, actor.id, found.account)
    person = await person_for_account(uow, found, actor.id)
    review = CaseId(new_id())
    link_evidence = LinkEvidence(review, Trust.EVIDENCED, by_member(actor.id), "acted on with the space's own menu")
    await link_account(uow, person, found.account, found.handle, link_evidence)
    await link_vouched_accounts(uow, person, found, link_evidence, actor.id)
    leader = bool(known.role_holders)
    attempt = brake.IntendedAct(by=actor.id, on=person.id, ground=Ground.ONGOING, term=term, on_leader=leader)
    verdict = await ask_brake(app, uow, attempt, actor.id)
    given = ActInput(restriction, Ground.ONGOING, "", frozenset({found.account.space}), term)
    intended = new_act(review, actor.id, person.id, uow.now, given)
    case, intended = await open_review(app, uow, actor, intended, awaits_confirmation=False)
    await _take_effect(app, uow, case, intended, person, verdict)
    if not verdict:
        await notify_deciders(uow, case, NoticeKind.BRAKE, {"act": intended.id}, besides=actor.id)
    return case, intended


async def notify_protecting_cases(uow: UnitOfWork, case: Case, done: UnilateralAct) -> None:
    """Notify the cases that protect the person from the actor; the review is named to those who may know it."""
    actor = await uow.people.member(done.by)
    on_review = [member.id for member in await members_who_may_know(uow, case)]
    for other in await protecting_cases(uow, actor, done.person) if actor else ():
        facts = {"conflict": "yes"}
        await notify_members(uow, other, NoticeKind.ACT_TAKEN, {**facts, "review": case.code_name}, only=on_review)
        await notify_members(uow, other, NoticeKind.ACT_TAKEN, facts, besides=on_review)


async def give_statement(app: AppContext, by: MemberId, code_name: str, text: str) -> str:
    """Add the actor's own statement to the case; only they can give it, and it is due within a day. Policy: P-7.2."""
    require(check_text(text, app.longest_text))
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ACT_UNILATERALLY)
        case = await case_called(uow, code_name)
        acts = [a for a in await uow.deliberation.acts_of(case.id) if a.by == by] if case else []
        if case is None or not acts:
            raise NotFound
        own = acts[-1]
        words = "\n\n".join(part for part in (own.statement, text.strip()) if part)
        await uow.deliberation.save_act(replace(own, statement=words, statement_at=own.statement_at or uow.now))
        await complete_about(uow, own.id, DeadlineKind.STATEMENT)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.STATEMENT_GIVEN}, besides=[by])
        about = {"case": str(case.id), "act": own.id}
        uow.journal.note(Entry(act="account.was_given", by=by_member(by), authority="P-7.2", about=about, case=case.id))
    return "Thank you. Your account is with the case, and the others have been told."


async def open_review(
    app: AppContext, uow: UnitOfWork, actor: Member, intended: UnilateralAct, *, awaits_confirmation: bool
) -> tuple[Case, UnilateralAct]:
    """Open a case of its own for the act, which nobody sees whom it concerns; the Board's where that leaves too few."""
    members = await uow.people.members()
    case = Case(
        id=intended.case,
        code_name=await new_code_name(uow),
        kind=CaseKind.REVIEW,
        state=CaseState.OPEN,
        opened_at=uow.now,
    )
    concerned = [member.id for member in await role_holders_for_person(uow, intended.person)]
    exclusions = [
        Exclusion(
            case=case.id, member=who, kind=ExclusionKind.EXCLUDED, cause="the act is on them", at=uow.now, by=SERVICE
        )
        for who in concerned
        if who != actor.id
    ]
    if must_go_to_board(handling_groups(members, uow.now), exclusions, (), app.policy):
        case = as_board_case(case)
    await uow.cases.add_case(case)
    for exclusion in exclusions:
        await uow.cases.add_exclusion(exclusion)
    if not case.board_only:
        case = await uow.cases.save_case(replace(case, contact=await choose_contact(uow, case, app.policy)))
    await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=intended.person))
    is_known = await is_known_to_be(uow, actor, intended.person, case.id)
    unaware = None if is_known else actor.id
    await exclude_person_everywhere(uow, app.policy, intended.person, SERVICE, unaware=unaware)
    case = await get_case(uow, case.id)
    state = (
        ActState.AWAITING_CONFIRMATION
        if awaits_confirmation
        else ActState.WITH_BOARD
        if case.board_only
        else ActState.UNREVIEWED
    )
    doubtful = bool(await protecting_cases(uow, actor, intended.person)) or await was_unaware(app, uow, intended)
    recorded = replace(intended, state=state, conflicted=doubtful)
    await uow.deliberation.add_act(recorded)
    return case, recorded


async def _await_confirmation(
    app: AppContext, uow: UnitOfWork, case: Case, pending: UnilateralAct, person: Person, verdict: Verdict
) -> ActView:
    """Restrict nobody yet: ask the others, and let the request end by itself if nobody agrees in time."""
    await notify_members(uow, case, NoticeKind.ACT_TO_CONFIRM, {"act": pending.id}, besides=[pending.by])
    ends = uow.now + app.policy.unilateral.review_within
    await start_deadline(uow, DeadlineKind.UNREVIEWED_END, case.id, ends, about=pending.id)
    about = {"case": str(case.id), "act": pending.id, "code": verdict.code}
    uow.journal.note(
        Entry(
            act="act.was_held_back",
            by=by_member(pending.by),
            authority="P-7.5",
            about=about,
            case=case.id,
            text=pending.reason,
        )
    )
    return ActView(
        id=pending.id, code_name=case.code_name, person=person.code_name, state=pending.state, sentence=verdict.sentence
    )


async def _take_effect(
    app: AppContext,
    uow: UnitOfWork,
    case: Case,
    done: UnilateralAct,
    person: Person,
    verdict: Verdict,
    *,
    is_reason_recorded: bool = False,
) -> ActView:
    """Let the act apply from this instant; notices, its two deadlines and the review follow in the same commit.

    Policy: P-7.2.
    """
    # The actor reads this end: what only a case says that they must not know may not show in it (P-4.4).
    ends = act_ends_at(done.at, done.term, conflicted=False, policy=app.policy)
    order = SanctionOrder.unilateral(
        person=person.id,
        case=case.id,
        act=done.id,
        restriction=done.restriction,
        reach=SanctionReach(done.spaces, await reach_for(uow, done.by, person.id, case)),
        ends=ends,
        danger=done.ground is Ground.PHYSICAL_DANGER,
    )
    sanction = await impose(uow, order, app.spaces.names)
    if done.term is not None:
        await start_deadline(uow, DeadlineKind.TERM_END, case.id, ends, about=sanction.id)
    told: PartyFacts = {
        "restriction": done.restriction,
        "ends": ends,
        **await ask_for_words(uow, app.policy, case, done),
        **build_scope_facts(done.spaces),
        **await issue_personal_receipt(app, uow, case, person.id),
    }
    await notify_person(uow, case, person.id, NoticeKind.ACTED, told, sanction.id)
    await notify_owners(uow, case, person.id)
    await notify_members(uow, case, NoticeKind.ACT_TAKEN, {"act": done.id, "ground": done.ground}, besides=[done.by])
    if verdict.code == brake.DANGER:
        await notify_deciders(uow, case, NoticeKind.BRAKE, {"act": done.id}, besides=done.by)
    await notify_protecting_cases(uow, case, done)
    unaware = await was_unaware(app, uow, done)
    await notify_of_restriction(uow, Restricted(done.by, person.id, case, unaware), sanction)
    due = await start_review_deadlines(uow, app.policy, done)
    about = {"case": str(case.id), "act": done.id, "sanction": str(sanction.id), "ground": done.ground}
    words = None if is_reason_recorded else done.reason
    uow.journal.note(
        Entry(act="act.was_taken", by=by_member(done.by), authority="P-7.1", about=about, case=case.id, text=words)
    )
    if done.state is ActState.UNREVIEWED:
        await apply_reviews(app, uow, case, done)
    sentence = f"This holds from now on. Your own account is due by {due:%d %B %Y, %H:%M} UTC."
    return ActView(
        id=done.id,
        code_name=case.code_name,
        person=person.code_name,
        state=ActState.UNREVIEWED,
        sentence=sentence,
        statement_due=due,
    )
