"""The ladder: what each rung may carry, what the end of a term brings, who must approve (P-5.2, P-5.3, P-6.2)."""

from datetime import timedelta

import pytest

from rules.ladder import (
    AuthorityKind,
    LadderConsequence,
    Outcome,
    ReadmissionRequirement,
    TermState,
    access_returns_at,
    approval_grounds,
    may_propose_consequence,
    may_readmit,
    on_term_end,
    readmission_requirement,
    rung_of,
    term_state,
)
from rules.policy_sections.procedure import ApprovalGround
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction
from tests.rules.community import CHIPY, DAY, DJANGO, NOW, after

LIFT, AWAIT = OnTermEnd.LIFT, OnTermEnd.AWAIT_READMISSION


def a_suspension(
    days: int | None = 30, restriction: Restriction = Restriction.SUSPENDED, *, everywhere: bool = True
) -> LadderConsequence:
    term = None if days is None else timedelta(days=days)
    return LadderConsequence(
        outcome=Outcome.SHORT_SUSPENSION, restriction=restriction, term=term, everywhere=everywhere
    )


def an_extended_suspension(days: int | None = 90, *, has_conditions: bool = True) -> LadderConsequence:
    term = None if days is None else timedelta(days=days)
    return LadderConsequence(
        outcome=Outcome.EXTENDED_SUSPENSION, restriction=Restriction.SUSPENDED, term=term, has_conditions=has_conditions
    )


A_BAN = LadderConsequence(outcome=Outcome.PERMANENT_BAN, restriction=Restriction.BANNED)
A_WARNING = LadderConsequence(outcome=Outcome.WARNING)


@pytest.mark.parametrize(
    ("consequence", "code", "rule"),
    [
        (A_WARNING, "allowed", "P-5.2"),
        (
            LadderConsequence(outcome=Outcome.WARNING, restriction=Restriction.MUTED, term=7 * DAY),
            "restriction",
            "P-5.2",
        ),
        (LadderConsequence(outcome=Outcome.WARNING, term=7 * DAY), "restriction", "P-5.2"),
        (a_suspension(29), "term", "P-5.2"),
        (a_suspension(30), "allowed", "P-5.2"),
        (a_suspension(90), "allowed", "P-5.2"),
        (a_suspension(91), "term", "P-5.2"),
        (a_suspension(None), "term", "P-5.2"),
        (a_suspension(30, Restriction.MUTED), "restriction", "P-5.2"),
        (a_suspension(30, Restriction.BANNED), "restriction", "P-5.2"),
        (a_suspension(30, everywhere=False), "scope", "P-6.1"),
        (an_extended_suspension(89), "term", "P-5.2"),
        (an_extended_suspension(90), "allowed", "P-5.2"),
        (an_extended_suspension(1000), "allowed", "P-5.2"),
        (an_extended_suspension(None), "term", "P-5.2"),
        (an_extended_suspension(has_conditions=False), "conditions", "P-5.2"),
        (A_BAN, "allowed", "P-5.2"),
        (
            LadderConsequence(outcome=Outcome.PERMANENT_BAN, restriction=Restriction.BANNED, term=30 * DAY),
            "term",
            "P-5.2",
        ),
        (LadderConsequence(outcome=Outcome.PERMANENT_BAN, restriction=Restriction.SUSPENDED), "restriction", "P-5.2"),
        (
            LadderConsequence(outcome=Outcome.PERMANENT_BAN, restriction=Restriction.BANNED, everywhere=False),
            "scope",
            "P-6.1",
        ),
        (LadderConsequence(outcome=Outcome.NO_VIOLATION), "allowed", "P-5.3"),
        (
            LadderConsequence(outcome=Outcome.NO_VIOLATION, restriction=Restriction.SUSPENDED, term=30 * DAY),
            "restriction",
            "P-5.2",
        ),
        (LadderConsequence(outcome=Outcome.OUT_OF_SCOPE), "allowed", "P-5.3"),
        (LadderConsequence(outcome=Outcome.NO_ACTION), "allowed", "P-5.3"),
        (LadderConsequence(outcome=Outcome.REFERRAL), "allowed", "P-5.3"),
        (LadderConsequence(outcome=Outcome.ACCOUNT_COMPROMISED), "restriction", "P-3.3"),
        (
            LadderConsequence(outcome=Outcome.ACCOUNT_COMPROMISED, restriction=Restriction.SUSPENDED),
            "allowed",
            "P-3.3",
        ),
        (
            LadderConsequence(outcome=Outcome.ACCOUNT_COMPROMISED, restriction=Restriction.SUSPENDED, term=DAY),
            "term",
            "P-3.3",
        ),
        (LadderConsequence(outcome=Outcome.FACILITATED_COMMUNICATION), "consent", "P-5.3"),
        (LadderConsequence(outcome=Outcome.FACILITATED_COMMUNICATION, consent_of_all=True), "allowed", "P-5.3"),
        (LadderConsequence(outcome=Outcome.OTHER), "allowed", "P-5.3"),
        (
            LadderConsequence(outcome=Outcome.OTHER, restriction=Restriction.MUTED, term=7 * DAY, everywhere=False),
            "allowed",
            "P-5.3",
        ),
        (LadderConsequence(outcome=Outcome.OTHER, restriction=Restriction.MUTED), "term", "P-5.3"),
        (LadderConsequence(outcome=Outcome.OTHER, restriction=Restriction.MUTED, term=timedelta(0)), "term", "P-5.3"),
        (LadderConsequence(outcome=Outcome.OTHER, restriction=Restriction.SUSPENDED, term=7 * DAY), "rung", "P-5.2"),
        (LadderConsequence(outcome=Outcome.OTHER, restriction=Restriction.BANNED, term=7 * DAY), "rung", "P-5.2"),
    ],
)
def test_a_consequence_is_one_that_its_rung_allows(consequence: LadderConsequence, code: str, rule: str) -> None:
    """P-5.2, P-5.3, P-6.1."""
    verdict = may_propose_consequence(consequence, DJANGO)
    assert (verdict.code, verdict.rule, bool(verdict)) == (code, rule, code == "allowed")


