"""Suggest accounts that may be the same person's: of the same name, which bind nothing, or vouched for by a space.

A name is no proof: a suggestion restricts nobody, and says only that somebody could check. Read `list_suggestions`
first. Policy: P-6.4.
"""

from dataclasses import dataclass

from guardian.cases.access import case_for_member, require_permission
from guardian.ids import MemberId, PersonId, SpaceName
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import LinkedAccount, LinkEvidence, Trust
from guardian.people.permissions import UseCase
from guardian.sanctions.models import term_state_at
from guardian.services.case_flow import reported_people
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.identity.linking import FoundAccount, link_vouched_accounts
from guardian.services.identity.vouched_accounts import accounts_linked_by_space, fetch_handle
from guardian.services.notify import notify_members
from guardian.services.visibility import visible_accounts
from guardian.spaces.port import Account, known_or_none
from rules.ladder import TermState


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A space in which somebody has the name of one of the person's accounts, and none of theirs is known."""

    person: str
    space: SpaceName


async def list_suggestions(app: AppContext, by: MemberId, code_name: str) -> tuple[Suggestion, ...]:
    """Return where somebody is called as one of the case's people is elsewhere; link nothing, and restrict nobody.

    Built on what the member may know of the accounts, so that it gives nothing else away.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.READ_CASE)
        case = await case_for_member(uow, by, code_name)
        uow.journal.note(
            Entry(
                act="suggestions.were_read", by=by_member(by), authority="P-9.8", about={"case": case.id}, case=case.id
            )
        )
        people = [await uow.people.person(person) for person in await reported_people(uow, case)]
        known = [(each, await visible_accounts(uow, by, each.id)) for each in people if each is not None]
    return tuple([s for person, links in known for s in await _suggest_for(app, person.code_name, links)])


async def refresh_vouched_links(app: AppContext) -> int:
    """Link what spaces vouch for by now to whoever something runs on; return how many accounts that was.

    One account after another, so that nothing else waits for it.
    """
    async with app.units_of_work.read() as view:
        # To ask about each stranger of a raid would take the spaces' whole budget of calls.
        unlifted = [sanction for sanction in await view.sanctions.unlifted() if sanction.leader is None]
        running = dict.fromkeys(s.person for s in unlifted if term_state_at(s, view.now) is not TermState.OVER)
        links = [link for person in running for link in await view.people.contactable_accounts(person)]
    return sum([await _link_newly_vouched(app, link) for link in links])


async def _suggest_for(app: AppContext, person: str, links: tuple[LinkedAccount, ...]) -> list[Suggestion]:
    here = {link.account.space for link in links}
    names = dict.fromkeys(link.handle for link in links)
    elsewhere = [space for space in app.spaces if space.name not in here]
    return [
        Suggestion(person, space.name)
        for space in elsewhere
        if any([known_or_none(await space.find_account(name)) for name in names])
    ]


async def _link_newly_vouched(app: AppContext, link: LinkedAccount) -> int:
    vouched = await accounts_linked_by_space(app, link.account, link.handle)
    async with app.units_of_work.read() as view:
        fresh = [each for each in vouched if not await _is_decided(view, each, link.person)]
    if not fresh:
        return 0
    named_accounts = tuple([(each, await fetch_handle(app, each)) for each in fresh])
    async with app.units_of_work.begin() as uow:
        return await _add_links(uow, link, named_accounts)


async def _is_decided(view: ReadView, account: Account, person: PersonId) -> bool:
    """Whether the account is known as somebody's, or was found not to be this person's."""
    owners = await view.people.links_of_account(account)
    return any(known.binding or (known.person == person and known.ended_at is not None) for known in owners)


async def _add_links(uow: UnitOfWork, link: LinkedAccount, named_accounts: tuple[tuple[Account, str], ...]) -> int:
    """Link the accounts as vouched for, and notify whoever may know the case."""
    person = await uow.people.person(link.person)
    if person is None or not link.case_evidence:
        return 0
    before = await _binding_links(uow, person.id)
    link_evidence = LinkEvidence(link.case_evidence[-1].case, Trust.VOUCHED, SERVICE, "vouched for later")
    await link_vouched_accounts(uow, person, FoundAccount(link.account, link.handle, named_accounts), link_evidence)
    added = await _binding_links(uow, person.id) - before
    case = await uow.cases.case(link_evidence.case)
    for account in sorted(added):
        about = {"person": person.id, "account": account}
        uow.journal.note(
            Entry(act="account.was_linked", by=SERVICE, authority="P-6.4", about=about, case=link_evidence.case)
        )
    if added and case is not None:
        facts = {"person": person.code_name, "news": News.ACCOUNT_LINKED}
        await notify_members(uow, case, NoticeKind.CASE_NEWS, facts)
    return len(added)


async def _binding_links(uow: UnitOfWork, person: PersonId) -> set[str]:
    return {str(link.id) for link in await uow.people.accounts_of(person) if link.binding}
