"""Which account the words of a member mean, shown before anything is kept: its own space's answer, and nothing of ours.

Read `look_up_account` first. Policy: P-6.4.
"""

from guardian.cases.access import case_for_member, require_permission
from guardian.ids import MemberId, SpaceName
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext
from guardian.services.identity.linking import FoundAccount, find_target


async def look_up_account(app: AppContext, by: MemberId, code_name: str, space: SpaceName, text: str) -> FoundAccount:
    """Return the account that would be named in the case; nothing is kept, and nothing said of whose it is known to be."""
    await _require_case(app, by, code_name)
    found = await find_target(app, space, text)
    # A look takes seconds: whoever has lost their seat or the case meanwhile is told nothing of it.
    await _require_case(app, by, code_name)
    return FoundAccount(found.account, found.handle)


async def _require_case(app: AppContext, by: MemberId, code_name: str) -> None:
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.NAME_REPORTED)
        await case_for_member(view, by, code_name)
