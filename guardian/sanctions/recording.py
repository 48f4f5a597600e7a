"""What a look came to, kept in one transaction: key, total, applications, and what people must hear."""

from dataclasses import replace
from datetime import datetime, timedelta

from guardian.ids import PersonId, SpaceName
from guardian.journal import SERVICE
from guardian.logs import logger
from guardian.sanctions.facts import Facts, Tools
from guardian.sanctions.plan import GiveBack, Plan
from guardian.sanctions.settle import Settled, remaining
from guardian.sanctions.stores import SanctionWork
from guardian.sanctions.totals import coverage_in
from guardian.sanctions.trouble import Trouble
from guardian.sanctions.values import Coverage, CoverageState, Key, Lifting, LiftingCause
from guardian.spaces.outcomes import Already, Done, Outcome
from guardian.spaces.port import Account
from rules.brake import lifts_call_people
from rules.precedence import Hold

log = logger("sanctions")

_LET_GO = (CoverageState.RETURNED, CoverageState.MEMBERSHIP_OPEN)


async def keep_settled(tools: Tools, work: SanctionWork, facts: Facts, settled: Settled) -> None:
    for application in settled.changed:
        await work.sanctions.save_application(facts.key.person, application)
    for intent in settled.closed:
        await work.sanctions.close_intent(intent, work.now)
    for hold in settled.newly_held:
        work.journal.note(facts.entry("restriction.confirmed", hold=hold))
    for hold in settled.newly_gone:
        work.journal.note(facts.entry("restriction.gone", hold=hold))
        if hold in facts.taken_over:
            await work.sanctions.end_taken_over(facts.key.account, hold)
    for hold in settled.gone_by_other_hands:
        await _lifted_by_hand(tools, work, facts, hold, settled.lifted_by)


async def _lifted_by_hand(
    tools: Tools, work: SanctionWork, facts: Facts, hold: Hold, lifted_by: tuple[str, ...]
) -> None:
    """A manual lift follows the authority behind the sanction (architecture 5.13): held and asked about, or adopted.

    Only a lift that the space's own records name somebody for is adopted: a look that was behind must end nothing.
    """
    wish = facts.wish(work.now)
    if wish.hold is Hold.OPEN:
        return
    if not wish.binding and (lifted_by or wish.adopted):
        for sanction in (s for s in facts.sanctions if s.id in wish.because):
            lifting = Lifting(sanction.id, work.now, LiftingCause.ADOPTED, SERVICE, "lifted by hand", work.now)
            await work.sanctions.add_lifting(lifting)
        return
    application = next(a for h, a in facts.applications.items() if h is hold)
    lifts = (*application.put_back, work.now)
    current = next(a for a in await work.sanctions.applications_of(facts.key.account) if a.hold is hold)
    await work.sanctions.save_application(facts.key.person, replace(current, put_back=lifts))
    alarm = "lifted_again" if lifts_call_people(lifts, work.now, tools.policy) else "lifted_by_hand"
    await tools.alarms.raise_(work, alarm, facts.key.person, facts.key.space, wish.because)
    for native_id in lifted_by:
        await tools.alarms.ask(work, Account(facts.key.space, native_id))


async def record_adopted(tools: Tools, facts: Facts, settled: Settled) -> None:
    """A moderator's own measure has been lifted by hand: that ends it, and nothing is put back (architecture 5.13)."""
    async with tools.works.begin() as work:
        await keep_settled(tools, work, facts, settled)


async def record(tools: Tools, facts: Facts, settled: Settled, planned: Plan, *, cut: bool = False) -> None:
    """What the look came to. A call that was cut, or that a dead worker made, may still land: it is looked at once more.

    Until then its intent stays open, since in a space without reasons nothing else would prove what lands to be ours.
    """
    now = tools.clock.now()
    again = now + tools.pace.least if cut else None
    next_look = min((i for i in (planned.next_look, again) if i is not None), default=None)
    healed = facts.key.told_at is not None
    let_go = planned.state in _LET_GO
    key = replace(
        facts.key,
        # An account that was linked by mistake and is let go counts for nobody any more.
        state=CoverageState.NO_ACCOUNT if let_go and facts.known.ended_at is not None else planned.state,
        why=planned.detail,
        next_look=next_look,
        failures=0,
        blocked_since=None,
        told_at=None,
        needs="",
        observed_at=now,
    )
    async with tools.works.begin() as work:
        await keep_settled(tools, work, facts, settled)
        if not cut:
            await _close_overtaken(work, facts, settled, planned)
        if healed:
            await tools.alarms.raise_(work, "healed", key.person, key.space, facts.because(now))
        if let_go and facts.key.state not in (None, CoverageState.NO_ACCOUNT, *_LET_GO):
            await tools.alarms.let_go(work, facts.known.id)
        if planned.unproved:
            await tools.alarms.raise_(work, "cannot_prove", key.person, key.space, facts.because(now))
        await _finish(tools, work, key)


async def _close_overtaken(work: SanctionWork, facts: Facts, settled: Settled, planned: Plan) -> None:
    """Nothing is left to do: an intent that is still open has been overtaken by what is wanted now."""
    if planned.step is None and planned.state is not CoverageState.OPEN:
        for intent in facts.intents:
            if intent.id not in settled.closed:
                await work.sanctions.close_intent(intent.id, work.now)


