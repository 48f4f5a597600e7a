"""Who may do what, by the seats they hold at that instant."""

from datetime import timedelta

import pytest

from guardian.people.models import Group, Office
from guardian.people.permissions import ALLOWED_SEATS, UseCase, may_perform
from guardian.spaces.port import Account
from tests.builders.community import AMARA, DISCORD, INES, a_member, a_role
from tests.fakes.clock import START

GROUP, BOARD, MODERATORS = Group.WORKING_GROUP, Group.BOARD, Group.MODERATORS


def test_every_use_case_has_its_seats() -> None:
    assert set(ALLOWED_SEATS) == set(UseCase)
    assert all(ALLOWED_SEATS.values())


@pytest.mark.parametrize(
    ("use", "group", "office", "allowed"),
    [
        (UseCase.READ_CASE, GROUP, Office.MEMBER, True),
        (UseCase.READ_CASE, BOARD, Office.MEMBER, True),
        (UseCase.READ_CASE, MODERATORS, Office.CHAIR, False),
        (UseCase.VOTE, BOARD, Office.MEMBER, False),
        (UseCase.ACT_UNILATERALLY, GROUP, Office.LIAISON, True),
        (UseCase.ACT_UNILATERALLY, MODERATORS, Office.MEMBER, False),
        (UseCase.DECIDE_EXCLUSION, GROUP, Office.MEMBER, False),
        (UseCase.DECIDE_EXCLUSION, GROUP, Office.CHAIR, True),
        (UseCase.RECORD_BOARD_ANSWER, GROUP, Office.BOARD_LIAISON, True),
        (UseCase.RECORD_BOARD_ANSWER, GROUP, Office.CHAIR, False),
        (UseCase.CONFIRM_BOARD_ANSWER, GROUP, Office.BOARD_LIAISON, False),
        (UseCase.CONFIRM_BOARD_ANSWER, BOARD, Office.MEMBER, True),
    ],
)
def test_a_seat_opens_what_the_table_says(use: UseCase, group: Group, office: Office, allowed: bool) -> None:
    """P-1.1"""
    assert bool(may_perform(a_member(AMARA, "Amara Okafor", a_role(group, office)), use, START)) is allowed


def test_a_member_may_do_nothing_from_the_instant_at_which_they_end() -> None:
    """P-1.2"""
    member = a_member(AMARA, "Amara Okafor", a_role(GROUP, Office.CHAIR), ended_at=START)
    assert all(
        may_perform(member, use, START - timedelta(microseconds=1)) for use in (UseCase.VOTE, UseCase.CHANGE_MEMBERS)
    )
    assert not any(may_perform(member, use, START) for use in UseCase)
    assert may_perform(member, UseCase.VOTE, START).code == "no_member"


def test_a_role_that_has_run_out_or_not_begun_opens_nothing() -> None:
    """P-1.2"""
    over = a_member(INES, "Ines Moreau", a_role(GROUP, until=START))
    early = a_member(INES, "Ines Moreau", a_role(GROUP, since=START + timedelta(days=1)))
    assert not may_perform(over, UseCase.READ_CASE, START)
    assert not may_perform(early, UseCase.READ_CASE, START)


def test_a_member_is_known_by_the_account_in_a_space() -> None:
    assert a_member(AMARA, "Amara Okafor").account_in(DISCORD) == Account(DISCORD, "600000000000000001")
