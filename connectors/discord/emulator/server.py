"""The emulated Discord as one server: REST, gateway, files, people and hands over one state and one history."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from aiohttp import web

from connectors.discord.emulator.acts import acts_of
from connectors.discord.emulator.asking import DiscordCall, Handler
from connectors.discord.emulator.community import Community
from connectors.discord.emulator.gateway import Gateway
from connectors.discord.emulator.hands import Hands
from connectors.discord.emulator.interactions import Interactions
from connectors.discord.emulator.limiter import Limiter, Taken
from connectors.discord.emulator.people import DiscordPerson
from connectors.discord.emulator.refusals import Refusal
from connectors.discord.emulator.rest_application import ApplicationRest
from connectors.discord.emulator.rest_guild import GuildRest
from connectors.discord.emulator.rest_messages import MessageRest
from connectors.discord.emulator.shapes import when
from connectors.discord.emulator.signing_in import SigningIn
from connectors.discord.emulator.state import DiscordState
from connectors.emulation.control import add_control
from connectors.emulation.limits import machine_time
from connectors.emulation.server import Answer, EmulatedServer

API = "/api/v10"
# The token in their path is their only credential.
BY_TOKEN_IN_PATH = (f"{API}/interactions/", f"{API}/webhooks/")
# Signing in is asked for by browsers, and by an application that shows its secret in the form.
FOR_ANYBODY = ("/attachments/", "/oauth2/authorize", "/api/oauth2/token", f"{API}/oauth2/token")
OWN_ACCOUNT = (f"{API}/users/@me", f"{API}/users/@me/connections")


class DiscordEmulator(Hands, EmulatedServer[DiscordState]):
    """One guild on loopback, for an unmodified client and for the people in it.

    `budget_scale` widens every rate budget; `answer_window_s` is the wire time in which an interaction is answered.
    """

    def __init__(
        self,
        state: DiscordState | None = None,
        *,
        now: Callable[[], datetime],
        seed: int = 0,
        budget_scale: float = 1.0,
        enforce_limits: bool = True,
        answer_window_s: float = 3.0,
    ) -> None:
        super().__init__(state or DiscordState(), now=now, seed=seed)
        source = Random(f"discord {seed}")
        self.token = f"emulated.discord.{source.getrandbits(128):032x}"
        self.control_token = f"{source.getrandbits(128):032x}"
        self.gateway = Gateway(self.state, self.faults, self.token, now, lambda: self.gateway_url)
        self.community = Community(self.state, self.history, self.gateway, lambda: self.origin)
        self.interactions = Interactions(self.community, machine_time, answer_window_s, source)
        self.signing_in = SigningIn(self.state, machine_time, Random(f"discord sign-in {seed}"))
        self._limiter = Limiter(budget_scale, enforce_limits, machine_time, now)
        self._taken: dict[int, Taken] = {}
        self._add_routes()

    def _add_routes(self) -> None:
        messages = MessageRest(self.community, self.signing_in, machine_time)
        application = ApplicationRest(self.community, self.interactions, lambda: self.gateway_url)
        for route in (*messages.routes(), *GuildRest(self.community).routes(), *application.routes()):
            self.route(route.method, API + route.path, route.operation, self._guarded(route.handler))
        file = "/attachments/{channel_id}/{attachment_id}/{filename}"
        self.route("GET", file, "attachment.get", self._guarded(messages.attachment))
        self._add_signing_in()
        self.app.router.add_get("/", self.gateway.handle)
        add_control(self, self.control_token, acts_of(self))
        self.route("*", API + "/{tail:.*}", "unknown", lambda _: Answer(404, {"message": "404: Not Found", "code": 0}))

    def _add_signing_in(self) -> None:
        """People's browsers see the page; the application asks below /api, with or without a version."""
        known = self.signing_in
        self.route("GET", "/oauth2/authorize", "sign_in.page", known.page)
        self.route("POST", "/oauth2/authorize", "sign_in.agree", known.agree)
        for base in (API, "/api"):
            self.route("POST", f"{base}/oauth2/token", "sign_in.exchange", known.exchange)
            self.route("POST", f"{base}/oauth2/token/revoke", "sign_in.revoke", known.revoke)

    # -- addresses and names

    @property
    def api_url(self) -> str:
        """The base address of the REST API."""
        return self.origin + API

    @property
    def gateway_url(self) -> str:
        """The address of the gateway."""
        return f"ws://127.0.0.1:{self.port}/"

    @property
    def application_id(self) -> str:
        """The application's id, which is the bot account's too."""
        return self.state.application_id

    @property
    def guild_id(self) -> str:
        """The one guild's id."""
        return self.state.guild_id

    async def stop(self) -> None:
        """Nothing listens any more; state and history stay readable."""
        await self.gateway.close()
        await super().stop()

    # -- people, and what judges ask

    def person(self, user_id: str) -> DiscordPerson:
        """The owner of this account, standing in the guild's general channel."""
        return DiscordPerson(user_id, self.community, self.interactions)

    def shut_out(self, user_id: str, at: datetime) -> bool:
        """A ban kept the account out of the guild at that instant."""
        return self.history.stood("ban", user_id, at, self.state.bans.get(user_id)) is not None

    def muted(self, user_id: str, at: datetime) -> bool:
        """A timeout ran for the account at that instant."""
        standing = self.state.timeouts.get(user_id)
        until = self.history.stood("timeout", user_id, at, when(standing) if standing else None)
        return until is not None and datetime.fromisoformat(until) > at

    # -- Discord's own words for credentials, limits and faults

    def actor_of(self, request: web.Request) -> str | None:
        """The bot, by its token or by an interaction's; somebody who has signed in, where their token reaches.

        Files are given to whoever has their address, the pages of signing in to every browser.
        """
        if request.path.startswith(FOR_ANYBODY):
            return "anybody"
        if request.path.startswith(BY_TOKEN_IN_PATH):
            return "bot"
        if request.path in OWN_ACCOUNT and self.signing_in.holder(request.headers.get("Authorization", "")):
            return "owner"
        return "bot" if request.headers.get("Authorization") == f"Bot {self.token}" else None

    def before(self, call: DiscordCall) -> Answer | None:
        """The rate limits are asked before every handler."""
        taken = self._limiter.take(call.exchange.operation, call.params)
        if taken.shut_out:
            return Answer(429, raw=b"error code: 1015", content_type="text/plain", headers={"Retry-After": "600"})
        if taken.wait is not None:
            return self._limited(taken.wait, everywhere=taken.everywhere, taken=taken)
        self._taken[call.exchange.number] = taken
        return None

    def unauthorised(self, call: DiscordCall) -> Answer:
        """401, which counts towards the ban of the whole address."""
        self._limiter.gone_wrong(401)
        return Refusal(401, 0).answer()

    def too_many(self, call: DiscordCall, retry_after: float | None) -> Answer:
        """429 for this route; without a time to wait it is the content network's own, in plain text and without Via."""
        if retry_after is None:
            return Answer(429, raw=b"error code: 1015", content_type="text/plain")
        return self._limited(retry_after, everywhere=False, taken=Taken(retry_after))

    def broken(self, call: DiscordCall, status: int) -> Answer:
        """A 5xx as the platform words it, JSON and all."""
        return Answer(status, {"message": f"{status}: Internal Server Error", "code": 0})

    def not_permitted(self, call: DiscordCall) -> Answer:
        """403 with code 50013."""
        return self._refused(Refusal(403, 50013))

    def _limited(self, wait: float, *, everywhere: bool, taken: Taken) -> Answer:
        self._limiter.gone_wrong(429)
        scope = {"X-RateLimit-Scope": "global" if everywhere else "user"}
        scope |= {"X-RateLimit-Global": "true"} if everywhere else {}
        body = {"message": "You are being rate limited.", "retry_after": wait, "global": everywhere, "code": 0}
        headers = {"Via": "1.1 google", "Retry-After": str(max(1, round(wait))), **scope, **taken.headers}
        return Answer(429, body, headers)

    def _refused(self, refusal: Refusal) -> Answer:
        self._limiter.gone_wrong(refusal.status)
        return refusal.answer()

    def _guarded(self, handler: Handler) -> Handler:
        """The handler with its refusals as answers, and with the headers of its rate limit."""

        def answer(call: DiscordCall) -> Answer:
            try:
                given = handler(call)
            except Refusal as refusal:
                given = self._refused(refusal)
            taken = self._taken.pop(call.exchange.number, Taken())
            headers = {**taken.headers, **given.headers}
            return Answer(given.status, given.body, headers, given.content_type, given.raw)

        return answer
