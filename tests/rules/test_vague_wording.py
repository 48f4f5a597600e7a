"""Words of the sheet that tell a gender, a person or a story are marked, and vague ones are not."""

import pytest

from rules.vague_wording import WordingFault, find_telling_words


@pytest.mark.harm("sheet-says-who")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Talked with him", WordingFault.GENDERED),
        ("asked the woman to stop", WordingFault.GENDERED),
        ("Gespräch mit ihm", WordingFault.GENDERED),
        ("wrote to ann@example.org", WordingFault.IDENTIFYING),
        ("asked @grumbler42 to stop", WordingFault.IDENTIFYING),
        ("see https://example.org/post/1", WordingFault.IDENTIFYING),
        ("account 700000000000000001", WordingFault.IDENTIFYING),
        ("a talk with Ann Example was held", WordingFault.IDENTIFYING),
        ("grumbler agreed", WordingFault.IDENTIFYING),
        ("said “you are fools” again", WordingFault.DETAILED),
        ("at 14:30 in the help channel", WordingFault.DETAILED),
        ("a " * 20, WordingFault.DETAILED),
    ],
)
def test_words_that_say_too_much_are_marked(text: str, fault: WordingFault) -> None:
    """P-9.1"""
    assert fault in {mark.fault for mark in find_telling_words(text, ["grumbler"])}


@pytest.mark.parametrize("text", ["", "talked with both", "Event team asked them to leave", "Referred to the forum"])
def test_vague_words_are_left_alone(text: str) -> None:
    """P-9.1"""
    assert find_telling_words(text, ["grumbler", "Ann Example"]) == ()
