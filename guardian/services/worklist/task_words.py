"""What each task is called on the list of what waits for a member, and what it is sorted under. Read `TASKS` first."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guardian.cases.tasks import TaskKind
from guardian.services.worklist.tasks import Task


@dataclass(frozen=True, slots=True)
class TaskWords:
    """One kind of task: its group among the filters, what is asked in a sentence, and where on the case's page it is done.

    The sentence has places for the task's facts; one that is missing is left out.
    """

    group: str
    sentence: str
    section: str = ""


REPORTERS: Final = "Reporters"
DECISIONS: Final = "Decisions"
ACTS: Final = "Acts and reviews"
TEXTS: Final = "Texts to read"
PEOPLE: Final = "People and accounts"
CONFLICTS: Final = "Conflicts"
BETWEEN_GROUPS: Final = "Between the groups"
SPACES: Final = "Spaces"
MEMBERSHIP: Final = "The groups themselves"
GROUPS: Final = (REPORTERS, DECISIONS, ACTS, TEXTS, PEOPLE, CONFLICTS, BETWEEN_GROUPS, SPACES, MEMBERSHIP)

TASKS: Final[Mapping[TaskKind, TaskWords]] = MappingProxyType(
    {
        TaskKind.ANSWER_REPORTER: TaskWords(REPORTERS, "Answer the reporter for the first time", "reporters"),
        TaskKind.UPDATE_REPORTER: TaskWords(REPORTERS, "Give the reporter a fuller answer", "reporters"),
        TaskKind.RESOLVE: TaskWords(REPORTERS, "Come to a resolution, or tell the reporter a new date"),
        TaskKind.ANSWER_DANGER: TaskWords(REPORTERS, "Somebody may be in danger: say that you have it"),
        TaskKind.OPEN_TO_ALL: TaskWords(CONFLICTS, "Open the case to all members without a conflict", "conflicts"),
        TaskKind.DECIDE_EXCLUSION: TaskWords(CONFLICTS, "Decide whether {member} takes part", "conflicts"),
        TaskKind.DECIDE_CONFLICT: TaskWords(
            CONFLICTS, "Decide on the conflict of {member} that was raised", "conflicts"
        ),
        TaskKind.VOTE: TaskWords(DECISIONS, "Answer the proposal", "proposals"),
        TaskKind.SEND_MOTION_REPORT: TaskWords(
            DECISIONS, "Send the organisers the report before their motion", "proposals"
        ),
        TaskKind.CONFIRM_MOTION: TaskWords(DECISIONS, "Confirm the organisers' motion", "proposals"),
        TaskKind.CONFIRM_ACT: TaskWords(ACTS, "Agree to an act that waits for a second member"),
        TaskKind.REVIEW_ACT: TaskWords(ACTS, "Review what one member did alone"),
        TaskKind.REVIEW_STOP: TaskWords(ACTS, "Review that {by} stopped {of}"),
        TaskKind.REVIEW_PAUSE: TaskWords(ACTS, "Look at a pause of {space}, begun by {by}"),
        TaskKind.GIVE_STATEMENT: TaskWords(ACTS, "Write your own account of what you did"),
        TaskKind.READ_DRAFT: TaskWords(TEXTS, "Read a text before it goes out", "texts"),
        TaskKind.CONFIRM_SKIP: TaskWords(DECISIONS, "Agree, or do not, to leave a step out", "steps"),
        TaskKind.CONFIRM_LINK: TaskWords(PEOPLE, "Confirm an account in {space}", "people"),
        TaskKind.CONFIRM_MERGE: TaskWords(PEOPLE, "Confirm that {person} and {other} are one", "people"),
        TaskKind.CONFIRM_CSAM: TaskWords(PEOPLE, "Look at evidence that is held back, as the second member", "reports"),
        TaskKind.LOOK_AT_LINK: TaskWords(
            PEOPLE, "Somebody says that an account in {space} is not theirs: look", "people"
        ),
        TaskKind.ANSWER_READMISSION: TaskWords(DECISIONS, "Answer a request to return", "proposals"),
        TaskKind.ANSWER_FOR_BOARD: TaskWords(BETWEEN_GROUPS, "Record the Board's answer", "board"),
        TaskKind.CONFIRM_BOARD_ANSWER: TaskWords(BETWEEN_GROUPS, "Confirm the Board's answer", "board"),
        TaskKind.ANSWER_BOARD_REQUEST: TaskWords(BETWEEN_GROUPS, "Answer who asks the Board to look again", "board"),
        TaskKind.MEND_SPACE: TaskWords(SPACES, "{space} does not hold what was decided: see why", "sanctions"),
        TaskKind.REACH_PERSON: TaskWords(
            SPACES, "Reach the person in another way: they could not be told", "sanctions"
        ),
        TaskKind.ACCEPT_ESCALATION: TaskWords(BETWEEN_GROUPS, "Accept by name what was passed on"),
        TaskKind.ACCEPT_REFERRAL: TaskWords(BETWEEN_GROUPS, "Accept what the group passed to the moderators"),
        TaskKind.ACCEPT_PATTERN: TaskWords(
            BETWEEN_GROUPS, "One person in several spaces ({spaces}): take it up or not"
        ),
        TaskKind.RECONSIDER_MEASURE: TaskWords(
            BETWEEN_GROUPS, "Look again at a measure in {space}, asked by the person"
        ),
        TaskKind.EXPLAIN_NATIVE_ACTION: TaskWords(ACTS, "Say why, and for how long, you acted with {space}'s own menu"),
        TaskKind.ENACT: TaskWords(DECISIONS, "Enact what was agreed", "decisions"),
        TaskKind.CLOSE: TaskWords(DECISIONS, "Close the case: all that was decided is in force", "decisions"),
        TaskKind.CHECK_CONDITION: TaskWords(DECISIONS, "See whether what was asked of the person is met", "conditions"),
        TaskKind.REVIEW_CONDITION: TaskWords(
            DECISIONS, "Something asked of the person is not met: look at it again", "conditions"
        ),
        TaskKind.REVIEW_CASE: TaskWords(DECISIONS, "Look at the case again, as was agreed"),
        TaskKind.ANSWER_DATA_REQUEST: TaskWords(REPORTERS, "Answer somebody who asks about what is kept of them"),
        TaskKind.READ_DATA_ANSWER: TaskWords(TEXTS, "Read an answer about what is kept of somebody, as its second"),
        TaskKind.GIVE_BACK: TaskWords(
            PEOPLE, "Access has returned in {space}: say whether roles and membership are given back", "sanctions"
        ),
        TaskKind.CONFIRM_OFFICE: TaskWords(MEMBERSHIP, "Agree, or do not, that {member} becomes privacy officer"),
        TaskKind.ANSWER_ADVICE_REQUEST: TaskWords(
            CONFLICTS, "You are asked for advice: say whether you have a conflict"
        ),
        TaskKind.SEE_TO_ADVISER: TaskWords(
            CONFLICTS, "An adviser has not answered: speak to them, or ask another", "conflicts"
        ),
        TaskKind.AGREE_TO_EXPUNGE: TaskWords(
            DECISIONS, "Agree, or do not, that the case need not be kept any longer", "retention"
        ),
        TaskKind.SEE_TO_DEADLINE: TaskWords(DECISIONS, "Late: see to it"),
    }
)
"""Every kind of task."""


class _Facts(dict[str, str]):
    """A fact that nobody gave is a word that fits any sentence."""

    def __missing__(self, key: str) -> str:
        return {"space": "a space", "member": "a member"}.get(key, "somebody")


def sentence_of(task: Task) -> str:
    """Return what the member is asked for, in a sentence without the name of the case."""
    return TASKS[task.kind].sentence.format_map(_Facts(task.facts))


def group_of(task: Task) -> str:
    """Return what the task is sorted under."""
    return TASKS[task.kind].group
