"""The buttons under what members are sent: each opens a page, or comes to a handler that asks who pressed it."""

from collections.abc import Iterable
from typing import Any, assert_never

from connectors.discord.components import Button, Style, build_view, custom_id
from guardian.spaces.messages import ButtonAction, MessageButton, MessageLink


def message_buttons(buttons: Iterable[MessageButton]) -> list[dict[str, Any]]:
    """Return the buttons under a message that the service sends by itself, as it is posted."""
    shown = tuple(_message_button(each) for each in buttons)
    return build_view(shown).to_components() if shown else []


def _message_button(button: MessageButton) -> Button:
    if isinstance(button, MessageLink):
        return Button(button.label, url=button.address)
    match button.action:
        case ButtonAction.TAKE:
            return Button("I have it", custom_id("take", button.subject), Style.PRIMARY)
        case ButtonAction.ACCEPT_ESCALATION:
            return Button("Accept it by name", custom_id("accept-escalation", button.subject), Style.PRIMARY)
        case ButtonAction.RATIFY:
            return Button("Ratify …", custom_id("ratify", button.subject), Style.PRIMARY)
        case ButtonAction.REVERSE:
            return Button("Reverse …", custom_id("reverse", button.subject), Style.DANGER)
    assert_never(button.action)
