"""What a local representative is asked to do by hand, on their own page: the same tasks as behind the mailed links.

A task is theirs while their address is among those who look after its space, and nothing behind it is kept from them; why
somebody is restricted is never shown. Read `list_own_tasks` first. Policy: P-1.1, P-1.3.
"""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.errors import NotFound
from guardian.ids import ContactAddress, ManualTaskId, MemberId, SpaceName
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.sanctions.manual_tasks import ManualTask, ManualTaskKind
from guardian.services.context import AppContext, ReadView
from guardian.services.manual_spaces.administrators import available_administrators
from guardian.services.manual_spaces.answers import confirm, decline
from rules.precedence import AccessLevel


@dataclass(frozen=True, slots=True)
class OwnTask:
    """One open task: the account as it is called there, what to do, and by when."""

    id: ManualTaskId
    space: SpaceName
    account: str
    kind: ManualTaskKind
    level: AccessLevel
    due: datetime
    until: datetime | None


async def list_own_tasks(app: AppContext, by: MemberId) -> tuple[OwnTask, ...]:
    """Return the open tasks that this representative was asked for and has not declined, oldest first."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.ANSWER_MANUAL_TASK)
        return tuple([await _own_task(view, task) for task, _ in await _tasks_of(app, view, member)])


async def answer_own_task(app: AppContext, by: MemberId, task_id: ManualTaskId, *, is_done: bool) -> None:
    """Take that it is done, or that this representative cannot do it, so that the next is asked. Policy: P-1.3."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.ANSWER_MANUAL_TASK)
        for task, address in await _tasks_of(app, uow, member):
            if task.id == task_id:
                await (confirm(uow, task, address) if is_done else decline(app, uow, task, address))
                return
        raise NotFound


async def _tasks_of(app: AppContext, view: ReadView, member: Member) -> list[tuple[ManualTask, ContactAddress]]:
    mail = (member.email or "").casefold()
    found = []
    for task in await view.manual_tasks.open_tasks():
        for address in await available_administrators(app, view, task):
            is_theirs = address in task.asked and address not in task.refused_by
            if mail and address.casefold() == mail and is_theirs:
                found.append((task, address))
    return found


async def _own_task(view: ReadView, task: ManualTask) -> OwnTask:
    link = await view.people.account(task.account)
    return OwnTask(
        id=task.id,
        space=task.space,
        account=link.handle if link is not None else "",
        kind=task.kind,
        level=task.level,
        due=task.due,
        until=task.until,
    )
