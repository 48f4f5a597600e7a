"""Commands by private message: whose they are, that they are carried out once, and that the answers tell nothing."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.emulation.faults import Fault, FaultKind
from guardian.cases.values import CaseKind
from tests.builders.desk import BRUNO, FORUM
from tests.connectors.forum.inbox import Letterbox, a_letterbox

ACT = "/act rowan suspended ongoing\nRowan threatens people in the help channel just now."
CHAIR = "amara1x"
MEMBER = "dmitri4x"
_TOLD_TOO_MUCH = re.compile(r"\b[a-z]+-[a-z]+\b(?<!after-all)|\d")


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Letterbox]:
    async with a_letterbox(tmp_path) as made:
        made.community.spaces[FORUM].add(str(made.person("rowan").account.id), "rowan")
        yield made


async def answer_to(box: Letterbox, username: str, text: str) -> str:
    topic = box.writes(username, text, title="To be done")
    await box.read()
    return box.answers(topic)[-1]


async def test_a_member_acts_and_the_answer_carries_no_code_name_count_or_clock(box: Letterbox) -> None:
    answer = await answer_to(box, MEMBER, ACT)
    assert [case.kind for case in await box.cases()] == [CaseKind.REVIEW]
    assert answer.startswith("Done.")
    assert not _TOLD_TOO_MUCH.search(answer.replace(box.community.desk.base_url, ""))


async def test_a_refusal_says_no_more_than_that_it_was_not_done(box: Letterbox) -> None:
    answer = await answer_to(box, MEMBER, ACT.replace("rowan", "nobody"))
    assert answer.startswith("Not done.")
    assert await box.cases() == ()


async def test_the_same_words_from_somebody_without_a_role_are_a_report(box: Letterbox) -> None:
    await answer_to(box, "rowan", ACT.replace("rowan", "birch", 1))
    assert [case.kind for case in await box.cases()] == [CaseKind.REPORT]


async def test_whoever_merely_takes_a_members_name_orders_nothing(box: Letterbox) -> None:
    """Authority is the account's id: a name can be given up by one and taken by another."""
    box.forum.hands.rename(MEMBER, "volkov")
    box.forum.hands.rename("birch", MEMBER)
    await answer_to(box, MEMBER, ACT)
    assert [case.kind for case in await box.cases()] == [CaseKind.REPORT]


@pytest.mark.parametrize(
    "text", ["/atc rowan suspended ongoing\nNow.", "/act rowan ongoing\nNow.", "act @rowan banned now"]
)
async def test_a_misspelt_command_is_asked_about_and_becomes_no_report(box: Letterbox, text: str) -> None:
    answer = await answer_to(box, MEMBER, text)
    assert answer.startswith("Nothing was done")
    assert await box.cases() == ()


async def test_a_member_may_report_like_anybody(box: Letterbox) -> None:
    await answer_to(box, MEMBER, "Birch acts as if nobody were watching.")
    assert [case.kind for case in await box.cases()] == [CaseKind.REPORT]


async def test_a_command_that_was_cut_off_is_not_done_twice_but_asked_about(box: Letterbox) -> None:
    topic = box.writes(MEMBER, ACT)
    box.forum.set_fault(Fault(FaultKind.SERVER_ERROR, "post.create", times=1, status=502))
    assert not await box.read()
    box.anew()
    await box.read()
    assert len(await box.cases()) == 1
    assert box.answers(topic)[-1].startswith("This may have been done or not")


async def test_a_command_that_waited_for_hours_is_not_carried_out(box: Letterbox) -> None:
    topic = box.writes(MEMBER, ACT)
    box.community.later(timedelta(hours=3))
    await box.read()
    assert await box.cases() == ()
    assert "waited too long" in box.answers(topic)[-1]


async def test_a_command_that_somebody_changed_after_it_was_sent_is_not_carried_out(box: Letterbox) -> None:
    topic = box.writes(MEMBER, ACT)
    post = box.forum.state.posts[box.forum.state.topics[topic].post_ids[0]]
    box.forum.rules.edit(post, ACT.replace("rowan", "birch"), box.person("keeper").account)
    await box.read()
    assert await box.cases() == ()
    assert "was changed" in box.answers(topic)[-1]


async def test_a_member_stops_another(box: Letterbox) -> None:
    answer = await answer_to(box, CHAIR, "/stop Bruno Keller")
    async with box.community.works.look() as view:
        stops = await view.deliberation.stops()
    assert answer.startswith("Done.")
    assert [stop.of for stop in stops] == [BRUNO]


async def test_what_is_no_command_in_a_conversation_of_commands_becomes_no_report(box: Letterbox) -> None:
    topic = box.writes(MEMBER, "/stop Nobody At All")
    await box.read()
    box.person(MEMBER).reply(topic, "I meant the one with the hat.")
    await box.read()
    assert await box.cases() == ()
    assert "conversation of commands" in box.answers(topic)[-1] or "one of commands" in box.answers(topic)[-1]
