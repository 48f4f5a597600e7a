"""What people point to on Discord when they report: a message, taken as it stands, with its files; direct messages to us.

Discord hands a message over in the moment in which it is chosen, and never again: read once more it comes without text
and files. So it is sealed from that moment until the report is in, or for a day. Nothing of what nobody reported is read.
Of what may be sexual material of minors only the link, the author and the time are taken (P-2.7).
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import discord

from connectors.discord.attachments import FileAuthor, FileLimits, fetch_evidence
from connectors.discord.interactions import Interaction, ServerConfig, log_fault
from connectors.discord.message_parts import UploadedFile
from connectors.discord.modal_values import DiscordMessage, Json, read_message
from connectors.discord.timeouts import bounded
from connectors.discord.translate import created_at
from connectors.discord.ttl_cache import TtlCache
from guardian.cases.submissions import MAX_FILES
from guardian.services.context import AppContext
from guardian.services.reports.captures import forget_capture, read_capture, seal_capture
from guardian.services.reports.intake import EvidenceInput
from guardian.spaces.port import Account

MAX_DIRECT_MESSAGES: Final = 100
_MESSAGES: Final = (500, timedelta(minutes=30))
_FILES_OF_A_MESSAGE: Final = MAX_FILES - 1
_FILES_TOGETHER: Final = 3
"""All files of one report together are at most so many times as large as one may be."""
_OTHERS_WORDS: Final = ("referenced_message", "reactions", "member", "mentions", "mention_roles", "resolved")
"""Fields of a message in which somebody else stands, who was not reported."""
_UNREAD_FILE: Final = "parts-not-understood.json"

_NOT_READ: Final = "The message could not be read when the report came in. The link says where it stood."
_WITHOUT_TEXT: Final = (
    "Discord showed the message without its text and files when the report came in: it hands them over only in the "
    "moment in which a message is chosen, and what was kept from then is not here any more. The link says where it stood."
)
_EMPTY: Final = "Discord handed the message over with nothing in it: no text and no file. The link says where it stood."
_DIRECT_MESSAGES_NOT_READ: Final = (
    "The files in the reporter's direct messages could not be read when the report came in."
)
_TOO_SLOW: Final = "The file could not be fetched in time. The link says where it stood."


class EvidenceCollector:
    """Takes what people point to. What it holds in memory is a convenience that a restart may take away."""

    def __init__(self, config: ServerConfig, app: AppContext) -> None:
        self._config = config
        self._app = app
        self._captured: TtlCache[Json] = TtlCache(*_MESSAGES)
        largest = app.largest_file
        self._limits = FileLimits(config.api_url, largest, _FILES_TOGETHER * largest, config.ceiling)

    # -- a message, from the moment in which it is chosen

    def capture(self, interaction: Interaction, message: Json) -> tuple[str, str]:
        """Hold the message as it stands now, before anybody writes a word about it; return its channel and id."""
        kept = {name: value for name, value in message.items() if name not in _OTHERS_WORDS}
        channel, message_id = str(message["channel_id"]), str(message["id"])
        self._captured.put(str(interaction.user.id), message_id, kept)
        return channel, message_id

    async def seal(self, interaction: Interaction, channel: str, message: str) -> None:
        """Seal what was captured, so that it is there after a restart too; to be called once the form stands."""
        kept = self._captured.get(str(interaction.user.id), message)
        try:
            if kept is not None:
                name = _capture_name(channel, message)
                await seal_capture(self._app, self._owner(interaction), name, json.dumps(kept))
        except Exception as fault:
            # An edge: it is still held in memory, and the form stands either way.
            log_fault("message.not_sealed", fault)

    async def forget(self, interaction: Interaction, channel: str, message: str) -> None:
        """Forget what was captured: it is with its report now."""
        self._captured.pop(str(interaction.user.id), message)
        try:
            await forget_capture(self._app, self._owner(interaction), _capture_name(channel, message))
        except Exception as fault:
            # An edge: it goes by itself within a day.
            log_fault("message.not_forgotten", fault)

    async def collect_message(
        self, interaction: Interaction, channel: str, message: str, *, csam: bool
    ) -> tuple[EvidenceInput, ...]:
        """Return the message as it was taken, else as Discord shows it now, else its link: never empty without a word."""
        link = f"https://discord.com/channels/{self._config.guild_id}/{channel}/{message}"
        try:
            found, missing = await self._read_captured(interaction, channel, message), _EMPTY
            if found is None and csam:
                return (EvidenceInput(kind="message", link=link, written_at=created_at(message)),)
            if found is None:
                found, missing = await self._read_again(interaction, channel, message), _WITHOUT_TEXT
            seen = self._read(found)
            return self._without_content(seen) if csam else await self._with_files(seen, missing)
        except Exception as fault:
            # An edge: whatever is wrong with a message, the report about it is taken in.
            log_fault("message.not_read", fault)
        return (EvidenceInput(kind="message", link=link, why_not=_NOT_READ, written_at=created_at(message)),)

    async def _read_captured(self, interaction: Interaction, channel: str, message: str) -> Json | None:
        held = self._captured.get(str(interaction.user.id), message)
        if held is not None:
            return held
        sealed = await read_capture(self._app, self._owner(interaction), _capture_name(channel, message))
        opened: Json | None = json.loads(sealed) if sealed is not None else None
        return opened

    async def _read_again(self, interaction: Interaction, channel: str, message: str) -> Json:
        async with bounded(self._config.ceiling):
            return dict(await interaction.client.http.get_message(channel, message))

    def _owner(self, interaction: Interaction) -> Account:
        return Account(self._config.space, str(interaction.user.id))

    def _read(self, message: Json) -> DiscordMessage:
        return read_message(message, self._config.space, self._limits.files_url)

    # -- what was written to us directly

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
        seen = [self._read(dict(each)) for each in found]
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
            else await self.collect_from(seen)
        )

    # -- files

    async def collect_from(self, messages: tuple[DiscordMessage, ...]) -> tuple[EvidenceInput, ...]:
        """Return the files in all of them, as many as one report takes, with what of them was not understood."""
        unread = _unread_file({each.id: each.unread for each in messages if each.unread}, FileAuthor())
        uploads = tuple(upload for each in messages for upload in each.uploads)
        return (*await self.collect_files(uploads[: MAX_FILES - len(unread)]), *unread)

    async def collect_files(
        self, uploads: tuple[UploadedFile, ...], author: FileAuthor | None = None
    ) -> tuple[EvidenceInput, ...]:
        """Return the files with their bytes, or with the reason why there are none."""
        return await fetch_evidence(uploads, self._limits, author or FileAuthor())

    def _without_content(self, seen: DiscordMessage) -> tuple[EvidenceInput, ...]:
        return (replace(seen.to_evidence(self._config.guild_id), text=""),)

    async def _with_files(self, seen: DiscordMessage, missing: str) -> tuple[EvidenceInput, ...]:
        """The message with its files; `missing` says why there is nothing, where there is nothing."""
        guild_id = self._config.guild_id
        author = FileAuthor(seen.author, seen.handle, seen.link(guild_id))
        unread = _unread_file(seen.unread, author)
        taken = seen.uploads[: _FILES_OF_A_MESSAGE - len(unread)]
        files = await self._collect_in_time(taken, author)
        said = _what_is_missing(seen, len(taken), missing)
        return (seen.to_evidence(guild_id, said), *(replace(each, written_at=seen.at) for each in (*files, *unread)))

    async def _collect_in_time(self, taken: tuple[UploadedFile, ...], author: FileAuthor) -> tuple[EvidenceInput, ...]:
        """The files, as far as they come within one ceiling: a report does not wait longer."""
        try:
            async with bounded(self._config.ceiling):
                return await self.collect_files(taken, author)
        except TimeoutError:
            late = EvidenceInput(
                kind="file", link=author.link, author=author.account, author_handle=author.handle, why_not=_TOO_SLOW
            )
            return tuple(replace(late, file_name=upload.file_name) for upload in taken)


def _capture_name(channel: str, message: str) -> str:
    return f"message/{channel}/{message}"


def _unread_file(unread: Json, author: FileAuthor) -> tuple[EvidenceInput, ...]:
    """What was not understood, as Discord gave it."""
    if not unread:
        return ()
    content = json.dumps(unread, indent=1).encode()
    made = EvidenceInput(kind="file", link=author.link, author=author.account, author_handle=author.handle)
    return (replace(made, file_name=_UNREAD_FILE, content=content),)


def _what_is_missing(seen: DiscordMessage, taken: int, missing: str) -> str:
    """What of the message could not be kept or understood, in words; empty where it is all here."""
    words = []
    if beyond := len(seen.uploads) - taken:
        words.append(f"{beyond} more of its files did not fit.")
    if seen.unread:
        names = ", ".join(sorted(seen.unread))
        words.append(f"Parts of it are not understood here ({names}): they are kept as Discord gave them, in a file.")
    if not (seen.text or seen.uploads or seen.unread):
        words.append(missing)
    return " ".join(words)
