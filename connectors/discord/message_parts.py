"""What a message on Discord says beside its plain text: forwards, polls, stickers, previews, parts of apps. Pure.

Evidence is never silently empty: each part is put into words, a file is named, and what is not understood here is said
and its own JSON kept. Pictures that a preview shows from elsewhere are not fetched. Read `read_parts` first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.discord.translate import replace_surrogates

Json = Mapping[str, Any]

FORWARD: Final = 1
"""The type of a reference that is a forward; a reply's is 0."""

_STICKER_ENDINGS: Final = {1: "png", 2: "png", 3: "json", 4: "gif"}
_ORDINARY_TYPES: Final = frozenset({0, 19, 20, 23})
"""Messages that a person or an app wrote: a plain one, a reply, the answer to a command or to a menu."""

# Fields that say where, when and by whom, or that concern others: what the message says stands in none of them.
_ABOUT: Final = frozenset(
    [
        "id",
        "channel_id",
        "guild_id",
        "author",
        "member",
        "timestamp",
        "edited_timestamp",
        "tts",
        "mention_everyone",
        "mentions",
        "mention_roles",
        "mention_channels",
        "nonce",
        "pinned",
        "webhook_id",
        "application",
        "application_id",
        "flags",
        "position",
        "resolved",
        "reactions",
        "referenced_message",
        "interaction",
        "interaction_metadata",
        "stickers",
        "channel_type",
        "attachments",
    ]
)
_EMBED_ABOUT: Final = frozenset(["type", "color", "timestamp", "flags", "content_scan_version", "reference_id"])


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that Discord holds, with the size that it states; 0 where it states none."""

    file_name: str
    url: str
    size: int


@dataclass(slots=True)
class MessageParts:
    """What was read: passages in their order, files, and by name the fields that were not understood."""

    passages: list[str] = field(default_factory=list)
    files: list[UploadedFile] = field(default_factory=list)
    unread: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Everything that was read, as one text."""
        return "\n\n".join(each for each in self.passages if each.strip())


def read_parts(message: Json, files_url: str) -> MessageParts:
    """Return what the message says; `files_url` is where Discord gives out stickers."""
    parts = MessageParts()
    for name, value in message.items():
        if name in _ABOUT or value in (None, "", [], {}, 0):
            continue
        reader = _READERS.get(name)
        try:
            if reader is None or not reader(parts, value, message, files_url):
                parts.unread[name] = value
        except (AttributeError, LookupError, TypeError, ValueError):
            # An edge: whatever shape Discord gives it, the rest is read and this is kept as it came.
            parts.unread[name] = value
    parts.files[:0] = [read_attachment(each) for each in message.get("attachments") or ()]
    parts.files[:] = {each.url: each for each in reversed(parts.files)}.values()
    parts.files.reverse()
    return parts


def read_attachment(attachment: Json) -> UploadedFile:
    """Return the file of a message or form."""
    name = replace_surrogates(str(attachment.get("filename") or "file"))
    return UploadedFile(name, str(attachment.get("url") or ""), int(attachment.get("size") or 0))


# Each reader says whether it understood the whole of its field; what it could read stands in the parts either way.


def _read_content(parts: MessageParts, content: Any, message: Json, files_url: str) -> bool:
    parts.passages.insert(0, replace_surrogates(str(content)))
    return True


def _read_type(parts: MessageParts, kind: Any, message: Json, files_url: str) -> bool:
    if kind not in _ORDINARY_TYPES:
        parts.passages.append(f"[A notice of Discord's own, of type {kind}.]")
    return True


def _read_reference(parts: MessageParts, reference: Json, message: Json, files_url: str) -> bool:
    """Where the message points: what it answers is somebody's who was not reported, so only its place is kept."""
    place = "/".join(str(reference.get(part) or "@me") for part in ("guild_id", "channel_id"))
    link = f"https://discord.com/channels/{place}/{reference.get('message_id') or ''}"
    forwarded = reference.get("type") == FORWARD
    parts.passages.append(f"[{'Forwarded from' if forwarded else 'In answer to'} {link}]")
    return True


def _read_snapshots(parts: MessageParts, snapshots: Iterable[Json], message: Json, files_url: str) -> bool:
    understood = True
    for snapshot in snapshots:
        copied: Json = snapshot["message"]
        inner = read_parts(copied, files_url)
        written = f", written at {copied['timestamp']}" if copied.get("timestamp") else ""
        parts.passages.append(f"[Forwarded; Discord does not say who wrote it{written}:]\n{inner.text or '(no text)'}")
        parts.files += inner.files
        understood = understood and not inner.unread
    return understood


def _read_poll(parts: MessageParts, poll: Json, message: Json, files_url: str) -> bool:
    options = [_poll_line(each) for each in poll.get("answers") or ()]
    parts.passages.append("\n".join([f"[Poll:] {_medium(poll['question'])}", *options]))
    return True


