"""Ask people to close a whole space without a connector for a while, and to open it again; what stands is what they said.

Each time the pause is looked at, somebody else is asked as well where the last is late. Read `request_pause` first.
Policy: P-1.3, P-1.6.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.receipts import digest_secret
from guardian.errors import NotFound
from guardian.ids import PageAddress, SpaceName, new_id, new_secret
from guardian.journal import PARTY, SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.sanctions.manual_tasks import ManualTaskState
from guardian.sanctions.pause_tasks import PauseTask, closing_in_force, may_be_closed
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.manual_spaces.administrators import configured_administrators
from guardian.services.manual_spaces.tasks import Asking
from guardian.services.notify import notify_administrator
from guardian.spaces.outcomes import Done, Outcome, Requested
from guardian.spaces.pauses import OPEN, PauseKind, PauseSetting, PauseTarget
from guardian.unit_of_work import WakeupTopic
from rules.manual_tasks import confirm_by

PATH = "/asked/pause"
CLOSED = PauseSetting(1)
_WAITS = "somebody there was asked to do it by hand, and has not confirmed it yet"
_NOBODY = "somebody who looks after this space: nobody is named"
_NOTHING = "There is nothing behind this link."


@dataclass(frozen=True, slots=True)
class PauseTaskPage:
    """What stands on the page: which space, whether it is closed or opened again, by when, and whether that was said."""

    space: SpaceName
    closes: bool
    due: datetime
    state: ManualTaskState


async def observe_pause(app: AppContext, target: PauseTarget) -> PauseSetting:
    """Return whether the space is closed, by what people have confirmed."""
    async with app.units_of_work.read() as view:
        tasks = await view.pause_tasks.of_space(target.space, target.kind)
        return OPEN if closing_in_force(tasks) is None else CLOSED


async def request_pause(app: AppContext, target: PauseTarget, *, closes: bool) -> Outcome:
    """Ask somebody to close the space, or to open it again; done once they have said so. Repeatable."""
    async with app.units_of_work.begin() as uow:
        tasks = await uow.pause_tasks.of_space(target.space, target.kind)
        awaited = [task for task in tasks if task.state is ManualTaskState.OPEN]
        is_done = closing_in_force(tasks) is not None if closes else not may_be_closed(tasks)
        await _drop(uow, (task for task in awaited if is_done or task.closes is not closes))
        if is_done:
            return Done()
        task = next((each for each in awaited if each.closes is closes), None)
        if task is None:
            task = _new_task(app, uow, target.space, target.kind, closes=closes)
            await uow.pause_tasks.add(task)
        if not task.digests or uow.now >= task.due:
            task = await _ask_next(app, uow, task)
        needs = "" if task.digests else _NOBODY
        return Requested(_WAITS, task.due, confirm_by(task.asked_at, app.policy), needs)


async def read_pause_task(app: AppContext, secret: str) -> PauseTaskPage:
    """Return what the holder of the link is asked; NotFound for a link that there is not."""
    async with app.units_of_work.read() as view:
        task = await view.pause_tasks.by_digest(digest_secret(secret))
        if task is None:
            raise NotFound(_NOTHING)
        return PauseTaskPage(task.space, task.closes, task.due, task.state)


async def confirm_pause_task(app: AppContext, secret: str) -> None:
    """Take that it is done, and have the pause of the space looked at now."""
    async with app.units_of_work.begin() as uow:
        task = await uow.pause_tasks.by_digest(digest_secret(secret))
        if task is None:
            raise NotFound(_NOTHING)
        if task.state is not ManualTaskState.OPEN:
            return
        await uow.pause_tasks.save(replace(task, state=ManualTaskState.CONFIRMED, settled_at=uow.now))
        for pause in await uow.pauses.since(uow.now):
            if (pause.target.space, pause.target.kind) == (task.space, task.kind) and not pause.is_over:
                await uow.pauses.save(replace(pause, due_at=uow.now))
        uow.wake(WakeupTopic.PAUSES)
        uow.journal.note(Entry(act="task.was_confirmed", by=PARTY, authority="P-1.3", about={"task": task.id}))


async def _ask_next(app: AppContext, uow: UnitOfWork, task: PauseTask) -> PauseTask:
    """Ask the next of those who look after the space; after the last, the first again."""
    addresses = configured_administrators(app, task.space)
    if not addresses:
        return task
    secret = new_secret()
    due = confirm_by(uow.now, app.policy)
    asked = replace(task, digests=(*task.digests, digest_secret(secret)), due=due)
    page = PageAddress(f"{app.base_url}{PATH}/{secret}")
    facts: PartyFacts = {"space": task.space, "due": due, "page": page, "ask": Asking.PAUSE}
    await notify_administrator(uow, addresses[len(task.digests) % len(addresses)], NoticeKind.MANUAL_TASK, facts)
    uow.journal.note(Entry(act="task.was_asked", by=SERVICE, authority="P-1.3", about={"task": task.id}))
    return await uow.pause_tasks.save(asked)


async def _drop(uow: UnitOfWork, tasks: Iterable[PauseTask]) -> None:
    """Ask for these no longer: their pages say so."""
    for task in tasks:
        await uow.pause_tasks.save(replace(task, state=ManualTaskState.DROPPED, settled_at=uow.now))


def _new_task(app: AppContext, uow: UnitOfWork, space: SpaceName, kind: PauseKind, *, closes: bool) -> PauseTask:
    due = confirm_by(uow.now, app.policy)
    return PauseTask(id=new_id(), space=space, kind=kind, closes=closes, asked_at=uow.now, due=due)
