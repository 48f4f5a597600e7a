"""What the reading room shows beside the case itself: who answered what, acts taken alone, and what holds where by now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guardian.cases.access import case_to_read
from guardian.cases.acting import is_under_review
from guardian.cases.concerns import Doubt, RiskMark
from guardian.cases.deliberation import BoardAnswer, Mark
from guardian.cases.local import Hop
from guardian.cases.values import Act, ActState, Ballot, Case, CaseKind, Review
from guardian.desk.desk import Desk, View
from guardian.desk.knowing import coverage_known_to
from guardian.desk.reading import reader_of
from guardian.ids import MemberId, ProposalId
from guardian.journal import OPERATOR, PARTY, SERVICE
from guardian.sanctions.values import Coverage, Sanction, state_at
from rules.ladder import TermState

_OTHERS: Mapping[str, str] = {SERVICE: "the service", OPERATOR: "the operator", PARTY: "the person concerned"}


@dataclass(frozen=True, slots=True)
class Votes:
    """All that was answered and marked on one proposal, oldest first; a later ballot takes the place of an earlier one."""

    ballots: tuple[Ballot, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class ActRead:
    """One act taken alone, with what its reviewers have said."""

    act: Act
    reviews: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class SanctionRead:
    """One sanction of the case, where its term stands, and the person's total in each space that it reaches."""

    sanction: Sanction
    state: TermState
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class Proceedings:
    """What has become of a case. `names` says what everybody who acted in it is called, by the id in its records.

    Of `doubts` only those that are decided: an open one may be about the reader (P-4.1).
    """

    names: Mapping[str, str]
    votes: Mapping[ProposalId, Votes]
    acts: tuple[ActRead, ...]
    sanctions: tuple[SanctionRead, ...]
    board_answer: BoardAnswer | None = None
    risk_marks: tuple[RiskMark, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    hops: tuple[Hop, ...] = ()


async def proceedings(desk: Desk, session: str) -> Proceedings:
    """What has become of the session's case, for the member whose session it is. Policy: P-4.2."""
    by, code_name = await reader_of(desk, session)
    async with desk.works.look() as view:
        case = await case_to_read(view, by, code_name)
        return Proceedings(
            {**_OTHERS, **{member.id: member.name for member in await view.people.members()}},
            await _votes(view, case),
            tuple(
                [
                    ActRead(_as_shown(act, by), await view.deliberation.reviews_of(act.id))
                    for act in await view.deliberation.acts_of(case.id)
                ]
            ),
            tuple([await _sanction(view, by, sanction) for sanction in await view.sanctions.of_case(case.id)]),
            await view.deliberation.board_answer_for(case.id),
            await view.cases.risk_marks_of(case.id),
            tuple(doubt for doubt in await view.cases.doubts_of(case.id) if doubt.decided_at is not None),
            () if case.kind is CaseKind.LOCAL else await view.hops.of_case(case.id),
        )


def _as_shown(act: Act, by: MemberId) -> Act:
    """To its actor an open review only waits: that it lies with the chairs early would say why. Policy: P-4.4."""
    return replace(act, state=ActState.UNREVIEWED) if act.by == by and is_under_review(act) else act


async def _votes(view: View, case: Case) -> Mapping[ProposalId, Votes]:
    return {
        proposal.id: Votes(
            await view.deliberation.ballots_on(proposal.id), await view.deliberation.marks_on(proposal.id)
        )
        for proposal in await view.deliberation.proposals_of(case.id)
    }


async def _sanction(view: View, by: MemberId, sanction: Sanction) -> SanctionRead:
    rows = [row for row in await view.sanctions.coverage_of(sanction.person) if sanction.covers(row.space)]
    reached = await coverage_known_to(view, by, sanction.person, rows)
    return SanctionRead(sanction, state_at(sanction, view.now), reached)
