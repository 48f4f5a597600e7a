"""Whom it waits for that a case without a day is let go: any other member who may know why it has none.

Read `retention_tasks` first. Policy: P-9.5, P-5.6.
"""

from guardian.cases.access import may_read_by_status
from guardian.cases.open_work import OpenWork
from guardian.cases.tasks import TaskKind
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.services.context import ReadView
from guardian.services.retention.holds import decision_for
from guardian.services.worklist.asker import AskedTask
from rules.policy import Policy


async def retention_tasks(view: ReadView, policy: Policy, member: Member, work: OpenWork) -> list[AskedTask]:
    """Return the cases that somebody else has proposed to expunge, and on which the member can agree."""
    found = []
    waiting = [item for item in work.items if item.kind is TaskKind.AGREE_TO_EXPUNGE and item.by != member.id]
    for item in waiting if may_perform(member, UseCase.REVIEW_RETENTION, view.now) else ():
        summary = work.cases.get(item.case) if item.case is not None else None
        if summary is None or not may_read_by_status(member, summary, work.statuses_in(summary.id), view.now):
            continue
        case = await view.cases.case(summary.id)
        # Whoever may not know why the case has no day would be told by it that there is another (P-4.2).
        if case is not None and await decision_for(view, member, case, policy) is not None:
            found.append(AskedTask(kind=TaskKind.AGREE_TO_EXPUNGE, case=summary, subject=item.subject, since=item.at))
    return found
