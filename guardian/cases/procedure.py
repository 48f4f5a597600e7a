"""The steps that policy demands between a report and an enactment, and how each of them moves. Read `CaseSteps` first.

Policy: P-5.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.cases.case import Case, CaseKind
from guardian.cases.proposals import Consequence
from guardian.cases.state_machine import StateMachine
from guardian.ids import CaseId, MemberId
from rules import procedure
from rules.procedure import Step


class StepState(StrEnum):
    """Where one step stands."""

    PENDING = "pending"
    UNDER_WAY = "under_way"
    SKIP_REQUESTED = "skip_requested"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step of a case: skipping needs a reason and a second member (P-5.5)."""

    case: CaseId
    kind: Step
    state: StepState
    at: datetime
    by: str
    reason: str = ""
    confirmed_by: MemberId | None = None
    until: datetime | None = None
    version: int = 0


class StepEvent(StrEnum):
    """What moves a step. RESET: the case was opened again, or its decision became another."""

    BEGIN = "begin"
    COMPLETE = "complete"
    REQUEST_SKIP = "request_skip"
    CONFIRM_SKIP = "confirm_skip"
    RESET = "reset"


STEP_MACHINE: Final = StateMachine(
    "step",
    {
        (StepState.PENDING, StepEvent.BEGIN): StepState.UNDER_WAY,
        (StepState.PENDING, StepEvent.COMPLETE): StepState.DONE,
        (StepState.PENDING, StepEvent.REQUEST_SKIP): StepState.SKIP_REQUESTED,
        (StepState.UNDER_WAY, StepEvent.COMPLETE): StepState.DONE,
        (StepState.UNDER_WAY, StepEvent.REQUEST_SKIP): StepState.SKIP_REQUESTED,
        (StepState.UNDER_WAY, StepEvent.RESET): StepState.PENDING,
        (StepState.SKIP_REQUESTED, StepEvent.BEGIN): StepState.UNDER_WAY,
        (StepState.SKIP_REQUESTED, StepEvent.COMPLETE): StepState.DONE,
        (StepState.SKIP_REQUESTED, StepEvent.CONFIRM_SKIP): StepState.SKIPPED,
        (StepState.SKIP_REQUESTED, StepEvent.RESET): StepState.PENDING,
        (StepState.DONE, StepEvent.RESET): StepState.PENDING,
        (StepState.SKIPPED, StepEvent.RESET): StepState.PENDING,
    },
    {
        StepState.PENDING: "has not begun",
        StepState.UNDER_WAY: "is under way",
        StepState.SKIP_REQUESTED: "waits for a second member to agree that it is skipped",
        StepState.DONE: "is done",
        StepState.SKIPPED: "was skipped",
    },
    "P-5.5",
)

DECISION_STEPS: Final = (
    Step.FEEDBACK,
    Step.SECOND_READING,
    Step.NOTIFY_REPORTER,
    Step.NOTIFY_REPORTED,
    Step.ENACT,
    Step.BOARD_REPORT,
)
"""The steps that belong to one decision, and begin anew with the next."""

_OVER: Final = frozenset({StepState.DONE, StepState.SKIPPED})


@dataclass(frozen=True, slots=True)
class CaseSteps:
    """The steps of one case as they stand; one that nobody has touched is pending."""

    by_kind: Mapping[Step, CaseStep]

    def state(self, kind: Step) -> StepState:
        """Return where the step stands."""
        step = self.by_kind.get(kind)
        return step.state if step else StepState.PENDING

    def is_over(self, kind: Step) -> bool:
        """Return whether the step is done, or was skipped by two members."""
        return self.state(kind) in _OVER


def steps_missing_before_enactment(
    case: Case, consequence: Consequence, case_steps: CaseSteps, *, about_person: bool, was_asked: bool
) -> tuple[Step, ...]:
    """Return the steps that must still be over before a decision may be enacted; `was_asked`: its person was.

    Policy: P-5.4.
    """
    return procedure.steps_missing_before_enactment(
        frozenset(kind for kind in Step if case_steps.is_over(kind)),
        answers_request=case.kind is CaseKind.READMISSION or consequence.readmit is not None,
        about_person=about_person,
        was_asked=was_asked or case_steps.state(Step.HEARING) is StepState.SKIPPED,
    )
