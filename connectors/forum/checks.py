"""What `guardian check` asks about the doors on the forum: our inbox, our group, and that no webhook brings us what is private."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from connectors.forum.permissions import EVENTS, GROUP, HIDDEN_REASONS, KEY, MESSAGES
from connectors.forum.wire import Wire
from connectors.http import Failed
from guardian.spaces.outcomes import Forbidden, Gone
from guardian.spaces.port import Finding

_WELCOME: Final = frozenset({"user", "reviewable"})
_UNREADABLE: Final = (
    "Whether the forum sends us what we ask for, and no more, can be read with an administrator's key only: please see "
    "that a webhook leads to us, that it has the events of users and of the review queue (reviewable), and that none "
    "that leads to us has the events of posts, topics, chat or notifications, or all events."
)


class Checks:
    """Looks for `guardian check`; each ends in one finding, or in Failed where the forum gave no answer."""

    def __init__(self, wire: Wire, prove_staff: Callable[[], Awaitable[None]]) -> None:
        self._config, self._forum, self._line = wire.config, wire.forum, wire.line
        self._prove_staff = prove_staff

    async def inbox(self) -> Finding:
        """Whether the private messages to our account can be read."""
        try:
            await self._line.ask(lambda: self._forum.inbox(0))
        except Failed as failed:
            if not isinstance(failed.outcome, Forbidden | Gone):
                raise
            return MESSAGES.finding("The private messages to our account cannot be read.", well=False)
        return Finding("The private messages to our account are read.", well=True)

    async def group(self, name: str) -> Finding:
        """Whether our account is in the group whose messages are reports, and alone there."""
        try:
            answer: Any = await self._line.ask(lambda: self._forum.members_of(name))
        except Failed as failed:
            if not isinstance(failed.outcome, Forbidden | Gone):
                raise
            return _group("The forum has no such group as is configured, or does not show it to us.")
        names = {str(each.get("username", "")).casefold() for each in answer.get("members") or ()}
        if self._config.api_username.casefold() not in names:
            return _group("Our account is not in the group that is configured.")
        if len(names) > 1:
            return Finding(
                "The group whose messages are reports has other members.",
                well=False,
                remedy="Leave nobody in it but our account: whoever is in it reads every report that is sent to it.",
                breaks="Reports are read by people whom nobody chose for it, and who may be named in them.",
            )
        return Finding("The group whose messages are reports has no member but our account.", well=True)

    async def key(self) -> Finding:
        """Whether our key may look at what staff look at."""
        try:
            await self._prove_staff()
        except Failed as failed:
            if not isinstance(failed.outcome, Forbidden):
                raise
            return KEY.finding("The forum's API key has no staff rights.", well=False)
        return KEY.finding("The forum's API key has staff rights.", well=True)

    async def reasons(self) -> Finding:
        """Whether the forum keeps the reason of a suspension off public profiles."""
        settings: Any = await self._line.ask(self._forum.settings)
        if not isinstance(settings, dict) or HIDDEN_REASONS.key not in settings:
            what = "The forum does not say whether it hides suspension reasons."
            return HIDDEN_REASONS.finding(what, well=False)
        if str(settings[HIDDEN_REASONS.key]).lower() == "true":
            return HIDDEN_REASONS.finding("The forum shows suspension reasons to its staff alone.", well=True)
        what = "The forum shows the reason of a suspension on the person's public profile."
        return HIDDEN_REASONS.finding(what, well=False)

    async def writing(self) -> Finding:
        """Whether the forum takes changes just now."""

        def fresh() -> bool:
            self._forum.profile(self._config.api_username)
            return self._forum.is_read_only()

        if not await self._line.ask(fresh):
            return Finding("The forum takes changes.", well=True)
        return Finding(
            "The forum is in its read-only mode.",
            well=False,
            remedy="An administrator ends it (Admin, Backups), or waits until a backup is through.",
            breaks="Nobody can be restricted or lifted, and nothing can be written to anybody, until it ends.",
        )

    async def hooks(self) -> Finding:
        """Whether a webhook leads to us with the events that we ask for, and with none that would bring private messages."""
        try:
            hooks: Any = await self._line.ask(self._forum.hooks)
        except Failed as failed:
            if isinstance(failed.outcome, Forbidden | Gone):
                return Finding(_UNREADABLE, well=True)
            raise
        ours = [hook for hook in hooks if f"/hooks/{self._config.name}" in str(hook.get("payload_url"))]
        if any(hook.get("wildcard_web_hook") or _unwelcome(hook) for hook in ours):
            return Finding(
                "A webhook of the forum sends us more than we ask for, everybody's private messages perhaps.",
                well=False,
                remedy="Leave only the events of users and of the review queue (reviewable) in the webhook.",
                breaks="Every private message of the forum may pass through us. Nothing of it is kept, and none of it is ours.",
            )
        at_work = [hook for hook in ours if hook.get("active", True)]
        if not at_work:
            return self._no_hook()
        told = {str(event.get("name", "")) for hook in at_work for event in hook.get("web_hook_event_types") or ()}
        missing = next((need for need in EVENTS if need.key not in told), None)
        if missing is not None:
            return missing.finding(f"The forum does not tell us of the event {missing.shown}.", well=False)
        return Finding("A webhook of the forum sends us what we ask for, and no more.", well=True)

    def _no_hook(self) -> Finding:
        return Finding(
            "No webhook of the forum that is switched on leads to us.",
            well=False,
            remedy=f"Make a webhook to https://your.address/hooks/{self._config.name}, with the events of users and of the "
            "review queue (reviewable), and with no others.",
            breaks="A suspension lifted by hand, and a flag, are noticed when we next look only.",
        )


def _unwelcome(hook: Any) -> bool:
    kinds = {str(event.get("name", "")).partition("_")[0] for event in hook.get("web_hook_event_types") or ()}
    return bool(kinds - _WELCOME)


def _group(what: str) -> Finding:
    return GROUP.finding(what, well=False)
