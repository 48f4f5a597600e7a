"""The presets behave differently exactly where the communities' documents differ."""

import pytest

from guardian.policy_file import read_policy, written
from guardian.presets import load_preset
from rules.deadlines import TimeLimit, due_at
from rules.ladder import AuthorityKind, LadderConsequence, Outcome, approval_grounds, on_term_end
from rules.policy import policy_values
from rules.policy_sections.procedure import ApprovalGround
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction
from rules.quorum import Answer, CountedBallot, CountedProposal, ProposalState, tally
from rules.routing import HandlingGroups, contact_for
from tests.rules.community import CHIPY, DAY, DJANGO, NOW, after

A_SUSPENSION = LadderConsequence(outcome=Outcome.SHORT_SUSPENSION, restriction=Restriction.SUSPENDED, term=30 * DAY)
CIRCLE = HandlingGroups(frozenset("ABCD"), frozenset("A"), frozenset(), frozenset())


def test_a_term_ends_by_itself_at_chipy_and_opens_readmission_at_django() -> None:
    """P-6.2."""
    ends = [on_term_end(AuthorityKind.DECISION, A_SUSPENSION, policy) for policy in (DJANGO, CHIPY)]
    assert ends == [OnTermEnd.AWAIT_READMISSION, OnTermEnd.LIFT]


def test_a_report_is_resolved_within_two_weeks_at_chipy_and_heard_of_again_within_one_at_django() -> None:
    """P-2.4."""
    dates = [due_at(TimeLimit.RESOLUTION, NOW, policy) for policy in (DJANGO, CHIPY)]
    assert dates == [after(days=7), after(days=14)]


def test_the_reporters_contact_is_the_chair_at_django_and_a_shepherd_at_chipy() -> None:
    """P-3.4."""
    assert [contact_for(CIRCLE, {}, "C", "D", policy) for policy in (DJANGO, CHIPY)] == ["A", "C"]


def test_a_suspension_needs_the_organisers_at_chipy_alone() -> None:
    """P-5.1."""
    proposal = CountedProposal("A", NOW, A_SUSPENSION)
    ballots = [CountedBallot(who, Answer.AGREE, NOW) for who in "BC"]
    states = [tally(proposal, ballots, CIRCLE.members, after(days=2), policy).state for policy in (DJANGO, CHIPY)]
    assert states == [ProposalState.AGREED, ProposalState.AWAITING_APPROVAL]


@pytest.mark.parametrize(
    ("consequence", "ground"),
    [
        (A_SUSPENSION, ApprovalGround.SUSPENSION),
        (LadderConsequence(outcome=Outcome.PERMANENT_BAN, restriction=Restriction.BANNED), ApprovalGround.BAN),
        (LadderConsequence(outcome=Outcome.OTHER, removal=True), ApprovalGround.REMOVAL),
        (LadderConsequence(outcome=Outcome.OTHER, legal=True), ApprovalGround.LEGAL),
    ],
)
def test_each_group_level_action_has_its_ground_at_chipy(
    consequence: LadderConsequence, ground: ApprovalGround
) -> None:
    """P-5.1."""
    assert (approval_grounds(consequence, DJANGO), approval_grounds(consequence, CHIPY)) == ((), (ground,))


OTHERWISE = {
    "chipy": {
        "reports.contact_person": "shepherd",
        "reports.substantive_answer": "14d",
        "reports.resolution": "14d",
        "quorum.organisers_approve": "[suspension, ban, removal, legal]",
        "sanctions.on_term_end": "lift",
        "membership.renewal_month": "0",
        "rota.turn": "month",
    },
    "small": {
        "reports.first_answer_target": "1d",
        "reports.first_answer": "2d",
        "reports.substantive_answer": "14d",
        "reports.resolution": "14d",
        "quorum.others": "1",
        "quorum.least_counted": "2",
        "sanctions.on_term_end": "lift",
        "unilateral.review_within": "2d",
        "unilateral.review_agree": "1",
        "brake.solo_people": "3",
        "brake.max_people_per_hour": "10",
        "membership.renewal_month": "0",
        "membership.least_members": "2",
        "groups.board": "none",
    },
    "contributor-covenant": {
        "sanctions.short_least": "1d",
        "sanctions.short_most": "30d",
        "sanctions.extended_least": "30d",
        "sanctions.on_term_end": "lift",
        "membership.renewal_month": "0",
    },
}


@pytest.mark.parametrize("preset", OTHERWISE)
def test_the_presets_differ_where_the_documents_do_and_nowhere_else(preset: str) -> None:
    """P-1.2, P-2.4, P-3.4, P-3.6, P-5.1, P-6.2, P-11.1: whoever changes a preset says here where it is not as at Django."""
    policy = read_policy(load_preset(preset))
    values = {
        value.path: (
            getattr(getattr(policy, value.section), value.key),
            getattr(getattr(DJANGO, value.section), value.key),
        )
        for value in policy_values()
    }
    assert {path: written(own) for path, (own, usual) in values.items() if own != usual} == OTHERWISE[preset]
