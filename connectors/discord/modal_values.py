"""What somebody filled in or picked, read from Discord's own words. Pure: no call, no clock, no state."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.discord.translate import parse_instant
from guardian.ids import SpaceName
from guardian.services.reports.intake import EvidenceInput
from guardian.spaces.port import Account

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that Discord holds, with the size that it states."""

    file_name: str
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class ModalValues:
    """A form as it was sent: texts by field, choices by field, and every file."""

    texts: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    uploads: tuple[UploadedFile, ...]

    def text(self, field: str) -> str:
        """Return what was written in the field."""
        return self.texts.get(field, "")

    def selected(self, field: str) -> tuple[str, ...]:
        """Return what was chosen in the field."""
        return self.choices.get(field, ())


@dataclass(frozen=True, slots=True)
class DiscordMessage:
    """A message on Discord: where it stands, who wrote it, what it says, and the files in it."""

    channel: str
    id: str
    author: Account | None
    handle: str
    text: str
    at: datetime | None
    uploads: tuple[UploadedFile, ...]
    edited: bool = False

    def link(self, guild_id: str) -> str:
        """Return where the message is found."""
        return f"https://discord.com/channels/{guild_id}/{self.channel}/{self.id}"

    def to_evidence(self, guild_id: str, missing: str = "") -> EvidenceInput:
        """Return the message itself as evidence; `missing` says what of it could not be kept."""
        link = self.link(guild_id)
        return EvidenceInput(
            kind="message",
            link=link,
            author=self.author,
            author_handle=self.handle,
            text=self.text,
            why_not=missing,
            written_at=self.at,
        )


def read_modal(data: Json) -> ModalValues:
    """Return the form behind a submission."""
    texts: dict[str, str] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for part in _walk_components(data.get("components") or ()):
        field = part.get("custom_id")
        if field is None:
            continue
        if isinstance(part.get("value"), str):
            texts[field] = _replace_surrogates(part["value"])
        choices[field] = tuple(str(value) for value in part.get("values") or ())
    attachments = (data.get("resolved") or {}).get("attachments") or {}
    uploads = tuple(
        _read_upload(attachments[value]) for values in choices.values() for value in values if value in attachments
    )
    return ModalValues(texts, choices, uploads)


def read_message(message: Json, space: SpaceName) -> DiscordMessage:
    """Return the message as Discord shows it. What a webhook wrote has a name and nobody's account."""
    author = message.get("author") or {}
    by_webhook = message.get("webhook_id") is not None or "id" not in author
    return DiscordMessage(
        channel=str(message["channel_id"]),
        id=str(message["id"]),
        author=None if by_webhook else Account(space, str(author["id"])),
        handle=_replace_surrogates(str(author.get("username") or "")),
        text=_replace_surrogates(str(message.get("content") or "")),
        at=parse_instant(message.get("timestamp")),
        uploads=tuple(_read_upload(each) for each in message.get("attachments") or ()),
        edited=message.get("edited_timestamp") is not None,
    )


def _walk_components(components: Iterable[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _walk_components(component.get("components") or ())
        if component.get("component"):
            yield from _walk_components((component["component"],))


def _replace_surrogates(text: str) -> str:
    """The text without halves of characters, which JSON can carry and nothing can store: a sign stands in their place."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read_upload(attachment: Json) -> UploadedFile:
    return UploadedFile(
        _replace_surrogates(str(attachment["filename"])), str(attachment["url"]), int(attachment.get("size") or 0)
    )
