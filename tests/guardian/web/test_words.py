"""What stands for our own values on the pages: nobody has to read a value's bare name."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from guardian.cases.values import CaseKind, Door, PartyRole, PromiseKind, StepKind, StepState
from guardian.web.words import OUTCOMES, PROMISES, STEP_STATES, STEPS, WORDS
from rules.ladder import Outcome

KINDS = [
    (Door, WORDS),
    (CaseKind, WORDS),
    (PartyRole, WORDS),
    (PromiseKind, PROMISES),
    (StepKind, STEPS),
    (StepState, STEP_STATES),
    (Outcome, OUTCOMES),
]


@pytest.mark.parametrize(("kind", "words"), KINDS)
def test_no_page_shows_people_a_value_without_words(kind: type[StrEnum], words: Mapping[StrEnum, str]) -> None:
    assert [value for value in kind if value not in words] == []
