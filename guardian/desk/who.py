"""Which member stands behind an account or a name: asked by doors before they call a use case."""

from guardian.desk.desk import Desk
from guardian.people.values import Group, Member
from guardian.spaces.port import Account


async def member_behind(desk: Desk, account: Account) -> Member | None:
    """The member whose own account it is, while they hold any role."""
    async with desk.works.look() as view:
        member = await view.people.member_with(account)
        return member if member and any(member.holds(group, view.now) for group in Group) else None


async def member_called(desk: Desk, name: str) -> Member | None:
    """The one member of that name or alias, while they hold any role; None where nobody or several are called so."""
    wanted = name.strip().casefold()
    async with desk.works.look() as view:
        found = [
            member
            for member in await view.people.members()
            if wanted in {called.casefold() for called in (member.name, *member.aliases)}
            and any(member.holds(group, view.now) for group in Group)
        ]
    return found[0] if len(found) == 1 else None
