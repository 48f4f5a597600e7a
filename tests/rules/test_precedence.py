"""Several restrictions at once: the strongest and longest wins, and the end of one lifts no other (P-6.3)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.precedence import (
    AccessLevel,
    Demand,
    ForeignComparison,
    Restriction,
    StrongestDemand,
    access_level_of,
    compare_foreign,
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
    assert strongest(demands, NOW) == StrongestDemand(restriction, None if until is None else after(days=until))


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
    assert [access_level_of(restriction) for restriction in Restriction] == [
        AccessLevel.OPEN,
        AccessLevel.MUTED,
        AccessLevel.BARRED,
        AccessLevel.BARRED,
    ]
    assert StrongestDemand(BANNED, None).level is AccessLevel.BARRED


@pytest.mark.parametrize(
    ("foreign", "until", "strongest_demand", "answer"),
    [
        (BANNED, None, StrongestDemand(SUSPENDED, after(days=5)), ForeignComparison.ENOUGH),
        (SUSPENDED, 5, StrongestDemand(BANNED, after(days=5)), ForeignComparison.ENOUGH),
        (SUSPENDED, 4, StrongestDemand(SUSPENDED, after(days=5)), ForeignComparison.SHORTER),
        (SUSPENDED, 400, StrongestDemand(BANNED, None), ForeignComparison.SHORTER),
        (MUTED, None, StrongestDemand(SUSPENDED, after(days=5)), ForeignComparison.WEAKER),
        (NONE, None, StrongestDemand(MUTED, after(days=5)), ForeignComparison.WEAKER),
        (BANNED, 5, StrongestDemand(MUTED, after(days=5)), ForeignComparison.ENOUGH),
        (MUTED, 1, StrongestDemand(NONE, None), ForeignComparison.ENOUGH),
    ],
)
def test_a_foreign_hold_is_enough_only_if_as_strong_and_as_long(
    foreign: Restriction, until: int | None, strongest_demand: StrongestDemand, answer: ForeignComparison
) -> None:
    """P-6.3."""
    assert compare_foreign(foreign, None if until is None else after(days=until), strongest_demand) is answer


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
    strongest_demand = strongest(demands, NOW)
    if strongest_demand.level is AccessLevel.OPEN:
        return
    order = list(AccessLevel)
    until = strongest_demand.until or after(days=60)
    weakest = min((strongest(demands, at).level for at in _instants(NOW, until)), key=order.index)
    assert order.index(weakest) >= order.index(strongest_demand.level)
    if strongest_demand.until is not None:
        assert order.index(strongest(demands, strongest_demand.until).level) < order.index(strongest_demand.level)


def _instants(start: datetime, end: datetime) -> list[datetime]:
    return [start + timedelta(hours=12 * n) for n in range(int((end - start) / timedelta(hours=12)))]
