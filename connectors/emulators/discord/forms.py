"""What Discord accepts in a message or a modal: lengths, counts, and which part may stand where (docs: components)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from connectors.emulators.discord.refusals import FormErrors, Refusal
from connectors.emulators.discord.state import COMPONENTS_V2
from connectors.emulators.shared.server import UploadedFile

Json = dict[str, Any]

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY, LABEL = 1, 2, 3, 4, 10, 18
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 19, 21, 22, 23
IN_A_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
LINK_STYLE = 5
LARGEST_FILE = 10 * 1024 * 1024


def walk_components(components: list[Json]) -> Iterator[Json]:
    """Return every component, outer before inner, in the order in which it is shown."""
    for component in components:
        yield component
        yield from walk_components(list(component.get("components", [])))
        for inner in ("component", "accessory"):
            if component.get(inner):
                yield from walk_components([component[inner]])


def number_components(components: list[Json]) -> list[Json]:
    """Return the components as they are stored: each with an id of its own."""
    for number, component in enumerate(walk_components(components), start=1):
        component.setdefault("id", number)
    return components


def check_message(body: Json, uploads: list[UploadedFile], *, editing: bool = False) -> None:
    """Refuse a body that Discord would not post."""
    form = FormErrors()
    form.check_max_length("content", body.get("content"), 2000)
    form.check_max_length("nonce", body.get("nonce"), 25)
    _check_embeds(form, body.get("embeds") or [])
    _check_components(form, body)
    if len(uploads) > 10:
        form.add("files", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    form.raise_if_faulty()
    if any(len(upload.content) > LARGEST_FILE for upload in uploads):
        raise Refusal(413, 40005)
    if not (editing or uploads or any(body.get(part) for part in ("content", "embeds", "components"))):
        raise Refusal(400, 50006)


def _check_embeds(form: FormErrors, embeds: list[Json]) -> None:
    if len(embeds) > 10:
        form.add("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, embed in enumerate(embeds):
        form.check_max_length(f"embeds.{index}.title", embed.get("title"), 256)
        form.check_max_length(f"embeds.{index}.description", embed.get("description"), 4096)
        form.check_max_length(f"embeds.{index}.footer.text", (embed.get("footer") or {}).get("text"), 2048)
        fields = embed.get("fields") or []
        if len(fields) > 25:
            form.add(f"embeds.{index}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for place, shown in enumerate(fields):
            form.check_length(f"embeds.{index}.fields.{place}.name", shown.get("name"), 1, 256)
            form.check_length(f"embeds.{index}.fields.{place}.value", shown.get("value"), 1, 1024)
    if sum(_embed_length(embed) for embed in embeds) > 6000:
        form.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _embed_length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts += [f.get(part) for f in embed.get("fields") or [] for part in ("name", "value")]
    return sum(len(text or "") for text in texts)


def _check_components(form: FormErrors, body: Json) -> None:
    components = body.get("components") or []
    if int(body.get("flags") or 0) & COMPONENTS_V2:
        if body.get("content") or body.get("embeds"):
            form.add("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Not with these components.")
        if len(list(walk_components(components))) > 40:
            form.add("components", "BASE_TYPE_MAX_LENGTH", "Must be 40 or fewer in length.")
    else:
        if len(components) > 5:
            form.add("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
        for index, row in enumerate(components):
            _check_row(form, f"components.{index}", row)
    _check_parts(form, components)


def _check_row(form: FormErrors, path: str, row: Json) -> None:
    inside = row.get("components", [])
    if row.get("type") != ACTION_ROW:
        form.add(f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    elif not 1 <= len(inside) <= 5 or (len(inside) > 1 and any(c["type"] in SELECTS for c in inside)):
        form.add(f"{path}.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")


def _check_link(form: FormErrors, path: str, part: Json) -> None:
    """A link has an address of http or https, at a host that others could reach by its name; others have none."""
    if part.get("style") != LINK_STYLE:
        if part.get("url") is not None:
            form.add(f"{path}.url", "BUTTON_COMPONENT_INVALID_URL", "Only a link has an address.")
        return
    address = urlsplit(str(part.get("url") or ""))
    if address.scheme not in ("http", "https"):
        form.add(f"{path}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")
    elif "." not in (address.hostname or ""):
        form.add(f"{path}.url", "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def _check_parts(form: FormErrors, components: list[Json]) -> None:
    seen: set[str] = set()
    for number, part in enumerate(walk_components(components)):
        path = f"components.{number}"
        kind = part.get("type")
        if kind == BUTTON:
            form.check_max_length(f"{path}.label", part.get("label"), 80)
            _check_link(form, path, part)
        if kind == TEXT_INPUT or (kind in IN_A_LABEL and kind not in SELECTS):
            form.add(f"{path}.type", "COMPONENT_TYPE_INVALID", "This part stands in modals only.")
        if kind in SELECTS:
            _check_select(form, path, part)
        if kind in SELECTS or (kind == BUTTON and part.get("style") != LINK_STYLE):
            _check_custom_id(form, path, part, seen)


def _check_custom_id(form: FormErrors, path: str, part: Json, seen: set[str]) -> None:
    custom_id = part.get("custom_id")
    form.check_length(f"{path}.custom_id", custom_id, 1, 100)
    if custom_id in seen:
        form.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    seen.add(str(custom_id))


def _check_select(form: FormErrors, path: str, part: Json) -> None:
    form.check_max_length(f"{path}.placeholder", part.get("placeholder"), 150)
    options = part.get("options") or []
    if part["type"] == STRING_SELECT and not 1 <= len(options) <= 25:
        form.add(f"{path}.options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    for index, option in enumerate(options):
        form.check_length(f"{path}.options.{index}.label", option.get("label"), 1, 100)
        form.check_length(f"{path}.options.{index}.value", option.get("value"), 1, 100)
        form.check_max_length(f"{path}.options.{index}.description", option.get("description"), 100)


def check_modal(modal: Json) -> None:
    """Refuse a modal that Discord would not show."""
    form = FormErrors()
    form.check_length("data.title", modal.get("title"), 1, 45)
    form.check_length("data.custom_id", modal.get("custom_id"), 1, 100)
    components = modal.get("components") or []
    if not 1 <= len(components) <= 5:
        form.add("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    seen: set[str] = set()
    for index, component in enumerate(components):
        path = f"data.components.{index}"
        kind = component.get("type")
        if kind == LABEL:
            form.check_length(f"{path}.label", component.get("label"), 1, 45)
            form.check_max_length(f"{path}.description", component.get("description"), 100)
            _check_field(form, f"{path}.component", component.get("component") or {}, seen)
        elif kind == ACTION_ROW:
            inner = (component.get("components") or [{}])[0]
            form.check_length(f"{path}.components.0.label", inner.get("label"), 1, 45)
            _check_field(form, f"{path}.components.0", inner, seen)
        elif kind == TEXT_DISPLAY:
            form.check_length(f"{path}.content", component.get("content"), 1, 4000)
        else:
            form.add(f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).')
    form.raise_if_faulty()


def _check_field(form: FormErrors, path: str, part: Json, seen: set[str]) -> None:
    kind = part.get("type")
    if kind not in IN_A_LABEL:
        form.add(f"{path}.type", "UNION_TYPE_CHOICES", "This part cannot stand in a modal.")
        return
    _check_custom_id(form, path, part, seen)
    if kind == TEXT_INPUT:
        form.check_max_length(f"{path}.value", part.get("value"), min(4000, part.get("max_length") or 4000))
        form.check_max_length(f"{path}.placeholder", part.get("placeholder"), 100)
        if not 0 <= (part.get("min_length") or 0) <= (part.get("max_length") or 4000) <= 4000:
            form.add(f"{path}.max_length", "NUMBER_TYPE_MAX", "int value should be less than or equal to 4000.")
    elif kind in SELECTS:
        _check_select(form, path, part)
    elif kind == FILE_UPLOAD and not 0 <= (part.get("max_values") or 1) <= 10:
        form.add(f"{path}.max_values", "NUMBER_TYPE_MAX", "int value should be less than or equal to 10.")
    elif kind in (RADIO_GROUP, CHECKBOX_GROUP) and not 1 <= len(part.get("options") or []) <= 10:
        form.add(f"{path}.options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")
