"""One letter to our account becomes a report, or is added to one; and what is said to its writer, in their own language.

The forum's administrators can read what is said: no receipt stands in it unless its reporter has asked for that.
"""

from dataclasses import replace
from typing import Final

from connectors.forum import letters
from connectors.forum.letters import Letter
from connectors.forum.things import ForumThings
from connectors.forum.wire import Wire
from connectors.http import Urgency
from guardian.cases.intake import MOST_FILES, EvidenceIn, Submission
from guardian.cases.local import kept_piece
from guardian.cases.values import Door
from guardian.desk import conversations, intake
from guardian.desk.conversations import Manner
from guardian.desk.desk import Desk
from guardian.desk.intake import ByReporter
from guardian.errors import Refused
from guardian.ids import ReportId
from guardian.notices.catalogue import ENGLISH, LANGUAGES, say
from guardian.spaces.port import Account, Missing, Unknown

_REPEATED: Final = "repeated"
_SAFE: Final = "safe"
_NOT_SAFE: Final = "not_safe"
_RECEIPT: Final = "receipt"
_WORDS: Final = (_SAFE, _NOT_SAFE, _RECEIPT)
_CURLED: Final = "\N{RIGHT SINGLE QUOTATION MARK}"
_WHOLE: Final = "whole message.txt"
_TRAIL: Final = " …"
_TOO_LARGE: Final = "larger than what is kept"
_NOT_GIVEN: Final = "the forum did not give it, or not to its reporter"


class Taking:
    """Takes in what people write to one forum's account, for one desk."""

    def __init__(self, desk: Desk, wire: Wire, things: ForumThings) -> None:
        self._desk, self._wire, self._things = desk, wire, things

    async def receive(self, title: str, letter: Letter) -> tuple[ReportId | None, str]:
        """The letter is a report, once, and what to answer; None where it was one whose case is not kept any more."""
        text, whole = self._kept(f"{title}\n\n{letter.text}")
        manner = Manner(await self._locale(letter))
        submission = Submission(
            door=Door.FORUM_MESSAGE,
            what_happened=text,
            reporter=self.account(letter),
            reporter_handle=letter.username,
            evidence=(*whole, *await self._evidence(letter))[:MOST_FILES],
            delivery=self._delivery(letter),
            locale=manner.locale,
        )
        try:
            received = await intake.receive(self._desk, submission)
        except Refused as refused:
            if refused.code != _REPEATED:
                raise
            return None, ""
        return received.report, self.acknowledged(manner, first=True)

    async def add(self, report: ReportId, letter: Letter) -> str:
        """What its reporter writes further stands with the report; what to answer. NotFound where it is not kept any more.

        Three answers are asked for in our first one, and do what they say.
        """
        by, word = self.account(letter), _word_of(letter.text)
        manner = await conversations.manner_of(self._desk, report)
        if word in (_SAFE, _NOT_SAFE):
            await conversations.say_contact(self._desk, report, by, safe=word == _SAFE)
            return self.say(manner.locale, "noted_safe") if word == _SAFE else ""
        if word == _RECEIPT and manner.silent:
            # Somebody else may be reading there, and asking.
            return ""
        if word == _RECEIPT:
            receipt = await conversations.another_receipt(self._desk, report, by)
            return self.say(manner.locale, "receipt", receipt=receipt, page=f"{self._desk.base_url}/follow-up")
        text, whole = self._kept(letter.text)
        takes_files = await intake.takes_files(self._desk, ByReporter(report, by))
        found = await self._evidence(letter) if takes_files else ()
        files = (*whole, *found)[:MOST_FILES]
        await intake.add(self._desk, ByReporter(report, by), text, files, self._delivery(letter))
        return self.acknowledged(manner, first=False)

    def acknowledged(self, manner: Manner, *, first: bool) -> str:
        """What is said to somebody whose letter has been taken in; nothing where it is not safe to write to them."""
        if manner.silent:
            return ""
        locale = manner.locale
        if not first:
            return self.say(locale, "added")
        words = {word: say(locale, f"forum.word_{word}") for word in _WORDS}
        taken = self.say(locale, "taken", **words)
        return f"{taken}\n\n{self.say(locale, 'taken_group')}" if self._wire.config.group else taken

    def say(self, locale: str, key: str, **facts: str) -> str:
        """The text of that key; `page` is where to report without the forum, unless it is said otherwise."""
        return say(locale, f"forum.{key}", **{"page": f"{self._desk.base_url}/report", **facts})

    def account(self, letter: Letter) -> Account:
        """Whose letter it is."""
        return Account(self._things.space, str(letter.user_id))

    def _delivery(self, letter: Letter) -> str:
        return f"{self._things.space} post {letter.id}"

    def _kept(self, text: str) -> tuple[str, tuple[EvidenceIn, ...]]:
        """The text within what is taken at once; one that is longer is whole in a file beside it."""
        longest = self._desk.longest_text
        if len(text) <= longest:
            return text, ()
        content = text.encode()[: self._desk.largest_file]
        return text[: longest - len(_TRAIL)] + _TRAIL, (EvidenceIn("file", file_name=_WHOLE, content=content),)

    async def _evidence(self, letter: Letter) -> tuple[EvidenceIn, ...]:
        """The letter's own files, and the posts of this forum that it links to, as they stand now."""
        files = await self._things.files(letter.text)
        found = [EvidenceIn("file", file_name=f.file_name, content=f.content, why_not=f.why_not) for f in files]
        for link in letters.links(letter.text, self._wire.config.base_url)[:MOST_FILES]:
            thing = await self._things.find_for(link)
            piece = await self._things.piece_for(thing, letter.user_id) if thing is not None else None
            if piece is None or isinstance(piece, Unknown | Missing):
                found.append(EvidenceIn("message", link, why_not=_NOT_GIVEN))
            else:
                found += kept_piece(piece)
        return fitting(found, self._desk.largest_file)

    async def _locale(self, letter: Letter) -> str:
        """The language that the account has chosen on the forum; none where that is not known."""
        ask = self._wire.line.ask(lambda: self._wire.forum.profile(letter.username), Urgency.SWEEP)
        answer = await self._wire.line.look(ask)
        return str(answer.get("locale") or "") if isinstance(answer, dict) else ""


def fitting(pieces: list[EvidenceIn] | tuple[EvidenceIn, ...], largest: int) -> tuple[EvidenceIn, ...]:
    """As many pieces as are kept at once, without the bytes of those that are too large."""
    return tuple(
        replace(piece, content=None, why_not=_TOO_LARGE)
        if piece.content is not None and len(piece.content) > largest
        else piece
        for piece in pieces[:MOST_FILES]
    )


def _word_of(text: str) -> str | None:
    """Which of the answers that we ask for the whole text is, in any language that we speak."""
    said = " ".join(text.replace(_CURLED, "'").split()).strip(" .!\"'“”„«»`*").casefold()
    for language in dict.fromkeys((ENGLISH, *LANGUAGES)):
        for word in _WORDS:
            if said == say(language, f"forum.word_{word}").casefold():
                return word
    return None
