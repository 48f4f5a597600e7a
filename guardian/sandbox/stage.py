"""Where stories are played: a world, an installation of Guardian in it with the real clients, and driven case time.

Read `Stage` first.
"""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final, Protocol

from guardian.assembly.bootstrap import assemble
from guardian.clock import DrivenClock, DrivenTime
from guardian.sandbox.bootstrap import create_installation
from guardian.sandbox.checks import Checks
from guardian.sandbox.community import Human
from guardian.sandbox.config import SandboxOptions, write_config
from guardian.sandbox.narration import Narrator
from guardian.sandbox.reporters import Reporters
from guardian.sandbox.time_driver import RunningService, TimeDriver
from guardian.sandbox.working_group import WorkingGroup
from guardian.sandbox.world import BUDGET_SCALE, World, open_world
from guardian.settings.loader import read_settings
from guardian.settings.models import Settings
from guardian.spaces.port import Space

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Wrap = Callable[[Space], Space]


def unwrapped(space: Space) -> Space:
    """Return the space with nothing round it."""
    return space


class Service(RunningService, Protocol):
    """A running service: what the harness asks of it, and where its pages are."""

    @property
    def url(self) -> str:
        """Return where its pages are."""
        ...


OpenService = Callable[[Settings, Path, Wrap], AbstractAsyncContextManager[Service]]


@asynccontextmanager
async def run_in_this_process(settings: Settings, time: Path, wrap: Wrap) -> AsyncIterator[Service]:
    """Run the service in this process, on the case time of the file."""
    driven = DrivenTime(time)
    service = await assemble(settings, clock=DrivenClock(driven), wrap=wrap, budget_scale=BUDGET_SCALE)
    try:
        await service.start()
        yield service
    finally:
        await service.stop()
        driven.close()


@dataclass(frozen=True, slots=True)
class Stage:
    """One installation in one world, whose clock the story drives."""

    world: World
    service: Service
    driver: TimeDriver
    checks: Checks
    narrator: Narrator
    group: WorkingGroup
    people: Reporters

    def now(self) -> datetime:
        """Return the instant it is."""
        return self.driver.now()

    def narrate(self, line: str) -> None:
        """Tell the line."""
        self.narrator.narrate(self.now(), line)

    def __getitem__(self, key: str) -> Human:
        return self.world.community[key]


@dataclass(slots=True)
class StoryContext:
    """What a story is given: it opens stages, one after the other, and makes its checks here; `worlds` stay readable."""

    folder: Path
    narrator: Narrator
    wrap: Wrap = unwrapped
    open_service: OpenService = run_in_this_process
    checks: Checks = field(default_factory=Checks)
    worlds: list[World] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    @asynccontextmanager
    async def open_stage(
        self,
        options: SandboxOptions | None = None,
        open_service: OpenService | None = None,
        before: Callable[[World], None] = lambda world: None,
    ) -> AsyncIterator[Stage]:
        """Open a fresh world with a fresh installation in it; everything is stopped afterwards.

        `before` is what happened in that world before there was an installation.
        """
        folder = self.folder / f"stage-{next(self._numbers)}"
        folder.mkdir(parents=True)
        path = folder / "time"
        time = DrivenTime.create(path, START)
        async with AsyncExitStack() as stack:
            stack.callback(time.close)
            world = await stack.enter_async_context(open_world(time.now))
            self.worlds.append(world)
            before(world)
            settings = read_settings(write_config(folder, world, options), {})
            await create_installation(settings, world.community.members(), DrivenClock(time))
            service = await stack.enter_async_context((open_service or self.open_service)(settings, path, self.wrap))
            world.connect_webhooks(service.url)
            driver = TimeDriver(time, world, service)
            await driver.run_until_idle()
            group = WorkingGroup(world, driver, self.narrator, lambda: service.url)
            yield Stage(
                world=world,
                service=service,
                driver=driver,
                checks=self.checks,
                narrator=self.narrator,
                group=group,
                people=Reporters(world, group),
            )


def temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """Make a folder of one's own that goes away again."""
    return tempfile.TemporaryDirectory(prefix="guardian-sandbox-", ignore_cleanup_errors=True)
