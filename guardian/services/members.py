"""Which member stands behind an account or a name, for commands before they call a use case.

Read `member_for_account` first.
"""

from collections.abc import Collection
from dataclasses import dataclass

from guardian.cases.case_store import CaseView
from guardian.ids import MemberId, PersonId, SpaceName
from guardian.people.models import Group, Member
from guardian.services.context import AppContext, ReadView
from guardian.spaces.port import Account


async def member_for_account(app: AppContext, account: Account) -> Member | None:
    """Return the member whose own account it is, while they hold any role."""
    async with app.units_of_work.read() as view:
        member = await view.people.member_with_account(account)
        return member if member and any(member.holds_office(group, view.now) for group in Group) else None


async def member_by_name(app: AppContext, name: str) -> Member | None:
    """Return the one member of that name or alias, while they hold any role; None where none or several are called so."""
    sought = name.strip().casefold()
    async with app.units_of_work.read() as view:
        found = [
            member
            for member in await view.people.members()
            if sought in {known_name.casefold() for known_name in (member.name, *member.aliases)}
            and any(member.holds_office(group, view.now) for group in Group)
        ]
    return found[0] if len(found) == 1 else None


async def members_for_person(view: CaseView, person: PersonId) -> frozenset[MemberId]:
    """Return who of all members, in office or not, is the person or somebody known to be the same human."""
    return frozenset(member.id for member in await _members_among(view, await people_behind(view, person)))


async def people_behind(view: CaseView, person: PersonId) -> tuple[PersonId, ...]:
    """Return everybody who is known by any case to be the same human, the person first.

    Merged with them, or known by one of their accounts to people who may not know of each other's cases.
    """
    found = dict.fromkeys((person,))
    queue = [person]
    while queue:
        current = queue.pop()
        same = (*await view.links.merged_people(current), *await view.people.people_of_same_accounts(current))
        queue += [each for each in dict.fromkeys(same) if each not in found]
        found |= dict.fromkeys(same)
    return tuple(found)


async def role_holders_for_person(view: ReadView, person: PersonId) -> tuple[Member, ...]:
    """Return the members, moderators or Board members whom the person is known to be, by whichever case.

    Who is kept from a case is told by it; nothing that a member is answered may be (P-4.2).
    """
    known = await _members_among(view, await people_behind(view, person))
    return tuple(member for member in known if any(member.holds_office(group, view.now) for group in Group))


async def _members_among(view: CaseView, people: Collection[PersonId]) -> list[Member]:
    """The members who are one of the people, or who have an account that is bound to one of them."""
    links = [link for each in people for link in await view.people.accounts_of(each)]
    accounts = {link.account for link in links if link.binding}
    return [m for m in await view.people.members() if m.person in people or accounts & set(m.accounts)]


@dataclass(frozen=True, slots=True)
class AccountInput:
    """Whom a member would act on, as they typed it: an account in a space."""

    space: SpaceName
    text: str
