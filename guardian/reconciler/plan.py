"""From the desired state and what was observed to what is done next. Read `plan` first.

Pure: the reconciler acts on it, `explanation` words it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.ids import Reference
from guardian.reconciler.actions import Plan, Reinstate, Release, Restore, Restrict
from guardian.reconciler.alerts import Alert
from guardian.reconciler.ownership import Ownership
from guardian.sanctions.desired_state import DesiredState
from guardian.sanctions.models import CoverageState, Enforcement, Prior, ReleaseState, ReturnOffer
from guardian.spaces.port import Capabilities, Entitlement, EntitlementKind, Observed, ObservedRestriction, Presence
from rules.precedence import AccessLevel, ForeignComparison, Restriction, StrongestDemand, compare_foreign

RENEW_BEFORE_END = timedelta(days=2)
"""How long before a native end (a Discord timeout's 28 days) a restriction is renewed."""

REJOIN_CHECK_INTERVAL = timedelta(days=1)
"""How often somebody is observed whose roles wait for their return, or who left while a timeout of ours ran."""

RELEASE_CHECK_AFTER = timedelta(hours=1)
"""How long after a space has said that there was nothing to release it is asked once more."""

_RESTRICTION = {
    AccessLevel.OPEN: Restriction.NONE,
    AccessLevel.MUTED: Restriction.MUTED,
    AccessLevel.BARRED: Restriction.BANNED,
}
STILL_INSIDE = "the restriction is listed, but they are still inside"
_UNPROVED = "whose restriction stands there cannot be shown"
_STRONGEST_FIRST = (AccessLevel.BARRED, AccessLevel.MUTED)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a plan is made from: desired, observed, whose each restriction is, and our records of it."""

    desired: DesiredState
    seen: Observed
    ownership: Mapping[AccessLevel, Ownership]
    enforcements: Mapping[AccessLevel, Enforcement]
    capabilities: Capabilities
    now: datetime
    reinstatement_approved: bool = False
    native_end: bool = False


def plan(situation: Situation) -> Plan:
    """Return what to do next to bring the space to the desired state, one action at a time, never through a gap."""
    if situation.desired.level is AccessLevel.OPEN:
        return _beside_others(situation, _plan_open(situation))
    if situation.desired.level not in situation.capabilities.levels:
        return _plan_inexpressible(situation)
    return _plan_restriction(situation)


def _beside_others(situation: Situation, planned: Plan) -> Plan:
    """Say what stands there that is not ours, once nothing of ours is left to end: access has not returned.

    Beside another's mute what waits for a yes can be given all the same; beside a bar it cannot.
    """
    standing = _standing_of_others(situation)
    states = (CoverageState.RETURNED, CoverageState.MEMBERSHIP_OPEN)
    if standing is None or planned.action is not None or planned.state not in states:
        return planned
    if planned.state is CoverageState.MEMBERSHIP_OPEN and standing.level is not AccessLevel.BARRED:
        return planned
    unproved = situation.ownership.get(standing.level) is Ownership.UNPROVED
    until = f" until {standing.until:%Y-%m-%d %H:%M} UTC" if standing.until else ""
    detail = _UNPROVED if unproved else f"a restriction that is not ours stands{until}"
    due_at = _earliest(planned.due_at, standing.until)
    return replace(planned, state=CoverageState.OTHERS_STAND, detail=detail, due_at=due_at)


def _standing_of_others(situation: Situation) -> ObservedRestriction | None:
    """The strongest restriction that holds the account and is not shown to be ours."""
    for level in _STRONGEST_FIRST:
        found = situation.seen.find_restriction(level)
        is_ours = situation.ownership.get(level) is Ownership.OURS
        if found is not None and not is_ours and level not in situation.seen.ineffective:
            return found
    return None


def _plan_inexpressible(situation: Situation) -> Plan:
    """Ask for nothing stronger instead: what is left of ours from a stronger demand that has ended goes."""
    action = _plan_release(situation)
    return Plan(action, CoverageState.BLOCKED, "this space cannot express what is wanted", situation.desired.changes_at)


def _plan_restriction(situation: Situation) -> Plan:
    observed_restriction = situation.seen.find_restriction(situation.desired.level)
    if observed_restriction is not None and observed_restriction.level in situation.seen.ineffective:
        return _plan_ineffective(situation)
    if observed_restriction is not None and situation.ownership[observed_restriction.level] is Ownership.OURS:
        return _plan_held(situation, observed_restriction)
    foreign = observed_restriction or _stronger_foreign(situation)
    if foreign is not None:
        return _plan_held_by_others(situation, foreign)
    if _is_absent(situation, situation.desired.level):
        return _plan_absent(situation)
    return Plan(
        _restrict(situation, situation.desired.level), CoverageState.OPEN, "to be placed", situation.desired.changes_at
    )


def _plan_ineffective(situation: Situation) -> Plan:
    """Restrict once more who is still inside although the restriction is listed: held is listed and effective."""
    return Plan(
        _restrict(situation, situation.desired.level), CoverageState.OPEN, STILL_INSIDE, situation.desired.changes_at
    )


def _plan_absent(situation: Situation) -> Plan:
    """Wait for the person to come, with what only members can be under; a stronger one of ours goes now."""
    surplus = _plan_release(situation)
    if surplus is not None:
        return Plan(surplus, CoverageState.OPEN, "to be replaced", situation.desired.changes_at)
    return Plan(None, CoverageState.OPEN, "waits until they are here", situation.desired.changes_at)


def _plan_held(situation: Situation, observed_restriction: ObservedRestriction) -> Plan:
    """Leave ours as it stands: it is renewed before a native end, and what is weaker and ours goes only now."""
    renew_at = _renewal_at(situation, observed_restriction)
    if situation.capabilities.follows_end and observed_restriction.until != situation.desired.until:
        renew_at = situation.now
    if renew_at is not None and situation.now >= renew_at:
        return Plan(
            _restrict(situation, observed_restriction.level),
            CoverageState.HELD,
            "to be renewed",
            _earliest(observed_restriction.until),
        )
    surplus = _plan_release(situation)
    if surplus is not None:
        return Plan(surplus, CoverageState.HELD, "another hold of ours is let go", situation.now)
    return Plan(None, CoverageState.HELD, "held", _earliest(situation.desired.changes_at, renew_at))


def _plan_held_by_others(situation: Situation, foreign: ObservedRestriction) -> Plan:
    """Leave the foreign restriction that stands where ours would; if shorter, reconcile again at its end."""
    strongest_demand = StrongestDemand(_RESTRICTION[situation.desired.level], situation.desired.until)
    enough = compare_foreign(_RESTRICTION[foreign.level], foreign.until, strongest_demand) is ForeignComparison.ENOUGH
    detail = (
        "held by others"
        if enough or foreign.until is None
        else f"held by others until {foreign.until:%Y-%m-%d %H:%M} UTC"
    )
    alert = Alert.CANNOT_PROVE if situation.ownership.get(foreign.level) is Ownership.UNPROVED else None
    detail = f"{detail}; {_UNPROVED}" if alert else detail
    return Plan(
        None, CoverageState.HELD_BY_OTHERS, detail, _earliest(situation.desired.changes_at, foreign.until), alert
    )


def _plan_open(situation: Situation) -> Plan:
    """Release what is ours, leave what is foreign, offer back what our bar took."""
    release = _plan_release(situation)
    if release is not None:
        return Plan(release, CoverageState.OPEN, "to be released", situation.desired.changes_at)
    restore = _find_restorable(situation)
    if restore is not None:
        return Plan(restore, CoverageState.OPEN, "what stood before is put back", situation.desired.changes_at)
    return _plan_reinstatement(situation)


def _plan_reinstatement(situation: Situation) -> Plan:
    """Give back what may be given now, item by item; what has been asked for is not there yet."""
    entitlements = _owed_entitlements(situation)
    due = tuple(e for e in entitlements if _may_reinstate(situation, e) and not _waits_for_answer(situation, e))
    if due:
        return Plan(
            Reinstate(due), CoverageState.MEMBERSHIP_OPEN, "what was taken is given back", situation.desired.changes_at
        )
    offers = {e: offer for e in entitlements if (offer := _find_offer(situation, e)) is not None}
    if offers or any(_needs_approval(e) for e in entitlements):
        return _plan_open_return(situation, offers)
    # The rest waits for the person to come; the event that reports it may have been missed.
    recheck_at = situation.now + REJOIN_CHECK_INTERVAL if entitlements or _is_away_with_ours(situation) else None
    due_at = _earliest(situation.desired.changes_at, recheck_at, _release_check_at(situation))
    alert = _unproved_alert(situation)
    detail = f"access returned; {_UNPROVED}" if alert else "access returned"
    return Plan(None, CoverageState.RETURNED, detail, due_at, alert)


def _plan_open_return(situation: Situation, offers: Mapping[Entitlement, ReturnOffer]) -> Plan:
    """Say what the return still waits for: a refusal by rule, an answer to an invitation, a named person's yes."""
    refusals = [f"{e.label}: {offer.refusal}" for e, offer in offers.items() if offer.refusal]
    invited = [offer.at for offer in offers.values() if not offer.refusal]
    run_out = any(situation.now >= at + situation.capabilities.invitation_lasts for at in invited)
    alert = _unproved_alert(situation)
    detail = "invited, and no member yet" if invited else "membership waits for a yes"
    detail = f"{detail}; {_UNPROVED}" if alert else detail
    if refusals:
        detail, alert = "not given back: " + "; ".join(refusals), Alert.NOT_GIVEN_BACK
    elif run_out:
        detail, alert = "the invitation has run out", Alert.INVITATION_OVER
    recheck_at = situation.now + REJOIN_CHECK_INTERVAL if offers else None
    due_at = _earliest(situation.desired.changes_at, recheck_at, _release_check_at(situation))
    return Plan(None, CoverageState.MEMBERSHIP_OPEN, detail, due_at, alert)


def _owed_entitlements(situation: Situation) -> tuple[Entitlement, ...]:
    known = situation.enforcements.values()
    return tuple(entitlement for enforcement in known for entitlement in enforcement.removed_entitlements)


def _find_offer(situation: Situation, entitlement: Entitlement) -> ReturnOffer | None:
    """Return what came of giving it back before; an invitation to a team is over once they are a member."""
    offers = (offer for enforcement in situation.enforcements.values() for offer in enforcement.offers)
    found = next((o for o in offers if (o.kind, o.native_id) == (entitlement.kind, entitlement.native_id)), None)
    is_accepted = found is not None and not found.refusal and situation.seen.presence is Presence.MEMBER
    return None if is_accepted else found


def _waits_for_answer(situation: Situation, entitlement: Entitlement) -> bool:
    """Return whether it was asked for, or refused, and is not to be asked for again yet.

    What the space refuses by a rule is judged again every day; a refused invitation waits for a fresh yes.
    """
    offer = _find_offer(situation, entitlement)
    if offer is None:
        return False
    is_invitation = not offer.refusal or situation.seen.presence is not Presence.MEMBER
    return is_invitation or situation.now < offer.at + REJOIN_CHECK_INTERVAL


def _unproved_alert(situation: Situation) -> Alert | None:
    unproved = any(situation.ownership.get(h) is Ownership.UNPROVED for h in _STRONGEST_FIRST)
    return Alert.CANNOT_PROVE if unproved else None


def _is_away_with_ours(situation: Situation) -> bool:
    """Return whether ours runs on for somebody who has left: a timeout that they would bring back with them."""
    return any(a.active and _is_absent(situation, level) for level, a in situation.enforcements.items())


def _needs_approval(entitlement: Entitlement) -> bool:
    """Return whether it comes back only by a named person's yes: power roles and membership do (P-6.7)."""
    return entitlement.privileged or entitlement.kind is EntitlementKind.MEMBERSHIP


def _may_reinstate(situation: Situation, entitlement: Entitlement) -> bool:
    if _needs_approval(entitlement):
        return situation.reinstatement_approved
    invited_with_it = entitlement.kind is EntitlementKind.TEAM and situation.reinstatement_approved
    return invited_with_it or situation.seen.presence is Presence.MEMBER


def _find_restorable(situation: Situation) -> Restore | None:
    """Return a foreign restriction that stood before ours and would still run, unless it stands or is back already."""
    for enforcement in situation.enforcements.values():
        prior = enforcement.prior
        runs_still = prior.until is not None and prior.until > situation.now
        if prior.level is None or not runs_still or enforcement.restored or _is_absent(situation, prior.level):
            continue
        if situation.seen.find_restriction(prior.level) is None:
            return Restore(prior.level, prior.until)
    return None


def _is_absent(situation: Situation, level: AccessLevel) -> bool:
    return level in situation.capabilities.needs_presence and situation.seen.presence is not Presence.MEMBER


def _restrict(situation: Situation, level: AccessLevel) -> Restrict:
    return Restrict(
        level, situation.desired.reference or Reference(""), native_end(situation, level), _prior_of(situation, level)
    )


def native_end(situation: Situation, level: AccessLevel) -> datetime | None:
    """Return the native end that a restriction carries.

    None unless the space has a longest term, or is set to end by itself.
    """
    longest = situation.capabilities.longest_term.get(level)
    if longest is not None:
        latest = situation.now + longest
        return latest if situation.desired.until is None else min(situation.desired.until, latest)
    return situation.desired.until if situation.native_end else None


def _renewal_at(situation: Situation, observed_restriction: ObservedRestriction) -> datetime | None:
    """Return when a restriction of ours with a native end must be renewed; None where its end suits what is desired."""
    if observed_restriction.until is None or (
        situation.desired.until is not None and observed_restriction.until >= situation.desired.until
    ):
        return None
    longest = situation.capabilities.longest_term.get(observed_restriction.level, RENEW_BEFORE_END * 2)
    return observed_restriction.until - min(RENEW_BEFORE_END, longest / 2)


def _prior_of(situation: Situation, level: AccessLevel) -> Prior:
    """Return what stands there that is not ours, as the intent records it."""
    for observed_restriction in situation.seen.restrictions:
        if (
            observed_restriction.level is not level
            and situation.ownership.get(observed_restriction.level) is not Ownership.OURS
        ):
            return Prior(observed_restriction.level, observed_restriction.until, observed_restriction.author)
    return Prior()


def _plan_release(situation: Situation) -> Release | None:
    """Return the release of the strongest of ours that is not desired: seen, or asked for once and never released.

    An observation that does not show ours may be behind, or empty by mistake: it frees us from nothing.
    """
    surplus = tuple(level for level in _STRONGEST_FIRST if level is not situation.desired.level)
    seen = next((level for level in surplus if _is_ours(situation, level)), None)
    if seen is not None:
        return _release(situation, seen)
    unseen = next((level for level in surplus if _is_release_owed(situation, level)), None)
    return None if unseen is None else _release(situation, unseen, unseen=True)


def _release(situation: Situation, level: AccessLevel, *, unseen: bool = False) -> Release:
    enforcement = situation.enforcements.get(level)
    return Release(level, enforcement.prior if enforcement else Prior(), unseen)


def _is_release_owed(situation: Situation, level: AccessLevel) -> bool:
    """Return whether the space has to be asked to release what the observation does not show.

    What stands there and is another's is left alone, and what only members can be under waits until they are here.
    """
    if situation.seen.find_restriction(level) is not None or _is_absent(situation, level):
        return False
    known = situation.enforcements.get(level)
    if known is None or known.release is not ReleaseState.OWED:
        return False
    return known.released_at is None or situation.now >= known.released_at + RELEASE_CHECK_AFTER


def _release_check_at(situation: Situation) -> datetime | None:
    """Return when a space that had nothing to release is asked once more, or looked at where it cannot be asked yet."""
    owed = (each.released_at for each in situation.enforcements.values() if each.release is ReleaseState.OWED)
    checks = [released_at + RELEASE_CHECK_AFTER for released_at in owed if released_at is not None]
    return _earliest(*(at if at > situation.now else situation.now + RELEASE_CHECK_AFTER for at in checks))


def _is_ours(situation: Situation, level: AccessLevel) -> bool:
    return situation.seen.find_restriction(level) is not None and situation.ownership.get(level) is Ownership.OURS


def _stronger_foreign(situation: Situation) -> ObservedRestriction | None:
    if situation.desired.level is AccessLevel.BARRED:
        return None
    barred = situation.seen.find_restriction(AccessLevel.BARRED)
    return barred if barred is not None and situation.ownership[AccessLevel.BARRED] is not Ownership.OURS else None


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((i for i in instants if i is not None), default=None)
