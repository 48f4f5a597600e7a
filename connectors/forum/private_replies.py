"""What is said to a reporter alone, where others read the conversation in which they wrote. Read `PrivateReplies.send` first."""

from collections.abc import Iterable
from typing import Final

from connectors.forum import translate
from connectors.forum.connection import ForumConnection
from connectors.forum.content import ForumContent
from connectors.http import CallFailed, Priority
from guardian.spaces.outcomes import Done, Outcome, Rejected, Unavailable

_US_AND_THE_REPORTER: Final = 2


class PrivateReplies:
    """Conversations of our account with one reporter and nobody else."""

    def __init__(self, connection: ForumConnection, content: ForumContent) -> None:
        self._client, self._caller, self._content = connection.client, connection.caller, content

    async def send(self, reporter: int, title: str, text: str, nonce: str, earlier: Iterable[int]) -> int | None:
        """Write to the reporter in one of the earlier conversations where only they read, else in a new one.

        Return the new one. The nonce lets nothing be begun twice. CallFailed where it has to be tried again; what the
        forum refuses (somebody who is suspended cannot be written to) is not.
        """
        raw, begun = translate.to_plain_text(text), list[int]()

        async def write() -> Outcome:
            for topic in earlier:
                there = await self._content.read_conversation(topic)
                if (
                    reporter in there.participants
                    and len(there.participants) == _US_AND_THE_REPORTER
                    and not there.groups
                ):
                    await self._answer(topic, raw)
                    return Done()
            begun.append(await self._begin(reporter, title, raw, nonce))
            return Done()

        outcome = await self._caller.perform(write())
        if isinstance(outcome, Unavailable):
            raise CallFailed(outcome)
        return begun[0] if begun else None

    async def _answer(self, topic: int, raw: str) -> None:
        await self._caller.request(lambda: self._client.answer(topic, raw), Priority.OBSERVATION, tries=1)

    async def _begin(self, reporter: int, title: str, raw: str, nonce: str) -> int:
        person = await self._caller.request(lambda: self._client.user_by_id(reporter))
        username, external_id = str(person["username"]), translate.format_external_id(nonce)
        try:
            post = await self._caller.request(
                lambda: self._client.write_to(username, title, raw, external_id), Priority.OBSERVATION, tries=1
            )
        except CallFailed as failed:
            if not isinstance(failed.outcome, Rejected):
                raise
            topic: int | None = await self._caller.request(lambda: self._client.find_topic(external_id))
            if topic is None:
                raise
            return topic
        return int(post["topic_id"])