def test_the_four_rungs_stand_in_order_and_other_outcomes_beside_them() -> None:
    """P-5.2, P-5.3."""
    assert [rung_of(outcome) for outcome in Outcome] == [1, 2, 3, 4, None, None, None, None, None, None, None]


@pytest.mark.parametrize(
    ("authority", "consequence", "django", "chipy"),
    [
        (AuthorityKind.DECISION, a_suspension(), AWAIT, LIFT),
        (AuthorityKind.DECISION, an_extended_suspension(), AWAIT, LIFT),
        (
            AuthorityKind.DECISION,
            LadderConsequence(outcome=Outcome.OTHER, restriction=Restriction.MUTED, term=DAY),
            LIFT,
            LIFT,
        ),
        (AuthorityKind.UNILATERAL, a_suspension(), LIFT, LIFT),
        (AuthorityKind.LOCAL, a_suspension(), LIFT, LIFT),
    ],
)
def test_the_end_of_a_term_brings_what_the_community_says(
    authority: AuthorityKind, consequence: LadderConsequence, django: OnTermEnd, chipy: OnTermEnd
) -> None:
    """P-6.2."""
    assert (on_term_end(authority, consequence, DJANGO), on_term_end(authority, consequence, CHIPY)) == (django, chipy)


@pytest.mark.parametrize("chosen", OnTermEnd)
def test_a_decision_may_choose_the_end_of_its_own_sanction_and_an_act_alone_may_not(chosen: OnTermEnd) -> None:
    """P-6.2."""
    consequence = LadderConsequence(
        outcome=Outcome.SHORT_SUSPENSION, restriction=Restriction.SUSPENDED, term=30 * DAY, on_term_end=chosen
    )
    assert on_term_end(AuthorityKind.DECISION, consequence, DJANGO) is chosen
    assert on_term_end(AuthorityKind.UNILATERAL, consequence, DJANGO) is LIFT


