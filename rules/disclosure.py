"""Which kinds of facts may be told to whom, and in which place (P-2.6, P-2.11, P-3.1, P-4.2, P-10.3).

A table and nothing else: what is not listed is not told. Wording is the business of notices.
"""

from collections.abc import Mapping
from enum import StrEnum

from rules.verdict import Verdict, allowed, refused


class Recipient(StrEnum):
    """In which role somebody, or some place, would learn a fact."""

    MEMBER_NOTICE = "member_notice"
    MEMBER_READING = "member_reading"
    RECUSED = "recused"
    REPORTER = "reporter"
    AFFECTED = "affected"
    REPORTED = "reported"
    MODERATOR = "moderator"
    BOARD_NOTICE = "board_notice"
    BOARD_READING = "board_reading"
    SPACE = "space"
    PUBLIC = "public"


class Fact(StrEnum):
    """A kind of fact about a case."""

    SOMETHING_WAITS = "something_waits"
    DUE_DATE = "due_date"
    CASE_CODE_NAME = "case_code_name"
    PERSON_CODE_NAME = "person_code_name"
    OWN_REFERENCE = "own_reference"
    OPAQUE_REFERENCE = "opaque_reference"
    STATUS = "status"
    VAGUE_RESOLUTION = "vague_resolution"
    RESOLUTION = "resolution"
    CONTACT_PERSON = "contact_person"
    BEHAVIOUR_NEUTRAL = "behaviour_neutral"
    DECISION = "decision"
    TERM = "term"
    REPORT_TEXT = "report_text"
    EVIDENCE = "evidence"
    REPORTER_IDENTITY = "reporter_identity"
    REPORTED_IDENTITY = "reported_identity"
    BALLOTS = "ballots"
    DISCUSSION = "discussion"


class ReporterFactGround(StrEnum):
    """What allows a reporter's or witness's facts to leave the members on the case (P-2.6); each use is recorded."""

    WRITTEN_PERMISSION = "written_permission"
    INVESTIGATION = "investigation"
    IMMEDIATE_SAFETY = "immediate_safety"
    LAW = "law"


_INSIDE = frozenset(Fact) - {Fact.OWN_REFERENCE}
_NOTICE = frozenset({Fact.SOMETHING_WAITS})
_PARTY = frozenset({Fact.OWN_REFERENCE, Fact.STATUS, Fact.CONTACT_PERSON, Fact.DUE_DATE})
_TOLD: Mapping[Recipient, frozenset[Fact]] = {
    Recipient.MEMBER_NOTICE: _NOTICE,
    Recipient.MEMBER_READING: _INSIDE,
    Recipient.RECUSED: frozenset({Fact.CASE_CODE_NAME, Fact.STATUS, Fact.VAGUE_RESOLUTION}),
    Recipient.REPORTER: _PARTY | {Fact.RESOLUTION, Fact.VAGUE_RESOLUTION},
    Recipient.AFFECTED: _PARTY | {Fact.RESOLUTION, Fact.VAGUE_RESOLUTION},
    Recipient.REPORTED: _PARTY | {Fact.BEHAVIOUR_NEUTRAL, Fact.DECISION, Fact.TERM},
    Recipient.MODERATOR: frozenset({Fact.STATUS, Fact.TERM, Fact.OPAQUE_REFERENCE}),
    Recipient.BOARD_NOTICE: _NOTICE,
    Recipient.BOARD_READING: _INSIDE - {Fact.REPORTER_IDENTITY, Fact.BALLOTS, Fact.DISCUSSION},
    Recipient.SPACE: frozenset({Fact.OPAQUE_REFERENCE}),
    Recipient.PUBLIC: frozenset(),
}


def may_tell(recipient: Recipient, fact: Fact) -> Verdict:
    """Whether a fact of this kind may be told to somebody in this role. Policy: P-2.6, P-3.1, P-4.2."""
    if fact in _TOLD[recipient]:
        return allowed("P-3.1")
    return refused("not_told", "This stays with the members who handle the case.", "P-2.6")


def may_disclose_reporter(recipient: Recipient, ground: ReporterFactGround | None) -> Verdict:
    """Whether a reporter's, harmed person's or witness's facts may leave the members on the case. Policy: P-2.6.

    The reported person, recused members, moderators and public places never learn them, whatever the ground.
    """
    if recipient is Recipient.MEMBER_READING:
        return allowed("P-2.6")
    if recipient in (Recipient.REPORTER, Recipient.AFFECTED, Recipient.BOARD_READING) and ground is not None:
        return allowed("P-2.6")
    return refused("protected", "Who reported, was harmed or saw it stays with the members on the case.", "P-2.6")