async def record_held_back(
    tools: Tools,
    facts: Facts,
    settled: Settled,
    state: CoverageState,
    detail: str,
    *,
    alarm: str | None,
    patience: timedelta,
    next_look: datetime | None,
) -> None:
    """The step waits: the mode, the clock or the brake holds it back, and the key says so."""
    now = tools.clock.now()
    first = facts.key.why != detail
    since = now if first or facts.key.blocked_since is None else facts.key.blocked_since
    told_at = None if first else facts.key.told_at
    tell = alarm is not None and told_at is None and now - since >= patience
    key = replace(
        facts.key,
        state=state,
        why=detail,
        next_look=next_look,
        blocked_since=since if alarm is not None else None,
        told_at=now if tell else told_at,
        observed_at=now,
    )
    async with tools.works.begin() as work:
        await keep_settled(tools, work, facts, settled)
        if first:
            work.journal.note(facts.entry("step.held_back", why=detail))
        if tell and alarm is not None:
            await tools.alarms.raise_(work, alarm, key.person, key.space, facts.because(work.now))
        await _finish(tools, work, key)


async def record_trouble(tools: Tools, facts: Facts, settled: Settled | None, trouble: Trouble) -> None:
    """The key is blocked where anything waits to be done there: it goes to people and is tried, slowly, for ever."""
    now = tools.clock.now()
    pending = facts.pending(now)
    since = facts.key.blocked_since or now
    blocked = replace(
        facts.key,
        state=CoverageState.BLOCKED if pending else facts.key.state,
        why=trouble.why,
        needs=trouble.needs,
        failures=facts.key.failures + 1,
        blocked_since=since if pending else None,
    )
    # A cause that people can mend, and did not hear of yet, is told even where they heard of the trouble before.
    newly_needed = bool(trouble.needs) and trouble.needs != facts.key.needs and facts.key.told_at is not None
    tell = pending and (newly_needed or tools.pace.tell_now(blocked, now))
    retry = max(tools.pace.retry_at(blocked, now), now + (trouble.after or timedelta()))
    key = replace(blocked, next_look=retry, told_at=now if tell else blocked.told_at)
    log.warning("key.blocked", key=key.account, space=key.space, failures=key.failures, needs=key.needs)
    async with tools.works.begin() as work:
        if settled is not None:
            await keep_settled(tools, work, facts, settled)
        await _finish(tools, work, key)
        if tell:
            # The key first: whoever is told of it reads there what is missing.
            work.journal.note(facts.entry("key.blocked", needs=trouble.needs))
            await tools.alarms.raise_(work, "blocked", key.person, key.space, facts.because(now))


async def record_missing(tools: Tools, facts: Facts) -> None:
    """There is no such account just now. Nothing of ours is forgotten for it: GitHub hides accounts that it flags, and
    one that comes back with our hold on it must still be let go. While anything is pending it is looked for, slowly.
    """
    now = tools.clock.now()
    again = now + tools.pace.missing if facts.pending(now) else None
    next_look = min((i for i in (facts.wish(now).changes_at, again) if i is not None), default=None)
    key = replace(
        facts.key,
        state=CoverageState.NO_ACCOUNT,
        why="there is no such account just now",
        next_look=next_look,
        failures=0,
        blocked_since=None,
        told_at=None,
        observed_at=now,
    )
    async with tools.works.begin() as work:
        await _finish(tools, work, key)
        if facts.key.state is CoverageState.NO_ACCOUNT:
            return
        work.journal.note(facts.entry("account.not_found"))
        if facts.wish(now).hold is not Hold.OPEN:
            # Merged into another, deleted, or hidden: whoever it was may be there under another account by now.
            await tools.alarms.raise_(work, "account_gone", key.person, key.space, facts.because(now))


async def record_given(tools: Tools, facts: Facts, step: GiveBack, outcome: Outcome) -> None:
    if not isinstance(outcome, Done | Already):
        return
    async with tools.works.begin() as work:
        for application in await work.sanctions.applications_of(facts.key.account):
            left = remaining(application.taken, step.things)
            if left != application.taken:
                await work.sanctions.save_application(facts.key.person, replace(application, taken=left))
        work.journal.note(facts.entry("belongings.given_back"))


async def _finish(tools: Tools, work: SanctionWork, key: Key) -> None:
    """The key and the total are kept together: the person's, and that of whoever is known to be the same human."""
    await work.sanctions.finish(key)
    people = await work.sanctions.together(key.person)
    keys = [k for person in people for k in await work.sanctions.keys_of(person) if k.space == key.space]
    for person in people:
        await _add_up(tools, work, person, key.space, keys)


async def _add_up(tools: Tools, work: SanctionWork, person: PersonId, space: SpaceName, keys: list[Key]) -> None:
    rows = await work.sanctions.coverage_of(person)
    known = next((row for row in rows if row.space == space), None)
    total = coverage_in(person, space, keys, known, work.now)
    if total == known:
        return
    await work.sanctions.save_coverage(total)
    after: tuple[Coverage, ...] = (*(row for row in rows if row.space != space), total)
    await tools.alarms.total_changed(work, person, rows, after)
