"""What may follow what in a talk: it is held only once it was agreed, and what is over begins no more."""

import pytest

from guardian.cases.talks import STANDING, TALK_MACHINE, TalkEvent, TalkState
from guardian.errors import Refused

FOLLOWS = {
    TalkState.ASKING: {TalkEvent.AGREE: TalkState.AGREED, TalkEvent.END: TalkState.ENDED},
    TalkState.AGREED: {TalkEvent.HOLD: TalkState.HELD, TalkEvent.END: TalkState.ENDED},
    TalkState.HELD: {},
    TalkState.ENDED: {},
}


@pytest.mark.parametrize("state", TalkState)
@pytest.mark.parametrize("event", TalkEvent)
def test_a_talk_moves_as_its_table_says_and_in_no_other_way(state: TalkState, event: TalkEvent) -> None:
    """P-5.3"""
    if event in FOLLOWS[state]:
        assert TALK_MACHINE.advance(state, event) is FOLLOWS[state][event]
    else:
        with pytest.raises(Refused):
            TALK_MACHINE.advance(state, event)


def test_consent_stands_only_in_what_is_agreed_or_was_held() -> None:
    """P-5.3"""
    assert {TalkState.AGREED, TalkState.HELD} == STANDING
