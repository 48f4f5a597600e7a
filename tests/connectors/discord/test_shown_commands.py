"""Whom Discord shows which command: those to report, everybody; all others, whoever moderates or was added."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.shared.control import Declined
from tests.builders.community import AMARA, BRUNO, INES, SOMEBODY
from tests.connectors.discord.service import NOTHING_HERE, DiscordService, discord_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    """The server as it is when nobody has changed what it shows to whom."""
    async with discord_service(tmp_path) as made:
        made.emulator.state.command_overwrites.clear()
        yield made


def state_of(service: DiscordService) -> DiscordState:
    return service.emulator.state


COMMANDS = frozenset(
    [
        *("report", "report-status", "todo", "sign-in", "case", "act"),
        *("measure", "escalate", "matters", "sanctions", "stop", "raid"),
    ]
)


@pytest.mark.harm("answered-unread")
async def test_discord_has_a_dozen_commands_and_none_by_which_a_case_is_decided(service: DiscordService) -> None:
    """P-5.6: what has to be read first is answered where it is read."""
    listed = state_of(service).commands[service.emulator.guild_id]
    assert {each["name"] for each in listed if each["type"] == 1} == COMMANDS


@pytest.mark.harm("members-commands-in-everybodys-way")
async def test_everybody_finds_the_commands_to_report_and_no_other(service: DiscordService) -> None:
    """P-2.2"""
    shown = {each["name"] for each in state_of(service).commands[service.emulator.guild_id]}
    assert (await service.reporter.command("report")).modal is not None
    assert not (await service.reporter.command("report-status")).failed
    assert (await service.reporter.user_menu("Report this person", SOMEBODY.native_id)).modal is not None
    for name in ("case", "act", "measure", "escalate"):
        assert name in shown
        with pytest.raises(Declined, match="no command"):
            await service.reporter.command(name)
    with pytest.raises(Declined, match="no entry"):
        await service.reporter.user_menu("Escalate this person", SOMEBODY.native_id)


async def test_who_may_time_people_out_and_who_was_added_find_them(service: DiscordService) -> None:
    state = state_of(service)
    role = state.add_role("moderators", permissions=int(Permission.MODERATE_MEMBERS))
    for member, show in ((INES, state.members[service.member(INES).user_id].roles.append), (AMARA, None)):
        if show is None:
            state.command_overwrites[service.member(member).user_id] = True
        else:
            show(role)
        assert not (await service.ask(member, "todo")).failed


@pytest.mark.harm("shown-command-taken-for-a-right")
async def test_who_is_shown_a_command_without_a_role_is_refused(service: DiscordService) -> None:
    """P-1.2"""
    case, _ = await service.a_case()
    role = state_of(service).add_role("helpers", permissions=int(Permission.MODERATE_MEMBERS))
    state_of(service).members[service.reporter.user_id].roles.append(role)
    answer = await (await service.reporter.command("case", case=case)).wait_until_settled()
    assert answer.text == NOTHING_HERE


async def test_an_account_kept_from_the_commands_does_not_find_them_by_its_role(service: DiscordService) -> None:
    """The emulated server lets its own setting for an account come before that of a role, and both before the bot's."""
    state, bruno = state_of(service), service.member(BRUNO)
    role = state.add_role("group", permissions=int(Permission.MODERATE_MEMBERS))
    state.members[bruno.user_id].roles.append(role)
    state.command_overwrites |= {role: True, bruno.user_id: False}
    with pytest.raises(Declined, match="no command"):
        await bruno.command("todo")


async def test_every_command_says_what_it_is_for_in_each_reader_s_language(service: DiscordService) -> None:
    listed = state_of(service).commands[service.emulator.guild_id]
    told = {each["name"]: each.get("description_localizations") or {} for each in listed if each["type"] == 1}
    assert [name for name, languages in told.items() if set(languages) != {"de", "fr"}] == []
