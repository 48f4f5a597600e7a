"""What spaces themselves vouch for: which accounts elsewhere are the same human's.

Asks the spaces, outside transactions. The same name is never enough; here it only says where to ask. Read
`accounts_vouched_for` first. Policy: P-6.4.
"""

from dataclasses import dataclass

from guardian.services.context import AppContext
from guardian.spaces.account_text import text_of_id
from guardian.spaces.port import Account, Space, Unknown, known_or_none

NamedAccount = tuple[Account, str]
"""An account, and what it is called there."""


@dataclass(frozen=True, slots=True)
class VouchedAccounts:
    """What the spaces vouch for; `complete` is False where one gave no answer, which is never a no."""

    accounts: tuple[Account, ...] = ()
    complete: bool = True

    def __add__(self, other: "VouchedAccounts") -> "VouchedAccounts":
        accounts = dict.fromkeys((*self.accounts, *other.accounts))
        return VouchedAccounts(tuple(accounts), self.complete and other.complete)


_NOTHING = VouchedAccounts()
_NOT_ANSWERED = VouchedAccounts(complete=False)


async def accounts_vouched_for(app: AppContext, account: Account, handle: str) -> tuple[NamedAccount, ...]:
    """Return the accounts elsewhere that a space vouches for as the same human's, each with its handle.

    The account's own space is asked of it. A space that knows of others' accounts is asked of its namesake of the
    account, and believed where it names exactly this account: elsewhere the same name may be another human's.
    """
    found = await accounts_linked_by_space(app, account, handle)
    return tuple([(each, await fetch_handle(app, each)) for each in found.accounts])


async def accounts_linked_by_space(app: AppContext, account: Account, handle: str) -> VouchedAccounts:
    """Return what `accounts_vouched_for` does, without asking how the accounts are called, and whether all answered."""
    space = app.spaces.get(account.space)
    found = await fetch_linked(space, account) if space else _NOTHING
    for other in app.spaces:
        if other.name != account.space and other.capabilities.knows_linked_accounts:
            found += await _through_namesake(other, account, handle)
    return found


async def fetch_linked(space: Space, account: Account) -> VouchedAccounts:
    """Return what the space vouches for of its own account."""
    linked = await space.linked_accounts(account)
    return _NOT_ANSWERED if isinstance(linked, Unknown) else VouchedAccounts(linked)


async def fetch_handle(app: AppContext, account: Account) -> str:
    """Return what the account is called in its space now; its id where that cannot be seen."""
    space = app.spaces.get(account.space)
    found = known_or_none(await space.find_account(text_of_id(account.native_id))) if space else None
    return found[1] if found and found[0] == account.native_id else account.native_id


async def _through_namesake(space: Space, account: Account, handle: str) -> VouchedAccounts:
    found = await space.find_account(f"@{handle}")
    if isinstance(found, Unknown):
        return _NOT_ANSWERED
    if found is None:
        return _NOTHING
    namesake = Account(space.name, found[0])
    vouched = await fetch_linked(space, namesake)
    if account not in vouched.accounts:
        return VouchedAccounts(complete=vouched.complete)
    return VouchedAccounts((namesake, *(each for each in vouched.accounts if each != account)))
