"""Flags of the forum that are more than its own business, handed to the desk as local matters of its moderators.

What is flagged as illegal may be what nobody may hold: of that, no file is ever fetched.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from connectors.forum import letters
from connectors.forum.letters import ILLEGAL, Flag
from connectors.forum.things import ForumThings
from connectors.forum.wire import Wire
from connectors.http import Failed, Urgency
from guardian.cases.intake import EvidenceIn
from guardian.cases.local import FlagIn, kept_piece
from guardian.spaces.outcomes import Gone
from guardian.spaces.port import Account, Missing, Unknown
from guardian.spaces.things import Thing

_PAGE: Final = 10
_MOST_PAGES: Final = 50
_WHOLE_EVERY: Final = 15


class Flags:
    """The review queue of one forum, read; nothing in it is settled from here."""

    def __init__(self, wire: Wire, things: ForumThings) -> None:
        self._wire, self._things = wire, things
        self._rounds = count()

    async def pending(self, known: set[str]) -> list[Flag]:
        """The flags that nobody has seen to and that are not known, oldest first; Failed where the queue is not given.

        The latest entries come first there, so that reading may end at a page on which there is nothing new. But a new
        flag on an old entry stays where that is, so the whole queue is read first, and again every so often.
        """
        found: list[Flag] = []
        whole = next(self._rounds) % _WHOLE_EVERY == 0
        for page in range(_MOST_PAGES):
            answer = await self._asked(page * _PAGE)
            items = [item for item in answer.get("reviewables") or () if isinstance(item, dict)]
            new = [flag for flag in letters.flags(answer, items) if name_of(flag) not in known]
            found += new
            if len(items) < _PAGE or not (new or whole):
                break
        return found[::-1]

    async def of_item(self, item: int) -> list[Flag]:
        """The flags of one entry, whatever became of it; none where there is no such entry."""
        try:
            answer = await self._wire.line.ask(lambda: self._wire.forum.review(item))
        except Failed as failed:
            if isinstance(failed.outcome, Gone):
                return []
            raise
        entry = answer.get("reviewable") if isinstance(answer, dict) else None
        return list(letters.flags(answer, [entry])) if isinstance(entry, dict) else []

    async def whole(self, flag: Flag) -> FlagIn:
        """The flag with its own words and with what it is about, as far as the forum gives them now."""
        evidence = await self._evidence(flag)
        return FlagIn(
            space=self._things.space,
            delivery=name_of(flag),
            kind=flag.kind,
            text=await self._words(flag),
            on=self._account(flag.author),
            on_handle=flag.author_name,
            link=flag.link,
            by=self._account(flag.by),
            by_handle=flag.by_name,
            written_at=evidence[0].written_at,
            evidence=evidence[0],
            files=evidence[1:],
        )

    async def _asked(self, offset: int) -> Mapping[str, Any]:
        answer: Any = await self._wire.line.ask(lambda: self._wire.forum.queue(offset), Urgency.SWEEP)
        return answer if isinstance(answer, dict) else {}

    async def _words(self, flag: Flag) -> str:
        """What the flagger wrote: the first letter of the conversation that it began, less the link that leads it."""
        if flag.message_topic is None:
            return flag.excerpt
        talk = await self._wire.line.look(self._things.talk(flag.message_topic))
        if isinstance(talk, Unknown) or not talk.letters:
            return flag.excerpt
        lines = talk.letters[0].text.strip().splitlines()
        return "\n".join(lines[1:] if lines and "://" in lines[0] else lines).strip()

    async def _evidence(self, flag: Flag) -> tuple[EvidenceIn, ...]:
        thing = Thing(self._things.space, f"post {flag.post}", flag.link)
        if flag.kind == ILLEGAL:
            piece = await self._things.words_and_names(thing)
        else:
            piece = await self._things.piece(thing)
        if isinstance(piece, Unknown | Missing):
            why = "it was not there any more" if isinstance(piece, Missing) else "the forum did not give it"
            author = self._account(flag.author)
            return (EvidenceIn("message", flag.link, author, flag.author_name, why_not=why),)
        return kept_piece(piece)

    def _account(self, number: int) -> Account | None:
        return Account(self._things.space, str(number)) if number > 0 else None


def name_of(flag: Flag) -> str:
    """The name by which a flag is known once it was taken."""
    return f"score {flag.score}"
