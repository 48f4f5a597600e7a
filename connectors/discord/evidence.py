"""What people point to on Discord when they report: a message, taken as it stands, with its files; direct messages to us.

Nothing of what nobody reported is read, and nothing is kept here beyond minutes. Of what may be sexual material of
minors only the link, the author and the time are taken (P-2.7).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import discord

from connectors.discord.attachments import FileAuthor, FileLimits, fetch_evidence
from connectors.discord.interactions import Interaction, ServerConfig, log_fault
from connectors.discord.modal_values import DiscordMessage, Json, UploadedFile, read_message
from connectors.discord.timeouts import bounded
from connectors.discord.translate import created_at
from connectors.discord.ttl_cache import TtlCache
from guardian.cases.submissions import MAX_FILES
from guardian.services.reports.intake import EvidenceInput

MAX_DIRECT_MESSAGES: Final = 100
_MESSAGES: Final = (500, timedelta(minutes=30))
_FILES_OF_A_MESSAGE: Final = MAX_FILES - 1
_FILES_TOGETHER: Final = 3
"""All files of one report together are at most so many times as large as one may be."""

_NOT_READ: Final = "The message could not be read when the report came in. The link says where it stood."
_DIRECT_MESSAGES_NOT_READ: Final = (
    "The files in the reporter's direct messages could not be read when the report came in."
)
_TOO_SLOW: Final = "The file could not be fetched in time. The link says where it stood."


class EvidenceCollector:
    """Takes what people point to. What it holds in memory is a convenience that a restart may take away."""

    def __init__(self, config: ServerConfig, largest_file: int) -> None:
        self._config = config
        self._captured: TtlCache[DiscordMessage] = TtlCache(*_MESSAGES)
        self._limits = FileLimits(config.api_url, largest_file, _FILES_TOGETHER * largest_file, config.ceiling)

    def capture(self, interaction: Interaction, message: Json) -> tuple[str, str]:
        """Return the message as it stands now, before anybody writes a word about it; its channel and id."""
        seen = read_message(message, self._config.space)
        self._captured.put(str(interaction.user.id), seen.id, seen)
        return seen.channel, seen.id

    async def collect_message(
        self, interaction: Interaction, channel: str, message: str, *, csam: bool
    ) -> tuple[EvidenceInput, ...]:
        """Return the message as it was taken, else (after a restart) as Discord shows it now, else its link alone."""
        seen = self._captured.get(str(interaction.user.id), message)
        link = f"https://discord.com/channels/{self._config.guild_id}/{channel}/{message}"
        if seen is None and csam:
            return (EvidenceInput(kind="message", link=link, written_at=created_at(message)),)
        try:
            if seen is None:
                async with bounded(self._config.ceiling):
                    found = await interaction.client.http.get_message(channel, message)
                seen = read_message(dict(found), self._config.space)
            return self._without_content(seen) if csam else await self._with_files(seen)
        except Exception as fault:
            # An edge: whatever is wrong with a message, the report about it is taken in.
            log_fault("message.not_read", fault)
        return (EvidenceInput(kind="message", link=link, why_not=_NOT_READ, written_at=created_at(message)),)

    async def read_direct_messages(
        self, interaction: Interaction, channel: str, first: str, last: str
    ) -> tuple[DiscordMessage, ...] | None:
        """Return what the person wrote to us directly, from one message to another; None where it could not be read.

        Whose words they are is asked of each message: an id in a button is only an id.
        """
        try:
            async with bounded(self._config.ceiling):
                found: Any = await interaction.client.http.logs_from(
                    channel, MAX_DIRECT_MESSAGES, after=str(int(first) - 1)
                )
        except (discord.DiscordException, OSError) as fault:
            log_fault("letters.not_read", fault)
            return None
        seen = [read_message(dict(each), self._config.space) for each in found]
        theirs = [
            each for each in seen if each.author is not None and each.author.native_id == str(interaction.user.id)
        ]
        return tuple(sorted((each for each in theirs if int(each.id) <= int(last)), key=lambda each: int(each.id)))

    async def collect_direct_message_files(
        self, interaction: Interaction, channel: str, first: str, last: str
    ) -> tuple[EvidenceInput, ...]:
        """Return the files that came with what the person wrote to us directly, or a word on their not being read."""
        seen = await self.read_direct_messages(interaction, channel, first, last)
        return (
            (EvidenceInput(kind="file", why_not=_DIRECT_MESSAGES_NOT_READ),)
            if seen is None
            else await self.collect_files(list_uploads(seen))
        )

    async def collect_files(
        self, uploads: tuple[UploadedFile, ...], author: FileAuthor | None = None
    ) -> tuple[EvidenceInput, ...]:
        """Return the files with their bytes, or with the reason why there are none."""
        return await fetch_evidence(uploads, self._limits, author or FileAuthor())

    def _without_content(self, seen: DiscordMessage) -> tuple[EvidenceInput, ...]:
        return (replace(seen.to_evidence(self._config.guild_id), text=""),)

    async def _with_files(self, seen: DiscordMessage) -> tuple[EvidenceInput, ...]:
        """The message with its files, as far as they come within one ceiling: a report does not wait longer."""
        guild_id = self._config.guild_id
        author = FileAuthor(seen.author, seen.handle, seen.link(guild_id))
        taken = seen.uploads[:_FILES_OF_A_MESSAGE]
        try:
            async with bounded(self._config.ceiling):
                files = await self.collect_files(taken, author)
        except TimeoutError:
            missing = EvidenceInput(
                kind="file", link=author.link, author=author.account, author_handle=author.handle, why_not=_TOO_SLOW
            )
            files = tuple(replace(missing, file_name=upload.file_name) for upload in taken)
        beyond = len(seen.uploads) - len(taken)
        said = f"{beyond} more of its files did not fit." if beyond else ""
        return (seen.to_evidence(guild_id, said), *(replace(each, written_at=seen.at) for each in files))


def list_uploads(messages: tuple[DiscordMessage, ...]) -> tuple[UploadedFile, ...]:
    """Return the files in all of them, as many as one report takes."""
    return tuple(upload for each in messages for upload in each.uploads)[:MAX_FILES]
