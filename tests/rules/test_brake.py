"""The brake (P-7.5): what one member may do alone, what the service may do, stopping a member, and danger to life."""

from datetime import timedelta

import pytest

from rules.brake import (
    IntendedAct,
    NamingRaid,
    PastAct,
    PastRestriction,
    StopFact,
    are_lifts_alarming,
    is_in_announced_raid,
    may_act,
    may_announce_raid,
    may_confirm_raid,
    may_restrict,
    may_stop,
    notifies_each_of_raid,
    raid_announced_until,
    released_by_stop,
    sent_to_chairs_by_stop,
)
from rules.unilateral import Ground
from rules.verdict import Verdict
from tests.rules.community import DAY, DJANGO, HOUR, NOW, after

MEMBERS = frozenset("ABC")
ONGOING, THREAT, DANGER = Ground
Acts = list[PastAct[str, int]]


def an_act(on: int, minutes_ago: int = 10, by: str = "A", *, confirmed_by: str | None = None) -> PastAct[str, int]:
    return PastAct(by=by, on=on, at=NOW - timedelta(minutes=minutes_ago), ground=ONGOING, confirmed_by=confirmed_by)


def answer(
    acts: Acts | None = None,
    *,
    by: str = "A",
    on: int = 99,
    ground: Ground = ONGOING,
    term: timedelta | None = None,
    on_leader: bool = False,
    confirmed_by: str | None = None,
    stopped: str = "",
) -> Verdict:
    stops = [StopFact("C", who) for who in stopped]
    intended = IntendedAct(by=by, on=on, ground=ground, term=term, on_leader=on_leader, confirmed_by=confirmed_by)
    return may_act(intended, acts or [], MEMBERS, stops, NOW, DJANGO)


FIVE = [an_act(on) for on in range(5)]
REVERSED: Acts = [PastAct(by="B", on=99, at=NOW - 40 * DAY, ground=ONGOING, reviewed=True, reversed=True)]


def test_any_member_may_act_alone_and_nobody_else() -> None:
    """P-7.1."""
    assert answer().code == "alone"
    assert answer(by="Z").code == "not_a_member"


@pytest.mark.parametrize(
    ("acts", "code"),
    [
        (FIVE[:4], "alone"),
        (FIVE, "too_many_people"),
        ([an_act(0) for _ in range(9)], "alone"),
        ([*FIVE[:4], an_act(99)], "alone"),
        ([*FIVE[:4], an_act(7, minutes_ago=60)], "alone"),
        ([*FIVE[:4], an_act(7, by="B")], "alone"),
        ([*FIVE[:4], an_act(7, confirmed_by="B")], "alone"),
    ],
)
def test_alone_one_member_acts_on_five_people_an_hour(acts: Acts, code: str) -> None:
    """P-7.5."""
    assert answer(acts).code == code


def test_after_a_reversal_nobody_acts_on_that_person_alone() -> None:
    """P-7.5."""
    assert answer(REVERSED).code == "after_reversal"
    assert answer(REVERSED, on=98).code == "alone"


@pytest.mark.parametrize(("term", "code"), [(24 * HOUR, "alone"), (25 * HOUR, "leader_term"), (None, "leader_term")])
def test_on_somebody_with_a_role_an_act_alone_lasts_a_day_at_most(term: timedelta | None, code: str) -> None:
    """P-7.5."""
    assert answer(on_leader=True, term=term).code == code
    assert answer(on_leader=False, term=term).code == "alone"


@pytest.mark.parametrize(("acts", "leader"), [(FIVE, False), (REVERSED, False), ([], True)])
def test_a_second_members_tap_or_danger_to_life_takes_the_brake_off(acts: Acts, leader: bool) -> None:
    """P-7.5."""
    assert not answer(acts, on_leader=leader)
    assert answer(acts, on_leader=leader, confirmed_by="B").code == "with_second"
    assert answer(acts, on_leader=leader, ground=DANGER).code == "danger"
    assert not answer(acts, on_leader=leader, ground=THREAT)


@pytest.mark.parametrize("second", ["A", "Z", "B"])
def test_the_second_is_another_member_who_is_not_stopped(second: str) -> None:
    """P-7.5."""
    assert not answer(FIVE, confirmed_by=second, stopped="B")


def test_a_stopped_member_acts_only_with_a_second() -> None:
    """P-7.5."""
    assert answer(stopped="A").code == "stopped"
    assert answer(stopped="A", ground=DANGER).code == "stopped"
    assert answer(stopped="A", confirmed_by="B").code == "with_second"


@pytest.mark.parametrize(
    ("by", "of", "stops", "code"),
    [
        ("A", "B", [], "allowed"),
        ("A", "A", [], "not_a_member"),
        ("Z", "A", [], "not_a_member"),
        ("A", "Z", [], "not_a_member"),
        ("A", "B", [StopFact("B", "A")], "stopped"),
        ("C", "B", [StopFact("B", "A")], "allowed"),
    ],
)
def test_any_member_stops_another_and_the_one_stopped_cannot_stop_back(
    by: str, of: str, stops: list[StopFact[str]], code: str
) -> None:
    """P-7.5."""
    assert may_stop(by, of, MEMBERS, stops).code == code


