"""Whom a request about what is kept of somebody waits for: computed from who may, and never said why. Pure.

Read `data_tasks` first. Policy: P-1.1, P-4.2.
"""

from collections.abc import Iterable
from datetime import datetime

from guardian.cases.data_requests import DataRequest, who_handles
from guardian.cases.open_work import OpenWork
from guardian.cases.tasks import TaskKind
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.services.worklist.asker import AskedTask
from rules.deadlines import TimeLimit, due_at
from rules.policy import Policy


def data_tasks(
    policy: Policy,
    member: Member,
    members: Iterable[Member],
    work: OpenWork,
    requests: Iterable[DataRequest],
    at: datetime,
) -> list[AskedTask]:
    """Return the requests that the member is asked to answer, and the drafts of others that wait for their second."""
    known, found = tuple(members), []
    for request in requests if may_perform(member, UseCase.HANDLE_DATA_REQUEST, at) else ():
        case = work.cases.get(request.case)
        due = due_at(TimeLimit.DATA_REQUEST, request.at, policy)
        drafted = request.answer is not None
        if case is None or (request.answer is not None and request.answer.by == member.id):
            continue
        statuses = work.statuses_in(case.id)
        if member.id not in who_handles(request, case, known, statuses, at, is_late=drafted or at >= due):
            continue
        kind = TaskKind.READ_DATA_ANSWER if drafted else TaskKind.ANSWER_DATA_REQUEST
        # Without its case: a privacy officer need not know its name.
        found.append(AskedTask(kind=kind, case=None, subject=request.id, since=request.at, due=due))
    return found
