"""Walls: who is kept out by what was said, and when that makes the case the Board's."""

from dataclasses import replace
from typing import Any

import pytest

from guardian.cases.case import CaseState
from guardian.cases.exclusions import (
    Exclusion,
    ExclusionKind,
    as_board_case,
    as_group_case,
    conflict_status_by_member,
    exclusions_from,
    exempt,
    handling_groups,
    known_names,
    missing_exclusions,
    must_go_to_board,
)
from guardian.cases.submissions import new_case
from guardian.ids import MemberId
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from rules.conflicts import ConflictIndicators, ConflictStatus, conflict_statuses
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, WORKING_GROUP, everybody
from tests.fakes.clock import START

POLICY = read_policy(load_preset("django"))
CASE = new_case("velvet-harbour", START, danger=False)
CIRCLE = handling_groups(everybody(), START)


def indicators(**facts: Any) -> ConflictIndicators[MemberId]:
    """What a report says about whom it concerns."""
    return ConflictIndicators(**facts)


def exclusions(seen: ConflictIndicators[MemberId]) -> tuple[Exclusion, ...]:
    """The walls that the signs ask for."""
    statuses = conflict_statuses(seen, known_names(everybody()), POLICY)
    return exclusions_from(seen, statuses, CASE, START, "party")


def kinds(seen: ConflictIndicators[MemberId]) -> dict[MemberId, ExclusionKind]:
    """Who is kept out, and how."""
    return {exclusion.member: exclusion.kind for exclusion in exclusions(seen)}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (indicators(), {}),
        (indicators(picked=frozenset({DMITRI})), {DMITRI: ExclusionKind.EXCLUDED}),
        (indicators(authors=frozenset({DMITRI})), {DMITRI: ExclusionKind.EXCLUDED}),
        (indicators(linked=frozenset({DMITRI})), {DMITRI: ExclusionKind.PENDING}),
        (indicators(texts=("It was Dmitri.",)), {DMITRI: ExclusionKind.PENDING}),
        (
            indicators(picked=frozenset({DMITRI}), texts=("Dmitri and Eleni",)),
            {DMITRI: ExclusionKind.EXCLUDED, ELENI: ExclusionKind.PENDING},
        ),
    ],
)
def test_each_sign_keeps_out_as_the_policy_says(
    seen: ConflictIndicators[MemberId], expected: dict[MemberId, ExclusionKind]
) -> None:
    """P-2.5"""
    assert kinds(seen) == expected


def test_a_wall_that_stands_is_not_put_up_twice_and_a_higher_one_is_added() -> None:
    standing = exclusions(indicators(linked=frozenset({DMITRI})))
    assert missing_exclusions(standing, standing, ()) == ()
    higher = exclusions(indicators(picked=frozenset({DMITRI})))
    assert [exclusion.kind for exclusion in missing_exclusions(higher, standing, ())] == [ExclusionKind.EXCLUDED]


def test_a_member_whom_a_chair_admitted_is_not_held_out_again_for_being_mentioned() -> None:
    """P-2.5"""
    mention = indicators(texts=("Dmitri saw it too.",))
    admitted = tuple(replace(exclusion, lifted_at=START) for exclusion in exclusions(mention))
    assert missing_exclusions(exclusions(mention), admitted, exempt(mention, admitted, None)) == ()
    author = indicators(authors=frozenset({DMITRI}))
    assert len(missing_exclusions(exclusions(author), admitted, exempt(author, admitted, None))) == 1


def test_a_contact_person_to_whom_an_account_points_is_held_out_all_the_same() -> None:
    """P-2.5"""
    linked = indicators(linked=frozenset({AMARA}), texts=("Dear Amara",))
    assert AMARA in {
        exclusion.member for exclusion in missing_exclusions(exclusions(linked), (), exempt(linked, (), AMARA))
    }
    greeting = indicators(texts=("Dear Amara",))
    assert missing_exclusions(exclusions(greeting), (), exempt(greeting, (), AMARA)) == ()


def test_a_concerned_chair_sends_the_case_to_the_board_and_a_recused_one_does_not() -> None:
    """P-2.5, P-4.1"""
    concerned = exclusions(indicators(picked=frozenset({AMARA})))
    recused = (Exclusion(case=CASE.id, member=AMARA, kind=ExclusionKind.RECUSED, cause="", at=START, by=AMARA),)
    assert must_go_to_board(CIRCLE, concerned, [AMARA], POLICY)
    assert not must_go_to_board(CIRCLE, recused, [], POLICY)


def test_with_fewer_than_two_members_left_the_case_is_the_boards() -> None:
    """P-2.5"""
    four = exclusions(indicators(picked=frozenset(WORKING_GROUP[2:])))
    five = exclusions(indicators(picked=frozenset(WORKING_GROUP[1:])))
    assert not must_go_to_board(CIRCLE, four, WORKING_GROUP[2:], POLICY)
    assert must_go_to_board(CIRCLE, five, WORKING_GROUP[1:], POLICY)


def test_of_two_walls_the_one_that_shows_less_counts() -> None:
    both = (
        Exclusion(case=CASE.id, member=BRUNO, kind=ExclusionKind.RECUSED, cause="", at=START, by=BRUNO),
        Exclusion(case=CASE.id, member=BRUNO, kind=ExclusionKind.EXCLUDED, cause="", at=START, by="party"),
    )
    assert conflict_status_by_member(both) == {BRUNO: ConflictStatus.EXCLUDED}
    assert conflict_status_by_member(tuple(replace(exclusion, lifted_at=START) for exclusion in both)) == {}


def test_a_case_goes_to_the_board_and_comes_back_without_a_contact_of_its_own_choosing() -> None:
    sent = as_board_case(replace(CASE, contact=AMARA))
    assert (sent.board_only, sent.state, sent.contact) == (True, CaseState.WITH_BOARD, None)
    back = as_group_case(sent, BRUNO)
    assert (back.board_only, back.state, back.contact) == (False, CaseState.OPEN, BRUNO)


def test_a_closed_case_that_becomes_the_boards_stays_closed() -> None:
    assert as_board_case(replace(CASE, state=CaseState.CLOSED)).state is CaseState.CLOSED
