"""How a sanction ends: term, readmission, reversal, supersession. Wanted becomes less; the reconciler releases."""

from datetime import datetime

from guardian.ids import MemberId, PersonId
from guardian.journal import Entry
from guardian.sanctions.stores import SanctionWork
from guardian.sanctions.values import Lifting, LiftingCause, Sanction
from rules.ladder import access_returns_at

TOPIC = "keys"
"""What the work list's changes are woken by."""


async def lift(
    work: SanctionWork, sanction: Sanction, from_: datetime, cause: LiftingCause, by: str, authority: str
) -> Lifting:
    """The sanction asks for nothing from `from_` on; a second lifting of the same sanction is Stale."""
    lifting = Lifting(sanction.id, from_, cause, by, authority, work.now)
    await work.sanctions.add_lifting(lifting)
    await work.sanctions.touch_person(sanction.person, max(from_, work.now))
    about = {"sanction": str(sanction.id), "person": str(sanction.person)}
    work.journal.note(Entry("sanction.lifted", by, authority, {**about, "cause": cause}))
    work.wake(TOPIC)
    return lifting


async def readmit(work: SanctionWork, sanction: Sanction, by: str, authority: str) -> Lifting:
    """Readmission is granted: access returns at the end of the term, or now where it is over. Policy: P-6.2."""
    returns = access_returns_at(sanction.ends, sanction.on_term_end, work.now) or work.now
    return await lift(work, sanction, max(returns, work.now), LiftingCause.READMISSION, by, authority)


async def reverse(work: SanctionWork, sanction: Sanction, by: str, authority: str) -> Lifting:
    """The sanction is lifted at once, everywhere. Policy: P-7.3."""
    return await lift(work, sanction, work.now, LiftingCause.REVERSAL, by, authority)


async def say_yes_to_return(work: SanctionWork, person: PersonId, by: MemberId) -> None:
    """A named person has agreed that membership and power roles come back. Policy: P-6.7."""
    await work.sanctions.approve_return(person, by, work.now)
    await work.sanctions.touch_person(person, work.now)
    work.journal.note(Entry("return.approved", str(by), "P-6.7", {"person": str(person)}))
    work.wake(TOPIC)
