"""Whom long texts point to: found in another process, and nobody is taken for not mentioned because it took too long."""

import pytest

from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.services.conflicts.indicated import conflict_statuses_of
from guardian.worker_processes import Ceilings, WorkerProcesses, shared_workers
from rules.conflicts import ConflictIndicators, ConflictStatus
from tests.builders.community import AMARA, BRUNO, DMITRI, everybody

POLICY = read_policy(load_preset("django"))
LONG = "They wrote to me again and again. " * 100


async def test_a_member_whom_a_long_text_names_is_held_out() -> None:
    """P-2.5"""
    indicators = ConflictIndicators(picked=frozenset({BRUNO}), texts=(LONG, "It was Dmitri Volkov.", LONG))
    statuses = await conflict_statuses_of(indicators, everybody(), POLICY, shared_workers())
    assert statuses[DMITRI] is ConflictStatus.PENDING
    assert (statuses[AMARA], statuses[BRUNO]) == (ConflictStatus.CLEAR, ConflictStatus.EXCLUDED)


@pytest.mark.harm("unsearched-report-shown-to-whom-it-names")
async def test_of_a_text_that_could_not_be_searched_nobody_is_taken_for_not_mentioned() -> None:
    """P-2.5"""
    workers = WorkerProcesses(1, Ceilings(memory=1))
    indicators = ConflictIndicators(picked=frozenset({BRUNO}), texts=(LONG,))
    statuses = dict(await conflict_statuses_of(indicators, everybody(), POLICY, workers))
    workers.close()
    assert statuses.pop(BRUNO) is ConflictStatus.EXCLUDED
    assert set(statuses.values()) == {ConflictStatus.PENDING}
