"""What is owed by which date, and what of it is late, in every case that the member may know of: one answer for all pages.

Read `list_due` first. Policy: P-2.4, P-4.2.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guardian.cases.access import require_permission
from guardian.cases.case import CaseKind
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.ids import MemberId
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext
from guardian.services.worklist.asker import Asker
from guardian.services.worklist.tasks import read_asker
from rules.deadlines import DueState, due_state_at

NOBODY_OWES: Final = frozenset(
    {
        DeadlineKind.DANGER_PAGE,
        DeadlineKind.UNREVIEWED_END,
        DeadlineKind.TERM_END,
        DeadlineKind.READMISSION_REMINDER,
        DeadlineKind.MEASURE_END,
        DeadlineKind.ROTA_CALL,
        DeadlineKind.EXPUNGE,
        DeadlineKind.EVENT_OVER,
        DeadlineKind.BOARD_REPORT,
        DeadlineKind.AFFILIATE_REPORT,
        DeadlineKind.TALK,
    }
)
"""What the service does by itself at its date, so that nobody owes it."""


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thing that is owed in one case: since when, by when, and how near that is; `is_local`: in a local matter."""

    kind: DeadlineKind
    code_name: str
    since: datetime
    due: datetime
    state: DueState
    is_local: bool


async def list_due(app: AppContext, by: MemberId) -> tuple[DueLine, ...]:
    """Return what is owed by a date in the cases that the member may know of, the longest due first.

    The number of statements does not depend on how much there is.
    """
    async with app.units_of_work.read() as view:
        asker = await read_asker(view, app.policy, await require_permission(view, by, UseCase.LIST_TASKS))
    lines = (_line(asker, deadline) for deadline in asker.work.deadlines if deadline.kind not in NOBODY_OWES)
    return tuple(sorted((line for line in lines if line is not None), key=lambda line: (line.due, line.code_name)))


def _line(asker: Asker, deadline: Deadline) -> DueLine | None:
    case = asker.summary(deadline.case)
    if case is None or not (asker.may_know(case) or asker.may_know_for_board(case)):
        return None
    return DueLine(
        kind=deadline.kind,
        code_name=case.code_name,
        since=deadline.since,
        due=deadline.due,
        state=due_state_at(deadline.since, deadline.due, asker.at, asker.policy),
        is_local=case.kind is CaseKind.LOCAL,
    )