@pytest.mark.parametrize(
    ("consequence", "asks"),
    [
        (A_WARNING, ReadmissionRequirement.NOTHING),
        (a_suspension(), ReadmissionRequirement.REQUEST),
        (an_extended_suspension(), ReadmissionRequirement.REQUEST_AND_CONDITIONS),
        (A_BAN, ReadmissionRequirement.NEVER_OPENS),
    ],
)
def test_each_rung_asks_its_own_way_back(consequence: LadderConsequence, asks: ReadmissionRequirement) -> None:
    """P-5.2."""
    assert readmission_requirement(AuthorityKind.DECISION, consequence, DJANGO) is asks


def test_where_terms_simply_end_nothing_is_asked() -> None:
    """P-6.2."""
    assert (
        readmission_requirement(AuthorityKind.DECISION, an_extended_suspension(), CHIPY)
        is ReadmissionRequirement.NOTHING
    )


@pytest.mark.parametrize(
    ("consequence", "requested", "conditions_met", "code"),
    [
        (a_suspension(), False, True, "not_requested"),
        (a_suspension(), True, False, "allowed"),
        (an_extended_suspension(), False, True, "not_requested"),
        (an_extended_suspension(), True, False, "conditions_open"),
        (an_extended_suspension(), True, True, "allowed"),
        (A_BAN, True, True, "no_end"),
    ],
)
def test_readmission_is_granted_on_what_the_rung_asks(
    consequence: LadderConsequence, requested: bool, conditions_met: bool, code: str
) -> None:
    """P-5.2."""
    verdict = may_readmit(
        AuthorityKind.DECISION, consequence, requested=requested, conditions_met=conditions_met, policy=DJANGO
    )
    assert verdict.code == code


@pytest.mark.parametrize(
    ("ends", "at_end", "readmitted", "returns"),
    [
        (30, LIFT, None, 30),
        (30, AWAIT, None, None),
        (30, AWAIT, 20, 30),
        (30, AWAIT, 30, 30),
        (30, AWAIT, 40, 40),
        (None, LIFT, None, None),
        (None, AWAIT, 5, None),
    ],
)
def test_access_returns_at_the_end_or_at_a_later_approval(
    ends: int | None, at_end: OnTermEnd, readmitted: int | None, returns: int | None
) -> None:
    """P-6.2."""
    days = [None if day is None else after(days=day) for day in (ends, readmitted, returns)]
    assert access_returns_at(days[0], at_end, days[1]) == days[2]


@pytest.mark.parametrize(
    ("at_end", "readmitted", "day", "state"),
    [
        (LIFT, None, 29, TermState.RUNNING),
        (LIFT, None, 30, TermState.OVER),
        (AWAIT, None, 30, TermState.AWAITING),
        (AWAIT, 20, 29, TermState.RUNNING),
        (AWAIT, 20, 30, TermState.OVER),
        (AWAIT, 40, 39, TermState.AWAITING),
        (AWAIT, 40, 40, TermState.OVER),
    ],
)
def test_a_term_is_running_awaiting_or_over(
    at_end: OnTermEnd, readmitted: int | None, day: int, state: TermState
) -> None:
    """P-6.2."""
    readmitted_at = None if readmitted is None else after(days=readmitted)
    ends = after(days=30)
    assert term_state(ends, access_returns_at(ends, at_end, readmitted_at), after(days=day)) is state


def test_a_term_without_end_runs_for_ever() -> None:
    """P-5.2."""
    assert term_state(None, access_returns_at(None, AWAIT, None), NOW + 10_000 * DAY) is TermState.RUNNING


@pytest.mark.parametrize(
    ("consequence", "grounds"),
    [
        (A_WARNING, ()),
        (a_suspension(), (ApprovalGround.SUSPENSION,)),
        (an_extended_suspension(), (ApprovalGround.SUSPENSION,)),
        (A_BAN, (ApprovalGround.BAN,)),
        (LadderConsequence(outcome=Outcome.OTHER, removal=True), (ApprovalGround.REMOVAL,)),
        (LadderConsequence(outcome=Outcome.WARNING, legal=True), (ApprovalGround.LEGAL,)),
    ],
)
def test_chipy_asks_its_organisers_and_django_asks_nobody(
    consequence: LadderConsequence, grounds: tuple[ApprovalGround, ...]
) -> None:
    """P-5.1."""
    assert approval_grounds(consequence, CHIPY) == grounds
    assert approval_grounds(consequence, DJANGO) == ()
