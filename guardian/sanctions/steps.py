"""From a planned step to a call: what may hold it back, the intent that is stored before it, and what its answer means."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from guardian.ids import IntentId, Reference, new_id, new_reference
from guardian.sanctions.facts import Facts, Tools
from guardian.sanctions.plan import GiveBack, Place, Release, Restore, Step
from guardian.sanctions.recording import keep_settled
from guardian.sanctions.settle import Settled, merged
from guardian.sanctions.stores import Lease, SanctionWork
from guardian.sanctions.trouble import Trouble
from guardian.sanctions.values import Application, CoverageState, Intent, IntentKind, Prior
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Belonging, Belongings, Order, Space, Unknown
from guardian.spaces.registry import Mode
from rules.brake import Placement, may_place
from rules.policy import HOUR
from rules.precedence import Hold

LEASE_FACTOR = 3
AT_ONCE = timedelta()
_BUSY_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A step that is right but may not be done now: the mode, the clock, or the brake says so.

    People hear of it by `alarm` once it has lasted for `patience`, in case time.
    """

    state: CoverageState
    detail: str
    alarm: str | None
    again: datetime | None
    patience: timedelta = AT_ONCE


def held_back(tools: Tools, facts: Facts, step: Step, now: datetime) -> HeldBack | None:
    if tools.spaces.mode(facts.key.space) is Mode.OBSERVE:
        return HeldBack(CoverageState.OBSERVING, f"would {_verb(step)}", None, None)
    if isinstance(step, Release) and not tools.clock.trusted():
        again, patience = now + tools.pace.braked, tools.pace.distrust_told_after
        return HeldBack(CoverageState.OPEN, "the clock is not trusted", "clock_distrusted", again, patience)
    return None


async def _braked(tools: Tools, work: SanctionWork, facts: Facts, settled: Settled, step: Place) -> HeldBack | None:
    """The brake is asked in the transaction that counts the placement: side by side, many would each see room."""
    announced = await work.sanctions.raid_until(facts.key.person)
    raid = announced is not None and work.now < announced
    placed = await work.sanctions.placements_since(work.now - HOUR)
    put_back = _put_back(facts, settled, step)
    if may_place(facts.key.person, placed, work.now, tools.policy, put_back=put_back, raid=raid):
        if not raid:
            # What two members have announced does not count: it would leave no room for anybody else.
            await work.sanctions.note_placement(Placement(facts.key.person, work.now, put_back))
        return None
    return HeldBack(CoverageState.OPEN, "the brake holds it back", "brake", work.now + tools.pace.braked)


def _put_back(facts: Facts, settled: Settled, step: Place) -> bool:
    """Whether this renews what stands, or puts back what somebody removed, rather than restricting somebody anew."""
    known = facts.applications.get(step.hold)
    if known is None:
        return False
    removed = bool(known.put_back) and known.confirmed_at is not None and known.put_back[-1] >= known.confirmed_at
    return known.placed or removed or step.hold in settled.gone_by_other_hands


def _verb(step: Step) -> str:
    match step:
        case Place():
            return f"place: {step.hold}"
        case Release():
            return f"release: {step.hold}"
        case Restore():
            return f"put back: {step.hold}"
        case GiveBack():
            return "give back what was taken"
        case _:
            assert_never(step)


async def foreseen(tools: Tools, space: Space, facts: Facts) -> Belongings | Unknown | None:
    """What a bar would destroy, asked for while the account is looked at, where nothing was begun there yet.

    None where no bar is in sight: what a later step destroys is then read before that step.
    """
    known = facts.applications.get(Hold.BARRED)
    begun = bool(facts.intents) or (known is not None and known.placed)
    if begun or not space.abilities.destroys or facts.wish(tools.clock.now()).hold is not Hold.BARRED:
        return None
    return await space.survey(facts.known.account)


async def survey(
    space: Space, facts: Facts, step: Step, losses: Belongings | Unknown | None
) -> tuple[Belonging, ...] | Unknown:
    """What the step will destroy, read before it; `losses` is the answer where it was foreseen."""
    if not isinstance(step, Place) or step.hold is not Hold.BARRED or not space.abilities.destroys:
        return ()
    found = await space.survey(facts.known.account) if losses is None else losses
    return found if isinstance(found, Unknown) else found.things


