"""Stepping back from a case, and a chair's word on somebody who was held out of it. Policy: P-2.5, P-4.1, P-4.2."""

from dataclasses import replace

from guardian.cases.access import acting, case_for, plain_name
from guardian.cases.values import Case, Wall, WallKind
from guardian.cases.walls import circle_of, deciders_in, goes_to_board, held_by, returned_to_group
from guardian.desk.counting import recount
from guardian.desk.desk import Desk, View, Work
from guardian.desk.telling import tell_members, tell_reporters
from guardian.desk.walling import contact_among, tell_of_walls, to_board
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from rules.conflicts import Reason, Standing, board_only, may_admit, may_recuse
from rules.policy import Policy
from rules.verdict import Verdict


async def recuse(
    desk: Desk, by: MemberId, code_name: str, reason: Reason, words: str = "", about: MemberId | None = None
) -> str:
    """The member sees the case no more, from this instant; the code name of the case is the answer.

    `about` is another member whom a chair sends out. `words` are kept with the case; for `other` they are needed.
    """
    member = about or by
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.RECUSE)
        case = await case_for(work, by, code_name)
        said = words.strip() or ("" if reason is Reason.OTHER else reason.value)
        insist_or_hide(may_recuse(by, member, *await _judging(work, case), said))
        await work.cases.add_wall(Wall(case.id, member, WallKind.RECUSED, reason, work.now, by_member(by)))
        entry = Entry("member.was_recused", by_member(by), "P-4.1", {"case": case.id, "member": member}, case.id, said)
        work.journal.note(entry)
        await after_recusal(work, desk.policy, case, member)
    return case.code_name


async def decide_held_out(
    desk: Desk, by: MemberId, code_name: str, member: MemberId, *, stays_out: bool, reason: str
) -> str:
    """Whoever was held out takes part from now on, or stays out for good; the code name of the case is the answer."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.DECIDE_HELD_OUT)
        case = await work.cases.case_named(plain_name(code_name))
        if case is None:
            raise NotFound
        deciders, held = await _judging(work, case)
        insist_or_hide(may_admit(by, member, deciders, held, reason))
        await _settle(work, case, member, by, stays_out=stays_out)
        act = "member.was_kept_out" if stays_out else "member.was_admitted"
        work.journal.note(
            Entry(act, by_member(by), "P-2.5", {"case": case.id, "member": member}, case.id, reason.strip())
        )
        if not stays_out:
            await _after_admission(work, desk.policy, case, member)
    return case.code_name


async def _judging(view: View, case: Case) -> tuple[frozenset[MemberId], dict[MemberId, Standing]]:
    walls = await view.cases.walls_of(case.id)
    return deciders_in(case, await view.people.members(), walls, view.now), held_by(walls)


async def _settle(work: Work, case: Case, member: MemberId, by: MemberId, *, stays_out: bool) -> None:
    """The holding-out ends; where the member stays out, an exclusion takes its place in the same instant."""
    for wall in await work.cases.walls_of(case.id):
        if wall.member == member and wall.kind is WallKind.HELD_OUT and wall.lifted_at is None:
            await work.cases.save_wall(replace(wall, lifted_at=work.now, lifted_by=by))
    if stays_out:
        cause = "kept out by a chair's word"
        await work.cases.add_wall(Wall(case.id, member, WallKind.EXCLUDED, cause, work.now, by_member(by)))


async def after_recusal(work: Work, policy: Policy, case: Case, member: MemberId) -> None:
    """Too few are left: the Board has it. The one who spoke to the reporter is gone: somebody else does, and says so."""
    case = await recount(work, case, policy)
    walls = await work.cases.walls_of(case.id)
    members = await work.people.members()
    if not case.board_only and goes_to_board(circle_of(members, work.now), walls, (), policy):
        await tell_of_walls(work, case, await to_board(work, case, by_member(member)))
        return
    await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.RECUSAL})
    if case.contact == member:
        chosen = await contact_among(work, replace(case, contact=None), policy)
        await work.cases.save_case(replace(case, contact=chosen))
        await tell_reporters(work, case, NoticeKind.REPORTER_NEWS, {"news": News.CONTACT_CHANGED})


async def _after_admission(work: Work, policy: Policy, case: Case, member: MemberId) -> None:
    """The member hears of the case as the others did; a case that lay with the Board for this alone comes back."""
    circle = circle_of(await work.people.members(), work.now)
    held = held_by(await work.cases.walls_of(case.id))
    if case.board_only and not board_only(circle.members, circle.chairs, held, policy):
        contact = await contact_among(work, case, policy)
        returned = await work.cases.save_case(returned_to_group(case, contact))
        await tell_members(work, returned, NoticeKind.NEW_REPORT, {"news": News.FROM_BOARD})
        return
    await tell_members(work, case, NoticeKind.NEW_REPORT, {"news": News.ADMITTED}, only=(member,))


def insist_or_hide(verdict: Verdict) -> None:
    """Nothing where the rule allows it; what one may not know of is answered as what does not exist."""
    if verdict:
        return
    if verdict.code == "not_found":
        raise NotFound
    raise Refused(verdict.code, verdict.sentence, verdict.rule)
