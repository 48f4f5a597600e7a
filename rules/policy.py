"""Every number, window and switch of policy as one frozen value, each field with the rule it comes from.

A policy file fills it; no rule holds a number of its own. A field enters together with the rule that reads it. Read
`Policy` first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Annotated, TypeVar, get_args, get_type_hints

Number = timedelta | int | Fraction

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from, and the bounds, both included, within which a community may set it."""

    rule: str
    least: Number | None = None
    most: Number | None = None


class ContactPerson(StrEnum):
    """Who stays in touch with a reporter (P-3.4)."""

    CHAIR = "chair"
    SHEPHERD = "shepherd"


class BoardSeats(StrEnum):
    """Who takes the decisions of the Board: people seated there, or, where there is none, chairs and stand-ins (P-1.1)."""

    SEATED = "seated"
    NONE = "none"


class ApprovalGround(StrEnum):
    """What in a proposal calls for a recorded motion of the organisers (P-5.1)."""

    SUSPENSION = "suspension"
    BAN = "ban"
    REMOVAL = "removal"
    LEGAL = "legal"


class OnTermEnd(StrEnum):
    """What the end of a term brings: access at once, or the right to ask for it (P-6.2)."""

    LIFT = "lift"
    AWAIT_READMISSION = "await_readmission"


class TurnLength(StrEnum):
    """How long a period of the rota is (P-3.6)."""

    WEEK = "week"
    MONTH = "month"


class RaidNotification(StrEnum):
    """Whom the service notifies when a raid is restricted."""

    NOBODY = "nobody"
    EACH = "each"


class OnOverdue(StrEnum):
    """What becomes of a unilateral act whose review is late (P-7.3)."""

    ESCALATE = "escalate"
    LAPSE = "lapse"


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
    """How long a reported person has to answer before the group may go on, and first the reporter whether it is safe."""

    reporter_asked_for: Annotated[timedelta, Source("P-3.5", HOUR, 30 * DAY)]
    hearing_window: Annotated[timedelta, Source("P-3.5", DAY, 90 * DAY)]


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
class Routing:
    """How matters pass between the groups, and how the Board is kept in mind of what lies with it."""

    accept_within: Annotated[timedelta, Source("P-8.2", HOUR, 14 * DAY)]
    spaces_to_escalate: Annotated[int, Source("P-8.3", 2, 20)]
    board_report_within: Annotated[timedelta, Source("P-8.5", HOUR, 7 * DAY)]
    board_remind_every: Annotated[timedelta, Source("P-8.4", DAY, 90 * DAY)]


@dataclass(frozen=True, slots=True)
class Reminders:
    """At which parts of its length a running deadline is called to mind."""

    shares: Annotated[tuple[Fraction, ...], Source("P-7.3", Fraction(1, 100), Fraction(99, 100))]


@dataclass(frozen=True, slots=True)
class Closing:
    """When a closed case is reviewed unless its group names another day."""

    review_after: Annotated[timedelta, Source("P-5.8", DAY, 2 * YEAR)]


@dataclass(frozen=True, slots=True)
class Records:
    """How small a number may be that is published by space, by type or by door."""

    suppress_below: Annotated[int, Source("P-10.2", 3, 100)]


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a closed case is kept, and by when a copy of the database can no longer be opened after it is forgotten."""

    not_upheld: Annotated[timedelta, Source("P-9.5", 30 * DAY, 2 * YEAR)]
    minor: Annotated[timedelta, Source("P-9.5", 30 * DAY, 5 * YEAR)]
    repeated_from: Annotated[int, Source("P-9.5", 2, 20)]
    serious_from_rung: Annotated[int, Source("P-9.5", 1, 4)]
    review_every: Annotated[timedelta, Source("P-9.5", 30 * DAY, 2 * YEAR)]
    legal_hold_most: Annotated[timedelta, Source("P-9.5", DAY, 2 * YEAR)]
    forget_backups_after: Annotated[timedelta, Source("P-9.5", DAY, 90 * DAY)]


@dataclass(frozen=True, slots=True)
class Data:
    """What those concerned are owed who ask about what is kept of them, and how long they can read that it goes."""

    answer_within: Annotated[timedelta, Source("P-6.2", DAY, 31 * DAY)]
    erase_after: Annotated[timedelta, Source("P-6.2", DAY, 60 * DAY)]


@dataclass(frozen=True, slots=True)
class Affiliates:
    """How often an affiliated program sends its transparency report."""

    report_every: Annotated[timedelta, Source("P-9.7", 30 * DAY, 2 * YEAR)]


@dataclass(frozen=True, slots=True)
class Events:
    """What an event may ask: lists of how many names, how many of them, and how many agree on a doubtful match."""

    least_names: Annotated[int, Source("P-9.6", 2, 1000)]
    most_names: Annotated[int, Source("P-9.6", 2, 100_000)]
    most_lists: Annotated[int, Source("P-9.6", 1, 100)]
    yes_when_near: Annotated[int, Source("P-9.6", 1, 10)]


@dataclass(frozen=True, slots=True)
class Worklist:
    """How long somebody's word that they see to a task stands."""

    claim_lasts: Annotated[timedelta, Source("P-2.4", HOUR, 14 * DAY)]


