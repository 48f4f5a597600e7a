"""Walls: who is kept out of a case, from what a report says, and when that sends the case to the Board.

The rules judge; here their answers become walls of a case. Policy: P-2.5, P-4.1.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from guardian.cases.machine import CASES
from guardian.cases.values import Case, CaseEvent, Wall, WallKind
from guardian.ids import MemberId
from guardian.people.permissions import BOARD, BOARD_LIAISON, CHAIRS, MEMBERS, Seat, sits
from guardian.people.values import Member
from rules.conflicts import Signs, Standing, board_only, joined, standings
from rules.names import Known
from rules.policy import Policy
from rules.routing import Circle, deciders_for_chair

_SHORTEST_ID: Final = 6
"""Shorter native ids are everyday numbers ("12 people") and would hold members out of nearly every report."""

OWN_ACCOUNT: Final = "one of their own accounts is in the matter"

_STANDING: Final[Mapping[WallKind, Standing]] = {
    WallKind.EXCLUDED: Standing.EXCLUDED,
    WallKind.HELD_OUT: Standing.HELD_OUT,
    WallKind.RECUSED: Standing.RECUSED,
}
_WALL: Final = {standing: kind for kind, standing in _STANDING.items()}


def known_people(members: Iterable[Member]) -> tuple[Known[MemberId], ...]:
    """What each member is called, for finding mentions of them."""
    return tuple(_known(member) for member in members)


def circle_of(members: Iterable[Member], at: datetime) -> Circle[MemberId]:
    """Who can handle matters at that instant, by their seats."""
    everybody = tuple(members)
    return Circle(
        members=frozenset(_sitting(everybody, MEMBERS, at)),
        chairs=frozenset(_sitting(everybody, CHAIRS, at)),
        liaisons=frozenset(_sitting(everybody, BOARD_LIAISON, at)),
        board=frozenset(_sitting(everybody, BOARD, at)),
    )


def held_by(walls: Iterable[Wall]) -> dict[MemberId, Standing]:
    """How those stand to the case who have a wall in front of them."""
    held: dict[MemberId, Standing] = {}
    for wall in walls:
        if wall.lifted_at is None:
            held[wall.member] = joined(held.get(wall.member, Standing.CLEAR), _STANDING[wall.kind])
    return held


def deciders_in(
    case: Case, members: Iterable[Member], walls: Iterable[Wall], at: datetime, about: MemberId | None = None
) -> frozenset[MemberId]:
    """Who decides in the case what a chair decides: the Board alone where the case is the Board's. Policy: P-4.1.

    `about` is somebody on whom it is decided.
    """
    circle = circle_of(members, at)
    theirs = replace(circle, chairs=frozenset()) if case.board_only else circle
    return deciders_for_chair(theirs, held_by(walls), about)


def walls_from(
    signs: Signs[MemberId], members: Iterable[Member], policy: Policy, case: Case, at: datetime, by: str
) -> tuple[Wall, ...]:
    """The walls that a case needs by what was said in it, whatever stands already."""
    found = standings(signs, known_people(members), policy)
    return tuple(
        Wall(case.id, member, _WALL[standing], _cause(member, standing, signs), at, by)
        for member, standing in found.items()
        if standing is not Standing.CLEAR
    )


def still_needed(
    walls: Iterable[Wall], standing_walls: Iterable[Wall], spared: Container[MemberId]
) -> tuple[Wall, ...]:
    """Those of the walls that are not there yet; whoever is spared is not held out again for a mention."""
    held = held_by(standing_walls)
    new = (wall for wall in walls if _adds(wall, held))
    return tuple(wall for wall in new if wall.kind is not WallKind.HELD_OUT or wall.member not in spared)


def spared(signs: Signs[MemberId], standing_walls: Iterable[Wall], contact: MemberId | None) -> frozenset[MemberId]:
    """Those whom later words may mention without holding them out.

    Whoever a chair has admitted, and the contact person, whose name in a reporter's later words is an address and no
    charge; but never somebody to whom an account points.
    """
    admitted = {wall.member for wall in standing_walls if wall.kind is WallKind.HELD_OUT and wall.lifted_at is not None}
    known = admitted if contact is None else admitted | {contact}
    return frozenset(known) - signs.linked


def goes_to_board(circle: Circle[MemberId], walls: Iterable[Wall], fresh: Iterable[MemberId], policy: Policy) -> bool:
    """Whether the case is the Board's and nobody else's. Policy: P-2.5.

    `fresh` are those who have just been walled off by a report: only a chair whom it concerns asks for other chairs. A
    chair who steps back leaves the case with the group, and what a chair decides to others.
    """
    chairs = circle.chairs if circle.chairs & frozenset(fresh) else frozenset()
    return board_only(circle.members, chairs, held_by(walls), policy)


def sent_to_board(case: Case) -> Case:
    """The case as the Board's and nobody else's."""
    goes = CASES.allows(case.state, CaseEvent.TO_BOARD)
    state = CASES.advance(case.state, CaseEvent.TO_BOARD) if goes else case.state
    return replace(case, board_only=True, state=state, contact=None, hearers=None)


def returned_to_group(case: Case, contact: MemberId | None) -> Case:
    """The case as the working group's, from which nothing was decided yet."""
    goes = CASES.allows(case.state, CaseEvent.FROM_BOARD)
    state = CASES.advance(case.state, CaseEvent.FROM_BOARD) if goes else case.state
    return replace(case, board_only=False, state=state, contact=contact)


def _known(member: Member) -> Known[MemberId]:
    names = tuple(alias for alias in member.aliases if alias.replace(" ", "").isalpha())
    handles = tuple(alias for alias in member.aliases if alias not in names)
    ids = tuple(account.native_id for account in member.accounts if len(account.native_id) >= _SHORTEST_ID)
    mails = (member.email,) if member.email else ()
    return Known(member.id, (member.name, *names), (*handles, *mails, *ids))


def _sitting(members: Iterable[Member], seat: Seat, at: datetime) -> tuple[MemberId, ...]:
    return tuple(member.id for member in members if sits(member, seat, at))


def _adds(wall: Wall, held: Mapping[MemberId, Standing]) -> bool:
    now = held.get(wall.member, Standing.CLEAR)
    return joined(now, _STANDING[wall.kind]) is not now


def _cause(member: MemberId, standing: Standing, signs: Signs[MemberId]) -> str:
    if standing is Standing.EXCLUDED:
        return "named by the reporter" if member in signs.picked else OWN_ACCOUNT
    return "an account that may be theirs was linked" if member in signs.linked else "may be mentioned in the text"
