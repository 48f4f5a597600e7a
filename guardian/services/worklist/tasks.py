"""The list of what waits for one member: what it is, by when, and who has said that they see to it.

Read `list_tasks` first; who is asked for what is judged in `asked`. Policy: P-2.4, P-4.2.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import may_read_by_status, normalize_code_name, require_permission
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import handling_groups
from guardian.cases.open_work import OpenItem, OpenWork
from guardian.cases.tasks import TaskClaim, TaskKind
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.journal import by_member
from guardian.people.models import Member
from guardian.people.permissions import MEMBERS, UseCase, holds_seat, may_perform
from guardian.services.context import AppContext, ReadView
from guardian.services.escalation.cross_space import waiting_patterns
from guardian.services.identity.merging import sees_both
from guardian.services.worklist.advice_tasks import advice_tasks
from guardian.services.worklist.asked import find_asked
from guardian.services.worklist.asker import AskedTask, Asker
from guardian.services.worklist.data_tasks import data_tasks
from guardian.services.worklist.retention_tasks import retention_tasks
from rules.policy import Policy
from rules.worklist import claim_stands, oldest_standing


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that the member is asked for, by the code name of its case ("" where it is about none that they know).

    `subject` is what an act needs beside the code name: a proposal, a draft, a link, a member, a step; "" where nothing.
    `facts` say more in words: who is meant, which space, which step. `due` None: there is no date for it.
    """

    kind: TaskKind
    code_name: str
    subject: str
    since: datetime
    due: datetime | None
    is_late: bool
    facts: Mapping[str, str]
    claimed_by: str = ""
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundTask:
    """A task as it is shown, with what only the service needs of it."""

    task: Task
    asked: AskedTask
    claim: TaskClaim | None


async def list_tasks(app: AppContext, by: MemberId, *, kinds: Collection[TaskKind] | None = None) -> tuple[Task, ...]:
    """Return what waits for the member now, what is due first before all else; `kinds` narrows it to some.

    The number of statements does not depend on how much there is.
    """
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.LIST_TASKS)
        found = await find_tasks(view, app.policy, member)
    return tuple(each.task for each in found if kinds is None or each.task.kind in kinds)


async def find_tasks(view: ReadView, policy: Policy, member: Member) -> tuple[FoundTask, ...]:
    """Return the tasks of the member, in order, each with the claim that stands on it."""
    work = await view.open_work.open_work(view.now)
    members = await view.people.members()
    asked = [*find_asked(_asker(view, policy, member, members, work)), *await _asked_one_by_one(view, member, work)]
    asked += _offices_to_confirm(view, member, members)
    asked += await advice_tasks(view, policy, member, work)
    asked += await retention_tasks(view, policy, member, work)
    asked += data_tasks(policy, member, members, work, await view.data_requests.open_requests(), view.now)
    claims = await view.task_claims.standing_claims(oldest_standing(view.now, policy))
    found = [
        _found(view, policy, each, _claim_on(view, policy, each, claims, members, work), members) for each in asked
    ]
    return tuple(sorted(found, key=lambda each: _order(each.task)))


async def read_asker(view: ReadView, policy: Policy, member: Member) -> Asker:
    """Return the member with all that waits for anybody, to be asked what of it they may know."""
    work = await view.open_work.open_work(view.now)
    return _asker(view, policy, member, await view.people.members(), work)


def the_task(found: Iterable[FoundTask], code_name: str, kind: TaskKind, subject: str) -> FoundTask:
    """Return the one of the tasks that is meant; NotFound where the member is not asked for it."""
    name = normalize_code_name(code_name)
    for each in found:
        if (each.task.kind, each.task.code_name, each.task.subject) == (kind, name, subject):
            return each
    raise NotFound


def _asker(view: ReadView, policy: Policy, member: Member, members: Iterable[Member], work: OpenWork) -> Asker:
    known = tuple(members)
    dues: dict[tuple[DeadlineKind, str], datetime] = {}
    for deadline in reversed(work.deadlines):
        dues |= {(deadline.kind, about): deadline.due for about in (deadline.case, deadline.about) if about}
    return Asker(
        member=member,
        work=work,
        groups=handling_groups(known, view.now),
        names={each.id: each.name for each in known},
        at=view.now,
        policy=policy,
        dues=dues,
    )


