"""Several restrictions at once: the strongest and longest wins, and the end of one lifts no other (P-6.3)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.precedence import (
    Demand,
    Foreign,
    Hold,
    Restriction,
    Wanted,
    compare_foreign,
    hold_of,
    next_change,
    strongest,
)
from tests.rules.community import NOW, after

NONE, MUTED, SUSPENDED, BANNED = Restriction


def demand(restriction: Restriction, start: int, end: int | None) -> Demand:
    return Demand(restriction, after(days=start), None if end is None else after(days=end))


DEMANDS = st.lists(
    st.builds(
        lambda restriction, start, length: demand(restriction, start, None if length is None else start + length),
        st.sampled_from(Restriction),
        st.integers(-10, 10),
        st.one_of(st.none(), st.integers(1, 15)),
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("demands", "restriction", "until"),
    [
        ([], NONE, None),
        ([demand(SUSPENDED, -1, 5)], SUSPENDED, 5),
        ([demand(SUSPENDED, 1, 5)], NONE, None),
        ([demand(SUSPENDED, -5, 0)], NONE, None),
        ([demand(SUSPENDED, 0, 5)], SUSPENDED, 5),
        ([demand(MUTED, -1, None), demand(SUSPENDED, -1, 5)], SUSPENDED, 5),
        ([demand(SUSPENDED, -1, 5), demand(SUSPENDED, -1, 9)], SUSPENDED, 9),
        ([demand(SUSPENDED, -1, 5), demand(BANNED, 3, None)], SUSPENDED, None),
        ([demand(SUSPENDED, -1, 5), demand(SUSPENDED, 5, 8)], SUSPENDED, 8),
        ([demand(SUSPENDED, 5, 8), demand(SUSPENDED, -1, 5)], SUSPENDED, 8),
        ([demand(SUSPENDED, -1, 5), demand(SUSPENDED, 6, 8)], SUSPENDED, 5),
        ([demand(BANNED, -1, 2), demand(SUSPENDED, -1, 9)], BANNED, 9),
        ([demand(MUTED, -1, 2), demand(SUSPENDED, 1, 9)], MUTED, 9),
        ([demand(SUSPENDED, -1, 2), demand(MUTED, 1, 9)], SUSPENDED, 2),
    ],
)
def test_the_strongest_and_longest_wins(demands: list[Demand], restriction: Restriction, until: int | None) -> None:
    """P-6.3."""
    assert strongest(demands, NOW) == Wanted(restriction, None if until is None else after(days=until))


@pytest.mark.parametrize(
    ("demands", "change"),
    [
        ([], None),
        ([demand(SUSPENDED, -1, 5)], 5),
        ([demand(SUSPENDED, -1, None)], None),
        ([demand(SUSPENDED, 2, 5)], 2),
        ([demand(SUSPENDED, -1, 5), demand(SUSPENDED, 0, 9)], 9),
        ([demand(SUSPENDED, -1, 5), demand(BANNED, 3, None)], 3),
        ([demand(BANNED, -1, None), demand(MUTED, 3, 4)], None),
    ],
)
def test_the_next_change_is_the_next_instant_that_matters(demands: list[Demand], change: int | None) -> None:
    """P-6.3."""
    assert next_change(demands, NOW) == (None if change is None else after(days=change))


def test_suspended_and_banned_are_one_state_to_a_space() -> None:
    """P-6.3."""
    assert [hold_of(restriction) for restriction in Restriction] == [Hold.OPEN, Hold.MUTED, Hold.BARRED, Hold.BARRED]
    assert Wanted(BANNED, None).hold is Hold.BARRED


@pytest.mark.parametrize(
    ("foreign", "until", "wanted", "answer"),
    [
        (BANNED, None, Wanted(SUSPENDED, after(days=5)), Foreign.ENOUGH),
        (SUSPENDED, 5, Wanted(BANNED, after(days=5)), Foreign.ENOUGH),
        (SUSPENDED, 4, Wanted(SUSPENDED, after(days=5)), Foreign.SHORTER),
        (SUSPENDED, 400, Wanted(BANNED, None), Foreign.SHORTER),
        (MUTED, None, Wanted(SUSPENDED, after(days=5)), Foreign.WEAKER),
        (NONE, None, Wanted(MUTED, after(days=5)), Foreign.WEAKER),
        (BANNED, 5, Wanted(MUTED, after(days=5)), Foreign.ENOUGH),
        (MUTED, 1, Wanted(NONE, None), Foreign.ENOUGH),
    ],
)
def test_a_foreign_hold_is_enough_only_if_as_strong_and_as_long(
    foreign: Restriction, until: int | None, wanted: Wanted, answer: Foreign
) -> None:
    """P-6.3."""
    assert compare_foreign(foreign, None if until is None else after(days=until), wanted) is answer


@given(DEMANDS, st.randoms())
def test_the_order_of_demands_makes_no_difference(demands: list[Demand], random: object) -> None:
    """P-6.3."""
    mixed = list(demands)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis hands out a Random under no public type
    assert strongest(mixed, NOW) == strongest(demands, NOW)
    assert next_change(mixed, NOW) == next_change(demands, NOW)


@given(DEMANDS, st.integers(0, 5))
def test_taking_one_demand_away_never_lifts_another(demands: list[Demand], index: int) -> None:
    """P-6.3."""
    rest = [other for i, other in enumerate(demands) if i != index]
    wanted = strongest(rest, NOW).restriction
    for other in rest:
        assert not other.runs_at(NOW) or list(Restriction).index(other.restriction) <= list(Restriction).index(wanted)


@given(DEMANDS)
def test_nothing_changes_before_the_next_change(demands: list[Demand]) -> None:
    """P-6.3."""
    change = next_change(demands, NOW)
    until = change or after(days=60)
    assert {strongest(demands, instant).restriction for instant in _instants(NOW, until)} == {
        strongest(demands, NOW).restriction
    }
    assert change is None or strongest(demands, change).restriction is not strongest(demands, NOW).restriction


@given(DEMANDS)
def test_the_hold_lasts_unbroken_until_the_named_end(demands: list[Demand]) -> None:
    """P-6.3: replacing one sanction never opens a gap."""
    wanted = strongest(demands, NOW)
    if wanted.hold is Hold.OPEN:
        return
    order = list(Hold)
    until = wanted.until or after(days=60)
    weakest = min((strongest(demands, at).hold for at in _instants(NOW, until)), key=order.index)
    assert order.index(weakest) >= order.index(wanted.hold)
    if wanted.until is not None:
        assert order.index(strongest(demands, wanted.until).hold) < order.index(wanted.hold)


def _instants(start: datetime, end: datetime) -> list[datetime]:
    return [start + timedelta(hours=12 * n) for n in range(int((end - start) / timedelta(hours=12)))]
