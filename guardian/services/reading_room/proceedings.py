"""What the reading room shows beside the case itself: who answered what, unilateral acts, and what is enforced by now.

Read `read_proceedings` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guardian.cases.access import require_readable
from guardian.cases.case import Case, CaseKind
from guardian.cases.conditions import Condition
from guardian.cases.conflict_claims import ConflictClaim
from guardian.cases.handoffs import Handoff
from guardian.cases.proposals import Ballot, BoardAnswer, Mark, Proposal
from guardian.cases.risk import RiskMark
from guardian.cases.talks import Talk
from guardian.cases.unilateral_acts import ActReview, ActState, UnilateralAct, is_under_review
from guardian.ids import MemberId, ProposalId
from guardian.journal import OPERATOR, PARTY, SERVICE
from guardian.sanctions.models import Coverage, Sanction, term_state_at
from guardian.services.case_flow import reported_people
from guardian.services.context import AppContext, ReadView
from guardian.services.deliberation.results import standing_decisions, undecided_people
from guardian.services.deliberation.tally import tally_of
from guardian.services.visibility import visible_coverage
from rules.ladder import TermState
from rules.policy import Policy
from rules.quorum import Tally

_OTHERS: Mapping[str, str] = {SERVICE: "the service", OPERATOR: "the operator", PARTY: "the person concerned"}


@dataclass(frozen=True, slots=True)
class BallotView:
    """What counts of all that was answered on one proposal, each member's last ballot once, and every mark, oldest first.

    `tally` is how it stands, as every channel shows it; None: it is closed.
    """

    ballots: tuple[Ballot, ...]
    marks: tuple[Mark, ...]
    tally: Tally[MemberId] | None = None


@dataclass(frozen=True, slots=True)
class ActRecord:
    """One unilateral act, with what its reviewers have said."""

    act: UnilateralAct
    reviews: tuple[ActReview, ...]


@dataclass(frozen=True, slots=True)
class SanctionView:
    """One sanction of the case, where its term stands, and the person's total in each space that it reaches."""

    sanction: Sanction
    state: TermState
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class Proceedings:
    """What has become of a case. `names` says what everybody who acted in it is called, by the id in its records.

    `undecided` are the code names of those reported on whom nothing is decided, once something is on another. `claims` are only those that are decided: an open one may be about the reader (P-4.1).
    """

    names: Mapping[str, str]
    ballots: Mapping[ProposalId, BallotView]
    acts: tuple[ActRecord, ...]
    sanctions: tuple[SanctionView, ...]
    board_answer: BoardAnswer | None = None
    risk_marks: tuple[RiskMark, ...] = ()
    claims: tuple[ConflictClaim, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    conditions: tuple[Condition, ...] = ()
    undecided: tuple[str, ...] = ()
    talks: tuple[Talk, ...] = ()


async def read_proceedings(app: AppContext, by: MemberId, code_name: str) -> Proceedings:
    """Return what has become of the case, for a member who may read it at this instant. Policy: P-4.2."""
    async with app.units_of_work.read() as view:
        case = await require_readable(view, by, code_name)
        return Proceedings(
            names={**_OTHERS, **{member.id: member.name for member in await view.people.members()}},
            ballots=await _ballot_views(view, app.policy, case),
            acts=tuple(
                [
                    ActRecord(_redact_for_actor(act, by), await view.deliberation.reviews_of(act.id))
                    for act in await view.deliberation.acts_of(case.id)
                ]
            ),
            sanctions=tuple(
                [await _sanction_view(view, by, sanction) for sanction in await view.sanctions.of_case(case.id)]
            ),
            board_answer=await view.deliberation.board_answer_on(case.id),
            risk_marks=await view.cases.risk_marks_of(case.id),
            claims=tuple(
                claim for claim in await view.cases.conflict_claims_of(case.id) if claim.decided_at is not None
            ),
            handoffs=() if case.kind is CaseKind.LOCAL else await view.handoffs.of_case(case.id),
            conditions=await view.conditions.conditions_of(case.id),
            undecided=await _undecided_names(view, case),
            talks=await view.talks.talks_of(case.id),
        )


async def _undecided_names(view: ReadView, case: Case) -> tuple[str, ...]:
    """Who of several reported people is still undecided, once something is decided on another. Policy: P-3.1, P-5.8."""
    if len(await reported_people(view, case)) < 2 or not await standing_decisions(view, case):
        return ()
    people = [await view.people.person(each) for each in await undecided_people(view, case)]
    return tuple(person.code_name for person in people if person is not None)


def _redact_for_actor(act: UnilateralAct, by: MemberId) -> UnilateralAct:
    """To its actor an open review only waits: that it lies with the chairs early would say why. Policy: P-4.4."""
    return replace(act, state=ActState.UNREVIEWED) if act.by == by and is_under_review(act) else act


async def _ballot_views(view: ReadView, policy: Policy, case: Case) -> Mapping[ProposalId, BallotView]:
    proposals = await view.deliberation.proposals_of(case.id)
    return {proposal.id: await _ballot_view(view, policy, case, proposal) for proposal in proposals}


async def _ballot_view(view: ReadView, policy: Policy, case: Case, proposal: Proposal) -> BallotView:
    last = {ballot.member: ballot for ballot in await view.deliberation.ballots_on(proposal.id)}
    ballots = tuple(sorted(last.values(), key=lambda ballot: ballot.at))
    marks = await view.deliberation.marks_on(proposal.id)
    if proposal.settled_at is not None:
        return BallotView(ballots, marks)
    return BallotView(ballots, marks, await tally_of(view, policy, case, proposal))


async def _sanction_view(view: ReadView, by: MemberId, sanction: Sanction) -> SanctionView:
    rows = [row for row in await view.sanctions.coverage_of(sanction.person) if sanction.covers(row.space)]
    reached = await visible_coverage(view, by, sanction.person, rows)
    return SanctionView(sanction, term_state_at(sanction, view.now), reached)
