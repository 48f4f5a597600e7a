"""Record what was done with a space's own menu, by whose doing it is. Policy: P-7.2.

A member's is an act with its review, a moderator's a local measure that waits for its reason, anybody else's is asked
about. Read first: `record_members_act`. What finds those actions is `native_actions`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.case import Case, CaseKind
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.measures import MeasureKind
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import EvidenceInput, Submission
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, PersonId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import CHAIRS, MODERATORS, Seat, holds_seat
from guardian.sanctions.adoption import adopt, adoption_of
from guardian.sanctions.foreign import ForeignRestriction, ForeignState
from guardian.sanctions.models import Sanction
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete_about, start_deadline
from guardian.services.escalation.local_matters import close_matter, prepare_case, save_report
from guardian.services.identity.linking import FoundAccount, find_account
from guardian.services.measures.measure_records import (
    notify_protecting_cases,
)
from guardian.services.notify import notify_member, notify_members
from guardian.services.sanctions.imposition import sanction_for_authority
from guardian.services.unilateral.act import record_native_act
from guardian.services.visibility import add_known_accounts
from guardian.spaces.account_text import text_of_id
from guardian.spaces.port import Account, Attribution, ObservedRestriction
from rules.conflicts import ConflictIndicators
from rules.measures import explanation_due_at
from rules.precedence import AccessLevel, Restriction

MEASURE_KINDS: Final = {AccessLevel.MUTED: MeasureKind.MUTED, AccessLevel.BARRED: MeasureKind.SUSPENDED}
_RESTRICTIONS: Final = {AccessLevel.MUTED: Restriction.MUTED, AccessLevel.BARRED: Restriction.SUSPENDED}


@dataclass(frozen=True, slots=True)
class NativeRestriction:
    """One foreign restriction as its space shows it at this moment, and whose doing it is."""

    account: Account
    observed_restriction: ObservedRestriction
    attribution: Attribution


async def record_members_act(
    app: AppContext,
    uow: UnitOfWork,
    restriction: NativeRestriction,
    foreign: ForeignRestriction,
    actor: Member,
    found: FoundAccount,
) -> None:
    """Record a member's as an act: the group reviews it, and its end or its reversal lifts what stands in the space."""
    term = restriction.observed_restriction.until - uow.now if restriction.observed_restriction.until else None
    case, act = await record_native_act(
        app, uow, actor, found, _RESTRICTIONS[restriction.observed_restriction.level], term
    )
    sanction = await sanction_for_authority(uow, act.id, case)
    if sanction is None:
        raise NotFound
    await adopt_native(uow, sanction, restriction, by_member(actor.id))
    await uow.foreign.add(replace(foreign, state=ForeignState.ADOPTED, by=actor.id, case=case.id))
    due = uow.now + app.policy.unilateral.account_due
    facts = {"space": str(foreign.space), "due": due.isoformat(), "act": act.id}
    await notify_members(uow, case, NoticeKind.NATIVE_ACTION_QUESTION, facts, only=[actor.id])
    about = {"case": str(case.id), "act": act.id, "space": str(foreign.space)}
    uow.journal.note(Entry(act="native_act.was_noticed", by=SERVICE, authority="P-7.2", about=about, case=case.id))


async def record_unexplained(
    app: AppContext,
    uow: UnitOfWork,
    restriction: NativeRestriction,
    foreign: ForeignRestriction,
    author: Member,
    found: FoundAccount,
) -> None:
    """Record a moderator's, which waits for its reason and its end. It is left as it stands until then."""
    fresh = await prepare_case(uow, danger=False)
    case = replace(fresh, kind=CaseKind.LOCAL, space=foreign.space)
    await uow.cases.add_case(case)
    concerned = await uow.people.member_with_account(restriction.account)
    own = ConflictIndicators(authors=frozenset({concerned.id} if concerned is not None else ()))
    known = await add_known_accounts(uow, own, (restriction.account,))
    for members, kind in ((known.authors, ExclusionKind.EXCLUDED), (known.linked, ExclusionKind.PENDING)):
        for member in sorted(members):
            await uow.cases.add_exclusion(
                Exclusion(case=case.id, member=member, kind=kind, cause="it was done to them", at=uow.now, by=SERVICE)
            )
    await save_report(uow, _submission_for(restriction, found), case)
    await uow.foreign.add(replace(foreign, state=ForeignState.UNEXPLAINED, by=author.id, case=case.id))
    due = explanation_due_at(uow.now, app.policy)
    half = uow.now + (due - uow.now) / 2
    await start_deadline(uow, DeadlineKind.NATIVE_REASON, case.id, due, next_at=half, about=foreign.id)
    await notify_members(
        uow, case, NoticeKind.NATIVE_ACTION_QUESTION, _question_facts(foreign, case, due), only=[author.id]
    )
    person = await owner_of(uow, restriction.account)
    if person is not None:
        await notify_protecting_cases(uow, app.policy, author, person, case)
    about = {"case": str(case.id), "space": str(foreign.space), "member": str(author.id)}
    uow.journal.note(Entry(act="native_act.was_noticed", by=SERVICE, authority="P-7.2", about=about, case=case.id))


