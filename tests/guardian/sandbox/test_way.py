"""The way that the first page shows: from a reported message to a lifted suspension, by clicking alone."""

import pytest

from guardian.sandbox.community import SPACES
from guardian.sandbox.reporters import REPORT_MENU
from tests.guardian.sandbox.conftest import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_visitor_comes_from_a_reported_message_to_a_lifted_suspension_by_clicking_alone(
    visitor: Visitor,
) -> None:
    """P-2.2, P-7.1, P-7.3"""
    world = visitor.sandbox.world
    alder = world["alder"]
    assert visitor.done_steps() == 0
    await _report(visitor)
    assert "Only you can see this" in visitor.page.text
    assert visitor.page.find_receipt()
    await visitor.open()
    assert visitor.done_steps() == 1
    assert "Cases" in (await visitor.follow("The console, as Kofi")).text
    await visitor.open()
    assert visitor.done_steps() == 2
    await visitor.follow("/act, as Kofi")
    await visitor.press("Give the command")
    await visitor.press("Act now")
    assert world.spaces_shut_out_of(alder) == SPACES
    await visitor.open()
    assert visitor.done_steps() == 3
    assert (await visitor.open("/as/alder/discord/direct")).find_receipt()
    assert "Discord shows Alder nothing" in (await visitor.open("/as/alder/discord")).text
    await visitor.open()
    assert visitor.done_steps() == 4
    await visitor.follow("Kofi's act, on the console")
    await visitor.press("Give your account", {"account": "I saw it in the channel."})
    await visitor.open()
    assert visitor.done_steps() == 5
    for name in ("Yuki", "Lena"):
        await visitor.follow(f"The review, as {name}")
        await visitor.press("Show what your answer does", {"answer": "ratify", "days": "7"})
        await visitor.press("Give this answer")
        await visitor.open()
    assert visitor.done_steps() == 6
    await visitor.follow("To the end of the term")
    await visitor.press("Jump there: the term of a sanction ends")
    assert world.spaces_shut_out_of(alder) == ()
    assert visitor.done_steps() == 7
    await visitor.open("/as/alder/discord")
    assert "# general" in (await visitor.press("Join the server")).text


async def _report(visitor: Visitor) -> None:
    """Rowan reports Alder's message by its menu."""
    await visitor.follow("Discord, as Rowan")
    world = visitor.sandbox.world
    message = next(each for each in world.discord.state.messages.values() if each.author_id == world["alder"].discord)
    await visitor.press(REPORT_MENU, near=message.id)
    await visitor.press("Send")
