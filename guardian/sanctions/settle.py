"""What a look proves about our own doing: intents that are fulfilled, applications that stand or are gone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.ids import IntentId
from guardian.sanctions.ownership import Whose
from guardian.sanctions.values import Application, Intent, IntentKind
from guardian.spaces.port import Belonging, Seen
from rules.precedence import Hold


@dataclass(frozen=True, slots=True)
class Settled:
    """The applications as the look proves them, the intents it closes, and what came to light."""

    applications: Mapping[Hold, Application]
    changed: tuple[Application, ...]
    closed: tuple[IntentId, ...]
    newly_held: tuple[Hold, ...]
    newly_gone: tuple[Hold, ...]
    gone_by_other_hands: tuple[Hold, ...]


def settle(
    seen: Seen,
    whose: Mapping[Hold, Whose],
    applications: Mapping[Hold, Application],
    intents: tuple[Intent, ...],
    now: datetime,
) -> Settled:
    """Compares the look with what we meant to do and what we knew; nothing is proved by a look that failed."""
    after = dict(applications)
    closed: list[IntentId] = []
    held: list[Hold] = []
    gone: list[Hold] = []
    by_others: list[Hold] = []
    for hold in {i.hold for i in intents} | set(applications):
        mine = tuple(i for i in intents if i.hold is hold)
        known = applications.get(hold)
        stands = seen.held(hold) is not None and whose.get(hold) is Whose.OURS
        if stands:
            after[hold] = _standing(seen, hold, known, mine, now)
            held += [hold] if known is None or not known.placed else []
            closed += [i.id for i in mine if i.kind in (IntentKind.PLACE, IntentKind.REPLACE)]
        elif known is not None and known.placed:
            after[hold] = replace(known, placed=False, until=None, confirmed_at=now)
            gone.append(hold)
            by_others += [hold] if _lifted_by_hand(known, mine, now) else []
        if not stands:
            closed += [i.id for i in mine if i.kind is IntentKind.RELEASE]
    changed = tuple(a for h, a in after.items() if a != applications.get(h))
    return Settled(after, changed, tuple(closed), tuple(held), tuple(gone), tuple(by_others))


def _standing(
    seen: Seen, hold: Hold, known: Application | None, intents: tuple[Intent, ...], now: datetime
) -> Application:
    held = seen.held(hold)
    placing = next((i for i in reversed(intents) if i.kind in (IntentKind.PLACE, IntentKind.REPLACE)), None)
    if known is None:
        # Ours by its reference, though no record of it was left: a database older than the space.
        reference = (held.reference if held else None) or (placing.reference if placing else None)
        if reference is None or held is None:
            raise AssertionError("a hold is ours only by a reference or an intent")
        prior = placing.prior if placing else _no_prior()
        return Application(intents[0].account, hold, True, reference, prior, until=held.until, confirmed_at=now)
    reference = (held.reference if held else None) or (placing.reference if placing else known.reference)
    return replace(
        known, placed=True, reference=reference, until=held.until if held else None, confirmed_at=now
    ) if not known.placed or placing or held and held.until != known.until else known


def _no_prior() -> "Prior":
    return Prior()


def _lifted_by_hand(known: Application, intents: tuple[Intent, ...], now: datetime) -> bool:
    """Ours went away without our having meant to release it, and before a native end of its own."""
    if any(i.kind is IntentKind.RELEASE for i in intents):
        return False
    return known.until is None or now < known.until


def remaining(taken: tuple[Belonging, ...], given: tuple[Belonging, ...]) -> tuple[Belonging, ...]:
    """What is still to be given back."""
    returned = {(b.kind, b.native_id) for b in given}
    return tuple(b for b in taken if (b.kind, b.native_id) not in returned)


def merged(taken: tuple[Belonging, ...], seen_now: tuple[Belonging, ...]) -> tuple[Belonging, ...]:
    """All that was ever seen to be lost: a repeated try finds less than the first and must not forget it."""
    known = {(b.kind, b.native_id) for b in taken}
    return taken + tuple(b for b in seen_now if (b.kind, b.native_id) not in known)
