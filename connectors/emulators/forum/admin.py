"""The forum's answers about accounts: looking them up, measures against them, the staff log, the settings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.emulators.forum import responses
from connectors.emulators.forum.conversation_rules import ForumError
from connectors.emulators.forum.profiles import profile_for_staff
from connectors.emulators.forum.rules import ForumRules
from connectors.emulators.forum.state import ForumState, ForumUser
from connectors.emulators.shared.server import Request, Response

LIST_PAGE = 100
LOG_PAGE = 200

ForumCall = Request[ForumState]


class AccountHandlers:
    """Handlers about accounts. `who` turns a call into the account that makes it."""

    def __init__(self, rules: ForumRules) -> None:
        self._rules = rules
        self._list_cache: tuple[object, list[ForumUser]] = (None, [])

    # -- measures

    def suspend(self, call: ForumCall) -> Response:
        """Answer PUT /admin/users/{id}/suspend"""
        user, body = require_target(call), parse_fields(call)
        by = require_caller(call)
        self._rules.suspend(
            user, body.get("suspend_until"), body.get("reason"), by, body.get("message"), on=call.exchange
        )
        self._delete_post(call, by, body)
        return responses.ok_response(responses.suspension(call.state, user))

    def unsuspend(self, call: ForumCall) -> Response:
        """Answer PUT /admin/users/{id}/unsuspend"""
        self._rules.unsuspend(require_target(call), require_caller(call), on=call.exchange)
        return responses.ok_response({"suspension": {"suspended_till": None, "suspended_at": None}})

    def silence(self, call: ForumCall) -> Response:
        """Answer PUT /admin/users/{id}/silence"""
        user, body = require_target(call), parse_fields(call)
        by = require_caller(call)
        self._rules.silence(
            user, body.get("silenced_till"), body.get("reason"), by, body.get("message"), on=call.exchange
        )
        self._delete_post(call, by, body)
        return responses.ok_response(responses.silence(call.state, user))

    def unsilence(self, call: ForumCall) -> Response:
        """Answer PUT /admin/users/{id}/unsilence"""
        self._rules.unsilence(require_target(call), require_caller(call), on=call.exchange)
        body = {"silenced": False, "silence_reason": None, "silenced_till": None, "silenced_at": None}
        return responses.ok_response({"unsilence": body})

    def log_out(self, call: ForumCall) -> Response:
        """Answer POST /admin/users/{id}/log_out"""
        self._rules.log_out(require_target(call))
        return responses.ok_response({"success": "OK"})

    def anonymize(self, call: ForumCall) -> Response:
        """Answer PUT /admin/users/{id}/anonymize"""
        user = require_target(call)
        self._rules.anonymize(user, call.actor, on=call.exchange)
        return responses.ok_response({"success": "OK", "username": user.username})

    def _delete_post(self, call: ForumCall, by: ForumUser, body: Mapping[str, Any]) -> None:
        post = call.state.posts.get(parse_number(body.get("post_id")))
        if post is not None and str(body.get("post_action", "none")).startswith("delete"):
            self._rules.delete(post, by, on=call.exchange)

    # -- looking up

    def detailed(self, call: ForumCall) -> Response:
        """Answer GET /admin/users/{id}"""
        return responses.ok_response(responses.detailed(call.state, require_target(call), self._rules.now()))

    def listed(self, call: ForumCall) -> Response:
        """Answer GET /admin/users/list/{flag}: a bare array, a hundred a page, the first page being 1; always by id."""
        now, query = self._rules.now(), call.query
        users = self._select_users(call.state, call.params["flag"], now)
        if wanted := (query.get("filter") or query.get("email") or "").lower():
            users = [u for u in users if wanted in u.username.lower() or wanted == u.email.lower()]
        if "order" in query and query.get("asc") != "true":
            users = users[::-1]
        size = call.state.page_size(LIST_PAGE)
        start = 0 if call.state.repeats_page else max(parse_number(query.get("page")) - 1, 0) * size
        with_email = query.get("show_emails") == "true" or "email" in query
        return responses.ok_response([responses.listed(u, now, with_email) for u in users[start : start + size]])

    def _select_users(self, state: ForumState, flag: str, now: datetime) -> list[ForumUser]:
        """The accounts under a flag by id. A list that is read page by page is made once, not once a page."""
        if flag not in ("suspended", "silenced"):
            return [u for u in state.users.values() if u.id > 0 and (flag != "staff" or u.staff)]
        key = (id(state), flag, now, state.measures)
        if self._list_cache[0] != key:
            measured = (state.users[i] for i in sorted(state.measured))
            chosen = [u for u in measured if (u.is_suspended(now) if flag == "suspended" else u.is_silenced(now))]
            self._list_cache = (key, chosen)
        return self._list_cache[1]

    def profile(self, call: ForumCall) -> Response:
        """Answer GET /u/{username}, for anybody"""
        user = call.state.find_user(call.params["username"])
        viewer = find_viewer(call)
        if user is None or (not user.active and not (viewer and viewer.staff)):
            return responses.not_found_response()
        if viewer is not None and viewer.staff:
            return self._full_profile(user)
        with_reason = not call.state.settings["hide_suspension_reasons"] or (
            viewer is not None and viewer.id == user.id
        )
        return responses.ok_response(
            {"user": responses.profile(user, self._rules.now(), with_reason), "user_badges": []}
        )

    def by_provider(self, call: ForumCall) -> Response:
        """Answer GET /u/by-external/{provider}/{uid}, for administrators alone"""
        if call.params["provider"] not in call.state.providers:
            return responses.not_found_response()
        user = call.state.find_linked(call.params["provider"], call.params["uid"])
        return responses.not_found_response() if user is None else self._full_profile(user)

    def _full_profile(self, user: ForumUser) -> Response:
        return responses.ok_response({"user": profile_for_staff(user, self._rules.now()), "user_badges": []})

    def emails(self, call: ForumCall) -> Response:
        """Answer GET /u/{username}/emails"""
        viewer, user = find_viewer(call), call.state.find_user(call.params["username"])
        allowed = viewer is not None and (
            viewer.admin or (viewer.moderator and call.state.settings["moderators_view_emails"])
        )
        if not allowed:
            return responses.not_allowed_response()
        if user is None:
            return responses.not_found_response()
        accounts = [{"name": p, "description": user.username} for p in user.external_ids]
        lists: dict[str, Any] = {"secondary_emails": [], "unconfirmed_emails": [], "associated_accounts": accounts}
        return responses.ok_response({"email": user.email} | lists)

    # -- log and settings

    def staff_log(self, call: ForumCall) -> Response:
        """Answer GET /admin/logs/staff_action_logs: newest first, filtered by action, author, target or subject"""
        query, state = call.query, call.state
        lines = [responses.staff_action(state, line) for line in reversed(state.staff_log)]
        for name, field in (("acting_user", "acting_user"), ("target_user", "target_user")):
            if query.get(name):
                lines = [x for x in lines if x[field] and x[field]["username"].lower() == query[name].lower()]
        if action := (query.get("action_name") or query.get("action")):
            lines = [x for x in lines if x["action_name"] == action]
        if query.get("subject"):
            lines = [x for x in lines if x["subject"] == query["subject"]]
        size = min(parse_number(query.get("limit")) or LOG_PAGE, LOG_PAGE)
        start = parse_number(query.get("page")) * size
        return responses.ok_response(
            {"staff_action_logs": lines[start : start + size], "extras": {"user_history_actions": []}}
        )

    def settings(self, call: ForumCall) -> Response:
        """Answer GET /admin/site_settings, for administrators alone"""
        rows = [
            {"setting": name, "value": _setting(value), "default": _setting(value), "type": type(value).__name__}
            for name, value in call.state.settings.items()
        ]
        return responses.ok_response({"site_settings": rows, "diags": None})

    def members(self, call: ForumCall) -> Response:
        """Answer GET /groups/{name}/members"""
        ids = call.state.members_of(call.params["name"])
        if ids is None:
            return responses.not_found_response()
        rows = [responses.group_member(call.state.users[i]) for i in sorted(ids)]
        meta = {"total": len(rows), "limit": 50, "offset": 0}
        return responses.ok_response({"members": rows[:50], "owners": [], "meta": meta})

    def hooks(self, call: ForumCall) -> Response:
        """Answer GET /admin/api/web_hooks, for administrators alone"""
        rows = [
            responses.webhook(i, webhook.url, webhook.events)
            for i, webhook in enumerate(self._rules.webhook_sender.webhooks, 1)
        ]
        return responses.ok_response(
            {"web_hooks": rows, "total_rows_web_hooks": len(rows), "load_more_web_hooks": None}
        )

    def client_settings(self, call: ForumCall) -> Response:
        """Answer GET /site/settings: the settings that a browser needs, for anybody"""
        return responses.ok_response(dict(call.state.settings))

    def basic_info(self, call: ForumCall) -> Response:
        """Answer GET /site/basic-info"""
        pictures = ("logo_url", "logo_small_url", "apple_touch_icon_url", "favicon_url", "mobile_logo_url")
        page: dict[str, Any] = dict.fromkeys(pictures, "/images/logo.png")
        page |= {"title": call.state.title, "description": "", "header_primary_color": "333333"}
        page |= {"header_background_color": "ffffff", "login_required": False, "locale": "en"}
        return responses.ok_response(page | {"include_in_discourse_discover": False})


def _setting(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_fields(call: ForumCall) -> dict[str, Any]:
    """Return the body's fields, JSON or form."""
    return call.body if isinstance(call.body, dict) else {}


def parse_number(value: Any) -> int:
    """Return the value as a whole number; 0 where it is none."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def find_viewer(call: ForumCall) -> ForumUser | None:
    """Return whose key it is; None for a reader without one."""
    return call.state.find_user(call.actor) if call.actor else None


def require_caller(call: ForumCall) -> ForumUser:
    """Whose key it is, where one is needed."""
    user = find_viewer(call)
    if user is None:
        raise ForumError(responses.not_allowed_response())
    return user


def require_target(call: ForumCall) -> ForumUser:
    """Return the account that the address names by its id."""
    user = call.state.users.get(int(call.params["id"]))
    if user is None:
        raise ForumError(responses.not_found_response())
    return user
