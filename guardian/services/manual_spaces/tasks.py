"""Ask people to restrict and to release by hand, say what stands by their answers, remind them, and ask others.

What a space without a connector answers the reconciler comes from here. Why somebody is restricted is never part of it.
Read `request_restriction` first. Policy: P-1.3.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.receipts import digest_secret
from guardian.ids import AccountId, ContactAddress, ManualTaskId, PageAddress, Reference, SpaceName, new_id, new_secret
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import LinkedAccount
from guardian.sanctions.manual_tasks import (
    ManualTask,
    ManualTaskKind,
    ManualTaskState,
    TaskLink,
    standing,
    was_ever_asked,
)
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete, complete_about, reschedule, start_deadline
from guardian.services.manual_spaces.administrators import available_administrators
from guardian.services.notify import notify_administrator
from guardian.spaces.outcomes import Already, Done, Outcome, Rejected, Requested
from guardian.spaces.port import Account, Listing, Observed, ObservedRestriction, RestrictionOrder
from guardian.unit_of_work import WakeupTopic
from rules.manual_tasks import ask_release_at, confirm_by, next_asked, remind_at
from rules.precedence import AccessLevel

PATH = "/asked"
_KINDS = (DeadlineKind.MANUAL_TASK, DeadlineKind.MANUAL_RELEASE)
_NOBODY = "somebody else who looks after this space: nobody who does may be asked, or all said that they cannot"


class Asking(StrEnum):
    """What a message to an administrator is about."""

    TASK = "task"
    REMINDER = "reminder"
    NO_LONGER = "no_longer"
    PAUSE = "pause"


async def observe_account(app: AppContext, account: Account) -> Observed:
    """Return what stands on the account by what people have confirmed."""
    async with app.units_of_work.read() as view:
        links = await view.people.links_of_account(account)
        tasks = await view.manual_tasks.of_accounts([link.id for link in links])
        return Observed(tuple(_observed(task) for task in standing(tasks, view.now).values()))


async def list_standing(app: AppContext, space: SpaceName) -> Listing:
    """Return every restriction of the space that people have confirmed."""
    found: dict[str, tuple[ObservedRestriction, ...]] = {}
    async with app.units_of_work.read() as view:
        by_account: dict[AccountId, list[ManualTask]] = {}
        for task in await view.manual_tasks.confirmed_in(space):
            by_account.setdefault(task.account, []).append(task)
        for account, tasks in by_account.items():
            link = await view.people.account(account)
            stands = standing(tasks, view.now)
            if link is not None and stands:
                found[link.account.native_id] = tuple(_observed(task) for task in stands.values())
    return Listing(found, carries_references=True)


async def request_restriction(app: AppContext, order: RestrictionOrder) -> Outcome:
    """Ask somebody to restrict the account, once; it is done when they have said so. Repeatable."""
    async with app.units_of_work.begin() as uow:
        links = await uow.people.links_of_account(order.account)
        if not links:
            return Rejected("nobody here has linked that account to a person")
        tasks = await uow.manual_tasks.of_accounts([link.id for link in links])
        releases = _open_tasks(tasks, ManualTaskKind.RELEASE, order.level)
        stands = standing(tasks, uow.now).get(order.level)
        await _drop(app, uow, releases)
        if stands is not None and (not releases or _ends_sooner(stands, order.until)):
            await _prolong(app, uow, stands, order.until)
            return Already()
        task = next(iter(_open_tasks(tasks, ManualTaskKind.RESTRICT, order.level)), None)
        if task is None:
            task = await _ask(app, uow, _new_restriction(app, uow, links[0], order))
        await _prolong(app, uow, task, order.until)
        return await _requested(app, uow, task)


async def request_release(app: AppContext, account: Account, level: AccessLevel) -> Outcome:
    """Ask somebody to let the account back in, once; it is released when they have said so. Repeatable."""
    async with app.units_of_work.begin() as uow:
        links = await uow.people.links_of_account(account)
        tasks = await uow.manual_tasks.of_accounts([link.id for link in links])
        if not was_ever_asked(tasks, level, uow.now):
            await _drop(app, uow, _open_tasks(tasks, ManualTaskKind.RESTRICT, level))
            return Done()
        last = [task for task in tasks if task.level is level and task.kind is ManualTaskKind.RESTRICT][-1]
        if level is AccessLevel.MUTED and AccessLevel.BARRED in standing(tasks, uow.now):
            # Whoever is kept out altogether is not let in to write. Who lets them in is asked to end the mute with it.
            await uow.manual_tasks.add(_release_of(app, uow, last, uow.now, state=ManualTaskState.CONFIRMED))
            return Done()
        releases = _open_tasks(tasks, ManualTaskKind.RELEASE, level)
        awaited = next((task for task in releases if task.is_awaited(uow.now)), None)
        if awaited is None:
            await _drop(app, uow, (*releases, *_open_tasks(tasks, ManualTaskKind.RESTRICT, level)))
            awaited = await _ask(app, uow, _release_of(app, uow, last, uow.now))
        return await _requested(app, uow, awaited)


async def on_task_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind whoever was asked; once it is late, ask somebody else as well, and let the group know."""
    task = await uow.manual_tasks.task(ManualTaskId(deadline.about))
    if task is None or task.state is not ManualTaskState.OPEN:
        await complete(uow, deadline)
        return
    if uow.now < task.due:
        await _write_to(app, uow, task, _silent(task), Asking.REMINDER)
        await reschedule(uow, deadline, task.due)
        return
    asked = await ask_next(app, uow, task)
    if asked.asked == task.asked:
        await _write_to(app, uow, task, _silent(task), Asking.REMINDER)
    await wake_account(uow, task)
    await reschedule(uow, deadline, confirm_by(uow.now, app.policy))


