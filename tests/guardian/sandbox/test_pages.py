"""The sandbox's pages: what somebody sees and does there is what the platform would let that person see and do."""

from collections.abc import Iterator
from datetime import timedelta

import aiohttp
import pytest
from starlette.routing import Route

from guardian.cases.deadlines import DeadlineKind
from guardian.sandbox.checks import messages_to
from guardian.sandbox.console import Console
from guardian.sandbox.pages.app import create_sandbox_app
from guardian.sandbox.sandbox_time import DEADLINES, OF_DEADLINES, OF_LOOPS
from guardian.sandbox.world import GROUP_ADDRESS
from tests.guardian.sandbox.conftest import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES = {
    "person": "rowan",
    "receipt": "K5JEB-TQUHM-Z5HBS-SNS3P-876MN-W",
    "name": "report",
    "screen": "1",
    "topic": "1",
    "repository": "website",
    "number": "1",
}


def _addresses(visitor: Visitor) -> Iterator[tuple[str, str]]:
    """Every method and address that the sandbox's application answers."""
    for route in create_sandbox_app(visitor.sandbox).routes:
        assert isinstance(route, Route)
        named = {name: PLACES[name] for name in route.param_convertors}
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route.path_format.format(**named)


@pytest.mark.harm("sandbox-doors-in-the-service")
async def test_the_service_itself_has_none_of_these_pages(visitor: Visitor) -> None:
    found = []
    async with aiohttp.ClientSession() as session:
        for method, path in _addresses(visitor):
            async with session.request(method, visitor.sandbox.service.url + path) as answer:
                found.append((path, answer.status))
    assert len(found) > 20
    assert [each for each in found if each[1] != 404] == []


async def test_a_form_that_another_site_sends_does_nothing(visitor: Visitor) -> None:
    values = {"channel": visitor.sandbox.world.discord.state.general_id, "text": "not from here"}
    sent = await visitor.send("/as/wren/discord/write", values, "https://elsewhere.example")
    assert sent.status == 403
    assert "not from here" not in (await visitor.open("/as/wren/discord")).text


async def test_what_the_bot_shows_one_person_alone_is_on_nobody_elses_page(visitor: Visitor) -> None:
    await visitor.open("/as/wren/discord/commands/report")
    await visitor.press("Give the command")
    receipt = (await visitor.press("Send")).find_receipt()
    assert receipt in visitor.page.text
    assert receipt not in (await visitor.open("/as/hazel/discord")).text
    newest = list(visitor.sandbox.world.discord.interactions.screens)[-1]
    assert (await visitor.open(f"/as/hazel/discord/forms/{newest}")).status == 409


async def test_a_command_with_a_required_option_left_out_is_declined_in_discords_words(visitor: Visitor) -> None:
    sent = await visitor.send("/as/nadia/discord/commands", {"command": "case"})
    assert sent.status == 409
    assert "required" in sent.text


async def test_a_banned_person_cannot_write_and_is_told_so_as_the_platform_would(visitor: Visitor) -> None:
    world = visitor.sandbox.world
    await visitor.open("/as/oskar/discord/people")
    await visitor.press("Ban", near=world["birch"].discord)
    assert "banned" in visitor.page.text
    assert (await visitor.open("/as/birch/discord")).status == 403
    assert "# general" not in visitor.page.text.split("People")[-1]
    sent = await visitor.send(
        "/as/birch/discord/write", {"channel": world.discord.state.general_id, "text": "let me in"}
    )
    assert sent.status == 409
    assert "this account cannot write here" in sent.text
    await visitor.open("/as/birch/discord")
    assert "this account is banned from the guild" in (await visitor.press("Join the server")).text


async def test_a_private_conversation_in_the_forum_is_for_those_in_it_alone(visitor: Visitor) -> None:
    await visitor.open("/as/linden/forum/messages")
    await visitor.press("Send", {"To": "hazel", "Title": "May I ask you something?", "Text": "I feel unwelcome here."})
    assert "I feel unwelcome here." in visitor.page.text
    path = visitor.page.url.removeprefix(visitor.url).partition("/forum/")[2]
    assert "I feel unwelcome here." in (await visitor.open(f"/as/hazel/forum/{path}")).text
    assert "I feel unwelcome here." not in (await visitor.open(f"/as/wren/forum/{path}")).text


