"""A member marks that a case is about getting round an earlier restriction by another account. Policy: P-6.6."""

from dataclasses import replace

from guardian.cases.access import acting, case_for, may_read
from guardian.cases.values import Case
from guardian.desk.desk import Desk, View
from guardian.desk.moving import insist, reported
from guardian.desk.telling import tell_members
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from rules.evasion import may_mark


async def mark_evasion(desk: Desk, by: MemberId, code_name: str, *, evades: bool, reason: str) -> str:
    """The case stands as marked, and the others on it have been told; its code name is the answer.

    A restriction by a case that the member may not read counts as if there were none: the answer tells of no other case.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.MARK_EVASION)
        case = await case_for(work, by, code_name)
        before = await _restricted_before(work, by, case)
        marked = case.evasion_marked_at is not None
        insist(may_mark(marked=marked, evades=evades, restricted_before=before, reason=reason))
        case = await work.cases.save_case(replace(case, evasion_marked_at=work.now if evades else None))
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.EVASION_MARKED}, besides=[by])
        act = "evasion.was_marked" if evades else "evasion.was_unmarked"
        work.journal.note(Entry(act, by_member(by), "P-6.6", {"case": str(case.id)}, case.id, reason.strip()))
    return case.code_name


async def _restricted_before(view: View, by: MemberId, case: Case) -> bool:
    """Whether a restriction that the member knows of began on somebody reported here before the case was opened."""
    member = await view.people.member(by)
    of_people = [await view.sanctions.of_person(person) for person in await reported(view, case)]
    earlier = {each.case for found in of_people for each in found if each.starts < case.opened_at}
    cases = [await view.cases.case(each) for each in earlier]
    return member is not None and any(
        [each and may_read(member, each, await view.cases.walls_of(each.id), view.now) for each in cases]
    )
