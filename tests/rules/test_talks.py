"""Who may be asked for a talk, when it is agreed, and that nobody sees anything of the others before it is."""

import itertools
from datetime import timedelta

import pytest

from rules.talks import (
    OwnTalkState,
    TalkAnswer,
    TalkConsent,
    is_agreed,
    may_answer_talk,
    may_ask_for_talk,
    may_hold_talk,
    own_talk_state,
)
from tests.rules.community import DAY, NOW

REPORTER = TalkConsent(is_reported=False, answer=TalkAnswer.YES, until=NOW + 7 * DAY)
PERSON = TalkConsent(is_reported=True, answer=TalkAnswer.YES, until=NOW + 7 * DAY)
ANSWERS = (None, *TalkAnswer)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, "allowed"),
        ({"closed": True}, "closed"),
        ({"running": True}, "agreed"),
        ({"withdrawn": True}, "withdrawn"),
        ({"is_told": False}, "not_heard"),
        ({"is_asked": True}, "is_asked"),
        ({"has_declined": True}, "declined"),
    ],
)
def test_who_has_said_no_or_does_not_know_of_the_matter_is_not_asked(facts: dict[str, bool], code: str) -> None:
    """P-2.12, P-3.5, P-5.3"""
    given = {"closed": False, "running": False, "is_asked": False, "has_declined": False, **facts}
    verdict = may_ask_for_talk(**given)
    assert (bool(verdict), verdict.code) == (code == "allowed", verdict.code if code == "allowed" else code)


def test_a_talk_is_agreed_once_both_sides_have_said_yes_and_their_words_still_count() -> None:
    """P-5.3"""
    assert is_agreed([REPORTER, PERSON], NOW)
    assert not is_agreed([REPORTER, PERSON], NOW + timedelta(days=7))
    assert not is_agreed([REPORTER], NOW)
    assert not is_agreed([PERSON, PERSON], NOW)
    assert not is_agreed([], NOW)


@pytest.mark.parametrize(("first", "second"), list(itertools.product(ANSWERS, ANSWERS)))
def test_without_a_yes_of_each_no_talk_is_agreed(first: TalkAnswer | None, second: TalkAnswer | None) -> None:
    """P-5.3"""
    asked = [TalkConsent(is_reported=False, answer=first, until=NOW + DAY)]
    asked += [TalkConsent(is_reported=True, answer=second, until=NOW + DAY)]
    assert is_agreed(asked, NOW) is ((first, second) == (TalkAnswer.YES, TalkAnswer.YES))


def test_only_what_is_agreed_can_be_held() -> None:
    """P-5.3"""
    assert may_hold_talk(agreed=True)
    assert not may_hold_talk(agreed=False)


@pytest.mark.parametrize(
    ("answer", "after", "facts", "state"),
    [
        (None, 0, {}, OwnTalkState.ASKED),
        (None, 7, {}, OwnTalkState.OVER),
        (TalkAnswer.YES, 0, {}, OwnTalkState.CONSENTED),
        (TalkAnswer.YES, 7, {}, OwnTalkState.OVER),
        (TalkAnswer.YES, 0, {"agreed": True}, OwnTalkState.AGREED),
        (TalkAnswer.YES, 7, {"agreed": True}, OwnTalkState.AGREED),
        (TalkAnswer.YES, 7, {"held": True}, OwnTalkState.HELD),
        (TalkAnswer.YES, 0, {"called_off": True}, OwnTalkState.OVER),
        (TalkAnswer.NO, 0, {}, OwnTalkState.DECLINED),
        (TalkAnswer.NO, 7, {}, OwnTalkState.DECLINED),
        (TalkAnswer.WITHDRAWN, 0, {"called_off": True}, OwnTalkState.WITHDRAWN),
    ],
)
def test_how_it_stands_for_one_of_them(
    answer: TalkAnswer | None, after: int, facts: dict[str, bool], state: OwnTalkState
) -> None:
    """P-5.3"""
    own = TalkConsent(is_reported=True, answer=answer, until=NOW + 7 * DAY)
    given = {"agreed": False, "held": False, "called_off": False, **facts}
    assert own_talk_state(own, NOW + after * DAY, **given) is state


@pytest.mark.parametrize("state", OwnTalkState)
def test_a_yes_can_be_taken_back_until_the_talk_has_taken_place_and_nothing_else_changes(state: OwnTalkState) -> None:
    """P-5.3"""
    allowed = {answer for answer in TalkAnswer if may_answer_talk(state, answer)}
    if state is OwnTalkState.ASKED:
        assert allowed == {TalkAnswer.YES, TalkAnswer.NO}
    elif state in (OwnTalkState.CONSENTED, OwnTalkState.AGREED):
        assert allowed == {TalkAnswer.WITHDRAWN}
    else:
        assert allowed == set()
