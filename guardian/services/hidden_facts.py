"""Tell those who may know what somebody who restricts a person could not know, and was answered without.

An answer comes from what the asker may know (`visibility`). What other cases say of the same person acts here, at once:
read `notify_of_restriction` first. Policy: P-4.2, P-4.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from guardian.cases.access import members_who_may_know
from guardian.cases.case import Case
from guardian.ids import AccountId, CaseId, MemberId, PersonId, SpaceName
from guardian.notices.models import News, NoticeKind
from guardian.people.models import LinkedAccount, Member
from guardian.sanctions.models import Sanction
from guardian.services.context import ReadView, UnitOfWork
from guardian.services.members import people_behind
from guardian.services.notify import notify_members
from guardian.services.visibility import hidden_cases, visible_accounts_with_merged


@dataclass(frozen=True, slots=True)
class Restricted:
    """Who was restricted by whom, in which case. `unaware`: a rule would have held it back, by what others know."""

    by: MemberId
    person: PersonId
    case: Case
    unaware: bool


async def notify_of_restriction(uow: UnitOfWork, done: Restricted, sanction: Sanction) -> None:
    """Tell at once what the one who restricted could not know: a rule that held, or accounts that it does not reach."""
    hidden = await hidden_cases(uow, done.by, await people_behind(uow, done.person))
    others = [case for case in hidden if case.id != done.case.id]
    if done.unaware:
        await _notify(uow, done, others, News.RESTRICTED_UNAWARE)
    elif await _misses_accounts(uow, sanction):
        await _notify(uow, done, others, News.RESTRICTED_IN_PART)


async def notify_of_same_account(uow: UnitOfWork, by: MemberId, link: LinkedAccount) -> None:
    """Tell those whose case knows the account as somebody's that it was linked where that may not be known."""
    if link.reached_through is None or not link.binding:
        return
    people = [each for each in await uow.people.people_of_same_accounts(link.person) if each != link.person]
    for case in await hidden_cases(uow, by, people):
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.SAME_ACCOUNT}, besides=(by,))


async def notify_of_account_shown(uow: UnitOfWork, link: LinkedAccount) -> None:
    """Tell those whose case knows the account as somebody's that its owner has shown it to be another's as well."""
    if link.reached_through is None or not link.binding:
        return
    shown_to = {each.case for each in link.case_evidence}
    for person in await uow.people.people_of_same_accounts(link.person):
        for case in await uow.cases.cases_of(person) if person != link.person else ():
            if case.id not in shown_to:
                await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.SAME_ACCOUNT})


async def reach_for(view: ReadView, by: MemberId, person: PersonId, case: Case) -> frozenset[AccountId] | None:
    """Return the links that a restriction by the member reaches: those that they may know; None for all there are.

    What else a link reaches is decided by those who may know the link. Policy: P-4.2.
    """
    links = await _binding_links(view, await view.links.merged_people(person))
    seen = {link.id for link in await _known_links(view, by, person, case.id)}
    return None if {link.id for link in links} <= seen else frozenset(seen)


async def is_known_to_be(view: ReadView, member: Member, person: PersonId, case: CaseId) -> bool:
    """Return whether the member may know that the person, as the case has them, is themselves."""
    own = set(member.accounts)
    return any(link.account in own for link in await _known_links(view, member.id, person, case))


async def _known_links(view: ReadView, by: MemberId, person: PersonId, case: CaseId) -> list[LinkedAccount]:
    """The links that the member may know, or that their own new case names, each as it stands."""
    links = await _binding_links(view, await view.links.merged_people(person))
    seen = {link.id for link in await visible_accounts_with_merged(view, by, person) if link.binding}
    return [link for link in links if link.id in seen or link.visible_from({case}) is not None]


async def _misses_accounts(view: ReadView, sanction: Sanction) -> bool:
    """Whether an account of the same human, where the sanction runs, is not reached by it."""
    links = await _binding_links(view, await people_behind(view, sanction.person))
    reached = {link.account for link in links if link.person == sanction.person and sanction.reaches((link.id,))}
    return any(link.account not in reached and sanction.covers(SpaceName(link.account.space)) for link in links)


async def _binding_links(view: ReadView, people: Iterable[PersonId]) -> list[LinkedAccount]:
    return [link for each in people for link in await view.people.accounts_of(each) if link.binding]


async def _notify(uow: UnitOfWork, done: Restricted, cases: Iterable[Case], news: News) -> None:
    """Notify the members of each case; the restriction's own case is named to those alone who may know it."""
    on_it = [member.id for member in await members_who_may_know(uow, done.case)]
    for case in cases:
        facts = {"news": news}
        named = {**facts, "review": done.case.code_name}
        await notify_members(uow, case, NoticeKind.CASE_NEWS, named, only=on_it, besides=(done.by,))
        await notify_members(uow, case, NoticeKind.CASE_NEWS, facts, besides=(*on_it, done.by))