def test_a_stop_releases_unreviewed_acts_except_those_for_danger() -> None:
    """P-7.5."""
    plain, others = an_act(1), an_act(2, by="B")
    reviewed = PastAct(by="A", on=3, at=NOW, ground=ONGOING, reviewed=True)
    danger = PastAct(by="A", on=4, at=NOW, ground=DANGER)
    acts = [plain, others, reviewed, danger]
    assert released_by_stop(acts, "A") == (plain,)
    assert sent_to_chairs_by_stop(acts, "A") == (danger,)


def restrictions(people: int, minutes_ago: int = 10) -> list[PastRestriction[int]]:
    return [PastRestriction(on, NOW - timedelta(minutes=minutes_ago)) for on in range(people)]


@pytest.mark.parametrize(
    ("placed", "allowed"),
    [
        (restrictions(19), True),
        (restrictions(20), False),
        (restrictions(19) + restrictions(19), True),
        (restrictions(20, minutes_ago=60), True),
        (restrictions(20, minutes_ago=59), False),
        ([*restrictions(19), PastRestriction(99, NOW)], True),
    ],
)
def test_the_service_restricts_twenty_new_people_an_hour_whatever_the_number_of_spaces(
    placed: list[PastRestriction[int]], allowed: bool
) -> None:
    """P-7.5."""
    assert bool(may_restrict(99, placed, NOW, DJANGO, reapplied=False, raid=False)) is allowed


@pytest.mark.harm("one-member-restricts-a-crowd")
@pytest.mark.parametrize(
    ("by", "stopped", "code"),
    [("A", "", "own_raid"), ("Z", "", "not_a_member"), ("B", "B", "stopped"), ("B", "A", "allowed")],
)
def test_a_raid_takes_a_second_member_who_is_not_stopped(by: str, stopped: str, code: str) -> None:
    """P-7.5."""
    stops = [StopFact("C", who) for who in stopped]
    assert may_confirm_raid(by, "A", MEMBERS, stops).code == code


@pytest.mark.harm("one-member-restricts-a-crowd")
@pytest.mark.parametrize(
    ("by", "more", "stopped", "code"),
    [
        ("A", 0, "", "allowed"),
        ("A", 1, "", "too_many_accounts"),
        ("A", -5000, "", "empty_list"),
        ("Z", 0, "", "not_a_member"),
        ("A", 0, "A", "stopped"),
    ],
)
def test_a_raid_is_announced_by_a_member_who_is_not_stopped_and_has_its_bound(
    by: str, more: int, stopped: str, code: str
) -> None:
    """P-7.5."""
    stops = [StopFact("C", who) for who in stopped]
    assert may_announce_raid(by, 5000 + more, MEMBERS, stops, DJANGO).code == code


def test_an_announced_raid_takes_the_bound_away_for_a_day_and_writes_to_nobody() -> None:
    """P-7.5."""
    assert raid_announced_until(NOW, DJANGO) == after(hours=24)
    assert not notifies_each_of_raid(DJANGO)
    assert may_restrict(99, restrictions(200), NOW, DJANGO, reapplied=False, raid=True)


@pytest.mark.harm("brake-gone-with-an-old-raid")
@pytest.mark.parametrize(
    ("raids", "announced"),
    [
        ([], False),
        ([NamingRaid(None, is_over=False)], False),
        ([NamingRaid(after(hours=1), is_over=False)], True),
        ([NamingRaid(NOW, is_over=False)], False),
        ([NamingRaid(after(hours=1), is_over=True)], False),
        ([NamingRaid(NOW - DAY, is_over=True), NamingRaid(after(hours=1), is_over=False)], True),
    ],
)
def test_a_raid_takes_the_bound_away_while_it_is_announced_and_not_over(
    raids: list[NamingRaid], announced: bool
) -> None:
    """P-7.5."""
    assert is_in_announced_raid(raids, NOW) is announced


def test_somebody_restricted_during_a_raid_is_restricted_in_the_other_spaces_after_it() -> None:
    """P-7.5."""
    assert may_restrict(150, restrictions(200), NOW, DJANGO, reapplied=False, raid=False)
    assert not may_restrict(250, restrictions(200), NOW, DJANGO, reapplied=False, raid=False)


@pytest.mark.parametrize(("already", "allowed"), [(0, True), (2, True), (3, False)])
def test_putting_back_is_free_three_times_a_person(already: int, allowed: bool) -> None:
    """P-7.5."""
    earlier = [PastRestriction(99, NOW - DAY, reapplied=True)] * already
    placed = [*earlier, *restrictions(20)]
    assert bool(may_restrict(99, placed, NOW, DJANGO, reapplied=True, raid=False)) is allowed


@pytest.mark.parametrize(
    ("hours", "called"), [([], False), ([0, 1], False), ([0, 1, 2], True), ([-23, -1, 0], True), ([-24, -1, 0], False)]
)
def test_a_third_lift_by_hand_within_a_day_calls_people(hours: list[int], called: bool) -> None:
    """P-7.5."""
    lifts = [after(hours=hour) for hour in hours]
    now = max([NOW, *lifts])
    assert are_lifts_alarming(lifts, now, DJANGO) is called
