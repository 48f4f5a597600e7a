"""Refer a matter to the Board where the two groups do not agree in time; both positions go with it.

Read `refer_matter_to_board` first. Policy: P-8.4.
"""

from dataclasses import replace
from typing import Final

from guardian.cases.access import case_for_member, is_hidden_from, require_permission
from guardian.cases.case import Case, CaseState
from guardian.cases.drafts import check_text
from guardian.cases.handoffs import Direction, Handoff, Side
from guardian.errors import NotFound, Refused
from guardian.ids import REFERENCE_PREFIX, MemberId, Reference
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Group, Member, Office
from guardian.people.permissions import MODERATORS_CHAIR, UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, notify_case_news, refer_to_board
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.escalation.handoffs import holders_of
from guardian.services.notify import notify_deciders, notify_officeholders
from rules.escalation import may_refer_to_board

_REFERRED: Final = "The matter lies with the Board now, with what you wrote. The other group is asked for its position."
_OPEN: Final = (CaseState.OPEN, CaseState.IN_FORCE)


async def refer_matter_to_board(app: AppContext, by: MemberId, identifier: str, position: str) -> str:
    """Refer the matter to the Board with this chair's position, and ask the other group's chairs for theirs.

    `which` is the case's code name for a chair of the working group, the reference for one of the moderators. A
    position on what lies with the Board already is added to it. Policy: P-8.4.
    """
    require(check_text(position, app.longest_text))
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.REFER_TO_BOARD)
        handoff, side = await _find_handoff(uow, member, identifier)
        case = await get_case(uow, handoff.case)
        positions = {**handoff.positions, side: position.strip()}
        saved = await uow.handoffs.save_handoff(replace(handoff, positions=positions))
        about = {"case": str(case.id), "hop": handoff.id, "side": side}
        uow.journal.note(
            Entry(act="position.was_given", by=by_member(by), authority="P-8.4", about=about, case=case.id)
        )
        lacks_position = case.board_only and side is Side.MODERATORS and side not in handoff.positions
        if case.state is CaseState.WITH_BOARD and not lacks_position:
            await notify_case_news(uow, case, News.POSITION)
            return "What you wrote goes to the Board with the matter."
        require(
            may_refer_to_board(
                handoff.at,
                accepted=handoff.accepted_at is not None,
                decided=case.state not in (*_OPEN, CaseState.PROPOSED) and not lacks_position,
                now=uow.now,
                policy=app.policy,
            )
        )
        if lacks_position:
            # It has been the Board's from its first instant, for a reason that is not the moderators' to guess.
            await notify_case_news(uow, case, News.POSITION)
            return _REFERRED
        if case.state not in _OPEN:
            raise Refused("not_now", "A proposal is before the group. It closes first, or is taken back.", "P-8.4")
        moved = await refer_to_board(uow, app.policy, case, "groups")
        await _request_other_position(uow, moved, saved, side)
    return _REFERRED


async def _request_other_position(uow: UnitOfWork, case: Case, handoff: Handoff, side: Side) -> None:
    if side is Side.MODERATORS:
        await notify_deciders(uow, case, NoticeKind.POSITION_REQUESTED)
        return
    chairs = await holders_of(uow, MODERATORS_CHAIR, handoff.space)
    await notify_officeholders(uow, case, chairs, NoticeKind.POSITION_REQUESTED, {"hop": str(handoff.reference)})


async def _find_handoff(view: ReadView, member: Member, identifier: str) -> tuple[Handoff, Side]:
    """Return the handoff that is meant, and for which group this chair speaks; NotFound where it is not theirs to see."""
    typed = identifier.strip()
    if not typed.upper().startswith(REFERENCE_PREFIX):
        if not member.holds_office(Group.WORKING_GROUP, view.now, Office.CHAIR):
            raise NotFound
        case = await case_for_member(view, member.id, typed)
        handoffs = [each for each in await view.handoffs.of_case(case.id) if each.case == case.id and _is_between(each)]
        if not handoffs:
            raise Refused("nothing_passed", "This case did not pass between the two groups.", "P-8.4")
        return handoffs[-1], Side.GROUP
    handoff = await view.handoffs.by_reference(Reference(typed.upper()))
    found = await view.cases.case(handoff.case) if handoff is not None else None
    if (
        handoff is None
        or not _is_between(handoff)
        or found is None
        or not member.holds_office(Group.MODERATORS, view.now, Office.CHAIR, handoff.space)
    ):
        raise NotFound
    if is_hidden_from(member.id, found, await view.cases.exclusions_of(found.id)):
        raise NotFound
    return handoff, Side.MODERATORS


def _is_between(handoff: Handoff) -> bool:
    """Whether it passed between the two groups, and did not come in from an event or a program."""
    return handoff.direction is not Direction.IN
