"""The sections of policy on what restricts people: terms and their ends, acts of one member, limits, measures, pauses.

Read `Sanctions` first."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from rules.policy_sections.source import DAY, HOUR, YEAR, Source


class OnTermEnd(StrEnum):
    """What the end of a term brings: access at once, or the right to ask for it (P-6.2)."""

    LIFT = "lift"
    AWAIT_READMISSION = "await_readmission"


class RaidNotification(StrEnum):
    """Whom the service notifies when a raid is restricted."""

    NOBODY = "nobody"
    EACH = "each"


class OnOverdue(StrEnum):
    """What becomes of a unilateral act whose review is late (P-7.3)."""

    ESCALATE = "escalate"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class Sanctions:
    """The bounds of each rung's term, and what its end brings."""

    short_least: Annotated[timedelta, Source("P-5.2", DAY, YEAR)]
    short_most: Annotated[timedelta, Source("P-5.2", DAY, YEAR)]
    extended_least: Annotated[timedelta, Source("P-5.2", DAY, 5 * YEAR)]
    on_term_end: Annotated[OnTermEnd, Source("P-6.2")]


@dataclass(frozen=True, slots=True)
class Readmission:
    """When a person is reminded that they may ask, and when they must have an answer."""

    remind_after: Annotated[tuple[timedelta, ...], Source("P-6.2", timedelta(0), 5 * YEAR)]
    review_every: Annotated[timedelta, Source("P-6.2", 30 * DAY, 2 * YEAR)]
    readmission_answer: Annotated[timedelta, Source("P-6.2", DAY, 90 * DAY)]


@dataclass(frozen=True, slots=True)
class Unilateral:
    """The two deadlines of a unilateral act, and what follows when they pass."""

    account_due: Annotated[timedelta, Source("P-7.2", HOUR, 7 * DAY)]
    review_within: Annotated[timedelta, Source("P-7.2", HOUR, 14 * DAY)]
    review_agree: Annotated[int, Source("P-7.3", 1, 10)]
    on_overdue: Annotated[OnOverdue, Source("P-7.3")]
    liaison_after: Annotated[timedelta, Source("P-7.3", HOUR, 14 * DAY)]
    unreviewed_end: Annotated[timedelta, Source("P-7.3", DAY, 90 * DAY)]


@dataclass(frozen=True, slots=True)
class Brake:
    """How much may happen before a second person, or any person, has looked."""

    solo_people: Annotated[int, Source("P-7.5", 1, 100)]
    leader_hold: Annotated[timedelta, Source("P-7.5", HOUR, 7 * DAY)]
    max_people_per_hour: Annotated[int, Source("P-7.5", 1, 1000)]
    put_backs: Annotated[int, Source("P-7.5", 0, 100)]
    lifts_by_hand: Annotated[int, Source("P-7.5", 2, 100)]
    lifts_within: Annotated[timedelta, Source("P-7.5", HOUR, 7 * DAY)]
    raid_most: Annotated[int, Source("P-7.5", 2, 100_000)]
    raid_lasts: Annotated[timedelta, Source("P-7.5", HOUR, 14 * DAY)]
    raid_tells: Annotated[RaidNotification, Source("P-7.5")]


@dataclass(frozen=True, slots=True)
class Measures:
    """What moderators may do in their own space without the group, and by when they say why."""

    local_max: Annotated[timedelta, Source("P-6.8", DAY, 30 * DAY)]
    local_repeat: Annotated[int, Source("P-6.8", 2, 20)]
    local_repeat_within: Annotated[timedelta, Source("P-6.8", DAY, YEAR)]
    local_look: Annotated[timedelta, Source("P-6.8", HOUR, 30 * DAY)]
    native_reason_within: Annotated[timedelta, Source("P-7.2", HOUR, 7 * DAY)]
    words_first: Annotated[timedelta, Source("P-5.5", timedelta(minutes=1), HOUR)]


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long something of a whole space is paused: by one member alone, and with a second member's word."""

    alone: Annotated[timedelta, Source("P-1.6", HOUR, 7 * DAY)]
    longest: Annotated[timedelta, Source("P-1.6", HOUR, 30 * DAY)]


@dataclass(frozen=True, slots=True)
class Links:
    """How soon another member checks an account that is said to be another's."""

    dispute_look: Annotated[timedelta, Source("P-6.4", HOUR, 7 * DAY)]


@dataclass(frozen=True, slots=True)
class Manual:
    """How a space without a connector is worked by people: by when they confirm, and how early a release is asked for."""

    confirm_within: Annotated[timedelta, Source("P-1.3", HOUR, 7 * DAY)]
    release_ahead: Annotated[timedelta, Source("P-1.3", HOUR, timedelta(hours=36))]
