"""The steps of a decision: which are needed, which may be left out, what needs a second person, when a case closes.

Order and records are kept by the cases; this says only whether a step may be taken (P-3.5, P-5.4 to P-5.6, P-5.8). Read
`steps_missing_before_enactment` first.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum
from typing import Final

from rules.routing import ReportKind
from rules.verdict import Verdict, allowed, refused


class Step(StrEnum):
    """A step between a report and its end, in this order; each is a state of its own."""

    BEHAVIOUR = "behaviour"
    HEARING = "hearing"
    FEEDBACK = "feedback"
    SECOND_READING = "second_reading"
    NOTIFY_REPORTER = "notify_reporter"
    NOTIFY_REPORTED = "notify_reported"
    ENACT = "enact"
    BOARD_REPORT = "board_report"


class Unsaid(StrEnum):
    """What somebody will not learn where no letter of the group's own was read for them."""

    BEHAVIOUR = "behaviour"
    CONDITIONS = "conditions"
    REASON = "reason"


class Confirmable(StrEnum):
    """What one person begins and another has to confirm."""

    SKIP = "skip"
    TEXT = "text"
    BOARD_ANSWER = "board_answer"
    MOTION = "motion"
    LINK = "link"
    ACT = "act"
    CSAM = "csam"


SKIPPABLE: Final = frozenset(Step) - {Step.ENACT, Step.BOARD_REPORT}
"""Enacting and the Board's report are no courtesy that two members could waive. Policy: P-5.5, P-8.5."""

_MISSING_REASONS: Final = {
    Step.HEARING: "the person has not been heard",
    Step.FEEDBACK: "the reporters have not been asked, or still have time to answer",
}
UNSAID: Final = {
    Unsaid.BEHAVIOUR: "the person will not learn what it is that they did",
    Unsaid.CONDITIONS: "the person will not learn the conditions that were decided for them",
    Unsaid.REASON: "the reporters will not learn why nothing more follows",
}
_OWN_REFUSALS: Final = {
    Confirmable.SKIP: ("own_skip", "You asked for this. A second member has to agree.", "P-5.5"),
    Confirmable.TEXT: ("own_draft", "You wrote this text. A second member reads it before it goes out.", "P-5.6"),
    Confirmable.BOARD_ANSWER: (
        "own_answer",
        "You recorded this answer. A second member of the Board confirms it.",
        "P-8.4",
    ),
    Confirmable.MOTION: ("own_answer", "You recorded this motion. A second of the organisers confirms it.", "P-5.1"),
    Confirmable.LINK: ("same_member", "Another member has to confirm what you proposed.", "P-6.4"),
    Confirmable.CSAM: ("own_mark", "You said so of this report. A second member has to agree, or say no.", "P-2.7"),
    Confirmable.ACT: ("own_act", "You asked for this act. A second member has to agree.", "P-7.5"),
}


def steps_missing_before_enactment(
    completed: AbstractSet[Step], *, answers_request: bool, about_person: bool, was_asked: bool
) -> tuple[Step, ...]:
    """Return the steps that keep a decision from being enacted. Policy: P-3.5, P-5.4.

    `completed` are those done or skipped. A request to return (`answers_request`) has been heard by being made. A
    hearing that is over says nothing of a person who was not asked in it; pass `was_asked` as true where it was
    skipped.
    """
    if answers_request:
        return ()
    needed = (Step.HEARING, Step.FEEDBACK) if about_person else (Step.FEEDBACK,)
    return tuple(step for step in needed if step not in completed or (step is Step.HEARING and not was_asked))


def may_enact(missing: Sequence[Step]) -> Verdict:
    """Return whether a decision may be enacted: heard and answered, or each skipped on record. Policy: P-3.5, P-5.4.

    `missing` comes from `steps_missing_before_enactment`. The second reading and the notification run within enactment;
    see `notification`.
    """
    if not missing:
        return allowed("P-5.4")
    reasons = ", and ".join(_MISSING_REASONS[step] for step in missing)
    sentence = f"This cannot be enacted yet: {reasons}. A step can be skipped with a reason and a second member."
    return refused("steps_missing", sentence, "P-5.5")


