"""Where stories are played: a world, an installation of Guardian in it with the real clients, and driven case time.

Read `Stage` first.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final, Protocol

from guardian.assembly.bootstrap import assemble
from guardian.clock import DrivenClock, DrivenTime, system_now
from guardian.sandbox.bootstrap import create_installation
from guardian.sandbox.checks import Checks
from guardian.sandbox.community import Human
from guardian.sandbox.config import FILE, SandboxOptions, write_config
from guardian.sandbox.narration import Narrator
from guardian.sandbox.reporters import Reporters
from guardian.sandbox.set_up import GUARDIAN, Arrangement, Checked, run_command, set_up
from guardian.sandbox.time_driver import RunningService, TimeDriver
from guardian.sandbox.working_group import WorkingGroup
from guardian.sandbox.world import BUDGET_SCALE, World, open_world
from guardian.settings.loader import read_settings
from guardian.settings.models import Settings
from guardian.spaces.port import Space
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TIME: Final = "time"
_SETTING_UP: Final = timedelta(minutes=10)

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
async def run_in_this_process(
    settings: Settings, time: Path, wrap: Wrap, factory: type[SqlUnitOfWorkFactory] = SqlUnitOfWorkFactory
) -> AsyncIterator[Service]:
    """Run the service in this process, on the case time of the file."""
    driven = DrivenTime(time)
    service = await assemble(settings, clock=DrivenClock(driven), wrap=wrap, budget_scale=BUDGET_SCALE, factory=factory)
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


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation in its world, which a story serves as often as it likes, and works on by commands."""

    folder: Path
    world: World
    guardian: tuple[str, ...]
    open_stage: Callable[[Settings], AbstractAsyncContextManager[Stage]]

    def serve(self) -> AbstractAsyncContextManager[Stage]:
        """Run its service, by what its configuration says now."""
        return self.open_stage(read_settings(self.folder / FILE, {}))

    async def run(self, *words: str, typed: str = "") -> str:
        """Give the command beside the service or without it, in the machine's time, and return what it says.

        LookupError where it was refused.
        """
        return await run_command(self.guardian, self.folder, *words, typed=typed)

    def lose_disk(self) -> None:
        """Lose its database and its keys, as with the disk on which they were."""
        shutil.rmtree(self.folder / "data")


@dataclass(slots=True)
class StoryContext:
    """What a story is given: it opens stages, one after the other, and makes its checks here; `worlds` stay readable.

    `guardian` are the words that start the command, where a story has it set an installation up.
    """

    folder: Path
    narrator: Narrator
    wrap: Wrap = unwrapped
    open_service: OpenService = run_in_this_process
    guardian: tuple[str, ...] = GUARDIAN
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
        async with self._open_world(START, before) as (folder, time, world):
            settings = read_settings(write_config(folder, world, options), {})
            await create_installation(settings, world.community.members(), DrivenClock(time))
            async with self._serve(settings, time, world, open_service or self.open_service) as stage:
                yield stage

    @asynccontextmanager
    async def open_set_up_stage(self, arrangement: Arrangement) -> AsyncIterator[tuple[Stage, Checked]]:
        """Open a fresh world with an installation that the commands have set up and checked, in the machine's time.

        The story begins a little after it: the commands know no other time.
        """
        async with self._open_world(system_now() + _SETTING_UP, lambda world: None) as (folder, time, world):
            checked = await set_up(folder, world, arrangement, self.guardian)
            async with self._serve(read_settings(checked.path, {}), time, world, self.open_service) as stage:
                yield stage, checked

    @asynccontextmanager
    async def open_installation(self) -> AsyncIterator[Installation]:
        """Open a fresh world with an installation that nobody serves yet, in the machine's time, which its commands know."""
        async with self._open_world(system_now() + _SETTING_UP, lambda world: None) as (folder, time, world):
            settings = read_settings(write_config(folder, world), {})
            await create_installation(settings, world.community.members(), DrivenClock(time))

            def open_stage(found: Settings) -> AbstractAsyncContextManager[Stage]:
                return self._serve(found, time, world, self.open_service)

            yield Installation(folder, world, self.guardian, open_stage)

    @asynccontextmanager
    async def _open_world(
        self, start: datetime, before: Callable[[World], None]
    ) -> AsyncIterator[tuple[Path, DrivenTime, World]]:
        folder = self.folder / f"stage-{next(self._numbers)}"
        folder.mkdir(parents=True)
        time = DrivenTime.create(folder / TIME, start)
        async with AsyncExitStack() as stack:
            stack.callback(time.close)
            world = await stack.enter_async_context(open_world(time.now))
            self.worlds.append(world)
            before(world)
            yield folder, time, world

    @asynccontextmanager
    async def _serve(
        self, settings: Settings, time: DrivenTime, world: World, open_service: OpenService
    ) -> AsyncIterator[Stage]:
        async with open_service(settings, settings.path.parent / TIME, self.wrap) as service:
            world.connect_webhooks(service.url)
            driver = TimeDriver(time, world, service)
            await driver.run_until_idle()
            group = WorkingGroup(world, driver, self.narrator, lambda: service.url)
            async with aclosing(group):
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
