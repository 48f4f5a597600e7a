"""What `guardian check` asks about the doors on the forum: our inbox, our group, and that no webhook brings us what is private."""

from typing import Any, Final

from connectors.forum import translate
from connectors.forum.wire import Wire
from connectors.http import Failed
from guardian.spaces.outcomes import Forbidden, Gone
from guardian.spaces.port import Finding

_WELCOME: Final = frozenset({"user", "reviewable"})
_NEEDED: Final = (
    "Whether the forum sends us more than we ask for can be read with an administrator's key only: please see that no "
    "webhook that points at us has the events of posts, topics, chat or notifications, or all events."
)


class Checks:
    """Looks for `guardian check`; each ends in one finding, or in Failed where the forum gave no answer."""

    def __init__(self, wire: Wire) -> None:
        self._config, self._forum, self._line = wire.config, wire.forum, wire.line

    async def inbox(self) -> Finding:
        """Whether the private messages to our account can be read."""
        try:
            await self._line.ask(lambda: self._forum.inbox(0))
        except Failed as failed:
            if not isinstance(failed.outcome, Forbidden | Gone):
                raise
            return Finding(
                "The private messages to our account cannot be read.",
                well=False,
                needs="a key that belongs to the account named as api_username",
                remedy="Give that very account a key of its own for all actions, and allow it personal messages.",
                breaks="Reports by private message are not taken in.",
            )
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

    async def hooks(self) -> Finding:
        """Whether a webhook that points at us would bring us private messages."""
        try:
            hooks: Any = await self._line.ask(self._forum.hooks)
        except Failed as failed:
            if isinstance(failed.outcome, Forbidden | Gone):
                return Finding(_NEEDED, well=True)
            raise
        ours = [hook for hook in hooks if f"/hooks/{self._config.name}" in str(hook.get("payload_url"))]
        if any(hook.get("wildcard_web_hook") or _unwelcome(hook) for hook in ours):
            return Finding(
                "A webhook of the forum sends us more than we ask for, everybody's private messages perhaps.",
                well=False,
                remedy="Leave only the events of users and of the review queue (reviewable) in the webhook.",
                breaks="Every private message of the forum may pass through us. Nothing of it is kept, and none of it is ours.",
            )
        return Finding("No webhook of the forum sends us more than we ask for.", well=True)


def _unwelcome(hook: Any) -> bool:
    kinds = {str(event.get("name", "")).partition("_")[0] for event in hook.get("web_hook_event_types") or ()}
    return bool(kinds - _WELCOME)


def _group(what: str) -> Finding:
    return Finding(
        what,
        well=False,
        needs=translate.NEEDS_GROUP,
        remedy="Make the group, put our account and nobody else into it, and let everybody write messages to it.",
        breaks="Reports by message to that group are not taken in.",
    )
