"""What a policy cannot do with the people who are seated is said in words before anybody needs it (P-11.2)."""

import pytest

from guardian.policy_file import read_policy
from guardian.presets import load_preset
from rules.routing import HandlingGroups
from rules.shortfalls import SeatedPeople, find_shortfalls
from tests.rules.community import CHIPY, DJANGO

SMALL = read_policy(load_preset("small"))


def seated(
    members: str, chairs: str, board: str, *, by_mail_alone: int = 0, has_mail: bool = False
) -> SeatedPeople[str]:
    groups = HandlingGroups(frozenset(members), frozenset(chairs), frozenset(), frozenset(board))
    return SeatedPeople(groups, by_mail_alone, has_mail)


@pytest.mark.parametrize(
    ("members", "chairs", "board", "words"),
    [
        ("ABCD", "A", "", "What goes to the Board reaches nobody"),
        ("ABCD", "A", "X", "can never be answered"),
        ("AB", "A", "XY", "The group can decide nothing by itself"),
        ("ABC", "A", "XY", "concerns one of the 3 people of the group cannot be decided by the others"),
        ("ABC", "", "XY", "Nobody is chair"),
    ],
)
@pytest.mark.harm("policy-needs-people-who-are-not-there")
def test_what_more_people_would_have_to_do_is_named(members: str, chairs: str, board: str, words: str) -> None:
    """P-11.2."""
    assert any(words in each.what for each in find_shortfalls(seated(members, chairs, board), DJANGO))


@pytest.mark.parametrize("policy", [DJANGO, CHIPY], ids=["django", "chipy"])
def test_nothing_is_said_of_a_group_that_can_do_all(policy: object) -> None:
    """P-11.2."""
    assert find_shortfalls(seated("ABCDE", "A", "XY"), DJANGO if policy is DJANGO else CHIPY) == ()


@pytest.mark.harm("policy-needs-people-who-are-not-there")
def test_stand_ins_are_asked_for_where_chairs_take_the_place_of_the_board() -> None:
    """P-1.1, P-11.2."""
    found = find_shortfalls(seated("ABC", "A", "AX"), SMALL)
    assert any("stand-ins from outside are named" in each.what for each in found)
    assert not any("reaches nobody" in each.what for each in found)


@pytest.mark.parametrize(("has_mail", "harmful"), [(False, True), (True, False)])
@pytest.mark.harm("policy-needs-people-who-are-not-there")
def test_somebody_whom_mail_alone_reaches_needs_a_mail_server(has_mail: bool, harmful: bool) -> None:
    """P-11.2."""
    found = find_shortfalls(seated("ABCDE", "A", "XY", by_mail_alone=1, has_mail=has_mail), DJANGO)
    assert any(each.harmful for each in found) is harmful
