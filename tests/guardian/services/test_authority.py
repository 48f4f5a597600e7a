"""Nobody without a seat is let into a use case: each is asked by somebody whose seat has ended, and says so itself.

The use cases are those that `test_every_use_case_is_blind` finds, so that a new one is asked as well. That a case does not
exist for them is not enough: a use case that leaves the question to somebody else asks nobody once that changes.
"""

from pathlib import Path
from typing import Final

import pytest

from guardian.errors import GuardianError, Refused
from tests.builders.community import FARID
from tests.builders.hidden_cases import HiddenWorld, Snapshot, hidden_world
from tests.guardian.services.test_every_use_case_is_blind import UseCaseFunction, arguments_for, called_use_cases

READ_BY_SESSION: Final = "session"
NO_SEAT: Final = "no_member"
OFFERED_TO_NOBODY: Final = frozenset({"identity.self_disclosure.request_disclosure"})
"""This installation has no sign-in, and says so before it asks who wants one."""


async def refusal(world: HiddenWorld, snapshot: Snapshot, function: UseCaseFunction) -> str:
    """By which code it refuses the member whose seat has ended, or what it does instead; what it wrote is undone."""
    try:
        said = repr(await function(**arguments_for(world, function, FARID)))
    except Refused as refused:
        said = refused.code
    except GuardianError as error:
        said = type(error).__name__
    snapshot.undo()
    return said


@pytest.mark.harm("acting-without-a-seat")
async def test_every_use_case_refuses_whoever_has_no_seat_any_more(tmp_path: Path) -> None:
    """P-1.2"""
    answers = {}
    async with hidden_world(tmp_path, None) as world:
        await world.community.change_member(FARID, ended_at=world.community.clock.now())
        with Snapshot(world.community.folder) as snapshot:
            for name, function in called_use_cases().items():
                if READ_BY_SESSION not in function.__annotations__ and name not in OFFERED_TO_NOBODY:
                    answers[name] = await refusal(world, snapshot, function)
    assert {name: said for name, said in answers.items() if said != NO_SEAT} == {}
