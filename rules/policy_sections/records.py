"""The sections of policy on what is kept: for how long, what is published, and what others may ask of it.

Read `Retention` first."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from rules.policy_sections.source import DAY, YEAR, Source


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
    let_go_after: Annotated[timedelta, Source("P-9.5", 7 * DAY, YEAR)]
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
