"""The running service: in which order its parts start and stop, how it is, and the modes that may change while it runs.

Read `Service` first.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from socket import socket
from typing import Final

from starlette.applications import Starlette

from guardian.assembly.anchors import send_anchor
from guardian.assembly.mail import CheckedMailer, MailReceiver
from guardian.assembly.modes import ConfiguredModes
from guardian.assembly.spaces import ConnectedSpace, GatewayConnection, Heartbeat, attach_commands
from guardian.clock import Clock, monotonic_now
from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.journal import OPERATOR, Entry
from guardian.logs import logger
from guardian.notices.models import NoticeState
from guardian.notices.outbox import Outbox
from guardian.reconciler.bulk import BulkReconciler
from guardian.reconciler.content import ContentContext
from guardian.reconciler.loop import Reconciler
from guardian.reconciler.pauses import PauseContext
from guardian.reconciler.resync import resync
from guardian.sanctions.imposition import extend_to_new_spaces
from guardian.scheduling.heartbeat import send_heartbeat
from guardian.scheduling.loops import (
    bulk_loop,
    content_loop,
    deadlines_loop,
    jobs_loop,
    notices_loop,
    pauses_loop,
    raids_loop,
    work_items_loop,
)
from guardian.scheduling.periodic import Action, AtHourTrigger, RecurringJobs, every
from guardian.scheduling.supervisor import Loop, LoopSupervisor
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.identity.link_refresh import link_reported, refresh_vouched_links
from guardian.services.measures import native_actions, native_removals
from guardian.services.measures.alerts import ContentAlerts
from guardian.services.membership.renewal import run_renewal
from guardian.services.operations.deadline_runner import run_due
from guardian.services.operations.outages import CONNECTION, LISTS, NOT_READABLE, SpaceOutages
from guardian.services.pauses.notices import PauseAlerts
from guardian.services.platform_events.webhooks import receive
from guardian.services.raids.rollout import advance_raids
from guardian.services.reports.captures import forget_old_captures
from guardian.services.retention.expunction import refresh_dates
from guardian.services.rota.handover import hand_over
from guardian.settings.models import Settings
from guardian.spaces.inbox import Inbox
from guardian.spaces.port import Account, Listing
from guardian.spaces.registry import SpaceRegistry
from guardian.spaces.webhooks import WebhookEvent
from guardian.storage.backend import ProcessLock
from guardian.storage.database import Database
from guardian.storage.key_rotation import rotate_keys
from guardian.storage.migrations.steps import check_current
from guardian.storage.unit_of_work import SqlReadView, SqlUnitOfWork, SqlUnitOfWorkFactory
from guardian.web.app import NO_ADDITIONS, Additions, create_app
from guardian.web.health import Health
from guardian.web.rate_limit import Limits
from guardian.web.server import WebServer, address_of, bind_socket
from guardian.web.webhooks import Webhooks

log = logger("assembly")

SERVE: Final = "serve"
_READ_MODES_EVERY: Final = timedelta(seconds=2)
_WATCH_GATEWAYS_EVERY: Final = timedelta(seconds=10)
_HEARTBEAT_RETRY_WITHIN: Final = timedelta(seconds=30)
_DELIVERIES_KEPT_FOR: Final = timedelta(days=7)
"""GitHub, the most patient of them, delivers again for about three days."""

_ANCHOR_ROUND: Final = timedelta(hours=1)
"""How often it is looked whether the journal's last entry is to be mailed again."""

_MOST_REPORTED: Final = 1000
_MOST_REPORTED_AT_ONCE: Final = 20
"""About so many reported accounts the spaces are asked in one refresh; the oldest of too many are forgotten."""


