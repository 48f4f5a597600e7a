"""The steps of a decision: none is passed over in silence (P-2.12, P-3.5, P-5.4 to P-5.6, P-5.8)."""

import itertools

import pytest

from rules.steps import (
    ContactIsSafe,
    Progress,
    Step,
    may_close,
    may_confirm,
    may_contact_reported,
    may_enact,
    may_skip,
)

MEMBERS = frozenset("ABC")


@pytest.mark.parametrize("progress", list(itertools.product(Progress, repeat=3)))
def test_enactment_waits_for_hearing_agreement_and_feedback(progress: tuple[Progress, ...]) -> None:
    """P-3.5, P-5.4."""
    steps = dict(zip((Step.HEARING, Step.AGREEMENT, Step.FEEDBACK), progress, strict=True))
    assert bool(may_enact(steps)) is (Progress.OPEN not in progress)


def test_a_step_that_nobody_began_is_open() -> None:
    """P-5.5."""
    verdict = may_enact({Step.AGREEMENT: Progress.DONE})
    assert verdict.sentence == "Still open before this can be enacted: the hearing, the answers to the proposal."


@pytest.mark.parametrize(
    ("by", "second", "reason", "code"),
    [
        ("A", "B", "in danger", "allowed"),
        ("A", "A", "in danger", "needs_second"),
        ("A", None, "in danger", "needs_second"),
        ("A", "Z", "in danger", "needs_second"),
        ("A", "B", " ", "no_reason"),
        ("Z", "B", "in danger", "not_counted"),
    ],
)
@pytest.mark.parametrize("step", [step for step in Step if step is not Step.AGREEMENT])
def test_skipping_a_step_takes_a_reason_and_a_second_member(
    step: Step, by: str, second: str | None, reason: str, code: str
) -> None:
    """P-5.5."""
    assert may_skip(step, by, second, MEMBERS, reason).code == code


def test_agreement_is_never_skipped() -> None:
    """P-5.1."""
    assert may_skip(Step.AGREEMENT, "A", "B", MEMBERS, "in danger").code == "agreement"


def test_nobody_is_their_own_second_reader() -> None:
    """P-5.6."""
    assert may_confirm("B", "A", MEMBERS, "P-5.6")
    assert may_confirm("A", "A", MEMBERS, "P-5.6").rule == "P-5.6"
    assert not may_confirm("A", "A", MEMBERS, "P-5.6")


@pytest.mark.parametrize(
    ("safe", "safety_measure", "code"),
    [
        (ContactIsSafe.SAFE, False, "allowed"),
        (ContactIsSafe.NOT_ASKED, False, "not_asked"),
        (ContactIsSafe.NOT_YET, False, "not_yet"),
        (ContactIsSafe.NOT_ASKED, True, "allowed"),
        (ContactIsSafe.NOT_YET, True, "allowed"),
    ],
)
def test_the_reporter_is_asked_before_the_reported_person_is_contacted(
    safe: ContactIsSafe, safety_measure: bool, code: str
) -> None:
    """P-3.5, P-2.12."""
    assert may_contact_reported(safe, safety_measure=safety_measure).code == code


@pytest.mark.parametrize(
    ("in_force", "told", "dated", "code"),
    [
        (True, True, True, "allowed"),
        (False, True, True, "not_in_force"),
        (True, False, True, "reporter_not_told"),
        (True, True, False, "no_review_date"),
    ],
)
def test_a_case_closes_when_all_of_it_is_done(in_force: bool, told: bool, dated: bool, code: str) -> None:
    """P-5.8."""
    assert may_close(in_force=in_force, reporter_told=told, has_review_date=dated).code == code
