"""A forum on loopback, its people, and the space over it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.emulators.forum.server import ForumEmulator
from connectors.forum.client import ForumConfig
from connectors.forum.space import ForumSpace
from guardian.ids import SpaceName
from tests.fakes.clock import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
async def forum(clock: FrozenClock) -> AsyncIterator[ForumEmulator]:
    emulator = ForumEmulator(now=clock.now, enforce_limits=False)
    emulator.add_user("morgan", moderator=True)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
def config(forum: ForumEmulator) -> ForumConfig:
    return ForumConfig(
        name=SpaceName("forum"),
        base_url=forum.url,
        api_key=forum.api_key,
        api_username=forum.api_username,
        call_ceiling=timedelta(seconds=5),
        rate_per_minute=100_000,
        webhook_secret="a secret of the site",
        providers=(("github", SpaceName("github")), ("discord", SpaceName("discord"))),
    )


SpaceWith = Callable[..., ForumSpace]


@pytest.fixture
async def space_with(config: ForumConfig, clock: FrozenClock) -> AsyncIterator[SpaceWith]:
    """Makes spaces over the forum, with these values changed in their configuration."""
    made: list[ForumSpace] = []

    def make(**changes: object) -> ForumSpace:
        made.append(ForumSpace(replace(config, **changes), clock, first_pause=timedelta(milliseconds=5)))  # type: ignore[arg-type]  # changed by field names
        return made[-1]

    yield make
    for space in made:
        await space.wait_until_idle()
        await space.close()


@pytest.fixture
def space(space_with: SpaceWith) -> ForumSpace:
    return space_with()
