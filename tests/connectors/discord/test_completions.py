"""What Discord offers while somebody types: names that they may know, as if nothing else existed, and always in time."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from discord import AppCommandOptionType, app_commands

from connectors.discord.client import DiscordConnection
from connectors.discord.completions import COMPLETERS
from connectors.discord.intake import attach
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.ids import MemberId
from guardian.services.cases.completions import MOST_COMPLETIONS
from guardian.services.conflicts.recusal import recuse
from guardian.services.escalation.local_matters import receive_flag
from guardian.services.reports.intake import receive
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, CHIARA, INES, a_submission
from tests.builders.hidden_cases import Snapshot, a_flag
from tests.connectors.discord.service import DiscordService, discord_service

FREE_TEXT = frozenset(["link", "name", "note", "reason"])
"""Options that are somebody's own words, or an account somewhere: nothing of ours is offered for them."""

OF_CASES = (("case", "case"),)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


async def offered(
    service: DiscordService, by: MemberId, command: str, option: str, typed: str = "", **others: Any
) -> list[str]:
    """What the member is offered, in order."""
    found = await service.member(by).autocomplete(command, option, typed, **others)
    assert all(each["name"] == each["value"] for each in found)
    return [str(each["value"]) for each in found]


async def a_case(service: DiscordService, who: str) -> tuple[str, str]:
    """A case about that account, by its code name and the person's."""
    case, person = await service.community.a_named_case(who)
    return case.code_name, person


async def exclude(service: DiscordService, member: MemberId, code_name: str, kind: ExclusionKind) -> None:
    async with service.community.units_of_work.begin() as uow:
        case = await uow.cases.case_by_code_name(code_name)
        assert case is not None
        await uow.cases.add_exclusion(
            Exclusion(case=case.id, member=member, kind=kind, cause="named", at=uow.now, by="test")
        )


def registered(service: DiscordService) -> list[app_commands.Command[Any, ..., Any]]:
    """Every command of the service, as another link of it would list them."""
    router = attach(DiscordConnection(service.connection.config), service.app)
    return [each for each in router.tree.get_commands(guild=router.guild) if isinstance(each, app_commands.Command)]


async def test_members_are_offered_their_cases_the_newest_first(service: DiscordService) -> None:
    older, newer = [(await a_case(service, who))[0] for who in ("grumbler", "brawler")]
    assert await offered(service, BRUNO, "case", "case") == [newer, older]
    assert await offered(service, BRUNO, "case", "case", older[:5].upper()) == [older]


@pytest.mark.harm("completion-tells-of-a-case")
@pytest.mark.parametrize("kind", ExclusionKind)
async def test_a_member_kept_out_is_offered_what_they_would_be_without_the_case(
    service: DiscordService, kind: ExclusionKind
) -> None:
    """P-4.2"""
    await service.a_case()
    before = {option: await offered(service, BRUNO, *option) for option in OF_CASES}
    hidden, person = await a_case(service, "brawler")
    await exclude(service, BRUNO, hidden, kind)
    for option, offered_before in before.items():
        assert await offered(service, BRUNO, *option) == offered_before
        assert [await offered(service, BRUNO, *option, name) for name in (hidden, person)] == [[], []]
        assert len(await offered(service, CHIARA, *option)) == len(offered_before) + 1


@pytest.mark.harm("completion-tells-of-a-case")
async def test_who_stepped_back_is_not_offered_the_case(service: DiscordService) -> None:
    """P-4.1, P-4.2"""
    case, _ = await service.a_case()
    await recuse(service.app, BRUNO, case, ConflictReason.INVOLVED, "")
    assert await offered(service, BRUNO, "case", "case") == []


@pytest.mark.harm("completion-tells-of-a-case")
async def test_moderators_and_people_without_a_role_are_offered_nothing_of_the_group(service: DiscordService) -> None:
    """P-4.2"""
    await service.a_case()
    assert await offered(service, INES, "case", "case") == []
    assert await service.reporter.autocomplete("case", "case", "") == []
    assert await service.reporter.autocomplete("act", "spaces", "") == []


async def test_moderators_are_offered_their_matters_and_members_are_not(service: DiscordService) -> None:
    matter = await receive_flag(service.app, a_flag("waits"))
    assert await offered(service, INES, "escalate", "matter") == [matter]
    assert await offered(service, BRUNO, "escalate", "matter") == []


async def test_the_last_of_several_spaces_is_completed(service: DiscordService) -> None:
    assert await offered(service, AMARA, "act", "spaces", "discord, fo") == ["discord, forum"]


async def test_no_more_are_offered_than_discord_shows(service: DiscordService) -> None:
    for number in range(MOST_COMPLETIONS + 2):
        await receive(service.app, a_submission(what_happened=f"Report {number}."))
    assert len(await offered(service, AMARA, "case", "case")) == MOST_COMPLETIONS


async def test_typing_writes_nothing(service: DiscordService) -> None:
    await service.a_case()
    with Snapshot(service.community.folder) as snapshot:
        for command in registered(service):
            for option in command.parameters:
                if option.autocomplete:
                    await offered(service, AMARA, command.name, option.name)
                    await offered(service, INES, command.name, option.name)
        assert snapshot.undo() == {}


async def test_every_option_that_takes_a_name_of_ours_is_completed(service: DiscordService) -> None:
    """A new option is completed by its name, or is somebody's own words."""
    asked = {
        option.name: option.autocomplete
        for command in registered(service)
        for option in command.parameters
        if option.type is AppCommandOptionType.string and not option.choices
    }
    assert {name for name, completed in asked.items() if completed} == set(COMPLETERS)
    assert {name for name, completed in asked.items() if not completed} <= FREE_TEXT
