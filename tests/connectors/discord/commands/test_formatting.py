"""What stands for our own values in Discord: nobody has to read a value's bare name."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from connectors.discord.commands.formatting import DEADLINES, STATES, STEPS
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.procedure import StepState
from rules.procedure import Step

KINDS = [(DeadlineKind, DEADLINES), (Step, STEPS), (StepState, STATES)]


@pytest.mark.parametrize(("kind", "words"), KINDS)
def test_no_answer_shows_members_a_value_without_words(kind: type[StrEnum], words: Mapping[StrEnum, str]) -> None:
    assert [value for value in kind if value not in words] == []
