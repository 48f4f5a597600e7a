"""One look at one key: read, ask the space, act, look again, record. The world is touched outside any transaction."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.errors import Stale
from guardian.ids import AccountId
from guardian.logs import logger
from guardian.sanctions.facts import Facts, Tools, read
from guardian.sanctions.ownership import Evidence, Whose, needs_trace, whose
from guardian.sanctions.plan import GiveBack, Place, Plan, Situation, Step, plan
from guardian.sanctions.recording import (
    record,
    record_adopted,
    record_given,
    record_held_back,
    record_missing,
    record_trouble,
)
from guardian.sanctions.settle import Settled, settle
from guardian.sanctions.steps import HeldBack, act, drain, foreseen, held_back, intend, survey, trouble_of
from guardian.sanctions.stores import Lease
from guardian.sanctions.trouble import Trouble
from guardian.spaces.port import Account, Belongings, Hand, Missing, Presence, Seen, Space, Trace, Unknown
from rules.precedence import Hold

log = logger("sanctions")

MOST_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a look: what the last step was, and what trouble it met."""

    done: Step | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A look that worked, taken into account: what it proves, whose each hold is, and what to do next."""

    facts: Facts
    settled: Settled
    planned: Plan


async def look(tools: Tools, lease: Lease, account: AccountId) -> None:
    """The account holds what is wanted, or the key says why not and when it is looked at next."""
    last: Round | None = Round()
    for _ in range(MOST_ROUNDS):
        facts = await _facts(tools, account)
        if facts is None:
            return
        space = tools.spaces.get(facts.key.space)
        if space is None:
            await record_trouble(tools, facts, None, Trouble("this space is not configured any more"))
            return
        last = await _round(tools, lease, space, facts, last or Round())
        if last is None:
            return
    facts = await _facts(tools, account)
    if facts is not None:
        await record_trouble(tools, facts, None, Trouble("the space did not come to rest"))


async def looked_at(tools: Tools, lease: Lease, account: AccountId) -> None:
    """As `look`, but one bad row never stops the others: what went wrong is logged and the key is tried again later."""
    try:
        await look(tools, lease, account)
    except Stale:
        log.info("look.overtaken", key=account)
        await _look_again_soon(tools, account)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("look.failed", key=account)
        facts = await _facts(tools, account)
        if facts is not None:
            await record_trouble(tools, facts, None, Trouble("a fault of the service itself", "a look at its log"))


async def _look_again_soon(tools: Tools, account: AccountId) -> None:
    """Somebody else wrote meanwhile: the key is read anew, after a moment, so that two never chase each other."""
    async with tools.works.begin() as work:
        key = await work.sanctions.key(account)
        if key is not None:
            await work.sanctions.finish(replace(key, next_look=work.now + tools.pace.least))


async def _round(tools: Tools, lease: Lease, space: Space, facts: Facts, last: Round) -> Round | None:
    """One look and at most one step; None once the key is at rest or has to wait."""
    (seen, belongs), losses = await asyncio.gather(
        observe(space, facts, _just_placed(last)), foreseen(tools, space, facts)
    )
    if isinstance(seen, Missing):
        await record_missing(tools, facts)
        return None
    if isinstance(seen, Unknown):
        await record_trouble(tools, facts, None, Trouble(seen.why, seen.needs or "", after=seen.after))
        return None
    view = await _with_lifters(space, _view(tools, space, facts, seen, belongs))
    if _is_ended_by_hand(view, tools.clock.now()):
        await record_adopted(tools, view.facts, view.settled)
        return Round()
    step = view.planned.step
    if step is None or step == last.done:
        await _come_to_rest(tools, lease, facts, view, last)
        return None
    return await _step(tools, lease, space, view, step, losses)


async def _with_lifters(space: Space, view: View) -> View:
    """Whoever took away what was ours, as far as the space's own records name them."""
    account = view.facts.known.account
    traces = [await space.trace(account, hold) for hold in view.settled.gone_by_other_hands]
    lifters = tuple(t.by for t in traces if t.hand is Hand.ANOTHER and t.by is not None)
    return replace(view, settled=replace(view.settled, lifted_by=lifters)) if lifters else view


def _is_ended_by_hand(view: View, now: datetime) -> bool:
    """Whether a lift by a named hand ends what is wanted: only moderators' own measures stand behind it.

    What was there before us ends with any lift: it is never placed anew.
    """
    wish = view.facts.wish(now)
    named = bool(view.settled.lifted_by) or (bool(view.settled.gone_by_other_hands) and wish.adopted)
    return named and wish.hold is not Hold.OPEN and not wish.binding


