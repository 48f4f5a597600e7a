"""Which member stands behind an account or a name: asked by doors before they call a use case."""

from guardian.desk.desk import AppContext
from guardian.people.values import Group, Member
from guardian.spaces.port import Account


async def member_for_account(app: AppContext, account: Account) -> Member | None:
    """The member whose own account it is, while they hold any role."""
    async with app.units_of_work.read() as view:
        member = await view.people.member_with_account(account)
        return member if member and any(member.holds_office(group, view.now) for group in Group) else None


async def member_by_name(app: AppContext, name: str) -> Member | None:
    """The one member of that name or alias, while they hold any role; None where nobody or several are called so."""
    sought = name.strip().casefold()
    async with app.units_of_work.read() as view:
        found = [
            member
            for member in await view.people.members()
            if sought in {known_name.casefold() for known_name in (member.name, *member.aliases)}
            and any(member.holds_office(group, view.now) for group in Group)
        ]
    return found[0] if len(found) == 1 else None
