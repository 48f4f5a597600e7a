"""The emulated Discord as one server: REST, gateway, files, people and hands over one state and one history."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from aiohttp import web

from connectors.emulators.discord.actions import actions_of
from connectors.emulators.discord.community import Community
from connectors.emulators.discord.gateway import Gateway
from connectors.emulators.discord.interactions import Interactions
from connectors.emulators.discord.limiter import Allowance, Limiter
from connectors.emulators.discord.manual_actions import ManualActions
from connectors.emulators.discord.oauth import OAuthServer
from connectors.emulators.discord.people import DiscordPerson
from connectors.emulators.discord.refusals import Refusal
from connectors.emulators.discord.requests import DiscordCall, Handler
from connectors.emulators.discord.rest_application import ApplicationHandlers
from connectors.emulators.discord.rest_guild import GuildHandlers
from connectors.emulators.discord.rest_messages import MessageHandlers
from connectors.emulators.discord.shapes import format_instant
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.shared.control import add_control
from connectors.emulators.shared.limits import system_time
from connectors.emulators.shared.server import EmulatedServer, Response

API = "/api/v10"
# The token in their path is their only credential.
BY_TOKEN_IN_PATH = (f"{API}/interactions/", f"{API}/webhooks/")
# Signing in is asked for by browsers, and by an application that shows its secret in the form.
PUBLIC_PATHS = ("/attachments/", "/stickers/", "/oauth2/authorize", "/api/oauth2/token", f"{API}/oauth2/token")
OWN_ACCOUNT = (f"{API}/users/@me", f"{API}/users/@me/connections")


class DiscordEmulator(ManualActions, EmulatedServer[DiscordState]):
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
        self.interactions = Interactions(self.community, system_time, answer_window_s, source)
        self.oauth = OAuthServer(self.state, system_time, Random(f"discord sign-in {seed}"))
        self._limiter = Limiter(budget_scale, enforce_limits, system_time, now)
        self._allowances: dict[int, Allowance] = {}
        self._add_routes()

    def _add_routes(self) -> None:
        messages = MessageHandlers(self.community, self.oauth, system_time)
        application = ApplicationHandlers(self.community, self.interactions, lambda: self.gateway_url)
        for route in (*messages.routes(), *GuildHandlers(self.community).routes(), *application.routes()):
            self.route(route.method, API + route.path, route.operation, self._wrap_handler(route.handler))
        file = "/attachments/{channel_id}/{attachment_id}/{filename}"
        self.route("GET", file, "attachment.get", self._wrap_handler(messages.attachment))
        self.route("GET", "/stickers/{name}", "sticker.get", self._wrap_handler(messages.sticker))
        self._add_oauth_routes()
        self.app.router.add_get("/", self.gateway.handle)
        add_control(self, self.control_token, actions_of(self))
        self.route(
            "*", API + "/{tail:.*}", "unknown", lambda _: Response(404, {"message": "404: Not Found", "code": 0})
        )

    def _add_oauth_routes(self) -> None:
        """People's browsers see the page; the application asks below /api, with or without a version."""
        oauth = self.oauth
        self.route("GET", "/oauth2/authorize", "sign_in.page", oauth.page)
        self.route("POST", "/oauth2/authorize", "sign_in.agree", oauth.agree)
        for base in (API, "/api"):
            self.route("POST", f"{base}/oauth2/token", "sign_in.exchange", oauth.exchange)
            self.route("POST", f"{base}/oauth2/token/revoke", "sign_in.revoke", oauth.revoke)

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
        """The application's id, which is not the bot account's."""
        return self.state.application_id

    @property
    def guild_id(self) -> str:
        """The one guild's id."""
        return self.state.guild_id

    async def stop(self) -> None:
        """Stop listening; state and history stay readable."""
        await self.gateway.close()
        await super().stop()

    # -- people, and what judges ask

    def person(self, user_id: str) -> DiscordPerson:
        """Return the owner of this account, standing in the guild's general channel."""
        return DiscordPerson(user_id, self.community, self.interactions)

    def was_banned(self, user_id: str, at: datetime) -> bool:
        """Return whether a ban kept the account out of the guild at that instant."""
        return self.history.state_at("ban", user_id, at, self.state.bans.get(user_id)) is not None

    def was_muted(self, user_id: str, at: datetime) -> bool:
        """Return whether a timeout ran for the account at that instant."""
        current = self.state.timeouts.get(user_id)
        until = self.history.state_at("timeout", user_id, at, format_instant(current) if current else None)
        return until is not None and datetime.fromisoformat(until) > at

    # -- Discord's own words for credentials, limits and faults

    def identify_caller(self, request: web.Request) -> str | None:
        """Return the bot, by its token or by an interaction's; somebody who has signed in, where their token reaches.

        Files are given to whoever has their address, the pages of signing in to every browser.
        """
        if request.path.startswith(PUBLIC_PATHS):
            return "anybody"
        if request.path.startswith(BY_TOKEN_IN_PATH):
            return "bot"
        if request.path in OWN_ACCOUNT and self.oauth.holder(request.headers.get("Authorization", "")):
            return "owner"
        return "bot" if request.headers.get("Authorization") == f"Bot {self.token}" else None

    def check_limits(self, call: DiscordCall) -> Response | None:
        """Ask the rate limits before every handler."""
        allowance = self._limiter.take(call.exchange.operation, call.params)
        if allowance.is_banned:
            return Response(429, raw=b"error code: 1015", content_type="text/plain", headers={"Retry-After": "600"})
        if allowance.wait is not None:
            return self._rate_limited(allowance.wait, is_global=allowance.is_global, allowance=allowance)
        self._allowances[call.exchange.number] = allowance
        return None

    def unauthorized_response(self, call: DiscordCall) -> Response:
        """Return 401, which counts towards the ban of the whole address."""
        self._limiter.count_failure(401)
        return Refusal(401, 0).answer()

    def rate_limited_response(self, call: DiscordCall, retry_after: float | None) -> Response:
        """429 for this route; without a time to wait it is the content network's own, in plain text and without Via."""
        if retry_after is None:
            return Response(429, raw=b"error code: 1015", content_type="text/plain")
        return self._rate_limited(retry_after, is_global=False, allowance=Allowance(retry_after))

    def server_error_response(self, call: DiscordCall, status: int) -> Response:
        """Return a 5xx as the platform words it, JSON and all."""
        return Response(status, {"message": f"{status}: Internal Server Error", "code": 0})

    def forbidden_response(self, call: DiscordCall) -> Response:
        """Return 403 with code 50013."""
        return self._refuse(Refusal(403, 50013))

    def _rate_limited(self, wait: float, *, is_global: bool, allowance: Allowance) -> Response:
        self._limiter.count_failure(429)
        scope = {"X-RateLimit-Scope": "global" if is_global else "user"}
        scope |= {"X-RateLimit-Global": "true"} if is_global else {}
        body = {"message": "You are being rate limited.", "retry_after": wait, "global": is_global, "code": 0}
        headers = {"Via": "1.1 google", "Retry-After": str(max(1, round(wait))), **scope, **allowance.headers}
        return Response(429, body, headers)

    def _refuse(self, refusal: Refusal) -> Response:
        self._limiter.count_failure(refusal.status)
        return refusal.answer()

    def _wrap_handler(self, handler: Handler) -> Handler:
        """The handler with its refusals as answers, and with the headers of its rate limit."""

        def answer(call: DiscordCall) -> Response:
            try:
                given = handler(call)
            except Refusal as refusal:
                given = self._refuse(refusal)
            allowance = self._allowances.pop(call.exchange.number, Allowance())
            headers = {**allowance.headers, **given.headers}
            return Response(given.status, given.body, headers, given.content_type, given.raw)

        return answer
