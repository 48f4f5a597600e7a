"""Texts to parties outside the group: written by one member, read by another, then sent.

Read `Draft` first. Policy: P-5.6.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.cases.case import PartyRole
from guardian.cases.state_machine import StateMachine
from guardian.ids import CaseId, DraftId, MemberId, PersonId
from guardian.journal import by_member
from guardian.notices.party_facts import ReadText
from rules.verdict import Verdict, allowed, refused


class DraftState(StrEnum):
    """A text to a party: written, read by a second member, sent (P-5.6)."""

    WRITTEN = "written"
    APPROVED = "approved"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class DraftKind(StrEnum):
    """What a text to a party is for."""

    HEARING = "hearing"
    DECISION = "decision"
    RESOLUTION = "resolution"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Draft:
    """A free text to a party outside the group; it is sent only after a second member has read it.

    `standard` texts have no free field and need no second reading.
    """

    id: DraftId
    case: CaseId
    kind: DraftKind
    to: PartyRole
    person: PersonId | None
    text: str
    by: str
    at: datetime
    state: DraftState = DraftState.WRITTEN
    standard: bool = False
    confirmed_by: MemberId | None = None
    version: int = 0


class DraftEvent(StrEnum):
    """What moves a draft."""

    APPROVE = "approve"
    SEND = "send"
    WITHDRAW = "withdraw"


DRAFT_MACHINE: Final = StateMachine(
    "text",
    {
        (DraftState.WRITTEN, DraftEvent.APPROVE): DraftState.APPROVED,
        (DraftState.WRITTEN, DraftEvent.WITHDRAW): DraftState.WITHDRAWN,
        (DraftState.APPROVED, DraftEvent.SEND): DraftState.SENT,
        (DraftState.APPROVED, DraftEvent.WITHDRAW): DraftState.WITHDRAWN,
    },
    {
        DraftState.WRITTEN: "waits for a second member to read it",
        DraftState.APPROVED: "has been read and waits to be sent",
        DraftState.SENT: "has been sent",
        DraftState.WITHDRAWN: "was withdrawn",
    },
    "P-5.6",
)


def read_text(draft: Draft) -> ReadText | None:
    """Return the draft's text as one that may leave; None unless a second member has read it. Policy: P-5.6."""
    reader = draft.confirmed_by
    if reader is None or by_member(reader) == draft.by or draft.state not in (DraftState.APPROVED, DraftState.SENT):
        return None
    return ReadText(draft.text, reader)


GAP: Final = "[…]"
"""What stands in the opening of a text where its writer has still to say something."""


def check_filled(text: str) -> Verdict:
    """Return whether nothing is left to be filled in of the words with which the text began."""
    if GAP in text:
        sentence = f"The text still has a gap, marked {GAP}. Fill it in or take it out, then send it again."
        return refused("gap", sentence, "P-5.6")
    return allowed("P-5.6")


def check_text(text: str, max_length: int) -> Verdict:
    """Return whether a free text says something and is no longer than can be kept."""
    if not text.strip():
        return refused("empty", "There is no text yet. Write a few words, then send it again.", "P-5.6")
    if len(text) > max_length:
        over = len(text) - max_length
        sentence = f"The text is {over} characters too long; {max_length} fit. Shorten it, or send it in parts."
        return refused("too_long", sentence, "P-5.6", {"length": len(text), "most": max_length})
    return allowed("P-5.6")
