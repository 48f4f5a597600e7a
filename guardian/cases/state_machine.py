"""State machines as tables: `(state, event) -> state`, and one way to advance that refuses all else.

The case's own is here. Read `StateMachine` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

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
        """Return whether the event may happen in that state."""
        return (state, event) in self.table

    def advance(self, state: State, event: Event) -> State:
        """Return the state that follows; Refused, saying where the thing stands, for all that is not in the table."""
        if (state, event) not in self.table:
            sentence = f"This {self.subject} {self.labels[state]}, so that step is not open now."
            raise Refused("not_now", sentence, self.rule)
        return self.table[(state, event)]
