"""Whether reports that two cases gathered may become one matter, and whether one report may leave its case again.

Read `may_join` first. Policy: P-2.5, P-2.9, P-3.1.
"""

from dataclasses import dataclass
from enum import StrEnum

from rules.verdict import Verdict, allowed, refused

_RULE = "P-3.1"


class CaseProgress(StrEnum):
    """What ties something to the case in which it was done, so that it cannot be taken elsewhere."""

    ACT = "act"
    DECISION = "decision"
    LETTER = "letter"
    HEARING = "hearing"
    CLAIM = "claim"
    HANDOFF = "handoff"
    REQUEST = "request"
    ADVISER = "adviser"
    HOLD = "hold"
    TALK = "talk"


_PROGRESS_WORDS = {
    CaseProgress.ACT: "somebody has acted in it",
    CaseProgress.DECISION: "there was a proposal in it",
    CaseProgress.LETTER: "a letter was written in it",
    CaseProgress.HEARING: "somebody was asked in it how they see it, or can open a page about it",
    CaseProgress.CLAIM: "a conflict that was raised in it waits for its decision",
    CaseProgress.HANDOFF: "others have passed it on, and hear how it goes on",
    CaseProgress.REQUEST: "somebody has asked what is kept of them in it",
    CaseProgress.ADVISER: "an adviser was asked into it",
    CaseProgress.HOLD: "it is kept for the law",
    CaseProgress.TALK: "somebody was asked in it whether they would take part in a talk",
}


@dataclass(frozen=True, slots=True)
class JoiningFacts:
    """How two cases stand whose reports are to be one matter. `source` gives its reports, `target` takes them.

    `progress`: what was done in the source already; None where it has nothing but its reports and the group's thread.
    `enough_remain`: enough members are free of conflicts in both, so that the group can decide.
    """

    same: bool
    reports: bool
    source_open: bool
    target_open: bool
    for_everybody: bool
    boards: bool
    progress: CaseProgress | None
    enough_remain: bool


def may_join(facts: JoiningFacts, reason: str) -> Verdict:
    """Return whether the source's reports may go to the target. Policy: P-2.5, P-2.9, P-3.1.

    Whoever is kept out of either is kept out of what comes of both, so nobody learns anything by it; and no reporter's
    choice of who hears first is undone by it.
    """
    if not reason.strip():
        return refused("no_reason", "Say in a sentence why they are one matter. It is kept with the case.", _RULE)
    if facts.same:
        return refused("other", "Name another case than this one.", _RULE)
    if not facts.reports:
        return refused("other", "Only cases that came of reports can be joined.", _RULE)
    if not facts.source_open or not facts.target_open:
        sentence = "Both cases have to be open, without a proposal. Withdraw the proposal or reopen the case first."
        return refused("not_open", sentence, _RULE)
    if not facts.for_everybody:
        sentence = (
            "A reporter chose who hears of one of them first. Open that case to all members before you join them."
        )
        return refused("audience", sentence, "P-2.5")
    if facts.boards:
        return refused("board", "A case that is the Board's alone is joined with no other.", "P-2.5")
    if facts.progress is not None:
        because = _PROGRESS_WORDS[facts.progress]
        sentence = (
            f"This case has gone further than its reports: {because}. "
            "Join the other one into this one, or mark that they have to do with each other."
        )
        return refused("gone_further", sentence, _RULE)
    if not facts.enough_remain:
        sentence = (
            "Together too few members without a conflict would be left to decide. "
            "Mark instead that they have to do with each other."
        )
        return refused("too_few", sentence, "P-2.5")
    return allowed(_RULE)


def may_part(*, reason: str, is_open: bool, is_boards: bool, is_last: bool, tied: bool, in_talk: bool) -> Verdict:
    """Return whether a report may leave its case for one of its own. Policy: P-2.9, P-3.1.

    `tied`: somebody whom it is to take along was written to in this case, or restricted by it. `in_talk`: its reporter was
    asked here whether they would take part in a talk, and answers here.
    """
    if not reason.strip():
        return refused("no_reason", "Say in a sentence why it is another matter. It is kept with the case.", _RULE)
    if is_last:
        return refused("last", "It is the only report of this case.", _RULE)
    if is_boards:
        return refused("board", "Of a case that is the Board's alone nothing is parted.", "P-2.5")
    if not is_open:
        sentence = "The case has to be open, without a proposal. Withdraw the proposal or reopen the case first."
        return refused("not_open", sentence, _RULE)
    if in_talk:
        sentence = "Its reporter was asked in this case whether they would take part in a talk, and answers there."
        return refused("in_talk", sentence, _RULE)
    if tied:
        sentence = (
            "Somebody whom you chose was written to or restricted in this case and stays in it. "
            "Part the report without them, and name them in its new case."
        )
        return refused("tied", sentence, _RULE)
    return allowed(_RULE)
