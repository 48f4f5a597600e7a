"""Says in words why an account is restricted, until when, and what comes next, by the reconciler's own pure code.

Read `explain` first.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.ids import SanctionId, SpaceName
from guardian.reconciler.actions import Plan, Reinstate, Release, Restore, Restrict
from guardian.reconciler.confirmation import confirm
from guardian.reconciler.plan import plan
from guardian.reconciler.reconciliation import build_situation, invisible_levels, observe
from guardian.reconciler.snapshot import AccountSnapshot
from guardian.sanctions.models import term_state_at
from guardian.spaces.port import Missing, Space, Unknown
from rules.ladder import TermState
from rules.precedence import AccessLevel

_STATE = {
    TermState.RUNNING: "running",
    TermState.AWAITING: "term over, may ask",
    TermState.OVER: "ended",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One account: what is desired and why, what the space shows, what the next reconciliation would do."""

    space: SpaceName
    desired: AccessLevel
    until: datetime | None
    because: tuple[tuple[SanctionId, str, datetime | None], ...]
    seen: str
    total: str
    next_step: str
    due_at: datetime | None


async def explain(snapshot: AccountSnapshot, space: Space, now: datetime) -> Explanation:
    """Return what a reconciliation at this moment would find and do, without doing it."""
    desired = snapshot.desired(now)
    because = tuple(
        (s.id, _STATE[term_state_at(s, now)], s.ends) for s in snapshot.sanctions if s.id in desired.reasons
    )
    seen, ownership = await observe(space, snapshot)
    if isinstance(seen, Missing):
        return _without_plan(snapshot, because, now, "the account does not exist any more")
    if isinstance(seen, Unknown):
        return _without_plan(snapshot, because, now, f"could not be seen: {seen.reason}")
    hidden = invisible_levels(space, seen)
    confirmation = confirm(snapshot.item.account, seen, ownership, snapshot.enforcements, snapshot.intents, now, hidden)
    known = replace(snapshot, enforcements=confirmation.enforcements)
    planned = plan(build_situation(space, known, seen, ownership, now))
    shown = ", ".join(f"{h.level} ({ownership[h.level]})" for h in seen.restrictions) or "nothing is held"
    return Explanation(
        space=space.name,
        desired=desired.level,
        until=desired.until,
        because=because,
        seen=shown,
        total=planned.detail,
        next_step=describe_action(planned),
        due_at=planned.due_at,
    )


def describe_action(planned: Plan) -> str:
    """Return the next action as a plain sentence."""
    match planned.action:
        case None:
            return "nothing is to be done"
        case Restrict():
            return f"it would be placed: {planned.action.level}"
        case Release():
            return f"it would be released: {planned.action.level}"
        case Restore():
            return f"what stood before would be put back: {planned.action.level}"
        case Reinstate():
            return "what was taken would be given back"


def _without_plan(
    snapshot: AccountSnapshot, because: tuple[tuple[SanctionId, str, datetime | None], ...], now: datetime, seen: str
) -> Explanation:
    desired = snapshot.desired(now)
    return Explanation(
        space=snapshot.item.space,
        desired=desired.level,
        until=desired.until,
        because=because,
        seen=seen,
        total=snapshot.item.detail,
        next_step="look again",
        due_at=snapshot.item.due_at,
    )
