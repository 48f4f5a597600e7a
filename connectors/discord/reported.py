"""What people point to on Discord when they report: a message, taken as it stands, with its files; letters to us.

Nothing of what nobody reported is read, and nothing is kept here beyond minutes. Of what may be sexual material of
minors only the link, the author and the time are taken (P-2.7).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import discord

from connectors.discord.ceiling import bounded
from connectors.discord.files import Author, FileRules, evidence_from
from connectors.discord.forms import Json, Upload, Written, written
from connectors.discord.keeping import Keeping
from connectors.discord.serving import Asked, Place, note_fault
from connectors.discord.translate import made_at
from guardian.cases.intake import MOST_FILES
from guardian.desk.intake import EvidenceIn

LONGEST_LETTERS: Final = 100
_MESSAGES: Final = (500, timedelta(minutes=30))
_FILES_OF_A_MESSAGE: Final = MOST_FILES - 1
_FILES_TOGETHER: Final = 3
"""All files of one report together are at most so many times as large as one may be."""

_NOT_READ: Final = "The message could not be read when the report came in. The link says where it stood."
_LETTERS_NOT_READ: Final = "The files in the reporter's direct messages could not be read when the report came in."
_TOO_SLOW: Final = "The file could not be fetched in time. The link says where it stood."


class Reported:
    """Takes what people point to. What it holds in memory is a convenience that a restart may take away."""

    def __init__(self, place: Place, largest_file: int) -> None:
        self._place = place
        self._messages: Keeping[Written] = Keeping(*_MESSAGES)
        self._rules = FileRules(place.api_url, largest_file, _FILES_TOGETHER * largest_file, place.ceiling)

    def take(self, asked: Asked, message: Json) -> tuple[str, str]:
        """The message as it stands now, before anybody writes a word about it; its channel and id."""
        seen = written(message, self._place.space)
        self._messages.put(str(asked.user.id), seen.id, seen)
        return seen.channel, seen.id

    async def message(self, asked: Asked, channel: str, message: str, *, minors: bool) -> tuple[EvidenceIn, ...]:
        """The message as it was taken, else (after a restart) as Discord shows it now, else its link alone."""
        seen = self._messages.look(str(asked.user.id), message)
        link = f"https://discord.com/channels/{self._place.guild_id}/{channel}/{message}"
        if seen is None and minors:
            return (EvidenceIn("message", link, written_at=made_at(message)),)
        try:
            if seen is None:
                async with bounded(self._place.ceiling):
                    found = await asked.client.http.get_message(channel, message)
                seen = written(dict(found), self._place.space)
            return self._bare(seen) if minors else await self._whole(seen)
        except Exception as fault:
            # An edge: whatever is wrong with a message, the report about it is taken in.
            note_fault("message.not_read", fault)
        return (EvidenceIn("message", link, why_not=_NOT_READ, written_at=made_at(message)),)

    async def letters(self, asked: Asked, channel: str, first: str, last: str) -> tuple[Written, ...] | None:
        """What the person wrote to us directly, from one message to another; None where it could not be read.

        Whose words they are is asked of each message: an id in a button is only an id.
        """
        try:
            async with bounded(self._place.ceiling):
                found: Any = await asked.client.http.logs_from(channel, LONGEST_LETTERS, after=str(int(first) - 1))
        except (discord.DiscordException, OSError) as fault:
            note_fault("letters.not_read", fault)
            return None
        seen = [written(dict(each), self._place.space) for each in found]
        theirs = [each for each in seen if each.author is not None and each.author.native_id == str(asked.user.id)]
        return tuple(sorted((each for each in theirs if int(each.id) <= int(last)), key=lambda each: int(each.id)))

    async def files_of_letters(self, asked: Asked, channel: str, first: str, last: str) -> tuple[EvidenceIn, ...]:
        """The files that came with what the person wrote to us directly, or a word on their not being read."""
        seen = await self.letters(asked, channel, first, last)
        return (EvidenceIn("file", why_not=_LETTERS_NOT_READ),) if seen is None else await self.files(uploads_of(seen))

    async def files(self, uploads: tuple[Upload, ...], author: Author | None = None) -> tuple[EvidenceIn, ...]:
        """The files with their bytes, or with the reason why there are none."""
        return await evidence_from(uploads, self._rules, author or Author())

    def _bare(self, seen: Written) -> tuple[EvidenceIn, ...]:
        return (replace(seen.as_evidence(self._place.guild_id), text=""),)

    async def _whole(self, seen: Written) -> tuple[EvidenceIn, ...]:
        """The message with its files, as far as they come within one ceiling: a report does not wait longer."""
        guild_id = self._place.guild_id
        author = Author(seen.author, seen.handle, seen.link(guild_id))
        taken = seen.uploads[:_FILES_OF_A_MESSAGE]
        try:
            async with bounded(self._place.ceiling):
                files = await self.files(taken, author)
        except TimeoutError:
            missing = EvidenceIn("file", author.link, author.account, author.handle, why_not=_TOO_SLOW)
            files = tuple(replace(missing, file_name=upload.file_name) for upload in taken)
        beyond = len(seen.uploads) - len(taken)
        said = f"{beyond} more of its files did not fit." if beyond else ""
        return (seen.as_evidence(guild_id, said), *(replace(each, written_at=seen.at) for each in files))


def uploads_of(letters: tuple[Written, ...]) -> tuple[Upload, ...]:
    """The files in all of them, as many as one report takes."""
    return tuple(upload for each in letters for upload in each.uploads)[:MOST_FILES]
