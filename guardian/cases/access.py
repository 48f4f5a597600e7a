"""Who may know of a case, asked anew at each use. For whoever is excluded a case looks like a name that does not exist.

Read `case_for_member` first. Policy: P-2.5, P-4.1, P-4.2.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.case_store import CaseView
from guardian.cases.exclusions import Exclusion, conflict_status_by_member
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.people.models import Group, Member
from guardian.people.permissions import BOARD, BOARD_LIAISON, MEMBERS, Seat, UseCase, holds_seat, may_perform
from rules.audience import is_in_audience
from rules.conflicts import ConflictStatus, voters, who_may_know


class CaseInBrief(Protocol):
    """What of a case says who may know of it: of the case itself as of its line in a list."""

    @property
    def kind(self) -> CaseKind:
        """Return what it is about."""

    @property
    def state(self) -> CaseState:
        """Return where it stands."""

    @property
    def opened_at(self) -> datetime:
        """Return when it was opened."""

    @property
    def board_only(self) -> bool:
        """Return whether it is the Board's and nobody else's."""

    @property
    def space(self) -> SpaceName | None:
        """Return whose moderators' a local matter is."""

    @property
    def audience(self) -> tuple[MemberId, ...] | None:
        """Return those who hear first; None: every member without a conflict."""


async def require_permission(view: CaseView, by: MemberId, use: UseCase) -> Member:
    """Return the member who acts, whose seat allows the use case at this instant; Refused otherwise."""
    member = await view.people.member(by)
    if member is None:
        raise Refused("no_member", "You have no role here at this time, so this is not open to you.", "P-1.2")
    verdict = may_perform(member, use, view.now)
    if not verdict:
        raise Refused(verdict.code, verdict.sentence, verdict.rule)
    return member


async def case_for_member(view: CaseView, by: MemberId, code_name: str) -> Case:
    """Return the case of that code name for a member who may know of it; NotFound for all others, in the same words."""
    member = await view.people.member(by)
    case = await case_called(view, code_name)
    exclusions = await view.cases.exclusions_of(case.id) if case else ()
    if member is None or case is None or not may_know(member, case, exclusions, view.now):
        raise NotFound
    return case


async def case_for_board(view: CaseView, by: MemberId, code_name: str) -> Case:
    """Return the case of that code name, for a Board member or the board liaison while it lies with the Board."""
    member = await view.people.member(by)
    case = await case_called(view, code_name)
    exclusions = await view.cases.exclusions_of(case.id) if case else ()
    statuses = conflict_status_by_member(exclusions)
    if member is None or case is None or not may_know_for_board(member, case, statuses, view.now):
        raise NotFound
    return case


async def case_called(view: CaseView, code_name: str) -> Case | None:
    """Return the case of that code name as somebody typed it; of one that was joined into another, that other (P-3.1).

    Whoever may know of it is still to be asked.
    """
    case = await view.cases.case_by_code_name(normalize_code_name(code_name))
    while case is not None and case.joined_into is not None:
        case = await view.cases.case(case.joined_into)
    return case


async def case_for_reader(view: CaseView, by: MemberId, code_name: str) -> Case:
    """Return the case of that code name for whoever may read it: its group, and the Board while it lies with the Board."""
    try:
        return await case_for_member(view, by, code_name)
    except NotFound:
        return await case_for_board(view, by, code_name)


async def require_readable(view: CaseView, by: MemberId, code_name: str) -> Case:
    """Return the case of that name, whose seat lets the member read it: a local matter is read by moderators.

    NotFound, in the same words, for what is not theirs to know; Refused for whoever may read no case. Policy: P-8.1.
    """
    try:
        case = await case_for_reader(view, by, code_name)
    except NotFound:
        await require_permission(view, by, UseCase.READ_CASE)
        raise
    await require_permission(view, by, UseCase.READ_MATTER if case.kind is CaseKind.LOCAL else UseCase.READ_CASE)
    return case


async def members_who_may_know(view: CaseView, case: Case) -> tuple[Member, ...]:
    """Return everybody who may know of the case at this instant, in a fixed order."""
    exclusions = await view.cases.exclusions_of(case.id)
    return tuple(m for m in await view.people.members() if may_know(m, case, exclusions, view.now))


async def members_who_may_read(view: CaseView, case: Case) -> tuple[Member, ...]:
    """Return everybody whose case it is to read at this instant: the Board too, while it lies there."""
    exclusions = await view.cases.exclusions_of(case.id)
    return tuple(m for m in await view.people.members() if may_read(m, case, exclusions, view.now))


