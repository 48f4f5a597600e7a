"""State machines as tables: `(state, event) -> state`, and one way to advance that refuses all else. The case's own is here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from guardian.cases.values import CaseEvent, CaseState
from guardian.errors import Refused

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class StateMachine(Generic[State, Event]):
    """What may follow what; `thing` is how a refusal calls it, `words` how it calls each state."""

    subject: str
    table: Mapping[tuple[State, Event], State]
    labels: Mapping[State, str]
    rule: str = ""

    def allows(self, state: State, event: Event) -> bool:
        """Whether the event may happen in that state."""
        return (state, event) in self.table

    def advance(self, state: State, event: Event) -> State:
        """The state that follows; Refused, saying where the thing stands, for all that the table does not hold."""
        if (state, event) not in self.table:
            sentence = f"This {self.subject} {self.labels[state]}, so that step is not open now."
            raise Refused("not_now", sentence, self.rule)
        return self.table[(state, event)]


CASE_MACHINE: Final = StateMachine(
    "case",
    {
        (CaseState.OPEN, CaseEvent.PROPOSE): CaseState.PROPOSED,
        (CaseState.OPEN, CaseEvent.AGREE): CaseState.AGREED,
        (CaseState.OPEN, CaseEvent.TO_BOARD): CaseState.WITH_BOARD,
        (CaseState.OPEN, CaseEvent.FILE): CaseState.CLOSED,
        (CaseState.PROPOSED, CaseEvent.WITHDRAW): CaseState.OPEN,
        (CaseState.PROPOSED, CaseEvent.AGREE): CaseState.AGREED,
        (CaseState.PROPOSED, CaseEvent.TO_BOARD): CaseState.WITH_BOARD,
        (CaseState.AGREED, CaseEvent.REOPEN_VOTE): CaseState.PROPOSED,
        (CaseState.AGREED, CaseEvent.TO_BOARD): CaseState.WITH_BOARD,
        (CaseState.AGREED, CaseEvent.ENACT): CaseState.IN_FORCE,
        (CaseState.WITH_BOARD, CaseEvent.BOARD_ANSWERS): CaseState.AGREED,
        (CaseState.WITH_BOARD, CaseEvent.FROM_BOARD): CaseState.OPEN,
        (CaseState.IN_FORCE, CaseEvent.PROPOSE): CaseState.PROPOSED,
        (CaseState.IN_FORCE, CaseEvent.TO_BOARD): CaseState.WITH_BOARD,
        (CaseState.IN_FORCE, CaseEvent.CLOSE): CaseState.CLOSED,
        (CaseState.CLOSED, CaseEvent.REOPEN): CaseState.OPEN,
    },
    {
        CaseState.OPEN: "is open and has no proposal",
        CaseState.PROPOSED: "has a proposal under way",
        CaseState.AGREED: "is decided and waits to be enacted",
        CaseState.WITH_BOARD: "is with the Board",
        CaseState.IN_FORCE: "is enacted and waits to be closed",
        CaseState.CLOSED: "is closed",
    },
    "P-5.8",
)
"""A case from report to closing; AGREE from OPEN is a review of an act, which needs no proposal, and FILE is
for what was dealt with before it was reported. Policy: P-2.3, P-5.1, P-5.8."""
