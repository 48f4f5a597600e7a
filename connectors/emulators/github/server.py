"""The emulated GitHub as one HTTP server: who calls, which permissions and limits stand, which address is whose."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random

from aiohttp import web

from connectors.emulators.github import responses
from connectors.emulators.github.credentials import Credentials, Token, suffices
from connectors.emulators.github.graphql import GraphqlHandler
from connectors.emulators.github.issues import IssueHandlers
from connectors.emulators.github.limits import LimitHandlers
from connectors.emulators.github.messages import GithubError
from connectors.emulators.github.oauth import OAuthServer
from connectors.emulators.github.organization import GithubCall, OrganizationHandlers, parse_fields
from connectors.emulators.github.people import GithubPerson, ManualActions, actions_of
from connectors.emulators.github.renderer import JsonRenderer
from connectors.emulators.github.routes import (
    RequiredPermission,
    add_account_routes,
    add_issue_routes,
    add_limit_routes,
    add_team_routes,
)
from connectors.emulators.github.rules import GithubRules
from connectors.emulators.github.state import GithubAccount, GithubState, Repository, Role, Team
from connectors.emulators.shared.control import add_control
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.limits import RateWindow, SystemTime, system_time
from connectors.emulators.shared.server import EmulatedServer, Handler, Request, Response
from connectors.emulators.shared.webhooks import Webhook, WebhookSender, sign

PRIMARY_PER_HOUR = 5000
POINTS_PER_MINUTE = 900
CONTENT_PER_MINUTE = 80
WRITE_POINTS = 5
API_VERSION = "2022-11-28"
"""The version of the API whose answers these are; another one has other fields, and none named means the newest some day."""
FORBIDDEN = 403

_NAMES = {
    "account_id": r"\d+",
    "team_id": r"\d+",
    "organization_id": r"\d+",
    "invitation_id": r"\d+",
    "installation_id": r"\d+",
    "number": r"\d+",
    "comment_id": r"\d+",
}
_EVENT_PERMISSIONS = {
    "org_block": "organization_administration",
    "issues": "issues",
    "issue_comment": "issues",
    "pull_request": "pull_requests",
    "pull_request_review_comment": "pull_requests",
    "discussion": "discussions",
    "discussion_comment": "discussions",
}
"""Events come only to an app that may read what they are about."""
_CONTENT = frozenset({"issue.open", "comment.create", "invitation.create", "membership.set", "team.join"})


class GithubEmulator(EmulatedServer[GithubState]):
    """One organisation on loopback, with an app installed in it. `budget_scale` shortens the rate windows by that much.

    Faults in its words: `no_permission` is a 404; `rate_limited_response` and `too_many_silent` are a 429 of the secondary limit, or
    (with status 403) a 403 of it. `wire` is the clock of tokens and limits.
    """

    def __init__(
        self,
        state: GithubState | None = None,
        *,
        now: Callable[[], datetime],
        seed: int = 0,
        budget_scale: float = 1.0,
        enforce_limits: bool = True,
        system_time: SystemTime = system_time,
        private_key_pem: str | None = None,
    ) -> None:
        super().__init__(state or GithubState(), now=now, seed=seed)
        random = Random(f"github-{seed}")
        self.app_id, self.app_slug, self.installation_id = 4711, "guardian-app", 815
        self.webhook_secret = f"{random.getrandbits(128):032x}"
        self.control_token = f"{random.getrandbits(128):032x}"
        self.enforce_limits = enforce_limits
        self.credentials = Credentials(self.app_id, system_time, random, private_key_pem)
        self.primary = RateWindow(PRIMARY_PER_HOUR, 3600 / budget_scale, system_time)
        self.points = RateWindow(POINTS_PER_MINUTE, 60 / budget_scale, system_time)
        self.content = RateWindow(CONTENT_PER_MINUTE, 60 / budget_scale, system_time)
        self._guids = random
        self._renderer = JsonRenderer(self.state)
        self.webhook_sender = WebhookSender(self._webhook_headers, self._drops_event)
        self.rules = GithubRules(self.state, now, self.history, self.webhook_sender, self._renderer)
        self.oauth = OAuthServer(
            self.app_id, self.app_slug, self._renderer, system_time, Random(f"github-sign-in-{seed}")
        )
        self.manual_actions = ManualActions(self.rules)
        if self.state.find_account(self.bot_login) is None:
            self.state.register(self.bot_login, type="Bot")
        self._routes()
        add_control(self, self.control_token, actions_of(self.rules))

    @property
    def url(self) -> str:
        """The base address of the API, once started."""
        return self.origin

    @property
    def organization(self) -> str:
        """The organisation's login."""
        return self.state.organization

    @property
    def private_key_pem(self) -> str:
        """The app's private key."""
        return self.credentials.private_key_pem

    @property
    def bot_login(self) -> str:
        """The login under which the app acts."""
        return f"{self.app_slug}[bot]"

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; answers carry the address from then on."""
        await super().start(port)
        self._renderer.origin = self.origin

    async def stop(self) -> None:
        """Stop listening, and let no webhook be on its way any more."""
        await self.webhook_sender.close()
        await super().stop()

    # -- seeding and people

    def register(self, login: str, *, id: int | None = None, email: str | None = None) -> GithubAccount:
        """Somebody has this login; free ones, old ones too, can be taken by anybody."""
        return self.state.register(login, id=id, email=email)

    def rename(self, id: int, new: str) -> None:
        """Give the account another login; nobody has the old one until somebody registers it."""
        self.rules.rename(self.state.accounts[id], new)

    def add_member(self, login: str, role: Role = Role.MEMBER, *, id: int | None = None) -> GithubAccount:
        """Add the account as a member of the organisation."""
        account = self.state.find_account(login) or self.state.register(login, id=id)
        self.state.members[account.id] = role
        return account

    def add_team(self, slug: str, *logins: str) -> Team:
        """Add the team with these members."""
        members = {self.add_member(login).id: "member" for login in logins}
        self.state.teams[slug] = Team(self.state.next_id(), slug, slug.replace("-", " ").title(), members)
        return self.state.teams[slug]

    def add_repository(self, name: str, *, private: bool = False, collaborators: tuple[str, ...] = ()) -> Repository:
        """Add the repository, open to these people who are no members."""
        repository = Repository(id=self.state.next_id(), name=name, private=private)
        for login in collaborators:
            account = self.state.find_account(login) or self.state.register(login)
            repository.collaborators.add(account.id)
        self.state.repositories[name] = repository
        return repository

    def add_webhook(self, url: str) -> Webhook:
        """Send the app's webhook to this address from now on, signed with `webhook_secret`; a ping goes first."""
        webhook = Webhook(url, self.webhook_secret)
        self.webhook_sender.webhooks.append(webhook)
        self.webhook_sender.send_to(webhook, "ping", {"zen": "Keep it logically awesome.", "hook_id": 1})
        return webhook

    def person(self, login: str) -> GithubPerson:
        """Return the person who has that login today; renames do not part them from their account."""
        account = self.state.find_account(login)
        if account is None:
            raise KeyError(login)
        return GithubPerson(self.rules, account)

    # -- what judges ask

    def was_blocked(self, stable_id: str, at: datetime) -> bool:
        """Return whether the organisation blocked that account at that instant."""
        block = self.state.blocks.get(int(stable_id))
        today = block and {"until": block.until.isoformat() if block.until else None}
        standing = self.history.state_at("block", stable_id, at, today)
        return standing is not None and (standing["until"] is None or datetime.fromisoformat(standing["until"]) > at)

    def was_shut_out(self, stable_id: str, at: datetime) -> bool:
        """Return whether GitHub kept that account out at that instant: blocked, which members never are."""
        return self.was_blocked(stable_id, at)

    def was_member(self, stable_id: str, at: datetime) -> bool:
        """Return whether the account belonged to the organisation at that instant."""
        role = self.state.members.get(int(stable_id))
        return self.history.state_at("membership", stable_id, at, role) is not None

    # -- GitHub's words

    def identify_caller(self, request: web.Request) -> str | None:
        """Return the app (by its web token), its bot (by an installation token), a person (by theirs), or None."""
        header = request.headers.get("Authorization", "")
        by_app = request.path == "/app" or request.path.startswith("/app/") or request.path.endswith("/installation")
        if by_app:
            return self.app_slug if self.credentials.is_app(header) else None
        if request.path.startswith("/login/"):
            return "browser"
        if (holder := self.oauth.holder(header)) is not None:
            return self.state.accounts[holder].login
        return self.bot_login if self.credentials.token(header) is not None else None

    def unauthorized_response(self, call: GithubCall) -> Response:
        """Return 401."""
        return responses.error_response(401, "Bad credentials")

    def forbidden_response(self, call: GithubCall) -> Response:
        """Return 404: GitHub does not tell a missing permission from a missing thing."""
        return responses.not_found_response()

    def rate_limited_response(self, call: GithubCall, retry_after: float | None) -> Response:
        """Return the secondary limit's 429."""
        return _secondary_limit_response(429, retry_after)

    def server_error_response(self, call: GithubCall, status: int) -> Response:
        """Return an HTML page, as the layer in front of GitHub gives it."""
        page = b"<!DOCTYPE html><html><body><h1>This page is taking too long to load.</h1></body></html>"
        return Response(status, None, content_type="text/html", raw=page)

    def check_limits(self, call: GithubCall) -> Response | None:
        """Return the primary limit, the points of the secondary one, and that of calls that make content."""
        if not self.enforce_limits or call.actor != self.bot_login:
            return None
        if self.primary.take() is not None:
            return replace(
                responses.error_response(403, "API rate limit exceeded for installation."), headers=self._rate_headers()
            )
        points = 1 if call.exchange.method == "GET" else WRITE_POINTS
        wait = self.points.take(points)
        if wait is None and call.exchange.operation in _CONTENT:
            wait = self.content.take()
        return None if wait is None else _secondary_limit_response(403, wait)

    def _refusal(self, call: GithubCall, fault: Fault, actor: str | None) -> Response | None:
        limited = fault.kind in (FaultKind.TOO_MANY, FaultKind.TOO_MANY_SILENT)
        if limited and fault.status == FORBIDDEN:
            return _secondary_limit_response(403, fault.seconds if fault.kind is FaultKind.TOO_MANY else None)
        return super()._refusal(call, fault, actor)

    def _rate_headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.primary.limit),
            "X-RateLimit-Remaining": str(self.primary.remaining()),
            "X-RateLimit-Used": str(self.primary.limit - self.primary.remaining()),
            "X-RateLimit-Reset": str(int(self.primary.resets_at().timestamp()) + 1),
            "X-RateLimit-Resource": "core",
        }

    def _drops_event(self, event: str) -> bool:
        """Swallowed by a fault, or never meant for this app."""
        needed = _EVENT_PERMISSIONS.get(event)
        is_allowed = needed is None or suffices(self.state.permissions, None, needed, "read")
        is_subscribed = event == "ping" or event in self.state.events
        return not (is_allowed and is_subscribed) or self.faults.drops_event(event)

    def _webhook_headers(self, webhook: Webhook, event: str, body: bytes) -> Mapping[str, str]:
        headers = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid.UUID(int=self._guids.getrandbits(128), version=4)),
            "X-GitHub-Hook-ID": "1",
            "X-GitHub-Hook-Installation-Target-ID": str(self.app_id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
        }
        return headers | ({"X-Hub-Signature-256": sign(webhook.secret, body)} if webhook.secret else {})

    # -- the app's own calls

    def _app(self, call: GithubCall) -> Response:
        return responses.ok_response(self._renderer.app(self.app_id, self.app_slug))

    def _installation(self, call: GithubCall) -> Response:
        if int(call.params.get("installation_id", self.installation_id)) != self.installation_id:
            return responses.not_found_response()
        return responses.ok_response(self._renderer.installation(self.installation_id, self.app_id, self.app_slug))

    def _webhook_config(self, call: GithubCall) -> Response:
        """Where the app's webhook goes; the secret is never shown."""
        config = {"content_type": "json", "insecure_ssl": "0" if self.state.hook_ssl else "1"}
        if self.webhook_sender.webhooks:
            config |= {"url": self.webhook_sender.webhooks[0].url, "secret": "********"}
        return responses.ok_response(config)

    def _new_token(self, call: GithubCall) -> Response:
        if int(call.params["installation_id"]) != self.installation_id:
            return responses.not_found_response()
        wanted = parse_fields(call).get("permissions") or None
        granted = self.state.permissions
        if wanted and not all(suffices(granted, None, name, level) for name, level in wanted.items()):
            return responses.error_response(422, "The permissions requested are not granted to this installation.")
        name, token = self.credentials.issue(wanted)
        body = {
            "token": name,
            "expires_at": responses.format_instant(token.expires_at),
            "permissions": wanted or dict(granted),
        }
        return responses.ok_response(body | {"repository_selection": "all"}, 201)

    def _rate_limit(self, call: GithubCall) -> Response:
        left, reset = self.primary.remaining(), int(self.primary.resets_at().timestamp()) + 1
        rate = {"limit": self.primary.limit, "remaining": left, "reset": reset, "used": self.primary.limit - left}
        return responses.ok_response({"resources": {"core": rate, "search": rate}, "rate": rate})

    # -- addresses

    def _routes(self) -> None:
        self._add("GET", "/app", "app.show", self._app)
        self._add("GET", "/app/hook/config", "app.hook", self._webhook_config)
        self._add("GET", "/app/installations/{installation_id}", "installation.show", self._installation)
        self._add("GET", "/orgs/{org}/installation", "installation.of_organization", self._installation)
        self._add("POST", "/app/installations/{installation_id}/access_tokens", "token.create", self._new_token)
        self._add("GET", "/rate_limit", "rate_limit.show", self._rate_limit)
        organization = OrganizationHandlers(self.rules, self._renderer)
        add_account_routes(self._add, organization)
        add_team_routes(self._add, organization)
        add_limit_routes(self._add, LimitHandlers(self.rules))
        add_issue_routes(self._add, IssueHandlers(self.rules, self._renderer))
        self._add(
            "POST", "/graphql", "graphql", GraphqlHandler(self.rules, self._renderer, self._has_permission).answer
        )
        self._add("GET", "/login/oauth/authorize", "sign_in.page", self.oauth.page)
        self._add("POST", "/login/oauth/authorize", "sign_in.agree", self.oauth.agree)
        self._add("POST", "/login/oauth/access_token", "sign_in.exchange", self.oauth.exchange)
        self._add("GET", "/user", "user.show", self.oauth.user)
        self.route("*", "/{rest:.*}", "unknown", lambda call: responses.not_found_response())

    def _add(
        self,
        method: str,
        path: str,
        operation: str,
        handler: Callable[[GithubCall], Response],
        needs: RequiredPermission | None = None,
    ) -> None:
        """The address answers to whoever has the permission, for this organisation alone."""
        pattern = re.sub(r"{(\w+)}", lambda m: f"{{{m[1]}:{_NAMES.get(m[1], '[^/]+')}}}", path)
        self.route(method, pattern, operation, self._wrap_handler(handler, needs))

    def _wrap_handler(
        self, handler: Callable[[GithubCall], Response], needs: RequiredPermission | None
    ) -> Handler[GithubState]:
        def answer(call: Request[GithubState]) -> Response:
            return self._with_rate_headers(call, self._handle(call, handler, needs))

        return answer

    def _handle(
        self, call: GithubCall, handler: Callable[[GithubCall], Response], needs: RequiredPermission | None
    ) -> Response:
        if call.params.get("org", self.organization).lower() != self.organization.lower():
            return responses.not_found_response()
        if needs is not None and not self._is_permitted(call, needs):
            return responses.not_found_response() if needs.hidden else responses.forbidden_response()
        if not call.exchange.path.startswith("/login/") and call.headers.get("X-GitHub-Api-Version") != API_VERSION:
            return responses.error_response(400, "The API version that was asked for is not one of this organisation.")
        try:
            return handler(call)
        except GithubError as refusal:
            return refusal.answer

    def _is_permitted(self, call: GithubCall, needs: RequiredPermission) -> bool:
        names = (needs.permission, *([needs.otherwise] if needs.otherwise else []))
        return any(self._has_permission(call, name, needs.level) for name in names)

    def _has_permission(self, call: GithubCall, permission: str, level: str) -> bool:
        token: Token | None = self.credentials.token(call.headers.get("Authorization", ""))
        return token is not None and suffices(self.state.permissions, token.narrowed, permission, level)

    def _with_rate_headers(self, call: GithubCall, reply: Response) -> Response:
        if call.actor != self.bot_login:
            return reply
        return replace(reply, headers={**self._rate_headers(), **reply.headers})


def _secondary_limit_response(status: int, retry_after: float | None) -> Response:
    text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    headers = (
        {} if retry_after is None else {"Retry-After": f"{retry_after:g}" if retry_after < 1 else f"{retry_after:.0f}"}
    )
    return replace(responses.error_response(status, text), headers=headers)
