"""Whose an account is: by what the member who names it may know, and by which link its work is done.

Read `namable_owner` first. Policy: P-4.2, P-6.4.
"""

from dataclasses import replace

from guardian.cases.access import members_who_may_know
from guardian.cases.case import Case
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId
from guardian.people.models import LinkedAccount
from guardian.services.context import ReadView
from guardian.services.visibility import may_know_of_person, visible_owner
from guardian.spaces.port import Account


async def namable_owner(view: ReadView, by: MemberId, account: Account, *, surely: bool = False) -> PersonId | None:
    """Return whose the account is, where the name of that person tells the member nothing that they may not know."""
    links = [link for link in await view.people.links_of_account(account) if link.binding]
    if surely:
        links = [link for link in links if link in await view.people.contactable_accounts(link.person)]
    owner = await visible_owner(view, by, account)
    if owner is not None:
        return owner if owner in {link.person for link in links} else None
    unknown = [each.person for each in links if not await may_know_of_person(view, by, each.person)]
    return next(iter(unknown), None)


async def known_owner(view: ReadView, by: MemberId | None, account: Account) -> PersonId | None:
    """Return whose the account is, as far as the member may know; where none asks (None), as anybody knows."""
    if by is not None:
        return await visible_owner(view, by, account)
    links = await view.people.links_of_account(account)
    return next((link.person for link in links if link.binding), None)


async def require_free(view: ReadView, by: MemberId, account: Account, person: PersonId) -> None:
    """Refuse an account that the member may know to be somebody else's. Policy: P-4.2."""
    if await visible_owner(view, by, account) not in (None, person):
        raise Refused("taken", "This account is already known as somebody else's.", "P-6.4")


async def is_taken(view: ReadView, case: Case, account: Account, person: PersonId) -> bool:
    """Return whether everybody on the case may know that the account is somebody else's.

    Where one of them may not, leaving the account out would tell them: it is linked as any other, and those who know it as
    somebody's are told. Policy: P-4.2.
    """
    members = await members_who_may_know(view, case)
    owners = [await visible_owner(view, member.id, account) for member in members]
    return bool(owners) and all(owner not in (None, person) for owner in owners)


async def reached_through_known(view: ReadView, link: LinkedAccount) -> LinkedAccount:
    """Return the link, reached through that by which the account is somebody's already: one account has one work item."""
    links = await view.people.links_of_account(link.account)
    others = [each for each in links if each.binding and link.id not in (each.id, each.worked_as)]
    own_work = sorted(others, key=lambda each: each.reached_through is not None)
    return replace(link, reached_through=own_work[0].worked_as) if link.binding and own_work else link
