"""Joins the parts into one service, and knows in which order they start and stop. It does nothing else.

The only importer of connectors besides the sandbox, and of those only the configured ones.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from socket import socket
from typing import Any, Final, Protocol

from starlette.applications import Starlette

from guardian.clock import Clock, wire_instant
from guardian.desk.alarms import DeskAlarms
from guardian.desk.deadlines import keep_due
from guardian.desk.desk import Desk, Topic
from guardian.desk.enactment import enactment_told
from guardian.desk.noticing import account_changed, accounts_changed
from guardian.desk.telling import still_to_tell
from guardian.errors import Misconfigured
from guardian.ids import Reference, SpaceName
from guardian.journal import OPERATOR, Entry
from guardian.logs import logger
from guardian.notices.outbox import MailPort, Outbox
from guardian.notices.values import NoticeState
from guardian.sanctions.facts import Tools
from guardian.sanctions.pace import Pace
from guardian.sanctions.reconciler import Reconciler
from guardian.scheduling.clockwork import Clockwork
from guardian.settings.reading import read_modes
from guardian.settings.values import (
    DiscordSettings,
    ForumSettings,
    GithubSettings,
    MailSettings,
    ReconcilerSettings,
    Settings,
    SpaceSettings,
)
from guardian.spaces.inlet import Inlet, Knock
from guardian.spaces.port import Account, Space
from guardian.spaces.registry import Mode, Registered, Spaces
from guardian.storage.database import Database, Observer
from guardian.storage.key_ring import KeyRing
from guardian.storage.kinds import Hold
from guardian.storage.migrations.steps import check_current
from guardian.storage.work import Works
from guardian.web.app import create_app
from guardian.web.health import Health
from guardian.web.listening import Listening, address_of, bound

log = logger("assembly")

SERVE: Final = "serve"
_MODES_LOOKED_AT_SECONDS: Final = 2.0

Wrap = Callable[[Space], Space]
Close = Callable[[], Awaitable[None]]


class Link(Protocol):
    """A space's standing connection, which may also carry people's commands."""

    setup: Callable[[Any], Awaitable[None]] | None
    on_account_changed: Callable[[str], Awaitable[None]] | None

    async def start(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Connected:
    """One space as its connector gives it: the port, and what else the space has."""

    space: Space
    mode: Mode
    link: Link | None = None
    inlet: Inlet | None = None
    close: Close | None = None


def as_it_is(space: Space) -> Space:
    """The space with nothing round it."""
    return space


async def assemble(
    settings: Settings,
    *,
    clock: Clock,
    wrap: Wrap = as_it_is,
    observer: Observer | None = None,
    budget_scale: float = 1.0,
    application: str = SERVE,
) -> "Service":
    """All parts over one open database, joined and not yet started. `wrap` is put round each space.

    `observer` hears of each commit. `budget_scale` multiplies the budgets of calls (measurements scale emulators alike).
    """
    ring = KeyRing.load(settings.ring, settings.master)
    connected = tuple(_connected(each, clock, budget_scale) for each in settings.spaces)
    database = await Database.open(settings.database, application=application, observer=observer)
    try:
        listens_at = bound(settings.host, settings.port) if settings.base_url is None and not settings.port else None
        return _joined(settings, clock, wrap, connected, database, Works(database, ring, clock), listens_at)
    except BaseException:
        await database.close()
        raise


def _joined(
    settings: Settings,
    clock: Clock,
    wrap: Wrap,
    connected: tuple[Connected, ...],
    database: Database,
    works: Works,
    listens_at: socket | None,
) -> "Service":
    spaces = Spaces(tuple(Registered(wrap(each.space), each.mode) for each in connected))
    base_url = settings.base_url or (
        address_of(listens_at) if listens_at else f"http://{settings.host}:{settings.port}"
    )
    desk = Desk(works, settings.policy, clock, spaces, base_url, settings.community)
    mailer = _mailer(settings.mail) if settings.mail else None
    tools = Tools(
        works,
        spaces,
        settings.policy,
        clock,
        DeskAlarms(),
        _pace(settings.reconciler),
        neutral_reason,
        wire_instant,
        asyncio.sleep,
    )
    ceiling = max((space.abilities.ceiling for space in spaces), default=timedelta(seconds=30))
    reconciler = Reconciler(tools, ceiling=ceiling, at_once=settings.reconciler.people_at_once)
    outbox = Outbox(
        works=works,
        spaces=spaces,
        clock=clock,
        mailer=mailer,
        community=settings.community,
        base_url=base_url,
        on_told=enactment_told,
        may_still_know=still_to_tell,
    )
    clockwork = Clockwork(
        works=works,
        database=database,
        clock=clock,
        spaces=spaces,
        reconciler=reconciler,
        outbox=outbox,
        keep_promises=lambda: keep_due(desk),
        sweep_every=settings.reconciler.sweep_every,
    )
    return Service(settings, clock, database, works, spaces, desk, mailer, tools, reconciler, outbox, clockwork, connected, listens_at)


@dataclass(slots=True)
class Service:
    """The joined parts. `start` and `stop` may be called once each; `stop` also after a start that failed."""

    settings: Settings
    clock: Clock
    database: Database
    works: Works
    spaces: Spaces
    desk: Desk
    mailer: MailPort | None
    tools: Tools
    reconciler: Reconciler
    outbox: Outbox
    clockwork: Clockwork
    connected: tuple[Connected, ...]
    _socket: socket | None = None
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
        self._file_seen = _stamp(self.settings.path)
        self._tasks = [
            asyncio.create_task(self.clockwork.run(), name="clockwork"),
            asyncio.create_task(self._watch_modes(), name="modes"),
            asyncio.create_task(self._hold.lost.wait(), name="hold"),  # type: ignore[arg-type]  # its True says nothing
        ]
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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
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
        """The spaces can be asked, for a command that ends again: no commands of people are taken, no event is heard."""
        for each in self.connected:
            if each.link is not None:
                await each.link.start()

    # -- how it is

    @property
    def url(self) -> str:
        """Where the service listens on this machine."""
        if self._socket is not None and self._socket.fileno() >= 0:
            return address_of(self._socket)
        return f"http://{self.settings.host}:{self.settings.port}"

    async def idle(self) -> bool:
        """Nothing is in hand, and nothing is due at this instant of case time."""
        return await self.clockwork.idle(self.clock.now())

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

    async def _take_up(self) -> None:
        """The leases of the last holder, who is dead, are over; what it was about to do is looked at now."""
        async with self.works.begin() as work:
            expired = await work.sanctions.expire_leases()
            await work.sanctions.touch_open_intents(work.now)
        log.info("leases.expired", count=expired)

    async def _open_links(self) -> None:
        for each in self.connected:
            if each.link is not None:
                each.link.on_account_changed = self._heard_of(each.space.name)
                each.link.setup = self._commands_of(each.link)
                await each.link.start()

    def _heard_of(self, space: SpaceName) -> Callable[[str], Awaitable[None]]:
        return lambda native_id: account_changed(self.desk, Account(space, native_id))

    def _commands_of(self, link: Link) -> Callable[[Any], Awaitable[None]]:
        """People's commands are taken as soon as the bot has signed in."""
        intake = import_module("connectors.discord.intake")

        async def set_up(_: Any) -> None:
            await intake.attach(link, self.desk)

        return set_up

    async def _listen(self) -> None:
        if self._socket is None:
            self._socket = bound(self.settings.host, self.settings.port)
        self._listening = Listening(self.web_app(), self._socket)
        await self._listening.start()

    def web_app(self) -> Starlette:
        """The pages and doors over this service's desk."""
        inlets = {str(each.space.name): each.inlet for each in self.connected if each.inlet is not None}
        secure = self.desk.base_url.startswith("https://")
        return create_app(
            self.desk, health=self.health, inlets=inlets, on_knock=self._knocked, secure_cookies=secure
        )

    async def _knocked(self, knock: Knock) -> None:
        """The accounts that the event names are looked at; an event that came before changes nothing."""
        async with self.works.begin() as work:
            source, delivery = f"hook:{knock.space}", knock.delivery_id or knock.digest
            if await work.deliveries.claim(source, delivery, knock.digest, work.now) is not None:
                return
        await accounts_changed(self.desk, knock.space, knock.native_ids)


