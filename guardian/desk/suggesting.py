"""Accounts that may be the same person's: those of the same name, which bind nothing, and what a space vouches for later.

A name is no proof: a suggestion restricts nobody, and says only that somebody could look. Policy: P-6.4.
"""

from dataclasses import dataclass

from guardian.cases.access import acting, case_for
from guardian.desk.desk import Desk, View, Work
from guardian.desk.knowing import accounts_known_to
from guardian.desk.linking import Found, link_vouched
from guardian.desk.moving import reported
from guardian.desk.telling import tell_members
from guardian.desk.vouching import handle_of, linked_with
from guardian.ids import MemberId, PersonId, SpaceName
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.people.values import KnownAccount, Naming, Trust
from guardian.sanctions.values import state_at
from guardian.spaces.port import Account, named
from rules.ladder import TermState


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A space in which somebody has the name of one of the person's accounts, and none of theirs is known."""

    person: str
    space: SpaceName


async def suggestions(desk: Desk, by: MemberId, code_name: str) -> tuple[Suggestion, ...]:
    """Where somebody is called as one of the case's people is elsewhere; nothing is linked by it and nobody restricted.

    Built on what the member may know of the accounts, so that it tells nothing else.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.READ_CASE)
        case = await case_for(work, by, code_name)
        work.journal.note(Entry("suggestions.were_read", by_member(by), "P-9.8", {"case": case.id}, case.id))
        people = [await work.people.person(person) for person in await reported(work, case)]
        known = [(each, await accounts_known_to(work, by, each.id)) for each in people if each is not None]
    return tuple([s for person, links in known for s in await _for(desk, person.code_name, links)])


async def relink(desk: Desk) -> int:
    """What spaces vouch for since they were last asked is linked to whoever something runs on; how many accounts that was.

    One account after another, so that nothing else waits for it.
    """
    async with desk.works.look() as view:
        # To ask about each stranger of a raid would take the spaces' whole budget of calls.
        unlifted = [sanction for sanction in await view.sanctions.unlifted() if not sanction.follows]
        running = dict.fromkeys(s.person for s in unlifted if state_at(s, view.now) is not TermState.OVER)
        links = [link for person in running for link in await view.people.surely_of(person)]
    return sum([await _linked_since(desk, link) for link in links])


async def _for(desk: Desk, person: str, links: tuple[KnownAccount, ...]) -> list[Suggestion]:
    here = {link.account.space for link in links}
    names = dict.fromkeys(link.handle for link in links)
    elsewhere = [space for space in desk.spaces if space.name not in here]
    return [
        Suggestion(person, space.name) for space in elsewhere if any([named(await space.find(name)) for name in names])
    ]


async def _linked_since(desk: Desk, link: KnownAccount) -> int:
    vouched = await linked_with(desk, link.account, link.handle)
    async with desk.works.look() as view:
        fresh = [each for each in vouched if not await _is_settled(view, each, link.person)]
    if not fresh:
        return 0
    named = tuple([(each, await handle_of(desk, each)) for each in fresh])
    async with desk.works.begin() as work:
        return await _add(work, link, named)


async def _is_settled(view: View, account: Account, person: PersonId) -> bool:
    """Whether the account is known as somebody's, or was found not to be this person's."""
    owners = await view.people.owners(account)
    return any(known.binding or (known.person == person and known.ended_at is not None) for known in owners)


async def _add(work: Work, link: KnownAccount, named: tuple[tuple[Account, str], ...]) -> int:
    """The accounts are linked as vouched for, and whoever may know the case is told."""
    person = await work.people.person(link.person)
    if person is None or not link.namings:
        return 0
    before = await _binding(work, person.id)
    naming = Naming(link.namings[-1].case, Trust.VOUCHED, SERVICE, "vouched for later")
    await link_vouched(work, person, Found(link.account, link.handle, named), naming)
    added = await _binding(work, person.id) - before
    case = await work.cases.case(naming.case)
    for account in sorted(added):
        about = {"person": person.id, "account": account}
        work.journal.note(Entry("account.was_linked", SERVICE, "P-6.4", about, naming.case))
    if added and case is not None:
        facts = {"person": person.code_name, "news": News.ACCOUNT_LINKED}
        await tell_members(work, case, NoticeKind.CASE_NEWS, facts)
    return len(added)


async def _binding(work: Work, person: PersonId) -> set[str]:
    return {str(link.id) for link in await work.people.accounts_of(person) if link.binding}
