"""The sandbox that stays up: a fresh world on faster time, the service in it, and what a newcomer can try there."""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from connectors.emulation.server import EmulatedServer
from guardian.assembly.composing import assemble
from guardian.clock import FastClock
from guardian.sandbox.community import DISCORD, FORUM, GITHUB
from guardian.sandbox.config import Wishes, write_config
from guardian.sandbox.console import HELP, Console, read_lines
from guardian.sandbox.founding import found
from guardian.sandbox.platforms import until_told
from guardian.sandbox.studio import temporary_folder
from guardian.sandbox.telling import Narrator
from guardian.sandbox.worlds import SCALE, World, a_world
from guardian.settings.loader import read_settings

USUAL_SPEED: Final = 60.0


async def keep_open(narrator: Narrator, speed: float) -> int:
    """Everything ran until it was told to end."""
    clock = FastClock(speed)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(temporary_folder()))
        world = await stack.enter_async_context(a_world(clock.now))
        settings = read_settings(write_config(folder, world, Wishes(sweep_every="1h", mail_every="10m")), {})
        await found(settings, world.community.members(), clock)
        service = await assemble(settings, clock=clock, budget_scale=SCALE)
        stack.push_async_callback(service.stop)
        await service.start()
        world.connect_hooks(service.url)
        for line in _what_to_try(world, service.url, folder, speed):
            narrator.plain(line)
        told = asyncio.Event()
        console = Console(world, narrator.plain)
        reading = asyncio.create_task(read_lines(sys.stdin, console, told), name="console")
        stack.callback(reading.cancel)
        await until_told(told)
        narrator.plain("The sandbox ends; nothing of it is kept.")
    return 0


def _what_to_try(world: World, url: str, folder: Path, speed: float) -> list[str]:
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
        "    kofi /act name=alder space=forum restriction=suspended ground=ongoing reason='insults, just now'",
        "    press Act now",
        "    holds alder",
        "",
        "  Who lives there:",
        *(f"    {human.key:8} {human.name:16} {human.is_}" for human in world.community.people.values()),
        "",
        "  For programs: POST /_control/act, GET /_control/state and /_control/history, with X-Control-Token:",
        *(f"    {space:8} {emulator.origin}  {token}" for space, emulator, token in _doors(world)),
        f"  Data and keys: {folder} (gone when this ends)",
        "",
        "  quit, or Ctrl-C, ends it.",
    ]


def _doors(world: World) -> list[tuple[str, EmulatedServer[Any], str]]:
    return [
        (DISCORD, world.discord, world.discord.control_token),
        (FORUM, world.forum, world.forum.control_token),
        (GITHUB, world.github, world.github.control_token),
    ]
