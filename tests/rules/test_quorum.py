"""When a proposal is agreed (P-5.1): windows, two others, objections, majorities, the Board, and late disclosures."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ladder import Consequence, Outcome
from rules.policy import ApprovalGround, Policy
from rules.precedence import Restriction
from rules.quorum import Answer, Approval, Ballot, Proposal, Standing, State, is_severe, may_answer, may_propose, tally
from tests.rules.community import CHIPY, DJANGO, NOW, after

AGREE, OBJECT, ABSTAIN = Answer
A_WARNING = Consequence(Outcome.WARNING)
A_SHORT_SUSPENSION = Consequence(Outcome.SHORT_SUSPENSION, Restriction.SUSPENDED, timedelta(days=30))
A_BAN = Consequence(Outcome.PERMANENT_BAN, Restriction.BANNED)
SIX = frozenset("ABCDEF")
Script = list[tuple[str, Answer, int]]


def a_proposal(consequence: Consequence = A_WARNING, *, safety_risk: bool = False, severe: str = "") -> Proposal[str]:
    return Proposal("A", NOW, consequence, safety_risk=safety_risk, marked_severe=frozenset(severe))


def standing(
    script: Script,
    hour: int,
    *,
    eligible: frozenset[str] = SIX,
    proposal: Proposal[str] | None = None,
    policy: Policy = DJANGO,
    approval: Approval | None = None,
) -> Standing[str]:
    ballots = [Ballot(by, answer, after(hours=at)) for by, answer, at in script]
    return tally(proposal or a_proposal(), ballots, eligible, after(hours=hour), policy, approval)


def agrees(who: str, at: int = 1) -> Script:
    return [(one, AGREE, at) for one in who]


@pytest.mark.parametrize(
    ("script", "hour", "state"),
    [
        ([], 0, State.OPEN),
        ([], 47, State.OPEN),
        ([], 48, State.NOT_AGREED),
        (agrees("B"), 48, State.NOT_AGREED),
        (agrees("BC"), 47, State.OPEN),
        (agrees("BC"), 48, State.AGREED),
        (agrees("BC", at=60), 60, State.AGREED),
        (agrees("BCDEF"), 1, State.AGREED),
        ([*agrees("BC"), ("D", ABSTAIN, 1), ("E", ABSTAIN, 1)], 47, State.OPEN),
        ([*agrees("BC"), ("D", ABSTAIN, 1), ("E", ABSTAIN, 1), ("F", ABSTAIN, 1)], 1, State.AGREED),
        ([*agrees("B"), *[(who, ABSTAIN, 1) for who in "CDEF"]], 1, State.NOT_AGREED),
        ([], 14 * 24 - 1, State.NOT_AGREED),
        ([], 14 * 24, State.WITH_BOARD),
        (agrees("BC"), 14 * 24, State.AGREED),
        (agrees("BC", at=14 * 24), 14 * 24, State.WITH_BOARD),
    ],
)
def test_an_ordinary_proposal_needs_two_others_and_nobody_objecting(script: Script, hour: int, state: State) -> None:
    """P-5.1: silence is not agreement."""
    assert standing(script, hour).state is state


@pytest.mark.parametrize(
    ("script", "hour", "state"),
    [
        ([*agrees("BC"), ("D", OBJECT, 2)], 48, State.OPEN),
        ([*agrees("BC"), ("D", OBJECT, 2)], 7 * 24 - 1, State.OPEN),
        ([*agrees("BC"), ("D", OBJECT, 2)], 7 * 24, State.NOT_AGREED),
        ([*agrees("BCE"), ("D", OBJECT, 2)], 7 * 24, State.AGREED),
        ([*agrees("BCEF"), ("D", OBJECT, 2)], 7 * 24 - 1, State.OPEN),
        ([*agrees("BC"), ("D", OBJECT, 2), ("D", ABSTAIN, 3)], 48, State.OPEN),
        ([*agrees("BC"), ("D", OBJECT, 2), ("D", ABSTAIN, 3)], 7 * 24, State.AGREED),
        ([*agrees("BCEF"), ("D", OBJECT, 2), ("D", AGREE, 3)], 3, State.AGREED),
        ([*agrees("BC"), ("D", OBJECT, 2)], 14 * 24, State.WITH_BOARD),
        ([("D", OBJECT, 50)], 50, State.OPEN),
    ],
)
def test_an_objection_moves_closing_and_asks_for_two_thirds(script: Script, hour: int, state: State) -> None:
    """P-5.1."""
    assert standing(script, hour).state is state


@pytest.mark.parametrize(
    ("proposal", "severe"),
    [
        (a_proposal(), False),
        (a_proposal(A_SHORT_SUSPENSION), False),
        (a_proposal(Consequence(Outcome.EXTENDED_SUSPENSION)), True),
        (a_proposal(A_BAN), True),
        (a_proposal(safety_risk=True), True),
        (a_proposal(severe="F"), True),
        (a_proposal(severe="Z"), False),
        (a_proposal(Consequence(Outcome.WARNING, legal=True)), True),
    ],
)
def test_a_proposal_is_severe_by_rung_risk_law_or_a_counted_members_mark(proposal: Proposal[str], severe: bool) -> None:
    """P-5.1."""
    assert is_severe(proposal, SIX, DJANGO) is severe


@pytest.mark.parametrize(
    ("agreeing", "eligible", "state"),
    [
        ("BC", "ABCDEF", State.NOT_AGREED),
        ("BCD", "ABCDEF", State.AGREED),
        ("BC", "ABCDE", State.AGREED),
        ("BC", "ABCD", State.AGREED),
        ("B", "ABC", State.NOT_AGREED),
        ("BC", "ABC", State.AGREED),
    ],
)
def test_a_severe_proposal_needs_more_than_half_with_the_proposer_counted(
    agreeing: str, eligible: str, state: State
) -> None:
    """P-5.1: and two others all the same, so that among three a bare majority is not enough."""
    assert standing(agrees(agreeing), 48, eligible=frozenset(eligible), proposal=a_proposal(A_BAN)).state is state


@pytest.mark.parametrize(
    ("agreeing", "eligible", "state"),
    [
        ("BC", "ABCDE", State.NOT_AGREED),
        ("BCE", "ABCDE", State.AGREED),
        ("BC", "ABCD", State.AGREED),
        ("BCE", "ABCDEFG", State.NOT_AGREED),
    ],
)
def test_two_thirds_of_any_number_are_rounded_up(agreeing: str, eligible: str, state: State) -> None:
    """P-5.1."""
    script: Script = [*agrees(agreeing), ("D", OBJECT, 2)]
    assert standing(script, 7 * 24, eligible=frozenset(eligible)).state is state


def test_with_fewer_than_three_counted_the_board_decides() -> None:
    """P-5.1."""
    assert standing(agrees("B"), 1, eligible=frozenset("AB")).state is State.WITH_BOARD
    assert standing(agrees("BC"), 48, eligible=frozenset("ABC")).state is State.AGREED


def test_a_ballot_may_change_until_closing_and_the_last_one_counts() -> None:
    """P-5.1."""
    result = standing([*agrees("BC"), ("C", ABSTAIN, 5)], 48)
    assert result.state is State.NOT_AGREED
    assert result.agreeing == {"A", "B"}


def test_ballots_count_by_their_time_and_not_by_the_order_they_are_given_in() -> None:
    """P-5.1."""
    assert standing([("C", ABSTAIN, 5), *agrees("BC")], 48).agreeing == {"A", "B"}


def test_a_ballot_of_the_future_is_not_counted_yet() -> None:
    assert standing(agrees("BC", at=50), 49).agreeing == {"A"}


def test_a_disclosure_takes_the_ballot_away_even_after_agreement() -> None:
    """P-5.1."""
    script = agrees("BC")
    assert standing(script, 48).state is State.AGREED
    assert standing(script, 60, eligible=SIX - {"C"}).state is State.NOT_AGREED
    assert standing(script, 15 * 24, eligible=SIX - {"C"}).state is State.WITH_BOARD


def test_a_disclosure_takes_an_objection_away_as_well() -> None:
    """P-5.1."""
    script: Script = [*agrees("BC"), ("D", OBJECT, 2)]
    assert standing(script, 48, eligible=SIX - {"D"}).state is State.AGREED


def test_a_proposer_with_a_conflict_no_longer_counts_as_agreeing() -> None:
    """P-5.1."""
    assert standing(agrees("BC"), 48, eligible=SIX - {"A"}).agreeing == {"B", "C"}


@pytest.mark.parametrize(
    ("script", "hour", "needs", "next_change"),
    [
        ([], 0, 2, 48),
        (agrees("B"), 1, 1, 48),
        (agrees("BC"), 1, 0, 48),
        ([("D", OBJECT, 1)], 2, 3, 7 * 24),
        ([], 48, 2, 14 * 24),
        (agrees("BC"), 48, 0, None),
        ([], 14 * 24, 2, None),
    ],
)
def test_a_standing_says_what_is_missing_and_when_it_changes(
    script: Script, hour: int, needs: int, next_change: int | None
) -> None:
    """P-5.1."""
    result = standing(script, hour)
    assert result.needs == needs
    assert result.next_change == (None if next_change is None else after(hours=next_change))


@pytest.mark.parametrize(
    ("approval", "state"),
    [
        (None, State.AWAITING_APPROVAL),
        (Approval(True, after(hours=72)), State.AWAITING_APPROVAL),
        (Approval(True, after(hours=50)), State.AGREED),
        (Approval(False, after(hours=50)), State.NOT_APPROVED),
    ],
)
def test_chipy_waits_for_its_organisers_motion(approval: Approval | None, state: State) -> None:
    """P-5.1."""
    proposal = a_proposal(A_SHORT_SUSPENSION)
    result = standing(agrees("BC"), 60, proposal=proposal, policy=CHIPY, approval=approval)
    assert (result.state, result.approval_for) == (state, (ApprovalGround.SUSPENSION,))
    assert standing(agrees("BC"), 60, proposal=proposal).state is State.AGREED


def test_chipy_needs_no_motion_for_a_warning() -> None:
    """P-5.1."""
    assert standing(agrees("BC"), 48, policy=CHIPY).state is State.AGREED


def test_a_recused_member_cannot_vote() -> None:
    """P-4.3."""
    open_still = standing([], 1)
    assert may_answer("B", open_still, SIX)
    assert may_answer("B", open_still, SIX - {"B"}).code == "not_counted"


@pytest.mark.parametrize("state", State)
def test_ballots_are_taken_only_while_the_proposal_is_open_or_not_yet_agreed(state: State) -> None:
    """P-5.1."""
    given_state = Standing(state, False, NOW, NOW, SIX, SIX, SIX, 0, (), None)
    assert bool(may_answer("B", given_state, SIX)) is (state in (State.OPEN, State.NOT_AGREED))


@pytest.mark.parametrize(
    ("by", "contact", "widened", "code"),
    [
        ("A", "A", True, "allowed"),
        ("B", "A", True, "not_contact"),
        ("Z", "Z", True, "not_counted"),
        ("A", None, True, "not_contact"),
        ("A", "A", False, "not_widened"),
    ],
)
def test_the_contact_person_proposes_once_all_members_know(
    by: str, contact: str | None, widened: bool, code: str
) -> None:
    """P-5.1, P-2.5."""
    assert may_propose(by, contact, SIX, widened=widened).code == code


SCRIPTS = st.lists(st.tuples(st.sampled_from("BCDEFZ"), st.sampled_from(Answer), st.integers(0, 400)), max_size=8)


@given(SCRIPTS, st.integers(0, 400), st.sampled_from([A_WARNING, A_BAN]))
def test_nothing_is_ever_agreed_without_two_others(script: Script, hour: int, consequence: Consequence) -> None:
    """P-5.1."""
    result = standing(script, hour, proposal=a_proposal(consequence))
    if result.state is State.AGREED:
        assert len(result.agreeing - {"A"}) >= 2
        assert not result.objecting or 3 * len(result.agreeing) >= 2 * len(SIX)


@given(SCRIPTS, st.integers(0, 400))
def test_time_alone_changes_the_state_only_at_the_named_instant(script: Script, hour: int) -> None:
    """P-5.1."""
    past = [ballot for ballot in script if ballot[2] <= hour]
    result = standing(past, hour)
    until = hour + 500 if result.next_change is None else round((result.next_change - NOW) / timedelta(hours=1))
    assert until > hour
    assert standing(past, until - 1).state is result.state
    assert result.next_change is None or standing(past, until).state is not result.state
