"""How a sanction ends: term, readmission, reversal, supersession. The desired state shrinks; the reconciler releases.

Read `lift` first.
"""

from dataclasses import replace
from datetime import datetime

from guardian.ids import MemberId, PersonId
from guardian.journal import Entry
from guardian.sanctions.models import Lifting, LiftingCause, Sanction
from guardian.sanctions.store import SanctionUnitOfWork
from guardian.unit_of_work import WakeupTopic
from rules.ladder import access_returns_at


async def lift(
    uow: SanctionUnitOfWork, sanction: Sanction, effective_from: datetime, cause: LiftingCause, by: str, authority: str
) -> Lifting:
    """End what the sanction asks for, from `effective_from` on; Stale where it was lifted before."""
    lifting = Lifting(
        sanction=sanction.id,
        effective_from=effective_from,
        cause=cause,
        by=by,
        authority=authority,
        recorded_at=uow.now,
    )
    await uow.sanctions.add_lifting(lifting)
    await uow.sanctions.schedule_person(sanction.person, max(effective_from, uow.now))
    about = {"sanction": str(sanction.id), "person": str(sanction.person)}
    uow.journal.note(Entry(act="sanction.lifted", by=by, authority=authority, about={**about, "cause": cause}))
    uow.wake(WakeupTopic.WORK_ITEMS)
    return lifting


async def readmit(uow: SanctionUnitOfWork, sanction: Sanction, by: str, authority: str) -> Lifting:
    """Readmit: access returns at the end of the term, or now where it is over. Policy: P-6.2."""
    returns_at = access_returns_at(sanction.ends, sanction.on_term_end, uow.now) or uow.now
    return await lift(uow, sanction, max(returns_at, uow.now), LiftingCause.READMISSION, by, authority)


async def approve_reinstatement(uow: SanctionUnitOfWork, person: PersonId, by: MemberId) -> None:
    """Record a named person's yes to giving membership and power roles back. Policy: P-6.7."""
    await uow.sanctions.approve_reinstatement(person, by, uow.now)
    await _withdraw_offers(uow, person)
    await uow.sanctions.schedule_person(person, uow.now)
    uow.journal.note(Entry(act="return.approved", by=str(by), authority="P-6.7", about={"person": str(person)}))
    uow.wake(WakeupTopic.WORK_ITEMS)


async def _withdraw_offers(uow: SanctionUnitOfWork, person: PersonId) -> None:
    """Forget what came of giving things back before: by a fresh yes it is all asked for anew."""
    for human in await uow.sanctions.merged_people(person):
        for item in await uow.sanctions.work_items_of(human):
            for enforcement in await uow.sanctions.enforcements_of(item.account):
                if enforcement.offers:
                    await uow.sanctions.save_enforcement(human, replace(enforcement, offers=()))
