"""The sandbox that stays up: a fresh world on faster time, the service in it, and what a newcomer can try there."""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from connectors.emulators.shared.server import EmulatedServer
from guardian.assembly.bootstrap import assemble
from guardian.clock import FastClock
from guardian.sandbox.bootstrap import create_installation
from guardian.sandbox.community import DISCORD, FORUM, GITHUB
from guardian.sandbox.config import SandboxOptions, write_config
from guardian.sandbox.console import HELP, Console, read_lines
from guardian.sandbox.narration import Narrator
from guardian.sandbox.personas import persona_pages
from guardian.sandbox.platforms import wait_until_ended
from guardian.sandbox.stage import temporary_folder
from guardian.sandbox.world import BUDGET_SCALE, World, open_world
from guardian.settings.loader import read_settings

USUAL_SPEED: Final = 60.0


async def keep_open(narrator: Narrator, speed: float) -> int:
    """Run everything until it is told to end."""
    clock = FastClock(speed)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(temporary_folder()))
        world = await stack.enter_async_context(open_world(clock.now))
        settings = read_settings(write_config(folder, world, SandboxOptions(resync_every="1h", mail_every="10m")), {})
        await create_installation(settings, world.community.members(), clock)
        service = await assemble(settings, clock=clock, budget_scale=BUDGET_SCALE)
        service.additions = persona_pages(world.community.members())
        stack.push_async_callback(service.stop)
        await service.start()
        world.connect_webhooks(service.url)
        for line in _help_lines(world, service.url, folder, speed):
            narrator.write_line(line)
        ended = asyncio.Event()
        console = Console(world, narrator.write_line)
        reading = asyncio.create_task(read_lines(sys.stdin, console, ended), name="console")
        stack.callback(reading.cancel)
        await wait_until_ended(ended)
        narrator.write_line("The sandbox ends; nothing of it is kept.")
    return 0


def _help_lines(world: World, url: str, folder: Path, speed: float) -> list[str]:
    return [
        "",
        f"The sandbox is open: a fresh community, and one hour there is {3600 / speed:.0f} seconds here.",
        "",
        "  In a browser:",
        f"    {url}/report      a report, without any account: keep the receipt",
        f"    {url}/follow-up   what became of it",
        f"    {url}/personal    the page of somebody heard or sanctioned, by receipt",
        f"    {url}/healthz     how the service is",
        "",
        "  Here, everybody who lives there does what you type:",
        *(f"    {line}" for line in HELP),
        "  For example: report something in the browser, then type",
        "    inbox nadia",
        "    nadia /cases",
        "    nadia /case case=CODE-NAME",
        "    kofi /act name=alder name_in=forum restriction=suspended ground=ongoing reason='insults, just now'",
        "    press Act now",
        "    holds alder",
        "",
        "  Who lives there:",
        *(f"    {human.key:8} {human.name:16} {human.is_}" for human in world.community.people.values()),
        "",
        "  For programs: POST /_control/act, GET /_control/state and /_control/history, with X-Control-Token:",
        *(f"    {space:8} {emulator.origin}  {token}" for space, emulator, token in _control_endpoints(world)),
        f"  Data and keys: {folder} (gone when this ends)",
        "",
        "  quit, or Ctrl-C, ends it.",
    ]


def _control_endpoints(world: World) -> list[tuple[str, EmulatedServer[Any], str]]:
    return [
        (DISCORD, world.discord, world.discord.control_token),
        (FORUM, world.forum, world.forum.control_token),
        (GITHUB, world.github, world.github.control_token),
    ]
