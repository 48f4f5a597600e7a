"""Flags that are more than the forum's own business: each becomes a local matter once, with what it is about."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import CaseKind
from guardian.cases.reports import ReportChannel
from guardian.people.models import Group
from guardian.spaces.port import Account
from tests.builders.community import FORUM, INES, a_role
from tests.connectors.forum.inbox_setup import ForumInboxSetup, forum_inbox

INSULT = "You are all fools, every one of you."
WHY = "They write this under every question of mine."


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[ForumInboxSetup]:
    async with forum_inbox(tmp_path) as made:
        await made.community.change_member(INES, roles=(a_role(Group.MODERATORS, space=FORUM),))
        yield made


def a_post(setup: ForumInboxSetup, text: str = INSULT) -> int:
    """Birch has written something in public; the post."""
    topic = setup.person("birch").publish("A public matter of mine", text)
    return setup.forum.state.topics[topic].post_ids[0]


async def test_a_flag_is_a_local_matter_once_with_its_words_and_the_post_as_evidence(setup: ForumInboxSetup) -> None:
    item = setup.person("rowan").flag(a_post(setup), WHY)
    assert await setup.read(f"review {item}")
    assert await setup.read()
    (case,) = await setup.cases()
    (report,) = await setup.reports()
    (piece,) = await setup.evidence()
    assert (case.kind, case.space, report.channel) == (CaseKind.LOCAL, FORUM, ReportChannel.FORUM_FLAG)
    assert (report.what_happened, report.reporter_handle) == (WHY, "rowan")
    assert (piece.text, piece.author) == (INSULT, Account(FORUM, str(setup.person("birch").account.id)))


async def test_a_second_persons_flag_on_the_same_post_is_not_taken_for_the_first(setup: ForumInboxSetup) -> None:
    post = a_post(setup)
    setup.person("rowan").flag(post, WHY)
    await setup.read()
    setup.person("farid6x").flag(post, "This is about me as well.")
    await setup.read()
    assert [report.what_happened for report in await setup.reports()] == [WHY, "This is about me as well."]


async def test_a_flag_is_known_when_deliveries_have_long_been_forgotten(setup: ForumInboxSetup) -> None:
    setup.person("rowan").flag(a_post(setup), WHY)
    await setup.read()
    setup.community.pass_time(timedelta(days=30))
    async with setup.community.units_of_work.begin() as uow:
        await uow.deliveries.forget_before(setup.community.clock.now())
    setup.restart()
    await setup.read()
    assert len(await setup.cases()) == 1


async def test_the_files_of_what_is_flagged_as_illegal_are_never_fetched(setup: ForumInboxSetup) -> None:
    picture = setup.person("birch").upload("holiday.png", b"pixels")
    setup.person("rowan").flag(a_post(setup, f"See what I have here: {picture}"), "Please look at this.", kind=10)
    await setup.read()
    assert [piece.content for piece in await setup.evidence()] == [None, None]
    assert not list(setup.forum.history.calls("upload.short"))


async def test_the_other_flags_stay_the_forums_own_business(setup: ForumInboxSetup) -> None:
    setup.person("rowan").flag(a_post(setup), "", kind=8)
    await setup.read()
    assert await setup.cases() == ()


async def test_an_event_about_a_flag_that_is_not_there_leads_to_nothing(setup: ForumInboxSetup) -> None:
    assert await setup.read("review 987654")
    assert await setup.read("nothing known")
    assert await setup.cases() == ()


async def test_flags_beyond_the_first_page_of_the_queue_are_read(setup: ForumInboxSetup) -> None:
    for number in range(12):
        setup.person("rowan").flag(a_post(setup), f"The matter number {number} of mine.")
    await setup.read()
    assert len(await setup.cases()) == 12


@pytest.mark.harm("short-page-taken-for-the-last")
async def test_flags_behind_a_page_of_the_queue_that_is_short_are_taken_in(setup: ForumInboxSetup) -> None:
    setup.forum.state.short_pages = True
    for number in range(23):
        setup.person("rowan").flag(a_post(setup, f"You are all fools, every one of you, {number}."), WHY)
    assert await setup.read()
    assert len(await setup.reports()) == 23
