"""The steps that policy demands between a report and an enactment, and how each of them moves. Policy: P-5.5."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guardian.cases.machine import Machine
from guardian.cases.values import Case, CaseKind, Consequence, Step, StepKind, StepState
from rules import steps


class StepEvent(StrEnum):
    """What moves a step. RENEW: the case was opened again, or its decision became another."""

    BEGIN = "begin"
    FINISH = "finish"
    ASK_SKIP = "ask_skip"
    SECOND_SKIP = "second_skip"
    RENEW = "renew"


STEPS: Final = Machine(
    "step",
    {
        (StepState.PENDING, StepEvent.BEGIN): StepState.UNDER_WAY,
        (StepState.PENDING, StepEvent.FINISH): StepState.DONE,
        (StepState.PENDING, StepEvent.ASK_SKIP): StepState.SKIP_ASKED,
        (StepState.UNDER_WAY, StepEvent.FINISH): StepState.DONE,
        (StepState.UNDER_WAY, StepEvent.ASK_SKIP): StepState.SKIP_ASKED,
        (StepState.UNDER_WAY, StepEvent.RENEW): StepState.PENDING,
        (StepState.SKIP_ASKED, StepEvent.BEGIN): StepState.UNDER_WAY,
        (StepState.SKIP_ASKED, StepEvent.FINISH): StepState.DONE,
        (StepState.SKIP_ASKED, StepEvent.SECOND_SKIP): StepState.SKIPPED,
        (StepState.SKIP_ASKED, StepEvent.RENEW): StepState.PENDING,
        (StepState.DONE, StepEvent.RENEW): StepState.PENDING,
        (StepState.SKIPPED, StepEvent.RENEW): StepState.PENDING,
    },
    {
        StepState.PENDING: "has not begun",
        StepState.UNDER_WAY: "is under way",
        StepState.SKIP_ASKED: "waits for a second member to agree that it is skipped",
        StepState.DONE: "is done",
        StepState.SKIPPED: "was skipped",
    },
    "P-5.5",
)

SKIPPABLE: Final = frozenset(StepKind(step.value) for step in steps.SKIPPABLE)
"""The steps that may be skipped. Policy: P-5.5."""

AFTER_A_DECISION: Final = (
    StepKind.FEEDBACK,
    StepKind.SECOND_READING,
    StepKind.TELL_REPORTER,
    StepKind.TELL_REPORTED,
    StepKind.ENACT,
    StepKind.BOARD_REPORT,
)
"""The steps that belong to one decision, and begin anew with the next."""

_OVER: Final = frozenset({StepState.DONE, StepState.SKIPPED})


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one case as they stand; one that nobody has touched is pending."""

    of: Mapping[StepKind, Step]

    def state(self, kind: StepKind) -> StepState:
        """Where the step stands."""
        step = self.of.get(kind)
        return step.state if step else StepState.PENDING

    def is_over(self, kind: StepKind) -> bool:
        """Whether the step is done, or was skipped by two members."""
        return self.state(kind) in _OVER


def open_before_enactment(
    case: Case, consequence: Consequence, known: Steps, *, about_person: bool, was_asked: bool
) -> tuple[steps.Step, ...]:
    """The steps that must still be over before a decision may be enacted; `was_asked`: its person was. Policy: P-5.4."""
    return steps.open_before_enactment(
        frozenset(as_judged(kind) for kind in StepKind if known.is_over(kind)),
        answers_request=case.kind is CaseKind.READMISSION or consequence.readmit is not None,
        about_person=about_person,
        was_asked=was_asked or known.state(StepKind.HEARING) is StepState.SKIPPED,
    )


def as_judged(kind: StepKind) -> steps.Step:
    """The step as the rules know it."""
    return steps.Step(kind.value)


def all_steps(case: Case) -> tuple[StepKind, ...]:
    """The steps that a case of this kind goes through, in order."""
    if case.kind is CaseKind.READMISSION:
        return (StepKind.TELL_REPORTED, StepKind.ENACT, StepKind.BOARD_REPORT)
    return tuple(StepKind)
