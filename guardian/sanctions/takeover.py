"""A restriction that another placed becomes ours to let go: nothing is done to the space, only what we know of it changes."""

from dataclasses import replace

from guardian.ids import AccountId, Reference
from guardian.sanctions.lifting import TOPIC
from guardian.sanctions.stores import SanctionWork
from guardian.sanctions.values import Application, Prior, Sanction, TakenOver
from guardian.spaces.port import Held, Trace


def as_taken(account: AccountId, held: Held, trace: Trace, sanction: Sanction, by: str) -> TakenOver:
    """What is known of the restriction at the instant at which its sanction stands."""
    author = trace.by or held.author
    return TakenOver(account, held.hold, sanction.enacted_at, by, held.until, author, trace.at)


async def take_over(work: SanctionWork, sanction: Sanction, taken: TakenOver) -> None:
    """The restriction is the sanction's own from now on: its end, or its lifting, lets it go. It has to be the same then."""
    await work.sanctions.take_over(sanction.person, taken)
    kept = await work.sanctions.applications_of(taken.account)
    known = next((each for each in kept if each.hold is taken.hold), None)
    fresh = known or Application(taken.account, taken.hold, False, Reference(""), Prior())
    stands = replace(
        fresh,
        placed=True,
        reference=sanction.reference,
        prior=Prior(),
        restored=False,
        until=taken.until,
        confirmed_at=work.now,
    )
    await work.sanctions.save_application(sanction.person, stands)
    await work.sanctions.touch_account(taken.account, work.now)
    work.wake(TOPIC)
