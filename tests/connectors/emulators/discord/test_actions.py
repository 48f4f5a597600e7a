"""The door for other processes: reading, faults, and acts of people by name."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.shared.control import Declined
from tests.connectors.emulators.discord.client_bot import running


class ControlClient:
    """The control address with the right token."""

    def __init__(self, emulator: DiscordEmulator, session: aiohttp.ClientSession) -> None:
        self._base, self._session = f"{emulator.origin}/_control", session

    async def get(self, what: str) -> Any:
        async with self._session.get(f"{self._base}/{what}") as answer:
            return await answer.json()

    async def act(self, name: str, /, **arguments: Any) -> Any:
        async with self._session.post(f"{self._base}/act", json={"name": name, "arguments": arguments}) as answer:
            body = await answer.json()
            return body["result"] if answer.status == 200 else (answer.status, body["error"])

    async def fault(self, **wish: Any) -> Any:
        async with self._session.post(f"{self._base}/faults", json=wish) as answer:
            return await answer.json()


@pytest.fixture
async def control(emulator: DiscordEmulator) -> AsyncIterator[ControlClient]:
    """The door, open."""
    async with aiohttp.ClientSession(headers={"X-Control-Token": emulator.control_token}) as session:
        yield ControlClient(emulator, session)


async def test_without_the_token_the_door_stays_shut(emulator: DiscordEmulator) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{emulator.origin}/_control/state") as answer:
        assert answer.status == 403


async def test_a_whole_form_is_filled_in_from_outside(
    emulator: DiscordEmulator, control: ControlClient, ada: str
) -> None:
    async with running(emulator):
        form = await control.act("command", person=ada, name="report")
        assert form["modal"]["fields"][0]["label"] == "What happened?"
        files = [{"name": "a.txt", "text": "seen"}]
        values = {"what": "a quarrel", "files": files}
        answer = await control.act("submit", person=ada, screen=form["interaction_id"], values=values)
        assert answer["messages"][0]["content"] == "a quarrel|a.txt=seen"
        pressed = await control.act("press", person=ada, screen=answer["interaction_id"], name="Done")
        assert pressed["messages"][0]["content"] == "thank you"


async def test_hands_act_and_the_record_shows_it(emulator: DiscordEmulator, control: ControlClient, ada: str) -> None:
    owner = emulator.state.owner_id
    await control.act("ban_by_hand", by=owner, user=ada, reason="spam")
    assert (await control.get("state"))["bans"][ada]["reason"] == "spam"
    assert "ban" in [c["what"] for c in (await control.get("history"))["changes"]]
    assert await control.act("shut_out", person=ada, at=emulator.now().isoformat()) is True
    assert (await control.act("rejoin", user=ada))[0] == 409
    assert (await control.act("nothing"))[0] == 400


async def test_faults_are_set_from_outside(emulator: DiscordEmulator, control: ControlClient) -> None:
    standing = (await control.fault(kind="reset", operation="ban.*", times=2))["standing"]
    assert [(f["kind"], f["times"]) for f in standing] == [("reset", 2)]
    assert len(emulator.faults.active) == 1


# -- as Discord does it


async def test_an_audit_log_that_lags_has_its_entry_after_the_event(emulator: DiscordEmulator) -> None:
    state, community = emulator.state, emulator.community
    person = state.add_member(state.add_user("rowan"))
    community.audit_log_lags = True
    emulator.ban_by_hand(state.owner_id, person)
    assert person in state.bans
    assert state.audit == []
    community.catch_up_audit_log()
    assert [(entry.action_type, entry.target_id) for entry in state.audit] == [(22, person)]


async def test_writing_in_a_thread_takes_a_permission_of_its_own(emulator: DiscordEmulator) -> None:
    state = emulator.state
    person = state.add_member(state.add_user("rowan"))
    thread = state.add_thread("Help", state.owner_id)
    state.roles[state.guild_id].permissions &= ~Permission.SEND_MESSAGES_IN_THREADS
    with pytest.raises(Declined):
        emulator.say(person, thread, "Hello.")
    assert emulator.say(person, state.general_id, "Hello.")
