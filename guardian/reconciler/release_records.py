"""What is stored of a release, of what an account was seen to lose, and of what was given back. Read `record_release` first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from guardian.reconciler.reinstatement import appraised, reinstated
from guardian.reconciler.snapshot import AccountSnapshot, ReconcilerContext, W
from guardian.sanctions.models import Enforcement, ReleaseState
from guardian.spaces.outcomes import Already, Done, Outcome
from guardian.spaces.port import Appraisal, Entitlement
from rules.precedence import AccessLevel


async def record_released_by_others(
    context: ReconcilerContext[W], snapshot: AccountSnapshot, level: AccessLevel
) -> None:
    """Record that nothing of ours can stand there any more: by the space's own records somebody else has changed it."""
    await record_release(context, snapshot, level, Done())


async def record_release(
    context: ReconcilerContext[W], snapshot: AccountSnapshot, level: AccessLevel, outcome: Outcome
) -> None:
    """Record that the space has released what was ours, or that it had nothing to release, which is no proof at once."""
    if not isinstance(outcome, Done | Already):
        return
    async with context.units_of_work.begin() as uow:
        for enforcement in await uow.sanctions.enforcements_of(snapshot.item.account):
            if enforcement.level is level:
                released = _released_enforcement(enforcement, outcome, uow.now)
                await uow.sanctions.save_enforcement(snapshot.item.person, released)
                uow.journal.note(snapshot.journal_entry("restriction.released", hold=level, release=released.release))


def _released_enforcement(known: Enforcement, outcome: Outcome, now: datetime) -> Enforcement:
    if isinstance(outcome, Done):
        return replace(known, release=ReleaseState.DONE, released_at=None)
    if known.released_at is None:
        return replace(known, released_at=now)
    return replace(known, release=ReleaseState.UNSEEN)


async def record_appraisal(
    context: ReconcilerContext[W], snapshot: AccountSnapshot, asked: tuple[Entitlement, ...], appraisal: Appraisal
) -> bool:
    """Record what has become of the entitlements meanwhile; return whether that changes what may be given back."""
    async with context.units_of_work.begin() as uow:
        known = await uow.sanctions.enforcements_of(snapshot.item.account)
        judged = [(each, appraised(each, asked, appraisal, uow.now)) for each in known]
        changed = [after for before, after in judged if after != before]
        for enforcement in changed:
            await uow.sanctions.save_enforcement(snapshot.item.person, enforcement)
    return bool(changed)


async def record_reinstatement(
    context: ReconcilerContext[W],
    snapshot: AccountSnapshot,
    outcomes: Mapping[Entitlement, Outcome],
    *,
    is_member: bool,
) -> None:
    """Record item by item what came of it: given, asked for, or refused by a rule of the space."""
    async with context.units_of_work.begin() as uow:
        for enforcement in await uow.sanctions.enforcements_of(snapshot.item.account):
            after = reinstated(enforcement, outcomes, uow.now, is_member=is_member)
            if after != enforcement:
                await uow.sanctions.save_enforcement(snapshot.item.person, after)
        uow.journal.note(snapshot.journal_entry("belongings.given_back"))
