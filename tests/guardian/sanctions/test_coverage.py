"""Somebody barred in two of three spaces is not barred: the one place where totals are made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.ids import AccountId, SpaceName
from guardian.sanctions.coverage import is_restricted, total_coverage, unconfirmed_spaces
from guardian.sanctions.models import Coverage, CoverageState
from rules.precedence import Restriction
from tests.builders.sanctions import PERSON, SPACE, a_held_work_item, a_sanction, a_work_item, day
from tests.fakes.clock import START

STATES = st.sampled_from(list(CoverageState))
GITHUB = SpaceName("github")
HELD, OTHERS, OPEN = CoverageState.HELD, CoverageState.HELD_BY_OTHERS, CoverageState.OPEN


def total(*states: CoverageState | None, known: Coverage | None = None) -> Coverage:
    items = [a_work_item(account=AccountId(f"a{n}"), state=state, detail=str(state)) for n, state in enumerate(states)]
    return total_coverage(PERSON, SPACE, items, known, day(2))


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), CoverageState.NO_ACCOUNT),
        ((None,), OPEN),
        ((HELD, None), OPEN),
        ((HELD, HELD), HELD),
        ((HELD, OTHERS), OTHERS),
        ((HELD, CoverageState.BLOCKED, OPEN), CoverageState.BLOCKED),
        ((HELD, CoverageState.OBSERVING), CoverageState.OBSERVING),
        ((CoverageState.NO_ACCOUNT, HELD), HELD),
        ((CoverageState.RETURNED, CoverageState.MEMBERSHIP_OPEN), CoverageState.MEMBERSHIP_OPEN),
        ((CoverageState.RETURNED, HELD), HELD),
    ],
)
def test_the_total_of_a_space_is_the_worst_of_its_accounts(
    states: tuple[CoverageState | None, ...], expected: CoverageState
) -> None:
    assert total(*states).state is expected


@given(st.lists(STATES, min_size=1, max_size=4))
def test_one_open_account_opens_the_total_whatever_the_others_are(states: list[CoverageState]) -> None:
    with_one_open = total(*states, OPEN)
    assert unconfirmed_spaces([with_one_open]) == (SPACE,)
    assert with_one_open.state in (OPEN, CoverageState.BLOCKED)


@given(st.lists(STATES, min_size=1, max_size=4))
def test_the_order_of_accounts_changes_nothing(states: list[CoverageState]) -> None:
    assert total(*states).state is total(*reversed(states)).state


@given(st.lists(STATES, min_size=1, max_size=4))
def test_the_same_total_again_keeps_since_when_it_stands(states: list[CoverageState]) -> None:
    first = total_coverage(PERSON, SPACE, [a_held_work_item(state=s) for s in states], None, START)
    again = total_coverage(PERSON, SPACE, [a_held_work_item(state=s) for s in states], first, day(5))
    assert again == first


def test_another_word_for_the_same_state_keeps_since_when_it_stands() -> None:
    known = Coverage(person=PERSON, space=SPACE, state=HELD, since=START, detail="otherwise")
    again = total(HELD, known=known)
    assert (again.since, again.detail) == (START, "held")
    assert total(OPEN, known=known).since == day(2)


@pytest.mark.parametrize(
    ("states", "left_open"),
    [
        ((HELD, HELD, OTHERS), 0),
        ((HELD, HELD, OPEN), 1),
        ((HELD, OPEN, CoverageState.BLOCKED), 2),
        ((HELD, HELD, CoverageState.OBSERVING), 1),
        ((HELD, HELD, CoverageState.RETURNED), 1),
        ((HELD, HELD, CoverageState.NO_ACCOUNT), 0),
    ],
)
def test_somebody_barred_in_two_of_three_spaces_is_not_barred(
    states: tuple[CoverageState, ...], left_open: int
) -> None:
    rows = [
        Coverage(person=PERSON, space=SpaceName(f"space-{n}"), state=state, since=START)
        for n, state in enumerate(states)
    ]
    assert len(unconfirmed_spaces(rows)) == left_open


def test_something_is_wanted_only_while_a_covering_sanction_runs() -> None:
    narrow = a_sanction(spaces=frozenset({SPACE}), restriction=Restriction.MUTED)
    assert is_restricted([narrow], SPACE, day(1))
    assert not is_restricted([narrow], GITHUB, day(1))
    assert not is_restricted([narrow], SPACE, day(30))
