"""What the questions of a report, and the answers to choose from, are called where they are read or asked.

Read `QUESTION_LABELS` first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from guardian.cases import report_questions
from rules.escalation import OutsideGround

GROUND_LABELS: Final[Mapping[OutsideGround, str]] = MappingProxyType(
    {
        OutsideGround.EVENT_TEAM: "an event: its team asks",
        OutsideGround.EVENT_REPORTER: "an event: whoever reported it there asks",
        OutsideGround.EVENT_REPORTED: "an event: whoever was reported there asks",
        OutsideGround.PROGRAM_COMMITTEE: "an affiliated program: somebody of its committee is concerned",
        OutsideGround.PROGRAM_SILENT: "an affiliated program: it failed to answer",
        OutsideGround.PROGRAM_APPEAL: "an affiliated program: an appeal against its answer",
    }
)
"""Why a matter comes to the group from outside the spaces (P-8.1)."""

QUESTION_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        report_questions.HANDLED: "What the report is for",
        report_questions.PART: "The reporter's own part",
        report_questions.WHEN: "When it happened",
        report_questions.WHERE: "Where it happened",
        report_questions.ONGOING: "Is it still going on?",
        report_questions.WITNESSES: "Who else saw it",
        report_questions.LINK: "Public links",
        report_questions.CONTEXT: "What came before",
        report_questions.DANGER_WHERE: "Where the person in danger is now",
        report_questions.DANGER_AUTHORITY: "Which authority knows, or should",
        report_questions.DANGER_NOTIFY: "Shall we tell that authority?",
        report_questions.CONTACT_IS_SAFE: "Is it safe to contact the reporter?",
        report_questions.CONTACT: "How to reach the reporter",
        report_questions.ANSWER_BY: "How they want to be answered",
        report_questions.NAME_MAY_BE_TOLD: "May their name be told to anyone?",
        report_questions.DO_NOT_CONTACT: "May the reported person be contacted?",
        report_questions.OUTSIDE_GROUND: "Why it comes from an event or program",
        report_questions.OUTSIDE_NAME: "Which event or program",
        report_questions.OUTSIDE_DONE: "What was done there",
        report_questions.OUTSIDE_ANSWERED: "When it answered",
        report_questions.TRANSLATED: "Written with a translation tool",
        report_questions.ANYTHING_ELSE: "Anything else",
    }
)
"""What each question of a report is called where it is read (P-2.2)."""

CHOICE_LABELS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        (report_questions.HANDLED, "yes"): "for the file: it was dealt with already",
        (report_questions.HANDLED, "no"): "the reporter asks for help",
        (report_questions.PART, "harmed"): "it was done to them",
        (report_questions.PART, "witness"): "they saw or heard it themselves",
        (report_questions.PART, "told"): "somebody told them",
        (report_questions.ONGOING, "unsure"): "they are not sure",
        (report_questions.CONTACT_IS_SAFE, "no"): "no: they look at the follow-up page themselves",
        (report_questions.NAME_MAY_BE_TOLD, "yes"): "yes, where it helps; they are asked first to whom",
        (report_questions.NAME_MAY_BE_TOLD, "no"): "no, to nobody but the members on the case",
        (report_questions.DO_NOT_CONTACT, "yes"): "not yet",
        (report_questions.DO_NOT_CONTACT, "no"): "yes",
        **{(report_questions.OUTSIDE_GROUND, str(ground)): label for ground, label in GROUND_LABELS.items()},
    }
)


def question_label(name: str) -> str:
    """Return what a field of a report is called."""
    return QUESTION_LABELS.get(name, name.replace("_", " "))


def answer_label(text: str, name: str) -> str:
    """Return what was answered in a field; a choice is spelled out."""
    return CHOICE_LABELS.get((name, text), text)
