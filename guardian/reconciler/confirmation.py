"""What an observation proves about our own doing: intents fulfilled, enforcements that stand or are gone. Pure.

Read `confirm` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.ids import AccountId, IntentId
from guardian.reconciler.ownership import Ownership
from guardian.sanctions.models import Enforcement, Intent, IntentKind, Prior, ReleaseState
from guardian.spaces.port import Entitlement, EntitlementKind, Observed, ObservedRestriction, Presence
from rules.precedence import AccessLevel

_RESTRICTING = (IntentKind.RESTRICT,)
_OURS = (IntentKind.RESTRICT, IntentKind.RELEASE)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The enforcements as the observation proves them, the intents it closes, and what came to light.

    `lifted_by` are the native ids of those who lifted by hand, where the space's records name them.
    """

    enforcements: Mapping[AccessLevel, Enforcement]
    changed: tuple[Enforcement, ...]
    closed: tuple[IntentId, ...]
    newly_confirmed: tuple[AccessLevel, ...]
    newly_gone: tuple[AccessLevel, ...]
    removed_by_others: tuple[AccessLevel, ...]
    lifted_by: tuple[str, ...] = ()


def confirm(
    account: AccountId,
    seen: Observed,
    ownership: Mapping[AccessLevel, Ownership],
    enforcements: Mapping[AccessLevel, Enforcement],
    intents: tuple[Intent, ...],
    now: datetime,
    invisible_levels: frozenset[AccessLevel] = frozenset(),
) -> Confirmation:
    """Compare an observation with what we meant to do and what we knew; a failed one proves nothing.

    `invisible_levels` are the restrictions that run on where nobody sees them: a Discord timeout while its member is
    away. One of ours is not gone before its own end, and still ours when they come back.
    """
    after = dict(enforcements)
    closed: list[IntentId] = []
    newly_confirmed: list[AccessLevel] = []
    newly_gone: list[AccessLevel] = []
    removed_by_others: list[AccessLevel] = []
    for level in sorted({i.level for i in intents if i.kind in _OURS} | set(enforcements)):
        own_intents = tuple(i for i in intents if i.level is level)
        known = enforcements.get(level)
        observed = seen.find_restriction(level) if ownership.get(level) is Ownership.OURS else None
        if observed is not None:
            after[level] = _confirmed_enforcement(account, observed, known, own_intents, now)
            newly_confirmed += [level] if known is None or not known.active else []
            closed += [i.id for i in own_intents if i.kind in _RESTRICTING]
            continue
        closed += [i.id for i in own_intents if i.kind is IntentKind.RELEASE]
        if known is not None and known.active and not (level in invisible_levels and _still_runs(known, now)):
            after[level] = _gone_enforcement(known, own_intents, now)
            newly_gone.append(level)
            removed_by_others += [level] if _is_lifted_manually(known, own_intents, now) else []
    restricting = {i.level for i in intents if i.kind in _RESTRICTING}
    after |= {h: _settled(a) for h, a in after.items() if _is_anothers(a, ownership.get(h)) and h not in restricting}
    for restored in (i for i in intents if i.kind is IntentKind.RESTORE and seen.find_restriction(i.level) is not None):
        closed.append(restored.id)
        after = {h: replace(a, restored=True) if a.prior.level is restored.level else a for h, a in after.items()}
    if seen.presence is Presence.MEMBER:
        after = {
            h: replace(a, removed_entitlements=_without_membership(a.removed_entitlements)) for h, a in after.items()
        }
    changed = tuple(a for h, a in after.items() if a != enforcements.get(h))
    return Confirmation(
        enforcements=after,
        changed=changed,
        closed=tuple(closed),
        newly_confirmed=tuple(newly_confirmed),
        newly_gone=tuple(newly_gone),
        removed_by_others=tuple(removed_by_others),
    )


def _confirmed_enforcement(
    account: AccountId,
    observed_restriction: ObservedRestriction,
    known: Enforcement | None,
    intents: tuple[Intent, ...],
    now: datetime,
) -> Enforcement:
    """Return our record of a restriction that is proved to be ours; unchanged where nothing new was observed."""
    restrict_intent = next((i for i in reversed(intents) if i.kind in _RESTRICTING), None)
    reference = (
        observed_restriction.reference
        or (restrict_intent.reference if restrict_intent else None)
        or (known.reference if known else None)
    )
    if reference is None:
        raise ValueError("a hold without a reference, an intent or a record cannot be ours")
    if known is None:
        # The record is older than the space's state (a restored database): the reference alone proves it.
        prior = restrict_intent.prior if restrict_intent else Prior()
        return Enforcement(
            account=account,
            level=observed_restriction.level,
            active=True,
            reference=reference,
            prior=prior,
            until=observed_restriction.until,
            confirmed_at=now,
        )
    if known.active and not restrict_intent and known.until == observed_restriction.until:
        return replace(known, missed_at=None)
    return replace(
        known,
        active=True,
        reference=reference,
        until=observed_restriction.until,
        confirmed_at=now,
        missed_at=None,
    )


def _gone_enforcement(known: Enforcement, intents: tuple[Intent, ...], now: datetime) -> Enforcement:
    """Return our record of a restriction that is not shown any more; what has run out by itself is released with that."""
    gone = replace(known, active=False, until=None, missed_at=None)
    has_run_out = not _still_runs(known, now) and not any(i.kind in _RESTRICTING for i in intents)
    return _settled(gone) if has_run_out else gone


def _is_anothers(known: Enforcement, ownership: Ownership | None) -> bool:
    """Return whether another's stands where ours was asked for: at one level nothing of ours can stand beside it."""
    return ownership is Ownership.FOREIGN and not known.active


def _settled(known: Enforcement) -> Enforcement:
    return replace(known, release=ReleaseState.DONE, released_at=None)


def _is_lifted_manually(known: Enforcement, intents: tuple[Intent, ...], now: datetime) -> bool:
    """Return whether ours went away without our having meant to release it, and before a native end of its own."""
    return _still_runs(known, now) and not any(i.kind is IntentKind.RELEASE for i in intents)


def _still_runs(known: Enforcement, now: datetime) -> bool:
    return known.until is None or now < known.until


def _without_membership(entitlements: tuple[Entitlement, ...]) -> tuple[Entitlement, ...]:
    """Return the rest: whoever is a member (again) is not owed the membership any more."""
    return tuple(b for b in entitlements if b.kind is not EntitlementKind.MEMBERSHIP)


def remaining_entitlements(
    removed: tuple[Entitlement, ...], reinstated: tuple[Entitlement, ...]
) -> tuple[Entitlement, ...]:
    """Return what is still to be reinstated."""
    reinstated_ids = {(b.kind, b.native_id) for b in reinstated}
    return tuple(b for b in removed if (b.kind, b.native_id) not in reinstated_ids)


def merge_entitlements(removed: tuple[Entitlement, ...], observed: tuple[Entitlement, ...]) -> tuple[Entitlement, ...]:
    """Return all that was ever seen to be lost: a repeated try finds less than the first.

    It must not forget what the first found.
    """
    known = {(b.kind, b.native_id) for b in removed}
    return removed + tuple(b for b in observed if (b.kind, b.native_id) not in known)
