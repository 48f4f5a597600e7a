"""To whom a matter goes: the working group or the Board, who is called for danger, who stands in.

Every answer leaves out whom the matter concerns; how they came to be excluded is `conflicts`' question. Read
`route_report` first.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from rules.conflicts import ConflictStatus, board_only, who_may_know
from rules.policy import Policy
from rules.policy_sections.procedure import ContactPerson
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
class HandlingGroups(Generic[Who]):
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
    """Who is to be called for danger as of now, and when to call again; nobody once somebody has taken it on."""

    recipients: frozenset[Who]
    repeat_at: datetime | None


def kind_of_report(*, handled: bool, danger: bool) -> ReportKind:
    """Return what a report asks for: danger asks for help, whatever was dealt with already. Policy: P-2.3."""
    return ReportKind.FOR_THE_FILE if handled and not danger else ReportKind.NEEDS_HELP


def route_report(groups: HandlingGroups[Who], statuses: Mapping[Who, ConflictStatus], policy: Policy) -> Route[Who]:
    """Return where a report goes: to its group, or to the Board alone, less whom it concerns. Policy: P-2.5, P-4.3."""
    if not board_only(groups.members, groups.chairs, statuses, policy):
        return Route(Destination.WORKING_GROUP, who_may_know(groups.members, statuses))
    board_members = board_members_for(groups, statuses)
    return Route(Destination.BOARD if board_members else Destination.NOBODY_LEFT, board_members)


def board_members_for(groups: HandlingGroups[Who], statuses: Mapping[Who, ConflictStatus]) -> frozenset[Who]:
    """Return the Board's members whom the matter does not concern, with the liaison. Policy: P-4.3, P-8.5."""
    return who_may_know(groups.board | groups.liaisons, statuses)


def liaisons_for(groups: HandlingGroups[Who], statuses: Mapping[Who, ConflictStatus]) -> frozenset[Who]:
    """Return who takes a matter to the Board: its liaison, or, where it concerns them, the rest. Policy: P-8.5."""
    return who_may_know(groups.liaisons, statuses) or board_members_for(groups, statuses)


def deciders_for_chair(
    groups: HandlingGroups[Who], statuses: Mapping[Who, ConflictStatus], about: Iterable[Who] = ()
) -> frozenset[Who]:
    """Return who decides what a chair decides: chairs not concerned, else the Board's. Policy: P-4.1, P-7.3.

    `about` are those on whom it is decided: never by themselves, nor by each other.
    """
    effective = {**statuses, **dict.fromkeys(about, ConflictStatus.RECUSED)}
    return who_may_know(groups.chairs, effective) or board_members_for(groups, effective)


def contact_for(
    groups: HandlingGroups[Who],
    statuses: Mapping[Who, ConflictStatus],
    shepherd: Who | None,
    answering: Who | None,
    policy: Policy,
) -> Who | None:
    """Return who stays in touch with the reporter: chair, shepherd, or until then who answers. Policy: P-3.4.

    None only where it lies with the Board. Of several chairs the one who answers comes first, if among them.
    """
    remaining = who_may_know(groups.members, statuses)
    if policy.reports.contact_person is ContactPerson.SHEPHERD:
        return next((who for who in (shepherd, answering) if who in remaining), None)
    chairs = [who for who in (answering, *sorted(groups.chairs, key=repr)) if who in groups.chairs and who in remaining]
    return next(iter(chairs), None)


def may_state_bias(by: Who, contact: Who | None, participants: frozenset[Who]) -> Verdict:
    """Return whether the member states their bias in the case: its contact person does, or whoever may become it.

    Policy: P-3.4.
    """
    if contact in participants and contact != by:
        sentence = "The contact person of this case says this of themselves. If you have a conflict, step back instead."
        return refused("not_contact", sentence, "P-3.4")
    return allowed("P-3.4")


def may_lead(*, has_stated_bias: bool, policy: Policy) -> Verdict:
    """Return whether the contact person may go on to a proposal: a shepherd tells of their bias first. Policy: P-3.4."""
    if has_stated_bias or policy.reports.contact_person is not ContactPerson.SHEPHERD:
        return allowed("P-3.4")
    sentence = "Tell the others on the case first what may bias you, such as knowing somebody in it; or that you know of nothing."
    return refused("bias_unsaid", sentence, "P-3.4")


def may_hand_over(by: Who, to: Who, contact: Who | None, participants: frozenset[Who]) -> Verdict:
    """Return whether `by` may make `to`, who is on the case, its contact person. Policy: P-3.4.

    The contact person hands over; where there is none, or they take part no more, any member on the case does.
    """
    if contact in participants and contact != by:
        return refused("not_contact", "The contact person of this case hands it over.", "P-3.4")
    if contact == to:
        return refused("is_contact", "They are the contact person of this case already.", "P-3.4")
    return allowed("P-3.4")


def danger_call_for(
    may_know: frozenset[Who],
    groups: HandlingGroups[Who],
    statuses: Mapping[Who, ConflictStatus],
    since: datetime,
    acknowledged: bool,
    now: datetime,
    policy: Policy,
) -> DangerCall[Who]:
    """Return whom to call for a report of danger, and when again until somebody has taken it on. Policy: P-3.6.

    At first everybody who may know; after `danger_page` the liaison and the Board as well, less whom it concerns.
    """
    if acknowledged:
        return DangerCall(frozenset(), None)
    recipients = may_know
    if now >= since + policy.reports.danger_page:
        recipients |= board_members_for(groups, statuses)
    repeat = policy.reports.danger_repeat
    return DangerCall(recipients, since + repeat * ((now - since) // repeat + 1))
