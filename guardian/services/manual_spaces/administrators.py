"""Whom a task in a space without a connector may be asked of: never somebody whom it is about, or is kept from.

Read `available_administrators` first. Policy: P-1.3, P-2.11, P-4.2.
"""

from collections.abc import Iterable

from guardian.cases.access import is_hidden_from
from guardian.ids import ContactAddress, PersonId, SpaceName
from guardian.people.models import Member
from guardian.sanctions.manual_tasks import ManualTask
from guardian.services.context import AppContext, ReadView
from guardian.spaces.port import Account


async def available_administrators(app: AppContext, view: ReadView, task: ManualTask) -> tuple[ContactAddress, ...]:
    """Return who looks after the space now and may be asked, in the order in which they are asked.

    Left out are whoever the task is about, and members from whom a case behind it is kept.
    """
    accounts = [link for person in await _people(view, task) for link in await view.people.accounts_of(person)]
    theirs = {each.casefold() for link in accounts for each in (link.account.native_id, link.handle)}
    members = {(m.email or "").casefold(): m for m in await view.people.members()}
    free = []
    for address in configured_administrators(app, task.space):
        member = members.get(address.casefold())
        concerned = member is not None and await _is_kept_from(view, member, task, [a.account for a in accounts])
        if address.casefold() not in theirs and not concerned:
            free.append(address)
    return tuple(free)


def configured_administrators(app: AppContext, space: SpaceName) -> tuple[ContactAddress, ...]:
    """Return the addresses of those who look after the space, as it is configured now."""
    port = app.spaces.get(space)
    return () if port is None else tuple(each.address for each in port.capabilities.administrators)


async def _people(view: ReadView, task: ManualTask) -> tuple[PersonId, ...]:
    link = await view.people.account(task.account)
    links = () if link is None else await view.people.links_of_account(link.account)
    return tuple(dict.fromkeys((task.person, *(each.person for each in links))))


async def _is_kept_from(view: ReadView, member: Member, task: ManualTask, accounts: Iterable[Account]) -> bool:
    if any(account in member.accounts for account in accounts):
        return True
    people = await _people(view, task)
    cases = {s.case for person in people for s in await view.sanctions.applying_to(person)}
    for each in sorted(cases):
        case = await view.cases.case(each)
        if case is not None and is_hidden_from(member.id, case, await view.cases.exclusions_of(each)):
            return True
    return False
