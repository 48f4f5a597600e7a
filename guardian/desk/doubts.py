"""A conflict that one member raises of another: whoever decides is told, and nothing changes before their word.

Until then the member whom it is about learns nothing of it, neither here nor in any list. Policy: P-4.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import acting, case_for, plain_name
from guardian.cases.concerns import Doubt
from guardian.cases.values import Case, Promise, PromiseKind, Wall, WallKind
from guardian.cases.walls import deciders_in, held_by
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import again, case_of, keep, keep_about, promise
from guardian.desk.recusal import after_recusal, insist_or_hide
from guardian.desk.telling import tell_deciders, tell_members
from guardian.desk.walling import name_of
from guardian.errors import NotFound
from guardian.ids import MemberId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from rules.conflicts import Reason, Standing, may_decide_conflict, may_raise
from rules.deadlines import Deadline, length
from rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Raised:
    """One raised conflict for those who decide on it: of whom, by whom, and why."""

    about: str
    by: str
    at: datetime
    reason: Reason
    words: str


async def raise_conflict(
    desk: Desk, by: MemberId, code_name: str, about: MemberId, reason: Reason, words: str = ""
) -> str:
    """Those who decide know of the doubt, and nobody else does; the code name of the case is the answer.

    `words` are for them alone; for `other` they are needed.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.RAISE_CONFLICT)
        case = await case_for(work, by, code_name)
        said = words.strip() or ("" if reason is Reason.OTHER else reason.value)
        known = [doubt for doubt in await _open(work, case, about) if doubt.by == by]
        held = held_by(await work.cases.walls_of(case.id))
        insist_or_hide(may_raise(by, about, held, raised=bool(known), reason=said))
        doubt = Doubt(new_id(), case.id, about, by, work.now, reason, words.strip())
        await work.cases.add_doubt(doubt)
        until = work.now + length(Deadline.FIRST_ANSWER, desk.policy)
        await promise(work, PromiseKind.CONFLICT, case.id, until, about=doubt.id)
        await tell_deciders(work, case, NoticeKind.CONFLICT_TO_DECIDE, besides=by, about=about)
        named = {"case": case.id, "doubt": doubt.id, "member": about}
        work.journal.note(Entry("conflict.was_raised", by_member(by), "P-4.1", named, case.id, said))
    return case.code_name


async def raised_in(desk: Desk, by: MemberId, code_name: str) -> tuple[Raised, ...]:
    """The conflicts that wait for this member's word; NotFound for whoever may neither decide nor know of the case."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.DECIDE_CONFLICT)
        case = await work.cases.case_named(plain_name(code_name))
        found = await _theirs(work, case, by) if case else ()
        if case is None or not found:
            await case_for(work, by, code_name)
            return ()
        members = await work.people.members()
        work.journal.note(Entry("conflict.was_read", by_member(by), "P-9.8", {"case": case.id}, case.id))
        return tuple(
            Raised(name_of(members, each.about), name_of(members, each.by), each.at, each.reason, each.words)
            for each in found
        )


async def decide_conflict(
    desk: Desk, by: MemberId, code_name: str, about: MemberId, *, steps_back: bool, reason: str
) -> str:
    """The member has stepped back from now on, or goes on as before; the code name of the case is the answer."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.DECIDE_CONFLICT)
        case = await work.cases.case_named(plain_name(code_name))
        if case is None:
            raise NotFound
        waiting = await _open(work, case, about)
        deciders = await _deciders(work, case, about)
        insist_or_hide(may_decide_conflict(by, about, deciders, raised=bool(waiting), reason=reason))
        await _settle(work, waiting, by, upheld=steps_back, answer=reason.strip())
        act = "conflict.was_upheld" if steps_back else "conflict.was_set_aside"
        named = {"case": case.id, "member": about}
        work.journal.note(Entry(act, by_member(by), "P-4.1", named, case.id, reason.strip()))
        if steps_back:
            cause = waiting[0].reason
            await work.cases.add_wall(Wall(case.id, about, WallKind.RECUSED, cause, work.now, by_member(by)))
            await after_recusal(work, desk.policy, case, about)
        raisers = {doubt.by for doubt in waiting} - {by}
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.CONFLICT_DECIDED}, only=raisers)
    return case.code_name


async def conflict_by_the_clock(work: Work, policy: Policy, made: Promise) -> None:
    """Those who decide are reminded once a day, for as long as the member takes part and nobody has decided."""
    case = await case_of(work, made.case) if made.case else None
    waiting = [doubt for doubt in await work.cases.doubts_of(case.id) if doubt.id == made.about] if case else []
    held = held_by(await work.cases.walls_of(case.id)) if case else {}
    if case is None or not waiting or waiting[0].decided_at is not None or _is_out(held, waiting[0].about):
        await keep(work, made)
        return
    await tell_deciders(work, case, NoticeKind.CONFLICT_TO_DECIDE, about=waiting[0].about)
    await again(work, made, work.now + length(Deadline.FIRST_ANSWER, policy))
    about = {"case": case.id, "doubt": made.about}
    work.journal.note(Entry("conflict.was_recalled", SERVICE, "P-4.1", about, case.id))


async def _settle(work: Work, waiting: Iterable[Doubt], by: MemberId, *, upheld: bool, answer: str) -> None:
    for doubt in waiting:
        decided = replace(doubt, decided_at=work.now, decided_by=by, upheld=upheld, answer=answer)
        await work.cases.save_doubt(decided)
        await keep_about(work, doubt.id, PromiseKind.CONFLICT)


async def _open(view: View, case: Case, about: MemberId) -> tuple[Doubt, ...]:
    """The conflicts of the member that wait for a word; none once they take no part any more."""
    if _is_out(held_by(await view.cases.walls_of(case.id)), about):
        return ()
    return tuple(d for d in await view.cases.doubts_of(case.id) if d.about == about and d.decided_at is None)


async def _theirs(view: View, case: Case, by: MemberId) -> tuple[Doubt, ...]:
    """The open doubts of the case on which this member decides."""
    raised = {doubt.about: None for doubt in await view.cases.doubts_of(case.id)}
    theirs = [about for about in raised if by in await _deciders(view, case, about)]
    return tuple([doubt for about in theirs for doubt in await _open(view, case, about)])


async def _deciders(view: View, case: Case, about: MemberId) -> frozenset[MemberId]:
    walls = await view.cases.walls_of(case.id)
    return deciders_in(case, await view.people.members(), walls, view.now, about)


def _is_out(held: dict[MemberId, Standing], member: MemberId) -> bool:
    return held.get(member, Standing.CLEAR) is not Standing.CLEAR
