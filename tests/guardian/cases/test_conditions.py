"""What may follow what in a condition: whoever is late can still show it, and what is met or dropped is over."""

import pytest

from guardian.cases.conditions import CONDITION_MACHINE, STILL_ASKED, ConditionEvent, ConditionState
from guardian.errors import Refused

_ASKED = {
    ConditionEvent.SAY_DONE: ConditionState.SAID_DONE,
    ConditionEvent.FIND_MET: ConditionState.MET,
    ConditionEvent.DROP: ConditionState.DROPPED,
}
FOLLOWS = {
    ConditionState.OPEN: {**_ASKED, ConditionEvent.FIND_UNMET: ConditionState.UNMET},
    ConditionState.SAID_DONE: {**_ASKED, ConditionEvent.FIND_UNMET: ConditionState.UNMET},
    ConditionState.UNMET: {**_ASKED, ConditionEvent.REVIEW: ConditionState.REVIEWED},
    ConditionState.REVIEWED: _ASKED,
    ConditionState.MET: {},
    ConditionState.DROPPED: {},
}


@pytest.mark.parametrize("state", ConditionState)
@pytest.mark.parametrize("event", ConditionEvent)
def test_a_condition_moves_as_its_table_says_and_in_no_other_way(state: ConditionState, event: ConditionEvent) -> None:
    """P-5.2"""
    if event in FOLLOWS[state]:
        assert CONDITION_MACHINE.advance(state, event) is FOLLOWS[state][event]
    else:
        with pytest.raises(Refused):
            CONDITION_MACHINE.advance(state, event)


def test_what_is_still_asked_can_still_be_shown() -> None:
    """P-5.2"""
    assert {state for state in ConditionState if ConditionEvent.SAY_DONE in FOLLOWS[state]} == STILL_ASKED