async def members_who_count(view: CaseView, case: Case) -> tuple[Member, ...]:
    """Return those who count towards quorum: everybody whose case it is, but whom a decided conflict keeps out (P-2.5)."""
    statuses = conflict_status_by_member(await view.cases.exclusions_of(case.id))
    handling = [
        m
        for m in await view.people.members()
        if not states_conflicts_before(m, case) and any(holds_seat(m, seat, view.now) for seat in seats_for(case))
    ]
    counted = voters([m.id for m in handling], statuses)
    return tuple(m for m in handling if m.id in counted and _is_in_audience(m.id, case, statuses))


def may_know(member: Member, case: CaseInBrief, exclusions: Iterable[Exclusion], at: datetime) -> bool:
    """Return whether the member may know of the case: in term, in the group that handles it, and not excluded.

    Of a case whose reporter chose who hears first, the others know only once it is opened to them (P-2.5).
    """
    return may_know_by_status(member, case, conflict_status_by_member(exclusions), at)


def may_know_by_status(
    member: Member, case: CaseInBrief, statuses: Mapping[MemberId, ConflictStatus], at: datetime
) -> bool:
    """Return what `may_know` does, from how everybody stands to the case."""
    seated = not states_conflicts_before(member, case) and any(holds_seat(member, seat, at) for seat in seats_for(case))
    return seated and not is_hidden_by_status(member.id, case, statuses)


def states_conflicts_before(member: Member, case: CaseInBrief) -> bool:
    """Return whether the case was there when they came, and they have still to state their conflicts (P-1.2).

    Of what comes later they hear like everybody: whom it concerns is kept out of it from its first instant.
    """
    return member.states_conflicts_in(case.opened_at)


def may_read(member: Member, case: CaseInBrief, exclusions: Iterable[Exclusion], at: datetime) -> bool:
    """Return whether the case is theirs to read: they may know of it, or they are of the Board while it lies there."""
    return may_read_by_status(member, case, conflict_status_by_member(exclusions), at)


def may_read_by_status(
    member: Member, case: CaseInBrief, statuses: Mapping[MemberId, ConflictStatus], at: datetime
) -> bool:
    """Return what `may_read` does, from how everybody stands to the case."""
    return may_know_by_status(member, case, statuses, at) or may_know_for_board(member, case, statuses, at)


def seats_for(case: CaseInBrief) -> tuple[Seat, ...]:
    """Return the seats whose case it is: the working group's, or those of the Board and its liaison alone (P-2.5).

    A local matter is of the moderators of its space, until it is escalated (P-8.1).
    """
    if case.board_only:
        return (BOARD, BOARD_LIAISON)
    if case.kind is CaseKind.LOCAL:
        return (Seat(Group.MODERATORS, space=case.space),)
    return (MEMBERS,)


def is_excluded(member: MemberId, exclusions: Iterable[Exclusion]) -> bool:
    """Return whether one of the case's exclusions keeps the member out of it."""
    return not who_may_know([member], conflict_status_by_member(exclusions))


def is_hidden_from(member: MemberId, case: CaseInBrief, exclusions: Iterable[Exclusion]) -> bool:
    """Return whether the case is kept from the member, whatever their office: excluded, or others hear of it first."""
    return is_hidden_by_status(member, case, conflict_status_by_member(exclusions))


def is_hidden_by_status(member: MemberId, case: CaseInBrief, statuses: Mapping[MemberId, ConflictStatus]) -> bool:
    """Return what `is_hidden_from` does, from how everybody stands to the case."""
    awaits_audience = case.audience is not None and not is_in_audience(member, case.audience, statuses)
    return awaits_audience or not who_may_know([member], statuses)


def _is_in_audience(member: MemberId, case: Case, statuses: Mapping[MemberId, ConflictStatus]) -> bool:
    return case.audience is None or is_in_audience(member, case.audience, statuses)


def normalize_code_name(text: str) -> str:
    """Return a code name as it is stored, from how a person typed it."""
    return "-".join(text.casefold().replace("-", " ").split())


def may_know_for_board(
    member: Member, case: CaseInBrief, statuses: Mapping[MemberId, ConflictStatus], at: datetime
) -> bool:
    """Return whether they may know of it as the Board, or its liaison, while it lies there."""
    if not (case.board_only or case.state is CaseState.WITH_BOARD):
        return False
    seated = not states_conflicts_before(member, case) and any(
        holds_seat(member, seat, at) for seat in (BOARD, BOARD_LIAISON)
    )
    return seated and not is_hidden_by_status(member.id, case, statuses)
