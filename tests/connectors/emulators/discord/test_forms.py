"""What the platform does not accept: bodies that break a length or a place, hands that do not reach."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.emulators.discord.commands import register_commands
from connectors.emulators.discord.forms import check_message, check_modal
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.refusals import Refusal
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.shared.control import Declined
from connectors.emulators.shared.server import UploadedFile
from tests.connectors.emulators.discord.client_bot import BEGAN

BUTTON = {"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"}
TEXT = {"type": 4, "style": 1, "custom_id": "t", "label": "Text"}


def _row(*parts: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def _label(text: str = "Label", part: Any = None) -> dict[str, Any]:
    return {"type": 18, "label": text, "component": part or TEXT}


def _modal(*components: Any, title: str = "Title", custom_id: str = "id") -> dict[str, Any]:
    return {"title": title, "custom_id": custom_id, "components": list(components)}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"content": "x", "nonce": "n" * 26}, "nonce"),
        ({"content": "x", "embeds": [{"title": "t" * 257}]}, "embeds"),
        ({"embeds": [{"description": "d" * 3100}, {"description": "d" * 3100}]}, "embeds"),
        ({"content": "x", "components": [_row(BUTTON)] * 6}, "components"),
        ({"content": "x", "components": [_row(BUTTON, BUTTON)]}, "components"),
        ({"content": "x", "components": [_row(BUTTON | {"label": "l" * 81})]}, "components"),
        ({"content": "x", "components": [_row(BUTTON | {"custom_id": "i" * 101})]}, "components"),
        ({"content": "x", "components": [BUTTON]}, "components"),
        ({"content": "x", "components": [_row(TEXT)]}, "components"),
        ({"content": "x", "components": [_row({"type": 3, "custom_id": "s", "options": []})]}, "components"),
    ],
)
def test_a_message_that_breaks_a_bound_is_refused_with_its_place(body: dict[str, Any], path: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_message(body, [])
    assert refused.value.code == 50035
    assert path in refused.value.errors


def test_messages_within_their_bounds_pass() -> None:
    check_message({"content": "x" * 2000, "components": [_row(BUTTON, BUTTON | {"custom_id": "no"})]}, [])
    check_message({}, [UploadedFile("a.txt", "text/plain", b"a")])


def test_an_empty_message_and_a_file_too_large_have_their_own_codes() -> None:
    with pytest.raises(Refusal) as empty:
        check_message({"content": ""}, [])
    with pytest.raises(Refusal) as large:
        check_message({}, [UploadedFile("a.bin", "", b"0" * (10 * 1024 * 1024 + 1))])
    assert (empty.value.code, large.value.code) == (50006, 40005)


@pytest.mark.parametrize(
    "modal",
    [
        _modal(_label(), title="t" * 46),
        _modal(_label(), custom_id="i" * 101),
        _modal(),
        _modal(*(_label(part=TEXT | {"custom_id": f"t{i}"}) for i in range(6))),
        _modal(_label("l" * 46)),
        _modal(_label(), _label()),
        _modal(_label(part=TEXT | {"value": "v" * 4001})),
        _modal(_label(part=TEXT | {"max_length": 4001})),
        _modal(_label(part=BUTTON)),
        _modal(_row(TEXT | {"label": "l" * 46})),
    ],
)
def test_a_modal_that_breaks_a_bound_is_refused(modal: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        check_modal(modal)
    assert refused.value.code == 50035


def test_modals_within_their_bounds_pass() -> None:
    check_modal(_modal(*(_label("l" * 45, TEXT | {"custom_id": f"t{i}"}) for i in range(5)), title="t" * 45))


def an_option(**facts: Any) -> dict[str, Any]:
    """A command with one option of that kind."""
    return {"name": "fine", "description": "d", "options": [{"name": "o", "description": "d", **facts}]}


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Upper", "description": "d"},
        {"name": "fine", "description": ""},
        {"name": "fine", "description": "d", "options": [{"type": 3, "name": "o", "description": "d" * 101}]},
        an_option(type=5, autocomplete=True),
        an_option(type=3, autocomplete=True, choices=[{"name": "a", "value": "a"}]),
        an_option(type=4, choices=[{"name": "a", "value": "a"}]),
    ],
)
def test_a_command_that_breaks_a_rule_is_not_registered(command: dict[str, Any]) -> None:
    state = DiscordState(begun=BEGAN)
    with pytest.raises(Refusal):
        register_commands(state, [command], None, BEGAN)
    assert state.commands == {}


def test_a_command_keeps_its_id_when_it_is_registered_again() -> None:
    state = DiscordState(begun=BEGAN)
    command = {"name": "report", "description": "d"}
    first, again = (register_commands(state, [command], None, BEGAN)[0] for _ in range(2))
    assert first["id"] == again["id"]
    assert first["version"] != again["version"]


async def test_a_hand_reaches_no_further_than_its_roles(emulator: DiscordEmulator, ada: str, ben: str) -> None:
    bans = Permission.BAN_MEMBERS | Permission.MODERATE_MEMBERS
    moderator = emulator.state.add_role("moderator", permissions=int(bans), position=10)
    with pytest.raises(Declined):
        emulator.ban_by_hand(ada, ben)
    emulator.raise_role(ada, moderator)
    with pytest.raises(Declined):
        emulator.ban_by_hand(ada, emulator.state.owner_id)
    with pytest.raises(Declined):
        emulator.timeout_by_hand(ada, ben, emulator.now() + timedelta(days=29))
    emulator.timeout_by_hand(ada, ben, emulator.now() + timedelta(days=2))
    assert emulator.was_muted(ben, emulator.now())
    emulator.ban_by_hand(ada, ben, "spam")
    with pytest.raises(Declined):
        emulator.ban_by_hand(ben, ada)
    assert emulator.state.bans[ben].by == ada
