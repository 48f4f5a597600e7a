"""What is stored of proposals, decisions, drafts and acts. Every text is stored encrypted.

Read `DeliberationStore` first.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from guardian.cases.drafts import Draft
from guardian.cases.procedure import CaseStep
from guardian.cases.proposals import Ballot, BoardAnswer, BoardRequest, Decision, Mark, Motion, Proposal
from guardian.cases.unilateral_acts import ActReview, Stop, UnilateralAct
from guardian.ids import CaseId, DecisionId, DraftId, MemberId, ProposalId


class DeliberationStore(Protocol):
    """All that happens to a case between its report and its enactment, and the acts that did not wait for it."""

    async def steps_of(self, case: CaseId) -> tuple[CaseStep, ...]:
        """Return the steps of the case that somebody or some deadline has touched."""
        ...

    async def add_step(self, step: CaseStep) -> None:
        """Store a new step."""
        ...

    async def save_step(self, step: CaseStep) -> CaseStep:
        """Store the step as given, one version later; Stale where somebody was quicker."""
        ...

    async def add_proposal(self, proposal: Proposal) -> None:
        """Store a new proposal."""
        ...

    async def save_proposal(self, proposal: Proposal) -> Proposal:
        """Store the proposal as given, one version later; Stale where somebody was quicker."""
        ...

    async def proposal(self, proposal: ProposalId) -> Proposal | None:
        """Return the proposal of that id."""
        ...

    async def proposals_of(self, case: CaseId) -> tuple[Proposal, ...]:
        """Return the case's proposals, oldest first."""
        ...

    async def add_ballot(self, ballot: Ballot) -> None:
        """Store a ballot beside the earlier ones of the same member."""
        ...

    async def ballots_on(self, proposal: ProposalId) -> tuple[Ballot, ...]:
        """Return every ballot that was cast on the proposal, oldest first."""
        ...

    async def add_mark(self, mark: Mark) -> None:
        """Store a new mark."""
        ...

    async def marks_on(self, proposal: ProposalId) -> tuple[Mark, ...]:
        """Return the marks on the proposal, oldest first."""
        ...

    async def add_motion(self, motion: Motion) -> None:
        """Store a new motion of the organisers."""
        ...

    async def save_motion(self, motion: Motion) -> Motion:
        """Store the motion as given, one version later; Stale where somebody was quicker."""
        ...

    async def motion_on(self, proposal: ProposalId) -> Motion | None:
        """Return the newest motion on the proposal."""
        ...

    async def add_decision(self, decision: Decision) -> None:
        """Store a new decision."""
        ...

    async def save_decision(self, decision: Decision) -> Decision:
        """Store the decision as given, one version later; Stale where somebody was quicker."""
        ...

    async def decision(self, decision: DecisionId) -> Decision | None:
        """Return the decision of that id."""
        ...

    async def decisions_of(self, case: CaseId) -> tuple[Decision, ...]:
        """Return the case's decisions, oldest first."""
        ...

    async def add_board_answer(self, answer: BoardAnswer) -> None:
        """Store a new answer of the Board."""
        ...

    async def save_board_answer(self, answer: BoardAnswer) -> BoardAnswer:
        """Store the answer as given, one version later; Stale where somebody was quicker."""
        ...

    async def board_answer_on(self, case: CaseId) -> BoardAnswer | None:
        """Return the newest answer of the Board on the case."""
        ...

    async def board_answers_of(self, case: CaseId) -> tuple[BoardAnswer, ...]:
        """Return every answer of the Board on the case, oldest first."""
        ...

    async def add_board_request(self, request: BoardRequest) -> None:
        """Store a party's request that the Board reconsiders a decision."""
        ...

    async def board_requests_of(self, case: CaseId) -> tuple[BoardRequest, ...]:
        """Return the parties' requests on the case, oldest first."""
        ...

    async def add_draft(self, draft: Draft) -> None:
        """Store a new draft."""
        ...

    async def save_draft(self, draft: Draft) -> Draft:
        """Store the draft as given, one version later; Stale where somebody was quicker."""
        ...

    async def draft(self, draft: DraftId) -> Draft | None:
        """Return the draft of that id."""
        ...

    async def drafts_of(self, case: CaseId) -> tuple[Draft, ...]:
        """Return the case's drafts, oldest first."""
        ...

    async def add_act(self, act: UnilateralAct) -> None:
        """Store a new act."""
        ...

    async def save_act(self, act: UnilateralAct) -> UnilateralAct:
        """Store the act as given, one version later; Stale where somebody was quicker."""
        ...

    async def act(self, act: str) -> UnilateralAct | None:
        """Return the act of that id."""
        ...

    async def acts_of(self, case: CaseId) -> tuple[UnilateralAct, ...]:
        """Return the acts whose review the case is, oldest first."""
        ...

    async def acts(self) -> tuple[UnilateralAct, ...]:
        """Return every act, oldest first: the brake counts all of them."""
        ...

    async def add_review(self, review: ActReview, case: CaseId | None) -> None:
        """Store a reviewer's answer, its words encrypted with the case's key, or the service's where there is no case."""
        ...

    async def reviews_of(self, act: str) -> tuple[ActReview, ...]:
        """Return what reviewers have answered to the act or the stop, oldest first."""
        ...

    async def reviews_of_each(self, those: Collection[str]) -> Mapping[str, tuple[ActReview, ...]]:
        """Return what reviewers have answered to each of these acts or stops, oldest first."""
        ...

    async def add_stop(self, stop: Stop) -> None:
        """Store a new stop."""
        ...

    async def save_stop(self, stop: Stop) -> Stop:
        """Store the stop as given, one version later; Stale where somebody was quicker."""
        ...

    async def stop(self, stop: str) -> Stop | None:
        """Return the stop of that id."""
        ...

    async def stops(self, of: MemberId | None = None) -> tuple[Stop, ...]:
        """Return every stop, or those of one member, oldest first."""
        ...
