"""Link what spaces vouch for by now to whoever something runs on: a few accounts at a time, whoever waits longest first.

Nothing here has to end: each call asks about a bounded share and remembers how far it came, so that ten people and a
hundred thousand take the same part of the spaces' calls. Read `refresh_vouched_links` first. Policy: P-6.4.
"""

from collections.abc import Iterable
from typing import Final

from guardian.ids import AccountId, PersonId
from guardian.journal import SERVICE, Entry
from guardian.notices.models import News, NoticeKind
from guardian.people.models import LinkedAccount, LinkEvidence, Trust
from guardian.sanctions.models import term_state_at
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.identity.linking import FoundAccount, link_vouched_accounts
from guardian.services.identity.vouched_accounts import (
    VouchedAccounts,
    accounts_linked_by_space,
    fetch_handle,
    fetch_linked,
)
from guardian.services.notify import notify_members
from guardian.spaces.port import Account
from rules.ladder import TermState

SHARE: Final = 20
"""About so many accounts one refresh asks: two or three calls each, of the nine hundred that a quarter of an hour has."""


async def refresh_vouched_links(app: AppContext, share: int = SHARE) -> int:
    """Link what spaces vouch for by now to the next share of those on whom something runs; return how many accounts.

    The first space that gives no answer ends the share: the others are asked when it is their turn again. A raid's
    strangers are not asked about: they would take everybody's turn.
    """
    async with app.units_of_work.begin() as uow:
        turns = await uow.links.next_to_ask(uow.now, share)
        links = [(turn, await _askable(uow, turn.account)) for turn in turns]
        if turns:
            # Taken before asking, so that an account that cannot be asked about never stops those behind it.
            await uow.links.record_asked(turns[-1])
    added = 0
    for turn, link in links:
        vouched = await accounts_linked_by_space(app, link.account, link.handle) if link else VouchedAccounts()
        if link is not None:
            added += await _link_vouched(app, link, vouched.accounts)
        if not vouched.complete:
            async with app.units_of_work.begin() as uow:
                await uow.links.record_asked(turn)
            break
    return added


async def link_reported(app: AppContext, accounts: Iterable[Account]) -> int:
    """Link accounts that a space has reported to whoever it vouches they are, if something runs on them.

    Return how many were linked. So somebody who comes back by a new account is reached without anybody's turn.
    """
    added = 0
    for account in accounts:
        space = app.spaces.get(account.space)
        if space is None or not space.capabilities.knows_linked_accounts:
            continue
        vouched = await fetch_linked(space, account)
        everywhere = (account, *vouched.accounts)
        async with app.units_of_work.read() as view:
            owner = await _running_owner(view, everywhere)
        if owner is not None:
            added += await _link_vouched(app, owner, tuple(each for each in everywhere if each != owner.account))
        if not vouched.complete:
            break
    return added


async def _askable(view: ReadView, account: AccountId) -> LinkedAccount | None:
    """Return the link where the account is surely its person's."""
    link = await view.people.account(account)
    return link if link is not None and link in await view.people.contactable_accounts(link.person) else None


async def _running_owner(view: ReadView, accounts: Iterable[Account]) -> LinkedAccount | None:
    """Return the first of the accounts that is surely somebody's on whom something runs, outside a raid."""
    for account in accounts:
        for link in await view.people.links_of_account(account):
            if link in await view.people.contactable_accounts(link.person) and await _has_running(view, link.person):
                return link
    return None


async def _has_running(view: ReadView, person: PersonId) -> bool:
    return any(
        sanction.leader is None and term_state_at(sanction, view.now) is not TermState.OVER
        for sanction in await view.sanctions.of_person(person)
    )


async def _link_vouched(app: AppContext, link: LinkedAccount, vouched: tuple[Account, ...]) -> int:
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
    await link_vouched_accounts(
        uow, person, FoundAccount(link.account, link.handle, named_accounts), link_evidence, None
    )
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
