"""Flags that are more than the forum's own business: each becomes a local matter once, with what it is about."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.values import CaseKind, Door
from guardian.people.values import Group
from guardian.spaces.port import Account
from tests.builders.desk import FORUM, INES, a_role
from tests.connectors.forum.inbox import Letterbox, a_letterbox

INSULT = "You are all fools, every one of you."
WHY = "They write this under every question of mine."


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Letterbox]:
    async with a_letterbox(tmp_path) as made:
        await made.community.change(INES, roles=(a_role(Group.MODERATORS, space=FORUM),))
        yield made


def a_post(box: Letterbox, text: str = INSULT) -> int:
    """Birch has written something in public; the post."""
    topic = box.person("birch").publish("A public matter of mine", text)
    return box.forum.state.topics[topic].post_ids[0]


async def test_a_flag_is_a_local_matter_once_with_its_words_and_the_post_as_evidence(box: Letterbox) -> None:
    item = box.person("rowan").flag(a_post(box), WHY)
    assert await box.read(f"review {item}")
    assert await box.read()
    (case,) = await box.cases()
    (report,) = await box.reports()
    (piece,) = await box.evidence()
    assert (case.kind, case.space, report.door) == (CaseKind.LOCAL, FORUM, Door.FORUM_FLAG)
    assert (report.what_happened, report.reporter_handle) == (WHY, "rowan")
    assert (piece.text, piece.author) == (INSULT, Account(FORUM, str(box.person("birch").account.id)))


async def test_a_second_persons_flag_on_the_same_post_is_not_taken_for_the_first(box: Letterbox) -> None:
    post = a_post(box)
    box.person("rowan").flag(post, WHY)
    await box.read()
    box.person("farid6x").flag(post, "This is about me as well.")
    await box.read()
    assert [report.what_happened for report in await box.reports()] == [WHY, "This is about me as well."]


async def test_a_flag_is_known_when_deliveries_have_long_been_forgotten(box: Letterbox) -> None:
    box.person("rowan").flag(a_post(box), WHY)
    await box.read()
    box.community.later(timedelta(days=30))
    async with box.community.works.begin() as work:
        await work.deliveries.forget_before(box.community.clock.now())
    box.anew()
    await box.read()
    assert len(await box.cases()) == 1


async def test_the_files_of_what_is_flagged_as_illegal_are_never_fetched(box: Letterbox) -> None:
    picture = box.person("birch").upload("holiday.png", b"pixels")
    box.person("rowan").flag(a_post(box, f"See what I have here: {picture}"), "Please look at this.", kind=10)
    await box.read()
    assert [piece.content for piece in await box.evidence()] == [None, None]
    assert not list(box.forum.history.calls("upload.short"))


async def test_the_other_flags_stay_the_forums_own_business(box: Letterbox) -> None:
    box.person("rowan").flag(a_post(box), "", kind=8)
    await box.read()
    assert await box.cases() == ()


async def test_an_event_about_a_flag_that_is_not_there_leads_to_nothing(box: Letterbox) -> None:
    assert await box.read("review 987654")
    assert await box.read("nothing known")
    assert await box.cases() == ()


async def test_flags_beyond_the_first_page_of_the_queue_are_read(box: Letterbox) -> None:
    for number in range(12):
        box.person("rowan").flag(a_post(box), f"The matter number {number} of mine.")
    await box.read()
    assert len(await box.cases()) == 12
