"""Posts and topics as things: found by their links, closed and opened again, and said to be closed by whom."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.forum.connection import connect
from connectors.forum.content import ForumContent
from guardian.spaces.content import ContentRef, ContentRestrictionKind, ObservedContent
from guardian.spaces.outcomes import Already, Done, Gone, Rejected
from guardian.spaces.port import Missing
from tests.builders.community import FORUM
from tests.connectors.forum.inbox_setup import OURS, ForumInboxSetup, forum_inbox

LOCKED = ContentRestrictionKind.LOCKED


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[ForumInboxSetup]:
    async with forum_inbox(tmp_path) as made:
        yield made


@pytest.fixture
def port(setup: ForumInboxSetup) -> ForumContent:
    return ForumContent(connect(setup.config, setup.community.clock))


def a_topic(setup: ForumInboxSetup) -> int:
    return setup.person("birch").publish("A public matter of mine", "You are all fools, every one of you.")


async def test_a_topic_is_closed_and_opened_again_and_says_by_whom(setup: ForumInboxSetup, port: ForumContent) -> None:
    topic = a_topic(setup)
    content = await port.find(f"{setup.forum.url}/t/a-public-matter-of-mine/{topic}")
    assert content is not None
    assert [await port.restrict(content, LOCKED), await port.restrict(content, LOCKED)] == [Done(), Already()]
    assert await port.observe(content) == ObservedContent(frozenset({LOCKED}), {LOCKED: str(OURS)})
    with pytest.raises(Exception, match="not permitted"):
        setup.person("rowan").reply(topic, "And another thing that I want to say.")
    assert await port.release(content, LOCKED) == Done()
    assert await port.observe(content) == ObservedContent()


async def test_whoever_closed_a_topic_by_hand_is_named_however_long_it_is(
    setup: ForumInboxSetup, port: ForumContent
) -> None:
    topic = a_topic(setup)
    for number in range(25):
        setup.person("rowan").reply(topic, f"This is my answer number {number} to you.")
    setup.forum.manual_actions.close_by_hand("ines9x", topic)
    look = await port.observe(ContentRef(FORUM, f"topic {topic}"))
    assert isinstance(look, ObservedContent)
    assert look.placed_by == {LOCKED: "9"}


async def test_links_that_lead_elsewhere_or_nowhere_find_nothing(setup: ForumInboxSetup, port: ForumContent) -> None:
    topic = a_topic(setup)
    for text in (
        "https://elsewhere.example/t/1/1",
        f"{setup.forum.url}/t/98765/1",
        f"{setup.forum.url}/u/birch",
        "",
        "rowan",
    ):
        assert await port.find(text) is None
    found = await port.find(f"{setup.forum.url}/t/{topic}/1")
    assert found is not None
    assert found.native_id.startswith("post ")


async def test_a_moderator_reaches_no_conversation_between_people_by_naming_it_to_us(setup: ForumInboxSetup) -> None:
    """P-2.6, P-2.7: neither to read it as evidence nor to close it before a reporter."""
    secret = setup.person("birch").send_pm("dmitri4x", "Between us", "This is for nobody else to read.")
    keeper = replace(setup.config, api_key=setup.forum.add_key("keeper"), api_username="keeper")
    content = ForumContent(connect(keeper, setup.community.clock))
    for text in (f"{setup.forum.url}/t/between-us/{secret}", f"{setup.forum.url}/t/{secret}/1"):
        assert await content.find_including_private(text) is not None
        assert await content.find(text) is None


async def test_what_is_gone_is_missing_and_what_the_forum_cannot_do_is_rejected(
    setup: ForumInboxSetup, port: ForumContent
) -> None:
    gone = ContentRef(FORUM, "topic 98765")
    assert (await port.read_copy(gone), await port.observe(gone)) == (Missing(), Missing())
    assert await port.restrict(gone, LOCKED) == Gone()
    assert isinstance(await port.restrict(gone, ContentRestrictionKind.HIDDEN), Rejected)


@pytest.mark.harm("short-page-taken-for-the-last")
async def test_posts_that_an_answer_leaves_out_are_asked_for_again(setup: ForumInboxSetup, port: ForumContent) -> None:
    setup.forum.state.short_pages = True
    topic = a_topic(setup)
    for number in range(60):
        setup.person("birch").reply(topic, f"You are all fools, every one of you, {number}.")
    assert len((await port.read_conversation(topic)).posts) == 61
