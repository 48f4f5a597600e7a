"""The sandbox that stays up: a fresh world on faster time, the service in it, and what a newcomer can try there."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from guardian.assembly.composing import assemble
from guardian.clock import FastClock
from guardian.sandbox.config import Wishes, write_config
from guardian.sandbox.founding import found
from guardian.sandbox.platforms import until_told
from guardian.sandbox.studio import temporary_folder
from guardian.sandbox.telling import Narrator
from guardian.sandbox.worlds import SCALE, World, a_world
from guardian.settings.reading import read_settings

USUAL_SPEED: Final = 60.0


async def keep_open(narrator: Narrator, speed: float) -> int:
    """Everything ran until it was told to end."""
    clock = FastClock(speed)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(temporary_folder()))
        world = await stack.enter_async_context(a_world(clock.now))
        settings = read_settings(write_config(folder, world, Wishes(sweep_every="1h")), {})
        await found(settings, world.community.members(), clock)
        service = await assemble(settings, clock=clock, budget_scale=SCALE)
        stack.push_async_callback(service.stop)
        await service.start()
        world.connect_hooks(service.url)
        for line in _what_to_try(world, service.url, folder, speed):
            narrator.plain(line)
        await until_told()
        narrator.plain("The sandbox ends; nothing of it is kept.")
    return 0


def _what_to_try(world: World, url: str, folder: Path, speed: float) -> list[str]:
    act = f"-H 'X-Control-Token: {world.discord.control_token}' {world.discord.origin}/_control/act"
    alder, rowan = world["alder"], world["rowan"]
    oskar = f'{{"by": "{world["oskar"].discord}", "user": "{alder.discord}"}}'
    report = f'{{"person": "{rowan.discord}", "name": "report"}}'
    cases = f'{{"person": "{world["nadia"].discord}", "name": "cases"}}'
    return [
        "",
        f"The sandbox is open: a fresh community, and one hour there is {3600 / speed:.0f} seconds here.",
        "",
        f"  report page     {url}/report      (no account: write a report, keep the receipt)",
        f"  follow it up    {url}/follow-up",
        f"  personal page   {url}/personal    (of somebody heard or sanctioned, by receipt)",
        f"  health          {url}/healthz",
        f"  data and keys   {folder}",
        "",
        "  The platforms are emulated on this machine. Anybody there can be made to act:",
        f"    Rowan gives /report      curl -d '{_asks('command', report)}' {act}",
        f"    Nadia gives /cases       curl -d '{_asks('command', cases)}' {act}",
        f"    Oskar bans Alder         curl -d '{_asks('ban_by_hand', oskar)}' {act}",
        "    what the platforms hold  GET /_control/state and /_control/history, with the token of each:",
        f"      discord {world.discord.origin}  {world.discord.control_token}",
        f"      forum   {world.forum.origin}  {world.forum.control_token}",
        f"      github  {world.github.origin}  {world.github.control_token}",
        "",
        "  Who lives there:",
        *(f"    {human.key:8} {human.name:16} {human.is_}" for human in world.community.people.values()),
        "",
        "  Ctrl-C ends it.",
    ]


def _asks(name: str, arguments: str) -> str:
    return f'{{"name": "{name}", "arguments": {arguments}}}'
