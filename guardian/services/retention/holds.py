"""Keep a case for the law's sake with a reason and an end, and look yearly at what has no date. Read `place_hold` first.

Policy: P-9.5.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.cases.access import case_for_reader, may_know, require_permission
from guardian.cases.case import Case
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.retention import ExpungeDecision, LegalHold
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, reschedule, start_deadline
from guardian.services.notify import notify_members
from guardian.services.reminders import deadline_facts
from guardian.services.retention.dates import is_without_day, people_of_case, retention_of, shown_retention
from rules.policy import Policy
from rules.retention import RetentionDate, RetentionGround, may_hold, next_retention_review

_REMIND_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RetentionPage:
    """What one member is shown of how long a case is kept: the date as far as they may know, and holds that stand."""

    retention: RetentionDate
    holds: tuple[LegalHold, ...]
    is_expunged: bool
    copies_open_until: datetime | None
    may_hold: bool
    may_review: bool
    decision: ExpungeDecision | None = None


async def read_retention(app: AppContext, by: MemberId, code_name: str) -> RetentionPage:
    """Return how long the case is kept, and why, for a member who may read it."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.REVIEW_RETENTION)
        case = await case_for_reader(view, by, code_name)
        retention = await shown_retention(view, member, case, app.policy)
        expunged = await view.retention.expunged(case.id)
        decision = await decision_for(view, member, case, app.policy)
        return RetentionPage(
            retention=retention,
            holds=tuple(hold for hold in await view.retention.holds_of(case.id) if hold.stands_at(view.now)),
            is_expunged=expunged is not None,
            copies_open_until=expunged.copies_open_until if expunged else None,
            may_hold=expunged is None,
            may_review=expunged is None and (_has_no_date(retention) or decision is not None),
            decision=decision,
        )


async def place_hold(app: AppContext, by: MemberId, code_name: str, until: datetime, reason: str) -> str:
    """Keep the case until that instant, whatever its date says, and return what is said to whoever asked."""
    require_reason(app, reason, "Say which law, court or body asks for it. It is kept with the case.")
    async with app.units_of_work.begin() as uow:
        _, case = await case_to_change(uow, by, code_name)
        require(may_hold(until, uow.now, app.policy))
        hold = LegalHold(id=new_id(), case=case.id, by=by, at=uow.now, until=until, reason=reason.strip())
        await uow.retention.add_hold(hold)
        _note(uow, "hold.was_placed", by, case, reason.strip())
    return f"{case.code_name} is kept until {until:%d %B %Y} at least."


async def end_hold(app: AppContext, by: MemberId, code_name: str, reason: str) -> str:
    """End every legal hold on the case: from now on its date counts again."""
    require_reason(app, reason, "Say in a sentence why the case need not be kept any longer.")
    async with app.units_of_work.begin() as uow:
        _, case = await case_to_change(uow, by, code_name)
        standing = [hold for hold in await uow.retention.holds_of(case.id) if hold.stands_at(uow.now)]
        if not standing:
            raise Refused("no_hold", "No legal hold stands on this case.", "P-9.5")
        for hold in standing:
            await uow.retention.save_hold(replace(hold, ended_at=uow.now, ended_by=by))
        _note(uow, "hold.was_ended", by, case, reason.strip())
    return f"No legal hold stands on {case.code_name} any more."


async def keep_for_another_year(app: AppContext, by: MemberId, code_name: str, reason: str) -> str:
    """Record why a case without a date still has to be kept; it is looked at again in a year.

    What was proposed or agreed on its expunging is over by that.
    """
    require_reason(app, reason, "Say in a sentence why the case still has to be kept.")
    async with app.units_of_work.begin() as uow:
        member, case = await case_to_change(uow, by, code_name)
        decision = await decision_for(uow, member, case, app.policy)
        if decision is None and not _has_no_date(await shown_retention(uow, member, case, app.policy)):
            raise Refused("has_date", "This case has a date, so it needs no yearly look.", "P-9.5")
        if decision is not None:
            await uow.retention.save_expunge_decision(replace(decision, ended_at=uow.now))
        for deadline in await uow.deadlines.open_for(case.id, DeadlineKind.RETENTION_REVIEW):
            await complete(uow, deadline)
        review = next_retention_review(uow.now, uow.now, app.policy)
        await start_deadline(uow, DeadlineKind.RETENTION_REVIEW, case.id, review)
        _note(uow, "retention.was_reviewed", by, case, reason.strip())
    return f"{case.code_name} is kept, and looked at again on {review:%d %B %Y}."


async def on_retention_review_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind those who may know why the case has no date, weekly, until one of them has said why it is kept."""
    case = await uow.cases.case(deadline.case) if deadline.case else None
    if case is None or not _has_no_date(await retention_of(uow, case, app.policy)):
        await complete(uow, deadline)
        return
    asked = await _who_knows_all(uow, case)
    await notify_members(uow, case, NoticeKind.DEADLINE_PASSED, deadline_facts(deadline), only=asked)
    await reschedule(uow, deadline, uow.now + _REMIND_AFTER)


async def _who_knows_all(view: ReadView, case: Case) -> tuple[MemberId, ...]:
    """Whoever may know of every case of its people: that a case is kept tells of the others (P-4.2)."""
    cases = [each for person in await people_of_case(view, case) for each in await view.cases.cases_of(person)]
    members = await view.people.members()
    for other in cases:
        exclusions = await view.cases.exclusions_of(other.id)
        members = tuple(each for each in members if may_know(each, other, exclusions, view.now))
    return tuple(member.id for member in members)


async def decision_for(view: ReadView, member: Member, case: Case, policy: Policy) -> ExpungeDecision | None:
    """Return the decision on the case that stands, for who may know why it has no day.

    Of anybody else it would tell that there is another case (P-4.2).
    """
    decision = await view.retention.expunge_decision(case.id)
    return decision if decision and await is_without_day(view, member, case, policy) else None


async def case_to_change(uow: UnitOfWork, by: MemberId, code_name: str) -> tuple[Member, Case]:
    """Return the member and the case, whose keeping they may change; NotFound where nothing is kept of it any more."""
    member = await require_permission(uow, by, UseCase.REVIEW_RETENTION)
    case = await case_for_reader(uow, by, code_name)
    if await uow.retention.expunged(case.id) is not None:
        raise NotFound
    return member, case


def require_reason(app: AppContext, reason: str, sentence: str) -> None:
    """Refuse with that sentence what has no reason."""
    if not reason.strip():
        raise Refused("no_reason", sentence, "P-9.5")
    require(check_text(reason, app.longest_text))


def _note(uow: UnitOfWork, act: str, by: MemberId, case: Case, reason: str) -> None:
    about = {"case": str(case.id)}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-9.5", about=about, case=case.id, text=reason))


def _has_no_date(retention: RetentionDate) -> bool:
    return retention.at is None and retention.ground is not RetentionGround.OPEN