async def _come_to_rest(tools: Tools, lease: Lease, facts: Facts, view: View, last: Round) -> None:
    """Nothing is left to do, or the step just tried has not shown: then the key is blocked and tried again later."""
    if view.planned.step is None:
        cut = lease.taken_over or (last.trouble is not None and last.trouble.cut)
        await record(tools, facts, view.settled, view.planned, cut=cut)
    else:
        await record_trouble(tools, facts, view.settled, last.trouble or Trouble("the space has not confirmed it yet"))


async def _step(
    tools: Tools, lease: Lease, space: Space, view: View, step: Step, losses: Belongings | Unknown | None
) -> Round | None:
    facts, settled = view.facts, view.settled
    held = held_back(tools, facts, step, tools.clock.now())
    if held is not None:
        await _hold_back(tools, view, held)
        return None
    taken = await survey(space, facts, step, losses)
    if isinstance(taken, Unknown):
        await record_trouble(tools, facts, settled, Trouble(taken.why, taken.needs or "", after=taken.after))
        return None
    intent = await intend(tools, lease, space, facts, settled, step, taken)
    if isinstance(intent, HeldBack):
        await _hold_back(tools, view, intent)
        return None
    outcome = await act(tools, space, facts, step, intent)
    await drain(tools, space, facts)
    if isinstance(step, GiveBack):
        await record_given(tools, facts, step, outcome)
    return Round(step, trouble_of(outcome))


async def _hold_back(tools: Tools, view: View, held: HeldBack) -> None:
    again = min((i for i in (view.planned.next_look, held.again) if i is not None), default=None)
    await record_held_back(
        tools,
        view.facts,
        view.settled,
        held.state,
        held.detail,
        alarm=held.alarm,
        patience=held.patience,
        next_look=again,
    )


async def _facts(tools: Tools, account: AccountId) -> Facts | None:
    async with tools.works.look() as work:
        return await read(work, account)


def _view(tools: Tools, space: Space, facts: Facts, seen: Seen, belongs: Mapping[Hold, Whose]) -> View:
    now = tools.clock.now()
    hidden = out_of_sight(space, seen)
    settled = settle(facts.key.account, seen, belongs, facts.applications, facts.intents, now, hidden)
    known = replace(facts, applications=settled.applications)
    return View(known, settled, plan(situation(space, known, seen, belongs, now)))


def out_of_sight(space: Space, seen: Seen) -> frozenset[Hold]:
    """The holds that this look could not have shown: what only members can be under, for somebody who is none just now."""
    return frozenset() if seen.presence is Presence.MEMBER else space.abilities.needs_presence


def situation(space: Space, facts: Facts, seen: Seen, belongs: Mapping[Hold, Whose], now: datetime) -> Situation:
    """Everything that a plan for this key is made from."""
    can = space.abilities
    wish = facts.wish(now)
    return Situation(wish, seen, belongs, facts.applications, can, now, facts.return_approved, can.ends_natively)


def _just_placed(last: Round) -> Hold | None:
    """What the space has just said that it holds for us."""
    return last.done.hold if isinstance(last.done, Place) and last.trouble is None else None


async def observe(
    space: Space, facts: Facts, just_placed: Hold | None = None
) -> tuple[Seen | Unknown | Missing, Mapping[Hold, Whose]]:
    """What the space holds on the account, and whose each hold is.

    Where it has just taken our placing, its records are asked while it is looked at; else only once something is seen.
    """
    foreseen = None if just_placed in space.abilities.signed else just_placed
    account = facts.known.account
    seen, traced = await asyncio.gather(space.observe(account), _trace(space, account, foreseen))
    if not isinstance(seen, Seen):
        return seen, {}
    belongs: dict[Hold, Whose] = {}
    for held in seen.holds:
        evidence = _evidence(space, facts, held.hold, None)
        if needs_trace(held, evidence):
            trace = traced if held.hold is foreseen else await space.trace(account, held.hold)
            evidence = _evidence(space, facts, held.hold, trace)
        belongs[held.hold] = whose(held, evidence)
    return seen, belongs


async def _trace(space: Space, account: Account, hold: Hold | None) -> Trace | None:
    return None if hold is None else await space.trace(account, hold)


def _evidence(space: Space, facts: Facts, hold: Hold, trace: Trace | None) -> Evidence:
    intent = next((i for i in reversed(facts.intents) if i.hold is hold), None)
    signed, taken = hold in space.abilities.signed, facts.taken_over.get(hold)
    return Evidence(facts.applications.get(hold), intent, facts.references, signed, trace, taken)
