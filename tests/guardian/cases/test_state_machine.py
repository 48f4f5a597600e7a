"""Every pair of state and event, for each state machine of the cases room: what leads somewhere, and that nothing else does."""

from enum import StrEnum
from typing import Any

import pytest

from guardian.cases.case import CASE_MACHINE, CaseEvent, CaseState
from guardian.cases.conditions import CONDITION_MACHINE, ConditionEvent, ConditionState
from guardian.cases.drafts import DRAFT_MACHINE, DraftEvent, DraftState
from guardian.cases.procedure import STEP_MACHINE, StepEvent, StepState
from guardian.cases.state_machine import StateMachine
from guardian.cases.unilateral_acts import ACT_MACHINE, STOP_MACHINE, ActEvent, ActState, StopEvent, StopState
from guardian.errors import Refused

ALLOWED: dict[str, set[str]] = {
    "case": {
        "open propose proposed",
        "open agree agreed",
        "open to_board with_board",
        "open file closed",
        "open join closed",
        "proposed withdraw open",
        "proposed agree agreed",
        "proposed to_board with_board",
        "agreed reopen_vote proposed",
        "agreed to_board with_board",
        "agreed enact in_force",
        "with_board board_answers agreed",
        "with_board from_board open",
        "in_force propose proposed",
        "in_force to_board with_board",
        "in_force close closed",
        "closed reopen open",
    },
    "step": {
        "pending begin under_way",
        "pending complete done",
        "pending request_skip skip_requested",
        "under_way complete done",
        "under_way request_skip skip_requested",
        "under_way reset pending",
        "skip_requested begin under_way",
        "skip_requested complete done",
        "skip_requested confirm_skip skipped",
        "skip_requested reset pending",
        "done reset pending",
        "skipped reset pending",
    },
    "text": {
        "written approve approved",
        "written withdraw withdrawn",
        "approved send sent",
        "approved withdraw withdrawn",
    },
    "act": {
        "awaiting_confirmation confirm unreviewed",
        "awaiting_confirmation lapse lapsed",
        "unreviewed to_chair with_chair",
        "unreviewed to_board with_board",
        "with_chair to_board with_board",
        "unreviewed ratify ratified",
        "with_chair ratify ratified",
        "with_board ratify ratified",
        "unreviewed change changed",
        "with_chair change changed",
        "with_board change changed",
        "unreviewed reverse reversed",
        "with_chair reverse reversed",
        "with_board reverse reversed",
        "unreviewed lapse lapsed",
        "with_chair lapse lapsed",
        "with_board lapse lapsed",
    },
    "condition": {
        *(f"{state} find_met met" for state in ("open", "said_done", "unmet", "reviewed")),
        *(f"{state} say_done said_done" for state in ("open", "said_done", "unmet", "reviewed")),
        *(f"{state} drop dropped" for state in ("open", "said_done", "unmet", "reviewed")),
        "open find_unmet unmet",
        "said_done find_unmet unmet",
        "unmet review reviewed",
    },
    "stop": {"open uphold upheld", "open end ended", "upheld end ended"},
}

MACHINES: list[tuple[StateMachine[Any, Any], type[StrEnum], type[StrEnum]]] = [
    (CASE_MACHINE, CaseState, CaseEvent),
    (STEP_MACHINE, StepState, StepEvent),
    (DRAFT_MACHINE, DraftState, DraftEvent),
    (ACT_MACHINE, ActState, ActEvent),
    (STOP_MACHINE, StopState, StopEvent),
    (CONDITION_MACHINE, ConditionState, ConditionEvent),
]
PAIRS = [
    pytest.param(machine, state, event, id=f"{machine.subject}-{state}-{event}")
    for machine, states, events in MACHINES
    for state in states
    for event in events
]


@pytest.mark.parametrize(("machine", "state", "event"), PAIRS)
def test_each_pair_leads_where_it_is_meant_to_or_is_refused(
    machine: StateMachine[StrEnum, StrEnum], state: StrEnum, event: StrEnum
) -> None:
    """P-2.3, P-3.1, P-5.1, P-5.2, P-5.5, P-5.6, P-5.8, P-7.3, P-7.5"""
    meant = {line.rsplit(" ", 1)[0]: line.rsplit(" ", 1)[1] for line in ALLOWED[machine.subject]}
    if f"{state} {event}" in meant:
        assert machine.advance(state, event) == meant[f"{state} {event}"]
        return
    with pytest.raises(Refused) as refusal:
        machine.advance(state, event)
    assert refusal.value.sentence.startswith(f"This {machine.subject} ")


@pytest.mark.parametrize("machine", [each[0] for each in MACHINES], ids=[each[0].subject for each in MACHINES])
def test_a_table_holds_nothing_that_is_not_meant(machine: StateMachine[StrEnum, StrEnum]) -> None:
    held = {f"{state} {event} {after}" for (state, event), after in machine.table.items()}
    assert held == ALLOWED[machine.subject]


def test_every_state_has_words_for_a_refusal() -> None:
    assert all(set(machine.labels) == set(states) for machine, states, _ in MACHINES)
