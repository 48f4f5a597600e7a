"""What a look proves about our own doing: intents that are fulfilled, applications that stand or are gone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.ids import AccountId, IntentId
from guardian.sanctions.ownership import Whose
from guardian.sanctions.values import Application, Intent, IntentKind, Prior
from guardian.spaces.port import Belonging, BelongingKind, Held, Presence, Seen
from rules.precedence import Hold

_PLACING = (IntentKind.PLACE,)
_OURS = (IntentKind.PLACE, IntentKind.RELEASE)


@dataclass(frozen=True, slots=True)
class Settled:
    """The applications as the look proves them, the intents it closes, and what came to light.

    `lifted_by` are the native ids of those who lifted by hand, where the space's records name them.
    """

    applications: Mapping[Hold, Application]
    changed: tuple[Application, ...]
    closed: tuple[IntentId, ...]
    newly_held: tuple[Hold, ...]
    newly_gone: tuple[Hold, ...]
    gone_by_other_hands: tuple[Hold, ...]
    lifted_by: tuple[str, ...] = ()


def settle(
    account: AccountId,
    seen: Seen,
    whose: Mapping[Hold, Whose],
    applications: Mapping[Hold, Application],
    intents: tuple[Intent, ...],
    now: datetime,
    out_of_sight: frozenset[Hold] = frozenset(),
) -> Settled:
    """Compares the look with what we meant to do and what we knew; nothing is proved by a look that failed.

    `out_of_sight` are the holds that run on where nobody sees them: a Discord timeout while its member is away. One of
    ours is not gone before its own end, and still ours when they come back.
    """
    after = dict(applications)
    closed: list[IntentId] = []
    held: list[Hold] = []
    gone: list[Hold] = []
    by_others: list[Hold] = []
    for hold in sorted({i.hold for i in intents if i.kind in _OURS} | set(applications)):
        mine = tuple(i for i in intents if i.hold is hold)
        known = applications.get(hold)
        standing = seen.held(hold) if whose.get(hold) is Whose.OURS else None
        if standing is not None:
            after[hold] = _standing(account, standing, known, mine, now)
            held += [hold] if known is None or not known.placed else []
            closed += [i.id for i in mine if i.kind in _PLACING]
            continue
        closed += [i.id for i in mine if i.kind is IntentKind.RELEASE]
        if known is not None and known.placed and not (hold in out_of_sight and _runs_still(known, now)):
            after[hold] = replace(known, placed=False, until=None, confirmed_at=now)
            gone.append(hold)
            by_others += [hold] if _lifted_by_hand(known, mine, now) else []
    for restored in (i for i in intents if i.kind is IntentKind.RESTORE and seen.held(i.hold) is not None):
        closed.append(restored.id)
        after = {h: replace(a, restored=True) if a.prior.hold is restored.hold else a for h, a in after.items()}
    if seen.presence is Presence.MEMBER:
        after = {h: replace(a, taken=_beside_membership(a.taken)) for h, a in after.items()}
    changed = tuple(a for h, a in after.items() if a != applications.get(h))
    return Settled(after, changed, tuple(closed), tuple(held), tuple(gone), tuple(by_others))


def _standing(
    account: AccountId, held: Held, known: Application | None, intents: tuple[Intent, ...], now: datetime
) -> Application:
    """Our record of a hold that is proved to be ours; unchanged where the look brought nothing new."""
    placing = next((i for i in reversed(intents) if i.kind in _PLACING), None)
    reference = held.reference or (placing.reference if placing else None) or (known.reference if known else None)
    if reference is None:
        raise ValueError("a hold without a reference, an intent or a record cannot be ours")
    if known is None:
        # The record is older than the space's state (a restored database): the reference alone proves it.
        prior = placing.prior if placing else Prior()
        return Application(account, held.hold, True, reference, prior, until=held.until, confirmed_at=now)
    if known.placed and not placing and known.until == held.until:
        return known
    return replace(known, placed=True, reference=reference, until=held.until, confirmed_at=now)


def _lifted_by_hand(known: Application, intents: tuple[Intent, ...], now: datetime) -> bool:
    """Ours went away without our having meant to release it, and before a native end of its own."""
    return _runs_still(known, now) and not any(i.kind is IntentKind.RELEASE for i in intents)


def _runs_still(known: Application, now: datetime) -> bool:
    return known.until is None or now < known.until


def _beside_membership(taken: tuple[Belonging, ...]) -> tuple[Belonging, ...]:
    """Whoever is a member (again) is not owed the membership any more."""
    return tuple(b for b in taken if b.kind is not BelongingKind.MEMBERSHIP)


def remaining(taken: tuple[Belonging, ...], given: tuple[Belonging, ...]) -> tuple[Belonging, ...]:
    """What is still to be given back."""
    returned = {(b.kind, b.native_id) for b in given}
    return tuple(b for b in taken if (b.kind, b.native_id) not in returned)


def merged(taken: tuple[Belonging, ...], seen_now: tuple[Belonging, ...]) -> tuple[Belonging, ...]:
    """All that was ever seen to be lost: a repeated try finds less than the first and must not forget it."""
    known = {(b.kind, b.native_id) for b in taken}
    return taken + tuple(b for b in seen_now if (b.kind, b.native_id) not in known)
