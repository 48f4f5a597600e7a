"""Threads of one Discord server, to be locked for a while.

Discord gives an app without the message-content intent no text of what others wrote: a message is evidence only by way
of its own menu, which hands it over. Nor can a message be hidden there and shown again.
"""

import re
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from connectors.discord import translate
from connectors.discord.ceiling import bounded
from connectors.discord.client import DiscordLink
from connectors.discord.translate import UNKNOWN_CHANNEL, Answer, Got, Json, Refusal
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Outcome, Rejected, Unavailable
from guardian.spaces.port import Missing, Unknown
from guardian.spaces.things import Piece, Thing, ThingHold, ThingLook

T = TypeVar("T")

TO_LOCK: Final = "the permission Manage Threads"
_THREADS: Final = (10, 11, 12)
_THREAD_UPDATED: Final = 111
_LINK: Final = re.compile(
    r"https?://(?:\w+\.)?discord(?:app)?\.com/channels/(\d{15,20})/(\d{15,20})(?:/(\d{15,20}))?/?"
)
_ID: Final = re.compile(r"\d{15,20}")
_BETWEEN: Final = "/"
_LATE: Final = "Discord did not answer in time"
_NO_TEXT: Final = "Discord shows us no message that others wrote, except through that message's own menu"
_ONLY_THREADS: Final = "on Discord only a thread can be locked: give the link of the thread itself"


class DiscordThings:
    """Threads by their ids; a message is named by its channel and its own id."""

    def __init__(self, link: DiscordLink) -> None:
        self._link = link
        self._ceiling = link.config.call_ceiling

    @property
    def space(self) -> SpaceName:
        """As configured."""
        return self._link.config.name

    @property
    def can(self) -> frozenset[ThingHold]:
        """A thread can be locked: nobody writes there but who manages threads."""
        return frozenset({ThingHold.LOCKED})

    async def find(self, text: str) -> Thing | None:
        """The thread or message of this server whose link, or the thread whose id, the words are."""
        found = _LINK.fullmatch(text.strip())
        if found is not None and found[1] != self._link.config.guild_id:
            return None
        if found is not None and found[3]:
            return Thing(self.space, f"{found[2]}{_BETWEEN}{found[3]}", found[0])
        channel_id = found[2] if found else text.strip()
        if not _ID.fullmatch(channel_id):
            return None
        channel = await self._within(self._link.read_channel(channel_id), translate.Silence(_LATE))
        return self._thread(channel_id) if isinstance(channel, Got) and self._is_thread(channel.body) else None

    async def piece(self, thing: Thing) -> Piece | Unknown | Missing:
        """Unknown, whatever it is: no text may be taken for what stands there."""
        return Unknown(_NO_TEXT)

    async def look(self, thing: Thing) -> ThingLook | Unknown | Missing:
        """Whether the thread is locked, and by whom as far as the audit log says."""
        return await self._within(self._look(thing), Unknown(_LATE))

    async def place(self, thing: Thing, hold: ThingHold) -> Outcome:
        """The thread is locked; one that was archived is open to be read again."""
        return await self._within(self._change(thing, hold, locked=True), Unavailable(_LATE))

    async def take_away(self, thing: Thing, hold: ThingHold) -> Outcome:
        """Everybody can write in the thread again."""
        return await self._within(self._change(thing, hold, locked=False), Unavailable(_LATE))

    async def _look(self, thing: Thing) -> ThingLook | Unknown | Missing:
        if _BETWEEN in thing.native_id:
            return ThingLook()
        match await self._link.read_channel(thing.native_id):
            case Got(channel):
                locked = _is_locked(channel)
                return await self._locked(thing.native_id) if locked else ThingLook()
            case Refusal(code=code) if code == UNKNOWN_CHANNEL:
                return Missing()
            case failed:
                return translate.unknown_of(failed, TO_LOCK)

    async def _locked(self, thread_id: str) -> ThingLook:
        answer = await self._link.read_audit_log(thread_id, _THREAD_UPDATED)
        entries = answer.body.get("audit_log_entries", ()) if isinstance(answer, Got) else ()
        by = _who_locked(entries, thread_id)
        return ThingLook(frozenset({ThingHold.LOCKED}), {ThingHold.LOCKED: by} if by else {})

    async def _change(self, thing: Thing, hold: ThingHold, *, locked: bool) -> Outcome:
        if hold is not ThingHold.LOCKED or _BETWEEN in thing.native_id:
            return Rejected(_ONLY_THREADS)
        standing = await self._link.read_channel(thing.native_id)
        if isinstance(standing, Got) and _is_locked(standing.body) is locked:
            return Already()
        return _outcome(await self._link.lock_thread(thing.native_id, locked=locked))

    def _is_thread(self, channel: Json) -> bool:
        return channel.get("type") in _THREADS and str(channel.get("guild_id")) == self._link.config.guild_id

    def _thread(self, channel_id: str) -> Thing:
        return Thing(self.space, channel_id, f"https://discord.com/channels/{self._link.config.guild_id}/{channel_id}")

    async def _within(self, work: Coroutine[Any, Any, T], late: T) -> T:
        """What the work gives, or `late` once the ceiling is reached."""
        try:
            async with bounded(self._ceiling):
                return await work
        except TimeoutError:
            return late


def _is_locked(channel: Json) -> bool:
    return bool((channel.get("thread_metadata") or {}).get("locked"))


def _outcome(answer: Answer) -> Outcome:
    return translate.outcome_of(answer, TO_LOCK)


def _who_locked(entries: tuple[Json, ...] | list[Json], thread_id: str) -> str | None:
    """Who locked it last, as the newest entry says in which the lock changed."""
    concerned = [e for e in entries if e.get("target_id") == thread_id and _locks(e)]
    newest = max(concerned, key=lambda e: int(e["id"]), default=None)
    return None if newest is None else newest.get("user_id")


def _locks(entry: Json) -> bool:
    return any(change.get("key") == "locked" for change in entry.get("changes") or ())
