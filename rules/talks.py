"""A facilitated talk, to which everybody in it consents, each by themselves: who may be asked, and what each sees of it.

What one sees depends on their own answer and their own date alone, until all have agreed: nobody can tell whether another
was asked, is silent or has said no. Read `own_talk_state` first. Policy: P-5.3, P-5.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.verdict import Verdict, allowed, refused


class TalkAnswer(StrEnum):
    """What somebody who was asked has answered."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"


class OwnTalkState(StrEnum):
    """How a talk stands for one who was asked."""

    ASKED = "asked"
    CONSENTED = "consented"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OVER = "over"
    AGREED = "agreed"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class TalkConsent:
    """What of one who was asked decides whether the talk is agreed; `until`: how long their word counts."""

    is_reported: bool
    answer: TalkAnswer | None
    until: datetime


def may_ask_for_talk(
    *, closed: bool, running: bool, is_asked: bool, has_declined: bool, withdrawn: bool = False, is_told: bool = True
) -> Verdict:
    """Return whether somebody may be asked whether they would take part in a talk. Policy: P-2.12, P-3.5, P-5.3.

    `running`: the talk is agreed already. `withdrawn`: they took their report back. `is_told`: they know of the matter;
    a question about a talk is never the first that somebody hears of it.
    """
    if closed:
        return refused("closed", "This case is closed. Open it again first.", "P-5.8")
    if running:
        return refused("agreed", "The talk is agreed between those who were asked. Nobody is added to it.", "P-5.3")
    if withdrawn:
        return refused("withdrawn", "This report was taken back, so nobody writes to its reporter.", "P-2.12")
    if not is_told:
        return refused("not_heard", "They have not been heard yet. That comes before a talk.", "P-3.5")
    if is_asked:
        return refused("is_asked", "They have been asked already, and have time to answer.", "P-5.3")
    if has_declined:
        return refused("declined", "They have said no. Nobody is asked a second time in the same case.", "P-5.3")
    return allowed("P-5.3")


def is_agreed(consents: Sequence[TalkConsent], now: datetime) -> bool:
    """Return whether everybody who was asked has consented, on both sides, and each word still counts. Policy: P-5.3."""
    sides = {each.is_reported for each in consents}
    return len(sides) > 1 and all(each.answer is TalkAnswer.YES and now < each.until for each in consents)


def may_hold_talk(*, agreed: bool) -> Verdict:
    """Return whether a talk may be put on record as held: everybody in it has consented until then. Policy: P-5.3."""
    if agreed:
        return allowed("P-5.3")
    return refused("consent", "Not everybody in it consents, so no talk takes place.", "P-5.3")


def may_answer_talk(state: OwnTalkState, answer: TalkAnswer) -> Verdict:
    """Return whether who was asked may answer so: while their time runs, and withdraw until it has taken place.

    Policy: P-5.3.
    """
    open_to = {
        OwnTalkState.ASKED: (TalkAnswer.YES, TalkAnswer.NO),
        OwnTalkState.CONSENTED: (TalkAnswer.WITHDRAWN,),
        OwnTalkState.AGREED: (TalkAnswer.WITHDRAWN,),
    }
    if answer in open_to.get(state, ()):
        return allowed("P-5.3")
    return refused("talk_over", "There is nothing to answer here any more.", "P-5.3")


def own_talk_state(own: TalkConsent, now: datetime, *, agreed: bool, held: bool, called_off: bool) -> OwnTalkState:
    """Return how the talk stands for one who was asked. Policy: P-5.3.

    `called_off`: it had been agreed, and is not to take place. Before all have agreed nothing of the others is in it.
    """
    if own.answer is TalkAnswer.WITHDRAWN:
        return OwnTalkState.WITHDRAWN
    if own.answer is TalkAnswer.NO:
        return OwnTalkState.DECLINED
    if held:
        return OwnTalkState.HELD
    if called_off:
        return OwnTalkState.OVER
    if agreed:
        return OwnTalkState.AGREED
    if now >= own.until:
        return OwnTalkState.OVER
    return OwnTalkState.CONSENTED if own.answer is TalkAnswer.YES else OwnTalkState.ASKED
