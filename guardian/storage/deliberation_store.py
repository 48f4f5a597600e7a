"""Stores how a case was weighed and decided: steps, proposals, ballots, motions, decisions, the Board's answers.

Read `SqlDeliberationStore` first.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import Column, Row, select

from guardian.cases.procedure import CaseStep, StepState
from guardian.cases.proposals import Ballot, BoardAnswer, BoardRequest, Decision, Mark, MarkKind, Motion, Proposal
from guardian.ids import CaseId, DecisionId, ProposalId, new_id
from guardian.storage.consequence_codec import decode_consequence, encode_consequence
from guardian.storage.draft_store import SqlDraftStore
from guardian.storage.statements import insert
from guardian.storage.tables.deliberation import (
    ballots,
    board_answers,
    board_requests,
    decisions,
    marks,
    motions,
    proposals,
    steps,
)
from rules.procedure import Step
from rules.quorum import Answer


class SqlDeliberationStore(SqlDraftStore):
    """The store of deliberation; unilateral acts and their reviews are its other half, in `act_store`."""

    # -- steps

    async def steps_of(self, case: CaseId) -> tuple[CaseStep, ...]:
        """Return the steps of the case that somebody or some deadline has touched."""
        return tuple([await self._step(row) for row in await self._rows(steps.c.case_id, case)])

    async def add_step(self, step: CaseStep) -> None:
        """Store a new step."""
        row = {"id": _step_id(step), "case_id": step.case, "kind": step.kind, "version": step.version}
        await self._connection.execute(insert(steps), {**row, **await self._step_columns(step)})

    async def save_step(self, step: CaseStep) -> CaseStep:
        """Store the step as given, one version later; Stale where somebody was quicker."""
        version = await self._change(steps, _step_id(step), step.version, **await self._step_columns(step))
        return replace(step, version=version)

    # -- proposals and what is cast on them

    async def add_proposal(self, proposal: Proposal) -> None:
        """Store a new proposal."""
        row = {
            "id": proposal.id,
            "case_id": proposal.case,
            "person_id": self._hide(proposal.case, proposal.person),
            "by": self._hide(proposal.case, proposal.by),
            "at": proposal.at,
            "version": proposal.version,
        }
        await self._connection.execute(insert(proposals), {**row, **await self._proposal_columns(proposal)})

    async def save_proposal(self, proposal: Proposal) -> Proposal:
        """Store the proposal as given, one version later; Stale where somebody was quicker."""
        columns = await self._proposal_columns(proposal)
        return replace(proposal, version=await self._change(proposals, proposal.id, proposal.version, **columns))

    async def proposal(self, proposal: ProposalId) -> Proposal | None:
        """Return the proposal of that id."""
        found = await self._proposals(proposals.c.id, proposal)
        return found[0] if found else None

    async def proposals_of(self, case: CaseId) -> tuple[Proposal, ...]:
        """Return the case's proposals, oldest first."""
        return await self._proposals(proposals.c.case_id, case)

    async def add_ballot(self, ballot: Ballot) -> None:
        """Store a ballot beside the earlier ones of the same member."""
        row_id = new_id()
        content = {"answer": ballot.answer, "severe": ballot.severe, "reason": ballot.reason}
        case = await self._case_of(ballot.proposal)
        row = {"id": row_id, "proposal_id": ballot.proposal, "at": ballot.at}
        row["member_id"] = self._hide(ballot.proposal, ballot.member)
        encrypted = await self._encrypt(case, "ballots", row_id, content)
        await self._connection.execute(insert(ballots), {**row, "sealed": encrypted})

    async def ballots_on(self, proposal: ProposalId) -> tuple[Ballot, ...]:
        """Return every ballot that was cast on the proposal, oldest first."""
        rows = await self._rows(ballots.c.proposal_id, proposal)
        contents = [await self._decrypt("ballots", row) for row in rows]
        # An expunged ballot says nothing any more; what it led to stands in the proposal's result.
        return tuple(
            Ballot(
                proposal=row.proposal_id,
                member=self._reveal(proposal, row.member_id),
                answer=Answer(words["answer"]),
                at=row.at,
                severe=words["severe"],
                reason=words["reason"],
            )
            for row, words in zip(rows, contents, strict=True)
            if words
        )

    async def add_mark(self, mark: Mark) -> None:
        """Store a new mark."""
        row = {"id": new_id(), "proposal_id": mark.proposal, "kind": mark.kind, "at": mark.at}
        row["member_id"] = self._hide(mark.proposal, mark.member)
        await self._connection.execute(insert(marks), row)

    async def marks_on(self, proposal: ProposalId) -> tuple[Mark, ...]:
        """Return the marks on the proposal, oldest first."""
        rows = await self._rows(marks.c.proposal_id, proposal)
        return tuple(
            Mark(row.proposal_id, self._reveal(proposal, row.member_id), MarkKind(row.kind), row.at) for row in rows
        )

    async def add_motion(self, motion: Motion) -> None:
        """Store a new motion of the organisers."""
        row = {"id": motion.id, "case_id": motion.case, "proposal_id": motion.proposal, "version": motion.version}
        await self._connection.execute(insert(motions), {**row, **self._motion_columns(motion)})

    async def save_motion(self, motion: Motion) -> Motion:
        """Store the motion as given, one version later; Stale where somebody was quicker."""
        version = await self._change(motions, motion.id, motion.version, **self._motion_columns(motion))
        return replace(motion, version=version)

    async def motion_on(self, proposal: ProposalId) -> Motion | None:
        """Return the newest motion on the proposal."""
        rows = await self._rows(motions.c.proposal_id, proposal)
        return self._read_motion(rows[-1]) if rows else None

    # -- decisions and the Board's answers

    async def add_decision(self, decision: Decision) -> None:
        """Store a new decision."""
        row = {
            "id": decision.id,
            "case_id": decision.case,
            "person_id": self._hide(decision.case, decision.person),
            "proposal_id": decision.proposal,
            "at": decision.at,
            "by_board": decision.by_board,
            "supersedes": decision.supersedes,
            "enacted_at": decision.enacted_at,
            "version": decision.version,
            "sealed": await self._encrypt(
                decision.case, "decisions", decision.id, encode_consequence(decision.consequence)
            ),
        }
        await self._connection.execute(insert(decisions), row)

    async def save_decision(self, decision: Decision) -> Decision:
        """Store the decision as given, one version later; Stale where somebody was quicker."""
        version = await self._change(decisions, decision.id, decision.version, enacted_at=decision.enacted_at)
        return replace(decision, version=version)

    async def decision(self, decision: DecisionId) -> Decision | None:
        """Return the decision of that id."""
        found = await self._decisions(decisions.c.id, decision)
        return found[0] if found else None

    async def decisions_of(self, case: CaseId) -> tuple[Decision, ...]:
        """Return the case's decisions, oldest first."""
        return await self._decisions(decisions.c.case_id, case)

    async def add_board_answer(self, answer: BoardAnswer) -> None:
        """Store a new answer of the Board."""
        row = {
            "id": answer.id,
            "case_id": answer.case,
            "person_id": self._hide(answer.case, answer.person),
            "by": self._hide(answer.case, answer.by),
            "at": answer.at,
            "version": answer.version,
            "sealed": await self._encrypt(
                answer.case, "board_answers", answer.id, encode_consequence(answer.consequence)
            ),
        }
        await self._connection.execute(insert(board_answers), {**row, **self._confirmation(answer)})

    async def save_board_answer(self, answer: BoardAnswer) -> BoardAnswer:
        """Store the answer as given, one version later; Stale where somebody was quicker."""
        version = await self._change(board_answers, answer.id, answer.version, **self._confirmation(answer))
        return replace(answer, version=version)

    async def board_answer_on(self, case: CaseId) -> BoardAnswer | None:
        """Return the newest answer of the Board on the case."""
        found = await self.board_answers_of(case)
        return found[-1] if found else None

    async def board_answers_of(self, case: CaseId) -> tuple[BoardAnswer, ...]:
        """Return every answer of the Board on the case, oldest first."""
        rows = await self._rows(board_answers.c.case_id, case)
        return tuple([await self._board_answer(row) for row in rows])

    async def add_board_request(self, request: BoardRequest) -> None:
        """Store a party's request that the Board reconsiders a decision."""
        content = {"report": request.report, "person": request.person, "shows_news": request.shows_news}
        row = {"id": request.id, "case_id": request.case, "decision_id": request.decision, "at": request.at}
        encrypted = await self._encrypt(request.case, "board_requests", request.id, content)
        await self._connection.execute(insert(board_requests), {**row, "sealed": encrypted})

    async def board_requests_of(self, case: CaseId) -> tuple[BoardRequest, ...]:
        """Return the parties' requests on the case, oldest first."""
        rows = await self._rows(board_requests.c.case_id, case)
        contents = [await self._decrypt("board_requests", row) for row in rows]
        return tuple(
            BoardRequest(id=row.id, case=row.case_id, decision=row.decision_id, at=row.at, **content)
            for row, content in zip(rows, contents, strict=True)
        )

    # -- rows and values

    async def _step_columns(self, step: CaseStep) -> dict[str, Any]:
        return {
            "state": step.state,
            "at": step.at,
            "by": self._hide(step.case, step.by),
            "second": self._hide(step.case, step.confirmed_by),
            "until": step.until,
            "sealed": await self._encrypt(step.case, "steps", _step_id(step), {"reason": step.reason}),
        }

    async def _step(self, row: Row[Any]) -> CaseStep:
        words = await self._decrypt("steps", row)
        return CaseStep(
            case=row.case_id,
            kind=Step(row.kind),
            state=StepState(row.state),
            at=row.at,
            by=self._reveal(row.case_id, row.by),
            reason=words.get("reason", ""),
            confirmed_by=self._reveal(row.case_id, row.second),
            until=row.until,
            version=row.version,
        )

    async def _proposal_columns(self, proposal: Proposal) -> dict[str, Any]:
        content = {
            "consequence": encode_consequence(proposal.consequence),
            "counted": list(proposal.eligible_at_closing),
        }
        return {
            "severe": proposal.severe,
            "settled_at": proposal.settled_at,
            "result": proposal.result,
            "sealed": await self._encrypt(proposal.case, "proposals", proposal.id, content),
        }

    async def _proposals(self, column: Column[Any], value: str) -> tuple[Proposal, ...]:
        found = []
        for row in await self._rows(column, value):
            content = await self._decrypt("proposals", row)
            found.append(
                Proposal(
                    id=row.id,
                    case=row.case_id,
                    by=self._reveal(row.case_id, row.by),
                    at=row.at,
                    consequence=decode_consequence(content.get("consequence")),
                    person=self._reveal(row.case_id, row.person_id),
                    severe=row.severe,
                    settled_at=row.settled_at,
                    result=row.result,
                    eligible_at_closing=tuple(content.get("counted", ())),
                    version=row.version,
                )
            )
        return tuple(found)

    async def _case_of(self, proposal: ProposalId) -> CaseId:
        statement = select(proposals.c.case_id).where(proposals.c.id == proposal)
        return CaseId((await self._connection.execute(statement)).scalar_one())

    async def _decisions(self, column: Column[Any], value: str) -> tuple[Decision, ...]:
        return tuple(
            [
                Decision(
                    id=row.id,
                    case=row.case_id,
                    at=row.at,
                    consequence=decode_consequence(await self._decrypt("decisions", row)),
                    person=self._reveal(row.case_id, row.person_id),
                    proposal=row.proposal_id,
                    by_board=row.by_board,
                    supersedes=row.supersedes,
                    enacted_at=row.enacted_at,
                    version=row.version,
                )
                for row in await self._rows(column, value)
            ]
        )

    async def _board_answer(self, row: Row[Any]) -> BoardAnswer:
        consequence = decode_consequence(await self._decrypt("board_answers", row))
        return BoardAnswer(
            id=row.id,
            case=row.case_id,
            consequence=consequence,
            by=self._reveal(row.case_id, row.by),
            at=row.at,
            person=self._reveal(row.case_id, row.person_id),
            confirmed_by=self._reveal(row.case_id, row.confirmed_by),
            confirmed_at=row.confirmed_at,
            version=row.version,
        )

    def _motion_columns(self, motion: Motion) -> dict[str, Any]:
        return {
            "granted": motion.granted,
            "by": self._hide(motion.case, motion.by),
            "at": motion.at,
            "confirmed_by": self._hide(motion.case, motion.confirmed_by),
            "confirmed_at": motion.confirmed_at,
        }

    def _read_motion(self, row: Row[Any]) -> Motion:
        return Motion(
            id=row.id,
            case=row.case_id,
            proposal=row.proposal_id,
            granted=row.granted,
            by=self._reveal(row.case_id, row.by),
            at=row.at,
            confirmed_by=self._reveal(row.case_id, row.confirmed_by),
            confirmed_at=row.confirmed_at,
            version=row.version,
        )

    def _confirmation(self, answer: BoardAnswer) -> dict[str, Any]:
        return {
            "confirmed_by": self._hide(answer.case, answer.confirmed_by),
            "confirmed_at": answer.confirmed_at,
        }


def _step_id(step: CaseStep) -> str:
    return f"{step.case}/{step.kind}"
