"""The statistics that the group publishes: eleven numbers in two units, by half year, by date of receipt.

Read `count` first. Policy: P-10.1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final, Self

from rules.tracking_sheet import SheetConsequence


class StatisticsUnit(StrEnum):
    """What a column counts."""

    REPORTS = "reports"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, order=True)
class HalfYear:
    """Half a year in UTC: `half` 1 is January to June, 2 is July to December."""

    year: int
    half: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the half year in which the day lies."""
        return cls(day.year, 1 if day.month <= 6 else 2)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the half year that is written so (`2027-1`); None where none is."""
        year, _, half = text.partition("-")
        is_one = len(year) == 4 and year.isascii() and year.isdecimal() and half in ("1", "2") and year > "0000"
        return cls(int(year), int(half)) if is_one else None

    @property
    def begins(self) -> date:
        """Return its first day."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def ends(self) -> date:
        """Return the first day after it."""
        return date(self.year, 7, 1) if self.half == 1 else date(self.year + 1, 1, 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.half}"


@dataclass(frozen=True, slots=True)
class CountedPerson:
    """Somebody who was named in a matter, by what only tells them apart, and what it came to for them."""

    who: str
    consequence: SheetConsequence = SheetConsequence.PENDING


@dataclass(frozen=True, slots=True)
class CountedReport:
    """One report of a matter: the day on which it was received, and by which channel."""

    received_on: date
    channel: str = ""


@dataclass(frozen=True, slots=True)
class CountedCase:
    """One case as it is counted. `consequence`: what it came to where nobody is named.

    `place` is the space that it was about, `types` are its types of violation; empty where they were never said.
    `days_to_first_answer` and `days_to_resolution` are None where there was none.
    """

    reports: tuple[CountedReport, ...]
    people: tuple[CountedPerson, ...] = ()
    consequence: SheetConsequence = SheetConsequence.PENDING
    acted: bool = False
    acted_locally: bool = False
    place: str = ""
    types: tuple[str, ...] = ()
    days_to_first_answer: int | None = None
    days_to_resolution: int | None = None

    @property
    def received_on(self) -> date:
        """Return the day of its first report."""
        return min(report.received_on for report in self.reports)

    @property
    def outcome(self) -> SheetConsequence:
        """Return what it came to as a whole: one word where it is the same for everybody, else `OTHER`."""
        found = {person.consequence for person in self.people} or {self.consequence}
        return next(iter(found)) if len(found) == 1 else SheetConsequence.OTHER


@dataclass(frozen=True, slots=True)
class Counts:
    """The eleven numbers."""

    reports: int = 0
    people_named: int = 0
    acted: int = 0
    acted_locally: int = 0
    not_a_violation: int = 0
    out_of_scope: int = 0
    warned: int = 0
    suspended: int = 0
    banned: int = 0
    other: int = 0
    no_action: int = 0

    def __add__(self, more: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(more, name) for name in COUNT_NAMES})


COUNT_NAMES: Final = tuple(field.name for field in fields(Counts))
UNITS: Final = {
    name: StatisticsUnit.PEOPLE
    if name in ("people_named", "warned", "suspended", "banned", "other")
    else StatisticsUnit.REPORTS
    for name in COUNT_NAMES
}
"""What each number counts."""
COUNT_LABELS: Final = {
    "reports": "Reports",
    "people_named": "People named",
    "acted": "Actions by working group or Board",
    "acted_locally": "Actions by local representatives",
    "not_a_violation": "Not a violation",
    "out_of_scope": "Out of scope",
    "warned": "Warned",
    "suspended": "Suspended",
    "banned": "Banned",
    "other": "Other",
    "no_action": "No action",
}

_HIGHEST_FIRST: Final = (
    SheetConsequence.BAN,
    SheetConsequence.SECOND_SUSPENSION,
    SheetConsequence.FIRST_SUSPENSION,
    SheetConsequence.WARNING,
    SheetConsequence.OTHER,
    SheetConsequence.NO_ACTION,
    SheetConsequence.NO_VIOLATION,
    SheetConsequence.OUT_OF_SCOPE,
    SheetConsequence.PENDING,
)
VIOLATIONS: Final = frozenset(_HIGHEST_FIRST[:5])
"""What a matter comes to only where the code was broken."""
_OF_PEOPLE: Final = {
    SheetConsequence.BAN: "banned",
    SheetConsequence.SECOND_SUSPENSION: "suspended",
    SheetConsequence.FIRST_SUSPENSION: "suspended",
    SheetConsequence.WARNING: "warned",
    SheetConsequence.OTHER: "other",
}
_OF_REPORTS: Final = {
    SheetConsequence.NO_VIOLATION: "not_a_violation",
    SheetConsequence.OUT_OF_SCOPE: "out_of_scope",
    SheetConsequence.NO_ACTION: "no_action",
}


def highest(consequences: Iterable[SheetConsequence]) -> SheetConsequence:
    """Return the gravest of them; `PENDING` where there is none."""
    return min(consequences, key=_HIGHEST_FIRST.index, default=SheetConsequence.PENDING)


def count(cases: Sequence[CountedCase], since: date, until: date) -> Counts:
    """Return the eleven numbers of the days `[since, until)`.

    A report counts on the day of its own receipt. A person counts once, however many matters of those days name them, by
    the gravest thing that came of one; a matter's people count on the day of its first report. Policy: P-10.1.
    """
    found = dict.fromkeys(COUNT_NAMES, 0)
    people: dict[str, list[SheetConsequence]] = {}
    for case in cases:
        received = sum(since <= report.received_on < until for report in case.reports)
        for name in _columns_of(case):
            found[name] += received
        if since <= case.received_on < until:
            for person in case.people:
                people.setdefault(person.who, []).append(person.consequence)
    found["people_named"] = len(people)
    for consequences in people.values():
        if (column := _OF_PEOPLE.get(highest(consequences))) is not None:
            found[column] += 1
    return Counts(**found)


def count_half_year(cases: Sequence[CountedCase], period: HalfYear) -> Counts:
    """Return the eleven numbers of half a year."""
    since = date(period.year, 1 if period.half == 1 else 7, 1)
    return count(cases, since, period.ends)


def half_years(cases: Iterable[CountedCase]) -> tuple[HalfYear, ...]:
    """Return the half years in which something was received, the newest first."""
    found = {HalfYear.of(report.received_on) for case in cases for report in case.reports}
    return tuple(sorted(found, reverse=True))


def _columns_of(case: CountedCase) -> list[str]:
    """The columns, counted in reports, in which each report of the matter counts."""
    columns = ["reports"]
    columns += ["acted"] if case.acted else []
    columns += ["acted_locally"] if case.acted_locally else []
    outcome = _OF_REPORTS.get(case.outcome)
    return [*columns, outcome] if outcome else columns
