"""`guardian serve`: runs the service in this process until SIGTERM or SIGINT; SIGHUP reads the modes again."""

import asyncio
import signal
import sys

import uvloop

from guardian.assembly.bootstrap import assemble
from guardian.cli.context import ConfigOption, load_settings, refuse_missing_database
from guardian.clock import MachineClock
from guardian.logs import configure
from guardian.settings.models import LogFormat, Settings


def command(config: ConfigOption = None) -> None:
    """Run the service until it is told to end (Ctrl-C, SIGTERM). SIGHUP reads the spaces' modes again."""
    settings = load_settings(config)
    configure(as_json=settings.log_format is LogFormat.JSON)
    refuse_missing_database(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))


async def serve(settings: Settings) -> None:
    """Run the service until a signal ends it, or raise what ended it otherwise."""
    stop_requested = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop_requested.set)
    service = await assemble(settings, clock=MachineClock())
    reload_tasks: set[asyncio.Task[None]] = set()

    def reread() -> None:
        task = asyncio.ensure_future(service.reread_modes())
        reload_tasks.add(task)
        task.add_done_callback(reload_tasks.discard)

    loop.add_signal_handler(signal.SIGHUP, reread)
    ending = asyncio.create_task(stop_requested.wait())
    try:
        starting = asyncio.create_task(service.start())
        if await _wait_for_first(starting, ending) is starting:
            sys.stderr.write(f"Guardian is up at {service.url}.\n")
            failing = asyncio.create_task(service.wait())
            await _wait_for_first(failing, ending)
    finally:
        ending.cancel()
        await service.stop()


async def _wait_for_first(
    work: asyncio.Task[None], ending: asyncio.Task[bool]
) -> asyncio.Task[None] | asyncio.Task[bool]:
    """Whichever ends first; what the work raised is let out, and work that did not end is given up."""
    await asyncio.wait({work, ending}, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        work.result()
        return work
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    return ending
