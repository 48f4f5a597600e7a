"""Who may know of a case, asked anew at each use. A wall's answer is the answer for a name that does not exist.

Policy: P-2.5, P-4.1, P-4.2.
"""

from collections.abc import Iterable
from datetime import datetime

from guardian.cases.stores import CaseView
from guardian.cases.values import Case, CaseKind, CaseState, Wall
from guardian.cases.walls import held_by
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.people.permissions import BOARD, BOARD_LIAISON, MEMBERS, Seat, UseCase, may, sits
from guardian.people.values import Group, Member
from rules.conflicts import who_may_know
from rules.hearers import hears


async def acting(view: CaseView, by: MemberId, use: UseCase) -> Member:
    """The member who acts, whose seat allows the use case at this instant; Refused otherwise."""
    member = await view.people.member(by)
    if member is None:
        raise Refused("no_member", "You have no role here at this time, so this is not open to you.", "P-1.2")
    verdict = may(member, use, view.now)
    if not verdict:
        raise Refused(verdict.code, verdict.sentence, verdict.rule)
    return member


async def case_for(view: CaseView, by: MemberId, code_name: str) -> Case:
    """The case of that code name, for a member who may know of it; NotFound for everybody else, in the same words."""
    member = await view.people.member(by)
    case = await view.cases.case_named(plain_name(code_name))
    walls = await view.cases.walls_of(case.id) if case else ()
    if member is None or case is None or not may_know(member, case, walls, view.now):
        raise NotFound
    return case


async def case_for_board(view: CaseView, by: MemberId, code_name: str) -> Case:
    """The case of that code name, for a Board member or the board liaison while it lies with the Board."""
    member = await view.people.member(by)
    case = await view.cases.case_named(plain_name(code_name))
    walls = await view.cases.walls_of(case.id) if case else ()
    if member is None or case is None or not _may_know_for_board(member, case, walls, view.now):
        raise NotFound
    return case


async def case_to_read(view: CaseView, by: MemberId, code_name: str) -> Case:
    """The case of that code name for whoever may read it: its group, and the Board while the matter lies with it."""
    try:
        return await case_for(view, by, code_name)
    except NotFound:
        return await case_for_board(view, by, code_name)


async def members_who_may_know(view: CaseView, case: Case) -> tuple[Member, ...]:
    """Everybody who may know of the case at this instant, in a fixed order."""
    walls = await view.cases.walls_of(case.id)
    return tuple(m for m in await view.people.members() if may_know(m, case, walls, view.now))


def may_know(member: Member, case: Case, walls: Iterable[Wall], at: datetime) -> bool:
    """Whether the member may know of the case: in term, in the group that handles it, with no wall in front of them.

    Of a case whose reporter chose who hears first, the others know only once it is opened to them (P-2.5).
    """
    return any(sits(member, seat, at) for seat in seats_for(case)) and not kept_from(member.id, case, walls)


def may_read(member: Member, case: Case, walls: Iterable[Wall], at: datetime) -> bool:
    """Whether the case is theirs to read: they may know of it, or they are of the Board while it lies there."""
    standing = tuple(walls)
    return may_know(member, case, standing, at) or _may_know_for_board(member, case, standing, at)


def seats_for(case: Case) -> tuple[Seat, ...]:
    """Whose case it is: the working group's, or the Board's with its liaison and nobody else's (P-2.5).

    A local matter is of the moderators of its space, until it is escalated (P-8.1).
    """
    if case.board_only:
        return (BOARD, BOARD_LIAISON)
    if case.kind is CaseKind.LOCAL:
        return (Seat(Group.MODERATORS, space=case.space),)
    return (MEMBERS,)


def walled(member: MemberId, walls: Iterable[Wall]) -> bool:
    """Whether one of the case's walls stands in front of the member."""
    return not who_may_know([member], held_by(walls))


def kept_from(member: MemberId, case: Case, walls: Iterable[Wall]) -> bool:
    """Whether the case is kept from the member, whatever their office: by a wall, or because others hear of it first."""
    held = held_by(walls)
    waits = case.hearers is not None and not hears(member, case.hearers, held)
    return waits or not who_may_know([member], held)


def plain_name(typed: str) -> str:
    """A code name as it is kept, from how a person typed it."""
    return "-".join(typed.casefold().replace("-", " ").split())


def _may_know_for_board(member: Member, case: Case, walls: Iterable[Wall], at: datetime) -> bool:
    if not (case.board_only or case.state is CaseState.WITH_BOARD):
        return False
    return any(sits(member, seat, at) for seat in (BOARD, BOARD_LIAISON)) and not kept_from(member.id, case, walls)
