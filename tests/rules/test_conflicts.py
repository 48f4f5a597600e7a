"""Who may know a case: exclusion, holding out, recusal, and answers that give nothing away (P-2.5, P-4.1 to P-4.3)."""

import pytest

from rules.conflicts import (
    ConflictIndicators,
    ConflictStatus,
    Speaker,
    WordsEffect,
    board_only,
    conflict_statuses,
    effect_of_words,
    may_admit,
    may_recuse,
    stricter,
    voters,
    who_may_know,
)
from rules.name_matching import KnownNames
from tests.rules.community import DJANGO

CLEAR, RECUSED, HELD_OUT, EXCLUDED = ConflictStatus
PEOPLE = [KnownNames("ada", ("Ada",)), KnownNames("bo", ("Borislav",), ("bo99",)), KnownNames("cy", ("Cyrus",))]
NOTHING: ConflictIndicators[str] = ConflictIndicators()
MEMBERS = frozenset({"ada", "bo", "cy"})


@pytest.mark.parametrize(
    ("indicators", "ada"),
    [
        (NOTHING, CLEAR),
        (ConflictIndicators(picked=frozenset({"ada"})), EXCLUDED),
        (ConflictIndicators(authors=frozenset({"ada"})), EXCLUDED),
        (ConflictIndicators(linked=frozenset({"ada"})), HELD_OUT),
        (ConflictIndicators(texts=("it happened", "and Ada saw it")), HELD_OUT),
        (ConflictIndicators(picked=frozenset({"ada"}), texts=("Ada",)), EXCLUDED),
        (ConflictIndicators(picked=frozenset({"bo"})), CLEAR),
    ],
)
def test_picked_or_author_is_excluded_and_merely_mentioned_is_held_out(
    indicators: ConflictIndicators[str], ada: ConflictStatus
) -> None:
    """P-2.5."""
    assert conflict_statuses(indicators, PEOPLE, DJANGO)["ada"] is ada


@pytest.mark.parametrize(
    ("speaker", "indicated", "takes_part", "effect"),
    [
        (Speaker.REPORTER, EXCLUDED, True, WordsEffect.EXCLUSION),
        (Speaker.REPORTER, HELD_OUT, False, WordsEffect.EXCLUSION),
        (Speaker.REPORTER, HELD_OUT, True, WordsEffect.CLAIM),
        (Speaker.MEMBER, HELD_OUT, True, WordsEffect.EXCLUSION),
        (Speaker.OTHER, HELD_OUT, False, WordsEffect.CLAIM),
        (Speaker.OTHER, EXCLUDED, True, WordsEffect.CLAIM),
        (Speaker.OTHER, CLEAR, True, WordsEffect.NOTHING),
    ],
)
def test_only_a_reporters_words_and_what_a_member_has_read_keep_anybody_out(
    speaker: Speaker, indicated: ConflictStatus, effect: WordsEffect, *, takes_part: bool
) -> None:
    """P-2.5: the accused does not choose who judges."""
    assert effect_of_words(indicated, CLEAR, speaker, takes_part=takes_part) is effect


@pytest.mark.parametrize("speaker", Speaker)
def test_words_never_open_a_case_to_whoever_is_kept_out_of_it(speaker: Speaker) -> None:
    """P-2.5"""
    assert effect_of_words(HELD_OUT, EXCLUDED, speaker, takes_part=False) is WordsEffect.NOTHING


def test_held_out_counts_towards_quorum_and_a_decided_conflict_does_not() -> None:
    """P-2.5, P-4.3"""
    assert voters(MEMBERS, {"ada": HELD_OUT, "bo": EXCLUDED, "cy": RECUSED}) == MEMBERS - {"bo", "cy"}


@pytest.mark.parametrize("one", ConflictStatus)
@pytest.mark.parametrize("other", ConflictStatus)
def test_of_two_standings_the_one_that_shows_less_holds(one: ConflictStatus, other: ConflictStatus) -> None:
    """P-4.2."""
    shows_less = [CLEAR, RECUSED, HELD_OUT, EXCLUDED]
    assert stricter(one, other) is shows_less[max(shows_less.index(one), shows_less.index(other))]


@pytest.mark.parametrize(
    ("statuses", "board"),
    [
        ({}, False),
        ({"ada": EXCLUDED}, True),
        ({"ada": HELD_OUT}, True),
        ({"ada": RECUSED}, True),
        ({"bo": EXCLUDED}, False),
        ({"bo": EXCLUDED, "cy": RECUSED}, True),
        ({"bo": EXCLUDED, "cy": HELD_OUT}, False),
    ],
)
def test_it_goes_to_the_board_alone_without_a_free_chair_or_two_members(
    statuses: dict[str, ConflictStatus], board: bool
) -> None:
    """P-2.5."""
    assert board_only(MEMBERS, frozenset({"ada"}), statuses, DJANGO) is board


def test_where_no_chair_was_asked_for_only_the_number_of_members_counts() -> None:
    """P-2.5."""
    assert not board_only(MEMBERS, frozenset(), {"ada": EXCLUDED}, DJANGO)
    assert board_only(MEMBERS, frozenset(), {"ada": EXCLUDED, "bo": EXCLUDED}, DJANGO)


def test_a_second_chair_keeps_the_matter_in_the_group() -> None:
    """P-2.5."""
    assert not board_only(MEMBERS, frozenset({"ada", "bo"}), {"ada": EXCLUDED}, DJANGO)


@pytest.mark.parametrize("status", ConflictStatus)
def test_only_members_without_a_conflict_may_know(status: ConflictStatus) -> None:
    """P-4.3."""
    assert ("ada" in who_may_know(MEMBERS, {"ada": status})) is (status is CLEAR)


@pytest.mark.parametrize(
    ("by", "about", "reason", "code"),
    [
        ("ada", "bo", "only a witness", "allowed"),
        ("ada", "bo", "  ", "no_reason"),
        ("ada", "cy", "only a witness", "excluded"),
        ("ada", "di", "only a witness", "not_held_out"),
        ("bo", "bo", "only a witness", "not_found"),
        ("di", "bo", "only a witness", "not_found"),
    ],
)
def test_a_decider_who_is_not_mentioned_admits_with_a_reason(by: str, about: str, reason: str, code: str) -> None:
    """P-2.5."""
    statuses = {"bo": HELD_OUT, "cy": EXCLUDED}
    assert may_admit(by, about, frozenset({"ada", "bo"}), statuses, reason).code == code


@pytest.mark.parametrize(
    ("by", "about", "reason", "code"),
    [
        ("bo", "bo", "same employer", "allowed"),
        ("bo", "bo", "", "no_reason"),
        ("ada", "bo", "same employer", "allowed"),
        ("bo", "ada", "same employer", "not_decider"),
        ("cy", "cy", "same employer", "not_found"),
        ("ada", "cy", "same employer", "not_taking_part"),
    ],
)
def test_a_member_steps_back_at_once_and_another_by_the_chairs_word(
    by: str, about: str, reason: str, code: str
) -> None:
    """P-4.1."""
    assert may_recuse(by, about, frozenset({"ada"}), {"cy": RECUSED}, reason).code == code
