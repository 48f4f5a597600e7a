"""The link to Discord: one discord.py client that signs in, stays or comes back, and says what happened to accounts.

Knows no call by name. REST works while the gateway is down. The library's two addresses are set for the whole process,
so one process speaks to one Discord. Read `DiscordGateway` first."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from connectors.discord import gateway_events, translate
from connectors.discord.config import DEFAULT_GATEWAY, DiscordConfig
from connectors.discord.permissions import MEMBERS_INTENT
from connectors.discord.timeouts import CallCut, RefusalCounter, cut_call_before_sleep, reopen_buckets
from connectors.discord.translate import Answer, NoAnswer, Success
from connectors.http import CallFailed, Priority, RateLimiter
from guardian.clock import monotonic_seconds
from guardian.errors import Misconfigured
from guardian.logs import logger

TOKEN_REMEDY = (
    "Discord refuses the bot token: make a new one in the developer portal, put it in the token file, start again."
)
_ECHO_SECONDS = 10.0
_RETRY_SECONDS = 1.0
_MAX_RETRY_SECONDS = 60.0

NOT_REACHED = "Discord cannot be reached just now. It is tried again by itself; look at its status page if it lasts."
UNFORESEEN = "The link to Discord failed in a way that nobody foresaw; the log says where. It is tried again."

_log = logger("discord")
_last_status: ContextVar[int] = ContextVar("discord_status", default=0)
"""The status of the call that a task has just made: the library gives its body alone."""

AccountChanged = Callable[[str], Awaitable[None]]
Setup = Callable[[discord.Client], Awaitable[None]]


class _Client(discord.Client):
    """discord.py's client with the three things that it lets a subclass say."""

    def __init__(self, connection: "DiscordGateway", trace: aiohttp.TraceConfig) -> None:
        # No member is cached: the library drops the join of a member whom it still remembers.
        super().__init__(
            intents=discord.Intents(guilds=True, members=True, moderation=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            # Nor any message: what people write to us directly stays in Discord until they send it as a report.
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.2,
            enable_debug_events=True,
            http_trace=trace,
        )
        self._owner = connection

    async def setup_hook(self) -> None:
        await self._owner.on_logged_in()

    async def on_socket_raw_receive(self, frame: str) -> None:
        await self._owner.on_frame(frame)


class DiscordGateway:
    """One bot's link to one Discord.

    `setup` and `on_account_changed` are set before `start`: the first is awaited once, after signing in and before the
    gateway opens; the second is told the id of each account that something has happened to. `on_restricted` is told
    the id of those whom somebody else may have restricted, or let go. `before_close` is awaited before the link ends.
    """

    def __init__(
        self, config: DiscordConfig, *, setup: Setup | None = None, on_account_changed: AccountChanged | None = None
    ) -> None:
        self.config = config
        self.setup = setup
        self.on_account_changed = on_account_changed
        self.on_restricted: AccountChanged | None = None
        self.before_close: Callable[[], Awaitable[None]] | None = None
        self.failure: str | None = None
        trace = aiohttp.TraceConfig()
        self.refusal_counter = RefusalCounter()
        self.rate_limiter = RateLimiter(config.calls_a_second * 60, 1.0)
        trace.on_request_end.append(self._count_refusal)
        trace.on_request_end.append(cut_call_before_sleep)
        self.client: discord.Client = _Client(self, trace)
        self._signed_in = asyncio.Event()
        self._is_set_up = False
        self._was_ready = False
        self._failed = asyncio.Event()
        self._run_task: asyncio.Task[None] | None = None
        self._ready_task: asyncio.Task[None] | None = None
        self._expected_echoes: dict[tuple[str, str], float] = {}

    async def start(self) -> None:
        """Start the link; where Discord does not answer just now, it goes on trying by itself.

        Raises Misconfigured, with the remedy, where trying again would not help.
        """
        await self._begin(persistent=False)
        if self._run_task is not None and self._run_task.done():
            await self._raise_start_failure(self._run_task)

    async def open(self) -> None:
        """Start the link and let it try for good, whatever stands in its way: `fault` says what that is."""
        await self._begin(persistent=True)

    async def _begin(self, *, persistent: bool) -> None:
        Route.BASE = self.config.api_url.rstrip("/")
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self.config.gateway_url or DEFAULT_GATEWAY)
        self._run_task = asyncio.create_task(self._run(persistent=persistent), name="discord link")
        self._ready_task = asyncio.create_task(self._wait_until_ready(), name="discord ready")
        failing = asyncio.create_task(self._failed.wait(), name="discord failure")
        patience = self.config.patience.total_seconds()
        tasks = {self._run_task, self._ready_task, failing}
        await asyncio.wait(tasks, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        failing.cancel()
        if not persistent and self._failed.is_set():
            await asyncio.wait({self._run_task})
        if not self._was_ready:
            _log.warning("link.not_ready")

    async def _raise_start_failure(self, running: asyncio.Task[None]) -> None:
        """What ended the listening before it began is told: a fault with its remedy, or a bug as it is."""
        await self.close()
        if self.failure is not None:
            raise Misconfigured([self.failure])
        running.result()

    async def close(self) -> None:
        """End everything that runs, and close every connection."""
        if self.before_close is not None:
            await self.before_close()
        for task in (self._run_task, self._ready_task):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
        if not self.client.is_closed():
            await self.client.close()
        self._signed_in.clear()

    @property
    def is_connected(self) -> bool:
        """The gateway is open and the server is known."""
        return self._signed_in.is_set() and self.client.is_ready()

    @property
    def fault(self) -> str | None:
        """Why the link is down, in words for people; None while it is up."""
        return None if self.is_connected else self.failure or NOT_REACHED

    @property
    def own_id(self) -> str:
        """The bot's own account; empty before the first sign-in."""
        return str(self.client.user.id) if self.client.user else ""

    async def on_logged_in(self) -> None:
        """Await the set-up, once; called by the client when Discord has taken the token."""
        if not self._is_set_up and self.setup is not None:
            await self.setup(self.client)
        self._is_set_up = True
        self._signed_in.set()

    async def _wait_until_ready(self) -> None:
        await self._signed_in.wait()
        await self.client.wait_until_ready()
        self._was_ready = True

    async def _run(self, *, persistent: bool) -> None:
        """Sign in and listen, again and again; where people have to mend something, it ends unless it is persistent."""
        delay = _RETRY_SECONDS
        while True:
            self.failure = await self._listen_until_failure(persistent=persistent)
            if self.failure is not None:
                _log.error("link.refused", fault=self.failure)
                self._failed.set()
                if not persistent:
                    return
            await self._start_over()
            await asyncio.sleep(delay if self.failure is None else self.config.mending.total_seconds())
            delay = min(delay * 2, _MAX_RETRY_SECONDS)

    async def _listen_until_failure(self, *, persistent: bool) -> str | None:
        """What people have to mend, in words, once the listening ends; None where trying again may do."""
        try:
            await self._sign_in_and_listen()
        except discord.PrivilegedIntentsRequired:
            return MEMBERS_INTENT.remedy
        except discord.LoginFailure:
            return TOKEN_REMEDY
        except discord.ConnectionClosed as closed:
            return f"Discord closed the connection for good (code {closed.code}). {TOKEN_REMEDY}"
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            _log.warning("link.failed", kind=type(error).__name__)
            await self._sign_out()
        except Exception:
            # An edge: no surprise of the library (it trips over a first connection that fails) ends the listening.
            # Before we were ever signed in it is a bug of ours, which ends a start that is to say so.
            if not self._is_set_up and not persistent:
                raise
            _log.exception("gateway.failed")
            return None if self._is_set_up else UNFORESEEN
        return None

    async def _sign_in_and_listen(self) -> None:
        if not self._signed_in.is_set():
            await self.client.login(self.config.token)
        await self.client.connect(reconnect=True)

    async def _start_over(self) -> None:
        """A client that was refused, or that the library has closed, is opened anew and signs in again."""
        if self.failure is None and not self.client.is_closed():
            return
        self._signed_in.clear()
        await self.client.http.close()
        self.client.clear()
        self.client.loop = asyncio.get_running_loop()
        self.client.http.connector = discord.utils.MISSING
        if self.failure == MEMBERS_INTENT.remedy:
            # Only the listening is refused: what is held and lifted goes on meanwhile.
            with contextlib.suppress(discord.DiscordException, aiohttp.ClientError, OSError):
                await self.client.login(self.config.token)

    async def _sign_out(self) -> None:
        """A sign-in that broke off leaves an open session behind; the next one makes its own."""
        if not self._signed_in.is_set():
            await self.client.http.close()
            self.client.http.connector = discord.utils.MISSING

    async def on_frame(self, frame: str) -> None:
        """Let whoever waits for it know of an account that something happened to, our own acts' echoes left out."""
        event = gateway_events.parse_event(frame, self.config.guild_id, self.own_id)
        if event is None or self.on_account_changed is None:
            return
        expected = self._expected_echoes.pop((event.kind, event.native_id), None)
        if expected is None or expected < monotonic_seconds():
            await self.on_account_changed(event.native_id)
            if event.kind in gateway_events.RESTRICTION_EVENTS and self.on_restricted is not None:
                await self.on_restricted(event.native_id)

    def _expect_echoes(self, native_id: str, *kinds: str) -> None:
        now = monotonic_seconds()
        self._expected_echoes = {key: until for key, until in self._expected_echoes.items() if until > now}
        self._expected_echoes |= {(kind, native_id): now + _ECHO_SECONDS for kind in kinds}

    async def _perform(
        self,
        native_id: str,
        kinds: tuple[str, ...],
        request: Callable[[HTTPClient], Awaitable[Any]],
        check: Callable[[Answer], Answer] = translate.require_empty,
    ) -> Answer:
        """The call is made; its first echo is ours. Where it did not succeed, every event counts as another's.

        `check` tells Discord's own answer from another's: most acts are answered by nothing at all.
        """
        self._expect_echoes(native_id, *kinds)
        done = False
        try:
            answer = check(await self._call(request, Priority.ACTION))
            done = isinstance(answer, Success)
        finally:
            if not done:
                for kind in kinds:
                    self._expected_echoes.pop((kind, native_id), None)
        return answer

    async def _count_refusal(self, session: Any, context: Any, finished: aiohttp.TraceRequestEndParams) -> None:
        _last_status.set(finished.response.status)
        await self.refusal_counter.count(session, context, finished)

    async def _call(
        self, request: Callable[[HTTPClient], Awaitable[Any]], priority: Priority = Priority.OBSERVATION
    ) -> Answer:
        if not self._signed_in.is_set() or self.client.is_closed():
            return NoAnswer(self.failure or "not signed in to Discord yet")
        if pause := self.refusal_counter.active_pause():
            return pause
        try:
            await self.rate_limiter.take(priority, self.config.call_ceiling)
            _last_status.set(0)
            return Success(await request(self.client.http), _last_status.get())
        except CallFailed:
            return NoAnswer("our own budget of calls to Discord is used up")
        except CallCut as cut:
            return cut.no_answer
        except asyncio.CancelledError:
            reopen_buckets(self.client.http)
            raise
        except (discord.DiscordException, aiohttp.ClientError, OSError, ValueError) as error:
            failure = translate.translate_error(error)
            if failure is None:
                raise
            return failure

    async def _read(
        self,
        request: Callable[[HTTPClient], Awaitable[Any]],
        shape: type[list[Any]] | type[dict[str, Any]],
        priority: Priority = Priority.OBSERVATION,
        *,
        has: str = "",
    ) -> Answer:
        """A look whose answer is not JSON of the right shape (a proxy's page, say), or lacks a value, has not worked."""
        answer = await self._call(request, priority)
        if isinstance(answer, Success) and not translate.is_readable(answer.body, shape, has):
            return NoAnswer(translate.UNREADABLE)
        return answer