def _poll_line(answer: Json) -> str:
    return f"• {_medium(answer['poll_media'])}"


def _medium(medium: Json) -> str:
    emoji = (medium.get("emoji") or {}).get("name") or ""
    return replace_surrogates(f"{emoji} {medium.get('text') or ''}".strip())


def _read_stickers(parts: MessageParts, stickers: Iterable[Json], message: Json, files_url: str) -> bool:
    for sticker in stickers:
        name, ending = replace_surrogates(str(sticker.get("name") or "")), _STICKER_ENDINGS[int(sticker["format_type"])]
        parts.passages.append(f"[Sticker: {name}]")
        parts.files.append(
            UploadedFile(f"sticker-{sticker['id']}.{ending}", f"{files_url}/stickers/{int(sticker['id'])}.{ending}", 0)
        )
    return True


def _read_embeds(parts: MessageParts, embeds: Iterable[Json], message: Json, files_url: str) -> bool:
    understood = True
    for embed in embeds:
        lines = list(_embed_lines(embed))
        parts.passages.append("\n".join(["[Preview or box:]", *lines]))
        understood = understood and not (embed.keys() - _EMBED_TEXTS.keys() - _EMBED_ABOUT)
    return understood


def _embed_lines(embed: Json) -> Iterator[str]:
    for name, inner in _EMBED_TEXTS.items():
        value = embed.get(name)
        for each in value if isinstance(value, list) else [value]:
            words = (
                [str(each[key]) for key in inner if each.get(key)] if isinstance(each, Mapping) else [str(each or "")]
            )
            if any(words):
                yield replace_surrogates(": ".join(words) if name == "fields" else " ".join(words))


_EMBED_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "provider": ("name", "url"),
    "author": ("name", "url"),
    "title": (),
    "url": (),
    "description": (),
    "fields": ("name", "value"),
    "image": ("url", "description"),
    "thumbnail": ("url", "description"),
    "video": ("url", "description"),
    "footer": ("text",),
}


def _read_components(parts: MessageParts, components: Iterable[Json], message: Json, files_url: str) -> bool:
    read = [_read_component(parts, each) for each in components]
    return all(read)


def _read_component(parts: MessageParts, component: Json) -> bool:
    kind = component.get("type")
    for words in filter(None, map(str, _component_words(component))):
        parts.passages.append(replace_surrogates(words))
    for medium in _component_media(component):
        parts.files.append(_medium_file(medium))
    inner = [
        *(component.get("components") or ()),
        *filter(None, (component.get("component"), component.get("accessory"))),
    ]
    read = [_read_component(parts, each) for each in inner]
    return all(read) and kind in _COMPONENT_TYPES


_COMPONENT_TYPES: Final = frozenset({1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 17, 18})
"""The parts that stand in messages: rows, buttons, menus, sections, texts, media, files, lines, containers, labels."""


def _component_words(component: Json) -> Iterator[str]:
    kind = component.get("type")
    if kind == 2:
        yield f"[Button: {component.get('label') or ''} {component.get('url') or ''}".rstrip() + "]"
    elif component.get("options") is not None or kind in (3, 5, 6, 7, 8):
        options = ", ".join(str(each.get("label") or "") for each in component.get("options") or ())
        yield f"[Menu: {component.get('placeholder') or ''} {options}".rstrip() + "]"
    else:
        yield str(component.get("content") or component.get("label") or component.get("description") or "")
        yield from (str(each.get("description") or "") for each in component.get("items") or ())


def _component_media(component: Json) -> Iterator[Json]:
    held = [
        component.get("media"),
        component.get("file"),
        *(each.get("media") for each in component.get("items") or ()),
    ]
    yield from (each for each in held if each)


def _medium_file(medium: Json) -> UploadedFile:
    url = str(medium.get("url") or "")
    name = url.partition("?")[0].rpartition("/")[2] or "file"
    return UploadedFile(replace_surrogates(name), url, int(medium.get("size") or 0))


def _read_call(parts: MessageParts, call: Json, message: Json, files_url: str) -> bool:
    parts.passages.append("[A call.]")
    return True


def _read_thread(parts: MessageParts, thread: Json, message: Json, files_url: str) -> bool:
    parts.passages.append(f"[A thread begins here: {replace_surrogates(str(thread.get('name') or ''))}]")
    return True


_READERS: Final[Mapping[str, Callable[[MessageParts, Any, Json, str], bool]]] = {
    "content": _read_content,
    "type": _read_type,
    "message_reference": _read_reference,
    "message_snapshots": _read_snapshots,
    "poll": _read_poll,
    "sticker_items": _read_stickers,
    "embeds": _read_embeds,
    "components": _read_components,
    "call": _read_call,
    "thread": _read_thread,
}
