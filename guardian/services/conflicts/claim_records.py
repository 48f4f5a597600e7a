"""A conflict claim enters its case, with the date by which it is decided, and those who decide are notified: `record_claims`.

Policy: P-2.5, P-4.1.
"""

from collections.abc import Iterable, Mapping

from guardian.cases.case import Case
from guardian.cases.conflict_claims import ConflictClaim
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import deciders_for
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.services.context import ReadView, UnitOfWork
from guardian.services.deadlines import start_deadline
from guardian.services.notify import notify_deciders
from rules.deadlines import TimeLimit, length
from rules.policy import Policy


async def record_claims(uow: UnitOfWork, policy: Policy, case: Case, claims: Iterable[ConflictClaim]) -> None:
    """Keep the claims with their case, notify whoever decides on each, and remind them until they have."""
    known = tuple(claims)
    for claim in known:
        await uow.cases.add_conflict_claim(claim)
        until = uow.now + length(TimeLimit.FIRST_ANSWER, policy)
        await start_deadline(uow, DeadlineKind.CONFLICT_CLAIM, case.id, until, about=claim.id)
    for claim in known:
        await notify_of_claim(uow, case, claim)


async def notify_of_claim(uow: UnitOfWork, case: Case, claim: ConflictClaim) -> None:
    """Notify whoever decides on the claim, but for whoever raised it."""
    facts: Mapping[str, str] = {"cause": "words"} if claim.by is None else {}
    about = await _barred_deciders(uow, case, claim.about)
    await notify_deciders(uow, case, NoticeKind.CONFLICT_CLAIM_TO_DECIDE, facts, besides=claim.by, about=about)


async def deciders_on(view: ReadView, case: Case, about: MemberId) -> frozenset[MemberId]:
    """Return who decides on the claims about that member: never anybody whom the same words point to."""
    exclusions = await view.cases.exclusions_of(case.id)
    barred = await _barred_deciders(view, case, about)
    return deciders_for(case, await view.people.members(), exclusions, view.now, barred)


async def _barred_deciders(view: ReadView, case: Case, about: MemberId) -> frozenset[MemberId]:
    waiting = [claim for claim in await view.cases.conflict_claims_of(case.id) if claim.decided_at is None]
    return frozenset({about, *(claim.about for claim in waiting if claim.by is None)})
