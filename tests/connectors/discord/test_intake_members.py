"""Members' commands on Discord: answers for them alone, code names and clocks only, and one answer for what is not theirs."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.discord import outgoing_messages
from connectors.emulators.discord.client_screen import Shown
from guardian.ids import MemberId
from guardian.services.conflicts.recusal import recuse
from guardian.services.operations import deadline_runner
from guardian.services.sign_in.links import open_link
from guardian.spaces.messages import ButtonAction, Message, MessageAction, MessageButton, MessageLink
from guardian.spaces.outcomes import Done
from rules.conflicts import ConflictReason
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DMITRI,
    ELENI,
    FARID,
    INES,
    SOMEBODY,
    TEXT,
)
from tests.connectors.discord.service import NOTHING_HERE, DiscordService, discord_service

ALL_COMMANDS: dict[str, dict[str, Any]] = {"case": {"case": "CASE"}, "sanctions": {}, "todo": {}, "matters": {}}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


def filled(options: dict[str, Any], case: str, person: str) -> dict[str, Any]:
    named = {"CASE": case, "PERSON": person}
    return {key: named.get(value, value) for key, value in options.items()}


# -- who is answered, and how


async def test_somebody_without_authority_gets_the_answer_for_a_name_that_does_not_exist(
    service: DiscordService,
) -> None:
    """P-4.2"""
    case, person = await service.a_case()
    before = await service.community.journal_acts()
    for command, options in {**ALL_COMMANDS, "sign-in": {}}.items():
        screen = await (await service.reporter.command(command, **filled(options, case, person))).wait_until_settled()
        assert (command, screen.text, screen.modal) == (command, NOTHING_HERE, None)
        assert [message.ephemeral for message in screen.messages] == [True]
    assert await service.community.journal_acts() == before


async def test_a_member_whom_the_case_concerns_gets_the_answer_for_a_name_that_does_not_exist(
    service: DiscordService,
) -> None:
    """P-2.5, P-4.2"""
    case, person = await service.community.a_named_case(named_members=(ELENI,))
    before = await service.community.journal_acts()
    for command, options in ALL_COMMANDS.items():
        real = await service.ask(ELENI, command, **filled(options, case.code_name, person))
        invented = await service.ask(ELENI, command, **filled(options, "quite-invented", "never-there"))
        assert (command, real.text, real.modal) == (command, invented.text, invented.modal)
    assert await service.community.journal_acts() == before


async def test_a_case_is_shown_by_code_names_and_clocks_and_nothing_of_the_report(service: DiscordService) -> None:
    """P-10.3"""
    case, person = await service.a_case()
    screen = await service.ask(BRUNO, "case", case=case)
    assert [message.ephemeral for message in screen.messages] == [True]
    for shown in (case, person, "open", "first answer to the reporter: <t:1772528400:f>"):
        assert shown in screen.text
    for secret in (TEXT, "grumbler", SOMEBODY.native_id, A_REPORTER.native_id):
        assert secret not in screen.text


async def test_the_reading_link_of_a_case_opens_it(service: DiscordService) -> None:
    case, _ = await service.a_case()
    screen = await service.ask(BRUNO, "case", case=case.upper().replace("-", " "))
    secret = screen.text.split("/console/sign-in/", 1)[1].split(">", 1)[0]
    assert (await open_link(service.app, secret)).code_name == case


async def test_what_waits_is_listed_by_code_names_and_clocks_with_where_it_is_done(service: DiscordService) -> None:
    """P-2.4, P-10.3"""
    case, person = await service.a_case()
    shown = (await service.ask(AMARA, "todo")).text
    assert f"Answer the reporter for the first time in {case}, by <t:1772528400:f>" in shown
    assert shown.endswith("/console>")
    for secret in (TEXT, "grumbler", person, SOMEBODY.native_id, "/sign-in/"):
        assert secret not in shown


@pytest.mark.harm("list-tells-of-a-case")
async def test_the_list_of_what_waits_has_no_line_of_a_case_that_concerns_the_asker(service: DiscordService) -> None:
    """P-4.2"""
    before = (await service.ask(ELENI, "todo")).text
    await service.community.a_case(named_members=(ELENI,))
    assert (await service.ask(ELENI, "todo")).text == before
    assert "•" in (await service.ask(DMITRI, "todo")).text


async def test_a_link_on_request_signs_in_and_leads_to_no_case(service: DiscordService) -> None:
    shown = (await service.ask(INES, "sign-in")).text
    secret = shown.split("/console/sign-in/", 1)[1].split(">", 1)[0]
    assert (await open_link(service.app, secret)).code_name is None


async def test_a_recused_member_is_answered_as_if_there_were_no_such_case(service: DiscordService) -> None:
    """P-4.2"""
    case, _ = await service.a_case()
    await recuse(service.app, ELENI, case, ConflictReason.SAME_EMPLOYER, "")
    assert (await service.ask(ELENI, "case", case=case)).text == NOTHING_HERE
    assert case not in (await service.ask(ELENI, "todo")).text


async def test_a_button_of_before_works_after_a_restart_and_asks_for_permission_anew(service: DiscordService) -> None:
    case = (await service.community.a_case(danger=True)).code_name
    screens = [await service.ask(member, "case", case=case) for member in (BRUNO, ELENI)]
    await recuse(service.app, ELENI, case, ConflictReason.INVOLVED, "")
    await service.restart()
    assert (await service.press(ELENI, screens[1], "I have it")).text == NOTHING_HERE
    assert case in (await service.press(BRUNO, screens[0], "I have it")).text


async def test_a_command_from_a_member_who_has_left_is_a_strangers(service: DiscordService) -> None:
    """P-1.2"""
    case, _ = await service.a_case()
    await service.community.change_member(FARID, ended_at=service.community.clock.now())
    assert (await service.ask(FARID, "case", case=case)).text == NOTHING_HERE


async def test_a_name_that_is_none_is_answered_so_and_nothing_is_done(service: DiscordService) -> None:
    before = await service.community.journal_acts()
    for name in (" ", "|", "a|b|c", "x" * 500, "nobody-knows-it", "' OR 1=1 --", "\u202ename"):
        assert (name, (await service.ask(AMARA, "case", case=name)).text) == (name, NOTHING_HERE)
    assert await service.community.journal_acts() == before


async def test_half_a_character_is_answered_so_and_nothing_is_done(service: DiscordService) -> None:
    """JSON can carry halves of characters, and nothing can store them."""
    before = await service.community.journal_acts()
    screen = await service.ask(AMARA, "case", case="\ud83d")
    assert "half a character" in screen.text or screen.text == NOTHING_HERE
    assert await service.community.journal_acts() == before


# -- taking


async def test_taking_a_case_of_danger_ends_the_calls(service: DiscordService) -> None:
    """P-3.6"""
    case = await service.community.a_case(danger=True)
    screen = await service.press(DMITRI, await service.ask(DMITRI, "case", case=case.code_name), "I have it")
    assert case.code_name in screen.text
    assert not any(message.buttons for message in (await service.ask(BRUNO, "case", case=case.code_name)).messages)


# -- the buttons of a notice


async def reached(service: DiscordService, by: MemberId, *buttons: MessageButton) -> Shown:
    """The newest direct message of the member, which the service sent with these buttons."""
    member = service.member(by)
    sent = await outgoing_messages.send(
        service.connection, member.user_id, Message("", "Please look.", f"{by}-1", buttons=buttons)
    )
    assert isinstance(sent, Done)
    return member.inbox()[-1]


@pytest.mark.harm("danger-called-on-and-on")
async def test_the_button_of_a_notice_ends_the_calls_in_a_direct_message_and_after_a_restart(
    service: DiscordService,
) -> None:
    """P-3.6"""
    case = await service.community.a_case(danger=True)
    notice = await reached(service, DMITRI, MessageAction(ButtonAction.TAKE, case.code_name))
    await service.restart()
    done = await (await service.member(DMITRI).press(notice, "I have it")).wait_until_settled()
    assert f"you have {case.code_name} in hand" in done.text


async def test_a_button_of_a_notice_gives_a_member_who_was_kept_out_since_nothing(service: DiscordService) -> None:
    """P-4.2"""
    case = await service.community.a_case(danger=True)
    notice = await reached(service, ELENI, MessageAction(ButtonAction.TAKE, case.code_name))
    await recuse(service.app, ELENI, case.code_name, ConflictReason.INVOLVED, "")
    answer = await (await service.member(ELENI).press(notice, "I have it")).wait_until_settled()
    assert answer.text == NOTHING_HERE


async def test_a_button_that_opens_a_page_signs_nobody_in(service: DiscordService) -> None:
    address = "https://guardian.example/console/cases/amber-otter"
    notice = await reached(service, DMITRI, MessageLink("Open the case", address))
    assert [(each.label, each.url, each.custom_id) for each in notice.buttons] == [("Open the case", address, None)]


@pytest.mark.harm("notice-lost-to-its-button")
async def test_a_notice_whose_button_discord_does_not_take_arrives_without_it(service: DiscordService) -> None:
    notice = await reached(service, DMITRI, MessageLink("Open the case", "http://localhost/console"))
    assert (notice.buttons, "Please look." in notice.text) == ((), True)


# -- what else there is to see


async def test_a_moderator_sees_no_cases(service: DiscordService) -> None:
    case, _ = await service.a_case()
    one = await service.ask(INES, "case", case=case)
    other = await service.ask(INES, "case", case="quite-invented")
    assert one.text == other.text
    assert case not in (await service.ask(INES, "todo")).text


async def test_a_deadline_that_passes_leaves_the_clocks_of_a_case_in_order(service: DiscordService) -> None:
    case, _ = await service.a_case()
    service.community.pass_time(timedelta(days=2))
    await deadline_runner.run_due(service.app)
    text = (await service.ask(AMARA, "case", case=case)).text
    assert text.index("first answer") < text.index("fuller answer")