async def on_release_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Ask for the release of what ends soon, so that it is ready when the term is over."""
    task = await uow.manual_tasks.task(ManualTaskId(deadline.about))
    over = (ManualTaskState.DROPPED, ManualTaskState.UNDONE)
    if task is None or task.state in over or task.until != deadline.due:
        await complete(uow, deadline)
        return
    if task.state is ManualTaskState.OPEN and uow.now < deadline.due:
        # Nobody has said that it is done, so there is nothing to take back yet; at its end it is asked about.
        await reschedule(uow, deadline, deadline.due)
        return
    await complete(uow, deadline)
    tasks = await uow.manual_tasks.of_accounts([task.account])
    if _open_tasks(tasks, ManualTaskKind.RELEASE, task.level) or not was_ever_asked(tasks, task.level, uow.now):
        return
    await _drop(app, uow, [task] if task.state is ManualTaskState.OPEN else [])
    await _ask(app, uow, _release_of(app, uow, task, deadline.due))
    await wake_account(uow, task)


async def ask_next(app: AppContext, uow: UnitOfWork, task: ManualTask) -> ManualTask:
    """Ask the next of those who look after the space, and return the task as it is then stored."""
    available = await available_administrators(app, uow, task)
    chosen = next_asked(available, task.asked)
    if chosen is None:
        return task
    address = ContactAddress(chosen)
    await _write_to(app, uow, task, [address], Asking.TASK)
    uow.journal.note(Entry(act="task.was_asked", by=SERVICE, authority="P-1.3", about={"task": task.id}))
    return await uow.manual_tasks.save(replace(task, asked=(*task.asked, address)))


async def wake_account(uow: UnitOfWork, task: ManualTask) -> None:
    """Have the account of the task reconciled now."""
    link = await uow.people.account(task.account)
    for each in () if link is None else await uow.people.links_of_account(link.account):
        await uow.sanctions.schedule_account(each.id, uow.now)
    uow.wake(WakeupTopic.WORK_ITEMS)


async def settle(uow: UnitOfWork, task: ManualTask, state: ManualTaskState, by: str) -> None:
    """Store how the task has ended, and have its account reconciled."""
    await uow.manual_tasks.save(replace(task, state=state, settled_at=uow.now, settled_by=by))
    await complete_about(uow, task.id, DeadlineKind.MANUAL_TASK)
    await wake_account(uow, task)


async def _ask(app: AppContext, uow: UnitOfWork, task: ManualTask) -> ManualTask:
    """Store the new task and ask the first person."""
    await uow.manual_tasks.add(task)
    await start_deadline(
        uow,
        DeadlineKind.MANUAL_TASK,
        None,
        task.due,
        next_at=min(remind_at(task.asked_at, app.policy), task.due),
        about=task.id,
    )
    return await ask_next(app, uow, task)


async def _prolong(app: AppContext, uow: UnitOfWork, task: ManualTask, until: datetime | None) -> None:
    """Store until when the restriction lasts, and when somebody is asked to end it."""
    known = await uow.manual_tasks.task(task.id)
    if known is None:
        return
    planned = await uow.deadlines.open_about(task.id, DeadlineKind.MANUAL_RELEASE)
    if known.until == until and (until is None or planned):
        return
    await complete_about(uow, task.id, DeadlineKind.MANUAL_RELEASE)
    await uow.manual_tasks.save(replace(known, until=until))
    if until is not None:
        ask_at = max(uow.now, ask_release_at(until, app.policy))
        await start_deadline(uow, DeadlineKind.MANUAL_RELEASE, None, until, next_at=ask_at, about=task.id)


async def _drop(app: AppContext, uow: UnitOfWork, tasks: Iterable[ManualTask]) -> None:
    """Ask for these no longer, and say so to whoever may be about to do them."""
    for task in tasks:
        await uow.manual_tasks.save(replace(task, state=ManualTaskState.DROPPED, settled_at=uow.now))
        await complete_about(uow, task.id, *_KINDS)
        await _write_to(app, uow, task, _silent(task), Asking.NO_LONGER)


async def _write_to(
    app: AppContext, uow: UnitOfWork, task: ManualTask, addresses: Iterable[ContactAddress], asking: Asking
) -> None:
    """Write to these, each with a link of their own; the message names the space alone, the page behind it the account."""
    available = await available_administrators(app, uow, task)
    for address in addresses:
        if address not in available:
            continue
        secret = new_secret()
        await uow.manual_tasks.add_link(TaskLink(digest_secret(secret), task.id, address), task.person)
        page = PageAddress(f"{app.base_url}{PATH}/{secret}")
        facts: PartyFacts = {"space": task.space, "due": task.due, "page": page, "ask": asking}
        await notify_administrator(uow, address, NoticeKind.MANUAL_TASK, facts)


async def _requested(app: AppContext, uow: UnitOfWork, task: ManualTask) -> Requested:
    known = await uow.manual_tasks.task(task.id) or task
    reason = "somebody there was asked to do it by hand, and has not confirmed it yet"
    available = await available_administrators(app, uow, known)
    if not [each for each in available if each not in known.refused_by]:
        return Requested(reason, confirm_by(uow.now, app.policy), uow.now, _NOBODY)
    again = known.due if uow.now < known.due else confirm_by(uow.now, app.policy)
    return Requested(reason, again, known.due)


def _silent(task: ManualTask) -> tuple[ContactAddress, ...]:
    return tuple(each for each in task.asked if each not in task.refused_by)


def _open_tasks(tasks: Iterable[ManualTask], kind: ManualTaskKind, level: AccessLevel) -> tuple[ManualTask, ...]:
    return tuple(t for t in tasks if t.kind is kind and t.level is level and t.state is ManualTaskState.OPEN)


def _new_restriction(app: AppContext, uow: UnitOfWork, link: LinkedAccount, order: RestrictionOrder) -> ManualTask:
    return ManualTask(
        id=ManualTaskId(new_id()),
        person=link.person,
        account=link.id,
        space=link.account.space,
        kind=ManualTaskKind.RESTRICT,
        level=order.level,
        reference=order.reference,
        asked_at=uow.now,
        due=confirm_by(uow.now, app.policy),
    )


def _release_of(
    app: AppContext,
    uow: UnitOfWork,
    task: ManualTask,
    not_before: datetime,
    *,
    state: ManualTaskState = ManualTaskState.OPEN,
) -> ManualTask:
    """The release of what the task asked for; one that is asked ahead of its time is due at that time."""
    return ManualTask(
        id=ManualTaskId(new_id()),
        person=task.person,
        account=task.account,
        space=task.space,
        kind=ManualTaskKind.RELEASE,
        level=task.level,
        reference=Reference(task.reference),
        asked_at=uow.now,
        due=not_before if not_before > uow.now else confirm_by(uow.now, app.policy),
        not_before=not_before,
        state=state,
        settled_at=None if state is ManualTaskState.OPEN else uow.now,
    )


def _ends_sooner(task: ManualTask, until: datetime | None) -> bool:
    """Return whether the end is no later than what people were told: then nobody has to keep anything up."""
    return until is not None and task.until is not None and until <= task.until


def _observed(task: ManualTask) -> ObservedRestriction:
    return ObservedRestriction(task.level, task.until, task.reference)
