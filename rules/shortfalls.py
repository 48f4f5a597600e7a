"""What a policy cannot do with the people who are seated, in words: before anybody needs it, not when it fails.

Read `find_shortfalls` first. Policy: P-1.1, P-11.2.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from rules.conflicts import ConflictStatus
from rules.policy import Policy
from rules.policy_sections.community import BoardSeats
from rules.routing import HandlingGroups, board_members_for, deciders_for_chair

Who = TypeVar("Who", bound=Hashable)
_TWO_HANDS: Final = 2


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that the policy asks for and these people cannot do; `harmful`: a matter would reach nobody."""

    what: str
    remedy: str
    harmful: bool = True


@dataclass(frozen=True, slots=True)
class SeatedPeople(Generic[Who]):
    """Who is seated, and how many of them only mail reaches; `has_mail`: whether there is a server that sends it."""

    groups: HandlingGroups[Who]
    by_mail_alone: int
    has_mail: bool


def find_shortfalls(seated: SeatedPeople[Who], policy: Policy) -> tuple[Shortfall, ...]:
    """Return what the policy cannot do with these people, the worst first; nothing where it can do all."""
    found = [*_about_board(seated.groups, policy), *_about_group(seated.groups, policy), *_about_mail(seated)]
    return tuple(sorted(found, key=lambda each: not each.harmful))


def _about_mail(seated: SeatedPeople[Who]) -> Iterator[Shortfall]:
    if seated.by_mail_alone and not seated.has_mail:
        yield Shortfall(
            f"{_people(seated.by_mail_alone)} can be reached by mail alone, and no mail server is configured: no notice "
            "reaches them, and they cannot sign in.",
            "Add a [mail] section, or give them an account in one of the spaces.",
        )


def _about_board(groups: HandlingGroups[Who], policy: Policy) -> Iterator[Shortfall]:
    stand_in = policy.groups.board is BoardSeats.NONE
    remedy = (
        'Name stand-ins from outside: seats = ["standby"] in the file of members.'
        if stand_in
        else 'Seat people on the Board, or write board = "none" in [groups] of a policy file.'
    )
    if not groups.board | groups.liaisons:
        yield Shortfall("What goes to the Board reaches nobody: nobody is seated there.", remedy)
        return
    if len(groups.board) < _TWO_HANDS:
        yield Shortfall(
            "What goes to the Board can never be answered: one records the answer and another confirms it, and fewer "
            f"than {_TWO_HANDS} people are seated who may.",
            remedy,
        )
    if groups.chairs and not _left_without(groups, groups.chairs):
        yield Shortfall("A report that concerns every chair reaches nobody.", remedy)
    if stand_in and len(groups.board - groups.members) < _TWO_HANDS:
        yield Shortfall(
            "A party who asks for a decision to be looked at again gets no answer where chairs took part in it: fewer "
            f"than {_TWO_HANDS} stand-ins from outside are named.",
            remedy,
        )


def _left_without(groups: HandlingGroups[Who], concerned: frozenset[Who]) -> frozenset[Who]:
    statuses: Mapping[Who, ConflictStatus] = dict.fromkeys(concerned, ConflictStatus.RECUSED)
    return board_members_for(groups, statuses) and deciders_for_chair(groups, statuses)


def _about_group(groups: HandlingGroups[Who], policy: Policy) -> Iterator[Shortfall]:
    members, quorum = len(groups.members), policy.quorum
    if not groups.chairs:
        yield Shortfall("Nobody is chair: what a chair decides goes to the Board.", "Seat a chair.", harmful=False)
    if members < max(quorum.least_counted, quorum.others + 1):
        yield Shortfall(
            f"The group can decide nothing by itself: the policy asks for {max(quorum.least_counted, quorum.others + 1)} "
            f"members, and there {_are(members)}. Every proposal goes to the Board.",
            "Seat more members, or choose a policy for a smaller group (small).",
        )
    elif members - 1 < max(quorum.least_counted, quorum.others + 1):
        yield Shortfall(
            f"A case that concerns one of the {_people(members)} of the group cannot be decided by the others: it goes "
            "to the Board.",
            "Seat more members.",
            harmful=False,
        )
    if members - 1 < policy.unilateral.review_agree:
        yield Shortfall(
            f"An act of one member cannot be reviewed by {_people(policy.unilateral.review_agree)} other than whoever "
            "acted: it goes to the chair, or to the Board.",
            "Seat more members.",
            harmful=False,
        )


def _people(count: int) -> str:
    return f"{count} person" if count == 1 else f"{count} people"


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"
