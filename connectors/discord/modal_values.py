"""What somebody filled in or picked, read from Discord's own words. Pure: no call, no clock, no state."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.discord.message_parts import UploadedFile, read_attachment, read_parts
from connectors.discord.translate import parse_instant, replace_surrogates
from guardian.ids import SpaceName
from guardian.services.reports.intake import EvidenceInput
from guardian.spaces.port import Account

Json = Mapping[str, Any]


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
    unread: Json = field(default_factory=dict)

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
            texts[field] = replace_surrogates(part["value"])
        choices[field] = tuple(str(value) for value in part.get("values") or ())
    attachments = (data.get("resolved") or {}).get("attachments") or {}
    uploads = tuple(
        read_attachment(attachments[value]) for values in choices.values() for value in values if value in attachments
    )
    return ModalValues(texts, choices, uploads)


def read_message(message: Json, space: SpaceName, files_url: str) -> DiscordMessage:
    """Return the message as Discord shows it, with every part of it put into words; `files_url` has its stickers.

    What an app posted is the doing of whoever used it. What a webhook wrote has a name and nobody's account.
    """
    author, used_by = message.get("author") or {}, _invoker(message)
    by_webhook = message.get("webhook_id") is not None or "id" not in author
    writer = used_by or ({} if by_webhook else author)
    parts = read_parts(message, files_url)
    name = replace_surrogates(str(author.get("username") or ""))
    through = (f"[Posted by the app {name}, for the account that used it.]",) if used_by else ()
    return DiscordMessage(
        channel=str(message["channel_id"]),
        id=str(message["id"]),
        author=Account(space, str(writer["id"])) if writer.get("id") else None,
        handle=replace_surrogates(str(writer.get("username") or "")) or name,
        text="\n\n".join(filter(None, (*through, parts.text))),
        at=parse_instant(message.get("timestamp")),
        uploads=tuple(parts.files),
        edited=message.get("edited_timestamp") is not None,
        unread=parts.unread,
    )


def _invoker(message: Json) -> Json | None:
    """The account that used the app whose message it is; None where nobody did."""
    metadata = message.get("interaction_metadata") or message.get("interaction") or {}
    user: Json | None = metadata.get("user")
    return user if user and user.get("id") else None


def _walk_components(components: Iterable[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _walk_components(component.get("components") or ())
        if component.get("component"):
            yield from _walk_components((component["component"],))
