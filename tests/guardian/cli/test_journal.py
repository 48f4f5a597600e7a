"""`guardian journal verify`: whole or not, the first bad entry by its number, and what was noted outside."""

import json
import re
import sqlite3

import pytest

from tests.guardian.cli.conftest import Commands


def change(founded: Commands, statement: str) -> None:
    """Carry out the statement as somebody who has the database file and nothing else."""
    with sqlite3.connect(founded.folder / "data" / "guardian.sqlite") as connection:
        connection.execute(statement)
    connection.close()


def head(founded: Commands) -> str:
    return str(json.loads(founded.give("journal", "verify", "--json").out)["head"])


def test_a_whole_journal_is_said_to_be_whole_with_its_last_entry(founded: Commands) -> None:
    ended = founded.give("journal", "verify")
    assert ended.code == 0, ended.err
    assert "The journal is whole" in ended.out
    assert re.search(r"\n?Its last entry: [0-9]+:[0-9a-f]{64}\n", ended.out)


@pytest.mark.harm("history-rewritten")
def test_the_first_entry_that_was_changed_is_named(founded: Commands) -> None:
    """Policy: P-9.8."""
    change(founded, "UPDATE journal SET at = at + 1 WHERE position = 2")
    ended = founded.give("journal", "verify")
    assert ended.code == 1
    assert ended.out.splitlines()[:2] == [
        "The journal is NOT whole.",
        "Entry 2 does not bear the code that the service gives its entries.",
    ]


@pytest.mark.harm("access-given-past-the-journal")
def test_a_seat_that_was_changed_in_the_file_is_named_without_whose_it_is(founded: Commands) -> None:
    """Policy: P-9.8."""
    change(founded, "UPDATE members SET ended_at = 1")
    ended = founded.give("journal", "verify")
    assert ended.code == 1
    assert "the last that changed the seats of a member; they were changed since" in ended.out
    assert "Ann Able" not in ended.out


@pytest.mark.harm("history-cut-off")
def test_a_journal_without_its_last_acts_does_not_fit_what_was_noted_outside(founded: Commands) -> None:
    """Policy: P-9.8."""
    before = head(founded)
    founded.give("status")
    noted = head(founded)
    assert founded.give("journal", "verify", "--anchor", noted).code == 0
    position, mac = before.split(":")
    change(founded, f"DELETE FROM journal WHERE position > {position}")
    change(founded, f"UPDATE journal_head SET position = {position}, mac = '{mac}'")
    ended = founded.give("journal", "verify", "--anchor", noted)
    assert ended.code == 1
    assert f"Entry {noted.split(':')[0]} is gone: it stood when the head was noted elsewhere." in ended.out


def test_what_is_no_anchor_is_refused_in_words(founded: Commands) -> None:
    ended = founded.give("journal", "verify", "--anchor", "4711")
    assert ended.code == 1
    assert "'4711' is no anchor: copy the whole line with the colon." in ended.err
