"""Commands by private message: whose they are, that they are carried out once, and that the answers tell nothing."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.forum.commands import not_understood_text
from guardian.cases.case import CaseKind
from tests.builders.community import BRUNO, FORUM
from tests.connectors.forum.inbox_setup import ForumInboxSetup, forum_inbox

ACT = "/act rowan suspended ongoing\nRowan threatens people in the help channel just now."
CHAIR = "amara1x"
MEMBER = "dmitri4x"
_TOLD_TOO_MUCH = re.compile(r"\b[a-z]+-[a-z]+\b(?<!after-all)|\d")


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[ForumInboxSetup]:
    async with forum_inbox(tmp_path) as made:
        made.community.spaces[FORUM].add(str(made.person("rowan").account.id), "rowan")
        yield made


async def answer_to(setup: ForumInboxSetup, username: str, text: str) -> str:
    topic = setup.writes(username, text, title="To be done")
    await setup.read()
    return setup.replies(topic)[-1]


async def test_a_member_acts_and_the_answer_carries_no_code_name_count_or_clock(setup: ForumInboxSetup) -> None:
    answer = await answer_to(setup, MEMBER, ACT)
    assert [case.kind for case in await setup.cases()] == [CaseKind.REVIEW]
    assert answer.startswith("Done.")
    assert not _TOLD_TOO_MUCH.search(answer.replace(setup.community.app.base_url, ""))


async def test_a_member_who_asks_to_sign_in_is_told_where_and_sent_no_secret(setup: ForumInboxSetup) -> None:
    """P-9.8: the forum's administrators can read messages."""
    answer = await answer_to(setup, MEMBER, "/sign-in, please")
    assert f"{setup.community.app.base_url}/console/sign-in`" in answer
    assert await setup.cases() == ()


async def test_a_refusal_says_no_more_than_that_it_was_not_done(setup: ForumInboxSetup) -> None:
    answer = await answer_to(setup, MEMBER, ACT.replace("rowan", "nobody"))
    assert answer.startswith("Not done.")
    assert await setup.cases() == ()


async def test_the_same_words_from_somebody_without_a_role_are_a_report(setup: ForumInboxSetup) -> None:
    await answer_to(setup, "rowan", ACT.replace("rowan", "birch", 1))
    assert [case.kind for case in await setup.cases()] == [CaseKind.REPORT]


async def test_whoever_merely_takes_a_members_name_orders_nothing(setup: ForumInboxSetup) -> None:
    """Authority is the account's id: a name can be given up by one and taken by another."""
    setup.forum.manual_actions.rename(MEMBER, "volkov")
    setup.forum.manual_actions.rename("birch", MEMBER)
    await answer_to(setup, MEMBER, ACT)
    assert [case.kind for case in await setup.cases()] == [CaseKind.REPORT]


@pytest.mark.parametrize(
    "text", ["/atc rowan suspended ongoing\nNow.", "/act rowan ongoing\nNow.", "act @rowan banned now"]
)
async def test_a_misspelt_command_is_asked_about_and_becomes_no_report(setup: ForumInboxSetup, text: str) -> None:
    answer = await answer_to(setup, MEMBER, text)
    assert answer.startswith("Nothing was done")
    assert await setup.cases() == ()


async def test_a_member_may_report_like_anybody(setup: ForumInboxSetup) -> None:
    await answer_to(setup, MEMBER, "Birch acts as if nobody were watching.")
    assert [case.kind for case in await setup.cases()] == [CaseKind.REPORT]


async def test_a_command_that_was_cut_off_is_not_done_twice_but_asked_about(setup: ForumInboxSetup) -> None:
    topic = setup.writes(MEMBER, ACT)
    setup.forum.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="post.create", times=1, status=502))
    assert not await setup.read()
    setup.restart()
    await setup.read()
    assert len(await setup.cases()) == 1
    assert setup.replies(topic)[-1].startswith("This may have been done or not")


async def test_a_command_that_waited_for_hours_is_not_carried_out(setup: ForumInboxSetup) -> None:
    topic = setup.writes(MEMBER, ACT)
    setup.community.pass_time(timedelta(hours=3))
    await setup.read()
    assert await setup.cases() == ()
    assert "waited too long" in setup.replies(topic)[-1]


async def test_a_command_that_somebody_changed_after_it_was_sent_is_not_carried_out(setup: ForumInboxSetup) -> None:
    topic = setup.writes(MEMBER, ACT)
    post = setup.forum.state.posts[setup.forum.state.topics[topic].post_ids[0]]
    setup.forum.rules.edit(post, ACT.replace("rowan", "birch"), setup.person("keeper").account)
    await setup.read()
    assert await setup.cases() == ()
    assert "was changed" in setup.replies(topic)[-1]


async def test_a_member_stops_another(setup: ForumInboxSetup) -> None:
    answer = await answer_to(setup, CHAIR, "/stop Bruno Keller")
    async with setup.community.units_of_work.read() as view:
        stops = await view.deliberation.stops()
    assert answer.startswith("Done.")
    assert [stop.of for stop in stops] == [BRUNO]


async def test_what_is_no_command_in_a_conversation_of_commands_becomes_no_report(setup: ForumInboxSetup) -> None:
    topic = setup.writes(MEMBER, "/stop Nobody At All")
    await setup.read()
    setup.person(MEMBER).reply(topic, "I meant the one with the hat.")
    await setup.read()
    assert await setup.cases() == ()
    assert "conversation of commands" in setup.replies(topic)[-1] or "one of commands" in setup.replies(topic)[-1]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/measures rowan muted 3 days insults", "/measure NAME"),
        ("/act rowan", "/act NAME"),
        ("/esclate https://x.example/t/1", "/escalate LINK"),
        ("/stopp ada", "/stop MEMBER"),
    ],
)
def test_what_is_not_understood_is_answered_with_the_nearest_command(written: str, meant: str) -> None:
    answer = not_understood_text(written, "https://guardian.example")
    assert answer.startswith("Nothing was done")
    assert f"Perhaps you meant:\n\n{meant}" in answer
    assert answer.endswith("https://guardian.example/console")


def test_what_is_near_no_command_is_answered_with_all_of_them_and_the_console() -> None:
    answer = not_understood_text("/quiet-otter", "https://guardian.example")
    assert "Perhaps you meant" not in answer
    assert all(f"\n{name} " in answer for name in ("/act", "/measure", "/escalate", "/stop"))
