"""Raise a conflict of another member, and decide on it: nothing changes before the word of those who decide.

Until then the member whom it is about learns nothing of it, neither here nor in any list. Read `raise_conflict` first.
Policy: P-4.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import case_called, case_for_member, require_permission
from guardian.cases.case import Case
from guardian.cases.conflict_claims import ConflictClaim
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import Exclusion, ExclusionKind, conflict_status_by_member
from guardian.errors import NotFound
from guardian.ids import MemberId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require_or_not_found
from guardian.services.case_flow import get_case
from guardian.services.conflicts.claim_records import deciders_on, notify_of_claim, record_claims
from guardian.services.conflicts.exclusions import member_name
from guardian.services.conflicts.recusal import handle_recusal
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, reschedule
from guardian.services.notify import notify_members
from rules.conflicts import ConflictReason, ConflictStatus, may_claim_conflict, may_decide_claim
from rules.deadlines import TimeLimit, length

FROM_OUTSIDE: Final = "words from outside the group"
"""Who raised a claim that nobody of the group raised."""


@dataclass(frozen=True, slots=True)
class ConflictClaimView:
    """One raised conflict for those who decide on it: of whom (`member`, called `about`), by whom, and why."""

    member: MemberId
    about: str
    by: str
    at: datetime
    reason: ConflictReason
    words: str


async def raise_conflict(
    app: AppContext, by: MemberId, code_name: str, about: MemberId, reason: ConflictReason, words: str = ""
) -> str:
    """Raise a member's conflict to those who decide on it, and to nobody else; return the code name of the case.

    `words` are for them alone; for `other` they are needed.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.RAISE_CONFLICT_CLAIM)
        case = await case_for_member(uow, by, code_name)
        explanation = words.strip() or ("" if reason is ConflictReason.OTHER else reason.value)
        known = [claim for claim in await _waiting_claims(uow, case, about) if claim.by == by]
        statuses = conflict_status_by_member(await uow.cases.exclusions_of(case.id))
        require_or_not_found(may_claim_conflict(by, about, statuses, claimed=bool(known), reason=explanation))
        claim = ConflictClaim(
            id=new_id(), case=case.id, about=about, by=by, at=uow.now, reason=reason, words=words.strip()
        )
        await record_claims(uow, app.policy, case, (claim,))
        named = {"case": case.id, "doubt": claim.id, "member": about}
        uow.journal.note(
            Entry(
                act="conflict.was_raised",
                by=by_member(by),
                authority="P-4.1",
                about=named,
                case=case.id,
                text=explanation,
            )
        )
    return case.code_name


async def open_claims(app: AppContext, by: MemberId, code_name: str) -> tuple[ConflictClaimView, ...]:
    """Return the conflicts that this member decides on; NotFound for whoever may neither decide nor know of the case."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.DECIDE_CONFLICT_CLAIM)
        case = await case_called(uow, code_name)
        found = await _claims_to_decide(uow, case, by) if case else ()
        if case is None or not found:
            await case_for_member(uow, by, code_name)
            return ()
        members = await uow.people.members()
        uow.journal.note(
            Entry(act="conflict.was_read", by=by_member(by), authority="P-9.8", about={"case": case.id}, case=case.id)
        )
        return tuple(
            ConflictClaimView(
                member=each.about,
                about=member_name(members, each.about),
                by=member_name(members, each.by) or FROM_OUTSIDE,
                at=each.at,
                reason=each.reason,
                words=each.words,
            )
            for each in found
        )


async def decide_conflict(
    app: AppContext, by: MemberId, code_name: str, about: MemberId, *, steps_back: bool, reason: str
) -> str:
    """Decide that the member steps back, or goes on as before; return the code name of the case."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.DECIDE_CONFLICT_CLAIM)
        case = await case_called(uow, code_name)
        if case is None:
            raise NotFound
        waiting = await _waiting_claims(uow, case, about)
        deciders = await deciders_on(uow, case, about)
        require_or_not_found(may_decide_claim(by, about, deciders, claimed=bool(waiting), reason=reason))
        await _settle_claims(uow, waiting, by, upheld=steps_back, answer=reason.strip())
        act = "conflict.was_upheld" if steps_back else "conflict.was_set_aside"
        named = {"case": case.id, "member": about}
        uow.journal.note(
            Entry(act=act, by=by_member(by), authority="P-4.1", about=named, case=case.id, text=reason.strip())
        )
        if steps_back:
            cause = waiting[0].reason
            await uow.cases.add_exclusion(
                Exclusion(
                    case=case.id, member=about, kind=ExclusionKind.RECUSED, cause=cause, at=uow.now, by=by_member(by)
                )
            )
            await handle_recusal(uow, app.policy, case, about)
        raisers = {claim.by for claim in waiting if claim.by is not None} - {by}
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.CONFLICT_DECIDED}, only=raisers)
    return case.code_name


async def on_claim_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind those who decide once a day, for as long as the member takes part and nobody has decided."""
    case = await get_case(uow, deadline.case) if deadline.case else None
    waiting = (
        [claim for claim in await uow.cases.conflict_claims_of(case.id) if claim.id == deadline.about] if case else []
    )
    statuses = conflict_status_by_member(await uow.cases.exclusions_of(case.id)) if case else {}
    if case is None or not waiting or waiting[0].decided_at is not None or _has_conflict(statuses, waiting[0].about):
        await complete(uow, deadline)
        return
    await notify_of_claim(uow, case, waiting[0])
    await reschedule(uow, deadline, uow.now + length(TimeLimit.FIRST_ANSWER, app.policy))
    about = {"case": case.id, "doubt": deadline.about}
    uow.journal.note(Entry(act="conflict.was_recalled", by=SERVICE, authority="P-4.1", about=about, case=case.id))


async def _settle_claims(
    uow: UnitOfWork, waiting: Iterable[ConflictClaim], by: MemberId, *, upheld: bool, answer: str
) -> None:
    for claim in waiting:
        decided = replace(claim, decided_at=uow.now, decided_by=by, upheld=upheld, answer=answer)
        await uow.cases.save_conflict_claim(decided)
        await complete_about(uow, claim.id, DeadlineKind.CONFLICT_CLAIM)


async def _waiting_claims(view: ReadView, case: Case, about: MemberId) -> tuple[ConflictClaim, ...]:
    """Return the member's claims that wait for a word; none once they take no part any more."""
    if _has_conflict(conflict_status_by_member(await view.cases.exclusions_of(case.id)), about):
        return ()
    return tuple(
        claim
        for claim in await view.cases.conflict_claims_of(case.id)
        if claim.about == about and claim.decided_at is None
    )


async def _claims_to_decide(view: ReadView, case: Case, by: MemberId) -> tuple[ConflictClaim, ...]:
    """Return the open claims of the case on which this member decides."""
    raised = {claim.about: None for claim in await view.cases.conflict_claims_of(case.id)}
    theirs = [about for about in raised if by in await deciders_on(view, case, about)]
    return tuple([claim for about in theirs for claim in await _waiting_claims(view, case, about)])


def _has_conflict(statuses: dict[MemberId, ConflictStatus], member: MemberId) -> bool:
    return statuses.get(member, ConflictStatus.CLEAR) is not ConflictStatus.CLEAR
