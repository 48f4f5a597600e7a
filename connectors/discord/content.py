"""Threads of one Discord server, to be locked for a while.

Discord gives an app without the message-content intent no text of what others wrote: a message is evidence only by way
of its own menu, which hands it over. Nor can a message be hidden there and shown again.
"""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from connectors.discord import translate
from connectors.discord.client import DiscordConnection
from connectors.discord.timeouts import within
from connectors.discord.translate import UNKNOWN_CHANNEL, Answer, Json, Refusal, Success
from guardian.ids import SpaceName
from guardian.spaces.content import ContentCopy, ContentRef, ContentRestrictionKind, ObservedContent
from guardian.spaces.outcomes import Already, Outcome, Rejected, Unavailable
from guardian.spaces.port import Missing, Unknown

T = TypeVar("T")

TO_LOCK: Final = "the permission Manage Threads"
_THREADS: Final = (10, 11, 12)
_THREAD_UPDATED: Final = 111
_LINK: Final = re.compile(
    r"https?://(?:\w+\.)?discord(?:app)?\.com/channels/(\d{15,20})/(\d{15,20})(?:/(\d{15,20}))?/?"
)
_ID: Final = re.compile(r"\d{15,20}")
_SEPARATOR: Final = "/"
_NO_TEXT: Final = "Discord shows us no message that others wrote, except through that message's own menu"
_ONLY_THREADS: Final = "on Discord only a thread can be locked: give the link of the thread itself"


class DiscordContent:
    """Threads by their ids; a message is named by its channel and its own id."""

    def __init__(self, connection: DiscordConnection) -> None:
        self._connection = connection
        self._ceiling = connection.config.call_ceiling

    @property
    def space(self) -> SpaceName:
        """As configured."""
        return self._connection.config.name

    @property
    def supported(self) -> frozenset[ContentRestrictionKind]:
        """A thread can be locked: nobody writes there but who manages threads."""
        return frozenset({ContentRestrictionKind.LOCKED})

    async def find(self, text: str) -> ContentRef | None:
        """Return the thread or message of this server whose link, or the thread whose id, the words are."""
        found = _LINK.fullmatch(text.strip())
        if found is not None and found[1] != self._connection.config.guild_id:
            return None
        if found is not None and found[3]:
            return ContentRef(self.space, f"{found[2]}{_SEPARATOR}{found[3]}", found[0])
        channel_id = found[2] if found else text.strip()
        if not _ID.fullmatch(channel_id):
            return None
        channel = await self._bounded(self._connection.read_channel(channel_id), translate.NoAnswer)
        return self._thread_ref(channel_id) if isinstance(channel, Success) and self._is_thread(channel.body) else None

    async def read_copy(self, content: ContentRef) -> ContentCopy | Unknown | Missing:
        """Return Unknown, whatever it is: no text may be taken for what stands there."""
        return Unknown(_NO_TEXT)

    async def observe(self, content: ContentRef) -> ObservedContent | Unknown | Missing:
        """Return whether the thread is locked, and by whom as far as the audit log says."""
        return await self._bounded(self._observe(content), Unknown)

    async def restrict(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        """Lock the thread; one that was archived is open to be read again."""
        return await self._bounded(self._set_locked(content, restriction, locked=True), Unavailable)

    async def release(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        """Let everybody write in the thread again."""
        return await self._bounded(self._set_locked(content, restriction, locked=False), Unavailable)

    async def _observe(self, content: ContentRef) -> ObservedContent | Unknown | Missing:
        if _SEPARATOR in content.native_id:
            return ObservedContent()
        match await self._connection.read_channel(content.native_id):
            case Success(channel):
                locked = _is_locked(channel)
                return await self._observe_locked(content.native_id) if locked else ObservedContent()
            case Refusal(code=code) if code == UNKNOWN_CHANNEL:
                return Missing()
            case failed:
                return translate.to_unknown(failed, TO_LOCK)

    async def _observe_locked(self, thread_id: str) -> ObservedContent:
        answer = await self._connection.read_audit_log(thread_id, _THREAD_UPDATED)
        entries = answer.body.get("audit_log_entries", ()) if isinstance(answer, Success) else ()
        by = _find_locker(entries, thread_id)
        return ObservedContent(
            frozenset({ContentRestrictionKind.LOCKED}), {ContentRestrictionKind.LOCKED: by} if by else {}
        )

    async def _set_locked(self, content: ContentRef, restriction: ContentRestrictionKind, *, locked: bool) -> Outcome:
        if restriction is not ContentRestrictionKind.LOCKED or _SEPARATOR in content.native_id:
            return Rejected(_ONLY_THREADS)
        current = await self._connection.read_channel(content.native_id)
        if isinstance(current, Success) and _is_locked(current.body) is locked:
            return Already()
        return _outcome(await self._connection.lock_thread(content.native_id, locked=locked))

    def _is_thread(self, channel: Json) -> bool:
        return channel.get("type") in _THREADS and str(channel.get("guild_id")) == self._connection.config.guild_id

    def _thread_ref(self, channel_id: str) -> ContentRef:
        return ContentRef(
            self.space, channel_id, f"https://discord.com/channels/{self._connection.config.guild_id}/{channel_id}"
        )

    async def _bounded(self, work: Coroutine[Any, Any, T], failure: Callable[[str], T]) -> T:
        return await within(self._ceiling, work, failure)


def _is_locked(channel: Json) -> bool:
    return bool((channel.get("thread_metadata") or {}).get("locked"))


def _outcome(answer: Answer) -> Outcome:
    return translate.to_outcome(answer, TO_LOCK)


def _find_locker(entries: tuple[Json, ...] | list[Json], thread_id: str) -> str | None:
    """Who locked it last, as the newest entry says in which the lock changed."""
    concerned = [e for e in entries if e.get("target_id") == thread_id and _changes_lock(e)]
    newest = max(concerned, key=lambda e: int(e["id"]), default=None)
    return None if newest is None else newest.get("user_id")


def _changes_lock(entry: Json) -> bool:
    return any(change.get("key") == "locked" for change in entry.get("changes") or ())
