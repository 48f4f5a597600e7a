"""The sandbox that stays open: a fresh world with things said in it, the service, and a clock that can be moved on.

Read `open_sandbox` first.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from guardian.assembly.bootstrap import assemble
from guardian.assembly.service import Service
from guardian.clock import DrivenClock, DrivenTime
from guardian.sandbox.bootstrap import create_installation
from guardian.sandbox.community import Human
from guardian.sandbox.config import SandboxOptions, write_config
from guardian.sandbox.conversations import seed_conversations
from guardian.sandbox.personas import persona_pages, persona_path
from guardian.sandbox.sandbox_time import SandboxTime
from guardian.sandbox.stage import START
from guardian.sandbox.world import BUDGET_SCALE, World, open_world
from guardian.settings.loader import read_settings

OPTIONS: Final = SandboxOptions(resync_every="1h", mail_every="10m", forum_inbox_every="10m", github_inbox_every="10m")


@dataclass(frozen=True, slots=True)
class OpenSandbox:
    """One open sandbox; `shut_out_looks` are those who have seen for themselves that a space keeps them out.

    `start_pages` are the addresses of the sandbox's own first page, while it is served.
    """

    world: World
    service: Service
    time: SandboxTime
    folder: Path
    start_pages: list[str] = field(default_factory=list)
    shut_out_looks: set[str] = field(default_factory=set)

    def console_entry(self, human: Human, page: str = "") -> str | None:
        """Return the address at which a page of the console opens as this person; None for whoever has no seat."""
        return self.service.url + persona_path(human.member, page) if human.member else None


@asynccontextmanager
async def open_sandbox(folder: Path) -> AsyncIterator[OpenSandbox]:
    """Open a fresh world with the service in it; everything is stopped afterwards."""
    path = folder / "time"
    time = DrivenTime.create(path, START)
    async with AsyncExitStack() as stack:
        stack.callback(time.close)
        world = await stack.enter_async_context(open_world(time.now))
        seed_conversations(world)
        settings = read_settings(write_config(folder, world, OPTIONS), {})
        clock = DrivenClock(time)
        await create_installation(settings, world.community.members(), clock)
        service = await assemble(settings, clock=clock, budget_scale=BUDGET_SCALE)
        start_pages: list[str] = []
        service.additions = persona_pages(world.community.members(), start_pages)
        stack.push_async_callback(service.stop)
        await service.start()
        world.connect_webhooks(service.url)
        sandbox = OpenSandbox(
            world=world,
            service=service,
            time=SandboxTime(time, world, service),
            folder=folder,
            start_pages=start_pages,
        )
        await sandbox.time.settle()
        yield sandbox
