"""What is measured: three emulated platforms with latency, and a reconciler with the real clients against them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from discord.http import Route

from connectors.discord.client import DiscordConnection
from connectors.discord.config import CALLS_A_SECOND, DiscordConfig
from connectors.discord.space import DiscordSpace
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.history import Exchange
from connectors.emulators.shared.server import EmulatedServer
from connectors.forum.client import ForumConfig
from connectors.forum.space import ForumSpace
from connectors.github.client import GithubConfig
from connectors.github.space import GithubSpace
from guardian.clock import MachineClock, monotonic_seconds, system_now
from guardian.ids import AccountId, PersonId, Reference, SanctionId, SpaceName
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.reconciler.alerts import Alert
from guardian.reconciler.loop import Reconciler
from guardian.reconciler.snapshot import ReconcilerContext
from guardian.retry import RetryPolicy
from guardian.sanctions.models import Coverage, CoverageState
from guardian.sanctions.store import SanctionUnitOfWork
from guardian.services.context import UnitOfWork
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import create_tables
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from guardian.unit_of_work import WakeupTopic
from tests.builders.reconciler import neutral_reason, with_brake

DISCORD: Final = SpaceName("discord")
FORUM: Final = SpaceName("forum")
GITHUB: Final = SpaceName("github")
SPACES: Final = (DISCORD, FORUM, GITHUB)

SCALE: Final = 60.0
"""Rate budgets, in the emulators and in the connectors alike."""

CALL_TIMEOUT: Final = timedelta(seconds=10)
_LONGEST_WAIT: Final = 30.0
_REST_POLL: Final = 0.01


@dataclass(slots=True)
class Platforms:
    """The three emulators on the machine's own time; what they were asked and what changed there is the evidence."""

    discord: DiscordEmulator
    forum: ForumEmulator
    github: GithubEmulator
    scale: float = SCALE

    def __getitem__(self, space: SpaceName) -> EmulatedServer[Any]:
        found: dict[SpaceName, EmulatedServer[Any]] = {DISCORD: self.discord, FORUM: self.forum, GITHUB: self.github}
        return found[space]

    def answer_after(self, seconds: float) -> None:
        """Every answer of every platform comes that much later."""
        for space in SPACES:
            self[space].set_fault(Fault(kind=FaultKind.LATENCY, seconds=seconds))

    def mark(self) -> dict[SpaceName, int]:
        """How many requests each platform has had so far."""
        return {space: len(self[space].history.exchanges) for space in SPACES}

    def asked_since(self, mark: Mapping[SpaceName, int]) -> dict[SpaceName, list[Exchange]]:
        """The requests since the mark."""
        return {space: self[space].history.exchanges[mark[space] :] for space in SPACES}


def operations(exchanges: Iterable[Exchange]) -> dict[str, int]:
    """How often each operation was asked for, most often first."""
    return dict(Counter(e.operation for e in exchanges).most_common())


@asynccontextmanager
async def platforms(clock: MachineClock, scale: float = SCALE) -> AsyncIterator[Platforms]:
    """The three platforms listen on loopback, with an organisation of two teams; they stop afterwards."""
    key = await asyncio.to_thread(_private_key)
    discord = DiscordEmulator(now=clock.now, budget_scale=scale)
    forum = ForumEmulator(now=clock.now, budget_scale=scale)
    github = GithubEmulator(now=clock.now, budget_scale=scale, private_key_pem=key)
    for team in ("docs", "infrastructure"):
        github.add_team(team, "keeper")
    async with AsyncExitStack() as stack:
        for emulator in (discord, forum, github):
            emulator.history.keeps_answers = False
            await emulator.start()
            stack.push_async_callback(emulator.stop)
        yield Platforms(discord, forum, github, scale)


