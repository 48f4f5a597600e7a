"""`guardian serve`: runs the service in this process until SIGTERM or SIGINT; SIGHUP reads the modes again."""

import asyncio
import gc
import signal
import sys

import uvloop

from guardian.assembly.bootstrap import assemble
from guardian.assembly.service import Service
from guardian.cli.context import ConfigOption, load_settings, refuse_missing_database
from guardian.clock import MachineClock
from guardian.logs import configure, logger
from guardian.notices.translations import load_languages
from guardian.settings.models import LogFormat, Settings
from guardian.worker_processes import shared_workers

log = logger("cli")


def command(config: ConfigOption = None) -> None:
    """Run the service until it is told to end (Ctrl-C, SIGTERM). SIGHUP reads the spaces' modes again."""
    settings = load_settings(config)
    configure(as_json=settings.log_format is LogFormat.JSON)
    refuse_missing_database(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))


async def serve(settings: Settings) -> None:
    """Run the service until a signal ends it, or raise what ended it otherwise."""
    stop_requested, reread_requested = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop_requested.set)
    # From the first moment: a signal without a handler ends the process, as when a terminal is closed.
    loop.add_signal_handler(signal.SIGHUP, reread_requested.set)
    service = await assemble(settings, clock=MachineClock())
    ending = asyncio.create_task(stop_requested.wait())
    rereading: asyncio.Task[None] | None = None
    try:
        starting = asyncio.create_task(service.start())
        if await _wait_for_first(starting, ending) is starting:
            sys.stderr.write(f"Guardian is up at {service.url}.\n")
            await settle()
            rereading = asyncio.create_task(_reread_when_asked(service, reread_requested))
            failing = asyncio.create_task(service.wait())
            await _wait_for_first(failing, ending)
    finally:
        ending.cancel()
        if rereading is not None:
            rereading.cancel()
        await service.stop()


async def settle() -> None:
    """Have ready what the first hostile input would otherwise wait for, and stop everybody else with."""
    await shared_workers().start()
    load_languages(MachineClock().now())
    gc.collect()
    # What stands by now stays: looking through it again and again stops the event loop for a tenth of a second.
    gc.freeze()


async def _reread_when_asked(service: Service, requested: asyncio.Event) -> None:
    """Read the modes again whenever that is asked for, and say what came of it."""
    while True:
        await requested.wait()
        requested.clear()
        try:
            faults = await service.reread_modes()
        except Exception:
            # The file is looked at every few seconds anyway; this signal is only the quicker way.
            log.exception("modes.not_read")
            continue
        sys.stderr.write("".join(f"{line}\n" for line in _describe_modes(service, faults)))


def _describe_modes(service: Service, faults: tuple[str, ...]) -> tuple[str, ...]:
    if faults:
        return (*faults, "Nothing was changed: every space keeps its mode.")
    modes = ", ".join(f"{name} {service.spaces.mode(name)}" for name in service.spaces.names)
    return (f"The modes are read again: {modes}. Everything else in the file is read at the next start.",)


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
