"""What `guardian check` asks about the doors on the forum: our inbox, our group, and that no webhook brings us what is private."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from connectors.forum.connection import ForumConnection
from connectors.forum.permissions import ANONYMOUS_MODE, EVENTS, GROUP, HIDDEN_REASONS, KEY, MESSAGES
from connectors.http import CallFailed
from guardian.spaces.outcomes import Forbidden, Gone
from guardian.spaces.port import CheckResult

_EXPECTED_EVENTS: Final = frozenset({"user", "reviewable"})
_ANONYMOUS: Final = ("allow_anonymous_mode", "allow_anonymous_posting")
"""The switch of the anonymous mode, and the one of older forums."""
_UNREADABLE: Final = (
    "Whether the forum sends us what we ask for, and no more, can be read with an administrator's key only: please see "
    "that a webhook leads to us, that it has the events of users and of the review queue (reviewable), and that none "
    "that leads to us has the events of posts, topics, chat or notifications, or all events."
)


class ForumChecks:
    """Looks for `guardian check`; each ends in one finding, or in Failed where the forum gave no answer."""

    def __init__(self, connection: ForumConnection, require_staff_key: Callable[[], Awaitable[None]]) -> None:
        self._config, self._client, self._caller = connection.config, connection.client, connection.caller
        self._require_staff_key = require_staff_key

    async def check_inbox(self) -> CheckResult:
        """Return whether the private messages to our account can be read."""
        try:
            await self._caller.request(lambda: self._client.inbox(0))
        except CallFailed as failed:
            if not isinstance(failed.outcome, Forbidden | Gone):
                raise
            return MESSAGES.result("The private messages to our account cannot be read.", ok=False)
        return CheckResult("The private messages to our account are read.", ok=True)

    async def check_group(self, name: str) -> CheckResult:
        """Return whether our account is in the group whose messages are reports, and alone there."""
        try:
            answer: Any = await self._caller.request(lambda: self._client.members_of(name))
        except CallFailed as failed:
            if not isinstance(failed.outcome, Forbidden | Gone):
                raise
            return _group_result("The forum has no such group as is configured, or does not show it to us.")
        names = {str(each.get("username", "")).casefold() for each in answer.get("members") or ()}
        if self._config.api_username.casefold() not in names:
            return _group_result("Our account is not in the group that is configured.")
        if len(names) > 1:
            return CheckResult(
                "The group whose messages are reports has other members.",
                ok=False,
                remedy="Leave nobody in it but our account: whoever is in it reads every report that is sent to it.",
                impact="Reports are read by people whom nobody chose for it, and who may be named in them.",
            )
        return CheckResult("The group whose messages are reports has no member but our account.", ok=True)

    async def check_key(self) -> CheckResult:
        """Return whether our key may look at what staff look at."""
        try:
            await self._require_staff_key()
        except CallFailed as failed:
            if not isinstance(failed.outcome, Forbidden):
                raise
            return KEY.result("The forum's API key has no staff rights.", ok=False)
        return KEY.result("The forum's API key has staff rights.", ok=True)

    async def check_suspension_reasons(self) -> CheckResult:
        """Return whether the forum keeps the reason of a suspension off public profiles."""
        settings: Any = await self._caller.request(self._client.settings)
        if not isinstance(settings, dict) or HIDDEN_REASONS.api_name not in settings:
            what = "The forum does not say whether it hides suspension reasons."
            return HIDDEN_REASONS.result(what, ok=False)
        if str(settings[HIDDEN_REASONS.api_name]).lower() == "true":
            return HIDDEN_REASONS.result("The forum shows suspension reasons to its staff alone.", ok=True)
        what = "The forum shows the reason of a suspension on the person's public profile."
        return HIDDEN_REASONS.result(what, ok=False)

    async def check_anonymous_mode(self) -> CheckResult:
        """Return whether nobody can go on under a nameless account of the forum's anonymous mode."""
        settings: Any = await self._caller.request(self._client.settings)
        said = (
            [str(settings[name]).lower() for name in _ANONYMOUS if name in settings]
            if isinstance(settings, dict)
            else []
        )
        if not said:
            what = "The forum does not say whether it has an anonymous mode."
            return ANONYMOUS_MODE.result(what, ok=False)
        if any(value != "false" for value in said):
            what = "The forum has its anonymous mode switched on."
            return ANONYMOUS_MODE.result(what, ok=False)
        return ANONYMOUS_MODE.result("The forum has no anonymous mode.", ok=True)

    async def check_writable(self) -> CheckResult:
        """Return whether the forum takes changes just now."""

        def fresh() -> bool:
            self._client.profile(self._config.api_username)
            return self._client.is_read_only()

        if not await self._caller.request(fresh):
            return CheckResult("The forum takes changes.", ok=True)
        return CheckResult(
            "The forum is in its read-only mode.",
            ok=False,
            remedy="An administrator ends it (Admin, Backups), or waits until a backup is through.",
            impact="Nobody can be restricted or lifted, and nothing can be written to anybody, until it ends.",
        )

    async def check_webhooks(self) -> CheckResult:
        """Return whether a webhook leads to us with our events, and with none that would bring private messages."""
        try:
            webhooks: Any = await self._caller.request(self._client.hooks)
        except CallFailed as failed:
            if isinstance(failed.outcome, Forbidden | Gone):
                return CheckResult(_UNREADABLE, ok=True)
            raise
        ours = [webhook for webhook in webhooks if f"/hooks/{self._config.name}" in str(webhook.get("payload_url"))]
        if any(webhook.get("wildcard_web_hook") or _sends_too_much(webhook) for webhook in ours):
            return CheckResult(
                "A webhook of the forum sends us more than we ask for, everybody's private messages perhaps.",
                ok=False,
                remedy="Leave only the events of users and of the review queue (reviewable) in the webhook.",
                impact="Every private message of the forum may pass through us. Nothing of it is kept, and none of it is ours.",
            )
        active = [webhook for webhook in ours if webhook.get("active", True)]
        if not active:
            return self._no_webhook_result()
        events = {
            str(event.get("name", "")) for webhook in active for event in webhook.get("web_hook_event_types") or ()
        }
        missing = next((requirement for requirement in EVENTS if requirement.api_name not in events), None)
        if missing is not None:
            return missing.result(f"The forum does not tell us of the event {missing.label}.", ok=False)
        return CheckResult("A webhook of the forum sends us what we ask for, and no more.", ok=True)

    def _no_webhook_result(self) -> CheckResult:
        return CheckResult(
            "No webhook of the forum that is switched on leads to us.",
            ok=False,
            remedy=f"Make a webhook to https://your.address/hooks/{self._config.name}, with the events of users and of the "
            "review queue (reviewable), and with no others.",
            impact="A suspension lifted by hand, and a flag, are noticed when we next look only.",
        )


def _sends_too_much(webhook: Any) -> bool:
    kinds = {str(event.get("name", "")).partition("_")[0] for event in webhook.get("web_hook_event_types") or ()}
    return bool(kinds - _EXPECTED_EVENTS)


def _group_result(summary: str) -> CheckResult:
    return GROUP.result(summary, ok=False)
