"""Exclusions: who is kept out of a case, from what a report says, and when that sends the case to the Board.

The rules judge; here their answers become exclusions of a case. Read `exclusions_from` first. Policy: P-2.5, P-4.1.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.cases.case import CASE_MACHINE, Case, CaseEvent
from guardian.ids import CaseId, MemberId
from guardian.people.models import Member
from guardian.people.permissions import BOARD, BOARD_LIAISON, CHAIRS, MEMBERS, Seat, holds_seat
from rules.conflicts import (
    ConflictIndicators,
    ConflictStatus,
    Speaker,
    WordsEffect,
    board_only,
    effect_of_words,
    stricter,
)
from rules.name_matching import KnownNames
from rules.policy import Policy
from rules.routing import HandlingGroups, deciders_for_chair


class ExclusionKind(StrEnum):
    """Why a member does not see a case (P-2.5, P-4.1)."""

    EXCLUDED = "excluded"
    PENDING = "pending"
    RECUSED = "recused"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A member who must not see a case; only `recused` may know that it exists. `lifted_at` ends a pending one."""

    case: CaseId
    member: MemberId
    kind: ExclusionKind
    cause: str
    at: datetime
    by: str
    lifted_at: datetime | None = None
    lifted_by: MemberId | None = None


_SHORTEST_ID: Final = 6
"""Shorter native ids are everyday numbers ("12 people") and would exclude members from nearly every report."""

OWN_ACCOUNT: Final = "one of their own accounts is in the matter"

_STATUS_BY_KIND: Final[Mapping[ExclusionKind, ConflictStatus]] = {
    ExclusionKind.EXCLUDED: ConflictStatus.EXCLUDED,
    ExclusionKind.PENDING: ConflictStatus.PENDING,
    ExclusionKind.RECUSED: ConflictStatus.RECUSED,
}
_KIND_BY_STATUS: Final = {status: kind for kind, status in _STATUS_BY_KIND.items()}


def known_names(members: Iterable[Member]) -> tuple[KnownNames[MemberId], ...]:
    """Return what each member is called, for finding mentions of them."""
    return tuple(_names_of(member) for member in members)


def handling_groups(members: Iterable[Member], at: datetime) -> HandlingGroups[MemberId]:
    """Return who can handle matters at that instant, by their seats."""
    everybody = tuple(members)
    return HandlingGroups(
        members=frozenset(_seated(everybody, MEMBERS, at)),
        chairs=frozenset(_seated(everybody, CHAIRS, at)),
        liaisons=frozenset(_seated(everybody, BOARD_LIAISON, at)),
        board=frozenset(_seated(everybody, BOARD, at)),
    )


def status_of_exclusion(kind: ExclusionKind) -> ConflictStatus:
    """Return how somebody stands to a case from which this keeps them."""
    return _STATUS_BY_KIND[kind]


def conflict_status_by_member(exclusions: Iterable[Exclusion]) -> dict[MemberId, ConflictStatus]:
    """Return how those who are excluded stand to the case; whoever is missing is clear."""
    statuses: dict[MemberId, ConflictStatus] = {}
    for exclusion in exclusions:
        if exclusion.lifted_at is None:
            statuses[exclusion.member] = stricter(
                statuses.get(exclusion.member, ConflictStatus.CLEAR), _STATUS_BY_KIND[exclusion.kind]
            )
    return statuses


def deciders_for(
    case: Case, members: Iterable[Member], exclusions: Iterable[Exclusion], at: datetime, about: Iterable[MemberId] = ()
) -> frozenset[MemberId]:
    """Return who decides in the case what a chair decides: the Board alone where the case is the Board's.

    `about` are those on whom it is decided. Policy: P-4.1.
    """
    statuses = conflict_status_by_member(exclusions)
    ready = [member for member in members if not member.states_conflicts_in(case.opened_at)]
    return deciders_by_status(handling_groups(ready, at), statuses, about, is_boards=case.board_only)


def deciders_by_status(
    groups: HandlingGroups[MemberId],
    statuses: Mapping[MemberId, ConflictStatus],
    about: Iterable[MemberId] = (),
    *,
    is_boards: bool,
) -> frozenset[MemberId]:
    """Return what `deciders_for` does, from how everybody stands to the case, and whether it is the Board's alone."""
    deciding_groups = replace(groups, chairs=frozenset()) if is_boards else groups
    return deciders_for_chair(deciding_groups, statuses, about)


def exclusions_from(
    indicators: ConflictIndicators[MemberId],
    statuses: Mapping[MemberId, ConflictStatus],
    case: Case,
    at: datetime,
    by: str,
) -> tuple[Exclusion, ...]:
    """Return the exclusions that a case needs by what was said in it, and by how that makes each member stand to it."""
    return tuple(
        Exclusion(
            case=case.id,
            member=member,
            kind=_KIND_BY_STATUS[status],
            cause=_cause(member, status, indicators),
            at=at,
            by=by,
        )
        for member, status in statuses.items()
        if status is not ConflictStatus.CLEAR
    )


