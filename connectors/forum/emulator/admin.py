"""The forum's answers about accounts: looking them up, measures against them, the staff log, the settings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.emulation.server import Answer, Call
from connectors.forum.emulator import answers
from connectors.forum.emulator.profiles import profile_for_staff
from connectors.forum.emulator.rules import ForumRules, Refusal
from connectors.forum.emulator.state import ForumState, ForumUser

LIST_PAGE = 100
LOG_PAGE = 200

ForumCall = Call[ForumState]


class Accounts:
    """Handlers about accounts. `who` turns a call into the account that makes it."""

    def __init__(self, rules: ForumRules) -> None:
        self._rules = rules
        self._listed: tuple[object, list[ForumUser]] = (None, [])

    # -- measures

    def suspend(self, call: ForumCall) -> Answer:
        """PUT /admin/users/{id}/suspend"""
        user, wish = target(call), fields(call)
        by = caller(call)
        self._rules.suspend(
            user, wish.get("suspend_until"), wish.get("reason"), by, wish.get("message"), on=call.exchange
        )
        self._with_post(call, by, wish)
        return answers.ok(answers.suspension(call.state, user))

    def unsuspend(self, call: ForumCall) -> Answer:
        """PUT /admin/users/{id}/unsuspend"""
        self._rules.unsuspend(target(call), caller(call), on=call.exchange)
        return answers.ok({"suspension": {"suspended_till": None, "suspended_at": None}})

    def silence(self, call: ForumCall) -> Answer:
        """PUT /admin/users/{id}/silence"""
        user, wish = target(call), fields(call)
        by = caller(call)
        self._rules.silence(
            user, wish.get("silenced_till"), wish.get("reason"), by, wish.get("message"), on=call.exchange
        )
        self._with_post(call, by, wish)
        return answers.ok(answers.silence(call.state, user, self._rules.now()))

    def unsilence(self, call: ForumCall) -> Answer:
        """PUT /admin/users/{id}/unsilence"""
        self._rules.unsilence(target(call), caller(call), on=call.exchange)
        body = {"silenced": False, "silence_reason": None, "silenced_till": None, "silenced_at": None}
        return answers.ok({"unsilence": body})

    def log_out(self, call: ForumCall) -> Answer:
        """POST /admin/users/{id}/log_out"""
        self._rules.log_out(target(call))
        return answers.ok({"success": "OK"})

    def anonymize(self, call: ForumCall) -> Answer:
        """PUT /admin/users/{id}/anonymize"""
        user = target(call)
        self._rules.anonymize(user, call.actor, on=call.exchange)
        return answers.ok({"success": "OK", "username": user.username})

    def _with_post(self, call: ForumCall, by: ForumUser, wish: Mapping[str, Any]) -> None:
        post = call.state.posts.get(number(wish.get("post_id")))
        if post is not None and str(wish.get("post_action", "none")).startswith("delete"):
            self._rules.delete(post, by, on=call.exchange)

    # -- looking up

    def detailed(self, call: ForumCall) -> Answer:
        """GET /admin/users/{id}"""
        return answers.ok(answers.detailed(call.state, target(call), self._rules.now()))

    def listed(self, call: ForumCall) -> Answer:
        """GET /admin/users/list/{flag}: a bare array, a hundred a page, the first page being 1; always by id."""
        now, query = self._rules.now(), call.query
        users = self._chosen(call.state, call.params["flag"], now)
        if wanted := (query.get("filter") or query.get("email") or "").lower():
            users = [u for u in users if wanted in u.username.lower() or wanted == u.email.lower()]
        if "order" in query and query.get("asc") != "true":
            users = users[::-1]
        start = max(number(query.get("page")) - 1, 0) * LIST_PAGE
        with_email = query.get("show_emails") == "true" or "email" in query
        return answers.ok([answers.listed(u, now, with_email) for u in users[start : start + LIST_PAGE]])

    def _chosen(self, state: ForumState, flag: str, now: datetime) -> list[ForumUser]:
        """The accounts under a flag by id. A list that is read page by page is made once, not once a page."""
        if flag not in ("suspended", "silenced"):
            return [u for u in state.users.values() if u.id > 0 and (flag != "staff" or u.staff)]
        key = (id(state), flag, now, state.measures)
        if self._listed[0] != key:
            measured = (state.users[i] for i in sorted(state.measured))
            chosen = [u for u in measured if (u.suspended(now) if flag == "suspended" else u.silenced(now))]
            self._listed = (key, chosen)
        return self._listed[1]

    def profile(self, call: ForumCall) -> Answer:
        """GET /u/{username}, for anybody"""
        user = call.state.named(call.params["username"])
        viewer = viewer_of(call)
        if user is None or (not user.active and not (viewer and viewer.staff)):
            return answers.not_found()
        if viewer is not None and viewer.staff:
            return self._full_profile(user)
        with_reason = not call.state.settings["hide_suspension_reasons"] or (
            viewer is not None and viewer.id == user.id
        )
        return answers.ok({"user": answers.profile(user, self._rules.now(), with_reason), "user_badges": []})

    def by_provider(self, call: ForumCall) -> Answer:
        """GET /u/by-external/{provider}/{uid}, for administrators alone"""
        if call.params["provider"] not in call.state.providers:
            return answers.not_found()
        user = call.state.linked(call.params["provider"], call.params["uid"])
        return answers.not_found() if user is None else self._full_profile(user)

    def _full_profile(self, user: ForumUser) -> Answer:
        return answers.ok({"user": profile_for_staff(user, self._rules.now()), "user_badges": []})

    def emails(self, call: ForumCall) -> Answer:
        """GET /u/{username}/emails"""
        viewer, user = viewer_of(call), call.state.named(call.params["username"])
        allowed = viewer is not None and (
            viewer.admin or (viewer.moderator and call.state.settings["moderators_view_emails"])
        )
        if not allowed:
            return answers.not_allowed()
        if user is None:
            return answers.not_found()
        accounts = [{"name": p, "description": user.username} for p in user.external_ids]
        lists: dict[str, Any] = {"secondary_emails": [], "unconfirmed_emails": [], "associated_accounts": accounts}
        return answers.ok({"email": user.email} | lists)

    # -- log and settings

    def staff_log(self, call: ForumCall) -> Answer:
        """GET /admin/logs/staff_action_logs: newest first, filtered by action, author, target or subject"""
        query, state = call.query, call.state
        lines = [answers.staff_action(state, line) for line in reversed(state.staff_log)]
        for name, field in (("acting_user", "acting_user"), ("target_user", "target_user")):
            if query.get(name):
                lines = [x for x in lines if x[field] and x[field]["username"].lower() == query[name].lower()]
        if action := (query.get("action_name") or query.get("action")):
            lines = [x for x in lines if x["action_name"] == action]
        if query.get("subject"):
            lines = [x for x in lines if x["subject"] == query["subject"]]
        size = min(number(query.get("limit")) or LOG_PAGE, LOG_PAGE)
        start = number(query.get("page")) * size
        return answers.ok({"staff_action_logs": lines[start : start + size], "extras": {"user_history_actions": []}})

    def settings(self, call: ForumCall) -> Answer:
        """GET /admin/site_settings, for administrators alone"""
        rows = [
            {"setting": name, "value": _setting(value), "default": _setting(value), "type": type(value).__name__}
            for name, value in call.state.settings.items()
        ]
        return answers.ok({"site_settings": rows, "diags": None})

    def members(self, call: ForumCall) -> Answer:
        """GET /groups/{name}/members"""
        ids = call.state.members_of(call.params["name"])
        if ids is None:
            return answers.not_found()
        rows = [answers.group_member(call.state.users[i]) for i in sorted(ids)]
        meta = {"total": len(rows), "limit": 50, "offset": 0}
        return answers.ok({"members": rows[:50], "owners": [], "meta": meta})

    def hooks(self, call: ForumCall) -> Answer:
        """GET /admin/api/web_hooks, for administrators alone"""
        rows = [answers.hook(i, hook.url, hook.events) for i, hook in enumerate(self._rules.postman.hooks, 1)]
        return answers.ok({"web_hooks": rows, "total_rows_web_hooks": len(rows), "load_more_web_hooks": None})

    def client_settings(self, call: ForumCall) -> Answer:
        """GET /site/settings: the settings that a browser needs, for anybody"""
        return answers.ok(dict(call.state.settings))

    def basic_info(self, call: ForumCall) -> Answer:
        """GET /site/basic-info"""
        pictures = ("logo_url", "logo_small_url", "apple_touch_icon_url", "favicon_url", "mobile_logo_url")
        page: dict[str, Any] = dict.fromkeys(pictures, "/images/logo.png")
        page |= {"title": call.state.title, "description": "", "header_primary_color": "333333"}
        page |= {"header_background_color": "ffffff", "login_required": False, "locale": "en"}
        return answers.ok(page | {"include_in_discourse_discover": False})


def _setting(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def fields(call: ForumCall) -> dict[str, Any]:
    """The body's fields, JSON or form."""
    return call.body if isinstance(call.body, dict) else {}


def number(value: Any) -> int:
    """The value as a whole number; 0 where it is none."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def viewer_of(call: ForumCall) -> ForumUser | None:
    """Whose key it is; None for a reader without one."""
    return call.state.named(call.actor) if call.actor else None


def caller(call: ForumCall) -> ForumUser:
    """Whose key it is, where one is needed."""
    user = viewer_of(call)
    if user is None:
        raise Refusal(answers.not_allowed())
    return user


def target(call: ForumCall) -> ForumUser:
    """The account that the address names by its id."""
    user = call.state.users.get(int(call.params["id"]))
    if user is None:
        raise Refusal(answers.not_found())
    return user
