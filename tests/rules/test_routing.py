"""To whom a matter goes, and never to somebody whom it concerns (P-2.5, P-3.4, P-3.6, P-4.1, P-4.3, P-8.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.conflicts import ConflictStatus
from rules.routing import (
    Destination,
    HandlingGroups,
    board_members_for,
    contact_for,
    danger_call_for,
    deciders_for_chair,
    liaisons_for,
    may_hand_over,
    route_report,
)
from tests.rules.community import CHIPY, DJANGO, NOW, after

CIRCLE = HandlingGroups(frozenset("ABCD"), frozenset("AB"), frozenset("L"), frozenset("LXY"))
EXCLUDED = ConflictStatus.EXCLUDED


def excluded(who: str) -> dict[str, ConflictStatus]:
    return dict.fromkeys(who, EXCLUDED)


@pytest.mark.parametrize(
    ("concerned", "to", "may_know"),
    [
        ("", Destination.WORKING_GROUP, "ABCD"),
        ("C", Destination.WORKING_GROUP, "ABD"),
        ("A", Destination.WORKING_GROUP, "BCD"),
        ("AB", Destination.BOARD, "LXY"),
        ("BCD", Destination.BOARD, "LXY"),
        ("ABX", Destination.BOARD, "LY"),
        ("ABL", Destination.BOARD, "XY"),
        ("ABLXY", Destination.NOBODY_LEFT, ""),
    ],
)
def test_a_report_goes_to_those_whom_it_does_not_concern(concerned: str, to: Destination, may_know: str) -> None:
    """P-2.5, P-4.3."""
    route = route_report(CIRCLE, excluded(concerned), DJANGO)
    assert (route.to, route.may_know) == (to, frozenset(may_know))


@pytest.mark.parametrize(
    ("concerned", "deciders"), [("", "AB"), ("A", "B"), ("AB", "LXY"), ("ABX", "LY"), ("ABLXY", "")]
)
def test_where_every_chair_is_concerned_the_boards_others_decide(concerned: str, deciders: str) -> None:
    """P-4.1, P-7.3."""
    assert deciders_for_chair(CIRCLE, excluded(concerned)) == frozenset(deciders)


@pytest.mark.parametrize(("concerned", "liaison"), [("", "L"), ("X", "L"), ("L", "XY")])
def test_the_liaison_takes_a_matter_to_the_board_unless_it_concerns_them(concerned: str, liaison: str) -> None:
    """P-8.5."""
    assert liaisons_for(CIRCLE, excluded(concerned)) == frozenset(liaison)


@pytest.mark.parametrize(
    ("concerned", "shepherd", "answering", "django", "chipy"),
    [
        ("", None, None, "A", None),
        ("", None, "B", "B", "B"),
        ("", None, "C", "A", "C"),
        ("", "D", "C", "A", "D"),
        ("A", "D", "A", "B", "D"),
        ("D", "D", "C", "A", "C"),
        ("AB", "D", "C", None, "D"),
    ],
)
def test_the_contact_is_a_chair_for_django_and_a_shepherd_for_chipy(
    concerned: str, shepherd: str | None, answering: str | None, django: str | None, chipy: str | None
) -> None:
    """P-3.4."""
    contacts = [contact_for(CIRCLE, excluded(concerned), shepherd, answering, policy) for policy in (DJANGO, CHIPY)]
    assert contacts == [django, chipy]


@pytest.mark.parametrize(
    ("minutes", "told", "again"),
    [(0, "ABD", 5), (4, "ABD", 5), (5, "ABD", 10), (14, "ABD", 15), (15, "ABDLY", 20), (60, "ABDLY", 65)],
)
def test_danger_calls_everybody_at_once_and_the_board_after_a_quarter_of_an_hour(
    minutes: int, told: str, again: int
) -> None:
    """P-3.6."""
    concerned = excluded("CX")
    may_know = route_report(CIRCLE, concerned, DJANGO).may_know
    call = danger_call_for(
        may_know, CIRCLE, concerned, NOW, acknowledged=False, now=after(minutes=minutes), policy=DJANGO
    )
    assert (call.recipients, call.repeat_at) == (frozenset(told), after(minutes=again))


def test_danger_in_somebodys_hands_calls_nobody_more() -> None:
    """P-3.6."""
    call = danger_call_for(
        CIRCLE.members, CIRCLE, excluded(""), NOW, acknowledged=True, now=after(minutes=30), policy=DJANGO
    )
    assert (call.recipients, call.repeat_at) == (frozenset(), None)


@given(st.sets(st.sampled_from("ABCDLXY")), st.integers(0, 60))
def test_nobody_hears_of_a_matter_that_concerns_them(concerned: set[str], minutes: int) -> None:
    """P-2.5, P-4.3."""
    out = excluded("".join(concerned))
    route = route_report(CIRCLE, out, DJANGO)
    call = danger_call_for(
        route.may_know, CIRCLE, out, NOW, acknowledged=False, now=after(minutes=minutes), policy=DJANGO
    )
    reached = route.may_know | call.recipients | board_members_for(CIRCLE, out) | deciders_for_chair(CIRCLE, out)
    reached |= liaisons_for(CIRCLE, out)
    assert not reached & concerned
    contact = contact_for(CIRCLE, out, "D", "C", CHIPY)
    assert contact is None or contact not in concerned


@pytest.mark.parametrize(
    ("by", "to", "contact", "code"),
    [
        ("A", "B", "A", ""),
        ("B", "C", "A", "not_contact"),
        ("A", "A", "A", "is_contact"),
        ("B", "C", None, ""),
        ("B", "C", "gone", ""),
    ],
)
def test_only_the_contact_person_hands_a_reporter_to_somebody_else(
    by: str, to: str, contact: str | None, code: str
) -> None:
    """P-3.4"""
    verdict = may_hand_over(by, to, contact, frozenset("ABC"))
    assert (verdict.code if not verdict else "") == code