@dataclass(slots=True)
class Service:
    """The joined parts. `start` and `stop` may be called once each; `stop` also after a start that failed."""

    settings: Settings
    clock: Clock
    database: Database
    units_of_work: SqlUnitOfWorkFactory
    spaces: SpaceRegistry
    app: AppContext
    mailer: CheckedMailer | None
    reconciler: Reconciler[UnitOfWork]
    outbox: Outbox[SqlReadView, SqlUnitOfWork]
    supervisor: LoopSupervisor
    connected: tuple[ConnectedSpace, ...]
    inboxes: tuple[Inbox, ...]
    heartbeat: Heartbeat | None = None
    additions: Additions = NO_ADDITIONS
    _socket: socket | None = None
    mail_receiver: MailReceiver | None = None
    _process_lock: ProcessLock | None = None
    _server: WebServer | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _reported: deque[Account] = field(default_factory=lambda: deque(maxlen=_MOST_REPORTED))
    _jobs: RecurringJobs = field(init=False)
    _gateways: dict[SpaceName, GatewayConnection] = field(default_factory=dict)
    outages: SpaceOutages = field(init=False)
    _modes: ConfiguredModes = field(init=False)

    def __post_init__(self) -> None:
        self.outages = SpaceOutages(self.settings.reconciler.tell_after)
        self._jobs = RecurringJobs(self.clock.now)
        self._modes = ConfiguredModes(self.settings.path, self.spaces, self.units_of_work)

    # -- coming and going

    async def start(self, *, web: bool = True, discord: bool = True) -> None:
        """Start the work: alone on the database, which stands at this release, and from where it was left off."""
        await check_current(self.database)
        self._process_lock = await self.database.lock(SERVE)
        await self._recover()
        if web:
            await self._start_server()
        if discord:
            await self._open_gateways()
        if self.mail_receiver is not None and self.mail_receiver.listener is not None:
            await self.mail_receiver.listener.start()
        self._add_jobs()
        self._tasks = [
            asyncio.create_task(self.supervisor.run(*self._loops()), name="clockwork"),
            asyncio.create_task(self._jobs_in_system_time().run_alone(asyncio.sleep), name="system time"),
            asyncio.create_task(self._wait_until_lost(self._process_lock), name="hold"),
        ]
        log.info("service.started", spaces=len(self.connected))

    async def wait(self) -> None:
        """Return never while all is well: raise Misconfigured where another took our database, a bug as it is."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        raise Misconfigured(["The hold on the database was lost: another service has it now, so this one ends."])

    async def stop(self) -> None:
        """Stop and close everything; what was cut off is taken up at the next start."""
        if self._server is not None:
            await self._server.stop()
        elif self._socket is not None:
            self._socket.close()
        if self.mail_receiver is not None and self.mail_receiver.listener is not None:
            await self.mail_receiver.listener.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.mail_receiver is not None:
            self.mail_receiver.close()
        await self.reconciler.stop()
        for each in self.connected:
            if each.gateway is not None:
                await each.gateway.close()
            if each.close is not None:
                await each.close()
        if self._process_lock is not None:
            await self._process_lock.release()
        await self.database.close()

    async def sign_in(self) -> None:
        """Sign in to the spaces, for a command that ends again: no commands of people are taken, no event is received.

        A space that lets nobody in is left aside: what is asked of it is answered as unknown.
        """
        for each in self.connected:
            if each.gateway is not None:
                try:
                    await each.gateway.start()
                except Misconfigured:
                    log.warning("link.not_opened", space=each.space.name)

    # -- how it is

    @property
    def url(self) -> str:
        """Return where the service listens on this machine."""
        if self._socket is not None and self._socket.fileno() >= 0:
            return address_of(self._socket)
        return f"http://{self.settings.host}:{self.settings.port}"

    async def is_waiting(self) -> bool:
        """Return whether no work is active and nothing is being written; what is due is not asked."""
        return self.supervisor.is_waiting() and not self.database.is_writing

    async def is_idle(self) -> bool:
        """Return whether no work is active and nothing is due at this instant of case time."""
        return await self.supervisor.is_idle() and not self.database.is_writing

    async def next_due(self) -> datetime | None:
        """Return the next instant of case time at which there is something to do."""
        return await self.supervisor.next_due()

    async def due_by_loop(self) -> Mapping[str, datetime]:
        """Return the next instant of case time of each part of the work that waits for one."""
        return await self.supervisor.due_by_loop()

    async def health(self) -> Health:
        """Return ages and counts, without content."""
        async with self.units_of_work.read() as view:
            blocked = await view.sanctions.blocked_items()
            undeliverable = await view.notices.count(NoticeState.UNDELIVERABLE)
        heartbeats = {**self.supervisor.health(), **self._jobs.health()}
        down = tuple(map(str, self.outages.spaces))
        return Health(
            heartbeats=heartbeats,
            blocked_items=len(blocked),
            undeliverable_notices=undeliverable,
            clock_trusted=self.clock.trusted(),
            spaces_down=down,
        )

    # -- while it runs

    async def reread_modes(self) -> tuple[str, ...]:
        """Give each space the mode that the file says now; return the faults of a file that cannot be read."""
        return await self._modes.reread()

    async def _stale_loops(self) -> tuple[str, ...]:
        return (await self.health()).stale_loops()

    async def _wait_until_lost(self, process_lock: ProcessLock) -> None:
        await process_lock.lost.wait()

    async def _recover(self) -> None:
        """End the leases of the last holder, who is dead, and reconcile now what it was about to do."""
        async with self.units_of_work.begin() as uow:
            expired = await uow.sanctions.expire_leases()
            await uow.sanctions.schedule_open_intents(uow.now)
            uow.journal.note(Entry(act="service.was_started", by=OPERATOR, authority="P-1.5"))
        log.info("leases.expired", count=expired)
        await self._extend_to_new_spaces()

    async def _extend_to_new_spaces(self) -> None:
        added = 1
        while added:
            async with self.units_of_work.begin() as uow:
                added = await extend_to_new_spaces(uow, self.spaces.names)

    async def _forget_old(self) -> None:
        """Forget what came so long ago that no platform repeats it, and what was pointed to and never reported."""
        async with self.units_of_work.begin() as uow:
            await uow.deliveries.forget_before(self.clock.now() - _DELIVERIES_KEPT_FOR)
        await forget_old_captures(self.app)

    async def _open_gateways(self) -> None:
        """Open every connection, side by side: one that is down stops neither the others nor what follows."""
        gateways = [(each.space.name, each.gateway) for each in self.connected if each.gateway is not None]
        for _, gateway in gateways:
            attach_commands(gateway, self.app)
        await asyncio.gather(*(self._open_gateway(name, gateway) for name, gateway in gateways))

    async def _open_gateway(self, name: SpaceName, gateway: GatewayConnection) -> None:
        self._gateways[name] = gateway
        try:
            await gateway.open()
        except Exception:
            # An edge: whatever is wrong with one connection, the pages and the clocks go on.
            log.exception("link.has_failed", space=name)
        await self._watch_gateways()

    async def _watch_gateways(self) -> bool:
        """Notice which connections are down, and which are back."""
        for name, gateway in self._gateways.items():
            await self.outages.note(self.app, name, CONNECTION, gateway.fault)
        return True

    async def _start_server(self) -> None:
        if self._socket is None:
            self._socket = bind_socket(self.settings.host, self.settings.port)
        self._server = WebServer(self.web_app(), self._socket, trusted_proxies=self.settings.trusted_proxies)
        await self._server.start()

    def _loops(self) -> tuple[Loop, ...]:
        """Return what works by itself: for what belongs to a row, and for the jobs."""

        async def run_due_deadlines() -> datetime | None:
            return await run_due(self.app)

        return (
            work_items_loop(self.reconciler, self.units_of_work),
            content_loop(self._content_context()),
            pauses_loop(self._pause_context()),
            bulk_loop(BulkReconciler(self.reconciler.context, self.units_of_work)),
            raids_loop(lambda: advance_raids(self.app)),
            notices_loop(self.outbox),
            deadlines_loop(run_due_deadlines, self.units_of_work),
            jobs_loop(self._jobs),
        )

    def _add_jobs(self) -> None:
        """Add what recurs in case time: each is done at once, whatever was done before the start, and then in its time."""
        start, settings = self.clock.now(), self.settings.reconciler
        for name in self.spaces.names:
            trigger = every(settings.sweep_every, start)
            self._jobs.add(f"resync {name}", trigger, partial(self._resync, name), name="sweeps")
        rounds: tuple[tuple[str, Action], ...] = (
            ("rota", partial(hand_over, self.app)),
            ("terms", partial(run_renewal, self.app)),
            ("retention", self._forget),
        )
        for called, job in rounds:
            self._jobs.add(called, AtHourTrigger(self.app.policy.rota.handover_hour, start, settings.rounds_every), job)
        self._jobs.add("links", every(settings.relink_every, start), self._refresh_links)
        if self.settings.journal is not None and self.mailer is not None:
            send = partial(
                send_anchor, self.units_of_work, self.clock, self.mailer, self.settings.journal, self.app.community
            )
            self._jobs.add("anchor", every(_ANCHOR_ROUND, start), send)
        for inbox in self.inboxes:
            self._jobs.add(f"inbox {inbox.name}", every(inbox.poll_interval, start), inbox.read)

    def _jobs_in_system_time(self) -> RecurringJobs:
        """Return what recurs in system time: the heartbeat, and the look at the configuration file."""
        jobs, start = RecurringJobs(monotonic_now, _HEARTBEAT_RETRY_WITHIN), monotonic_now()
        if self._gateways:
            jobs.add("gateways", every(_WATCH_GATEWAYS_EVERY, start), self._watch_gateways)
        jobs.add("modes", every(_READ_MODES_EVERY, start + _READ_MODES_EVERY), self._modes.reread_changed)
        if self.heartbeat is not None and self.settings.heartbeat is not None:
            send = partial(send_heartbeat, self._stale_loops, self.heartbeat.send)
            jobs.add("heartbeat", every(self.settings.heartbeat.every, start), send)
        return jobs

    async def _resync(self, name: SpaceName) -> bool:
        await self._forget_old()
        read = await resync(self.units_of_work, self.spaces, self.clock, name, self._compare_listing) is not None
        await self.outages.note(self.app, name, LISTS, None if read else NOT_READABLE)
        return read

    async def _compare_listing(self, name: SpaceName, found: Listing, begun: datetime) -> None:
        await native_actions.compare_listing(self.app, name, found, begun)
        await native_removals.inspect_removals(self.app, name)

    async def _forget(self) -> bool:
        """Compute anew when each closed case is forgotten; destroy keys whose day has come, if the time can be trusted."""
        await refresh_dates(self.app)
        if self.clock.trusted():
            await rotate_keys(self.units_of_work, self.settings.reconciler.rounds_every)
        return True

    async def _refresh_links(self) -> bool:
        """Ask about what was reported lately, and about the next share of all others."""
        reported = [self._reported.popleft() for _ in range(min(_MOST_REPORTED_AT_ONCE, len(self._reported)))]
        await link_reported(self.app, reported)
        await refresh_vouched_links(self.app)
        return True

    def _content_context(self) -> ContentContext[UnitOfWork]:
        retry_policy = self.reconciler.context.retry_policy
        return ContentContext(self.units_of_work, self.spaces, self.clock, ContentAlerts(), retry_policy)

    def _pause_context(self) -> PauseContext[UnitOfWork]:
        retry_policy = self.reconciler.context.retry_policy
        return PauseContext(self.units_of_work, self.spaces, self.clock, PauseAlerts(), retry_policy)

    def web_app(self) -> Starlette:
        """Build the pages, and what programs call, over this service."""
        webhook_verifiers = {
            str(each.space.name): each.webhook_verifier for each in self.connected if each.webhook_verifier is not None
        }
        secure = self.app.base_url.startswith("https://")
        return create_app(
            self.app,
            health=self.health,
            webhooks=Webhooks(webhook_verifiers, self._on_webhook_event),
            secure_cookies=secure,
            proofs=tuple(each.proof for each in self.connected if each.proof is not None),
            limits=Limits(self.settings.reports_per_hour, self.settings.reports_per_hour_per_sender),
            additions=self.additions,
        )

    async def _on_webhook_event(self, webhook_event: WebhookEvent) -> None:
        fresh = await receive(self.app, webhook_event)
        self._reported.extend(Account(webhook_event.space, each) for each in webhook_event.native_ids if fresh)
        if fresh and webhook_event.items:
            await self._fetch_content(webhook_event)

    async def _fetch_content(self, webhook_event: WebhookEvent) -> None:
        """What knocked is read now; where that fails, the next round of its inbox finds it."""
        for inbox in self.inboxes:
            if inbox.name == webhook_event.space and not await inbox.read(webhook_event.items):
                log.warning("knock.not_fetched", space=webhook_event.space, things=len(webhook_event.items))
