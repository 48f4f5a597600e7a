"""Who may know of a case: seats, walls, and whose case it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.cases.access import may_know, normalize_code_name
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.submissions import new_case
from guardian.ids import MemberId
from guardian.people.models import Member
from tests.builders.community import AMARA, BOARD, CHIARA, DMITRI, GRETA, WORKING_GROUP, everybody
from tests.fakes.clock import START

CASE = new_case("velvet-harbour", START, danger=False)


def an_exclusion(member: MemberId, kind: ExclusionKind = ExclusionKind.EXCLUDED, **facts: object) -> Exclusion:
    """A wall in front of the member."""
    return replace(Exclusion(case=CASE.id, member=member, kind=kind, cause="", at=START, by="service"), **facts)  # type: ignore[arg-type]  # by field names


def members_knowing(
    *exclusions: Exclusion, board_only: bool = False, members: tuple[Member, ...] = everybody()
) -> set[MemberId]:
    """Everybody who may know of the case."""
    case = replace(CASE, board_only=board_only)
    return {member.id for member in members if may_know(member, case, exclusions, START)}


def test_the_working_group_and_nobody_else_knows_of_a_case() -> None:
    assert members_knowing() == set(WORKING_GROUP)


@pytest.mark.parametrize("kind", list(ExclusionKind))
def test_a_wall_of_any_kind_stands_between_a_member_and_the_case(kind: ExclusionKind) -> None:
    """P-4.2"""
    assert members_knowing(an_exclusion(DMITRI, kind)) == set(WORKING_GROUP) - {DMITRI}


def test_a_lifted_wall_no_longer_stands_and_another_still_does() -> None:
    lifted = an_exclusion(DMITRI, ExclusionKind.PENDING, lifted_at=START)
    assert DMITRI in members_knowing(lifted)
    assert DMITRI not in members_knowing(lifted, an_exclusion(DMITRI, ExclusionKind.RECUSED))


def test_a_case_of_the_board_is_known_to_the_board_and_its_liaison_only() -> None:
    """P-2.5"""
    assert members_knowing(board_only=True) == set(BOARD)
    assert members_knowing(an_exclusion(CHIARA), board_only=True) == set(BOARD) - {CHIARA}
    assert AMARA not in members_knowing(board_only=True)


def test_a_term_that_is_over_ends_the_knowledge_at_that_instant() -> None:
    """P-1.2"""
    amara = next(member for member in everybody() if member.id == AMARA)
    ended = replace(amara, ended_at=START)
    assert may_know(ended, CASE, (), START - timedelta(seconds=1))
    assert not may_know(ended, CASE, (), START)


@pytest.mark.parametrize("typed", ["velvet-harbour", " Velvet Harbour ", "VELVET-HARBOUR", "velvet  harbour"])
def test_a_code_name_is_found_however_it_is_typed(typed: str) -> None:
    assert normalize_code_name(typed) == "velvet-harbour"


def test_a_board_member_who_is_not_its_liaison_knows_of_no_case_of_the_group() -> None:
    assert GRETA not in members_knowing()