async def ask_about_unknown(uow: UnitOfWork, foreign: ForeignRestriction) -> None:
    """Ask the space's moderators about it: whoever did it is not known here as somebody who may."""
    await uow.foreign.add(replace(foreign, state=ForeignState.ASKED_ABOUT))
    members = await uow.people.members()
    there = [m for m in members if holds_seat(m, Seat(MODERATORS.group, space=foreign.space), uow.now)]
    asked = there or [m for m in members if holds_seat(m, CHAIRS, uow.now)]
    for member in asked:
        await notify_member(uow, member.id, NoticeKind.NATIVE_ACTION_BY_STRANGER, {"space": str(foreign.space)})
    about = {"space": str(foreign.space), "hold": foreign.id}
    uow.journal.note(Entry(act="native_act.is_nobodys", by=SERVICE, authority="P-7.2", about=about))


async def find_account_or_id(app: AppContext, account: Account) -> FoundAccount:
    """Return the account with its handle; where its space does not answer just now, with its id for that."""
    try:
        return await find_account(app, account.space, text_of_id(account.native_id))
    except Refused:
        return FoundAccount(account, account.native_id)


async def adopt_native(uow: UnitOfWork, sanction: Sanction, restriction: NativeRestriction, by: str) -> None:
    """Let the sanction adopt what stands in the space already, as the restriction that is Guardian's to end."""
    account = await _linked_account(uow, restriction.account, sanction.person)
    await adopt(
        uow, sanction, adoption_of(account, restriction.observed_restriction, restriction.attribution, sanction, by)
    )


async def forget_released(uow: UnitOfWork, known: ForeignRestriction) -> None:
    """Forget what is not there any more, and close the matter that waited for its reason."""
    await uow.foreign.forget(known.space, [(known.digest, known.level)], uow.now + timedelta(microseconds=1))
    await complete_about(uow, known.id, DeadlineKind.NATIVE_REASON)
    if known.state is ForeignState.UNEXPLAINED and known.case is not None:
        await close_matter(uow, await get_case(uow, known.case), "What was done has been lifted again.")


async def owner_of(view: ReadView, account: Account) -> PersonId | None:
    """Return whose the account is known to be."""
    return next((link.person for link in await view.people.links_of_account(account) if link.binding), None)


async def _linked_account(view: ReadView, account: Account, person: PersonId) -> AccountId:
    for link in await view.people.links_of_account(account):
        if link.person == person and link.binding:
            return link.worked_as
    raise NotFound


def _submission_for(restriction: NativeRestriction, found: FoundAccount) -> Submission:
    """The matter's own record of what was done, and to whom."""
    kind = MEASURE_KINDS[restriction.observed_restriction.level].value
    text = f"An account was {kind} with the space's own menu."
    account = EvidenceInput(kind="account", author=restriction.account, author_handle=found.handle, text=text)
    return Submission(channel=ReportChannel.NATIVE_ACTION, what_happened=text, who=found.handle, evidence=(account,))


def _question_facts(foreign: ForeignRestriction, case: Case, due: datetime) -> dict[str, str]:
    return {
        "space": str(foreign.space),
        "due": due.isoformat(),
        "when": (foreign.restricted_at or foreign.observed_at).isoformat(),
    }
