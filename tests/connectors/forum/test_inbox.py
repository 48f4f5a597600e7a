"""Private messages to our account: taken in once, answered without a receipt, put away, and never lost on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.forum.connection import connect
from connectors.forum.content import ForumContent
from connectors.forum.intake import ForumInbox
from connectors.forum.posts import ForumConversation
from connectors.http import Priority
from guardian.cases.case import CaseState
from guardian.cases.reports import ReportChannel
from guardian.ids import CaseId
from guardian.notices.models import NoticeKind
from guardian.notices.translations import translate_text
from guardian.sandbox.browser import RECEIPT
from guardian.services.case_flow import get_case
from guardian.services.identity.ownership_codes import issue_code
from guardian.services.retention.expunction import forget_due
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode
from tests.builders.community import AMARA, BRUNO, DMITRI, FORUM
from tests.connectors.forum.inbox_setup import OURS, ForumInboxSetup, forum_inbox

INSULTS = "Birch insults me under every question that I ask."


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[ForumInboxSetup]:
    async with forum_inbox(tmp_path) as made:
        yield made


async def test_a_message_is_a_report_and_its_conversation_leaves_the_inbox_answered_without_a_receipt(
    setup: ForumInboxSetup,
) -> None:
    topic = setup.writes("rowan", INSULTS)
    assert await setup.read()
    (report,) = await setup.reports()
    rowan = setup.person("rowan").account
    assert (report.channel, report.reporter) == (ReportChannel.FORUM_MESSAGE, Account(FORUM, str(rowan.id)))
    assert INSULTS in report.what_happened
    assert "About the help channel" in report.what_happened
    (answer,) = setup.replies(topic)
    assert "/report" in answer
    assert "administers this forum" in answer
    assert RECEIPT.search(answer) is None
    assert not setup.is_in_inbox(topic)


async def test_a_code_of_ours_is_taken_and_never_for_a_report(setup: ForumInboxSetup) -> None:
    """P-6.4"""
    _, person = await setup.community.a_named_case()
    rowan = str(setup.person("rowan").account.id)
    setup.community.spaces[FORUM].add(rowan, "rowan")
    made = await issue_code(setup.community.app, AMARA, person, FORUM, rowan)
    topic = setup.writes("rowan", made.code)
    await setup.read()
    assert "code has been taken" in setup.replies(topic)[0]
    assert len(await setup.reports()) == 1
    assert "challenge.was_answered" in await setup.community.journal_acts()


async def test_the_answer_is_in_the_language_that_the_account_has_chosen(setup: ForumInboxSetup) -> None:
    setup.person("rowan").account.locale = "de"
    topic = setup.writes("rowan", INSULTS)
    await setup.read()
    (report,) = await setup.reports()
    assert report.locale == "de"
    assert "Wer diese Unterhaltung lesen kann" in setup.replies(topic)[0]


async def test_what_the_reporter_writes_further_is_added_once_and_others_in_the_conversation_are_told_that_theirs_is_not(
    setup: ForumInboxSetup,
) -> None:
    topic = setup.writes("rowan", INSULTS, to="guardian,birch")
    await setup.read()
    setup.person("rowan").reply(topic, "It has happened again today.")
    setup.person("birch").reply(topic, "None of this is true at all.")
    await setup.read()
    await setup.read()
    assert [added.text for added in await setup.additions()] == ["It has happened again today."]
    assert "conversation of your own" in setup.replies(topic)[-1]


async def test_a_reading_that_is_cut_off_anywhere_loses_nothing_and_doubles_nothing(setup: ForumInboxSetup) -> None:
    topic = setup.writes("rowan", INSULTS)
    for fault in (
        Fault(kind=FaultKind.LOST_ANSWER, operation="post.create", times=1),
        Fault(kind=FaultKind.SERVER_ERROR, operation="topic.archive", times=3, status=502),
    ):
        setup.forum.set_fault(fault)
        assert not await setup.read()
        setup.restart()
    assert await setup.read()
    assert len(await setup.reports()) == 1
    assert len(setup.replies(topic)) == 1
    assert not setup.is_in_inbox(topic)


async def test_a_conversation_is_still_its_reports_when_deliveries_have_long_been_forgotten(
    setup: ForumInboxSetup,
) -> None:
    topic = setup.writes("rowan", INSULTS)
    await setup.read()
    setup.community.pass_time(timedelta(days=30))
    async with setup.community.units_of_work.begin() as uow:
        await uow.deliveries.forget_before(setup.community.clock.now())
    setup.restart()
    setup.person("rowan").reply(topic, "It has begun again, after a month.")
    await setup.read()
    assert len(await setup.reports()) == 1
    assert [added.text for added in await setup.additions()] == ["It has begun again, after a month."]


async def test_what_is_written_while_we_answer_is_not_put_away_unread(setup: ForumInboxSetup) -> None:
    """Putting a conversation away takes everything in it out of the inbox, also what came a moment ago."""
    topic = setup.writes("rowan", INSULTS)
    connection = connect(setup.config, setup.community.clock)

    class Hurried(ForumContent):
        async def read_conversation(self, topic: int, priority: Priority = Priority.OBSERVATION) -> ForumConversation:
            found = await super().read_conversation(topic, priority)
            if len(found.posts) == 1:
                setup.person("rowan").reply(topic, "One thing more, I forgot.")
            return found

    setup.restart()
    setup.inbox._content = Hurried(connection)
    await setup.read()
    assert [added.text for added in await setup.additions()] == ["One thing more, I forgot."]
    assert not setup.is_in_inbox(topic)


async def test_whoever_says_that_it_is_not_safe_is_never_written_to_there_again(setup: ForumInboxSetup) -> None:
    topic = setup.writes("rowan", INSULTS)
    await setup.read()
    setup.person("rowan").reply(topic, f"{translate_text('', 'forum.word_not_safe').lower()} .")
    await setup.read()
    setup.person("rowan").reply(topic, "It has happened again today.")
    await setup.read()
    (report,) = await setup.reports()
    assert report.contact_is_safe is False
    setup.person("rowan").reply(topic, translate_text("", "forum.word_receipt") + "   ")
    await setup.read()
    assert len(setup.replies(topic)) == 1
    assert not setup.is_in_inbox(topic)
    assert len(await setup.additions()) == 1


async def test_a_receipt_stands_in_the_conversation_only_when_its_reporter_asks_for_it(setup: ForumInboxSetup) -> None:
    topic = setup.writes("rowan", INSULTS)
    await setup.read()
    setup.person("rowan").reply(topic, translate_text("", "forum.word_receipt") + "   ")
    await setup.read()
    assert RECEIPT.search(setup.replies(topic)[-1])


async def test_files_and_posts_are_kept_as_they_stand_and_nothing_is_fetched_from_elsewhere(
    setup: ForumInboxSetup,
) -> None:
    birch, rowan = setup.person("birch"), setup.person("rowan")
    public = birch.publish("A public matter of mine", "You are all fools, every one of you.")
    picture = rowan.upload("shot.png", b"pixels")
    away = rowan.upload("film.mp4", b"far away", elsewhere="http://127.0.0.1:9/film.mp4")
    link = f"{setup.forum.url}/t/a-public-matter/{public}/1"
    setup.writes("rowan", f"See {link} and {picture} and {away} and http://127.0.0.1:9/other")
    await setup.read()
    kept = {piece.kind + " " + (piece.file_name or piece.text): piece for piece in await setup.evidence()}
    assert kept["file shot.png"].content == b"pixels"
    assert kept["file film.mp4"].content is None
    said = kept["message You are all fools, every one of you."]
    assert said.author == Account(FORUM, str(birch.account.id))
    assert said.link == f"{setup.forum.url}/t/{public}/1"
    assert len(kept) == 3


async def test_nobody_reads_others_private_messages_by_sending_us_their_link(
    setup: ForumInboxSetup, tmp_path: Path
) -> None:
    secret = setup.person("birch").send_pm("dmitri4x", "Between us", "This is for nobody else to read.")
    config = {"api_key": setup.forum.add_key("keeper"), "api_username": "keeper"}
    setup.restart(**config)
    setup.writes("rowan", f"Look at {setup.forum.url}/t/between-us/{secret}/1 please", to="keeper")
    await setup.read()
    (piece,) = await setup.evidence()
    assert piece.text == ""
    assert piece.why_not


async def test_a_file_that_is_too_large_is_given_up_while_it_comes(setup: ForumInboxSetup) -> None:
    setup.restart(largest_file=10)
    big = setup.person("rowan").upload("big.png", b"more than ten bytes")
    setup.writes("rowan", f"Here is what I saw: {big}")
    await setup.read()
    (piece,) = await setup.evidence()
    assert piece.content is None
    assert "larger" in piece.why_not


async def test_the_member_whom_a_message_is_about_is_kept_out_of_it(setup: ForumInboxSetup) -> None:
    setup.writes("rowan", "Dmitri Volkov mocks me in private messages.")
    await setup.read()
    told = {member for member in (AMARA, BRUNO, DMITRI) if await setup.community.notices_to(member)}
    assert told == {AMARA, BRUNO}


async def test_where_we_only_look_reports_are_taken_in_and_nothing_is_written(setup: ForumInboxSetup) -> None:
    setup.community.app.spaces.set_mode(FORUM, Mode.OBSERVE)
    topic = setup.writes("rowan", INSULTS)
    await setup.read()
    await setup.read()
    assert len(await setup.reports()) == 1
    assert setup.replies(topic) == []
    assert setup.is_in_inbox(topic)
    assert len(setup.forum.history.calls("topic.show")) == 1
    setup.community.app.spaces.set_mode(FORUM, Mode.ENFORCE)
    await setup.read()
    assert len(setup.replies(topic)) == 1
    assert not setup.is_in_inbox(topic)


async def test_an_answer_to_a_notice_of_ours_is_no_report_and_its_writer_learns_so(setup: ForumInboxSetup) -> None:
    topic = setup.person("guardian").send_pm("rowan", "There is news", "There is news about something.")
    setup.person("rowan").reply(topic, "Who are you, and what do you want?")
    await setup.read()
    assert await setup.reports() == []
    assert "Nobody reads answers" in setup.replies(topic)[-1]
    assert not setup.is_in_inbox(topic)


async def test_messages_of_the_system_are_put_away_unanswered(setup: ForumInboxSetup) -> None:
    rules = setup.forum.rules
    topic = rules.converse(setup.forum.state.users[-1], ["guardian"], "Welcome", "Welcome to this forum.").topic_id
    await setup.read()
    assert await setup.reports() == []
    assert setup.replies(topic) == []
    assert not setup.is_in_inbox(topic)


async def test_messages_to_the_group_are_read_as_well(setup: ForumInboxSetup) -> None:
    setup.forum.state.groups["conduct"] = {OURS}
    topic = setup.writes("rowan", INSULTS, to="conduct")
    setup.restart(group="conduct")
    await setup.read()
    assert len(await setup.reports()) == 1
    assert "members of a group" in setup.replies(topic)[0]
    assert "conduct" in setup.forum.state.topics[topic].archived_for


async def test_one_conversation_that_cannot_be_read_stops_no_other(setup: ForumInboxSetup) -> None:
    for number in range(2):
        setup.writes("rowan", INSULTS, title=f"Matter {number}")
        setup.community.pass_time(timedelta(minutes=1))
    setup.forum.set_fault(Fault(kind=FaultKind.NO_PERMISSION, operation="topic.show", times=1))
    assert not await setup.read()
    assert len(await setup.reports()) == 1
    assert await setup.read()
    assert len(await setup.reports()) == 2


async def test_whoever_lets_us_into_a_conversation_is_the_reporter_and_each_word_its_writers(
    setup: ForumInboxSetup,
) -> None:
    topic = setup.person("birch").send_pm("rowan", "Between the two of us", "I will find out where you live.")
    setup.person("rowan").reply(topic, "Please stop writing to me.")
    setup.person("rowan").invite(topic, "guardian")
    await setup.read()
    (report,) = await setup.reports()
    rowan, birch = (Account(FORUM, str(setup.person(name).account.id)) for name in ("rowan", "birch"))
    assert report.reporter == rowan
    assert "Please stop" in report.what_happened
    assert "where you live" not in report.what_happened
    (theirs,) = [piece for piece in await setup.evidence() if piece.author is not None]
    assert (theirs.author, theirs.text) == (birch, "I will find out where you live.")


@pytest.mark.harm("receipt-handed-to-the-reported-person")
async def test_the_receipt_goes_to_whoever_asked_us_in_and_to_them_alone(setup: ForumInboxSetup) -> None:
    """P-2.6"""
    topic = setup.person("birch").send_pm("rowan", "Between the two of us", "I will find out where you live.")
    setup.person("rowan").invite(topic, "guardian")
    await setup.read()
    setup.person("birch").reply(topic, translate_text("", "forum.word_receipt"))
    setup.person("rowan").reply(topic, translate_text("", "forum.word_receipt"))
    await setup.read()
    read_by_birch = [post["raw"] for each in setup.person("birch").inbox() for post in each["posts"]]
    read_by_rowan = [post["raw"] for each in setup.person("rowan").inbox() for post in each["posts"]]
    assert not any(RECEIPT.search(text) for text in read_by_birch)
    assert not any("taken in" in text for text in read_by_birch)
    assert len([text for text in read_by_rowan if RECEIPT.search(text)]) == 1


async def test_a_reporter_who_wrote_to_us_and_others_together_is_answered_alone(setup: ForumInboxSetup) -> None:
    topic = setup.writes("rowan", INSULTS, to="guardian,birch")
    await setup.read()
    await setup.read()
    assert setup.replies(topic) == []
    (alone,) = [each for each in setup.person("rowan").inbox() if each["id"] != topic]
    assert "taken in as a report" in alone["posts"][0]["raw"]
    setup.person("rowan").reply(alone["id"], "One thing more, I forgot.")
    await setup.read()
    assert [added.text for added in await setup.additions()] == ["One thing more, I forgot."]
    assert len(await setup.reports()) == 1


async def test_an_answer_that_is_cut_off_is_begun_once_with_its_reporter_alone(setup: ForumInboxSetup) -> None:
    setup.writes("rowan", INSULTS, to="guardian,birch")
    setup.forum.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="post.create", times=1))
    assert not await setup.read()
    setup.restart()
    assert await setup.read()
    assert len(setup.person("rowan").inbox()) == 2
    assert len(await setup.reports()) == 1


@pytest.mark.harm("receipt-handed-to-the-reported-person")
async def test_where_the_first_post_is_gone_the_next_writer_is_no_reporter(setup: ForumInboxSetup) -> None:
    topic = setup.writes("rowan", INSULTS, to="guardian,birch")
    setup.person("birch").reply(topic, "None of this is true at all.")
    setup.forum.state.posts[setup.forum.state.topics[topic].post_ids[0]].deleted_at = setup.community.clock.now()
    await setup.read()
    assert await setup.reports() == []


async def test_a_receipt_that_is_asked_for_in_a_groups_conversation_is_not_put_there(setup: ForumInboxSetup) -> None:
    setup.forum.state.groups["conduct"] = {OURS}
    topic = setup.writes("rowan", INSULTS, to="conduct")
    setup.restart(group="conduct")
    await setup.read()
    setup.person("rowan").reply(topic, translate_text("", "forum.word_receipt"))
    await setup.read()
    assert not any(RECEIPT.search(text) for text in setup.replies(topic))
    (alone,) = [each for each in setup.person("rowan").inbox() if each["id"] != topic]
    assert RECEIPT.search(alone["posts"][0]["raw"])


@pytest.mark.harm("changed-message-never-read")
async def test_a_message_that_is_changed_after_we_put_it_away_is_read_again_once(setup: ForumInboxSetup) -> None:
    """P-2.12"""
    topic = setup.writes("rowan", INSULTS)
    await setup.read()
    post = setup.forum.state.posts[setup.forum.state.topics[topic].post_ids[0]]
    setup.forum.rules.edit(post, "Birch insults me, and now they threaten me as well.", setup.person("rowan").account)
    for _ in range(3):
        assert await setup.read()
    setup.restart()
    assert await setup.read()
    added = [(each.text, each.verified) for each in await setup.additions()]
    assert added == [("Birch insults me, and now they threaten me as well.", False)]


@pytest.mark.harm("one-odd-item-stops-the-queue")
async def test_a_post_that_is_nobodys_stops_nothing(tmp_path: Path) -> None:
    """P-2.1"""
    async with forum_inbox(tmp_path, odd=True) as setup:
        topic = setup.writes("rowan", INSULTS, title="The first matter")
        setup.person("rowan").reply(topic, "Somebody whose account is gone wrote this.")
        *_, last = setup.forum.state.posts_of(setup.forum.state.topics[topic])
        last.user_id = cast(int, None)
        setup.writes("birch", INSULTS, title="The second matter")
        assert await setup.read()
        assert len(await setup.reports()) == 2


@pytest.mark.harm("one-odd-item-stops-the-queue")
async def test_a_conversation_of_a_shape_that_we_do_not_know_stops_no_other_and_people_are_told(tmp_path: Path) -> None:
    """P-2.1: it stays in the inbox, unread."""
    async with forum_inbox(tmp_path, odd=True) as setup:
        topic = setup.writes("rowan", INSULTS, title="The first matter")
        (odd,) = setup.forum.state.posts_of(setup.forum.state.topics[topic])
        odd.version = cast(int, "first")
        setup.writes("birch", INSULTS, title="The second matter")
        assert not await setup.read()
        assert [report.reporter_handle for report in await setup.reports()] == ["birch"]
        assert await setup.read()
        assert NoticeKind.ITEM_UNREAD in [each.kind for each in await setup.community.waiting_notices()]
        assert setup.is_in_inbox(topic)


@pytest.mark.harm("receipt-shown-in-kept-words")
async def test_a_receipt_that_is_typed_into_a_message_is_not_kept(setup: ForumInboxSetup) -> None:
    """P-2.6"""
    setup.writes("rowan", f"{INSULTS} You wrote: ABCDE-FGHJK-MNPQR-STUVW-XYZ23-4")
    assert await setup.read()
    (report,) = await setup.reports()
    assert report.what_happened.endswith("You wrote: [receipt]")


@pytest.mark.harm("report-lost-for-half-a-character")
async def test_a_message_with_half_a_character_in_it_is_taken_in(setup: ForumInboxSetup) -> None:
    """P-2.1"""
    setup.writes("rowan", f"{INSULTS} \ud83d")
    assert await setup.read()
    (report,) = await setup.reports()
    assert INSULTS in report.what_happened


@pytest.mark.harm("report-behind-the-last-page")
async def test_of_an_inbox_longer_than_one_reading_all_is_read_in_the_next_ones(setup: ForumInboxSetup) -> None:
    """P-2.1: also where nothing leaves the inbox, as we only look."""
    setup.community.app.spaces.set_mode(FORUM, Mode.OBSERVE)
    setup.forum.state.most_on_a_page = 1
    connection = setup.inbox._connection
    inbox = ForumInbox(setup.community.app, connection, ForumContent(connection), most_pages=2)
    for number in range(6):
        setup.writes("rowan", f"{INSULTS} {number}", title=f"Something else, number {number}")
    counts = []
    for _ in range(8):
        await inbox.read()
        counts.append(len(await setup.reports()))
    assert counts[0] == 2
    assert counts[-1] == 6


@pytest.mark.harm("forgotten-words-read-anew")
@pytest.mark.parametrize("restarts", [True, False])
async def test_what_is_written_after_its_case_is_expunged_is_a_report_of_its_own_without_what_is_forgotten(
    setup: ForumInboxSetup, restarts: bool
) -> None:
    """P-9.5: neither the words nor the title of before come back."""
    topic = setup.writes("rowan", INSULTS, title="Birch is vile to me")
    await setup.read()
    (forgotten,) = await setup.reports()
    await expunge(setup, forgotten.case)
    if restarts:
        setup.restart()
    setup.person("rowan").reply(topic, "It began again this morning.")
    await setup.read()
    await setup.read()
    async with setup.community.units_of_work.read() as view:
        cases = [each.id for each in await view.cases.cases() if each.id != forgotten.case]
        [report] = [report for case in cases for report in await view.cases.reports_of(case)]
    assert report.what_happened == "It began again this morning."
    assert not setup.is_in_inbox(topic)


async def expunge(setup: ForumInboxSetup, case: CaseId) -> None:
    """The case was closed, its day has come, and it is expunged."""
    async with setup.community.units_of_work.begin() as uow:
        known = await get_case(uow, case)
        await uow.cases.save_case(replace(known, state=CaseState.CLOSED, closed_at=uow.now))
    setup.community.pass_time(setup.community.app.policy.retention.minor + timedelta(days=1))
    assert await forget_due(setup.community.app) == 1
