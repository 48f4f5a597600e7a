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
    assert "in your hands" in (await service.press(BRUNO, shown, "Accept what was passed on")).text
    listed = (await service.ask(INES, "escalations")).text
    assert "accepted" in listed
    assert case not in listed


async def test_a_local_matter_is_read_and_passed_on_with_a_button(service: DiscordService) -> None:
    """P-2.6, P-8.2"""
    code = await receive_flag(service.app, a_flag())
    assert str(code) in (await service.ask(INES, "matters")).text
    seen = await service.ask(INES, "matter", matter=code)
    assert "/console/sign-in/" in seen.text
    assert WORDS not in seen.text
    assert "flagger" not in seen.text
    form = await service.press(INES, seen, "Escalate")
    assert "Passed on" in (await service.submit(INES, form, words="It goes on.")).text
    assert (await service.ask(INES, "matter", matter=code)).text == NOTHING_HERE
    assert (await service.ask(INES, "matters")).text == "Nothing waits for you."


async def test_a_refusal_gives_back_what_was_typed_and_outsiders_find_nothing(service: DiscordService) -> None:
    """P-8.1"""
    form = await service.ask(INES, "escalate", name="nobody at all", space="forum")
    seen = await service.submit(INES, form, words="They insult people.")
    assert "Nobody is found there" in seen.text
    assert "They insult people." in seen.messages[-1].files[0].text
    assert "does not include it" in (await service.ask(AMARA, "escalate", link="https://x.example")).text
    assert (await (await service.reporter.command("matters")).wait_until_settled()).text == NOTHING_HERE


async def test_the_group_asks_moderators_to_keep_an_eye_on_an_account(service: DiscordService) -> None:
    """P-8.2"""
    case, person = await service.a_case()
    said = await service.ask(BRUNO, "refer", case=case, space="discord", person=person)
    assert "told nothing else" in said.text
    listed = await service.ask(INES, "matters")
    assert "waits to be accepted" in listed.text
    assert case not in listed.text
    code = listed.text.split(":")[0].removeprefix("• ")
    shown = await service.ask(INES, "matter", matter=code)
    assert "in your hands" in (await service.press(INES, shown, "Accept")).text
    assert "as dealt with" in (await service.ask(INES, "handled", matter=code, done="Nothing happened.")).text
