"""The sections of policy on the way of a case: what a reporter is owed, how a decision comes about, and when it closes.

Read `Reports` and `Quorum` first."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from rules.policy_sections.source import DAY, HOUR, MINUTE, YEAR, Source


class ContactPerson(StrEnum):
    """Who stays in touch with a reporter (P-3.4)."""

    CHAIR = "chair"
    SHEPHERD = "shepherd"


class ApprovalGround(StrEnum):
    """What in a proposal calls for a recorded motion of the organisers (P-5.1)."""

    SUSPENSION = "suspension"
    BAN = "ban"
    REMOVAL = "removal"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class Reports:
    """What a reporter is owed, and how danger is passed on."""

    contact_person: Annotated[ContactPerson, Source("P-3.4")]
    first_answer_target: Annotated[timedelta, Source("P-2.4", HOUR, 7 * DAY)]
    first_answer: Annotated[timedelta, Source("P-2.4", HOUR, 7 * DAY)]
    substantive_answer: Annotated[timedelta, Source("P-2.4", DAY, 90 * DAY)]
    resolution: Annotated[timedelta, Source("P-2.4", DAY, YEAR)]
    heard_first_for: Annotated[timedelta, Source("P-2.5", HOUR, 30 * DAY)]
    same_report_within: Annotated[timedelta, Source("P-2.4", MINUTE, 7 * DAY)]
    capture_kept_for: Annotated[timedelta, Source("P-2.7", HOUR, 7 * DAY)]
    danger_repeat: Annotated[timedelta, Source("P-3.6", MINUTE, HOUR)]
    danger_page: Annotated[timedelta, Source("P-3.6", MINUTE, DAY)]
    letters_a_day: Annotated[int, Source("P-2.10", 1, 1000)]
    flood_window: Annotated[timedelta, Source("P-2.9", MINUTE, DAY)]
    flood_from: Annotated[int, Source("P-2.9", 2, 1000)]
    burst_from: Annotated[int, Source("P-2.9", 2, 1000)]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How long a reporter has to say whether it is safe, the reported person to be heard, and each whether they would talk."""

    reporter_asked_for: Annotated[timedelta, Source("P-3.5", HOUR, 30 * DAY)]
    hearing_window: Annotated[timedelta, Source("P-3.5", DAY, 90 * DAY)]
    talk_answer: Annotated[timedelta, Source("P-5.3", DAY, 90 * DAY)]


@dataclass(frozen=True, slots=True)
class Conflicts:
    """How a report is matched against the people who might handle it."""

    members_left: Annotated[int, Source("P-2.5", 1, 20)]
    nickname_letters: Annotated[int, Source("P-2.5", 2, 10)]
    typo_letters: Annotated[int, Source("P-2.5", 3, 20)]
    conflict_review: Annotated[timedelta, Source("P-4.4", MINUTE, DAY)]


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many must agree, by when, and who else must approve."""

    others: Annotated[int, Source("P-5.1", 1, 20)]
    least_counted: Annotated[int, Source("P-5.1", 2, 20)]
    severe_from_rung: Annotated[int, Source("P-5.1", 1, 4)]
    severe_share: Annotated[Fraction, Source("P-5.1", Fraction(0), Fraction(1))]
    consensus_share: Annotated[Fraction, Source("P-5.1", Fraction(1, 2), Fraction(1))]
    objection_window: Annotated[timedelta, Source("P-5.1", HOUR, 30 * DAY)]
    consensus_window: Annotated[timedelta, Source("P-5.1", HOUR, 60 * DAY)]
    decide_by: Annotated[timedelta, Source("P-5.1", DAY, 180 * DAY)]
    organisers_approve: Annotated[tuple[ApprovalGround, ...], Source("P-5.1")]


@dataclass(frozen=True, slots=True)
class Enactment:
    """How long an agreed decision waits for answers, and for its message."""

    feedback_window: Annotated[timedelta, Source("P-5.4", HOUR, 30 * DAY)]
    second_reading_within: Annotated[timedelta, Source("P-5.6", HOUR, 7 * DAY)]
    bounce_window: Annotated[timedelta, Source("P-6.2", HOUR, 7 * DAY)]


@dataclass(frozen=True, slots=True)
class Reconsideration:
    """How long a party may have the Board reconsider a decision."""

    reconsider_within: Annotated[timedelta, Source("P-5.7", DAY, YEAR)]


@dataclass(frozen=True, slots=True)
class Routing:
    """How matters pass between the groups, and how the Board is kept in mind of what lies with it."""

    accept_within: Annotated[timedelta, Source("P-8.2", HOUR, 14 * DAY)]
    spaces_to_escalate: Annotated[int, Source("P-8.3", 2, 20)]
    board_report_within: Annotated[timedelta, Source("P-8.5", HOUR, 7 * DAY)]
    board_remind_every: Annotated[timedelta, Source("P-8.4", DAY, 90 * DAY)]
    program_appeal_within: Annotated[timedelta, Source("P-8.1", DAY, YEAR)]


@dataclass(frozen=True, slots=True)
class Reminders:
    """At which parts of its length a running deadline is called to mind."""

    shares: Annotated[tuple[Fraction, ...], Source("P-7.3", Fraction(1, 100), Fraction(99, 100))]


@dataclass(frozen=True, slots=True)
class Closing:
    """When a closed case is reviewed unless its group names another day, and how soon what was asked is looked at."""

    review_after: Annotated[timedelta, Source("P-5.8", DAY, 2 * YEAR)]
    condition_check: Annotated[timedelta, Source("P-5.2", DAY, 60 * DAY)]
