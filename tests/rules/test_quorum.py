"""When a proposal is agreed (P-5.1): windows, two others, objections, majorities, the Board, and late disclosures."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ladder import LadderConsequence, Outcome
from rules.policy import Policy
from rules.policy_sections.procedure import ApprovalGround
from rules.precedence import Restriction
from rules.quorum import (
    Answer,
    Approval,
    CountedBallot,
    CountedProposal,
    Majority,
    ProposalState,
    Tally,
    is_severe,
    may_propose,
    may_vote,
    tally,
)
from tests.rules.community import CHIPY, DJANGO, NOW, after

AGREE, OBJECT, ABSTAIN = Answer
A_WARNING = LadderConsequence(outcome=Outcome.WARNING)
A_SHORT_SUSPENSION = LadderConsequence(
    outcome=Outcome.SHORT_SUSPENSION, restriction=Restriction.SUSPENDED, term=timedelta(days=30)
)
A_BAN = LadderConsequence(outcome=Outcome.PERMANENT_BAN, restriction=Restriction.BANNED)
SIX = frozenset("ABCDEF")
Script = list[tuple[str, Answer, int]]


def a_proposal(
    consequence: LadderConsequence = A_WARNING, *, safety_risk: bool = False, severe: str = ""
) -> CountedProposal[str]:
    return CountedProposal("A", NOW, consequence, safety_risk=safety_risk, marked_severe=frozenset(severe))


def tally_of(
    script: Script,
    hour: int,
    *,
    eligible: frozenset[str] = SIX,
    proposal: CountedProposal[str] | None = None,
    policy: Policy = DJANGO,
    approval: Approval | None = None,
) -> Tally[str]:
    ballots = [CountedBallot(by, answer, after(hours=at)) for by, answer, at in script]
    return tally(proposal or a_proposal(), ballots, eligible, after(hours=hour), policy, approval)


def agrees(who: str, at: int = 1) -> Script:
    return [(one, AGREE, at) for one in who]


@pytest.mark.parametrize(
    ("script", "hour", "state"),
    [
        ([], 0, ProposalState.OPEN),
        ([], 47, ProposalState.OPEN),
        ([], 48, ProposalState.NOT_AGREED),
        (agrees("B"), 48, ProposalState.NOT_AGREED),
        (agrees("BC"), 47, ProposalState.OPEN),
        (agrees("BC"), 48, ProposalState.AGREED),
        (agrees("BC", at=60), 60, ProposalState.AGREED),
        (agrees("BCDEF"), 1, ProposalState.AGREED),
        ([*agrees("BC"), ("D", ABSTAIN, 1), ("E", ABSTAIN, 1)], 47, ProposalState.OPEN),
        ([*agrees("BC"), ("D", ABSTAIN, 1), ("E", ABSTAIN, 1), ("F", ABSTAIN, 1)], 1, ProposalState.AGREED),
        ([*agrees("B"), *[(who, ABSTAIN, 1) for who in "CDEF"]], 1, ProposalState.NOT_AGREED),
        ([], 14 * 24 - 1, ProposalState.NOT_AGREED),
        ([], 14 * 24, ProposalState.WITH_BOARD),
        (agrees("BC"), 14 * 24, ProposalState.AGREED),
        (agrees("BC", at=14 * 24), 14 * 24, ProposalState.WITH_BOARD),
    ],
)
def test_an_ordinary_proposal_needs_two_others_and_nobody_objecting(
    script: Script, hour: int, state: ProposalState
) -> None:
    """P-5.1: silence is not agreement."""
    assert tally_of(script, hour).state is state


@pytest.mark.parametrize(
    ("script", "hour", "state"),
    [
        ([*agrees("BC"), ("D", OBJECT, 2)], 48, ProposalState.OPEN),
        ([*agrees("BC"), ("D", OBJECT, 2)], 7 * 24 - 1, ProposalState.OPEN),
        ([*agrees("BC"), ("D", OBJECT, 2)], 7 * 24, ProposalState.NOT_AGREED),
        ([*agrees("BCE"), ("D", OBJECT, 2)], 7 * 24, ProposalState.AGREED),
        ([*agrees("BCEF"), ("D", OBJECT, 2)], 7 * 24 - 1, ProposalState.OPEN),
        ([*agrees("BC"), ("D", OBJECT, 2), ("D", ABSTAIN, 3)], 48, ProposalState.OPEN),
        ([*agrees("BC"), ("D", OBJECT, 2), ("D", ABSTAIN, 3)], 7 * 24, ProposalState.AGREED),
        ([*agrees("BCEF"), ("D", OBJECT, 2), ("D", AGREE, 3)], 3, ProposalState.AGREED),
        ([*agrees("BC"), ("D", OBJECT, 2)], 14 * 24, ProposalState.WITH_BOARD),
        ([("D", OBJECT, 50)], 50, ProposalState.OPEN),
    ],
)
def test_an_objection_moves_closing_and_asks_for_two_thirds(script: Script, hour: int, state: ProposalState) -> None:
    """P-5.1."""
    assert tally_of(script, hour).state is state


@pytest.mark.parametrize(
    ("proposal", "severe"),
    [
        (a_proposal(), False),
        (a_proposal(A_SHORT_SUSPENSION), False),
        (a_proposal(LadderConsequence(outcome=Outcome.EXTENDED_SUSPENSION)), True),
        (a_proposal(A_BAN), True),
        (a_proposal(safety_risk=True), True),
        (a_proposal(severe="F"), True),
        (a_proposal(severe="Z"), False),
        (a_proposal(LadderConsequence(outcome=Outcome.WARNING, legal=True)), True),
    ],
)
def test_a_proposal_is_severe_by_rung_risk_law_or_a_counted_members_mark(
    proposal: CountedProposal[str], severe: bool
) -> None:
    """P-5.1."""
    assert is_severe(proposal, SIX, DJANGO) is severe


@pytest.mark.parametrize(
    ("agreeing", "eligible", "state"),
    [
        ("BC", "ABCDEF", ProposalState.NOT_AGREED),
        ("BCD", "ABCDEF", ProposalState.AGREED),
        ("BC", "ABCDE", ProposalState.AGREED),
        ("BC", "ABCD", ProposalState.AGREED),
        ("B", "ABC", ProposalState.NOT_AGREED),
        ("BC", "ABC", ProposalState.AGREED),
    ],
)
def test_a_severe_proposal_needs_more_than_half_with_the_proposer_counted(
    agreeing: str, eligible: str, state: ProposalState
) -> None:
    """P-5.1: and two others all the same, so that among three a bare majority is not enough."""
    assert tally_of(agrees(agreeing), 48, eligible=frozenset(eligible), proposal=a_proposal(A_BAN)).state is state


@pytest.mark.parametrize(
    ("agreeing", "eligible", "state"),
    [
        ("BC", "ABCDE", ProposalState.NOT_AGREED),
        ("BCE", "ABCDE", ProposalState.AGREED),
        ("BC", "ABCD", ProposalState.AGREED),
        ("BCE", "ABCDEFG", ProposalState.NOT_AGREED),
    ],
)
def test_two_thirds_of_any_number_are_rounded_up(agreeing: str, eligible: str, state: ProposalState) -> None:
    """P-5.1."""
    script: Script = [*agrees(agreeing), ("D", OBJECT, 2)]
    assert tally_of(script, 7 * 24, eligible=frozenset(eligible)).state is state


def test_with_fewer_than_three_counted_the_board_decides() -> None:
    """P-5.1."""
    assert tally_of(agrees("B"), 1, eligible=frozenset("AB")).state is ProposalState.WITH_BOARD
    assert tally_of(agrees("BC"), 48, eligible=frozenset("ABC")).state is ProposalState.AGREED


def test_a_ballot_may_change_until_closing_and_the_last_one_counts() -> None:
    """P-5.1."""
    result = tally_of([*agrees("BC"), ("C", ABSTAIN, 5)], 48)
    assert result.state is ProposalState.NOT_AGREED
    assert result.agreeing == {"A", "B"}


def test_ballots_count_by_their_time_and_not_by_the_order_they_are_given_in() -> None:
    """P-5.1."""
    assert tally_of([("C", ABSTAIN, 5), *agrees("BC")], 48).agreeing == {"A", "B"}


def test_a_ballot_of_the_future_is_not_counted_yet() -> None:
    assert tally_of(agrees("BC", at=50), 49).agreeing == {"A"}


def test_a_disclosure_takes_the_ballot_away_even_after_agreement() -> None:
    """P-5.1."""
    script = agrees("BC")
    assert tally_of(script, 48).state is ProposalState.AGREED
    assert tally_of(script, 60, eligible=SIX - {"C"}).state is ProposalState.NOT_AGREED
    assert tally_of(script, 15 * 24, eligible=SIX - {"C"}).state is ProposalState.WITH_BOARD


def test_a_disclosure_takes_an_objection_away_as_well() -> None:
    """P-5.1."""
    script: Script = [*agrees("BC"), ("D", OBJECT, 2)]
    assert tally_of(script, 48, eligible=SIX - {"D"}).state is ProposalState.AGREED


def test_a_proposer_with_a_conflict_no_longer_counts_as_agreeing() -> None:
    """P-5.1."""
    assert tally_of(agrees("BC"), 48, eligible=SIX - {"A"}).agreeing == {"B", "C"}


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
    result = tally_of(script, hour)
    assert result.agreements_needed == needs
    assert result.next_change == (None if next_change is None else after(hours=next_change))


@pytest.mark.parametrize(
    ("approval", "state"),
    [
        (None, ProposalState.AWAITING_APPROVAL),
        (Approval(True, after(hours=72)), ProposalState.AWAITING_APPROVAL),
        (Approval(True, after(hours=50)), ProposalState.AGREED),
        (Approval(False, after(hours=50)), ProposalState.NOT_APPROVED),
    ],
)
def test_chipy_waits_for_its_organisers_motion(approval: Approval | None, state: ProposalState) -> None:
    """P-5.1."""
    proposal = a_proposal(A_SHORT_SUSPENSION)
    result = tally_of(agrees("BC"), 60, proposal=proposal, policy=CHIPY, approval=approval)
    assert (result.state, result.approval_for) == (state, (ApprovalGround.SUSPENSION,))
    assert tally_of(agrees("BC"), 60, proposal=proposal).state is ProposalState.AGREED


def test_chipy_needs_no_motion_for_a_warning() -> None:
    """P-5.1."""
    assert tally_of(agrees("BC"), 48, policy=CHIPY).state is ProposalState.AGREED


@pytest.mark.parametrize(
    ("script", "outcome", "majority"),
    [
        ([], A_WARNING, Majority.ORDINARY),
        ([], LadderConsequence(outcome=Outcome.PERMANENT_BAN), Majority.SEVERE),
        ([("B", OBJECT, 1)], LadderConsequence(outcome=Outcome.PERMANENT_BAN), Majority.CONTESTED),
        ([("B", OBJECT, 1), ("B", ABSTAIN, 2)], A_WARNING, Majority.ORDINARY),
    ],
)
def test_the_majority_that_is_needed_follows_from_marks_and_standing_objections(
    script: Script, outcome: LadderConsequence, majority: Majority
) -> None:
    """P-5.1."""
    found = tally_of(script, 3, proposal=a_proposal(consequence=outcome))
    assert (found.majority, found.counted) == (majority, 6)


def test_a_recused_member_cannot_vote() -> None:
    """P-4.3."""
    open_still = tally_of([], 1)
    assert may_vote("B", open_still, SIX)
    assert may_vote("B", open_still, SIX - {"B"}).code == "not_counted"


@pytest.mark.parametrize("state", ProposalState)
def test_ballots_are_taken_only_while_the_proposal_is_open_or_not_yet_agreed(state: ProposalState) -> None:
    """P-5.1."""
    given_state = Tally(
        state=state,
        severe=False,
        closes_at=NOW,
        decide_by=NOW,
        agreeing=SIX,
        objecting=SIX,
        silent=SIX,
        agreements_needed=0,
        approval_for=(),
        next_change=None,
        majority=Majority.ORDINARY,
        counted=6,
    )
    assert bool(may_vote("B", given_state, SIX)) is (state in (ProposalState.OPEN, ProposalState.NOT_AGREED))


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
    assert may_propose(by, contact, SIX, open_to_all=widened).code == code


SCRIPTS = st.lists(st.tuples(st.sampled_from("BCDEFZ"), st.sampled_from(Answer), st.integers(0, 400)), max_size=8)


@given(SCRIPTS, st.integers(0, 400), st.sampled_from([A_WARNING, A_BAN]))
def test_nothing_is_ever_agreed_without_two_others(script: Script, hour: int, consequence: LadderConsequence) -> None:
    """P-5.1."""
    result = tally_of(script, hour, proposal=a_proposal(consequence))
    if result.state is ProposalState.AGREED:
        assert len(result.agreeing - {"A"}) >= 2
        assert not result.objecting or 3 * len(result.agreeing) >= 2 * len(SIX)


@given(SCRIPTS, st.integers(0, 400))
def test_time_alone_changes_the_state_only_at_the_named_instant(script: Script, hour: int) -> None:
    """P-5.1."""
    past = [ballot for ballot in script if ballot[2] <= hour]
    result = tally_of(past, hour)
    until = hour + 500 if result.next_change is None else round((result.next_change - NOW) / timedelta(hours=1))
    assert until > hour
    assert tally_of(past, until - 1).state is result.state
    assert result.next_change is None or tally_of(past, until).state is not result.state
