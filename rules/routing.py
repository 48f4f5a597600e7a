"""To whom a matter goes: the working group or the Board, who is called for danger, who stands in.

Every answer leaves out whom the matter concerns; how they came to be left out is `conflicts`' question.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from rules.conflicts import Standing, board_only, who_may_know
from rules.policy import ContactPerson, Policy
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class ReportKind(StrEnum):
    """What a report asks for (P-2.3)."""

    NEEDS_HELP = "needs_help"
    FOR_THE_FILE = "for_the_file"


class Destination(StrEnum):
    """Who handles a matter; NOBODY_LEFT means that every one of them is concerned, which people must see at once."""

    WORKING_GROUP = "working_group"
    BOARD = "board"
    NOBODY_LEFT = "nobody_left"


@dataclass(frozen=True, slots=True)
class Circle(Generic[Who]):
    """Those who can handle matters, each group by its members."""

    members: frozenset[Who]
    chairs: frozenset[Who]
    liaisons: frozenset[Who]
    board: frozenset[Who]


@dataclass(frozen=True, slots=True)
class Route(Generic[Who]):
    """Where a report goes, and who may know it."""

    to: Destination
    may_know: frozenset[Who]


@dataclass(frozen=True, slots=True)
class DangerCall(Generic[Who]):
    """Who is to be called for danger as of now, and when to call again; no one once somebody has it in hand."""

    told: frozenset[Who]
    again_at: datetime | None


def kind_of_report(*, handled: bool, danger: bool) -> ReportKind:
    """What a report asks for: one of danger asks for help, whatever was dealt with already. Policy: P-2.3."""
    return ReportKind.FOR_THE_FILE if handled and not danger else ReportKind.NEEDS_HELP


def for_report(circle: Circle[Who], held: Mapping[Who, Standing], policy: Policy) -> Route[Who]:
    """Where a report goes: to its group, or to the Board alone, less those whom it concerns. Policy: P-2.5, P-4.3."""
    if not board_only(circle.members, circle.chairs, held, policy):
        return Route(Destination.WORKING_GROUP, who_may_know(circle.members, held))
    others = board_for(circle, held)
    return Route(Destination.BOARD if others else Destination.NOBODY_LEFT, others)


def board_for(circle: Circle[Who], held: Mapping[Who, Standing]) -> frozenset[Who]:
    """The members of the Board whom the matter does not concern, the liaison among them. Policy: P-4.3, P-8.5."""
    return who_may_know(circle.board | circle.liaisons, held)


def liaison_for(circle: Circle[Who], held: Mapping[Who, Standing]) -> frozenset[Who]:
    """Who takes a matter to the Board: its liaison, or, where the matter concerns them, the rest. Policy: P-8.5."""
    return who_may_know(circle.liaisons, held) or board_for(circle, held)


def deciders_for_chair(circle: Circle[Who], held: Mapping[Who, Standing], about: Who | None = None) -> frozenset[Who]:
    """Who decides what a chair decides: the chairs not concerned, else the Board's others. Policy: P-4.1, P-7.3.

    `about` is somebody on whom it is decided: never by themselves.
    """
    out = held if about is None else {**held, about: Standing.RECUSED}
    return who_may_know(circle.chairs, out) or board_for(circle, out)


def contact_for(
    circle: Circle[Who], held: Mapping[Who, Standing], shepherd: Who | None, answering: Who | None, policy: Policy
) -> Who | None:
    """Who stays in touch with the reporter: the chair, or the shepherd and until then who answers. Policy: P-3.4.

    None is left only where it lies with the Board. Of several chairs the one who answers comes first, if among them.
    """
    remaining = who_may_know(circle.members, held)
    if policy.reports.contact_person is ContactPerson.SHEPHERD:
        return next((who for who in (shepherd, answering) if who in remaining), None)
    chairs = [who for who in (answering, *sorted(circle.chairs, key=repr)) if who in circle.chairs and who in remaining]
    return next(iter(chairs), None)


def may_hand_over(by: Who, to: Who, contact: Who | None, on_the_case: frozenset[Who]) -> Verdict:
    """Whether `by` may make `to`, who is on the case, its contact person. Policy: P-3.4.

    The contact person hands over; where there is none, or they take part no more, any member on the case does.
    """
    if contact in on_the_case and contact != by:
        return refused("not_contact", "The contact person of this case hands it over.", "P-3.4")
    if contact == to:
        return refused("is_contact", "They are the contact person of this case already.", "P-3.4")
    return allowed("P-3.4")


def danger_call(
    may_know: frozenset[Who],
    circle: Circle[Who],
    held: Mapping[Who, Standing],
    since: datetime,
    taken: bool,
    now: datetime,
    policy: Policy,
) -> DangerCall[Who]:
    """Whom to call for a report of danger, and when again until somebody says they have it. Policy: P-3.6.

    At first everybody who may know; after `danger_page` the liaison and the Board as well, less whom it concerns.
    """
    if taken:
        return DangerCall(frozenset(), None)
    told = may_know
    if now >= since + policy.reports.danger_page:
        told |= board_for(circle, held)
    repeat = policy.reports.danger_repeat
    return DangerCall(told, since + repeat * ((now - since) // repeat + 1))
