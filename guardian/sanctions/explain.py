"""Says in words why an account is restricted, until when, and what the next look will do. The same pure code as the look."""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.ids import SanctionId, SpaceName
from guardian.sanctions.facts import Facts
from guardian.sanctions.look import observe, out_of_sight, situation
from guardian.sanctions.plan import GiveBack, Place, Plan, Release, Restore, plan
from guardian.sanctions.settle import settle
from guardian.sanctions.values import state_at
from guardian.spaces.port import Missing, Space, Unknown
from rules.ladder import TermState
from rules.precedence import Hold

_STATE = {
    TermState.RUNNING: "running",
    TermState.AWAITING: "term over, may ask",
    TermState.OVER: "ended",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One account: what is wanted and why, what the space shows, what the next look would do."""

    space: SpaceName
    wanted: Hold
    until: datetime | None
    because: tuple[tuple[SanctionId, str, datetime | None], ...]
    seen: str
    total: str
    next_step: str
    next_look: datetime | None


async def explain(facts: Facts, space: Space, now: datetime) -> Explanation:
    """What a look at this moment would find and do, without doing it."""
    wish = facts.wish(now)
    because = tuple((s.id, _STATE[state_at(s, now)], s.ends) for s in facts.sanctions if s.id in wish.because)
    seen, belongs = await observe(space, facts)
    if isinstance(seen, Missing):
        return _without_plan(facts, because, now, "the account does not exist any more")
    if isinstance(seen, Unknown):
        return _without_plan(facts, because, now, f"could not be seen: {seen.why}")
    hidden = out_of_sight(space, seen)
    settled = settle(facts.key.account, seen, belongs, facts.applications, facts.intents, now, hidden)
    known = replace(facts, applications=settled.applications)
    planned = plan(situation(space, known, seen, belongs, now))
    shown = ", ".join(f"{h.hold} ({belongs[h.hold]})" for h in seen.holds) or "nothing is held"
    return Explanation(
        space.name, wish.hold, wish.until, because, shown, planned.detail, step_in_words(planned), planned.next_look
    )


def step_in_words(planned: Plan) -> str:
    """The next step as a plain sentence."""
    match planned.step:
        case None:
            return "nothing is to be done"
        case Place():
            return f"it would be placed: {planned.step.hold}"
        case Release():
            return f"it would be released: {planned.step.hold}"
        case Restore():
            return f"what stood before would be put back: {planned.step.hold}"
        case GiveBack():
            return "what was taken would be given back"


def _without_plan(
    facts: Facts, because: tuple[tuple[SanctionId, str, datetime | None], ...], now: datetime, seen: str
) -> Explanation:
    wish = facts.wish(now)
    return Explanation(
        facts.key.space, wish.hold, wish.until, because, seen, facts.key.why, "look again", facts.key.next_look
    )