async def intend(
    tools: Tools,
    lease: Lease,
    space: Space,
    facts: Facts,
    settled: Settled,
    step: Step,
    taken: tuple[Belonging, ...],
) -> Intent | HeldBack:
    """The intent and all that was read before it are stored, under a lease that outlasts the call."""
    now = tools.clock.now()
    intent = _intent_for(facts, step, now)
    async with tools.works.begin() as work:
        braked = await _braked(tools, work, facts, settled, step) if isinstance(step, Place) else None
        if braked is not None:
            return braked
        await work.sanctions.renew(lease, tools.wire() + space.abilities.ceiling * LEASE_FACTOR)
        await keep_settled(tools, work, facts, settled)
        for other in facts.intents:
            if other.id not in settled.closed and other.hold is intent.hold:
                await work.sanctions.close_intent(other.id, now)
        await work.sanctions.add_intent(facts.key.person, intent)
        if isinstance(step, Place):
            await _keep_prior(work, facts, settled, step, intent, taken)
        work.journal.note(facts.entry("intent.opened", kind=intent.kind, hold=intent.hold))
    return intent


def _intent_for(facts: Facts, step: Step, now: datetime) -> Intent:
    new = IntentId(new_id())
    match step:
        case Place():
            return Intent(
                new, facts.key.account, IntentKind.PLACE, step.hold, step.reference, step.prior, now, step.until
            )
        case Release():
            known = facts.applications.get(step.hold)
            reference = known.reference if known else Reference("")
            return Intent(new, facts.key.account, IntentKind.RELEASE, step.hold, reference, step.prior, now)
        case Restore():
            # A reference of its own: what is put back is another's again, not ours to release.
            fresh = new_reference()
            return Intent(new, facts.key.account, IntentKind.RESTORE, step.hold, fresh, Prior(), now, step.until)
        case GiveBack():
            return Intent(new, facts.key.account, IntentKind.GIVE_BACK, Hold.OPEN, Reference(""), Prior(), now)
        case _:
            assert_never(step)


async def _keep_prior(
    work: SanctionWork, facts: Facts, settled: Settled, step: Place, intent: Intent, taken: tuple[Belonging, ...]
) -> None:
    """The first try's prior and losses stay: a repeated try finds its own doing and must not take it for the prior."""
    kept = await work.sanctions.applications_of(facts.key.account)
    known = next((a for a in kept if a.hold is step.hold), None)
    if known is None:
        fresh = Application(facts.key.account, step.hold, False, intent.reference, step.prior, taken)
    elif _put_back(facts, settled, step) or _open_placing(facts, step.hold) or known.taken:
        fresh = replace(known, taken=merged(known.taken, taken))
    else:
        fresh = replace(known, prior=step.prior, taken=taken, restored=False, reference=intent.reference)
    if fresh != known:
        await work.sanctions.save_application(facts.key.person, fresh)
    if step.hold is Hold.BARRED and taken:
        await work.sanctions.withdraw_return(facts.key.person)


def _open_placing(facts: Facts, hold: Hold) -> bool:
    return any(i.hold is hold and i.kind is IntentKind.PLACE for i in facts.intents)


async def act(tools: Tools, space: Space, facts: Facts, step: Step, intent: Intent) -> Outcome:
    account = facts.known.account
    reason = tools.neutral_reason(intent.reference)
    match step:
        case Place() | Restore():
            return await space.restrict(Order(account, step.hold, intent.reference, reason, step.until))
        case Release():
            return await space.release(account, step.hold, reason)
        case GiveBack():
            return await space.give_back(account, step.things)
        case _:
            assert_never(step)


async def drain(tools: Tools, space: Space, facts: Facts) -> None:
    """Timed out for us is not over for the wire: nothing else happens to the account until the call has returned."""
    while space.busy(facts.known.account):
        await tools.nap(_BUSY_POLL_SECONDS)


def trouble_of(outcome: Outcome) -> Trouble | None:
    match outcome:
        case Done() | Already():
            return None
        case Unavailable():
            return Trouble(outcome.why, cut=True, after=outcome.after)
        case Forbidden():
            return Trouble("the space refuses us", outcome.needs)
        case Gone():
            return Trouble("the account is not there any more")
        case Rejected():
            return Trouble(outcome.why)
        case _:
            assert_never(outcome)
