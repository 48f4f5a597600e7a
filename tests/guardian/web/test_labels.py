"""What stands for our own values on the pages: nobody has to read a value's bare name."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from guardian.cases.case import CaseKind, PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.procedure import StepState
from guardian.cases.reports import ReportChannel
from guardian.web.labels import DEADLINES, LABELS, OUTCOMES, STEP_STATES, STEPS
from rules.ladder import Outcome
from rules.procedure import Step

KINDS = [
    (ReportChannel, LABELS),
    (CaseKind, LABELS),
    (PartyRole, LABELS),
    (DeadlineKind, DEADLINES),
    (Step, STEPS),
    (StepState, STEP_STATES),
    (Outcome, OUTCOMES),
]


@pytest.mark.parametrize(("kind", "words"), KINDS)
def test_no_page_shows_people_a_value_without_words(kind: type[StrEnum], words: Mapping[StrEnum, str]) -> None:
    assert [value for value in kind if value not in words] == []
