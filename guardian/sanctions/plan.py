"""From what is wanted and what was seen to what is done next. Pure: the reconciler acts on it, `explain` reads it aloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from guardian.ids import Reference
from guardian.sanctions.desired import Desired
from guardian.sanctions.ownership import Whose
from guardian.sanctions.values import Application, CoverageState, Prior
from guardian.spaces.port import Abilities, Belonging, BelongingKind, Held, Presence, Seen
from rules.precedence import Foreign, Hold, Restriction, Wanted, compare_foreign

BEFORE_NATIVE_END = timedelta(days=2)
"""How long before a native end (a Discord timeout's 28 days) a hold is renewed."""

BETWEEN_REJOIN_LOOKS = timedelta(days=1)
"""How often somebody is looked for whose roles wait for their return, or who left while a timeout of ours ran."""

_RESTRICTION = {Hold.OPEN: Restriction.NONE, Hold.MUTED: Restriction.MUTED, Hold.BARRED: Restriction.BANNED}
_FROM_STRONG = (Hold.BARRED, Hold.MUTED)


@dataclass(frozen=True, slots=True)
class Place:
    """Ask the space to hold; `until` only where it needs a native end."""

    hold: Hold
    reference: Reference
    until: datetime | None
    prior: Prior


@dataclass(frozen=True, slots=True)
class Release:
    """Ask the space to let go of what is ours."""

    hold: Hold
    prior: Prior


@dataclass(frozen=True, slots=True)
class Restore:
    """Put back what another had placed there before us and what would still run."""

    hold: Hold
    until: datetime | None


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Return what our bar took away, as far as it may be returned now."""

    things: tuple[Belonging, ...]


Step = Place | Release | Restore | GiveBack


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a plan is made from: the wish, the look, whose each hold is, and our own records per hold."""

    wish: Desired
    seen: Seen
    whose: Mapping[Hold, Whose]
    applications: Mapping[Hold, Application]
    abilities: Abilities
    now: datetime
    return_approved: bool = False
    native_end: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The next step (None: nothing to do), the total as it stands, and when to look again (None: when something changes)."""

    step: Step | None
    state: CoverageState
    detail: str
    next_look: datetime | None
    unproved: bool = False


def plan(at: Situation) -> Plan:
    """What to do next so that the space comes to hold what is wanted, one step at a time, never through a gap."""
    if at.wish.hold is Hold.OPEN:
        return _return(at)
    if at.wish.hold not in at.abilities.holds:
        return _inexpressible(at)
    return _hold(at)


def _inexpressible(at: Situation) -> Plan:
    """Nothing stronger is held in its stead: what is left of ours from a stronger wish that has ended goes."""
    surplus = next((h for h in _FROM_STRONG if _is_ours(at, h)), None)
    step = None if surplus is None else _release(at, surplus)
    return Plan(step, CoverageState.BLOCKED, "this space cannot express what is wanted", at.wish.changes_at)


def _hold(at: Situation) -> Plan:
    held = at.seen.held(at.wish.hold)
    if held is not None and at.whose[held.hold] is Whose.OURS:
        return _kept(at, held)
    other = held or _stronger_foreign(at)
    if other is not None:
        return _by_others(at, other)
    if _absent(at, at.wish.hold):
        return _wait_for_them(at)
    return Plan(_placing(at, at.wish.hold), CoverageState.OPEN, "to be placed", at.wish.changes_at)


def _wait_for_them(at: Situation) -> Plan:
    """A hold for members only waits for the person to come; a stronger one of ours that is no longer wanted goes now."""
    if _is_ours(at, Hold.BARRED):
        return Plan(_release(at, Hold.BARRED), CoverageState.OPEN, "to be replaced", at.wish.changes_at)
    return Plan(None, CoverageState.OPEN, "waits until they are here", at.wish.changes_at)


def _kept(at: Situation, held: Held) -> Plan:
    """Ours stands. It is renewed before a native end, and what is weaker and ours goes only now."""
    renew_at = _renewal(at, held)
    if renew_at is not None and at.now >= renew_at:
        return Plan(_placing(at, held.hold), CoverageState.HELD, "to be renewed", _soonest(held.until))
    surplus = next((h for h in _FROM_STRONG if h is not held.hold and _is_ours(at, h)), None)
    if surplus is not None:
        return Plan(_release(at, surplus), CoverageState.HELD, "another hold of ours is let go", at.now)
    return Plan(None, CoverageState.HELD, "held", _soonest(at.wish.changes_at, renew_at))


def _by_others(at: Situation, other: Held) -> Plan:
    """Another's hold stands where ours would: it is left. Shorter than wanted, its end is the next look."""
    wanted = Wanted(_RESTRICTION[at.wish.hold], at.wish.until)
    enough = compare_foreign(_RESTRICTION[other.hold], other.until, wanted) is Foreign.ENOUGH
    detail = (
        "held by others" if enough or other.until is None else f"held by others until {other.until:%Y-%m-%d %H:%M} UTC"
    )
    unproved = at.whose.get(other.hold) is Whose.UNPROVED
    return Plan(None, CoverageState.HELD_BY_OTHERS, detail, _soonest(at.wish.changes_at, other.until), unproved)


def _return(at: Situation) -> Plan:
    """Nothing is wanted: what is ours goes, what is another's stays, what our bar took is offered back."""
    for hold in _FROM_STRONG:
        if _is_ours(at, hold):
            return Plan(_release(at, hold), CoverageState.OPEN, "to be released", at.wish.changes_at)
    restore = _restorable(at)
    if restore is not None:
        return Plan(restore, CoverageState.OPEN, "what stood before is put back", at.wish.changes_at)
    return _given_back(at)


def _given_back(at: Situation) -> Plan:
    things = tuple(thing for application in at.applications.values() for thing in application.taken)
    due = tuple(thing for thing in things if _returnable(at, thing))
    unproved = any(at.whose.get(h) is Whose.UNPROVED for h in _FROM_STRONG)
    if due:
        return Plan(GiveBack(due), CoverageState.MEMBERSHIP_OPEN, "what was taken is given back", at.wish.changes_at)
    if any(_needs_a_yes(thing) for thing in things):
        detail = "membership waits for a yes"
        return Plan(None, CoverageState.MEMBERSHIP_OPEN, detail, at.wish.changes_at, unproved)
    # The rest waits for the person to come; an event that told of it may have been missed.
    rejoin = at.now + BETWEEN_REJOIN_LOOKS if things or _left_with_ours(at) else None
    return Plan(None, CoverageState.RETURNED, "access returned", _soonest(at.wish.changes_at, rejoin), unproved)


def _left_with_ours(at: Situation) -> bool:
    """Whether something of ours runs on for somebody who has left: a timeout that they would bring back with them."""
    return any(a.placed and _absent(at, hold) for hold, a in at.applications.items())


def _needs_a_yes(thing: Belonging) -> bool:
    """Power roles and the organisation's membership come back by a named person's yes (P-6.7)."""
    return thing.power or thing.kind is BelongingKind.MEMBERSHIP


def _returnable(at: Situation, thing: Belonging) -> bool:
    if _needs_a_yes(thing):
        return at.return_approved
    invited_with_it = thing.kind is BelongingKind.TEAM and at.return_approved
    return invited_with_it or at.seen.presence is Presence.MEMBER


def _restorable(at: Situation) -> Restore | None:
    """A hold of another's that stood before ours and would still run, unless it stands anyway or is back already."""
    for application in at.applications.values():
        prior = application.prior
        runs_still = prior.until is not None and prior.until > at.now
        if prior.hold is None or not runs_still or application.restored or _absent(at, prior.hold):
            continue
        if at.seen.held(prior.hold) is None:
            return Restore(prior.hold, prior.until)
    return None


def _absent(at: Situation, hold: Hold) -> bool:
    return hold in at.abilities.needs_presence and at.seen.presence is not Presence.MEMBER


def _placing(at: Situation, hold: Hold) -> Place:
    return Place(hold, at.wish.reference or Reference(""), native_end(at, hold), _prior(at, hold))


def native_end(at: Situation, hold: Hold) -> datetime | None:
    """The native end that a placement carries: only where the space has a longest term, or is set to end by itself."""
    longest = at.abilities.longest.get(hold)
    if longest is not None:
        latest = at.now + longest
        return latest if at.wish.until is None else min(at.wish.until, latest)
    return at.wish.until if at.native_end else None


def _renewal(at: Situation, held: Held) -> datetime | None:
    """When a hold of ours with a native end must be renewed; None where its end suits what is wanted."""
    if held.until is None or (at.wish.until is not None and held.until >= at.wish.until):
        return None
    longest = at.abilities.longest.get(held.hold, BEFORE_NATIVE_END * 2)
    return held.until - min(BEFORE_NATIVE_END, longest / 2)


def _prior(at: Situation, hold: Hold) -> Prior:
    """What stands there that is not ours, as the intent records it."""
    for held in at.seen.holds:
        if held.hold is not hold and at.whose.get(held.hold) is not Whose.OURS:
            return Prior(held.hold, held.until, held.author)
    return Prior()


def _release(at: Situation, hold: Hold) -> Release:
    application = at.applications.get(hold)
    return Release(hold, application.prior if application else Prior())


def _is_ours(at: Situation, hold: Hold) -> bool:
    return at.seen.held(hold) is not None and at.whose.get(hold) is Whose.OURS


def _stronger_foreign(at: Situation) -> Held | None:
    if at.wish.hold is Hold.BARRED:
        return None
    barred = at.seen.held(Hold.BARRED)
    return barred if barred is not None and at.whose[Hold.BARRED] is not Whose.OURS else None


def _soonest(*instants: datetime | None) -> datetime | None:
    return min((i for i in instants if i is not None), default=None)