async def _asked_one_by_one(view: ReadView, member: Member, work: OpenWork) -> list[AskedTask]:
    """What depends on all cases of a person: patterns over several spaces, and people who are said to be one."""
    found = []
    if may_perform(member, UseCase.ACCEPT_CROSS_SPACE_PATTERN, view.now):
        since = {item.subject: item.at for item in work.items if item.kind is TaskKind.ACCEPT_PATTERN}
        for each in await waiting_patterns(view, member) if since else ():
            facts = {"spaces": ", ".join(each.spaces)}
            found.append(
                AskedTask(
                    kind=TaskKind.ACCEPT_PATTERN,
                    case=None,
                    subject=each.reference,
                    since=since[each.reference],
                    facts=facts,
                )
            )
    if may_perform(member, UseCase.MERGE_PEOPLE, view.now):
        waiting = [item for item in work.items if item.kind is TaskKind.CONFIRM_MERGE and item.by != member.id]
        found += [each for each in [await _merge(view, member, work, item) for item in waiting] if each is not None]
    return found


def _offices_to_confirm(view: ReadView, by: Member, members: Iterable[Member]) -> list[AskedTask]:
    """Who is named for an office that begins with a second member's yes: asked of neither of the two (P-1.1)."""
    if not may_perform(by, UseCase.CONFIRM_OFFICE, view.now):
        return []
    return [
        AskedTask(
            kind=TaskKind.CONFIRM_OFFICE,
            case=None,
            subject=str(each.id),
            since=view.now,
            facts={"member": each.name},
        )
        for each in members
        if each.id != by.id and any(r.awaits_second and r.named_by != by_member(by.id) for r in each.roles)
    ]


async def _merge(view: ReadView, member: Member, work: OpenWork, item: OpenItem) -> AskedTask | None:
    case = work.cases.get(item.case) if item.case is not None else None
    if case is None or item.person is None or item.other is None:
        return None
    if not may_read_by_status(member, case, work.statuses_in(case.id), view.now):
        return None
    if not await sees_both(view, member.id, item.person, item.other):
        return None
    facts = {"person": work.people.get(item.person, ""), "other": work.people.get(item.other, "")}
    return AskedTask(kind=item.kind, case=case, subject=item.subject, since=item.at, facts=facts)


def _found(
    view: ReadView, policy: Policy, asked: AskedTask, claim: TaskClaim | None, members: Iterable[Member]
) -> FoundTask:
    names = {each.id: each.name for each in members}
    task = Task(
        kind=asked.kind,
        code_name=asked.name or (asked.case.code_name if asked.case else ""),
        subject=asked.subject,
        since=asked.since,
        due=asked.due,
        is_late=asked.due is not None and view.now >= asked.due,
        facts=asked.facts,
        claimed_by=names.get(claim.member, "") if claim else "",
        claimed_at=claim.at if claim else None,
    )
    return FoundTask(task, asked, claim)


def _claim_on(
    view: ReadView,
    policy: Policy,
    asked: AskedTask,
    claims: Iterable[TaskClaim],
    members: Iterable[Member],
    work: OpenWork,
) -> TaskClaim | None:
    """The newest claim that stands: of somebody who may still know of the case, and for work that was there already."""
    case = asked.case.id if asked.case else None
    by_id = {each.id: each for each in members}
    for claim in reversed(tuple(claims)):
        if (claim.kind, claim.case, claim.subject) != (asked.kind, case, asked.subject):
            continue
        if claim_stands(claim.at, asked.since, view.now, policy) and _may_have(view, by_id, asked, claim, work):
            return claim
    return None


def _may_have(
    view: ReadView, members: Mapping[MemberId, Member], asked: AskedTask, claim: TaskClaim, work: OpenWork
) -> bool:
    """Whether whoever claimed it may still know of its case: else nobody sees to it any more."""
    member = members.get(claim.member)
    if member is None or asked.case is None:
        return member is not None and holds_seat(member, MEMBERS, view.now)
    return may_read_by_status(member, asked.case, work.statuses_in(asked.case.id), view.now)


def _order(task: Task) -> tuple[bool, datetime, str, str, str]:
    return task.due is None, task.due or task.since, task.code_name, task.kind, task.subject