def neutral_reason(reference: Reference) -> str:
    """The one sentence of ours that a space keeps (P-2.11)."""
    return f"Access is limited by the community's moderation. Reference {reference}."


def _connected(settings: SpaceSettings, clock: Clock, budget_scale: float) -> Connected:
    match settings:
        case DiscordSettings():
            return _discord(settings, clock)
        case ForumSettings():
            return _forum(settings, clock, budget_scale)
        case GithubSettings():
            return _github(settings, clock, budget_scale)


def _discord(settings: DiscordSettings, clock: Clock) -> Connected:
    client, space = import_module("connectors.discord.client"), import_module("connectors.discord.space")
    config = client.DiscordConfig(
        name=settings.name,
        token=settings.token,
        guild_id=settings.guild_id,
        api_url=settings.api_url,
        gateway_url=settings.gateway_url,
        call_ceiling=settings.call_ceiling,
        invite_url=settings.invite_url,
        patience=settings.patience,
    )
    link = client.DiscordLink(config)
    return Connected(space.DiscordSpace(link, clock), settings.mode, link=link)


def _forum(settings: ForumSettings, clock: Clock, budget_scale: float) -> Connected:
    client, room = import_module("connectors.forum.client"), import_module("connectors.forum.space")
    config = client.ForumConfig(
        name=settings.name,
        base_url=settings.url,
        api_key=settings.api_key,
        api_username=settings.api_username,
        call_ceiling=settings.call_ceiling,
        native_end=settings.native_end,
        webhook_secret=settings.webhook_secret,
        rate_per_minute=settings.rate_per_minute * budget_scale,
        providers=settings.providers,
    )
    space = room.ForumSpace(config, clock)
    return Connected(space, settings.mode, inlet=_inlet("forum", settings), close=space.close)


