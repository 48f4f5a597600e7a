"""Who hears of a report first, as its reporter chose, and opening the case to everybody who may know it. Policy: P-2.5.

It says who is told first and never who decides: see `rules.hearers`.
"""

from dataclasses import replace

from guardian.cases.access import acting, case_for, members_who_may_know
from guardian.cases.intake import Submission
from guardian.cases.values import Case, Hears, Promise, PromiseKind
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import case_of, insist, keep, keep_about, promise
from guardian.desk.telling import tell_deciders, tell_members
from guardian.desk.walling import somebody_is_held_out
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import CHAIRS, UseCase, sits
from rules.hearers import first_hearers, heard_by_all_from, may_widen
from rules.policy import Policy


async def narrowed(work: Work, policy: Policy, case: Case, submission: Submission) -> Case:
    """The new case with those who hear first, where its reporter chose some; a clock then opens it to the others.

    Called once the walls stand and before anybody is told.
    """
    if case.board_only or submission.hears is Hears.ALL:
        return case
    may_know = frozenset(member.id for member in await members_who_may_know(work, case))
    chosen = await _chosen(work, submission)
    heard = first_hearers(chosen, may_know, danger=submission.danger)
    if heard is None:
        return case
    until = heard_by_all_from(work.now, policy)
    await promise(work, PromiseKind.WIDEN, case.id, until, about=str(case.id))
    contact = case.contact if case.contact in heard else min(heard)
    return await work.cases.save_case(replace(case, hearers=tuple(sorted(heard)), contact=contact))


async def widen(desk: Desk, by: MemberId, code_name: str) -> str:
    """Every member without a conflict knows of the case from now on and is told as of a new one; its code name."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.WIDEN)
        case = await case_for(work, by, code_name)
        insist(may_widen(narrowed=case.hearers is not None))
        await _open_to_all(work, case, by_member(by))
        await keep_about(work, str(case.id), PromiseKind.WIDEN)
        return case.code_name


async def widen_by_the_clock(work: Work, made: Promise) -> None:
    """A case that nobody has opened in time is opened to everybody who may know it."""
    case = await case_of(work, made.case) if made.case else None
    if case is not None and case.hearers is not None:
        await _open_to_all(work, case, SERVICE)
    await keep(work, made)


async def open_for_danger(work: Work, case: Case, by: str) -> Case:
    """Danger said later is told to every allowed member at once, whoever was chosen to hear first. Policy: P-3.6."""
    if case.hearers is None:
        return case
    await _open_to_all(work, case, by)
    await keep_about(work, str(case.id), PromiseKind.WIDEN)
    return await case_of(work, case.id)


async def _chosen(view: View, submission: Submission) -> frozenset[MemberId]:
    if submission.hears is Hears.CHOSEN:
        return frozenset(submission.hears_first)
    return frozenset(m.id for m in await view.people.members() if sits(m, CHAIRS, view.now))


async def _open_to_all(work: Work, case: Case, by: str) -> None:
    """The others hear as of any new report; of walls that wait for a word, those who decide hear now."""
    heard = [member.id for member in await members_who_may_know(work, case)]
    opened = await work.cases.save_case(replace(case, hearers=None))
    await tell_members(work, opened, NoticeKind.NEW_REPORT, besides=heard)
    if await somebody_is_held_out(work, opened):
        await tell_deciders(work, opened, NoticeKind.HELD_OUT_TO_DECIDE)
    work.journal.note(Entry("case.was_widened", by, "P-2.5", {"case": str(case.id)}, case.id))
