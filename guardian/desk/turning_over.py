"""Where the two groups do not agree in time: a chair of either turns the matter over to the Board, and both positions go with it.

Policy: P-8.4.
"""

from dataclasses import replace
from typing import Final

from guardian.cases.access import acting, case_for, kept_from
from guardian.cases.drafts import text_fits
from guardian.cases.local import Hop, Side
from guardian.cases.values import Case, CaseState
from guardian.desk.desk import Desk, View, Work
from guardian.desk.hops import seated
from guardian.desk.moving import case_of, hand_to_board, insist, tell_of_news
from guardian.desk.telling import tell_by_office, tell_deciders
from guardian.errors import NotFound, Refused
from guardian.ids import REFERENCE_PREFIX, MemberId, Reference
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import MODERATORS_CHAIR, UseCase
from guardian.people.values import Group, Member, Office
from rules.escalation import may_turn_over

_TURNED_OVER: Final = (
    "The matter lies with the Board now, with what you wrote. The other group is asked for its position."
)
_OPEN: Final = (CaseState.OPEN, CaseState.IN_FORCE)


async def turn_over(desk: Desk, by: MemberId, which: str, position: str) -> str:
    """The matter lies with the Board, with this chair's position, and the other group's chairs are asked for theirs.

    `which` is the case's code name for a chair of the working group, the reference for one of the moderators. A position
    on what lies with the Board already is added to it. Policy: P-8.4.
    """
    insist(text_fits(position, desk.longest_text))
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.TURN_OVER)
        hop, side = await _hop(work, member, which)
        case = await case_of(work, hop.case)
        positions = {**hop.positions, side: position.strip()}
        kept = await work.hops.save_hop(replace(hop, positions=positions))
        about = {"case": str(case.id), "hop": hop.id, "side": side}
        work.journal.note(Entry("position.was_given", by_member(by), "P-8.4", about, case.id))
        unsaid = case.board_only and side is Side.MODERATORS and side not in hop.positions
        if case.state is CaseState.WITH_BOARD and not unsaid:
            await tell_of_news(work, case, News.POSITION)
            return "What you wrote goes to the Board with the matter."
        insist(
            may_turn_over(
                hop.at,
                accepted=hop.accepted_at is not None,
                decided=case.state not in (*_OPEN, CaseState.PROPOSED) and not unsaid,
                now=work.now,
                policy=desk.policy,
            )
        )
        if unsaid:
            # It has been the Board's from its first instant, for a reason that is not the moderators' to guess.
            await tell_of_news(work, case, News.POSITION)
            return _TURNED_OVER
        if case.state not in _OPEN:
            raise Refused("not_now", "A proposal is before the group. It closes first, or is taken back.", "P-8.4")
        moved = await hand_to_board(work, desk.policy, case, "groups")
        await _ask_the_others(work, moved, kept, side)
    return _TURNED_OVER


async def _ask_the_others(work: Work, case: Case, hop: Hop, side: Side) -> None:
    if side is Side.MODERATORS:
        await tell_deciders(work, case, NoticeKind.POSITION_ASKED)
        return
    chairs = await seated(work, MODERATORS_CHAIR, hop.space)
    await tell_by_office(work, case, chairs, NoticeKind.POSITION_ASKED, {"hop": str(hop.reference)})


async def _hop(view: View, member: Member, which: str) -> tuple[Hop, Side]:
    """The hop that is meant, and for which group this chair speaks; NotFound where it is not theirs to see."""
    typed = which.strip()
    if not typed.upper().startswith(REFERENCE_PREFIX):
        if not member.holds(Group.WORKING_GROUP, view.now, Office.CHAIR):
            raise NotFound
        case = await case_for(view, member.id, typed)
        hops = [hop for hop in await view.hops.of_case(case.id) if hop.case == case.id]
        if not hops:
            raise Refused("nothing_passed", "This case did not pass between the two groups.", "P-8.4")
        return hops[-1], Side.GROUP
    hop = await view.hops.by_reference(Reference(typed.upper()))
    found = await view.cases.case(hop.case) if hop is not None else None
    if hop is None or found is None or not member.holds(Group.MODERATORS, view.now, Office.CHAIR, hop.space):
        raise NotFound
    if kept_from(member.id, found, await view.cases.walls_of(found.id)):
        raise NotFound
    return hop, Side.MODERATORS
