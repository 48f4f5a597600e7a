"""Posts and topics as things: found by their links, closed and opened again, and said to be closed by whom."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.forum.things import ForumThings
from connectors.forum.wire import wire_to
from guardian.spaces.outcomes import Already, Done, Gone, Rejected
from guardian.spaces.port import Missing
from guardian.spaces.things import Thing, ThingHold, ThingLook
from tests.builders.desk import FORUM
from tests.connectors.forum.inbox import OURS, Letterbox, a_letterbox

LOCKED = ThingHold.LOCKED


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Letterbox]:
    async with a_letterbox(tmp_path) as made:
        yield made


@pytest.fixture
def things(box: Letterbox) -> ForumThings:
    return ForumThings(wire_to(box.config, box.community.clock))


def a_topic(box: Letterbox) -> int:
    return box.person("birch").publish("A public matter of mine", "You are all fools, every one of you.")


async def test_a_topic_is_closed_and_opened_again_and_says_by_whom(box: Letterbox, things: ForumThings) -> None:
    topic = a_topic(box)
    thing = await things.find(f"{box.forum.url}/t/a-public-matter-of-mine/{topic}")
    assert thing is not None
    assert [await things.place(thing, LOCKED), await things.place(thing, LOCKED)] == [Done(), Already()]
    assert await things.look(thing) == ThingLook(frozenset({LOCKED}), {LOCKED: str(OURS)})
    with pytest.raises(Exception, match="not permitted"):
        box.person("rowan").reply(topic, "And another thing that I want to say.")
    assert await things.take_away(thing, LOCKED) == Done()
    assert await things.look(thing) == ThingLook()


async def test_whoever_closed_a_topic_by_hand_is_named_however_long_it_is(box: Letterbox, things: ForumThings) -> None:
    topic = a_topic(box)
    for number in range(25):
        box.person("rowan").reply(topic, f"This is my answer number {number} to you.")
    box.forum.hands.close_by_hand("ines9x", topic)
    look = await things.look(Thing(FORUM, f"topic {topic}"))
    assert isinstance(look, ThingLook)
    assert look.by == {LOCKED: "9"}


async def test_links_that_lead_elsewhere_or_nowhere_find_nothing(box: Letterbox, things: ForumThings) -> None:
    topic = a_topic(box)
    for text in (
        "https://elsewhere.example/t/1/1",
        f"{box.forum.url}/t/98765/1",
        f"{box.forum.url}/u/birch",
        "",
        "rowan",
    ):
        assert await things.find(text) is None
    found = await things.find(f"{box.forum.url}/t/{topic}/1")
    assert found is not None
    assert found.native_id.startswith("post ")


async def test_a_moderator_reaches_no_conversation_between_people_by_naming_it_to_us(box: Letterbox) -> None:
    """P-2.6, P-2.7: neither to read it as evidence nor to close it before a reporter."""
    secret = box.person("birch").send_pm("dmitri4x", "Between us", "This is for nobody else to read.")
    keeper = replace(box.config, api_key=box.forum.add_key("keeper"), api_username="keeper")
    things = ForumThings(wire_to(keeper, box.community.clock))
    for text in (f"{box.forum.url}/t/between-us/{secret}", f"{box.forum.url}/t/{secret}/1"):
        assert await things.find_for(text) is not None
        assert await things.find(text) is None


async def test_what_is_gone_is_missing_and_what_the_forum_cannot_do_is_rejected(
    box: Letterbox, things: ForumThings
) -> None:
    gone = Thing(FORUM, "topic 98765")
    assert (await things.piece(gone), await things.look(gone)) == (Missing(), Missing())
    assert await things.place(gone, LOCKED) == Gone()
    assert isinstance(await things.place(gone, ThingHold.HIDDEN), Rejected)