async def test_a_flagged_post_waits_in_the_moderators_queue(visitor: Visitor) -> None:
    await visitor.open("/as/rowan/forum")
    await visitor.follow("How do I run the tests")
    await visitor.press("Flag it")
    assert "Waiting for review" in (await visitor.open("/as/priya/forum/people")).text
    assert "Waiting for review" not in (await visitor.open("/as/rowan/forum/people")).text


async def test_a_silenced_person_is_told_that_they_cannot_post(visitor: Visitor) -> None:
    await visitor.open("/as/priya/forum/people")
    await visitor.press("Silence for a day", near="linden")
    assert "linden is silenced until" in (await visitor.open("/as/linden/forum")).text


async def test_a_comment_on_github_is_that_persons(visitor: Visitor) -> None:
    await visitor.open("/as/rowan/github")
    await visitor.follow("The menu is broken")
    page = await visitor.press("Comment", {"Comment": "Please stay kind."})
    assert "rowan" in page.text
    assert "Please stay kind." in page.text


async def test_who_is_no_owner_blocks_nobody_on_github(visitor: Visitor) -> None:
    assert (await visitor.send("/as/rowan/github/people", {"act": "block", "login": "linden"})).status == 409
    assert not visitor.sandbox.world.github.state.blocks


async def test_a_mail_to_the_group_is_a_report_once_its_mailbox_was_read(visitor: Visitor) -> None:
    """P-2.2"""
    world = visitor.sandbox.world
    before = len(messages_to(world, world["yuki"]))
    await visitor.open("/as/hazel/mail")
    assert visitor.page.find_form("Send").values["to"] == [GROUP_ADDRESS]
    await visitor.press("Send", {"Subject": "An insult", "Text": "Birch told a newcomer to leave."})
    await visitor.open("/clock")
    await visitor.press("+1 h")
    assert len(messages_to(world, world["yuki"])) == before + 1
    assert "Birch told a newcomer" in (await visitor.open("/as/nadia/mail/group")).text


async def test_the_clock_moves_by_what_is_pressed(visitor: Visitor) -> None:
    before = visitor.sandbox.time.now()
    await visitor.open("/clock")
    await visitor.press("+1 d")
    assert visitor.sandbox.time.now() - before == timedelta(days=1)


async def test_the_clock_jumps_to_what_is_due_next_and_says_what_it_is(visitor: Visitor) -> None:
    await visitor.open("/as/rowan/discord/commands/report")
    await visitor.press("Give the command")
    await visitor.press("Send")
    due = (await visitor.sandbox.time.list_due())[0]
    assert due.words in (await visitor.open("/clock")).text
    await visitor.press("Jump to the next due moment")
    assert visitor.sandbox.time.now() == due.at


async def test_a_clock_that_is_told_nonsense_stands(visitor: Visitor) -> None:
    before = visitor.sandbox.time.now()
    assert (await visitor.send("/clock", {"length": "soon"})).status == 400
    assert visitor.sandbox.time.now() == before


async def test_there_are_words_for_all_that_may_be_due(visitor: Visitor) -> None:
    assert set(OF_DEADLINES) == set(DeadlineKind)
    turning = set(visitor.sandbox.service.supervisor.health())
    assert set(OF_LOOPS) | {DEADLINES} == turning


async def test_the_console_opens_as_a_member_by_one_click(visitor: Visitor) -> None:
    await visitor.open("/as/kofi")
    assert "Kofi Mensah" in (await visitor.follow("Console as Kofi")).text
    assert visitor.page.url.startswith(f"{visitor.sandbox.service.url}/console")


async def test_whoever_has_no_seat_is_led_to_no_console(visitor: Visitor) -> None:
    assert "Console as" not in (await visitor.open("/as/rowan")).text


async def test_the_terminal_lets_time_pass(visitor: Visitor) -> None:
    said: list[str] = []
    before = visitor.sandbox.time.now()
    assert await Console(world=visitor.sandbox.world, print_line=said.append, sandbox=visitor.sandbox).execute(
        "pass 1h"
    )
    assert visitor.sandbox.time.now() - before == timedelta(hours=1)
    assert any("UTC" in line for line in said)


@pytest.mark.parametrize("path", ["/as/nobody", "/as/rowan/discord/forms/1", "/receipts/none", "/elsewhere"])
async def test_an_address_that_shows_nothing_says_so(visitor: Visitor, path: str) -> None:
    assert (await visitor.open(path)).status in (404, 409)
