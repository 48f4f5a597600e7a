"""What is asked about advisers: their own answer on conflicts, and, once it is late, somebody on the case to see to it.

Read `advice_tasks` first. Policy: P-1.1.
"""

from guardian.cases.access import may_read_by_status
from guardian.cases.advice import AdviceRequest
from guardian.cases.open_work import OpenWork
from guardian.cases.tasks import TaskKind
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.services.advice.requests import standing_case
from guardian.services.context import ReadView
from guardian.services.worklist.asker import AskedTask
from rules.advice import answer_due_at
from rules.policy import Policy


async def advice_tasks(view: ReadView, policy: Policy, member: Member, work: OpenWork) -> list[AskedTask]:
    """Return the requests that the member has to answer as an adviser, and those of their cases that nobody answered."""
    unanswered = [each for each in await view.advice.open_requests() if each.stated_at is None]
    found: list[AskedTask] = []
    if may_perform(member, UseCase.ADVISE, view.now):
        found += [_own(policy, each) for each in unanswered if await standing_case(view, member, each) is not None]
    if may_perform(member, UseCase.ASK_ADVISER, view.now):
        late = [each for each in unanswered if view.now >= answer_due_at(each.asked_at, policy)]
        found += [each for each in (_silent(view, policy, member, work, request) for request in late) if each]
    return found


def _own(policy: Policy, request: AdviceRequest) -> AskedTask:
    return AskedTask(
        kind=TaskKind.ANSWER_ADVICE_REQUEST,
        case=None,
        subject=request.id,
        since=request.asked_at,
        due=answer_due_at(request.asked_at, policy),
    )


def _silent(view: ReadView, policy: Policy, member: Member, work: OpenWork, request: AdviceRequest) -> AskedTask | None:
    case = work.cases.get(request.case)
    if case is None or not may_read_by_status(member, case, work.statuses_in(case.id), view.now):
        return None
    return AskedTask(
        kind=TaskKind.SEE_TO_ADVISER,
        case=case,
        subject=request.id,
        since=request.asked_at,
        due=answer_due_at(request.asked_at, policy),
    )
