"""What an appraisal, and the space's answers, make of what is still to be given back. Pure. Read `reinstated` first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from guardian.reconciler.confirmation import remaining_entitlements
from guardian.sanctions.models import Enforcement, ReturnOffer
from guardian.spaces.outcomes import Already, Done, Outcome, Unavailable, describe_refusal
from guardian.spaces.port import Appraisal, Entitlement, EntitlementKind


def appraised(known: Enforcement, asked: tuple[Entitlement, ...], appraisal: Appraisal, now: datetime) -> Enforcement:
    """Return the enforcement with what its entitlements are worth now: power is judged at the giving, not the taking."""
    today = {_key(e): e for e in appraisal.entitlements}
    kept = tuple(today.get(_key(e), e) for e in known.removed_entitlements if _key(e) in today or e not in asked)
    offers = [o for o in known.offers if not any(_key(e) == (o.kind, o.native_id) for e in asked)]
    mine = {_key(e) for e in kept}
    offers += [
        ReturnOffer(e.kind, e.native_id, now, appraisal.refusals[e.native_id])
        for e in appraisal.entitlements
        if e.native_id in appraisal.refusals and _key(e) in mine
    ]
    return replace(known, removed_entitlements=kept, offers=tuple(offers))


def reinstated(
    known: Enforcement, outcomes: Mapping[Entitlement, Outcome], now: datetime, *, is_member: bool
) -> Enforcement:
    """Return the enforcement without what was given; what was asked for, or refused, is an offer from now on."""
    mine = {e: o for e, o in outcomes.items() if e in known.removed_entitlements and not isinstance(o, Unavailable)}
    done = {e for e, outcome in mine.items() if isinstance(outcome, Done | Already)}
    given = tuple(e for e in done if e.kind is EntitlementKind.ROLE or (is_member and e.kind is EntitlementKind.TEAM))
    offers = [o for o in known.offers if not any(_key(e) == (o.kind, o.native_id) for e in mine)]
    offers += [
        ReturnOffer(e.kind, e.native_id, now, "" if e in done else describe_refusal(outcome))
        for e, outcome in mine.items()
        if e not in given
    ]
    left = remaining_entitlements(known.removed_entitlements, given)
    return replace(known, removed_entitlements=left, offers=tuple(offers))


def _key(entitlement: Entitlement) -> tuple[EntitlementKind, str]:
    return entitlement.kind, entitlement.native_id
