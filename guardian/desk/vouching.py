"""What spaces themselves vouch for: which accounts elsewhere are the same human's. Asks the spaces, outside transactions.

The same name is never enough; here it only says where to ask. Policy: P-6.4.
"""

from guardian.desk.desk import Desk
from guardian.spaces.port import Account, Space, Unknown, named

Named = tuple[Account, str]
"""An account, and what it is called there."""


async def vouched_with(desk: Desk, account: Account, handle: str) -> tuple[Named, ...]:
    """The accounts elsewhere that a space vouches for as the same human's, each with its handle.

    The account's own space is asked of it. A space that knows of others' accounts is asked of its namesake of the account,
    and believed where it names exactly this account: elsewhere the same name may be another human's.
    """
    return tuple([(each, await handle_of(desk, each)) for each in await linked_with(desk, account, handle)])


async def linked_with(desk: Desk, account: Account, handle: str) -> tuple[Account, ...]:
    """As `vouched_with`, without asking how they are called."""
    place = desk.spaces.get(account.space)
    found = dict.fromkeys(await _linked(place, account)) if place else {}
    for other in desk.spaces:
        if other.name != account.space and other.abilities.vouches:
            found |= dict.fromkeys(await _through_namesake(other, account, handle))
    return tuple(found)


async def _through_namesake(space: Space, account: Account, handle: str) -> tuple[Account, ...]:
    found = named(await space.find(handle))
    if found is None:
        return ()
    namesake = Account(space.name, found[0])
    vouched = await _linked(space, namesake)
    if account not in vouched:
        return ()
    return (namesake, *(each for each in vouched if each != account))


async def _linked(space: Space, account: Account) -> tuple[Account, ...]:
    """What the space vouches for; what it could not say now is asked again another time."""
    linked = await space.linked(account)
    return () if isinstance(linked, Unknown) else linked


async def handle_of(desk: Desk, account: Account) -> str:
    """What the account is called in its space now; its id where that cannot be seen."""
    place = desk.spaces.get(account.space)
    found = named(await place.find(account.native_id)) if place else None
    return found[1] if found and found[0] == account.native_id else account.native_id
