"""The service under trial: the product's own composition with its ports wrapped. It lives in a process made to be killed."""

import asyncio
import os
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from connectors.discord.client import DiscordConnection
from connectors.discord.gateway import AccountChanged
from guardian.assembly.bootstrap import assemble
from guardian.assembly.service import Service
from guardian.clock import DrivenClock, DrivenTime
from guardian.ids import AccountId, SpaceName
from guardian.logs import configure
from guardian.sanctions.models import ReleaseState
from guardian.services.platform_events.account_changes import on_account_changed
from guardian.settings.loader import read_settings
from guardian.spaces.port import Account, Space
from tests.crash.kill_points import Aim, Announcer
from tests.crash.orders import Order, carry_out
from tests.crash.wrappers import AnnouncedSpace, Sabotage, sabotage_space

CONFIGURATION, TIME, LOG = "guardian.toml", "time", "service.log"
SCALE = 6000.0
"""Budgets of calls, in emulators and service alike: limits are met as faults here, when the harness says so."""
_TICK_SECONDS = 0.004


@dataclass(frozen=True, slots=True)
class Errand:
    """Where the service finds its installation, and what is broken in it on purpose."""

    folder: Path
    sabotage: Sabotage = Sabotage.NOTHING


def run_service(errand: Errand, inbox: Connection, pipe: Connection) -> None:
    """Runs until it is killed."""
    log = os.open(errand.folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    configure(as_json=True)
    asyncio.run(_run_service(errand, inbox, Announcer(pipe.fileno())))


async def _run_service(errand: Errand, inbox: Connection, announcer: Announcer) -> None:
    clock = DrivenClock(DrivenTime(errand.folder / TIME))
    settings = read_settings(errand.folder / CONFIGURATION, {})

    async def forget() -> None:
        await _forget_intents(service)

    def wrap(space: Space) -> Space:
        return sabotage_space(AnnouncedSpace(space, announcer), errand.sabotage, forget)

    service = await assemble(settings, clock=clock, wrap=wrap, observer=announcer, budget_scale=SCALE)
    await _listen_to_gateways(service)
    await service.start(discord=False)
    announcer.write("ready", service.url)
    async with asyncio.TaskGroup() as group:
        runner = _OrderRunner(service, inbox, announcer)
        group.create_task(runner.run())
        group.create_task(_report_idle(service, runner, announcer))


async def _forget_intents(service: Service) -> None:
    """As if no act had ever been written down before it was done."""
    async with service.units_of_work.begin() as uow:
        for name in service.spaces.names:
            for item in await uow.sanctions.work_items_in(name, AccountId(""), 10_000):
                for intent in await uow.sanctions.open_intents(item.account):
                    await uow.sanctions.close_intent(intent.id, uow.now)
                for known in await uow.sanctions.enforcements_of(item.account):
                    forgotten = replace(known, active=False, release=ReleaseState.DONE, released_at=None)
                    await uow.sanctions.save_enforcement(item.person, forgotten)


async def _listen_to_gateways(service: Service) -> None:
    """Events are heard; people's commands, which no trial gives, are not offered."""
    for each in service.connected:
        if isinstance(each.gateway, DiscordConnection):
            each.gateway.on_account_changed = _wrap_event_handler(service, each.space.name)
            await each.gateway.start()


def _wrap_event_handler(service: Service, space: SpaceName) -> AccountChanged:
    return lambda native_id: on_account_changed(service.app, Account(space, native_id))


class _OrderRunner:
    """Takes orders and aims from the harness, in their order."""

    def __init__(self, service: Service, inbox: Connection, announcer: Announcer) -> None:
        self._service, self._inbox, self._announcer = service, inbox, announcer
        self._came = asyncio.Event()
        self._at_work = False
        asyncio.get_running_loop().add_reader(inbox.fileno(), self._came.set)

    async def run(self) -> None:
        """Each order is carried out, and then announced as done."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._inbox.poll():
                self._at_work = True
                await self._take(self._inbox.recv())
            self._at_work = False

    def is_busy(self) -> bool:
        """Whether an order is being carried out."""
        return self._at_work

    async def _take(self, message: Order | Aim) -> None:
        if isinstance(message, Aim):
            self._announcer.aim(message)
            return
        await carry_out(self._service.units_of_work, message, self._service.spaces.names)
        self._announcer.write("carried", message.id)


async def _report_idle(service: Service, runner: _OrderRunner, announcer: Announcer) -> None:
    """While nothing is in hand and nothing is due, the harness hears so again and again."""
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        rest = await _idle_state(service, runner)
        if rest is not None:
            announcer.write("idle", *rest)


async def _idle_state(service: Service, runner: _OrderRunner) -> tuple[str, str] | None:
    """The instant of the rest and the next due one (`-`: none); None while anything goes on."""
    now = service.clock.now()
    if runner.is_busy() or not await service.is_idle():
        return None
    due = await service.next_due()
    if now != service.clock.now() or runner.is_busy() or (due is not None and due <= now):
        return None
    return now.isoformat(), due.isoformat() if due else "-"
