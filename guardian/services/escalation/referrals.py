"""Refer a matter back: the working group asks the moderators of a space to monitor an account.

Which account, and nothing else: the text is fixed, so that no second reader is needed. Read `refer` first. Policy:
P-5.3, P-5.6, P-8.2.
"""

from dataclasses import replace
from typing import Final

from guardian.cases.access import case_for_member, may_know, require_permission
from guardian.cases.case import Case, CaseKind
from guardian.cases.handoffs import Direction, Handoff, HandoffState, new_handoff
from guardian.cases.proposals import Decision
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import Submission
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId, SpaceName
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import LinkedAccount
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, open_handoff, resolve_reported_person
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.escalation.handoffs import mark_accepted
from guardian.services.escalation.local_matters import matter_for, open_matter
from guardian.services.notify import notify_members
from rules.escalation import may_accept
from rules.ladder import Outcome
from rules.policy import Policy

WATCH_REQUEST: Final = (
    "The working group asks you to keep an eye on this account for a while: whether it keeps to the code of conduct in "
    "your space. It says no more than that, and nothing follows from this request by itself. If something happens, deal "
    "with it as with anybody's conduct, or pass it on."
)


async def refer(app: AppContext, by: MemberId, code_name: str, space: SpaceName, person_code: str | None = None) -> str:
    """Ask the moderators of the space to monitor the account of the case's person there. Policy: P-8.2."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.REFER)
        case = await case_for_member(uow, by, code_name)
        person = await resolve_reported_person(uow, case, person_code)
        if person is None:
            raise Refused(
                "no_person",
                "Say which of the reported people is meant; they are named on the page of the case.",
                "P-8.2",
            )
        account = await _account_in(uow, person, space)
        if account is None:
            raise Refused("no_account", f"No account of this person is known for certain on {space}.", "P-8.2")
        if space in await _referred_spaces(uow, case, person):
            raise Refused("asked", f"The moderators of {space} have been asked already.", "P-8.2")
        if not await _create_referral(uow, app.policy, case, person, account, by):
            raise Refused("nobody_there", f"There is no moderator of {space} who could be asked.", "P-8.2")
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.REFERRED}, besides=(by,))
    return f"The moderators of {space} are asked to keep an eye on the account, and told nothing else."


async def refer_by_decision(uow: UnitOfWork, policy: Policy, case: Case, decision: Decision) -> None:
    """Refer what was decided as a referral to the moderators of each space where the person has an account.

    Policy: P-5.3.
    """
    if decision.consequence.outcome is not Outcome.REFERRAL or decision.person is None:
        return
    scope = decision.consequence.spaces
    referred = set(await _referred_spaces(uow, case, decision.person))
    for account in await uow.people.accounts_of(decision.person):
        space = account.account.space
        is_referred_here = account.binding and (scope is None or space in scope) and space not in referred
        if is_referred_here and await _create_referral(uow, policy, case, decision.person, account, None):
            referred.add(space)
    news = News.REFERRED if referred else News.REFERRAL_NOWHERE
    await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": news})


async def accept_referral(app: AppContext, by: MemberId, code_name: str) -> str:
    """Accept by name what was referred, and notify the group that somebody has it. Policy: P-8.2."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ACCEPT_REFERRAL)
        local = await matter_for(uow, by, code_name)
        waiting = [
            h for h in await uow.handoffs.of_case(local.id) if h.target == local.id and h.state is HandoffState.WAITING
        ]
        if not waiting:
            raise Refused("nothing_waits", "Nothing waits to be accepted in this matter.", "P-8.2")
        handoff = waiting[-1]
        require(may_accept(by, handoff.by))
        accepted_handoff = await uow.handoffs.save_handoff(
            replace(handoff, state=HandoffState.ACCEPTED, accepted_by=by, accepted_at=uow.now)
        )
        await mark_accepted(uow, accepted_handoff)
        case = await get_case(uow, handoff.case)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.HANDOFF_ACCEPTED})
        about = {"case": str(local.id), "hop": handoff.id}
        uow.journal.note(
            Entry(act="referral.was_accepted", by=by_member(by), authority="P-8.2", about=about, case=local.id)
        )
    return f"Accepted: {local.code_name} is in your hands by name. The working group knows that somebody has it."


async def _create_referral(
    uow: UnitOfWork, policy: Policy, case: Case, person: PersonId, account: LinkedAccount, by: MemberId | None
) -> bool:
    """Give the moderators a matter of their own with the account and the same exclusions; False where there is none."""
    space = account.account.space
    exclusions = await uow.cases.exclusions_of(case.id)
    theirs = Case(id=case.id, code_name="", kind=CaseKind.LOCAL, state=case.state, opened_at=uow.now, space=space)
    members = await uow.people.members()
    owner = await uow.people.member_with_account(account.account)
    concerned = {owner.id} if owner is not None else set()
    if not any(may_know(m, theirs, exclusions, uow.now) for m in members if m.id not in concerned):
        return False
    submission = Submission(
        channel=ReportChannel.REFERRAL, what_happened=WATCH_REQUEST, who=account.handle, named_members=tuple(concerned)
    )
    # Our own words point to nobody, and the account says by itself whose it is.
    screened = replace(submission, what_happened="", who="")
    name = SERVICE if by is None else by_member(by)
    local = await open_matter(uow, policy, space, submission, by=name, exclusions=exclusions, screened=screened)
    handoff: Handoff = replace(new_handoff(case.id, Direction.BACK, space, uow.now, by), person=person, target=local.id)
    await open_handoff(uow, policy, handoff)
    about = {"case": str(case.id), "matter": str(local.id), "hop": handoff.id, "person": str(person)}
    uow.journal.note(Entry(act="matter.was_referred", by=name, authority="P-8.2", about=about, case=case.id))
    return True


async def _account_in(view: ReadView, person: PersonId, space: SpaceName) -> LinkedAccount | None:
    links = await view.people.accounts_of(person)
    return next((link for link in links if link.binding and link.account.space == space), None)


async def _referred_spaces(view: ReadView, case: Case, person: PersonId) -> tuple[SpaceName, ...]:
    handoffs = await view.handoffs.of_case(case.id)
    return tuple(
        handoff.space
        for handoff in handoffs
        if handoff.direction is Direction.BACK and handoff.case == case.id and handoff.person == person
    )
