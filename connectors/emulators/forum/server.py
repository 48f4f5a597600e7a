"""The emulated forum as one HTTP server: who calls, which limits stand, and which address is answered by whom."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from aiohttp import web

from connectors.emulators.forum import responses
from connectors.emulators.forum.admin import AccountHandlers, ForumCall
from connectors.emulators.forum.categories import CategoryHandlers
from connectors.emulators.forum.connect import ConnectProvider
from connectors.emulators.forum.conversation_rules import ForumError
from connectors.emulators.forum.messages import FileHandlers, MessageHandlers
from connectors.emulators.forum.people import ForumPerson, ManualActions, actions_of
from connectors.emulators.forum.rules import ForumRules
from connectors.emulators.forum.state import SYSTEM_ID, ApiKey, ForumState, ForumUser
from connectors.emulators.shared.control import add_control
from connectors.emulators.shared.limits import RateWindow, SystemTime, system_time
from connectors.emulators.shared.server import EmulatedServer, Handler, Request, Response
from connectors.emulators.shared.webhooks import Webhook, WebhookSender, sign

ADMIN_PER_MINUTE = 60
ADDRESS_PER_MINUTE = 200
MIN_SECRET_LENGTH = 12
READ_ONLY = 503

_NAMES = {
    "id": r"\d+",
    "username": r"[^/]+?",
    "provider": r"[^/]+",
    "uid": r"[^/]+?",
    "flag": r"\w+?",
    "action": r"\w+?",
    "slug": r"[^/]+",
    "external_id": r"[\w-]+",
    "number": r"\d+",
    "group": r"[^/]+?",
    "name": r"[^/]+?",
}
_Rank = Callable[[ForumUser], bool]


class ForumEmulator(EmulatedServer[ForumState]):
    """A Discourse forum on loopback. `budget_scale` shortens the rate windows by that much; the wire clock counts them.

    Faults in its words: `rate_limited_response` is the JSON 429 with `extras`; `too_many_silent` the plain-text one of the layer in
    front, or (with status 429) a JSON one without `extras`; `server_error` an HTML page, but 503 the read-only mode.
    """

    def __init__(
        self,
        state: ForumState | None = None,
        *,
        now: Callable[[], datetime],
        seed: int = 0,
        budget_scale: float = 1.0,
        enforce_limits: bool = True,
        system_time: SystemTime = system_time,
    ) -> None:
        super().__init__(state or ForumState(), now=now, seed=seed)
        random = Random(f"forum-{seed}")
        self.api_username = "guardian"
        self.api_key = f"{random.getrandbits(256):064x}"
        self.control_token = f"{random.getrandbits(128):032x}"
        self.enforce_limits = enforce_limits
        self.hides_admin_routes = False
        self.admin_calls = RateWindow(ADMIN_PER_MINUTE, 60 / budget_scale, system_time)
        self.address_calls = RateWindow(ADDRESS_PER_MINUTE, 60 / budget_scale, system_time)
        self.webhook_sender = WebhookSender(self._hook_headers, self.faults.drops_event)
        self.rules = ForumRules(self.state, now, self.history, self.webhook_sender)
        self.manual_actions = ManualActions(self.rules)
        self.connect = ConnectProvider(now)
        self._events = 0
        self._seed_accounts()
        self._routes()
        add_control(self, self.control_token, actions_of(self.rules))

    @property
    def url(self) -> str:
        """Where clients find the forum, once started."""
        return self.origin

    async def start(self, port: int = 0) -> None:
        """Listen on loopback, and learn the forum's own address."""
        await super().start(port)
        self.state.base_url = self.origin

    async def stop(self) -> None:
        """Stop listening, and let no webhook be on its way any more."""
        await self.webhook_sender.close()
        await super().stop()

    def _seed_accounts(self) -> None:
        """The system's own account, the service's account (a moderator) and its key are there."""
        if SYSTEM_ID not in self.state.users:
            self.state.add_user("system", id=SYSTEM_ID, admin=True)
        service = self.state.find_user(self.api_username) or self.state.add_user(self.api_username, moderator=True)
        self.state.keys.append(ApiKey(self.api_key, service.id))

    # -- seeding and people

    def add_user(self, username: str, **fields: Any) -> ForumUser:
        """Add the account; `external_ids`, `admin`, `moderator`, `email` and the like may be given."""
        return self.state.add_user(username, **fields)

    def add_key(self, username: str | None) -> str:
        """A further API key, bound to that account or (None) to none."""
        user = self.state.find_user(username) if username else None
        key = f"{len(self.state.keys):064x}"
        self.state.keys.append(ApiKey(key, user.id if user else None))
        return key

    def add_webhook(self, url: str, secret: str | None = None, events: set[str] | None = None) -> Webhook:
        """The address hears of these events (None: all) from now on, and gets a ping first."""
        if secret is not None and len(secret) < MIN_SECRET_LENGTH:
            raise ValueError(f"a webhook's secret has at least {MIN_SECRET_LENGTH} characters")
        webhook = Webhook(url, secret, frozenset(events) if events is not None else None)
        self.webhook_sender.webhooks.append(webhook)
        self.webhook_sender.send_to(webhook, "ping", {"ping": "OK"})
        return webhook

    def person(self, username: str) -> ForumPerson:
        """Return the person who has that account, at the keyboard."""
        user = self.state.find_user(username)
        if user is None:
            raise KeyError(username)
        return ForumPerson(self.rules, user)

    def other_traffic(self, calls: int) -> None:
        """Use up this much of the bucket that all keys of the site share, as other integrations do."""
        self.admin_calls.fill(calls)

    # -- what judges ask

    def was_suspended(self, stable_id: str, at: datetime) -> bool:
        """Return whether the forum kept that account out at that instant: a suspension stood and had not run out."""
        return self._was_measured("suspension", stable_id, at)

    def was_silenced(self, stable_id: str, at: datetime) -> bool:
        """Return whether the account could not post at that instant."""
        return self._was_measured("silence", stable_id, at)

    def _was_measured(self, kind: str, stable_id: str, at: datetime) -> bool:
        user = self.state.users.get(int(stable_id))
        current = getattr(user, kind) if user else None
        measure = self.history.state_at(kind, stable_id, at, current and {"until": current.until.isoformat()})
        return measure is not None and datetime.fromisoformat(measure["until"]) > at

    # -- the forum's words

    def identify_caller(self, request: web.Request) -> str | None:
        """Return the account behind the key; nobody's (the empty name) without one; None for a key that is not good."""
        given = request.headers.get("Api-Key")
        if given is None:
            return ""
        key = next((k for k in self.state.keys if k.key == given), None)
        user = self.state.find_user(request.headers.get("Api-Username", ""))
        if key is None or user is None or key.user_id not in (None, user.id):
            return None
        return user.username if user.active and not user.is_suspended(self.now()) else None

    def unauthorized_response(self, call: ForumCall) -> Response:
        """Return 403: the forum does not tell a bad key from a missing right."""
        text = "You are not permitted to view the requested resource. The API username or key is invalid."
        return responses.error_response(403, text, kind="invalid_access")

    def forbidden_response(self, call: ForumCall) -> Response:
        """Return 403, as for a key without the right."""
        return responses.not_allowed_response()

    def rate_limited_response(self, call: ForumCall, retry_after: float | None) -> Response:
        """Return the admin limit's JSON with `extras`, or the plain text of the layer in front of the forum."""
        if retry_after is None:
            return Response(
                429, None, content_type="text/plain", raw=b"Slow down, too many requests from this IP address."
            )
        return _rate_limited(retry_after)

    def server_error_response(self, call: ForumCall, status: int) -> Response:
        """Return an HTML page, whatever was asked for; 503 is the read-only mode and JSON."""
        if status == READ_ONLY:
            return responses.error_response(
                503, "The site is in read only mode. Interactions are disabled.", kind="read_only"
            )
        return Response(status, None, content_type="text/html; charset=utf-8", raw=responses.HTML_FAILURE)

    def check_limits(self, call: ForumCall) -> Response | None:
        """Return the two limits: one per address, and one that all API keys of the site share."""
        if not self.enforce_limits:
            return None
        if self.address_calls.take() is not None:
            return self.rate_limited_response(call, None)
        wait = self.admin_calls.take() if call.actor else None
        return None if wait is None else _rate_limited(wait)

    def _refusal(self, call: ForumCall, fault: Any, actor: str | None) -> Response | None:
        if fault.kind == "too_many_silent" and fault.status == 429:
            return responses.error_response(429, "You have performed this action too many times.", kind="rate_limit")
        return super()._refusal(call, fault, actor)

    def _hook_headers(self, webhook: Webhook, event: str, body: bytes) -> Mapping[str, str]:
        self._events += 1
        kinds = {"reviewable": "reviewable", "post": "post", "user": "user"}
        headers = {
            "X-Discourse-Instance": self.origin,
            "X-Discourse-Event-Id": str(self._events),
            "X-Discourse-Event-Type": kinds.get(event.split("_", maxsplit=1)[0], event),
            "X-Discourse-Event": event,
        }
        return headers | ({"X-Discourse-Event-Signature": sign(webhook.secret, body)} if webhook.secret else {})

    # -- addresses

    def _routes(self) -> None:
        accounts, talk = AccountHandlers(self.rules), MessageHandlers(self.rules)
        staff, admin = _is_staff, _is_admin
        self._add("PUT", "/admin/users/{id}/suspend", "user.suspend", accounts.suspend, staff)
        self._add("PUT", "/admin/users/{id}/unsuspend", "user.unsuspend", accounts.unsuspend, staff)
        self._add("PUT", "/admin/users/{id}/silence", "user.silence", accounts.silence, staff)
        self._add("PUT", "/admin/users/{id}/unsilence", "user.unsilence", accounts.unsilence, staff)
        self._add("PUT", "/admin/users/{id}/anonymize", "user.anonymize", accounts.anonymize, staff)
        self._add("POST", "/admin/users/{id}/log_out", "user.log_out", accounts.log_out, admin)
        self._add("GET", "/admin/users/{id}", "user.detailed", accounts.detailed, staff)
        self._add("GET", "/admin/users/list/{flag}", "user.list", accounts.listed, staff)
        self._add("GET", "/admin/logs/staff_action_logs", "staff_log.list", accounts.staff_log, staff)
        self._add("GET", "/admin/site_settings", "settings.show", accounts.settings, admin)
        self._add("GET", "/site/settings", "settings.client", accounts.client_settings)
        self._add("GET", "/site/basic-info", "site.basic_info", accounts.basic_info)
        for people in ("/u", "/users"):
            self._add(
                "GET", f"{people}/by-external/{{provider}}/{{uid}}", "user.by_provider", accounts.by_provider, admin
            )
            self._add("GET", f"{people}/{{username}}/emails", "user.emails", accounts.emails)
            self._add("GET", f"{people}/{{username}}", "user.profile", accounts.profile)
        self._add("POST", "/posts", "post.create", talk.create)
        self._add("GET", "/posts/{id}", "post.show", talk.show)
        self._add("GET", "/posts/by_number/{id}/{number}", "post.by_number", talk.show)
        self._add("PUT", "/posts/{id}", "post.edit", talk.edit)
        self._add("DELETE", "/posts/{id}", "post.delete", talk.delete)
        self._add("GET", "/t/external_id/{external_id}", "topic.by_external_id", talk.by_external_id)
        self._add("GET", "/t/{id}", "topic.show", talk.topic)
        self._add("GET", "/t/{id}/posts", "topic.posts", talk.topic_posts)
        self._add("GET", "/t/{slug}/{id}", "topic.show", talk.topic)
        self._add("DELETE", "/t/{id}", "topic.delete", talk.delete_topic)
        self._add("PUT", "/t/{id}/archive-message", "topic.archive", talk.archive)
        self._add("PUT", "/t/{id}/move-to-inbox", "topic.to_inbox", talk.to_inbox)
        self._add("PUT", "/t/{id}/status", "topic.status", talk.status)
        self._add("GET", "/topics/private-messages/{username}", "messages.inbox", talk.inbox)
        self._add("GET", "/topics/private-messages-sent/{username}", "messages.sent", talk.sent)
        self._add("GET", "/topics/private-messages-group/{username}/{group}", "messages.group", talk.group_inbox)
        self._add("GET", "/groups/{name}/members", "group.members", accounts.members)
        self._add("GET", "/admin/api/web_hooks", "hooks.list", accounts.hooks, admin)
        categories = CategoryHandlers(self.rules)
        self._add("GET", "/c/{id}/show", "category.show", categories.show)
        self._add("PUT", "/categories/{id}", "category.update", categories.update)
        files = FileHandlers()
        short, original = "{short:[a-zA-Z0-9]+}", "{short:[a-zA-Z0-9]+}.{extension}"
        self.route("GET", f"/uploads/short-url/{original}", "upload.short", self._wrap_handler(files.short, None))
        self.route(
            "GET", f"/uploads/default/original/1X/{short}.bin", "upload.whole", self._wrap_handler(files.whole, None)
        )
        self._add("POST", "/post_actions", "post.flag", talk.flag)
        self._add("GET", "/review", "review.list", talk.queue, staff)
        self._add("GET", "/review/{id}", "review.show", talk.review_item, staff)
        self._add("PUT", "/review/{id}/perform/{action}", "review.perform", talk.perform, staff)
        self.route("GET", "/session/sso_provider", "sign_in.page", self.connect.page)
        self.route("POST", "/session/sso_login", "sign_in.log_in", self.connect.log_in)
        self.route("*", "/{rest:.*}", "unknown", lambda call: responses.not_found_response())

    def _add(
        self,
        method: str,
        path: str,
        operation: str,
        handler: Callable[[ForumCall], Response],
        rank: _Rank | None = None,
    ) -> None:
        """The address answers with and without `.json`, to whoever has the rank."""
        pattern = re.sub(r"{(\w+)}", lambda m: f"{{{m[1]}:{_NAMES[m[1]]}}}", path) + r"{suffix:(?:\.json)?}"
        self.route(method, pattern, operation, self._wrap_handler(handler, rank))

    def _wrap_handler(self, handler: Callable[[ForumCall], Response], rank: _Rank | None) -> Handler[ForumState]:
        def answer(call: Request[ForumState]) -> Response:
            user = call.state.find_user(call.actor) if call.actor else None
            if rank is not None and (user is None or not rank(user)):
                return (
                    responses.not_found_response()
                    if user is None or self.hides_admin_routes
                    else responses.not_allowed_response()
                )
            if call.state.read_only:
                return self._while_read_only(call, handler)
            try:
                return handler(call)
            except ForumError as refusal:
                return refusal.answer

        return answer

    def _while_read_only(self, call: ForumCall, handler: Callable[[ForumCall], Response]) -> Response:
        """Looks are answered, and say so in a header; changes are not made."""
        if call.exchange.method != "GET":
            return self.server_error_response(call, READ_ONLY)
        try:
            given = handler(call)
        except ForumError as refusal:
            given = refusal.answer
        return replace(given, headers={**given.headers, "Discourse-Readonly": "true"})


def _is_staff(user: ForumUser) -> bool:
    return user.staff


def _is_admin(user: ForumUser) -> bool:
    return user.admin


def _rate_limited(wait: float) -> Response:
    seconds = max(1, round(wait)) if wait >= 1 else wait
    body = {
        "errors": [f"You have performed this action too many times, please wait {seconds} seconds."],
        "error_type": "rate_limit",
        "extras": {"wait_seconds": seconds, "time_left": f"{seconds} seconds"},
    }
    headers = {"Retry-After": str(seconds), "Discourse-Rate-Limit-Error-Code": "admin_api_key_rate_limit"}
    return Response(429, body, headers, responses.JSON)
