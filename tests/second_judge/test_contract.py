"""The contract suite of the Space port before the second judge. The tests themselves stand in `tests/contracts`.

`KNOWN_FAULTS` says where the model and Discord differ: such a test has to fail, so that the list stays true.
"""

from collections.abc import AsyncIterator
from typing import Final

import pytest

from tests.contracts import test_space_contract as contract
from tests.contracts.stages import Stage
from tests.second_judge.stage import FEATURES, simcord_stage

KNOWN_FAULTS: Final = {
    "test_an_account_that_does_not_exist_is_never_seen_as_free": "10007 where Discord says 10013: nobody like that",
    "test_acting_on_an_account_that_does_not_exist_says_so[muted]": "10007 where Discord says 10013: nobody like that",
    "test_many_are_barred_with_one_reference_and_whoever_is_not_is_named": "one unknown account fails the whole call",
    "test_an_id_and_a_handle_find_the_same_account": "members/search is taken for a member of that id",
    "test_words_that_name_nobody_exactly_find_nobody": "members/search is taken for a member of that id",
    "test_the_check_is_well_where_all_is_well_and_names_a_remedy_where_it_is_not": "the application's flags are 0",
}
"""simcord 3.2.1 against Discord's documentation, as of 2026-11-30, by the test that shows it."""

_SAYS_OF_ITSELF = "test_the_suite_expects_of_a_space_what_the_space_declares"
_ABLE = FEATURES | set(contract.LEVELS)


def _is_within_reach(test: object) -> bool:
    """The model has what the test is about, which is not that a space lacks something."""
    marks = list(getattr(test, "pytestmark", ()))
    wanted = {feature for mark in marks if mark.name == "needs" for feature in mark.args}
    return wanted <= _ABLE and not any(mark.name == "limited" for mark in marks)


globals().update(
    {
        name: test
        for name, test in vars(contract).items()
        if name.startswith("test_") and name != _SAYS_OF_ITSELF and _is_within_reach(test)
    }
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run at each level what differs by it."""
    if "level" in metafunc.fixturenames:
        metafunc.parametrize("level", contract.LEVELS)


@pytest.fixture(autouse=True)
def known_fault(request: pytest.FixtureRequest) -> None:
    """What the model is known to do otherwise must show; once it does not, its line above goes."""
    if reason := KNOWN_FAULTS.get(request.node.name):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with simcord_stage() as made:
        yield made
