"""The steps of a decision: none is passed over in silence (P-2.12, P-3.5, P-5.4 to P-5.6, P-5.8)."""

import itertools

import pytest

from rules.procedure import (
    SKIPPABLE,
    Confirmable,
    Step,
    Unsaid,
    may_begin_hearing,
    may_close,
    may_confirm,
    may_contact_reported,
    may_enact,
    may_enact_unread,
    may_skip,
    steps_missing_before_enactment,
)
from tests.rules.community import NOW, after

HEARING, FEEDBACK = Step.HEARING, Step.FEEDBACK


@pytest.mark.parametrize(
    ("over", "about_person", "was_asked", "still_open"),
    [
        ({HEARING, FEEDBACK}, True, True, ()),
        ({HEARING}, True, True, (FEEDBACK,)),
        ({FEEDBACK}, True, False, (HEARING,)),
        (set(), True, False, (HEARING, FEEDBACK)),
        ({HEARING, FEEDBACK}, True, False, (HEARING,)),
        ({FEEDBACK}, False, False, ()),
        (set(), False, False, (FEEDBACK,)),
        (set(Step) - {HEARING}, True, True, (HEARING,)),
    ],
)
def test_enactment_waits_for_the_hearing_of_this_very_person_and_for_the_reporters_views(
    over: set[Step], about_person: bool, was_asked: bool, still_open: tuple[Step, ...]
) -> None:
    """P-3.5, P-5.4."""
    found = steps_missing_before_enactment(over, answers_request=False, about_person=about_person, was_asked=was_asked)
    assert found == still_open
    assert bool(may_enact(found)) is (still_open == ())


@pytest.mark.parametrize(("about_person", "was_asked"), list(itertools.product([True, False], repeat=2)))
def test_the_answer_to_a_request_waits_for_no_hearing(about_person: bool, was_asked: bool) -> None:
    """P-6.2."""
    waits = steps_missing_before_enactment(set(), answers_request=True, about_person=about_person, was_asked=was_asked)
    assert waits == ()


def test_what_is_still_open_is_said_with_the_way_out() -> None:
    """P-5.5."""
    verdict = may_enact((HEARING, FEEDBACK))
    assert (verdict.code, verdict.rule) == ("steps_missing", "P-5.5")
    assert "the person has not been heard, and the reporters have not been asked" in verdict.sentence


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("reason", ["in danger", " "])
def test_skipping_a_step_takes_a_reason_and_not_every_step_can_be_skipped(step: Step, reason: str) -> None:
    """P-5.5, P-8.5."""
    wanted = "no_reason" if not reason.strip() else "allowed" if step in SKIPPABLE else "not_skippable"
    assert may_skip(step, reason).code == wanted


def test_enacting_and_the_boards_report_are_never_skipped() -> None:
    """P-5.5, P-8.5."""
    assert set(Step) - SKIPPABLE == {Step.ENACT, Step.BOARD_REPORT}


@pytest.mark.parametrize(
    ("what", "code", "rule"),
    [
        (Confirmable.SKIP, "own_skip", "P-5.5"),
        (Confirmable.TEXT, "own_draft", "P-5.6"),
        (Confirmable.BOARD_ANSWER, "own_answer", "P-8.4"),
        (Confirmable.MOTION, "own_answer", "P-5.1"),
        (Confirmable.LINK, "same_member", "P-6.4"),
        (Confirmable.ACT, "own_act", "P-7.5"),
    ],
)
def test_nobody_is_their_own_second(what: Confirmable, code: str, rule: str) -> None:
    """P-5.1, P-5.5, P-5.6, P-6.4, P-7.5, P-8.4."""
    assert may_confirm(what, "B", "A")
    own = may_confirm(what, "A", "A")
    assert (bool(own), own.code, own.rule) == (False, code, rule)


@pytest.mark.parametrize(
    ("closed", "asked_to_wait", "code"),
    [
        (False, False, "allowed"),
        (False, True, "do_not_contact"),
        (True, False, "closed"),
        (True, True, "closed"),
    ],
)
def test_the_reported_person_is_not_contacted_while_a_reporter_asks_to_wait(
    closed: bool, asked_to_wait: bool, code: str
) -> None:
    """P-2.12, P-3.5."""
    assert may_contact_reported(closed=closed, asked_to_wait=asked_to_wait).code == code


@pytest.mark.parametrize(
    ("undecided", "told", "open_in", "days", "code"),
    [
        ((), True, (), 1, "allowed"),
        (("ash",), True, (), 1, "person_undecided"),
        ((), False, (), 1, "to_tell"),
        ((), True, ("forum",), 1, "not_in_force"),
        ((), False, ("forum",), 1, "to_tell"),
        ((), True, (), 0, "past"),
    ],
)
def test_a_case_closes_when_all_of_it_is_done(
    undecided: tuple[str, ...], told: bool, open_in: tuple[str, ...], days: int, code: str
) -> None:
    """P-5.8."""
    verdict = may_close(
        undecided=undecided, is_notified=told, unconfirmed_in=open_in, review_on=after(days=days), now=NOW
    )
    assert verdict.code == code


def test_the_spaces_that_keep_a_case_open_are_named() -> None:
    """P-5.8, P-6.1."""
    open_in, day = ("forum", "github"), after(days=1)
    verdict = may_close(undecided=(), is_notified=True, unconfirmed_in=open_in, review_on=day, now=NOW)
    assert "forum, github does not confirm it" in verdict.sentence


def test_a_decision_whose_words_nobody_read_is_enacted_only_by_somebody_who_was_told_what_stays_unsaid() -> None:
    """P-5.6"""
    unread = may_enact_unread((Unsaid.BEHAVIOUR,), confirmed=False)
    assert not unread
    assert unread.code == "letter_unread"
    assert may_enact_unread((Unsaid.BEHAVIOUR,), confirmed=True)
    assert may_enact_unread((), confirmed=False)


def test_a_person_is_asked_only_once_they_learn_for_what() -> None:
    """P-5.5: unless two members left it out."""
    assert not may_begin_hearing(has_read_words=False, words_skipped=False)
    assert may_begin_hearing(has_read_words=True, words_skipped=False)
    assert may_begin_hearing(has_read_words=False, words_skipped=True)
