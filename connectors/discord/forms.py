"""What somebody filled in or picked, read from Discord's own words. Pure: no call, no clock, no state."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.discord.translate import instant
from guardian.desk.intake import EvidenceIn
from guardian.ids import SpaceName
from guardian.spaces.port import Account

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that Discord holds, with the size that it states."""

    file_name: str
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent: texts by field, choices by field, and every file."""

    texts: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    uploads: tuple[Upload, ...]

    def text(self, field: str) -> str:
        """What was written in the field."""
        return self.texts.get(field, "")

    def chosen(self, field: str) -> tuple[str, ...]:
        """What was chosen in the field."""
        return self.choices.get(field, ())


@dataclass(frozen=True, slots=True)
class Written:
    """A message on Discord: where it stands, who wrote it, what it says, and the files in it."""

    channel: str
    id: str
    author: Account | None
    handle: str
    text: str
    at: datetime | None
    uploads: tuple[Upload, ...]
    edited: bool = False

    def link(self, guild_id: str) -> str:
        """Where the message is found."""
        return f"https://discord.com/channels/{guild_id}/{self.channel}/{self.id}"

    def as_evidence(self, guild_id: str, missing: str = "") -> EvidenceIn:
        """The message itself as evidence; `missing` says what of it could not be kept."""
        link = self.link(guild_id)
        return EvidenceIn("message", link, self.author, self.handle, self.text, why_not=missing, written_at=self.at)


def filled(data: Json) -> Filled:
    """The form behind a submission."""
    texts: dict[str, str] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for part in _parts(data.get("components") or ()):
        field = part.get("custom_id")
        if field is None:
            continue
        if isinstance(part.get("value"), str):
            texts[field] = _whole(part["value"])
        choices[field] = tuple(str(value) for value in part.get("values") or ())
    held = (data.get("resolved") or {}).get("attachments") or {}
    uploads = tuple(_upload(held[value]) for values in choices.values() for value in values if value in held)
    return Filled(texts, choices, uploads)


def written(message: Json, space: SpaceName) -> Written:
    """The message as Discord shows it. What a webhook wrote has a name and nobody's account."""
    author = message.get("author") or {}
    by_webhook = message.get("webhook_id") is not None or "id" not in author
    return Written(
        channel=str(message["channel_id"]),
        id=str(message["id"]),
        author=None if by_webhook else Account(space, str(author["id"])),
        handle=_whole(str(author.get("username") or "")),
        text=_whole(str(message.get("content") or "")),
        at=instant(message.get("timestamp")),
        uploads=tuple(_upload(each) for each in message.get("attachments") or ()),
        edited=message.get("edited_timestamp") is not None,
    )


def _parts(components: Iterable[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _parts(component.get("components") or ())
        if component.get("component"):
            yield from _parts((component["component"],))


def _whole(text: str) -> str:
    """The text without halves of characters, which JSON can carry and nothing can store: a sign stands in their place."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _upload(attachment: Json) -> Upload:
    return Upload(_whole(str(attachment["filename"])), str(attachment["url"]), int(attachment.get("size") or 0))
