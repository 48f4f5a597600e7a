"""Private messages to our account: taken in once, answered without a receipt, put away, and never lost on the way."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.emulation.faults import Fault, FaultKind
from connectors.forum.letters import Talk
from connectors.forum.things import ForumThings
from connectors.forum.wire import wire_to
from connectors.http import Urgency
from guardian.cases.values import Door
from guardian.desk.challenging import challenge
from guardian.notices.catalogue import say
from guardian.sandbox.browser import RECEIPT
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode
from tests.builders.desk import AMARA, BRUNO, DMITRI, FORUM
from tests.connectors.forum.inbox import OURS, Letterbox, a_letterbox

INSULTS = "Birch insults me under every question that I ask."


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Letterbox]:
    async with a_letterbox(tmp_path) as made:
        yield made


async def test_a_message_is_a_report_and_its_conversation_leaves_the_inbox_answered_without_a_receipt(
    box: Letterbox,
) -> None:
    topic = box.writes("rowan", INSULTS)
    assert await box.read()
    (report,) = await box.reports()
    rowan = box.person("rowan").account
    assert (report.door, report.reporter) == (Door.FORUM_MESSAGE, Account(FORUM, str(rowan.id)))
    assert INSULTS in report.what_happened
    assert "About the help channel" in report.what_happened
    (answer,) = box.answers(topic)
    assert "/report" in answer
    assert "administers this forum" in answer
    assert RECEIPT.search(answer) is None
    assert not box.in_inbox(topic)


async def test_a_code_of_ours_is_taken_and_never_for_a_report(box: Letterbox) -> None:
    """P-6.4"""
    _, person = await box.community.a_named_case()
    rowan = str(box.person("rowan").account.id)
    box.community.spaces[FORUM].add(rowan, "rowan")
    made = await challenge(box.community.desk, AMARA, person, FORUM, rowan)
    topic = box.writes("rowan", made.code)
    await box.read()
    assert "code has been taken" in box.answers(topic)[0]
    assert len(await box.reports()) == 1
    assert "challenge.was_answered" in await box.community.journalled()


async def test_the_answer_is_in_the_language_that_the_account_has_chosen(box: Letterbox) -> None:
    box.person("rowan").account.locale = "de"
    topic = box.writes("rowan", INSULTS)
    await box.read()
    (report,) = await box.reports()
    assert report.locale == "de"
    assert "Wer diese Unterhaltung lesen kann" in box.answers(topic)[0]


async def test_what_the_reporter_writes_further_is_added_once_and_others_in_the_conversation_are_told_that_theirs_is_not(
    box: Letterbox,
) -> None:
    topic = box.writes("rowan", INSULTS, to="guardian,birch")
    await box.read()
    box.person("rowan").reply(topic, "It has happened again today.")
    box.person("birch").reply(topic, "None of this is true at all.")
    await box.read()
    await box.read()
    assert [added.text for added in await box.additions()] == ["It has happened again today."]
    assert "conversation of your own" in box.answers(topic)[-1]


async def test_a_reading_that_is_cut_off_anywhere_loses_nothing_and_doubles_nothing(box: Letterbox) -> None:
    topic = box.writes("rowan", INSULTS)
    for fault in (
        Fault(FaultKind.LOST_ANSWER, "post.create", times=1),
        Fault(FaultKind.SERVER_ERROR, "topic.archive", times=3, status=502),
    ):
        box.forum.set_fault(fault)
        assert not await box.read()
        box.anew()
    assert await box.read()
    assert len(await box.reports()) == 1
    assert len(box.answers(topic)) == 1
    assert not box.in_inbox(topic)


async def test_a_conversation_is_still_its_reports_when_deliveries_have_long_been_forgotten(box: Letterbox) -> None:
    topic = box.writes("rowan", INSULTS)
    await box.read()
    box.community.later(timedelta(days=30))
    async with box.community.works.begin() as work:
        await work.deliveries.forget_before(box.community.clock.now())
    box.anew()
    box.person("rowan").reply(topic, "It has begun again, after a month.")
    await box.read()
    assert len(await box.reports()) == 1
    assert [added.text for added in await box.additions()] == ["It has begun again, after a month."]


async def test_what_is_written_while_we_answer_is_not_put_away_unread(box: Letterbox) -> None:
    """Putting a conversation away takes everything in it out of the inbox, also what came a moment ago."""
    topic = box.writes("rowan", INSULTS)
    wire = wire_to(box.config, box.community.clock)

    class Hurried(ForumThings):
        async def talk(self, topic: int, urgency: Urgency = Urgency.LOOK) -> Talk:
            found = await super().talk(topic, urgency)
            if len(found.letters) == 1:
                box.person("rowan").reply(topic, "One thing more, I forgot.")
            return found

    box.anew()
    box.inbox._things = Hurried(wire)
    await box.read()
    assert [added.text for added in await box.additions()] == ["One thing more, I forgot."]
    assert not box.in_inbox(topic)


async def test_whoever_says_that_it_is_not_safe_is_never_written_to_there_again(box: Letterbox) -> None:
    topic = box.writes("rowan", INSULTS)
    await box.read()
    box.person("rowan").reply(topic, f"{say('', 'forum.word_not_safe').lower()} .")
    await box.read()
    box.person("rowan").reply(topic, "It has happened again today.")
    await box.read()
    (report,) = await box.reports()
    assert report.contact_is_safe is False
    box.person("rowan").reply(topic, say("", "forum.word_receipt") + "   ")
    await box.read()
    assert len(box.answers(topic)) == 1
    assert not box.in_inbox(topic)
    assert len(await box.additions()) == 1


async def test_a_receipt_stands_in_the_conversation_only_when_its_reporter_asks_for_it(box: Letterbox) -> None:
    topic = box.writes("rowan", INSULTS)
    await box.read()
    box.person("rowan").reply(topic, say("", "forum.word_receipt") + "   ")
    await box.read()
    assert RECEIPT.search(box.answers(topic)[-1])


async def test_files_and_posts_are_kept_as_they_stand_and_nothing_is_fetched_from_elsewhere(box: Letterbox) -> None:
    birch, rowan = box.person("birch"), box.person("rowan")
    public = birch.publish("A public matter of mine", "You are all fools, every one of you.")
    picture = rowan.upload("shot.png", b"pixels")
    away = rowan.upload("film.mp4", b"far away", elsewhere="http://127.0.0.1:9/film.mp4")
    link = f"{box.forum.url}/t/a-public-matter/{public}/1"
    box.writes("rowan", f"See {link} and {picture} and {away} and http://127.0.0.1:9/other")
    await box.read()
    kept = {piece.kind + " " + (piece.file_name or piece.text): piece for piece in await box.evidence()}
    assert kept["file shot.png"].content == b"pixels"
    assert kept["file film.mp4"].content is None
    said = kept["message You are all fools, every one of you."]
    assert said.author == Account(FORUM, str(birch.account.id))
    assert said.link == f"{box.forum.url}/t/{public}/1"
    assert len(kept) == 3


async def test_nobody_reads_others_private_messages_by_sending_us_their_link(box: Letterbox, tmp_path: Path) -> None:
    secret = box.person("birch").send_pm("dmitri4x", "Between us", "This is for nobody else to read.")
    config = {"api_key": box.forum.add_key("keeper"), "api_username": "keeper"}
    box.anew(**config)
    box.writes("rowan", f"Look at {box.forum.url}/t/between-us/{secret}/1 please", to="keeper")
    await box.read()
    (piece,) = await box.evidence()
    assert piece.text == ""
    assert piece.why_not


async def test_a_file_that_is_too_large_is_given_up_while_it_comes(box: Letterbox) -> None:
    box.anew(largest_file=10)
    big = box.person("rowan").upload("big.png", b"more than ten bytes")
    box.writes("rowan", f"Here is what I saw: {big}")
    await box.read()
    (piece,) = await box.evidence()
    assert piece.content is None
    assert "larger" in piece.why_not


async def test_the_member_whom_a_message_is_about_is_kept_out_of_it(box: Letterbox) -> None:
    box.writes("rowan", "Dmitri Volkov mocks me in private messages.")
    await box.read()
    told = {member for member in (AMARA, BRUNO, DMITRI) if await box.community.told(member)}
    assert told == {AMARA, BRUNO}


async def test_where_we_only_look_reports_are_taken_in_and_nothing_is_written(box: Letterbox) -> None:
    box.community.desk.spaces.switch(FORUM, Mode.OBSERVE)
    topic = box.writes("rowan", INSULTS)
    await box.read()
    await box.read()
    assert len(await box.reports()) == 1
    assert box.answers(topic) == []
    assert box.in_inbox(topic)
    assert len(box.forum.history.calls("topic.show")) == 1
    box.community.desk.spaces.switch(FORUM, Mode.ENFORCE)
    await box.read()
    assert len(box.answers(topic)) == 1
    assert not box.in_inbox(topic)


async def test_an_answer_to_a_notice_of_ours_is_no_report_and_its_writer_learns_so(box: Letterbox) -> None:
    topic = box.person("guardian").send_pm("rowan", "There is news", "There is news about something.")
    box.person("rowan").reply(topic, "Who are you, and what do you want?")
    await box.read()
    assert await box.reports() == []
    assert "Nobody reads answers" in box.answers(topic)[-1]
    assert not box.in_inbox(topic)


async def test_messages_of_the_system_are_put_away_unanswered(box: Letterbox) -> None:
    rules = box.forum.rules
    topic = rules.converse(box.forum.state.users[-1], ["guardian"], "Welcome", "Welcome to this forum.").topic_id
    await box.read()
    assert await box.reports() == []
    assert box.answers(topic) == []
    assert not box.in_inbox(topic)


async def test_messages_to_the_group_are_read_as_well(box: Letterbox) -> None:
    box.forum.state.groups["conduct"] = {OURS}
    topic = box.writes("rowan", INSULTS, to="conduct")
    box.anew(group="conduct")
    await box.read()
    assert len(await box.reports()) == 1
    assert "members of a group" in box.answers(topic)[0]
    assert "conduct" in box.forum.state.topics[topic].archived_for


async def test_one_conversation_that_cannot_be_read_stops_no_other(box: Letterbox) -> None:
    for number in range(2):
        box.writes("rowan", INSULTS, title=f"Matter {number}")
        box.community.later(timedelta(minutes=1))
    box.forum.set_fault(Fault(FaultKind.NO_PERMISSION, "topic.show", times=1))
    assert not await box.read()
    assert len(await box.reports()) == 1
    assert await box.read()
    assert len(await box.reports()) == 2
