"""What a human fills in becomes what the app sends: form fields with their checks, and the things that values name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.emulators.discord import shapes
from connectors.emulators.discord.client_screen import Field, Modal
from connectors.emulators.discord.community import Community
from connectors.emulators.discord.forms import (
    ACTION_ROW,
    CHANNEL_SELECT,
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    LARGEST_FILE,
    MENTIONABLE_SELECT,
    RADIO_GROUP,
    ROLE_SELECT,
    STRING_SELECT,
    TEXT_INPUT,
    USER_SELECT,
)
from connectors.emulators.discord.state import Channel, Json
from connectors.emulators.shared.control import Declined
from connectors.emulators.shared.server import UploadedFile

OPTION_OF = {USER_SELECT: 6, CHANNEL_SELECT: 7, ROLE_SELECT: 8, MENTIONABLE_SELECT: 9}
LONGEST_NAME = 260


@dataclass(slots=True)
class FormFilling:
    """One input in the making; `resolved` gathers everything that its values name."""

    community: Community
    channel: Channel
    resolved: dict[str, Json] = field(default_factory=dict)

    def resolved_part(self) -> Json:
        """Return the `resolved` part of the data, left out where nothing was named."""
        return {"resolved": self.resolved} if self.resolved else {}

    # -- things named

    def resolve(self, kind: int, value: str) -> str:
        """Return the id of the account (6), channel (7), role (8) or either of account and role (9), now resolved."""
        state = self.community.state
        if kind in (6, 9) and value in state.users:
            return self.user(value)
        if kind == 7 and value in state.channels:
            self.resolved.setdefault("channels", {})[value] = shapes.channel(state, state.channels[value])
            return value
        if kind in (8, 9) and value in state.roles:
            self.resolved.setdefault("roles", {})[value] = shapes.role(state.roles[value])
            return value
        raise Declined(f"nothing here has the id {value!r}")

    def user(self, user_id: str) -> str:
        """Resolve the account, and its place in the guild where it has one."""
        state = self.community.state
        if user_id not in state.users:
            raise Declined(f"nobody has the id {user_id!r}")
        self.resolved.setdefault("users", {})[user_id] = shapes.user(state, user_id)
        member = state.members.get(user_id)
        if member is not None and self.channel.recipient_id is None:
            place = shapes.member(state, member, self.community.now())
            partial = {name: value for name, value in place.items() if name not in ("user", "deaf", "mute")}
            partial["permissions"] = str(state.permissions_of(user_id, self.community.now()))
            self.resolved.setdefault("members", {})[user_id] = partial
        return user_id

    def resolve_all(self, select: int, values: Sequence[str]) -> None:
        """Resolve everything that was picked in a menu of this type."""
        for value in values:
            self.resolve(OPTION_OF[select], value)

    def file(self, given: tuple[str, bytes] | Mapping[str, str]) -> str:
        """Upload the file (name, bytes; from another process name and text) and return its id."""
        name, content = (given["name"], given["text"].encode()) if isinstance(given, Mapping) else given
        if len(content) > LARGEST_FILE:
            raise Declined(f"{name} is too large to be sent here")
        kept = self.community.store_files(
            [UploadedFile(name[-LONGEST_NAME:], "", content)], self.channel.id, {}, ephemeral=True
        )[0]
        described = shapes.attachment(kept, self.community.origin(), self.community.now())
        self.resolved.setdefault("attachments", {})[kept.id] = described
        return kept.id

    # -- forms

    def form(self, modal: Modal, values: Mapping[str, Any]) -> Json:
        """Return the data of the filled-in form; a field that the app would not let pass is declined."""
        given = {modal.find(name).custom_id: value for name, value in values.items()}
        return {"custom_id": modal.custom_id, "components": [self._field_json(f, given) for f in modal.fields]}

    def _field_json(self, form_field: Field, given: Mapping[str, Any]) -> Json:
        part: Json = {"type": form_field.type, "id": form_field.part * 2, "custom_id": form_field.custom_id}
        if form_field.type == TEXT_INPUT:
            part["value"] = _check_text(form_field, given.get(form_field.custom_id, form_field.value))
        elif form_field.type == CHECKBOX:
            part["value"] = bool(given.get(form_field.custom_id, False))
        elif form_field.type == RADIO_GROUP:
            chosen = self._field_values(form_field, given.get(form_field.custom_id))
            part["value"] = chosen[0] if chosen else None
        else:
            part["values"] = self._field_values(form_field, given.get(form_field.custom_id))
        if form_field.row:
            return {"type": ACTION_ROW, "id": form_field.part, "components": [part]}
        return {"type": LABEL, "id": form_field.part, "component": part}

    def _field_values(self, form_field: Field, value: Any) -> list[str]:
        given: list[Any] = (
            list(form_field.chosen) if value is None else [value] if isinstance(value, str | tuple) else list(value)
        )
        if not given and form_field.required:
            raise Declined(f"{form_field.label}: an answer is required")
        if given and not form_field.low <= len(given) <= form_field.high:
            raise Declined(f"{form_field.label}: {form_field.low} to {form_field.high} answers")
        if form_field.type == FILE_UPLOAD:
            return [self.file(each) for each in given]
        chosen = [str(dict(form_field.options).get(each, each)) for each in given]
        if form_field.type in (STRING_SELECT, RADIO_GROUP, CHECKBOX_GROUP):
            if not set(chosen) <= {each for _, each in form_field.options}:
                raise Declined(f"{form_field.label}: one of {[label for label, _ in form_field.options]}")
        else:
            self.resolve_all(form_field.type, chosen)
        return chosen


def _check_text(form_field: Field, value: Any) -> str:
    text = str(value or "")
    if form_field.required and not text:
        raise Declined(f"{form_field.label}: a text is required")
    if text and not form_field.low <= len(text) <= form_field.high:
        raise Declined(f"{form_field.label}: {form_field.low} to {form_field.high} characters, not {len(text)}")
    return text
