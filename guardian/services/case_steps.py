"""Advance the steps of a case (hearing, feedback, second reading …) inside an open unit of work. Asks no permissions.

Read `advance_step` first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.procedure import STEP_MACHINE, CaseStep, CaseSteps, StepEvent, StepState
from guardian.ids import CaseId, MemberId
from guardian.journal import SERVICE
from guardian.services.context import ReadView, UnitOfWork
from rules.procedure import Step


@dataclass(frozen=True, slots=True)
class StepChange:
    """What happens to a step, through whom. `confirmed_by`: who agreed to skip it; `until`: when it ends by itself."""

    event: StepEvent
    by: str
    reason: str = ""
    confirmed_by: MemberId | None = None
    until: datetime | None = None


async def get_steps(view: ReadView, case: CaseId) -> CaseSteps:
    """Return the steps of the case as they stand."""
    return CaseSteps({step.kind: step for step in await view.deliberation.steps_of(case)})


async def advance_step(uow: UnitOfWork, case: CaseId, kind: Step, change: StepChange) -> CaseStep:
    """Move the step where the event leads, from pending where nobody has touched it; Refused where it leads nowhere."""
    known = (await get_steps(uow, case)).by_kind.get(kind)
    state = STEP_MACHINE.advance(known.state if known else StepState.PENDING, change.event)
    if known is None:
        step = CaseStep(
            case=case,
            kind=kind,
            state=state,
            at=uow.now,
            by=change.by,
            reason=change.reason,
            confirmed_by=change.confirmed_by,
            until=change.until,
        )
        await uow.deliberation.add_step(step)
        return step
    moved = replace(
        known,
        state=state,
        at=uow.now,
        by=change.by,
        reason=change.reason or known.reason,
        confirmed_by=change.confirmed_by,
        until=change.until or known.until,
    )
    return await uow.deliberation.save_step(moved)


async def complete_step(uow: UnitOfWork, case: CaseId, kind: Step, by: str = SERVICE, reason: str = "") -> None:
    """Complete the step; one that was done or skipped before stays as it is."""
    if not (await get_steps(uow, case)).is_over(kind):
        await advance_step(uow, case, kind, StepChange(StepEvent.COMPLETE, by, reason=reason))


async def reset_steps(uow: UnitOfWork, case: CaseId, kinds: Iterable[Step], by: str) -> None:
    """Begin the steps anew, because they belonged to an earlier decision."""
    steps = await get_steps(uow, case)
    for kind in kinds:
        if steps.state(kind) is not StepState.PENDING:
            await advance_step(uow, case, kind, StepChange(StepEvent.RESET, by))
