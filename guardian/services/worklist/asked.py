"""What the member is asked for of all that waits, by seat and by what they may know. Pure. Read `find_asked` first.

What they may not know leaves no trace here: nothing is counted, put in order or named by it. Policy: P-4.2.
"""

from collections.abc import Mapping
from typing import Final

from guardian.cases.tasks import TaskKind
from guardian.people.permissions import UseCase, may_perform
from guardian.services.worklist.asker import AskedTask, Asker
from guardian.services.worklist.deadline_tasks import cases_to_close, exclusions_to_decide, tasks_of_deadlines
from guardian.services.worklist.item_tasks import tasks_of_items

_USE_CASES: Final[Mapping[TaskKind, UseCase]] = {
    TaskKind.ANSWER_REPORTER: UseCase.WRITE_DRAFT,
    TaskKind.UPDATE_REPORTER: UseCase.WRITE_DRAFT,
    TaskKind.RESOLVE: UseCase.WRITE_DRAFT,
    TaskKind.ANSWER_DANGER: UseCase.TAKE_CASE,
    TaskKind.OPEN_TO_ALL: UseCase.OPEN_TO_ALL,
    TaskKind.DECIDE_EXCLUSION: UseCase.DECIDE_EXCLUSION,
    TaskKind.DECIDE_CONFLICT: UseCase.DECIDE_CONFLICT_CLAIM,
    TaskKind.VOTE: UseCase.VOTE,
    TaskKind.SEND_MOTION_REPORT: UseCase.SEND_MOTION_REPORT,
    TaskKind.CONFIRM_MOTION: UseCase.CONFIRM_BOARD_ANSWER,
    TaskKind.CONFIRM_ACT: UseCase.CONFIRM_ACT,
    TaskKind.REVIEW_ACT: UseCase.REVIEW_ACT,
    TaskKind.REVIEW_STOP: UseCase.REVIEW_ACT,
    TaskKind.REVIEW_PAUSE: UseCase.REVIEW_PAUSE,
    TaskKind.GIVE_STATEMENT: UseCase.ACT_UNILATERALLY,
    TaskKind.READ_DRAFT: UseCase.APPROVE_DRAFT,
    TaskKind.CONFIRM_SKIP: UseCase.SKIP_STEP,
    TaskKind.CONFIRM_LINK: UseCase.CONFIRM_LINK,
    TaskKind.CONFIRM_MERGE: UseCase.MERGE_PEOPLE,
    TaskKind.CONFIRM_CSAM: UseCase.MARK_CSAM,
    TaskKind.LOOK_AT_LINK: UseCase.CONFIRM_LINK,
    TaskKind.ANSWER_READMISSION: UseCase.WRITE_DRAFT,
    TaskKind.ANSWER_FOR_BOARD: UseCase.RECORD_BOARD_ANSWER,
    TaskKind.CONFIRM_BOARD_ANSWER: UseCase.CONFIRM_BOARD_ANSWER,
    TaskKind.ANSWER_BOARD_REQUEST: UseCase.ENACT,
    TaskKind.MEND_SPACE: UseCase.LIST_TASKS,
    TaskKind.REACH_PERSON: UseCase.TELL_BY_HAND,
    TaskKind.ACCEPT_ESCALATION: UseCase.ACCEPT_ESCALATION,
    TaskKind.ACCEPT_REFERRAL: UseCase.ACCEPT_REFERRAL,
    TaskKind.ACCEPT_PATTERN: UseCase.ACCEPT_CROSS_SPACE_PATTERN,
    TaskKind.RECONSIDER_MEASURE: UseCase.RECONSIDER_MEASURE,
    TaskKind.EXPLAIN_NATIVE_ACTION: UseCase.EXPLAIN_NATIVE_ACTION,
    TaskKind.ENACT: UseCase.ENACT,
    TaskKind.CLOSE: UseCase.CLOSE,
    TaskKind.CHECK_CONDITION: UseCase.CHECK_CONDITION,
    TaskKind.REVIEW_CONDITION: UseCase.CHECK_CONDITION,
    TaskKind.REVIEW_CASE: UseCase.REOPEN,
    TaskKind.ANSWER_DATA_REQUEST: UseCase.HANDLE_DATA_REQUEST,
    TaskKind.READ_DATA_ANSWER: UseCase.HANDLE_DATA_REQUEST,
    TaskKind.GIVE_BACK: UseCase.APPROVE_REINSTATEMENT,
    TaskKind.CONFIRM_OFFICE: UseCase.CONFIRM_OFFICE,
    TaskKind.ANSWER_ADVICE_REQUEST: UseCase.ADVISE,
    TaskKind.SEE_TO_ADVISER: UseCase.ASK_ADVISER,
    TaskKind.AGREE_TO_EXPUNGE: UseCase.REVIEW_RETENTION,
    TaskKind.SEE_TO_DEADLINE: UseCase.LIST_TASKS,
}


def find_asked(asker: Asker) -> tuple[AskedTask, ...]:
    """Return all that the member is asked for, each thing once; of a case that they may not know nothing is among it."""
    sources = (tasks_of_deadlines, tasks_of_items, exclusions_to_decide, cases_to_close)
    found: dict[tuple[TaskKind, str, str], AskedTask] = {}
    for task in (each for source in sources for each in source(asker)):
        if may_perform(asker.member, _USE_CASES[task.kind], asker.at):
            found.setdefault((task.kind, task.case.id if task.case else "", task.subject), task)
    return tuple(found.values())
