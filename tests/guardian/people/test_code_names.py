"""Code names: random, unique, and no word that says anything about anybody."""

from collections.abc import Collection

import pytest

from guardian.people.code_names import FIRST, SECOND, FindUsed, choose_code_names

PEOPLE = """
    amber autumn basil brook clay cliff coral crystal daisy dale dawn fern flint forest ginger glen hazel heather hunter
    iris ivory ivy jade jasper jay lily martin misty olive opal pearl phoenix raven reed river robin rose rosemary rowan
    ruby sage sandy scarlet sky stone summer viola violet wren saffron garland delta clover meadow
"""


def test_each_list_holds_at_least_two_hundred_words_once() -> None:
    for words in (FIRST, SECOND):
        assert len(words) >= 200
        assert len(set(words)) == len(words)
        assert all(word.isascii() and word.isalpha() and word.islower() for word in words)


def test_no_word_is_a_persons_name() -> None:
    assert not set(PEOPLE.split()) & {*FIRST, *SECOND}


def used(names: Collection[str]) -> FindUsed:
    """Something is called by each of these names."""

    async def find_used(drawn: Collection[str]) -> Collection[str]:
        return {name for name in drawn if name in names}

    return find_used


def pairs() -> set[str]:
    """Every name of two words."""
    return {f"{one}-{other}" for one in FIRST for other in SECOND}


async def test_code_names_are_two_words_of_the_lists_and_none_twice() -> None:
    names = await choose_code_names(500, used(()))
    assert len(set(names)) == 500
    assert set(names) <= pairs()


async def test_a_code_name_that_is_taken_is_never_given_again() -> None:
    taken = set(list(pairs())[::2])
    assert not set(await choose_code_names(500, used(taken))) & taken


@pytest.mark.harm("no-report-taken-once-names-run-out")
async def test_more_people_are_named_than_there_are_pairs_of_words() -> None:
    """A raid of strangers uses up every pair; the next report needs a name all the same."""
    taken = pairs()
    names = set(await choose_code_names(200, used(taken)))
    assert len(names) == 200
    assert not names & taken
    assert all(name.count("-") == 2 for name in names)
