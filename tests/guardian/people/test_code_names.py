"""Code names: random, unique, and no word that says anything about anybody."""

from guardian.people.code_names import FIRST, SECOND, generate_code_name

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


def test_a_code_name_is_two_words_of_the_lists() -> None:
    one, _, other = generate_code_name(()).partition("-")
    assert one in FIRST
    assert other in SECOND


def test_a_code_name_that_is_taken_is_never_given_again() -> None:
    free = f"{FIRST[3]}-{SECOND[5]}"
    taken = {f"{one}-{other}" for one in FIRST for other in SECOND} - {free}
    assert generate_code_name(taken) == free
