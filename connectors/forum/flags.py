"""Flags of the forum that are more than its own business, received as local matters of its moderators.

What is flagged as illegal may be what nobody may hold: of that, no file is ever fetched.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from connectors.forum import posts
from connectors.forum.connection import ForumConnection
from connectors.forum.content import ForumContent
from connectors.forum.posts import ILLEGAL, Flag
from connectors.http import CallFailed, Priority
from guardian.cases.flags import FlagInput
from guardian.cases.submissions import EvidenceInput, evidence_of
from guardian.spaces.content import ContentRef
from guardian.spaces.outcomes import Gone
from guardian.spaces.port import Account, Missing, Unknown

_PAGE: Final = 10
_MOST_PAGES: Final = 50
_WHOLE_EVERY: Final = 15


class FlagQueue:
    """The review queue of one forum, read; nothing in it is settled from here."""

    def __init__(self, connection: ForumConnection, content: ForumContent) -> None:
        self._connection, self._content = connection, content
        self._readings = count()

    async def pending(self, known: set[str]) -> list[Flag]:
        """Return the flags that nobody has seen to and that are not known, oldest first.

        Failed where the queue is not given.

        The latest entries come first there, so that reading may end at a page on which there is nothing new. But a new
        flag on an old entry stays where that is, so the whole queue is read first, and again every so often.
        """
        found: list[Flag] = []
        whole = next(self._readings) % _WHOLE_EVERY == 0
        offset = 0
        for _ in range(_MOST_PAGES):
            answer = await self._read_page(offset)
            items = [item for item in answer.get("reviewables") or () if isinstance(item, dict)]
            new = [flag for flag in posts.parse_flags(answer, items) if flag_name(flag) not in known]
            found += new
            offset += len(items) or _PAGE
            if offset >= _total(answer) or not (new or whole):
                break
        return found[::-1]

    async def flags_of_entry(self, item: int) -> list[Flag]:
        """Return the flags of one entry, whatever became of it; none where there is no such entry."""
        try:
            answer = await self._connection.caller.request(lambda: self._connection.client.review(item))
        except CallFailed as failed:
            if isinstance(failed.outcome, Gone):
                return []
            raise
        entry = answer.get("reviewable") if isinstance(answer, dict) else None
        return list(posts.parse_flags(answer, [entry])) if isinstance(entry, dict) else []

    async def read_flag(self, flag: Flag) -> FlagInput:
        """Return the flag with its own words and with what it is about, as far as the forum gives them now."""
        evidence = await self._read_evidence(flag)
        return FlagInput(
            space=self._content.space,
            delivery=flag_name(flag),
            kind=flag.kind,
            text=await self._read_text(flag),
            on=self._account(flag.author),
            on_handle=flag.author_name,
            link=flag.link,
            by=self._account(flag.by),
            by_handle=flag.by_name,
            written_at=evidence[0].written_at,
            evidence=evidence[0],
            files=evidence[1:],
        )

    async def _read_page(self, offset: int) -> Mapping[str, Any]:
        answer: Any = await self._connection.caller.request(
            lambda: self._connection.client.queue(offset), Priority.LISTING
        )
        return answer if isinstance(answer, dict) else {}

    async def _read_text(self, flag: Flag) -> str:
        """What the flagger wrote first in the conversation that the flag began, less the link that leads it."""
        if flag.message_topic is None:
            return flag.excerpt
        conversation = await self._connection.caller.read_item(self._content.read_conversation(flag.message_topic))
        written = [] if isinstance(conversation, Unknown) else conversation.posts
        own = next((post for post in written if post.user_id == flag.by), None)
        if own is None:
            return flag.excerpt
        lines = own.text.strip().splitlines()
        return "\n".join(lines[1:] if lines and "://" in lines[0] else lines).strip()

    async def _read_evidence(self, flag: Flag) -> tuple[EvidenceInput, ...]:
        content = ContentRef(self._content.space, f"post {flag.post}", flag.link)
        if flag.kind == ILLEGAL:
            copy = await self._content.read_text_and_names(content)
        else:
            copy = await self._content.read_copy(content)
        if isinstance(copy, Unknown | Missing):
            why = "it was not there any more" if isinstance(copy, Missing) else "the forum did not give it"
            author = self._account(flag.author)
            return (
                EvidenceInput(
                    kind="message", link=flag.link, author=author, author_handle=flag.author_name, why_not=why
                ),
            )
        return evidence_of(copy)

    def _account(self, number: int) -> Account | None:
        return Account(self._content.space, str(number)) if number > 0 else None


def _total(answer: Mapping[str, Any]) -> int:
    """How many entries the queue has: a page that is short of some is not the last one."""
    total = (answer.get("meta") or {}).get("total_rows_reviewables")
    return total if isinstance(total, int) else 0


def flag_name(flag: Flag) -> str:
    """Return the name by which a flag is known once it was taken."""
    return f"score {flag.score}"
