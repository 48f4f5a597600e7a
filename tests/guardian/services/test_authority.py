"""Nobody without a seat is let into a use case: each is asked by somebody whose seat has ended, and says so itself.

The use cases are those that `test_every_use_case_is_blind` finds, so that a new one is asked as well. That a case does not
exist for them is not enough: a use case that leaves the question to somebody else asks nobody once that changes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from guardian.clock import Clock
from guardian.errors import GuardianError, Refused
from guardian.ids import MemberId
from guardian.spaces.port import Unknown
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from tests.builders.community import DISCORD, FARID
from tests.builders.hidden_cases import ZOE, HiddenWorld, Snapshot, hidden_world
from tests.fakes.space import FakeSpace
from tests.guardian.services.test_every_use_case_is_blind import UseCaseFunction, arguments_for, called_use_cases

READ_BY_SESSION: Final = "session"
NO_SEAT: Final = "no_member"
OFFERED_TO_NOBODY: Final = frozenset({"identity.self_disclosure.request_disclosure"})
"""This installation has no sign-in, and says so before it asks who wants one."""
OFFERS_NOTHING: Final = "cases.completions."
"""What is offered while somebody types: nothing at all to whoever holds no office, and no refusal to read either."""
ENDS_WITH_THE_LOOK: Final = frozenset(
    {
        "measures.adoption.adopt_restriction",
        "measures.adoption.leave_as_is",
        "operations.explanation.explain_account",
    }
)
"""They find nothing at an account of which no case says anything, and end there, as a preview does."""


async def refusal(world: HiddenWorld, snapshot: Snapshot, function: UseCaseFunction, by: MemberId) -> str:
    """By which code it refuses the member whose seat has ended, or what it does instead; what it wrote is undone."""
    try:
        said = repr(await function(**arguments_for(world, function, by)))
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
                    answers[name] = await refusal(world, snapshot, function, FARID)
    expected = {name: "()" if name.startswith(OFFERS_NOTHING) else NO_SEAT for name in answers}
    assert answers == expected


class MeanwhileSpace(FakeSpace):
    """A space that takes its time: something happens while it is asked for an account."""

    def __init__(self, like: FakeSpace, clock: Clock, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(clock, like.name)
        self.accounts = like.accounts
        self.was_asked = False
        self._meanwhile = meanwhile

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        """What the space knows, and by then it has happened."""
        self.was_asked = True
        await self._meanwhile()
        return await super().find_account(text)


@pytest.mark.harm("acting-without-a-seat")
async def test_no_use_case_goes_on_for_whoever_lost_their_seat_while_a_space_was_asked(tmp_path: Path) -> None:
    """P-1.2: a look takes seconds, and what follows it restricts somebody."""
    answers = {}
    async with hidden_world(tmp_path, None) as world:
        community = world.community

        async def end_seat() -> None:
            await community.change_member(ZOE, ended_at=community.clock.now())

        with Snapshot(community.folder) as snapshot:
            for name, function in called_use_cases().items():
                space = MeanwhileSpace(community.spaces[DISCORD], community.clock, end_seat)
                community.app = replace(community.app, spaces=SpaceRegistry((RegisteredSpace(space, Mode.ENFORCE),)))
                if READ_BY_SESSION not in function.__annotations__:
                    answers[name] = (space, await refusal(world, snapshot, function, ZOE))
    asked = {name: said for name, (space, said) in answers.items() if space.was_asked}
    goes_on = {name: said for name, said in asked.items() if said != NO_SEAT and "preview" not in name}
    assert goes_on.keys() == ENDS_WITH_THE_LOOK, goes_on
