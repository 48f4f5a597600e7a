"""What spaces themselves vouch for: which accounts elsewhere are the same human's.

Asks the spaces, outside transactions. The same name is never enough; here it only says where to ask. Read
`accounts_vouched_for` first. Policy: P-6.4.
"""

from guardian.services.context import AppContext
from guardian.spaces.port import Account, Space, Unknown, known_or_none

NamedAccount = tuple[Account, str]
"""An account, and what it is called there."""


async def accounts_vouched_for(app: AppContext, account: Account, handle: str) -> tuple[NamedAccount, ...]:
    """Return the accounts elsewhere that a space vouches for as the same human's, each with its handle.

    The account's own space is asked of it. A space that knows of others' accounts is asked of its namesake of the
    account, and believed where it names exactly this account: elsewhere the same name may be another human's.
    """
    return tuple(
        [(each, await fetch_handle(app, each)) for each in await accounts_linked_by_space(app, account, handle)]
    )


async def accounts_linked_by_space(app: AppContext, account: Account, handle: str) -> tuple[Account, ...]:
    """Return what `accounts_vouched_for` does, without asking how the accounts are called."""
    space = app.spaces.get(account.space)
    found = dict.fromkeys(await _fetch_linked(space, account)) if space else {}
    for other in app.spaces:
        if other.name != account.space and other.capabilities.knows_linked_accounts:
            found |= dict.fromkeys(await _through_namesake(other, account, handle))
    return tuple(found)


async def _through_namesake(space: Space, account: Account, handle: str) -> tuple[Account, ...]:
    found = known_or_none(await space.find_account(handle))
    if found is None:
        return ()
    namesake = Account(space.name, found[0])
    vouched = await _fetch_linked(space, namesake)
    if account not in vouched:
        return ()
    return (namesake, *(each for each in vouched if each != account))


async def _fetch_linked(space: Space, account: Account) -> tuple[Account, ...]:
    """What the space vouches for; what it could not say now is asked again another time."""
    linked = await space.linked_accounts(account)
    return () if isinstance(linked, Unknown) else linked


async def fetch_handle(app: AppContext, account: Account) -> str:
    """Return what the account is called in its space now; its id where that cannot be seen."""
    space = app.spaces.get(account.space)
    found = known_or_none(await space.find_account(account.native_id)) if space else None
    return found[1] if found and found[0] == account.native_id else account.native_id
