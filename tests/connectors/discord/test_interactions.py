"""What the router serves, and where: the group's buttons and forms in the server alone, people's own messages, and faults."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import discord
import pytest

from connectors.discord.client import DiscordConnection
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Form, Reply, TextField, custom_id
from connectors.discord.intake import attach
from connectors.discord.interactions import CommandContext, Interaction, InteractionRouter
from connectors.discord.modal_values import ModalValues
from connectors.emulators.discord.client_screen import Screen, Shown, build_shown
from guardian.notices.translations import translate_text
from tests.builders.community import A_REPORTER, AMARA
from tests.connectors.discord.service import DiscordService, discord_service

ELSEWHERE = translate_text("en-US", "fault.elsewhere")
OURS = translate_text("en-US", "fault.ours")


@dataclass(slots=True)
class Served:
    """A service with a few handlers more, what was done by them, and what they heard."""

    service: DiscordService
    router: InteractionRouter
    done: list[str] = field(default_factory=list)

    async def press(self, action: str, *, in_private: bool = False) -> Screen:
        """What a member sees after a button of that action: in the server, or in direct messages with the bot."""
        member = self.service.member(AMARA)
        return await (await member.press(self._shown(action, in_private=in_private), "Go on")).wait_until_settled()

    def _shown(self, action: str, *, in_private: bool) -> Shown:
        emulator = self.service.emulator
        state, community = emulator.state, emulator.community
        private = state.open_private_channel(self.service.member(AMARA).user_id, emulator.now())
        channel = private.id if in_private else state.general_id
        button = {"type": 2, "id": 1, "style": 1, "label": "Go on", "custom_id": custom_id(action)}
        message = community.build(channel, state.bot_id, {"content": "A case."}, [])
        message.components = [{"type": 1, "id": 2, "components": [button]}]
        state.messages[message.id] = message
        return build_shown(community.to_json(message), [])

    async def hear(self, channel_id: str, author: str) -> None:
        """A message of that author's reaches the router, whatever the gateway was asked to send."""
        emulator = self.service.emulator
        written = emulator.state.add_message(channel_id, author, "They insult me.", at=emulator.now())
        channel = await self.router.client.fetch_channel(int(channel_id))
        assert isinstance(channel, discord.abc.Messageable)
        await self.router.dispatch_message(await channel.fetch_message(int(written)))


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with discord_service(tmp_path) as service:
        await service.connection.close()
        service.connection = DiscordConnection(service.connection.config)
        made = Served(service, attach(service.connection, service.app))
        _add_handlers(made)
        await service.connection.start()
        yield made


def _add_handlers(served: Served) -> None:
    commands = CommandSet()

    @commands.button("note")
    async def note(context: CommandContext) -> Reply:
        served.done.append("button")
        return Reply("Noted.")

    @commands.modal("sent")
    async def sent(context: CommandContext, values: ModalValues) -> Reply:
        served.done.append("form")
        return Reply("Noted.")

    @commands.button("broken")
    @commands.command(name="broken")
    async def broken(context: CommandContext) -> Reply:
        raise ZeroDivisionError

    @commands.modal("sent-broken")
    async def sent_broken(context: CommandContext, values: ModalValues) -> Reply:
        raise ZeroDivisionError

    async def hear(message: discord.Message) -> None:
        served.done.append("message")

    commands.add_to(served.router)
    for opened in ("sent", "sent-broken"):
        served.router.on_button(f"open-{opened}", partial(_open_form, served.router, opened), anywhere=True)
    served.router.on_direct_message(hear)


async def _open_form(router: InteractionRouter, opened: str, interaction: Interaction, _: tuple[str, ...]) -> None:
    await router.show_modal(interaction, Form("A form", custom_id(opened), (TextField(name="what", label="What?"),)))


# -- where


@pytest.mark.harm("pressed-from-outside")
async def test_a_button_of_the_group_is_not_served_in_direct_messages(served: Served) -> None:
    screen = await served.press("note", in_private=True)
    assert (screen.text, served.done) == (ELSEWHERE, [])


@pytest.mark.harm("pressed-from-outside")
async def test_a_form_of_the_group_is_not_served_in_direct_messages(served: Served) -> None:
    """It was opened there by a button that is served anywhere."""
    form = await served.press("open-sent", in_private=True)
    answer = await served.service.member(AMARA).submit(form, {"what": "A word."})
    assert ((await answer.wait_until_settled()).text, served.done) == (ELSEWHERE, [])


@pytest.mark.harm("said-in-the-open-taken-for-a-report")
async def test_what_is_said_in_the_server_is_heard_by_nobody_and_what_is_written_to_us_is(served: Served) -> None:
    emulator, person = served.service.emulator, A_REPORTER.native_id
    await served.hear(emulator.state.general_id, person)
    assert served.done == []
    await served.hear(emulator.state.open_private_channel(person, emulator.now()).id, person)
    assert served.done == ["message"]


@pytest.mark.harm("said-in-the-open-taken-for-a-report")
async def test_what_the_bot_itself_writes_to_somebody_is_not_heard_as_theirs(served: Served) -> None:
    state = served.service.emulator.state
    channel = state.open_private_channel(A_REPORTER.native_id, served.service.emulator.now())
    await served.hear(channel.id, state.bot_id)
    assert served.done == []


# -- faults of ours


@pytest.mark.harm("failed-and-not-said")
async def test_whoever_gave_a_command_that_failed_reads_that_it_failed(served: Served) -> None:
    assert (await served.service.ask(AMARA, "broken")).text == OURS


@pytest.mark.harm("failed-and-not-said")
async def test_whoever_pressed_a_button_that_failed_reads_that_it_failed(served: Served) -> None:
    assert (await served.press("broken")).text == OURS


@pytest.mark.harm("failed-and-not-said")
async def test_whoever_sent_a_form_that_failed_reads_that_it_failed(served: Served) -> None:
    form = await served.press("open-sent-broken")
    answer = await served.service.member(AMARA).submit(form, {"what": "A word."})
    assert (await answer.wait_until_settled()).text == OURS