@dataclass(frozen=True, slots=True)
class Manual:
    """How a space without a connector is worked by people: by when they confirm, and how early a release is asked for."""

    confirm_within: Annotated[timedelta, Source("P-1.3", HOUR, 7 * DAY)]
    release_ahead: Annotated[timedelta, Source("P-1.3", HOUR, timedelta(hours=36))]


@dataclass(frozen=True, slots=True)
class Membership:
    """When members are asked whether they go on, and of whom nothing was heard for too long.

    `renewal_month` 0: they are not asked, and go on until they leave.
    """

    renewal_month: Annotated[int, Source("P-1.2", 0, 12)]
    remind_from: Annotated[timedelta, Source("P-1.2", DAY, 180 * DAY)]
    answer_within: Annotated[timedelta, Source("P-1.2", DAY, 20 * DAY)]
    holdover: Annotated[timedelta, Source("P-1.2", DAY, 180 * DAY)]
    silence: Annotated[timedelta, Source("P-1.2", 7 * DAY, YEAR)]
    least_members: Annotated[int, Source("P-1.2", 1, 20)]
    least_administrators: Annotated[int, Source("P-1.4", 1, 10)]


@dataclass(frozen=True, slots=True)
class Rota:
    """When somebody else comes on duty, and by when who is told of a new report.

    `handover_day` is a day of the week (1: Monday) or of the month, `handover_hour` an hour in UTC.
    """

    turn: Annotated[TurnLength, Source("P-3.6")]
    handover_day: Annotated[int, Source("P-3.6", 1, 28)]
    handover_hour: Annotated[int, Source("P-3.6", 0, 23)]
    remind_before: Annotated[timedelta, Source("P-3.6", HOUR, 7 * DAY)]
    secondary_after: Annotated[timedelta, Source("P-3.6", HOUR, 7 * DAY)]
    everybody_after: Annotated[timedelta, Source("P-3.6", HOUR, 7 * DAY)]


@dataclass(frozen=True, slots=True)
class Tokens:
    """How long a personal token of a member is good for at the most."""

    longest: Annotated[timedelta, Source("P-9.8", DAY, YEAR)]


@dataclass(frozen=True, slots=True)
class Groups:
    """Which groups the community has.

    Without a Board its chairs take its place, with stand-ins from outside who are named beforehand.
    """

    board: Annotated[BoardSeats, Source("P-1.1")]


@dataclass(frozen=True, slots=True)
class Ladder:
    """What the community's own ladder has and the service cannot do, each in a sentence that the check shows."""

    not_carried: Annotated[tuple[str, ...], Source("P-11.2")]


@dataclass(frozen=True, slots=True)
class Names:
    """What the groups are called where people outside them read of them, one name a language.

    Each as it reads after a preposition: by, bei (so in the dative), par.
    """

    group_en: Annotated[str, Source("P-11.1")]
    group_de: Annotated[str, Source("P-11.1")]
    group_fr: Annotated[str, Source("P-11.1")]
    board_en: Annotated[str, Source("P-11.1")]
    board_de: Annotated[str, Source("P-11.1")]
    board_fr: Annotated[str, Source("P-11.1")]


