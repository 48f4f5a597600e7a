"""The thief: somebody with the SQLite file of a lived-in community and nothing else, who looks for who is in which case.

The thief knows how Guardian works, tries every join between any two columns, and looks at the length of what is sealed.
"""

import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Container, Iterable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guardian.spaces.port import Account
from tests.builders.community import DISCORD, Community, a_community
from tests.guardian.test_canaries import lived_through

SHORTEST_ID = 20
"""Shorter values (kinds, states, names of spaces) join everything with everything, unless they are some row's own key."""


@dataclass(frozen=True, slots=True)
class StolenRow:
    """A row with what stands in it, as far as it could be an id."""

    table: str
    values: frozenset[str | bytes]


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path) as opened:
        yield opened


def steal(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(folder / "guardian.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')] for name in names}


def ids_of(row: dict[str, Any], keys: Container[object]) -> frozenset[str | bytes]:
    """The values of a row by which it may be joined: texts and their parts, bytes, and which key a value is sealed by."""
    texts = [value for value in row.values() if isinstance(value, str)]
    parts = [part for text in texts for part in text.replace("/", " ").split()]
    sealed = [value for value in row.values() if isinstance(value, bytes)]
    key_ids = [str(UUID(bytes=value[1:17])) for value in sealed if len(value) > 16]
    found: list[str | bytes] = [*texts, *parts, *sealed, *key_ids]
    return frozenset(each for each in found if each in keys or len(each) >= SHORTEST_ID)


def joined_to(start: Iterable[str], stolen: dict[str, list[dict[str, Any]]]) -> dict[str | bytes, str]:
    """Everything that can be reached from these values by any number of joins, each with the way there."""
    keys = {row["id"] for found in stolen.values() for row in found if "id" in row}
    rows = [StolenRow(table, ids_of(row, keys)) for table, found in stolen.items() for row in found]
    by_value: dict[str | bytes, list[StolenRow]] = defaultdict(list)
    for row in rows:
        for value in row.values:
            by_value[value].append(row)
    reached: dict[str | bytes, str] = dict.fromkeys(start, "")
    waiting: list[str | bytes] = list(reached)
    while waiting:
        value = waiting.pop()
        for row in by_value[value]:
            for other in row.values - reached.keys():
                reached[other] = f"{reached[value]} > {row.table}"
                waiting.append(other)
    return reached


@pytest.mark.harm("who-in-which-case")
async def test_no_join_leads_from_a_case_to_a_member_a_person_or_an_account(
    community: Community, tmp_path: Path
) -> None:
    """P-2.6, P-2.11: ids stand apart from cases, or have another pseudonym in each."""
    await lived_through(community)
    stolen = steal(tmp_path)
    reached = joined_to([row["id"] for row in stolen["cases"]], stolen)
    who = {row["id"]: table for table in ("members", "people", "accounts") for row in stolen[table]}
    assert {row["id"] for row in stolen["reports"]} <= reached.keys(), "the thief knows how to join"
    assert {row["id"] for row in stolen["accounts"]} <= joined_to(
        [row["id"] for row in stolen["people"]], stolen
    ).keys()
    assert len(who) > 10
    assert {f"{who[value]}: {way}" for value, way in reached.items() if value in who} == set()


@pytest.mark.harm("who-in-which-case")
async def test_no_join_leads_from_what_stands_in_a_platform_s_record_to_anything(
    community: Community, tmp_path: Path
) -> None:
    """P-3.1: the reference is public; what it stands for needs the key ring."""
    await lived_through(community)
    async with community.units_of_work.read() as view:
        references = [sanction.reference for sanction in await view.sanctions.unlifted()]
        people = [sanction.person for sanction in await view.sanctions.unlifted()]
        references += [each.reference for person in people for each in await view.sanctions.of_person(person)]
    stolen = steal(tmp_path)
    content = repr(stolen)
    assert stolen["sanctions"]
    assert [reference for reference in references if reference in content] == []


@pytest.mark.harm("ballot-read-by-its-length")
async def test_a_ballot_with_a_long_reason_is_as_long_as_one_without(community: Community, tmp_path: Path) -> None:
    """P-4.2"""
    await lived_through(community)
    stolen = steal(tmp_path)
    assert len(stolen["ballots"]) > 1
    assert {len(row["sealed"]) for row in stolen["ballots"]} == {4096 + 1 + 16 + 12 + 16}


@pytest.mark.harm("who-in-which-case")
async def test_two_reports_of_one_reporter_cannot_be_told_to_be_one_s(community: Community, tmp_path: Path) -> None:
    """P-2.6"""
    reporter = Account(DISCORD, "700000000000000077")
    for words in ("Insults in the help channel.", "Something quite different, elsewhere."):
        await community.a_case(what_happened=words, reporter=reporter, reporter_handle="jo")
    stolen = steal(tmp_path)
    first, second = [row["case_id"] for row in stolen["reports"]]
    digests = defaultdict(set)
    for row in stolen["blind_indexes"]:
        digests[row["scope_id"]].add(row["digest"])
    assert digests[first]
    assert digests[second]
    assert digests[first] & digests[second] == set()
    assert joined_to([first], stolen).get(second) is None
    async with community.units_of_work.read() as view:
        assert len(await view.cases.reports_from(reporter)) == 2


@pytest.mark.harm("who-in-which-case")
async def test_a_member_s_pseudonyms_differ_from_case_to_case(community: Community, tmp_path: Path) -> None:
    """P-2.5"""
    for words in ("Dmitri Volkov insulted me.", "Dmitri Volkov did it again, elsewhere."):
        await community.a_case(what_happened=words, who="Dmitri Volkov")
    excluded = [(row["case_id"], row["member_id"]) for row in steal(tmp_path)["exclusions"]]
    assert len({case for case, _ in excluded}) == 2
    assert len({pseudonym for _, pseudonym in excluded}) == len(excluded)


@pytest.mark.harm("who-in-which-case")
async def test_what_was_delivered_cannot_be_tried_out(community: Community, tmp_path: Path) -> None:
    """P-2.6: the ids of a platform's messages are known to many, and there are few of them."""
    await community.a_case(delivery="post-4711")
    content = repr(steal(tmp_path)["deliveries"])
    guesses = [sha256(text.encode()).hexdigest() for text in ("post-4711", "page\npost-4711", "discord\npost-4711")]
    assert [guess for guess in guesses if guess in content] == []
