"""Mark a case: retaliation for another, bad faith, a counter-report, or that an account's owner has it back.

A mark that names another case is shown to nobody who may not know of both. Read `mark_case` first.
Policy: P-2.8, P-2.9, P-3.3, P-4.2.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import case_for_member, may_know, members_who_may_know, require_permission
from guardian.cases.case import Case
from guardian.cases.case_marks import CaseMark
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, DecisionId, MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.sanctions import lifting
from guardian.sanctions.models import LiftingCause, Sanction
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import notify_members
from rules.case_marks import CaseMarkKind, is_noted, may_agree, may_mark, names_another_case, needs_second
from rules.ladder import Outcome, rung_of


@dataclass(frozen=True, slots=True)
class MarkView:
    """A mark as the reader may see it. `other` is the code name of the other case; `from_other`: it was made there."""

    id: str
    kind: CaseMarkKind
    at: datetime
    by: str
    reason: str
    other: str
    from_other: bool
    counts: bool
    may_be_agreed: bool
    may_be_taken_back: bool


async def mark_case(
    app: AppContext, by: MemberId, code_name: str, kind: CaseMarkKind, reason: str, other: str = ""
) -> str:
    """Mark the case and notify those who may know of all that the mark names; return its code name.

    Policy: P-2.8, P-2.9, P-3.3.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.MARK_CASE)
        case = await case_for_member(uow, by, code_name)
        about = await _other_case(uow, by, case, kind, other)
        marks = await uow.cases.case_marks_of(case.id)
        compromised = await _compromised_sanctions(uow, case)
        found = [rung_of(each.consequence.outcome) for each in await uow.deliberation.decisions_of(case.id)]
        require(
            may_mark(
                kind,
                reason=reason,
                is_marked=any(_is_same(mark, case, kind, about) for mark in marks),
                is_compromised=bool(compromised),
                violation_found=any(found),
            )
        )
        mark = CaseMark(
            id=new_id(),
            case=case.id,
            kind=kind,
            by=by,
            at=uow.now,
            reason=reason.strip(),
            about=about.id if about is not None else None,
        )
        await uow.cases.add_case_mark(mark)
        await _notify(uow, case, about, by)
        _note(uow, "case.was_marked", by, mark)
    return case.code_name


async def agree_to_mark(app: AppContext, by: MemberId, code_name: str, mark_id: str) -> str:
    """Agree to a mark as the second member; a recovered account is let back in at once, everywhere.

    Policy: P-2.9, P-3.3.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.MARK_CASE)
        case = await case_for_member(uow, by, code_name)
        known = await _open_mark(uow, case, mark_id)
        require(may_agree(known.kind, is_own=known.by == by))
        confirmed = await uow.cases.save_case_mark(replace(known, confirmed_by=by, confirmed_at=uow.now))
        if known.kind is CaseMarkKind.RECOVERED:
            for sanction in await _compromised_sanctions(uow, case):
                await lifting.lift(uow, sanction, uow.now, LiftingCause.RECOVERED, by_member(by), f"P-3.3 {known.id}")
        await _notify(uow, case, None, by)
        _note(uow, "mark.was_agreed_to", by, confirmed)
    return case.code_name


async def take_mark_back(app: AppContext, by: MemberId, code_name: str, mark_id: str) -> str:
    """Take a mark back, whoever made it; what an agreed recovery let in stays in."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.MARK_CASE)
        case = await case_for_member(uow, by, code_name)
        marks = await uow.cases.case_marks_of(case.id)
        known = next((each for each in marks if each.id == mark_id and each.case == case.id), None)
        if known is None or known.ended_at is not None or is_noted(known.kind):
            raise NotFound
        if known.about is not None and await _known_case(uow, by, known.about) is None:
            raise NotFound
        ended = await uow.cases.save_case_mark(replace(known, ended_at=uow.now))
        _note(uow, "mark.was_taken_back", by, ended)
    return case.code_name


async def list_marks(app: AppContext, by: MemberId, code_name: str) -> tuple[MarkView, ...]:
    """Return the marks of the case that this member may know of, oldest first. Policy: P-4.2."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.MARK_CASE)
        case = await case_for_member(view, by, code_name)
        names = {member.id: member.name for member in await view.people.members()}
        found = []
        for mark in await view.cases.case_marks_of(case.id):
            from_other = mark.case != case.id
            other = await _known_case(view, by, mark.case if from_other else mark.about)
            if mark.ended_at is not None or (other is None and mark.about is not None):
                continue
            found.append(
                MarkView(
                    id=mark.id,
                    kind=mark.kind,
                    at=mark.at,
                    by=names.get(mark.by, ""),
                    reason=mark.reason,
                    other=other.code_name if other is not None else "",
                    from_other=from_other,
                    counts=mark.counts,
                    may_be_agreed=not from_other and not mark.counts and mark.by != by,
                    may_be_taken_back=not from_other and not is_noted(mark.kind),
                )
            )
        return tuple(found)


async def _other_case(uow: UnitOfWork, by: MemberId, case: Case, kind: CaseMarkKind, other: str) -> Case | None:
    """Return the other case that the mark names; one that the member may not know is none."""
    if not names_another_case(kind):
        return None
    if not other.strip():
        raise Refused("no_other", "Say which other case it has to do with, by its code name.", "P-2.8")
    try:
        about = await case_for_member(uow, by, other)
    except NotFound:
        raise Refused("no_other", "There is no case of that name.", "P-2.8") from None
    if about.id == case.id:
        raise Refused("no_other", "Name another case than this one.", "P-2.8")
    return about


def _is_same(mark: CaseMark, case: Case, kind: CaseMarkKind, about: Case | None) -> bool:
    return (
        mark.ended_at is None
        and mark.kind is kind
        and mark.case == case.id
        and mark.about == (about.id if about is not None else None)
    )


async def _open_mark(uow: UnitOfWork, case: Case, mark_id: str) -> CaseMark:
    marks = await uow.cases.case_marks_of(case.id)
    known = next((each for each in marks if each.id == mark_id and each.case == case.id), None)
    if known is None or known.ended_at is not None or known.counts or not needs_second(known.kind):
        raise NotFound
    return known


async def _known_case(view: ReadView, by: MemberId, case: CaseId | None) -> Case | None:
    found = await view.cases.case(case) if case is not None else None
    member = await view.people.member(by)
    if found is None or member is None:
        return None
    return found if may_know(member, found, await view.cases.exclusions_of(found.id), view.now) else None


async def _compromised_sanctions(view: ReadView, case: Case) -> tuple[Sanction, ...]:
    """Return what restricts an account in the case because somebody else has used it, and was not lifted."""
    decisions = {d.id: d.consequence.outcome for d in await view.deliberation.decisions_of(case.id)}
    return tuple(
        each
        for each in await view.sanctions.of_case(case.id)
        if each.lifting is None and decisions.get(DecisionId(each.authority.id)) is Outcome.ACCOUNT_COMPROMISED
    )


async def _notify(uow: UnitOfWork, case: Case, about: Case | None, by: MemberId) -> None:
    """Notify those of the case who may know of the other one as well."""
    only = None if about is None else [member.id for member in await members_who_may_know(uow, about)]
    facts = {"news": News.CASE_MARKED}
    await notify_members(uow, case, NoticeKind.CASE_NEWS, facts, only=only, besides=[by])


def _note(uow: UnitOfWork, act: str, by: MemberId, mark: CaseMark) -> None:
    about = {"case": str(mark.case), "mark": mark.id, "kind": str(mark.kind)}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-2.9", about=about, case=mark.case, text=mark.reason))
