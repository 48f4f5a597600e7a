"""The sandbox that stays up: the open sandbox with its pages at one address, and a terminal for whoever likes to type."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from guardian.sandbox.console import Console, read_lines
from guardian.sandbox.narration import Narrator
from guardian.sandbox.open_sandbox import OpenSandbox, open_sandbox
from guardian.sandbox.pages.app import create_sandbox_app
from guardian.sandbox.pages.site import ROOT
from guardian.sandbox.platforms import wait_until_ended
from guardian.sandbox.stage import temporary_folder
from guardian.web.server import WebServer, address_of, bind_socket

USUAL_SPEED: Final = 1.0


async def keep_open(narrator: Narrator, speed: float) -> int:
    """Run everything until it is told to end."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(temporary_folder()))
        sandbox = await stack.enter_async_context(open_sandbox(folder))
        address = await stack.enter_async_context(serve_pages(sandbox))
        passing = asyncio.create_task(sandbox.time.run(speed), name="time of the sandbox")
        stack.callback(passing.cancel)
        ended = asyncio.Event()
        for line in _opening_lines(address, sys.stdin.isatty()):
            narrator.write_line(line)
        if sys.stdin.isatty():
            console = Console(world=sandbox.world, print_line=narrator.write_line, sandbox=sandbox)
            reading = asyncio.create_task(read_lines(sys.stdin, console, ended), name="console")
            stack.callback(reading.cancel)
        await wait_until_ended(ended)
        narrator.write_line("The sandbox ends; nothing of it is kept.")
    return 0


@asynccontextmanager
async def serve_pages(sandbox: OpenSandbox) -> AsyncIterator[str]:
    """Serve the sandbox's pages on this machine, and give their address."""
    made = bind_socket("127.0.0.1", 0)
    server = WebServer(create_sandbox_app(sandbox), made)
    address = address_of(made) + ROOT
    await server.start()
    sandbox.start_pages.insert(0, address)
    try:
        yield address
    finally:
        sandbox.start_pages.remove(address)
        await server.stop()


def _opening_lines(address: str, is_terminal: bool) -> list[str]:
    ways = ["  Or type here what somebody does; help says how, and quit or Ctrl-C ends it."] if is_terminal else []
    return ["", "The sandbox is open. Look at it in a browser:", "", f"    {address}", "", *ways]
