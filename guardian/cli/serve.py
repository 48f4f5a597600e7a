"""`guardian serve`: runs the service in this process until SIGTERM or SIGINT; SIGHUP reads the modes again."""

import asyncio
import signal
import sys

import uvloop

from guardian.assembly.composing import assemble
from guardian.cli.opening import ConfigOption, refuse_missing_database, settings_of
from guardian.clock import MachineClock
from guardian.logs import configure
from guardian.settings.models import LogForm, Settings


def command(config: ConfigOption = None) -> None:
    """Run the service until it is told to end (Ctrl-C, SIGTERM). SIGHUP reads the spaces' modes again."""
    settings = settings_of(config)
    configure(as_json=settings.log_form is LogForm.JSON)
    refuse_missing_database(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))


async def serve(settings: Settings) -> None:
    """The service ran until a signal ended it, or raises what ended it otherwise."""
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end.set)
    service = await assemble(settings, clock=MachineClock())
    rereading: set[asyncio.Task[None]] = set()

    def reread() -> None:
        task = asyncio.ensure_future(service.reread_modes())
        rereading.add(task)
        task.add_done_callback(rereading.discard)

    loop.add_signal_handler(signal.SIGHUP, reread)
    ending = asyncio.create_task(told_to_end.wait())
    try:
        starting = asyncio.create_task(service.start())
        if await _first(starting, ending) is starting:
            sys.stderr.write(f"Guardian is up at {service.url}.\n")
            failing = asyncio.create_task(service.wait())
            await _first(failing, ending)
    finally:
        ending.cancel()
        await service.stop()


async def _first(work: asyncio.Task[None], ending: asyncio.Task[bool]) -> asyncio.Task[None] | asyncio.Task[bool]:
    """Whichever ends first; what the work raised is let out, and work that did not end is given up."""
    await asyncio.wait({work, ending}, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        work.result()
        return work
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    return ending
