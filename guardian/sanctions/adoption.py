"""A foreign restriction becomes ours to release: nothing is done to the space, only what we know of it changes.

Read `adopt` first.
"""

from dataclasses import replace

from guardian.ids import AccountId, Reference
from guardian.sanctions.models import Adoption, Enforcement, Prior, ReleaseState, Sanction
from guardian.sanctions.store import SanctionUnitOfWork
from guardian.spaces.port import Attribution, ObservedRestriction
from guardian.unit_of_work import WakeupTopic


def adoption_of(
    account: AccountId, observed_restriction: ObservedRestriction, attribution: Attribution, sanction: Sanction, by: str
) -> Adoption:
    """Return what is known of the restriction at the instant from which its sanction stands."""
    author = attribution.by or observed_restriction.author
    return Adoption(
        account=account,
        level=observed_restriction.level,
        at=sanction.enacted_at,
        by=by,
        until=observed_restriction.until,
        author=author,
        restricted_at=attribution.at,
    )


async def adopt(uow: SanctionUnitOfWork, sanction: Sanction, adoption: Adoption) -> None:
    """Make the restriction the sanction's own, so that its end, or its lifting, releases it.

    It has to be the same then.
    """
    await uow.sanctions.add_adoption(sanction.person, adoption)
    enforcements = await uow.sanctions.enforcements_of(adoption.account)
    known = next((each for each in enforcements if each.level is adoption.level), None)
    enforcement = known or Enforcement(
        account=adoption.account, level=adoption.level, active=False, reference=Reference(""), prior=Prior()
    )
    adopted = replace(
        enforcement,
        active=True,
        reference=sanction.reference,
        prior=Prior(),
        restored=False,
        until=adoption.until,
        confirmed_at=uow.now,
        release=ReleaseState.OWED,
        released_at=None,
    )
    await uow.sanctions.save_enforcement(sanction.person, adopted)
    await uow.sanctions.schedule_account(adoption.account, uow.now)
    uow.wake(WakeupTopic.WORK_ITEMS)
