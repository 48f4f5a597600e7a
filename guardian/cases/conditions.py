"""What a decision asks of a person, from its enactment until members have seen that it is met, or is not. And its store.

Nothing restricts anybody here by itself: what is not met is looked at again by people. Read `Condition` first.
Policy: P-5.2.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from guardian.cases.state_machine import StateMachine
from guardian.ids import CaseId, DecisionId, MemberId
from rules.conditions import ConditionKind


class ConditionState(StrEnum):
    """Where one condition stands."""

    OPEN = "open"
    SAID_DONE = "said_done"
    MET = "met"
    UNMET = "unmet"
    REVIEWED = "reviewed"
    DROPPED = "dropped"


class ConditionEvent(StrEnum):
    """What moves a condition. REVIEW: the group has looked at what was not met; DROP: another decision counts now."""

    SAY_DONE = "say_done"
    FIND_MET = "find_met"
    FIND_UNMET = "find_unmet"
    REVIEW = "review"
    DROP = "drop"


CONDITION_MACHINE: Final = StateMachine(
    "condition",
    {
        (ConditionState.OPEN, ConditionEvent.SAY_DONE): ConditionState.SAID_DONE,
        (ConditionState.OPEN, ConditionEvent.FIND_MET): ConditionState.MET,
        (ConditionState.OPEN, ConditionEvent.FIND_UNMET): ConditionState.UNMET,
        (ConditionState.OPEN, ConditionEvent.DROP): ConditionState.DROPPED,
        (ConditionState.SAID_DONE, ConditionEvent.SAY_DONE): ConditionState.SAID_DONE,
        (ConditionState.SAID_DONE, ConditionEvent.FIND_MET): ConditionState.MET,
        (ConditionState.SAID_DONE, ConditionEvent.FIND_UNMET): ConditionState.UNMET,
        (ConditionState.SAID_DONE, ConditionEvent.DROP): ConditionState.DROPPED,
        (ConditionState.UNMET, ConditionEvent.SAY_DONE): ConditionState.SAID_DONE,
        (ConditionState.UNMET, ConditionEvent.FIND_MET): ConditionState.MET,
        (ConditionState.UNMET, ConditionEvent.REVIEW): ConditionState.REVIEWED,
        (ConditionState.UNMET, ConditionEvent.DROP): ConditionState.DROPPED,
        (ConditionState.REVIEWED, ConditionEvent.SAY_DONE): ConditionState.SAID_DONE,
        (ConditionState.REVIEWED, ConditionEvent.FIND_MET): ConditionState.MET,
        (ConditionState.REVIEWED, ConditionEvent.DROP): ConditionState.DROPPED,
    },
    {
        ConditionState.OPEN: "is still to be shown",
        ConditionState.SAID_DONE: "is said to be done, and waits for a member to look",
        ConditionState.MET: "is met",
        ConditionState.UNMET: "is not met, and waits for the group to look again",
        ConditionState.REVIEWED: "is not met, and the group has looked again",
        ConditionState.DROPPED: "is asked no more",
    },
    "P-5.2",
)

STILL_ASKED: Final = frozenset(
    {ConditionState.OPEN, ConditionState.SAID_DONE, ConditionState.UNMET, ConditionState.REVIEWED}
)
"""Where the person has not shown it yet, and still can."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a decision asks of its person; `due` None: without a date.

    `words` are the proposal's, which a second member has read in the letter at most. `evidence` is what showed whoever
    looked, or what the group made of it, that it is met or not.
    """

    id: str
    case: CaseId
    decision: DecisionId
    kind: ConditionKind
    words: str
    since: datetime
    due: datetime | None = None
    followed_by: MemberId | None = None
    state: ConditionState = ConditionState.OPEN
    evidence: str = ""
    checked_by: MemberId | None = None
    checked_at: datetime | None = None
    version: int = 0


class ConditionStore(Protocol):
    """What decisions ask of people."""

    async def add_condition(self, condition: Condition) -> None:
        """Store a new condition, encrypted with the case's key."""
        ...

    async def save_condition(self, condition: Condition) -> Condition:
        """Store the condition as given, one version later; Stale where somebody was quicker."""
        ...

    async def condition(self, condition: str) -> Condition | None:
        """Return the condition of that id."""
        ...

    async def conditions_of(self, case: CaseId) -> tuple[Condition, ...]:
        """Return the conditions of the case, oldest first."""
        ...
