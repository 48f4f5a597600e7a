"""The running service: in which order its parts start and stop, how it is, and the modes that may change while it runs."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket
from typing import Final

from starlette.applications import Starlette

from guardian.assembly.connecting import Connected, Pulse, take_commands
from guardian.assembly.mailing import Mail, MailDoor
from guardian.clock import Clock
from guardian.desk import native
from guardian.desk.carrying import carry_raids
from guardian.desk.deadlines import keep_due
from guardian.desk.desk import Desk, Topic
from guardian.desk.knocking import take_in
from guardian.desk.second_looks import DeskThingAlarms
from guardian.desk.suggesting import relink
from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.journal import OPERATOR, Entry
from guardian.logs import logger
from guardian.notices.outbox import Outbox
from guardian.notices.values import NoticeState
from guardian.sanctions.enactment import reach_new_spaces
from guardian.sanctions.many import Batches
from guardian.sanctions.reconciler import Reconciler
from guardian.sanctions.sweep import sweep
from guardian.sanctions.things import ThingTools
from guardian.scheduling.clockwork import Clockwork, Loop
from guardian.scheduling.heartbeat import keep_beating
from guardian.scheduling.loops import (
    carrying_raids,
    delivering,
    holding_many,
    holding_things,
    keeping_promises,
    polling,
    reconciling,
    relinking,
    sweeping,
)
from guardian.scheduling.sweeps import Rounds
from guardian.settings.loader import read_modes
from guardian.settings.models import Settings
from guardian.spaces.inbox import Inbox
from guardian.spaces.inlet import Knock
from guardian.spaces.port import Sweep
from guardian.spaces.registry import Mode, Spaces
from guardian.storage.database import Database
from guardian.storage.kinds import Hold
from guardian.storage.migrations.steps import check_current
from guardian.storage.work import Look, Work, Works
from guardian.web.app import create_app
from guardian.web.floods import Most
from guardian.web.health import Health
from guardian.web.listening import Listening, address_of, bound

log = logger("assembly")

SERVE: Final = "serve"
_LINKS: Final = SpaceName("links")
_MODES_LOOKED_AT_SECONDS: Final = 2.0
_REPEATED_FOR: Final = timedelta(days=7)
"""GitHub, the most patient of them, delivers again for about three days."""


@dataclass(slots=True)
class Service:
    """The joined parts. `start` and `stop` may be called once each; `stop` also after a start that failed."""

    settings: Settings
    clock: Clock
    database: Database
    works: Works
    spaces: Spaces
    desk: Desk
    mailer: Mail | None
    reconciler: Reconciler
    outbox: Outbox[Look, Work]
    clockwork: Clockwork
    connected: tuple[Connected, ...]
    inboxes: tuple[Inbox, ...]
    pulse: Pulse | None = None
    _socket: socket | None = None
    mail_door: MailDoor | None = None
    _hold: Hold | None = None
    _listening: Listening | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _file_seen: tuple[int, int] | None = None

    # -- coming and going

    async def start(self, *, web: bool = True, discord: bool = True) -> None:
        """The service works: alone on its database, which stands at this release, and from where it was left off."""
        await check_current(self.database)
        self._hold = await self.database.hold(SERVE)
        await self._take_up()
        if discord:
            await self._open_links()
        if web:
            await self._listen()
        if self.mail_door is not None and self.mail_door.listener is not None:
            await self.mail_door.listener.start()
        self._tasks = [
            asyncio.create_task(self.clockwork.run(*self._loops()), name="clockwork"),
            asyncio.create_task(self._watch_modes(), name="modes"),
            asyncio.create_task(self._until_lost(self._hold), name="hold"),
        ]
        if self.pulse is not None and self.settings.heartbeat is not None:
            every = self.settings.heartbeat.every.total_seconds()
            beating = keep_beating(self._stale, self.pulse.beat, every, asyncio.sleep)
            self._tasks.append(asyncio.create_task(beating, name="heartbeat"))
        log.info("service.started", spaces=len(self.connected))

    async def wait(self) -> None:
        """Returns never while all is well: Misconfigured where another took our database, a bug as it is."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        raise Misconfigured(["The hold on the database was lost: another service has it now, so this one ends."])

    async def stop(self) -> None:
        """Nothing runs any more and nothing is open; what was cut off is taken up at the next start."""
        if self._listening is not None:
            await self._listening.stop()
        elif self._socket is not None:
            self._socket.close()
        if self.mail_door is not None and self.mail_door.listener is not None:
            await self.mail_door.listener.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.mail_door is not None:
            self.mail_door.close()
        await self.reconciler.stop()
        for each in self.connected:
            if each.link is not None:
                await each.link.close()
            if each.close is not None:
                await each.close()
        if self._hold is not None:
            await self._hold.release()
        await self.database.close()

    async def sign_in(self) -> None:
        """The spaces can be asked, for a command that ends again: no commands of people are taken, no event is heard.

        A space that lets nobody in is left aside: what is asked of it is answered as unknown.
        """
        for each in self.connected:
            if each.link is not None:
                try:
                    await each.link.start()
                except Misconfigured:
                    log.warning("link.not_opened", space=each.space.name)

    # -- how it is

    @property
    def url(self) -> str:
        """Where the service listens on this machine."""
        if self._socket is not None and self._socket.fileno() >= 0:
            return address_of(self._socket)
        return f"http://{self.settings.host}:{self.settings.port}"

    async def waits(self) -> bool:
        """Nothing is in hand and nothing is being written; what is due is not asked."""
        return self.clockwork.waits() and not self.database.writing

    async def idle(self) -> bool:
        """Nothing is in hand, and nothing is due at this instant of case time."""
        return await self.clockwork.idle() and not self.database.writing

    async def next_due(self) -> datetime | None:
        """The next instant of case time at which there is something to do."""
        return await self.clockwork.next_due()

    async def health(self) -> Health:
        """Ages and counts, without content."""
        async with self.works.look() as view:
            blocked = await view.sanctions.blocked()
            undeliverable = await view.notices.count(NoticeState.UNDELIVERABLE)
        return Health(self.clockwork.health(), len(blocked), undeliverable, self.clock.trusted())

    # -- while it runs

    async def reread_modes(self) -> None:
        """Each space has the mode that the file says now; a file that cannot be read changes nothing."""
        try:
            modes = read_modes(self.settings.path)
        except Misconfigured as error:
            log.error("modes.not_read", faults=len(error.faults))
            return
        for name in self.spaces.names:
            mode = modes.get(name, Mode.OBSERVE)
            if mode is not self.spaces.mode(name):
                await self._switch(name, mode)

    async def _switch(self, name: SpaceName, mode: Mode) -> None:
        """The mode holds at once: every key of the space is looked at in its light."""
        self.spaces.switch(name, mode)
        async with self.works.begin() as work:
            work.journal.note(Entry("mode.was_switched", OPERATOR, "configuration", {"space": name, "mode": mode}))
            for key in await work.sanctions.keys_in(name):
                await work.sanctions.touch_account(key.account, work.now)
            work.wake(Topic.KEYS)
        log.info("mode.switched", space=name, mode=mode)

    async def _watch_modes(self) -> None:
        while True:
            await asyncio.sleep(_MODES_LOOKED_AT_SECONDS)
            seen = _stamp(self.settings.path)
            if seen != self._file_seen:
                self._file_seen = seen
                await self.reread_modes()

    async def _stale(self) -> tuple[str, ...]:
        return (await self.health()).stale()

    async def _until_lost(self, hold: Hold) -> None:
        await hold.lost.wait()

    async def _take_up(self) -> None:
        """The leases of the last holder, who is dead, are over; what it was about to do is looked at now."""
        async with self.works.begin() as work:
            expired = await work.sanctions.expire_leases()
            await work.sanctions.touch_open_intents(work.now)
            await reach_new_spaces(work, self.spaces.names)
            work.journal.note(Entry("service.was_started", OPERATOR, "P-1.5"))
        log.info("leases.expired", count=expired)

    async def _forget_deliveries(self) -> None:
        """What came so long ago that no platform repeats it is forgotten, and with it the receipt in the first answer."""
        async with self.works.begin() as work:
            await work.deliveries.forget_before(self.clock.now() - _REPEATED_FOR)

    async def _open_links(self) -> None:
        for each in self.connected:
            if each.link is not None:
                take_commands(each.link, self.desk)
                await each.link.start()

    async def _listen(self) -> None:
        if self._socket is None:
            self._socket = bound(self.settings.host, self.settings.port)
        self._listening = Listening(self.web_app(), self._socket)
        await self._listening.start()

    def _loops(self) -> tuple[Loop, ...]:
        """What turns by itself: keys, notices, promises, sweeps."""

        async def keep() -> datetime | None:
            return await keep_due(self.desk)

        async def compare_one(name: SpaceName, found: Sweep, begun: datetime) -> None:
            await native.compare(self.desk, name, found, begun)

        async def sweep_one(name: SpaceName) -> int | None:
            await self._forget_deliveries()
            return await sweep(self.works, self.spaces, self.clock, name, compare_one)

        async def relink_all(_: SpaceName) -> int | None:
            return await relink(self.desk)

        every = self.settings.reconciler.sweep_every
        rounds = Rounds(self.works, self.clock, self.spaces.names, every, sweep_one)
        return (
            reconciling(self.reconciler, self.works),
            holding_things(self._thing_tools()),
            holding_many(Batches(self.reconciler.tools, self.works)),
            carrying_raids(lambda: carry_raids(self.desk)),
            delivering(self.outbox),
            keeping_promises(keep, self.works),
            sweeping(rounds),
            relinking(Rounds(self.works, self.clock, (_LINKS,), self.settings.reconciler.relink_every, relink_all)),
            *(polling(self._inbox_rounds(inbox), inbox.name) for inbox in self.inboxes),
        )

    def _thing_tools(self) -> ThingTools:
        return ThingTools(self.works, self.spaces, self.clock, DeskThingAlarms(), self.reconciler.tools.pace)

    def _inbox_rounds(self, inbox: Inbox) -> Rounds:
        """One inbox is read at the start, and then as often as it asks for."""

        async def read_one(_: SpaceName) -> int | None:
            return 0 if await inbox.read() else None

        return Rounds(self.works, self.clock, (SpaceName(f"inbox {inbox.name}"),), inbox.every, read_one)

    def web_app(self) -> Starlette:
        """The pages and doors over this service's desk."""
        inlets = {str(each.space.name): each.inlet for each in self.connected if each.inlet is not None}
        secure = self.desk.base_url.startswith("https://")
        return create_app(
            self.desk,
            health=self.health,
            inlets=inlets,
            on_knock=self._knocked,
            secure_cookies=secure,
            proofs=tuple(each.proof for each in self.connected if each.proof is not None),
            most=Most(self.settings.reports_an_hour, self.settings.reports_an_hour_of_one),
        )

    async def _knocked(self, knock: Knock) -> None:
        fresh = await take_in(self.desk, knock)
        if fresh and knock.things:
            await self._fetch(knock)

    async def _fetch(self, knock: Knock) -> None:
        """What knocked is read now; where that fails, the next round of its inbox finds it."""
        for inbox in self.inboxes:
            if inbox.name == knock.space and not await inbox.read(knock.things):
                log.warning("knock.not_fetched", space=knock.space, things=len(knock.things))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
