"""What deadlines and cases themselves ask of somebody. Pure. Read `tasks_of_deadlines` first. Policy: P-2.4, P-2.5."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from guardian.cases.access import is_hidden_by_status
from guardian.cases.case import CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import deciders_by_status
from guardian.cases.open_work import CaseSummary, OpenItem
from guardian.cases.tasks import TaskKind
from guardian.ids import CaseId, MemberId
from guardian.people.permissions import CHAIRS, holds_seat
from guardian.services.worklist.asker import AskedTask, Asker
from rules.conflicts import ConflictStatus

_OF_DEADLINES: Final[Mapping[DeadlineKind, TaskKind]] = {
    DeadlineKind.FIRST_ANSWER: TaskKind.ANSWER_REPORTER,
    DeadlineKind.SUBSTANTIVE_ANSWER: TaskKind.UPDATE_REPORTER,
    DeadlineKind.RESOLUTION: TaskKind.RESOLVE,
    DeadlineKind.DANGER_PAGE: TaskKind.ANSWER_DANGER,
    DeadlineKind.AUDIENCE: TaskKind.OPEN_TO_ALL,
    DeadlineKind.READMISSION_ANSWER: TaskKind.ANSWER_READMISSION,
    DeadlineKind.BOARD_ANSWER: TaskKind.ANSWER_FOR_BOARD,
    DeadlineKind.BOARD_REQUEST: TaskKind.ANSWER_BOARD_REQUEST,
    DeadlineKind.MOTION_REPORT: TaskKind.SEND_MOTION_REPORT,
    DeadlineKind.CASE_REVIEW: TaskKind.REVIEW_CASE,
}
_OF_SUBJECTS: Final[Mapping[DeadlineKind, TaskKind]] = {
    DeadlineKind.CONDITION: TaskKind.CHECK_CONDITION,
    DeadlineKind.UNMET_CONDITION: TaskKind.REVIEW_CONDITION,
}
"""What is owed for each of several things in one case."""
_SEEN_TO_WHEN_LATE: Final = frozenset(
    {
        DeadlineKind.HEARING,
        DeadlineKind.FEEDBACK,
        DeadlineKind.CONTACT_QUESTION,
        DeadlineKind.ACT_WORDS,
        DeadlineKind.BLOCKED_TOTAL,
        DeadlineKind.STATEMENT,
    }
)
"""What others owe, or the service does by itself: only once it is late it is somebody's task."""


def tasks_of_deadlines(asker: Asker) -> Iterator[AskedTask]:
    """Return what is owed by a date, in the cases that the member may know of."""
    answered = {item.case for item in asker.work.items if item.kind is TaskKind.CONFIRM_BOARD_ANSWER}
    measures = {item.subject: item for item in asker.work.items if item.kind is TaskKind.RECONSIDER_MEASURE}
    actors = {item.subject: item.by for item in asker.work.items if item.kind is TaskKind.GIVE_STATEMENT}
    found: dict[tuple[TaskKind, CaseId], AskedTask] = {}
    for deadline in asker.work.deadlines:
        case = asker.summary(deadline.case)
        if case is None:
            continue
        if deadline.kind is DeadlineKind.MEASURE_RECONSIDERATION and deadline.about in measures:
            yield from _reconsideration(asker, case, deadline, measures[deadline.about])
        elif deadline.kind in _SEEN_TO_WHEN_LATE:
            yield from _late(asker, case, deadline, actors.get(deadline.about))
        elif deadline.kind in _OF_SUBJECTS:
            yield from _of_subject(asker, case, deadline)
        elif (kind := _OF_DEADLINES.get(deadline.kind)) and not (
            kind is TaskKind.ANSWER_FOR_BOARD and case.id in answered
        ):
            _add_first(asker, found, case, kind, deadline)
    yield from found.values()


def _add_first(
    asker: Asker,
    found: dict[tuple[TaskKind, CaseId], AskedTask],
    case: CaseSummary,
    kind: TaskKind,
    deadline: Deadline,
) -> None:
    """Of several reports in one case the one that is due first stands for all: they are one matter (P-2.9)."""
    allowed = asker.may_know_for_board if kind is TaskKind.ANSWER_FOR_BOARD else asker.may_know
    if not allowed(case):
        return
    known = found.get((kind, case.id))
    if known is None:
        found[kind, case.id] = AskedTask(kind=kind, case=case, subject="", since=deadline.since, due=deadline.due)
    else:
        found[kind, case.id] = replace(known, since=max(known.since, deadline.since))


def _of_subject(asker: Asker, case: CaseSummary, deadline: Deadline) -> Iterator[AskedTask]:
    if asker.may_know(case):
        kind = _OF_SUBJECTS[deadline.kind]
        yield AskedTask(kind=kind, case=case, subject=deadline.about, since=deadline.since, due=deadline.due)


def _late(asker: Asker, case: CaseSummary, deadline: Deadline, owed_by: str | None) -> Iterator[AskedTask]:
    """What has passed is the group's to see to; a statement is the chair's to ask for, and never of the chair's own."""
    is_statement = deadline.kind is DeadlineKind.STATEMENT
    if is_statement and (owed_by == asker.member.id or not holds_seat(asker.member, CHAIRS, asker.at)):
        return
    if asker.at >= deadline.due and asker.may_know(case):
        facts = {"deadline": deadline.kind.value}
        yield AskedTask(
            kind=TaskKind.SEE_TO_DEADLINE,
            case=case,
            subject=deadline.id,
            since=deadline.since,
            due=deadline.due,
            facts=facts,
        )


def _reconsideration(asker: Asker, case: CaseSummary, deadline: Deadline, measure: OpenItem) -> Iterator[AskedTask]:
    matter = asker.summary(measure.case)
    if matter is not None and measure.by != asker.member.id and asker.may_know(case):
        facts = {"matter": matter.code_name, "space": measure.word}
        yield AskedTask(
            kind=TaskKind.RECONSIDER_MEASURE,
            case=case,
            subject=measure.subject,
            since=deadline.since,
            due=deadline.due,
            facts=facts,
        )


def exclusions_to_decide(asker: Asker) -> Iterator[AskedTask]:
    """Who is held out until somebody decides: asked of a chair who is not concerned, else of the Board (P-2.5)."""
    for case in asker.work.cases.values():
        statuses = asker.work.statuses_in(case.id)
        pending = [member for member, status in statuses.items() if status is ConflictStatus.PENDING]
        if not pending or case.state is CaseState.CLOSED:
            continue
        deciders = deciders_by_status(asker.groups, statuses, is_boards=case.board_only)
        hidden = not case.board_only and is_hidden_by_status(asker.member.id, case, statuses)
        if asker.member.id in deciders and not hidden:
            yield from (_pending_exclusion(asker, case, member) for member in sorted(pending))


def _pending_exclusion(asker: Asker, case: CaseSummary, member: MemberId) -> AskedTask:
    facts = {"member": asker.names.get(member, "")}
    return AskedTask(kind=TaskKind.DECIDE_EXCLUSION, case=case, subject=member, since=case.opened_at, facts=facts)


def cases_to_close(asker: Asker) -> Iterable[AskedTask]:
    """Return the cases whose decision is in force, and which wait to be closed (P-5.8)."""
    in_force = (case for case in asker.work.cases.values() if case.state is CaseState.IN_FORCE)
    return (
        AskedTask(kind=TaskKind.CLOSE, case=case, subject="", since=case.opened_at)
        for case in in_force
        if asker.may_know(case)
    )
