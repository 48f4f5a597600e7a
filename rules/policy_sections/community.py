"""The sections of policy on the community and its groups: who they are, how they take turns, what they are called.

Read `Groups` and `Membership` first."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from rules.policy_sections.source import DAY, HOUR, YEAR, Source


class BoardSeats(StrEnum):
    """Who takes the decisions of the Board: people seated there, or, where there is none, chairs and stand-ins (P-1.1)."""

    SEATED = "seated"
    NONE = "none"


class TurnLength(StrEnum):
    """How long a period of the rota is (P-3.6)."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Worklist:
    """How long somebody's word that they see to a task stands."""

    claim_lasts: Annotated[timedelta, Source("P-2.4", HOUR, 14 * DAY)]


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
    adviser_answers_within: Annotated[timedelta, Source("P-1.1", HOUR, 90 * DAY)]
    represent_for: Annotated[timedelta, Source("P-1.1", DAY, 2 * YEAR)]


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
