"""Mark that a case is about getting round an earlier restriction by another account. Read `mark_evasion` first.

Policy: P-6.6.
"""

from dataclasses import replace

from guardian.cases.access import case_for_member, may_read, require_permission
from guardian.cases.case import Case
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import reported_people
from guardian.services.context import AppContext, ReadView
from guardian.services.notify import notify_members
from rules.identity import may_mark_evasion


async def mark_evasion(app: AppContext, by: MemberId, code_name: str, *, evades: bool, reason: str) -> str:
    """Mark the case or take the mark back, notify the others on it, and return its code name.

    A restriction by a case that the member may not read counts as if there were none: the answer gives no other case
    away.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.MARK_EVASION)
        case = await case_for_member(uow, by, code_name)
        before = await _was_restricted_before(uow, by, case)
        marked = case.evasion_marked_at is not None
        require(may_mark_evasion(marked=marked, evades=evades, restricted_before=before, reason=reason))
        case = await uow.cases.save_case(replace(case, evasion_marked_at=uow.now if evades else None))
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.EVASION_MARKED}, besides=[by])
        act = "evasion.was_marked" if evades else "evasion.was_unmarked"
        uow.journal.note(
            Entry(
                act=act,
                by=by_member(by),
                authority="P-6.6",
                about={"case": str(case.id)},
                case=case.id,
                text=reason.strip(),
            )
        )
    return case.code_name


async def _was_restricted_before(view: ReadView, by: MemberId, case: Case) -> bool:
    """Whether a restriction that the member knows of began on somebody reported here before the case was opened."""
    member = await view.people.member(by)
    of_people = [await view.sanctions.of_person(person) for person in await reported_people(view, case)]
    earlier = {each.case for found in of_people for each in found if each.starts < case.opened_at}
    cases = [await view.cases.case(each) for each in earlier]
    return member is not None and any(
        [each and may_read(member, each, await view.cases.exclusions_of(each.id), view.now) for each in cases]
    )
