"""Passing a matter back: the working group asks the moderators of a space to keep an eye on an account.

Which account, and nothing else: the text is fixed, so that no second reader is needed. Policy: P-5.3, P-5.6, P-8.2.
"""

from dataclasses import replace
from typing import Final

from guardian.cases.access import acting, case_for, may_know
from guardian.cases.intake import Submission
from guardian.cases.local import Hop, HopState, Way, new_hop
from guardian.cases.values import Case, CaseKind, Decision, Door
from guardian.desk.desk import Desk, View, Work
from guardian.desk.hops import accepted, wait_for_acceptance
from guardian.desk.matters import matter_for, open_matter
from guardian.desk.moving import case_of, insist, reported_person
from guardian.desk.telling import tell_members
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId, SpaceName
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.people.values import KnownAccount
from rules.escalation import may_accept
from rules.ladder import Outcome
from rules.policy import Policy

WATCH: Final = (
    "The working group asks you to keep an eye on this account for a while: whether it keeps to the code of conduct in "
    "your space. It says no more than that, and nothing follows from this request by itself. If something happens, deal "
    "with it as with anybody's conduct, or pass it on."
)


async def refer(desk: Desk, by: MemberId, code_name: str, space: SpaceName, person_code: str | None = None) -> str:
    """The moderators of the space are asked to keep an eye on the account of the case's person there. Policy: P-8.2."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.REFER)
        case = await case_for(work, by, code_name)
        person = await reported_person(work, case, person_code)
        if person is None:
            raise Refused("no_person", "Say which of the reported people is meant; `/person` names one.", "P-8.2")
        account = await _account_in(work, person, space)
        if account is None:
            raise Refused("no_account", f"No account of this person is known for certain on {space}.", "P-8.2")
        if space in await _asked_in(work, case, person):
            raise Refused("asked", f"The moderators of {space} have been asked already.", "P-8.2")
        if not await _passed_back(work, desk.policy, case, person, account, by):
            raise Refused("nobody_there", f"There is no moderator of {space} who could be asked.", "P-8.2")
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.REFERRED}, besides=(by,))
    return f"The moderators of {space} are asked to keep an eye on the account, and told nothing else."


async def refer_decided(work: Work, policy: Policy, case: Case, decision: Decision) -> None:
    """What was decided as a referral reaches the moderators of each space where the person has an account. Policy: P-5.3."""
    if decision.consequence.outcome is not Outcome.REFERRAL or decision.person is None:
        return
    scope = decision.consequence.spaces
    asked = set(await _asked_in(work, case, decision.person))
    for account in await work.people.accounts_of(decision.person):
        space = account.account.space
        wanted = account.binding and (scope is None or space in scope) and space not in asked
        if wanted and await _passed_back(work, policy, case, decision.person, account, None):
            asked.add(space)
    news = News.REFERRED if asked else News.REFERRAL_NOWHERE
    await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": news})


async def accept(desk: Desk, by: MemberId, code_name: str) -> str:
    """What was referred is accepted by this moderator by name, and the group knows that somebody has it. Policy: P-8.2."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.ACCEPT_REFERRAL)
        local = await matter_for(work, by, code_name)
        waiting = [h for h in await work.hops.of_case(local.id) if h.target == local.id and h.state is HopState.WAITING]
        if not waiting:
            raise Refused("nothing_waits", "Nothing waits to be accepted in this matter.", "P-8.2")
        hop = waiting[-1]
        insist(may_accept(by, hop.by))
        kept = await work.hops.save_hop(replace(hop, state=HopState.ACCEPTED, accepted_by=by, accepted_at=work.now))
        await accepted(work, kept)
        case = await case_of(work, hop.case)
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.HOP_ACCEPTED})
        about = {"case": str(local.id), "hop": hop.id}
        work.journal.note(Entry("referral.was_accepted", by_member(by), "P-8.2", about, local.id))
    return f"Accepted: {local.code_name} is in your hands by name. The working group knows that somebody has it."


async def _passed_back(
    work: Work, policy: Policy, case: Case, person: PersonId, account: KnownAccount, by: MemberId | None
) -> bool:
    """The moderators have a matter of their own with the account in it, behind the same walls; False where there is none."""
    space = account.account.space
    walls = await work.cases.walls_of(case.id)
    theirs = Case(case.id, "", CaseKind.LOCAL, case.state, work.now, space=space)
    members = await work.people.members()
    owner = await work.people.member_with(account.account)
    concerned = {owner.id} if owner is not None else set()
    if not any(may_know(m, theirs, walls, work.now) for m in members if m.id not in concerned):
        return False
    submission = Submission(Door.REFERRAL, WATCH, who=account.handle, names_members=tuple(concerned))
    # Our own words point to nobody, and the account says by itself whose it is.
    signs = replace(submission, what_happened="", who="")
    name = SERVICE if by is None else by_member(by)
    local = await open_matter(work, policy, space, submission, by=name, walls=walls, signs=signs)
    hop: Hop = replace(new_hop(case.id, Way.BACK, space, work.now, by), person=person, target=local.id)
    await wait_for_acceptance(work, policy, hop)
    about = {"case": str(case.id), "matter": str(local.id), "hop": hop.id, "person": str(person)}
    work.journal.note(Entry("matter.was_referred", name, "P-8.2", about, case.id))
    return True


async def _account_in(view: View, person: PersonId, space: SpaceName) -> KnownAccount | None:
    links = await view.people.accounts_of(person)
    return next((link for link in links if link.binding and link.account.space == space), None)


async def _asked_in(view: View, case: Case, person: PersonId) -> tuple[SpaceName, ...]:
    hops = await view.hops.of_case(case.id)
    return tuple(hop.space for hop in hops if hop.way is Way.BACK and hop.case == case.id and hop.person == person)
