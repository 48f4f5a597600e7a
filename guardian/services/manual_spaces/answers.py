"""What a named human answers on the page behind their link: done, cannot, or that it does not hold any more.

The link is theirs alone, and shows which account, what to do and until when; never why. Read `read_task` first.
Policy: P-1.3, P-2.11.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.receipts import digest_secret
from guardian.errors import NotFound
from guardian.ids import ContactAddress, SpaceName
from guardian.journal import PARTY, Entry
from guardian.sanctions.manual_tasks import ManualTask, ManualTaskKind, ManualTaskState, standing
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.manual_spaces.administrators import available_administrators
from guardian.services.manual_spaces.tasks import ask_next, settle, wake_account
from rules.precedence import AccessLevel

_NOTHING = "There is nothing behind this link."


@dataclass(frozen=True, slots=True)
class TaskPage:
    """What stands on the page: the account as it is called there, what to do, until when, and what has been said.

    `ends_mute`: letting the account in is to end a mute of it as well, of which nobody was asked while it was kept out.
    """

    space: SpaceName
    account: str
    kind: ManualTaskKind
    level: AccessLevel
    due: datetime
    until: datetime | None
    not_before: datetime | None
    state: ManualTaskState
    declined: bool
    stands: bool
    ends_mute: bool


async def read_task(app: AppContext, secret: str) -> TaskPage:
    """Return what the holder of the link is asked; NotFound also for somebody who does not look after the space any more."""
    async with app.units_of_work.read() as view:
        task, address = await _task_behind(app, view, secret)
        link = await view.people.account(task.account)
        tasks = await view.manual_tasks.of_accounts([task.account])
        every = standing(tasks, view.now)
        stands = every.get(task.level)
        lets_in = task.kind is ManualTaskKind.RELEASE and task.level is AccessLevel.BARRED
        was_muted = any(each.kind is ManualTaskKind.RESTRICT and each.level is AccessLevel.MUTED for each in tasks)
        return TaskPage(
            space=task.space,
            account=link.handle if link is not None else "",
            kind=task.kind,
            level=task.level,
            due=task.due,
            until=task.until,
            not_before=task.not_before,
            state=task.state,
            declined=address in task.refused_by,
            stands=stands is not None and stands.id == task.id,
            ends_mute=lets_in and was_muted and AccessLevel.MUTED not in every,
        )


async def confirm_task(app: AppContext, secret: str) -> None:
    """Take that it is done. A release that is confirmed ahead of its time counts from that time on."""
    async with app.units_of_work.begin() as uow:
        task, address = await _task_behind(app, uow, secret)
        await confirm(uow, task, address)


async def decline_task(app: AppContext, secret: str) -> None:
    """Take that this person cannot do it, and ask the next."""
    async with app.units_of_work.begin() as uow:
        task, address = await _task_behind(app, uow, secret)
        await decline(app, uow, task, address)


async def confirm(uow: UnitOfWork, task: ManualTask, address: ContactAddress) -> None:
    """Store that whoever has the address has done it."""
    if task.state is ManualTaskState.OPEN:
        await settle(uow, task, ManualTaskState.CONFIRMED, address)
        _note(uow, "task.was_confirmed", task)


async def decline(app: AppContext, uow: UnitOfWork, task: ManualTask, address: ContactAddress) -> None:
    """Store that whoever has the address cannot do it, and ask the next."""
    if task.state is ManualTaskState.OPEN and address not in task.refused_by:
        declined = await uow.manual_tasks.save(replace(task, refused_by=(*task.refused_by, address)))
        await ask_next(app, uow, declined)
        await wake_account(uow, declined)
        _note(uow, "task.was_declined", task)


async def report_undone(app: AppContext, secret: str) -> None:
    """Take that what was done does not hold any more: they are back. It is drift, and asked for anew."""
    async with app.units_of_work.begin() as uow:
        task, address = await _task_behind(app, uow, secret)
        stands = standing(await uow.manual_tasks.of_accounts([task.account]), uow.now).get(task.level)
        if task.kind is ManualTaskKind.RESTRICT and stands is not None and stands.id == task.id:
            await settle(uow, task, ManualTaskState.UNDONE, address)
            _note(uow, "task.was_undone", task)


async def _task_behind(app: AppContext, view: ReadView, secret: str) -> tuple[ManualTask, ContactAddress]:
    link = await view.manual_tasks.link(digest_secret(secret))
    task = await view.manual_tasks.task(link.task) if link is not None else None
    if link is None or task is None or link.address not in await available_administrators(app, view, task):
        raise NotFound(_NOTHING)
    return task, link.address


def _note(uow: UnitOfWork, act: str, task: ManualTask) -> None:
    uow.journal.note(Entry(act=act, by=PARTY, authority="P-1.3", about={"task": task.id}))