def may_enact_unread(unsaid: Sequence[Unsaid], *, confirmed: bool) -> Verdict:
    """Return whether a decision may be enacted though nobody has read a letter that says these things.

    `confirmed`: whoever enacts it has been told so, and wants it all the same. Policy: P-5.6.
    """
    if not unsaid or confirmed:
        return allowed("P-5.6")
    reasons = "; ".join(UNSAID[each] for each in unsaid)
    sentence = f"No letter that says it has been read by a second member, so {reasons}. Write one, or read one, first."
    return refused("letter_unread", sentence, "P-5.6")


def may_begin_hearing(*, has_read_words: bool, words_skipped: bool) -> Verdict:
    """Return whether the reported person may be asked: they learn for what, unless two members left it out.

    Policy: P-5.5.
    """
    if has_read_words or words_skipped:
        return allowed("P-5.5")
    sentence = (
        "Say first, in neutral words, what was reported, so that the person knows what they answer to. A second member "
        "reads it, then the hearing begins."
    )
    return refused("words_missing", sentence, "P-5.5")


def may_skip(step: Step, reason: str) -> Verdict:
    """Return whether a member on the case may ask to skip the step; a second one confirms it. Policy: P-5.5."""
    if not reason.strip():
        return refused("no_reason", "Say in a sentence why this step is skipped. It is kept with the case.", "P-5.5")
    if step not in SKIPPABLE:
        return refused("not_skippable", "This step cannot be skipped.", "P-5.5")
    return allowed("P-5.5")


def may_confirm(subject: Confirmable, by: str, started_by: str) -> Verdict:
    """Return whether `by` may be the second person whom this needs: anybody but the first. Policy: P-5.5, P-5.6."""
    code, sentence, rule = _OWN_REFUSALS[subject]
    return refused(code, sentence, rule) if by == started_by else allowed(rule)


def may_contact_reported(*, closed: bool, asked_to_wait: bool, question_open: bool = False) -> Verdict:
    """Return whether the reported person may be contacted about the case. Policy: P-2.12, P-3.5.

    `asked_to_wait`: a reporter who has not withdrawn says "not yet". `question_open`: one was asked whether it is safe
    and still has time to answer. Immediate safety measures do not ask this.
    """
    if closed:
        return refused("closed", "This case is closed. Open it again first.", "P-5.8")
    if asked_to_wait:
        sentence = "A reporter has asked that this person is not contacted yet. Ask the reporter first."
        return refused("do_not_contact", sentence, "P-2.12")
    if question_open:
        sentence = "The reporter has been asked whether it is safe, and still has time to answer. You are told then."
        return refused("question_open", sentence, "P-3.5")
    return allowed("P-3.5")


def may_record_motion(*, has_report: bool) -> Verdict:
    """Return whether the organisers may record or confirm a motion: once the group's report is there. Policy: P-8.5."""
    if has_report:
        return allowed("P-8.5")
    sentence = "The group has not sent its confidential report on this yet. You are told once it is there to read."
    return refused("report_missing", sentence, "P-8.5")


def may_close(
    *, undecided: Sequence[str], is_notified: bool, unconfirmed_in: Sequence[str], review_on: datetime, now: datetime
) -> Verdict:
    """Return whether a case may be closed: all people decided on and notified, all in force, a review set.

    `undecided` are the code names of reported people on whom nothing is decided, `unconfirmed_in` the spaces that do
    not confirm what was decided. Closing itself notifies the reporters. Policy: P-3.1, P-5.8.
    """
    if review_on <= now:
        return refused("past", "The review date lies in the past. Choose a day to come.", "P-5.8")
    if undecided:
        sentence = (
            f"Nothing is decided on {', '.join(undecided)} yet. Each reported person gets an outcome of their own."
        )
        return refused("person_undecided", sentence, "P-5.8")
    if not is_notified:
        return refused("to_tell", "The person has not been told yet. This waits for the message.", "P-5.8")
    if unconfirmed_in:
        sentence = f"This is not in force everywhere yet: {', '.join(unconfirmed_in)} does not confirm it."
        return refused("not_in_force", sentence, "P-5.8")
    return allowed("P-5.8")


def may_close_at_once(kinds: Collection[ReportKind], *, safety_risk: bool) -> Verdict:
    """Return whether an open case may be closed undecided: it was dealt with where it happened. Policy: P-2.3."""
    if not kinds or ReportKind.NEEDS_HELP in kinds:
        return refused("undecided", "Nothing has been decided in this case yet, so it stays open.", "P-5.8")
    if safety_risk:
        return refused("safety_risk", "This case is marked as a risk to somebody's safety, so it stays open.", "P-3.2")
    return allowed("P-2.3")