@dataclass(frozen=True, slots=True)
class Help:
    """What a reporter reads about what they can do themselves, one text a language; an empty one is left out.

    `links` are quiet hints at support: addresses, with words before them where they need some.
    """

    danger_en: Annotated[str, Source("P-2.4")]
    danger_de: Annotated[str, Source("P-2.4")]
    danger_fr: Annotated[str, Source("P-2.4")]
    stalking_en: Annotated[str, Source("P-2.4")]
    stalking_de: Annotated[str, Source("P-2.4")]
    stalking_fr: Annotated[str, Source("P-2.4")]
    self_harm_en: Annotated[str, Source("P-2.4")]
    self_harm_de: Annotated[str, Source("P-2.4")]
    self_harm_fr: Annotated[str, Source("P-2.4")]
    scam_en: Annotated[str, Source("P-2.4")]
    scam_de: Annotated[str, Source("P-2.4")]
    scam_fr: Annotated[str, Source("P-2.4")]
    links: Annotated[tuple[str, ...], Source("P-2.4")]


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of one community; each field is a section of its policy file."""

    reports: Reports
    hearing: Hearing
    conflicts: Conflicts
    quorum: Quorum
    enactment: Enactment
    reconsideration: Reconsideration
    sanctions: Sanctions
    readmission: Readmission
    unilateral: Unilateral
    brake: Brake
    measures: Measures
    pauses: Pauses
    links: Links
    routing: Routing
    reminders: Reminders
    closing: Closing
    records: Records
    retention: Retention
    data: Data
    affiliates: Affiliates
    events: Events
    worklist: Worklist
    membership: Membership
    rota: Rota
    manual: Manual
    tokens: Tokens
    groups: Groups
    ladder: Ladder
    names: Names
    help: Help


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """One entry of a policy file: its section and key, the type of what stands there, and its source."""

    section: str
    key: str
    kind: type
    is_list: bool
    source: Source

    @property
    def path(self) -> str:
        """Return the entry's name in the file's own terms."""
        return f"{self.section}.{self.key}"


@cache
def policy_sections() -> Mapping[str, type]:
    """Return the sections of a policy file and the group that each one fills, in reading order."""
    hints = get_type_hints(Policy)
    return {field.name: hints[field.name] for field in fields(Policy)}


@cache
def policy_values() -> tuple[PolicyValue, ...]:
    """Return every number, window and switch of a policy file, in reading order."""
    return tuple(value for value in _iterate_values() if value.kind is not str)


@cache
def policy_texts() -> tuple[PolicyValue, ...]:
    """Return every entry of a policy file that is words for people, and may be left out."""
    return tuple(value for value in _iterate_values() if value.kind is str)


def _iterate_values() -> Iterator[PolicyValue]:
    for section, group in policy_sections().items():
        for key, hint in get_type_hints(group, include_extras=True).items():
            kind, source = get_args(hint)
            items = get_args(kind)
            yield PolicyValue(section, key, items[0] if items else kind, bool(items), source)


@dataclass(frozen=True, slots=True)
class ValueOrder:
    """Two values of which the first may not be more than the second; `strict`: nor as much."""

    smaller: str
    larger: str
    reason: str
    strict: bool = False


ORDERS: tuple[ValueOrder, ...] = (
    ValueOrder("reports.first_answer_target", "reports.first_answer", "a target lies within what is promised"),
    ValueOrder("reports.first_answer", "reports.substantive_answer", "the first answer comes before the fuller one"),
    ValueOrder(
        "reports.substantive_answer", "reports.resolution", "the fuller answer comes no later than the resolution"
    ),
    ValueOrder("reports.danger_repeat", "reports.danger_page", "danger is repeated before it is passed on"),
    ValueOrder("rota.secondary_after", "rota.everybody_after", "the second on duty is told before everybody"),
    ValueOrder("conflicts.conflict_review", "unilateral.review_within", "a doubtful act is reviewed sooner, not later"),
    ValueOrder("quorum.others", "quorum.least_counted", "a group at its least could never agree", strict=True),
    ValueOrder(
        "quorum.severe_share", "quorum.consensus_share", "overruling an objection asks for more than a majority"
    ),
    ValueOrder(
        "quorum.objection_window", "quorum.consensus_window", "an objection lengthens the time, never shortens it"
    ),
    ValueOrder("quorum.consensus_window", "quorum.decide_by", "a proposal would leave the group before it could close"),
    ValueOrder("events.least_names", "events.most_names", "no list would ever be taken"),
    ValueOrder("sanctions.short_least", "sanctions.short_most", "no term would fit a short suspension"),
    ValueOrder("sanctions.short_most", "sanctions.extended_least", "one term would stand on two rungs"),
    ValueOrder("unilateral.account_due", "unilateral.unreviewed_end", "an act would end before its account is due"),
    ValueOrder("unilateral.review_within", "unilateral.unreviewed_end", "an act would end before its review is due"),
    ValueOrder("unilateral.liaison_after", "unilateral.unreviewed_end", "the liaison would hear of it only afterwards"),
    ValueOrder("brake.solo_people", "brake.max_people_per_hour", "one member could do more than the whole service"),
    ValueOrder("pauses.alone", "pauses.longest", "a second member could only shorten what one alone may do"),
    ValueOrder(
        "measures.native_reason_within", "measures.local_max", "it would outlast what moderators may do unexplained"
    ),
)

_Comparable = TypeVar("_Comparable", timedelta, int, Fraction)


def find_contradictions(known: Mapping[str, object]) -> tuple[ValueOrder, ...]:
    """Return each order that the known values break, by their paths.

    A value that is not known breaks none.
    """
    return tuple(order for order in ORDERS if _is_broken(order, known.get(order.smaller), known.get(order.larger)))


def _is_broken(order: ValueOrder, smaller: object, larger: object) -> bool:
    if isinstance(smaller, timedelta) and isinstance(larger, timedelta):
        return _exceeds(smaller, larger, order.strict)
    if isinstance(smaller, int | Fraction) and isinstance(larger, int | Fraction):
        return _exceeds(Fraction(smaller), Fraction(larger), order.strict)
    return False


def _exceeds(smaller: _Comparable, larger: _Comparable, strict: bool) -> bool:
    return smaller > larger or (strict and smaller == larger)
