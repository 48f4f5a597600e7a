"""The numbers of a half year, of 500 reports and of very few, are those that somebody else counts from the same rows.

The few are the totals that the Django community has published for its years 2015 to 2025, in the six columns that it had;
for 2023 it has published none. Policy: P-10.1.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from guardian.sandbox.console_member import ConsoleMember
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.older_sheet import OlderRow, write_csv

SMALL: Final = "the totals that a community has published for its small years come out as they were published"
LARGE: Final = "a year of 500 reports gives the numbers of an independent count, each half year its own"
FROZEN: Final = "what is published stays as it is when an older row turns up afterwards"
_YEAR: Final = 2014
_REPORTS: Final = 500
_OF_PEOPLE: Final = ("Warning", "First suspension", "Second suspension", "Ban", "Other")
_OF_REPORTS: Final = ("Not a violation", "Out of scope", "No action taken")
_COLUMN: Final = {
    "Warning": "Warned",
    "First suspension": "Suspended",
    "Second suspension": "Suspended",
    "Ban": "Banned",
    "Other": "Other",
    "Not a violation": "Not a violation",
    "Out of scope": "Out of scope",
    "No action taken": "No action",
}
_GRAVEST: Final = ("Ban", "Second suspension", "First suspension", "Warning", "Other", *_OF_REPORTS)

Counted = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PublishedYear:
    """A year as it was published: reports, people named, actions by the group and on the spot, banned, and no action.

    What of the eleven numbers is not here was not published of the year, so nothing is held against it.
    """

    year: int
    reports: int
    people: int
    acted: int
    acted_locally: int
    banned: int
    no_action: int


_FIELDS: Final = ("year", "reports", "people", "acted", "acted_locally", "banned", "no_action")
PUBLISHED: Final = tuple(
    PublishedYear(**dict(zip(_FIELDS, each, strict=True)))
    for each in (
        (2015, 11, 14, 1, 6, 1, 4),
        (2016, 13, 10, 2, 11, 1, 1),
        (2017, 13, 6, 3, 7, 1, 1),
        (2018, 6, 4, 0, 6, 0, 0),
        (2019, 1, 0, 1, 0, 0, 0),
        (2020, 4, 1, 3, 1, 1, 0),
        (2021, 6, 1, 3, 2, 0, 2),
        (2022, 2, 1, 1, 1, 0, 0),
        (2024, 10, 9, 4, 2, 2, 4),
        (2025, 4, 4, 2, 1, 2, 1),
    )
)


async def play(context: StoryContext) -> None:
    """The chair takes the rows in, reads the numbers, and publishes one half year."""
    async with context.open_stage() as stage:
        chair = stage.group.at_console(stage["nadia"])
        large = tuple(_large_year())
        await _take_in(chair, [*(row for each in PUBLISHED for row in _rows_of(each)), *large])
        shown = await _shown(chair)
        small = {each.year: _published_numbers(each) for each in PUBLISHED}
        stage.checks.check_equal(SMALL, {year: _as_published(shown[f"{year}-1"]) for year in small}, small)
        halves = {f"{_YEAR}-{half}": _count(large, half) for half in (1, 2)}
        stage.checks.check_equal(LARGE, {half: shown[half] for half in halves}, halves)
        await chair.submit("/console/records/statistics", f"Publish {_YEAR}-1 for good")
        await _take_in(chair, [OlderRow(f"{_YEAR}-02-03", "late-ledger", "late-larch", "Ban")])
        stage.checks.check_equal(FROZEN, (await _shown(chair))[f"{_YEAR}-1"], halves[f"{_YEAR}-1"])


async def _take_in(chair: ConsoleMember, rows: Sequence[OlderRow]) -> None:
    seen = await chair.upload("/console/records/import", "Show what it would do", "sheet.csv", write_csv(rows))
    await chair.press(seen, "Take these rows in")


async def _shown(chair: ConsoleMember) -> Mapping[str, Counted]:
    """The numbers of each half year, as the file has them that members take out."""
    text = (await chair.open("/console/records/statistics/table.csv")).text
    lines = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    return {line["Half year"]: {name: int(line[name]) for name in _NUMBERS} for line in lines}


_NUMBERS: Final = (
    "Reports",
    "People named",
    "Actions by working group or Board",
    "Actions by local representatives",
    *dict.fromkeys(_COLUMN.values()),
)


# -- years as they were published


def _rows_of(year: PublishedYear) -> Iterator[OlderRow]:
    """Rows that come to the published totals; the people are spread over the reports as evenly as can be."""
    people = [f"person-{year.year}-{number}" for number in range(year.people)]
    for number in range(year.reports):
        named = people[number :: year.reports] or [""]
        rest = year.reports - year.no_action
        facts = (number < year.acted, year.acted <= number < year.acted + year.acted_locally)
        for person in named:
            consequence = "No action taken" if number >= rest else "Not a violation"
            consequence = "Ban" if person in people[: year.banned] else consequence
            yield OlderRow(f"{year.year}-03-04", f"case-{year.year}-{number}", person, consequence, facts)


def _as_published(shown: Counted) -> Counted:
    return {name: shown[name] for name in (*_NUMBERS[:4], "Banned", "No action")}


def _published_numbers(year: PublishedYear) -> Counted:
    counted = (year.reports, year.people, year.acted, year.acted_locally, year.banned, year.no_action)
    return dict(zip((*_NUMBERS[:4], "Banned", "No action"), counted, strict=True))


# -- a large year


def _large_year() -> Iterator[OlderRow]:
    """Rows of 500 reports, each drawn from the digest of its number: some name nobody, some two people."""
    for number in range(_REPORTS):
        drawn = sha256(str(number).encode()).digest()
        received = f"{_YEAR}-{drawn[0] % 12 + 1:02}-{drawn[1] % 28 + 1:02}"
        facts = (drawn[2] % 2 == 0, drawn[3] % 5 == 0)
        if drawn[4] % 3 == 0:
            yield OlderRow(received, f"year-{number}", "", _OF_REPORTS[drawn[5] % 3], facts)
            continue
        for each in range(2 if drawn[6] % 4 == 0 else 1):
            outcome = (*_OF_PEOPLE, *_OF_REPORTS)[drawn[7 + each] % 8]
            yield OlderRow(received, f"year-{number}", f"somebody-{(drawn[9] + each) % 150}", outcome, facts)


def _count(rows: Sequence[OlderRow], half: int) -> Counted:
    """Count with nothing of the product's: each number as its rule says it, one after the other."""
    ours = [row for row in rows if (int(row.received[5:7]) > 6) == (half == 2)]
    cases = {row.case: [each for each in ours if each.case == row.case] for row in ours}
    people = {row.person: [each.consequence for each in ours if each.person == row.person] for row in ours}
    people.pop("", None)
    gravest = [next(each for each in _GRAVEST if each in found) for found in people.values()]
    whole = [found[0].consequence for found in cases.values() if len({row.consequence for row in found}) == 1]
    by_person = [_COLUMN[each] for each in gravest if each in _OF_PEOPLE]
    by_case = [_COLUMN[each] for each in whole if each in _OF_REPORTS]
    return {
        "Reports": len(cases),
        "People named": len(people),
        "Actions by working group or Board": sum(found[0].actions[0] for found in cases.values()),
        "Actions by local representatives": sum(found[0].actions[1] for found in cases.values()),
        **{name: (by_person + by_case).count(name) for name in dict.fromkeys(_COLUMN.values())},
    }


STORY: Final = Story(
    "statistics-half-year", "the numbers of half a year, large and very small, are counted right", play
)
