"""What weighing, deciding, writing and acting alone need remembered. The storage room keeps every text sealed."""

from typing import Protocol

from guardian.cases.drafts import Draft
from guardian.cases.procedure import CaseStep
from guardian.cases.proposals import Ballot, BoardAnswer, Decision, Mark, Motion, Proposal
from guardian.cases.unilateral_acts import ActReview, Stop, UnilateralAct
from guardian.ids import CaseId, DecisionId, DraftId, MemberId, ProposalId


class DeliberationStore(Protocol):
    """All that happens to a case between its report and its enactment, and the acts that did not wait for it."""

    async def steps_of(self, case: CaseId) -> tuple[CaseStep, ...]:
        """The steps of the case that somebody or some clock has touched."""
        ...

    async def add_step(self, step: CaseStep) -> None:
        """The step is remembered."""
        ...

    async def save_step(self, step: CaseStep) -> CaseStep:
        """The step stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def add_proposal(self, proposal: Proposal) -> None:
        """The proposal is remembered."""
        ...

    async def save_proposal(self, proposal: Proposal) -> Proposal:
        """The proposal stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def proposal(self, proposal: ProposalId) -> Proposal | None:
        """The proposal of that id."""
        ...

    async def proposals_of(self, case: CaseId) -> tuple[Proposal, ...]:
        """The case's proposals, oldest first."""
        ...

    async def add_ballot(self, ballot: Ballot) -> None:
        """The ballot is remembered beside the earlier ones of the same member."""
        ...

    async def ballots_on(self, proposal: ProposalId) -> tuple[Ballot, ...]:
        """Every ballot that was cast on the proposal, oldest first."""
        ...

    async def add_mark(self, mark: Mark) -> None:
        """The mark is remembered."""
        ...

    async def marks_on(self, proposal: ProposalId) -> tuple[Mark, ...]:
        """The marks on the proposal, oldest first."""
        ...

    async def add_motion(self, motion: Motion) -> None:
        """The organisers' motion is remembered."""
        ...

    async def save_motion(self, motion: Motion) -> Motion:
        """The motion stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def motion_on(self, proposal: ProposalId) -> Motion | None:
        """The newest motion on the proposal."""
        ...

    async def add_decision(self, decision: Decision) -> None:
        """The decision is remembered."""
        ...

    async def save_decision(self, decision: Decision) -> Decision:
        """The decision stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def decision(self, decision: DecisionId) -> Decision | None:
        """The decision of that id."""
        ...

    async def decisions_of(self, case: CaseId) -> tuple[Decision, ...]:
        """The case's decisions, oldest first."""
        ...

    async def add_board_answer(self, answer: BoardAnswer) -> None:
        """The Board's answer is remembered."""
        ...

    async def save_board_answer(self, answer: BoardAnswer) -> BoardAnswer:
        """The answer stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def board_answer_on(self, case: CaseId) -> BoardAnswer | None:
        """The newest answer of the Board on the case."""
        ...

    async def add_draft(self, draft: Draft) -> None:
        """The draft is remembered."""
        ...

    async def save_draft(self, draft: Draft) -> Draft:
        """The draft stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def draft(self, draft: DraftId) -> Draft | None:
        """The draft of that id."""
        ...

    async def drafts_of(self, case: CaseId) -> tuple[Draft, ...]:
        """The case's drafts, oldest first."""
        ...

    async def add_act(self, act: UnilateralAct) -> None:
        """The act is remembered."""
        ...

    async def save_act(self, act: UnilateralAct) -> UnilateralAct:
        """The act stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def act(self, act: str) -> UnilateralAct | None:
        """The act of that id."""
        ...

    async def acts_of(self, case: CaseId) -> tuple[UnilateralAct, ...]:
        """The acts whose review the case is, oldest first."""
        ...

    async def acts(self) -> tuple[UnilateralAct, ...]:
        """Every act, oldest first: the brake looks at all of them."""
        ...

    async def add_review(self, review: ActReview, case: CaseId | None) -> None:
        """A reviewer's answer is remembered; its words are sealed with the case, or with the service where there is none."""
        ...

    async def reviews_of(self, act: str) -> tuple[ActReview, ...]:
        """What reviewers have answered to the act or the stop, oldest first."""
        ...

    async def add_stop(self, stop: Stop) -> None:
        """The stop is remembered."""
        ...

    async def save_stop(self, stop: Stop) -> Stop:
        """The stop stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def stop(self, stop: str) -> Stop | None:
        """The stop of that id."""
        ...

    async def stops(self, of: MemberId | None = None) -> tuple[Stop, ...]:
        """Every stop, or those of one member, oldest first."""
        ...