def missing_exclusions(
    exclusions: Iterable[Exclusion], current: Iterable[Exclusion], exempt: Container[MemberId]
) -> tuple[Exclusion, ...]:
    """Return those that are not there yet; whoever is exempt is not pending again for a mention."""
    statuses = conflict_status_by_member(current)
    new = (exclusion for exclusion in exclusions if _is_stricter(exclusion, statuses))
    return tuple(
        exclusion for exclusion in new if exclusion.kind is not ExclusionKind.PENDING or exclusion.member not in exempt
    )


def split_by_effect(
    exclusions: Iterable[Exclusion],
    current: Iterable[Exclusion],
    speaker: Speaker,
    taking_part: Container[MemberId],
) -> tuple[tuple[Exclusion, ...], tuple[MemberId, ...]]:
    """Return the exclusions that take effect at once, and the members of whom a chair decides first. Policy: P-2.5."""
    statuses = conflict_status_by_member(current)
    at_once: list[Exclusion] = []
    claimed: list[MemberId] = []
    for exclusion in exclusions:
        now = statuses.get(exclusion.member, ConflictStatus.CLEAR)
        indicated = _STATUS_BY_KIND[exclusion.kind]
        match effect_of_words(indicated, now, speaker, takes_part=exclusion.member in taking_part):
            case WordsEffect.EXCLUSION:
                at_once.append(exclusion)
            case WordsEffect.CLAIM:
                claimed.append(exclusion.member)
            case WordsEffect.NOTHING:
                pass
    return tuple(at_once), tuple(claimed)


def exempt(
    indicators: ConflictIndicators[MemberId], current: Iterable[Exclusion], contact: MemberId | None
) -> frozenset[MemberId]:
    """Return those whom later words may mention without an exclusion.

    Whoever a chair has admitted, and the contact person, whose name in a reporter's later words is an address and no
    charge; but never somebody to whom an account points.
    """
    admitted = {
        exclusion.member
        for exclusion in current
        if exclusion.kind is ExclusionKind.PENDING and exclusion.lifted_at is not None
    }
    known = admitted if contact is None else admitted | {contact}
    return frozenset(known) - indicators.linked


def must_go_to_board(
    groups: HandlingGroups[MemberId],
    exclusions: Iterable[Exclusion],
    newly_excluded: Iterable[MemberId],
    policy: Policy,
) -> bool:
    """Return whether the case must be the Board's and nobody else's. Policy: P-2.5.

    `fresh` are those who have just been excluded by a report: only a chair whom it concerns asks for other chairs. A
    chair who steps back leaves the case with the group, and what a chair decides to others.
    """
    chairs = groups.chairs if groups.chairs & frozenset(newly_excluded) else frozenset()
    return board_only(groups.members, chairs, conflict_status_by_member(exclusions), policy)


def as_board_case(case: Case) -> Case:
    """Return the case as the Board's and nobody else's."""
    advances = CASE_MACHINE.allows(case.state, CaseEvent.TO_BOARD)
    state = CASE_MACHINE.advance(case.state, CaseEvent.TO_BOARD) if advances else case.state
    return replace(case, board_only=True, state=state, contact=None, audience=None)


def as_group_case(case: Case, contact: MemberId | None) -> Case:
    """Return the case as the working group's, from which nothing was decided yet."""
    advances = CASE_MACHINE.allows(case.state, CaseEvent.FROM_BOARD)
    state = CASE_MACHINE.advance(case.state, CaseEvent.FROM_BOARD) if advances else case.state
    return replace(case, board_only=False, state=state, contact=contact)


def _names_of(member: Member) -> KnownNames[MemberId]:
    names = tuple(alias for alias in member.aliases if alias.replace(" ", "").isalpha())
    handles = tuple(alias for alias in member.aliases if alias not in names)
    ids = tuple(account.native_id for account in member.accounts if len(account.native_id) >= _SHORTEST_ID)
    mails = (member.email,) if member.email else ()
    return KnownNames(member.id, (member.name, *names), (*handles, *mails, *ids))


def _seated(members: Iterable[Member], seat: Seat, at: datetime) -> tuple[MemberId, ...]:
    return tuple(member.id for member in members if holds_seat(member, seat, at))


def _is_stricter(exclusion: Exclusion, statuses: Mapping[MemberId, ConflictStatus]) -> bool:
    current = statuses.get(exclusion.member, ConflictStatus.CLEAR)
    return stricter(current, _STATUS_BY_KIND[exclusion.kind]) is not current


def _cause(member: MemberId, status: ConflictStatus, indicators: ConflictIndicators[MemberId]) -> str:
    if status is ConflictStatus.EXCLUDED:
        return "named by the reporter" if member in indicators.picked else OWN_ACCOUNT
    return "an account that may be theirs was linked" if member in indicators.linked else "may be mentioned in the text"
