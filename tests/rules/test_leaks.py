"""What a second reader is shown of a text that may give somebody away: names, own words, places, times, pronouns."""

import pytest

from rules.leaks import LeakKind, ProtectedFacts, find_leaks
from tests.rules.community import DJANGO

FACTS = ProtectedFacts(
    names=("wren_castillo", "Željka"),
    places=("in the corridor of the annex",),
    words=("They told me to go back where I came from, twice.",),
)


def marked(text: str, facts: ProtectedFacts = FACTS) -> list[tuple[LeakKind, str]]:
    return [(leak.kind, text[leak.start : leak.end]) for leak in find_leaks(text, facts, DJANGO.conflicts)]


@pytest.mark.harm("reporter-recognised-by-a-letter")
@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Wren was there.", LeakKind.NAME, "Wren"),
        ("Zeljka was there.", LeakKind.NAME, "Zeljka"),
        ("You said to go back where I came from.", LeakKind.PHRASE, "to go back where I came from"),
        ("It was in the annex.", LeakKind.PLACE, "annex"),
        ("It was in #help.", LeakKind.PLACE, "#help"),
        ("On Tuesday.", LeakKind.TIME, "Tuesday"),
        ("At 18:30.", LeakKind.TIME, "18:30"),
        ("On 3 March.", LeakKind.TIME, "3 March"),
        ("You insulted her.", LeakKind.PRONOUN, "her"),
        ("Sie haben ihm geschrieben.", LeakKind.PRONOUN, "ihm"),
    ],
)
def test_what_may_give_somebody_away_is_marked(text: str, kind: LeakKind, words: str) -> None:
    """P-5.6, P-2.6"""
    assert (kind, words) in marked(text)


def test_a_name_in_other_letters_is_marked_without_a_place() -> None:
    assert (LeakKind.NAME, "") in marked("Там был Борис Петров.", ProtectedFacts(names=("Boris Petrov",)))


def test_a_text_without_anything_of_theirs_bears_no_mark() -> None:
    assert marked("You insulted people who asked for help. Please do not do so again.") == []


def test_three_words_in_a_row_are_nobodys_own() -> None:
    assert marked("Please go back where it began.") == []
