"""Walls: who is kept out by what was said, and when that makes the case the Board's."""

from dataclasses import replace
from typing import Any

import pytest

from guardian.cases.intake import new_case
from guardian.cases.values import CaseState, Wall, WallKind
from guardian.cases.walls import (
    circle_of,
    goes_to_board,
    held_by,
    returned_to_group,
    sent_to_board,
    spared,
    still_needed,
    walls_from,
)
from guardian.ids import MemberId
from guardian.policy_file import read_policy
from guardian.presets import preset
from rules.conflicts import Signs, Standing
from tests.builders.desk import AMARA, BRUNO, DMITRI, ELENI, WORKING_GROUP, everybody
from tests.fakes.clock import START

POLICY = read_policy(preset("django"))
CASE = new_case("velvet-harbour", START, danger=False)
CIRCLE = circle_of(everybody(), START)


def signs(**facts: Any) -> Signs[MemberId]:
    """What a report says about whom it concerns."""
    return Signs(**facts)


def walls(seen: Signs[MemberId]) -> tuple[Wall, ...]:
    """The walls that the signs ask for."""
    return walls_from(seen, everybody(), POLICY, CASE, START, "party")


def kinds(seen: Signs[MemberId]) -> dict[MemberId, WallKind]:
    """Who is kept out, and how."""
    return {wall.member: wall.kind for wall in walls(seen)}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (signs(), {}),
        (signs(picked=frozenset({DMITRI})), {DMITRI: WallKind.EXCLUDED}),
        (signs(authors=frozenset({DMITRI})), {DMITRI: WallKind.EXCLUDED}),
        (signs(linked=frozenset({DMITRI})), {DMITRI: WallKind.HELD_OUT}),
        (signs(texts=("It was Dmitri.",)), {DMITRI: WallKind.HELD_OUT}),
        (
            signs(picked=frozenset({DMITRI}), texts=("Dmitri and Eleni",)),
            {DMITRI: WallKind.EXCLUDED, ELENI: WallKind.HELD_OUT},
        ),
    ],
)
def test_each_sign_keeps_out_as_the_policy_says(seen: Signs[MemberId], expected: dict[MemberId, WallKind]) -> None:
    """P-2.5"""
    assert kinds(seen) == expected


def test_a_wall_that_stands_is_not_put_up_twice_and_a_higher_one_is_added() -> None:
    standing = walls(signs(linked=frozenset({DMITRI})))
    assert still_needed(standing, standing, ()) == ()
    higher = walls(signs(picked=frozenset({DMITRI})))
    assert [wall.kind for wall in still_needed(higher, standing, ())] == [WallKind.EXCLUDED]


def test_a_member_whom_a_chair_admitted_is_not_held_out_again_for_being_mentioned() -> None:
    """P-2.5"""
    mention = signs(texts=("Dmitri saw it too.",))
    admitted = tuple(replace(wall, lifted_at=START) for wall in walls(mention))
    assert still_needed(walls(mention), admitted, spared(mention, admitted, None)) == ()
    author = signs(authors=frozenset({DMITRI}))
    assert len(still_needed(walls(author), admitted, spared(author, admitted, None))) == 1


def test_a_contact_person_to_whom_an_account_points_is_held_out_all_the_same() -> None:
    """P-2.5"""
    linked = signs(linked=frozenset({AMARA}), texts=("Dear Amara",))
    assert AMARA in {wall.member for wall in still_needed(walls(linked), (), spared(linked, (), AMARA))}
    greeting = signs(texts=("Dear Amara",))
    assert still_needed(walls(greeting), (), spared(greeting, (), AMARA)) == ()


def test_a_concerned_chair_sends_the_case_to_the_board_and_a_recused_one_does_not() -> None:
    """P-2.5, P-4.1"""
    concerned = walls(signs(picked=frozenset({AMARA})))
    recused = (Wall(CASE.id, AMARA, WallKind.RECUSED, "", START, AMARA),)
    assert goes_to_board(CIRCLE, concerned, [AMARA], POLICY)
    assert not goes_to_board(CIRCLE, recused, [], POLICY)


def test_with_fewer_than_two_members_left_the_case_is_the_boards() -> None:
    """P-2.5"""
    four = walls(signs(picked=frozenset(WORKING_GROUP[2:])))
    five = walls(signs(picked=frozenset(WORKING_GROUP[1:])))
    assert not goes_to_board(CIRCLE, four, WORKING_GROUP[2:], POLICY)
    assert goes_to_board(CIRCLE, five, WORKING_GROUP[1:], POLICY)


def test_of_two_walls_the_one_that_shows_less_counts() -> None:
    both = (
        Wall(CASE.id, BRUNO, WallKind.RECUSED, "", START, BRUNO),
        Wall(CASE.id, BRUNO, WallKind.EXCLUDED, "", START, "party"),
    )
    assert held_by(both) == {BRUNO: Standing.EXCLUDED}
    assert held_by(tuple(replace(wall, lifted_at=START) for wall in both)) == {}


def test_a_case_goes_to_the_board_and_comes_back_without_a_contact_of_its_own_choosing() -> None:
    sent = sent_to_board(replace(CASE, contact=AMARA))
    assert (sent.board_only, sent.state, sent.contact) == (True, CaseState.WITH_BOARD, None)
    back = returned_to_group(sent, BRUNO)
    assert (back.board_only, back.state, back.contact) == (False, CaseState.OPEN, BRUNO)


def test_a_closed_case_that_becomes_the_boards_stays_closed() -> None:
    assert sent_to_board(replace(CASE, state=CaseState.CLOSED)).state is CaseState.CLOSED
