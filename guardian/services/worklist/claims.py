"""Say "I have it" of a task, and take that back. It keeps the task from nobody: work is lost where one relies on another.

Read `claim_task` first. Policy: P-2.4, P-4.2.
"""

from dataclasses import replace

from guardian.cases.access import require_permission
from guardian.cases.tasks import TaskClaim, TaskKind
from guardian.errors import Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.worklist.tasks import FoundTask, Task, find_tasks, the_task


async def claim_task(app: AppContext, by: MemberId, code_name: str, kind: TaskKind, subject: str = "") -> Task:
    """Record that the member sees to the task, for the others to see; Refused while somebody else does.

    It ends with the work, or by itself after a time. NotFound for whatever the member is not asked for.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.CLAIM_TASK)
        found = the_task(await find_tasks(uow, app.policy, member), code_name, kind, subject)
        if found.claim is not None and found.claim.member != by:
            sentence = f"{found.task.claimed_by} has this in hand. Ask them, or wait until they let it go."
            raise Refused("in_hand", sentence, "P-2.4")
        if found.claim is not None:
            return found.task
        case = found.asked.case
        claim = TaskClaim(
            id=new_id(), case=case.id if case else None, kind=kind, subject=subject, member=by, at=uow.now
        )
        await uow.task_claims.add_claim(claim)
        _note(uow, "task.was_claimed", claim)
        return replace(found.task, claimed_by=member.name, claimed_at=uow.now)


async def release_task(app: AppContext, by: MemberId, code_name: str, kind: TaskKind, subject: str = "") -> Task:
    """Take back that the member sees to the task, so that the others see that nobody does."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.CLAIM_TASK)
        found = the_task(await find_tasks(uow, app.policy, member), code_name, kind, subject)
        claim = _own_claim(found, by)
        await uow.task_claims.save_claim(replace(claim, ended_at=uow.now))
        _note(uow, "task.was_released", claim)
        return replace(found.task, claimed_by="", claimed_at=None)


def _own_claim(found: FoundTask, by: MemberId) -> TaskClaim:
    if found.claim is None or found.claim.member != by:
        raise Refused("not_in_hand", "You have not said that you see to this.", "P-2.4")
    return found.claim


def _note(uow: UnitOfWork, act: str, claim: TaskClaim) -> None:
    about = {"task": claim.kind, **({"case": claim.case} if claim.case else {})}
    uow.journal.note(Entry(act=act, by=by_member(claim.member), authority="P-2.4", about=about, case=claim.case))