def _github(settings: GithubSettings, clock: Clock, budget_scale: float) -> Connected:
    client, room = import_module("connectors.github.client"), import_module("connectors.github.space")
    config = client.GithubConfig(
        name=settings.name,
        organization=settings.organization,
        app_id=settings.app_id,
        private_key_pem=settings.private_key,
        installation_id=settings.installation_id,
        api_url=settings.api_url,
        call_ceiling=settings.call_ceiling,
        webhook_secret=settings.webhook_secret,
        rate_per_minute=settings.rate_per_minute * budget_scale,
    )
    space = room.GithubSpace(config, clock)
    return Connected(space, settings.mode, inlet=_inlet("github", settings), close=space.close)


def _inlet(kind: str, settings: ForumSettings | GithubSettings) -> Inlet | None:
    if settings.webhook_secret is None:
        return None
    module = import_module(f"connectors.{kind}.inlet")
    made = module.ForumInlet if kind == "forum" else module.GithubInlet
    inlet: Inlet = made(settings.name, settings.webhook_secret)
    return inlet


def _mailer(settings: MailSettings) -> MailPort:
    client = import_module("connectors.mail.client")
    config = client.MailConfig(
        host=settings.host,
        port=settings.port,
        sender=settings.sender,
        username=settings.username,
        password=settings.password,
        tls=client.Tls(settings.tls.value),
        ca_file=settings.ca_file,
        call_ceiling=settings.call_ceiling,
    )
    mailer: MailPort = client.Mailer(config)
    return mailer


def _pace(settings: ReconcilerSettings) -> Pace:
    return Pace(
        settings.retry_least, settings.retry_share, settings.retry_most, settings.tell_after, settings.braked
    )


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
