"""What is listed in the inboxes of our account on the forum and of its group, page by page. Read `InboxPages` first.

What the forum does not answer is `NotRead`, and asked for once more at the next reading.
"""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from connectors.forum.connection import ForumConnection
from connectors.http import Priority
from guardian.logs import logger
from guardian.spaces.port import Unknown
from guardian.untrusted_json import id_at, object_at

T = TypeVar("T")
log = logger("forum")

MAX_PAGES: Final = 20
"""So many pages of one inbox are listed at a reading; what stands behind them is for the next readings."""


class NotRead(Exception):
    """The forum did not give, or do, what was asked: it is asked again at the next reading."""


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A conversation in the inbox, and the number of the last thing in it."""

    topic: int
    highest: int


class InboxPages:
    """What lies in the inbox of our account, and in the one of its group."""

    def __init__(self, connection: ForumConnection, most_pages: int = MAX_PAGES) -> None:
        self._connection, self._most_pages = connection, most_pages
        self._own_id: int | None = None
        self._next_pages: dict[str | None, int] = {}

    @property
    def name(self) -> str:
        """The space's name."""
        return self._connection.config.name

    async def _list_inbox(self) -> list[InboxEntry]:
        """What is in the inbox of our account and in the one of its group, the oldest first."""
        found: dict[int, InboxEntry] = {}
        group = self._connection.config.group
        for listing in (None, group) if group else (None,):
            found = {**found, **await self._list_pages(listing)}
        return list(found.values())[::-1]

    async def _list_pages(self, listing: str | None) -> dict[int, InboxEntry]:
        """The first pages of one inbox, where all that is new stands; of a longer one, also those that come next.

        So many at a reading; the next one goes on from there, until all have been seen.
        """
        found: dict[int, InboxEntry] = {}
        start = self._next_pages.pop(listing, 0)
        half = self._most_pages // 2
        pages = [*range(half), *range(start, start + half)] if start else [*range(self._most_pages)]
        for page in pages:
            topics = await self._list_page(listing, page)
            fresh = {each.topic: each for each in topics if each.topic not in found}
            if not fresh:
                return found
            found |= fresh
        self._next_pages[listing] = pages[-1] + 1
        log.warning("inbox.goes_on", space=self.name, count=pages[-1] + 1)
        return found

    async def _list_page(self, group: str | None, page: int) -> list[InboxEntry]:
        forum = self._connection.client

        def call() -> Any:
            return forum.inbox(page) if group is None else forum.group_inbox(group, page)

        answer = await self._request(self._connection.caller.request(call, Priority.LISTING))
        topics = answer.get("topic_list", {}).get("topics") if isinstance(answer, dict) else None
        if not isinstance(topics, list):
            raise NotRead
        entries = [_read_entry(each) for each in topics]
        if None in entries:
            log.error("inbox.has_odd_entries", space=self.name, count=entries.count(None))
        return [each for each in entries if each is not None]

    async def _load_own_id(self) -> int:
        """The id of our own account there."""
        if self._own_id is None:
            username = self._connection.config.api_username
            answer = await self._request(
                self._connection.caller.request(lambda: self._connection.client.profile(username))
            )
            self._own_id = int(answer["id"])
        return self._own_id

    async def _request(self, operation: Coroutine[Any, Any, T], ceilings: int = 1) -> T:
        """What the forum answered; NotRead where it did not, in time or at all."""
        answer = await self._connection.caller.read_item(operation, ceilings)
        if isinstance(answer, Unknown):
            raise NotRead(answer.reason)
        return answer


def _read_entry(entry: Any) -> InboxEntry | None:
    number = id_at(object_at(entry), "id")
    return None if number is None else InboxEntry(int(number), int(id_at(entry, "highest_post_number") or 0))
