"""A facilitated talk in a case: who was asked whether they would take part, what each has said, and what became of it.

Read `Talk` first. Policy: P-5.3.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from guardian.cases.state_machine import StateMachine
from guardian.ids import CaseId, MemberId, PersonId, ReportId
from rules.talks import OwnTalkState, TalkAnswer, TalkConsent, own_talk_state


class TalkState(StrEnum):
    """Where a talk stands for the group."""

    ASKING = "asking"
    AGREED = "agreed"
    HELD = "held"
    ENDED = "ended"


class TalkEvent(StrEnum):
    """What moves a talk. END: somebody withdrew, the time for answers is over, or the group asks for it no more."""

    AGREE = "agree"
    HOLD = "hold"
    END = "end"


TALK_MACHINE: Final = StateMachine(
    "talk",
    {
        (TalkState.ASKING, TalkEvent.AGREE): TalkState.AGREED,
        (TalkState.ASKING, TalkEvent.END): TalkState.ENDED,
        (TalkState.AGREED, TalkEvent.HOLD): TalkState.HELD,
        (TalkState.AGREED, TalkEvent.END): TalkState.ENDED,
    },
    {
        TalkState.ASKING: "waits for those who were asked",
        TalkState.AGREED: "is agreed by everybody in it, and is to take place",
        TalkState.HELD: "has taken place",
        TalkState.ENDED: "does not take place",
    },
    "P-5.3",
)

STANDING: Final = frozenset({TalkState.AGREED, TalkState.HELD})
"""Where everybody in it has consented and nobody has taken that back."""


@dataclass(frozen=True, slots=True)
class TalkParticipant:
    """One who was asked: a reporter, by their report, or a reported person; `until`: how long their word counts."""

    asked_at: datetime
    until: datetime
    report: ReportId | None = None
    person: PersonId | None = None
    answer: TalkAnswer | None = None
    answered_at: datetime | None = None

    def consent(self) -> TalkConsent:
        """Return what of it decides whether the talk is agreed."""
        return TalkConsent(self.person is not None, self.answer, self.until)


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk; `agreed_at` stays once all had agreed, whatever comes after. `words`: what the group keeps of it."""

    id: str
    case: CaseId
    by: MemberId
    at: datetime
    participants: tuple[TalkParticipant, ...]
    state: TalkState = TalkState.ASKING
    agreed_at: datetime | None = None
    ended_at: datetime | None = None
    words: str = ""
    version: int = 0

    def participant(self, report: ReportId | None = None, person: PersonId | None = None) -> TalkParticipant | None:
        """Return the one who was asked; None where that one was not."""
        return next((each for each in self.participants if (each.report, each.person) == (report, person)), None)

    def with_participant(self, changed: TalkParticipant) -> "Talk":
        """Return the talk with that one as they are now, or added to it."""
        others = [each for each in self.participants if (each.report, each.person) != (changed.report, changed.person)]
        return replace(self, participants=(*others, changed))

    def own_state(self, own: TalkParticipant, now: datetime) -> OwnTalkState:
        """Return how it stands for one of them."""
        return own_talk_state(
            own.consent(),
            now,
            agreed=self.state is TalkState.AGREED,
            held=self.state is TalkState.HELD,
            called_off=self.state is TalkState.ENDED and self.agreed_at is not None,
        )


class TalkStore(Protocol):
    """The talks of cases."""

    async def add_talk(self, talk: Talk) -> None:
        """Store a new talk, encrypted with the case's key."""
        ...

    async def save_talk(self, talk: Talk) -> Talk:
        """Store the talk as given, one version later; Stale where somebody was quicker."""
        ...

    async def talk(self, talk: str) -> Talk | None:
        """Return the talk of that id."""
        ...

    async def talks_of(self, case: CaseId) -> tuple[Talk, ...]:
        """Return the talks of the case, oldest first."""
        ...
