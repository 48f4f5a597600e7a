"""Matters between the groups on Discord: passed on from a message, read by moderators, accepted, and answered in one word."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.services.escalation.local_matters import receive_flag
from tests.builders.community import AMARA, BRUNO, INES, SOMEBODY
from tests.connectors.discord.service import NOTHING_HERE, DiscordService, discord_service
from tests.guardian.services.escalation.test_local_matters import WORDS, a_flag


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


async def newest(service: DiscordService) -> str:
    """The code name of the case that was opened, or passed on, last."""
    return (await service.cases())[-1].code_name


async def test_a_message_is_passed_on_as_it_stands_and_answered_without_the_code_name(service: DiscordService) -> None:
    """P-8.2"""
    state = service.emulator.state
    message = service.emulator.say(SOMEBODY.native_id, state.general_id, "Go and die.")
    form = await service.member(INES).message_menu("Escalate to the working group", message)
    seen = await service.submit(INES, form, done="Removed it.", urgency=["soon"])
    case = await newest(service)
    assert "GRD-" in seen.text
    assert case not in seen.text
    (report,) = await service.reports()
    assert [piece.text for piece in await service.evidence(report)] == ["Go and die."]
    shown = await service.ask(BRUNO, "case", case=case)
    assert "in your hands" in (await service.press(BRUNO, shown, "Accept it by name")).text


async def test_a_local_matter_is_listed_and_passed_on(service: DiscordService) -> None:
    """P-2.6, P-8.2"""
    code = await receive_flag(service.app, a_flag())
    shown = (await service.ask(INES, "matters")).text
    assert str(code) in shown
    assert WORDS not in shown
    assert "flagger" not in shown
    form = await service.ask(INES, "escalate", matter=code)
    assert "Passed on" in (await service.submit(INES, form, words="It goes on.")).text
    assert str(code) not in (await service.ask(INES, "matters")).text


async def test_a_refusal_gives_back_what_was_typed_and_outsiders_find_nothing(service: DiscordService) -> None:
    """P-8.1"""
    form = await service.ask(INES, "escalate", name="nobody at all", space="forum")
    seen = await service.submit(INES, form, words="They insult people.")
    assert "Nobody is found there" in seen.text
    assert "They insult people." in seen.messages[-1].files[0].text
    assert "does not include it" in (await service.ask(AMARA, "escalate", link="https://x.example")).text
    assert (await (await service.reporter.command("matters")).wait_until_settled()).text == NOTHING_HERE