@cache
def _private_key() -> str:
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(slots=True)
class RecordedAlerts:
    """The reconciler's alarms: each total that changed, with the wire second of it, and what was put to people."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    reached: dict[tuple[PersonId, SpaceName, CoverageState], float] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)

    async def raise_alert(
        self, uow: SanctionUnitOfWork, alert: Alert, person: PersonId, space: SpaceName, sanctions: Iterable[SanctionId]
    ) -> None:
        self.raised.append(f"{alert} in {space}")

    async def ask_lifter(self, uow: SanctionUnitOfWork, lifter: Account) -> None:
        self.raised.append(f"a lift by hand in {lifter.space}")

    async def report_released(self, uow: SanctionUnitOfWork, account: AccountId) -> None:
        self.raised.append("an account was let go")

    async def report_coverage_change(
        self, uow: SanctionUnitOfWork, person: PersonId, before: tuple[Coverage, ...], after: tuple[Coverage, ...]
    ) -> None:
        for row in after:
            self.reached.setdefault((person, row.space, row.state), monotonic_seconds())
        self.news.set()

    async def wait_until_reached(self, people: Iterable[PersonId], state: CoverageState, timeout: float) -> bool:
        """Whether every one of the people stands so in every space within so many seconds."""
        return await self.wait_until_all({(person, space, state) for person in people for space in SPACES}, timeout)

    async def wait_until_all(self, totals: Iterable[tuple[PersonId, SpaceName, CoverageState]], timeout: float) -> bool:
        """Whether every one of these totals is reached within so many seconds."""
        missing = set(totals)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while missing := missing - self.reached.keys():
                    self.news.clear()
                    await self.news.wait()
        return not missing


@dataclass(slots=True)
class Service:
    """The part of the service that is measured, on a database of its own."""

    clock: MachineClock
    database: Database
    units_of_work: SqlUnitOfWorkFactory
    ring: KeyRing
    spaces: SpaceRegistry
    connection: DiscordConnection
    forum: ForumConfig
    github: GithubConfig
    alerts: RecordedAlerts
    reconciler: Reconciler[UnitOfWork]

    @contextmanager
    def use_address(self) -> Iterator[None]:
        """discord.py keeps its address for the whole process: meanwhile it is the one of this service's Discord."""
        before, Route.BASE = Route.BASE, self.connection.config.api_url
        try:
            yield
        finally:
            Route.BASE = before

    @asynccontextmanager
    async def run_reconciler(self) -> AsyncIterator[None]:
        """The reconciler works by itself: it sleeps until something is due, and is woken by commits."""
        with self.use_address(), self.database.subscribe(WakeupTopic.WORK_ITEMS) as subscription:

            async def wait(due: datetime | None) -> None:
                left = _LONGEST_WAIT if due is None else (due - self.clock.now()).total_seconds()
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(max(left, 0.0), _LONGEST_WAIT)):
                        await subscription.wait_for_wakeup()

            task = asyncio.create_task(self.reconciler.run(wait))
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await self.reconciler.stop()

    async def wait_until_idle(self) -> None:
        """What is in hand has been recorded."""
        while self.reconciler.active:
            await asyncio.sleep(_REST_POLL)


@asynccontextmanager
async def a_service(folder: Path, platforms: Platforms, clock: MachineClock) -> AsyncIterator[Service]:
    """The service with the real clients, signed in everywhere; everything is closed afterwards."""
    policy = with_brake(read_policy(load_preset("django")), 1_000_000)
    alerts = RecordedAlerts()
    connection = DiscordConnection(_discord_config(platforms))
    forum, github = _forum_config(platforms), _github_config(platforms)
    connected = (DiscordSpace(connection, clock), ForumSpace(forum, clock), GithubSpace(github, clock))
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(await Database.open(f"sqlite:///{folder / 'guardian.sqlite'}"))
        await create_tables(database)
        ring = KeyRing.create(folder / "ring", folder / "master")
        units_of_work = SqlUnitOfWorkFactory(database, ring, clock)
        await connection.start()
        stack.push_async_callback(connection.close)
        for space in connected[1:]:
            stack.push_async_callback(space.close)
            stack.push_async_callback(space.wait_until_idle)
        spaces = SpaceRegistry(tuple(RegisteredSpace(space, Mode.ENFORCE) for space in connected))
        context: ReconcilerContext[UnitOfWork] = ReconcilerContext(
            units_of_work=units_of_work,
            spaces=spaces,
            policy=policy,
            clock=clock,
            alerts=alerts,
            retry_policy=RetryPolicy(),
            neutral_reason=neutral_reason,
            system_time=system_now,
            sleep=asyncio.sleep,
        )
        reconciler = Reconciler(context, ceiling=CALL_TIMEOUT)
        yield Service(
            clock=clock,
            database=database,
            units_of_work=units_of_work,
            ring=ring,
            spaces=spaces,
            connection=connection,
            forum=forum,
            github=github,
            alerts=alerts,
            reconciler=reconciler,
        )


def reason_text(reference: Reference) -> str:
    """The sentence of ours that stands in a platform's reason field."""
    return neutral_reason(reference)


def _discord_config(platforms: Platforms) -> DiscordConfig:
    emulator = platforms.discord
    return DiscordConfig(
        name=DISCORD,
        token=emulator.token,
        guild_id=emulator.guild_id,
        api_url=emulator.api_url,
        gateway_url=emulator.gateway_url,
        call_ceiling=CALL_TIMEOUT,
        calls_a_second=CALLS_A_SECOND * platforms.scale,
    )


def _forum_config(platforms: Platforms) -> ForumConfig:
    emulator = platforms.forum
    plain = ForumConfig(
        name=FORUM,
        base_url=emulator.url,
        api_key=emulator.api_key,
        api_username=emulator.api_username,
        call_ceiling=CALL_TIMEOUT,
    )
    return replace(plain, rate_per_minute=plain.rate_per_minute * platforms.scale)


def _github_config(platforms: Platforms) -> GithubConfig:
    emulator = platforms.github
    plain = GithubConfig(
        name=GITHUB,
        organization=emulator.organization,
        app_id=emulator.app_id,
        private_key_pem=emulator.private_key_pem,
        installation_id=emulator.installation_id,
        api_url=emulator.url,
        call_ceiling=CALL_TIMEOUT,
    )
    return replace(plain, rate_per_minute=plain.rate_per_minute * platforms.scale)
