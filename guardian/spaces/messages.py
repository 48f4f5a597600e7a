"""What a space is given to send: text, and the buttons beneath it. Read `Message` first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ButtonAction(StrEnum):
    """What a button under a message does, in a space that can show one."""

    TAKE = "take"
    ACCEPT_ESCALATION = "accept-escalation"
    RATIFY = "ratify"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class MessageLink:
    """A button under a message that opens an address, which the text names as well."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class MessageAction:
    """A button under a message that does something about what the message names."""

    action: ButtonAction
    subject: str


MessageButton = MessageLink | MessageAction


@dataclass(frozen=True, slots=True)
class Message:
    """A text to one account; `nonce` makes a repeated sending recognisable to the space.

    `instants` are those that stand in the text in words: a space may show them in the reader's own zone. `buttons` are
    a comfort of those spaces that have them: the text says the same without.
    """

    subject: str
    text: str
    nonce: str
    instants: Mapping[str, datetime] = field(default_factory=dict)
    buttons: tuple[MessageButton, ...] = ()
