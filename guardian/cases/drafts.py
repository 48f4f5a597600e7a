"""Texts to parties outside the group: written by one member, read by another, then sent. Policy: P-5.6."""

from enum import StrEnum
from typing import Final

from guardian.cases.machine import StateMachine
from guardian.cases.values import DraftState
from rules.verdict import Verdict, allowed, refused


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


def check_text(text: str, max_length: int) -> Verdict:
    """Whether a free text says something and is no longer than can be kept."""
    if not text.strip():
        return refused("empty", "There is no text yet. Write a few words, then send it again.", "P-5.6")
    if len(text) > max_length:
        over = len(text) - max_length
        sentence = f"The text is {over} characters too long; {max_length} fit. Shorten it, or send it in parts."
        return refused("too_long", sentence, "P-5.6")
    return allowed("P-5.6")
