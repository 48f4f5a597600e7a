"""Reports on Discord: taken in whatever happens on the way, answered to the reporter alone, and never lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from connectors.emulators.discord.client_screen import Screen
from connectors.emulators.discord.state import Attachment
from connectors.emulators.shared.control import Declined
from connectors.emulators.shared.faults import Fault, FaultKind
from guardian.cases.reports import ReportChannel
from guardian.ids import AccountId
from guardian.notices.models import NoticeKind
from guardian.sanctions.models import WorkItem
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.members import AccountInput
from guardian.services.reports.intake import read_follow_up
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.port import Account
from guardian.unit_of_work import UnitOfWorkFactory
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.community import A_REPORTER, AMARA, DISCORD, DMITRI, SOMEBODY, WORKING_GROUP
from tests.connectors.discord.service import CHECKBOXES, CONCERNS, FIRST, WHAT, DiscordService, discord_service

MENU = "Report conduct"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


@pytest.fixture
async def narrow(tmp_path: Path) -> AsyncIterator[DiscordService]:
    """A desk that takes short texts and small files only."""
    async with discord_service(tmp_path, longest_text=60, largest_file=1000) as made:
        yield made


def receipt_of(screen: Screen) -> str:
    found = re.search(r"Receipt: `([0-9A-Z-]+)`", screen.text)
    assert found, screen.text
    return found[1]


def a_message(service: DiscordService, **files: bytes) -> str:
    """A message of somebody's in the channel that everybody reads."""
    state = service.emulator.state
    message = state.add_message(state.general_id, SOMEBODY.native_id, "You are all fools.")
    for name, content in files.items():
        number = state.new_id(service.community.clock.now())
        state.attachments[number] = Attachment(
            id=number, channel_id=state.general_id, filename=f"{name}.png", content_type="image/png", content=content
        )
        state.messages[message].attachments.append(state.attachments[number])
    return message


# -- the form


async def test_the_form_begins_with_the_emergency_line_and_has_five_parts(service: DiscordService) -> None:
    screen = await service.reporter.command("report")
    assert screen.modal is not None
    assert screen.modal.texts[0].startswith(
        "**Is somebody in physical danger? Call your local emergency services first"
    )
    assert [field.label for field in screen.modal.fields] == [WHAT, CONCERNS, FIRST, CHECKBOXES]
    assert [field.required for field in screen.modal.fields] == [True, False, False, False]


async def test_a_report_is_answered_to_the_reporter_alone_with_a_receipt_that_opens_it(service: DiscordService) -> None:
    """P-2.4"""
    screen = await service.report()
    assert [message.ephemeral for message in screen.messages] == [True]
    seen = await read_follow_up(service.app, receipt_of(screen))
    assert [line.text for line in seen.thread] == ["They insult me."]
    assert seen.reference in screen.text
    (report,) = await service.reports()
    assert (report.channel, report.reporter) == (ReportChannel.DISCORD_COMMAND, A_REPORTER)


async def test_a_member_who_is_picked_in_the_form_is_not_told_of_the_report(service: DiscordService) -> None:
    """P-2.5"""
    await service.report(**{CONCERNS: ["Dmitri Volkov"]})
    assert await service.community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP) - {DMITRI}


async def test_danger_that_is_ticked_calls_everybody(service: DiscordService) -> None:
    """P-3.6"""
    await service.report(**{CHECKBOXES: ["danger"]})
    assert await service.community.who_was_notified(NoticeKind.DANGER) == set(WORKING_GROUP)


async def test_a_form_that_was_opened_before_a_restart_is_taken_in_after_it(service: DiscordService) -> None:
    form = await service.reporter.command("report")
    await service.restart()
    screen = await (await service.reporter.submit(form, {WHAT: "Written for an hour."})).wait_until_settled()
    assert (await read_follow_up(service.app, receipt_of(screen))).thread[0].text == "Written for an hour."


async def test_a_report_whose_announcement_is_lost_is_stored_and_answered(service: DiscordService) -> None:
    """The first answer, "thinking", was applied but its own answer never came back."""
    form = await service.reporter.command("report")
    service.emulator.faults.set(Fault(kind=FaultKind.LOST_ANSWER, operation="interaction.callback", times=1))
    screen = await (await service.reporter.submit(form, {WHAT: "They insult me."})).wait_until_settled(10)
    assert len(await service.reports()) == 1
    assert (await read_follow_up(service.app, receipt_of(screen))).thread[0].text == "They insult me."


async def test_half_a_character_in_a_report_does_not_cost_the_reporter_their_words(service: DiscordService) -> None:
    """JSON can carry half of an emoji, which nothing can store, and not even give back as a file."""
    screen = await service.report(**{WHAT: "They insult me \ud83d again."})
    (line,) = (await read_follow_up(service.app, receipt_of(screen))).thread
    assert line.text == "They insult me \ufffd again."


async def test_a_report_is_stored_even_where_discord_takes_no_answer_at_all(service: DiscordService) -> None:
    form = await service.reporter.command("report")
    service.emulator.faults.set(Fault(kind=FaultKind.SERVER_ERROR, operation="interaction.callback"))
    screen = await service.reporter.submit(form, {WHAT: "They insult me."})
    assert screen.failed
    assert len(await service.reports()) == 1


# -- what cannot be taken


async def test_an_empty_report_is_refused_and_the_form_opens_again_filled_in(service: DiscordService) -> None:
    refused = await service.report(**{WHAT: "   ", CONCERNS: ["Dmitri Volkov"], CHECKBOXES: ["danger", "hold"]})
    assert "Please write a few words; everything else can be left out" in refused.text
    again = await service.reporter.press(refused, "Edit and send again")
    assert again.modal is not None
    assert [again.modal.find(name).chosen for name in (CONCERNS, CHECKBOXES)] == [(DMITRI,), ("danger", "hold")]
    sent = await (await service.reporter.submit(again, {WHAT: "Now with words."})).wait_until_settled()
    assert receipt_of(sent)
    (report,) = await service.reports()
    assert (report.what_happened, report.named_members, report.danger) == ("Now with words.", (DMITRI,), True)


async def test_a_report_that_is_too_long_comes_back_as_a_file(narrow: DiscordService) -> None:
    text = "They insult me, again and again. " * 4
    refused = await narrow.report(**{WHAT: text})
    assert "longer than we can take" in refused.text
    message = refused.message
    assert message is not None
    assert message.ephemeral
    assert [text in file.text for file in message.files] == [True]
    assert await narrow.reports() == []


async def test_after_a_restart_the_button_says_that_the_text_is_in_the_file(service: DiscordService) -> None:
    refused = await service.report(**{WHAT: "   "})
    await service.restart()
    again = await (await service.reporter.press(refused, "Edit and send again")).wait_until_settled()
    assert again.modal is None
    assert "in the file of the message above" in again.text


async def test_a_text_that_is_given_back_is_nobody_elses_to_open(service: DiscordService) -> None:
    refused = await service.report(**{WHAT: "   ", CONCERNS: ["Dmitri Volkov"]})
    shown = refused.message
    assert shown is not None
    service.emulator.state.messages[shown.id].seen_by = SOMEBODY.native_id
    other = await (await service.person(SOMEBODY.native_id).press(shown, "Edit and send again")).wait_until_settled()
    assert other.modal is None
    assert "is not held here any more" in other.text


class OutOfOrder:
    """A database that cannot be written to for a while; its complaint quotes what it was given."""

    def __init__(self, units_of_work: UnitOfWorkFactory[ReadView, UnitOfWork]) -> None:
        self._units_of_work = units_of_work
        self.broken = False

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        if self.broken:
            raise RuntimeError("could not store 'They insult me.'")
        return self._units_of_work.begin()

    def read(self) -> AbstractAsyncContextManager[ReadView]:
        return self._units_of_work.read()


async def test_a_report_that_could_not_be_stored_comes_back_whole_and_can_be_sent_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log says that something failed, and nothing of what was written."""
    broken: list[OutOfOrder] = []

    def changed(app: AppContext) -> AppContext:
        broken.append(OutOfOrder(app.units_of_work))
        return replace(app, units_of_work=broken[0])

    async with discord_service(tmp_path, changed=changed) as service:
        broken[0].broken = True
        refused = await service.report()
        assert "Something went wrong on our side" in refused.text
        assert refused.message is not None
        assert "They insult me." in refused.message.files[0].text
        broken[0].broken = False
        form = await service.reporter.press(refused, "Edit and send again")
        assert receipt_of(await (await service.reporter.submit(form, {})).wait_until_settled())
        (report,) = await service.reports()
        assert report.what_happened == "They insult me."
    printed = capsys.readouterr()
    assert "RuntimeError" in printed.out + printed.err
    assert "insult" not in printed.out + printed.err


async def test_the_service_stands_where_discord_does_not_take_the_commands(tmp_path: Path) -> None:
    """Restricting, lifting and telling need no command."""
    async with discord_service(
        tmp_path, faults=(Fault(kind=FaultKind.NO_PERMISSION, operation="command.put_guild"),)
    ) as service:
        assert service.connection.is_connected
        with pytest.raises(Declined):
            await service.reporter.command("report")


# -- the menu of a message


async def test_a_reported_message_is_kept_as_it_was_when_it_was_chosen(service: DiscordService) -> None:
    """P-2.7: its author deletes it while the reporter still writes."""
    message = a_message(service, screen=b"pixels")
    form = await service.reporter.message_menu(MENU, message)
    service.emulator.state.messages.pop(message)
    await (await service.reporter.submit(form, {WHAT: "Look at this."})).wait_until_settled()
    (report,) = await service.reports()
    said, file = await service.evidence(report)
    assert report.channel is ReportChannel.DISCORD_MESSAGE
    assert (said.text, said.author, said.author_handle) == ("You are all fools.", SOMEBODY, "account01")
    assert said.link.endswith(f"/{service.emulator.guild_id}/{service.emulator.state.general_id}/{message}")
    assert (file.file_name, file.content, file.sha256) == ("screen.png", b"pixels", sha256(b"pixels").hexdigest())
    assert {said.written_at, file.written_at} == {service.emulator.state.begun}


async def test_a_message_written_by_a_member_keeps_them_out_of_the_case(service: DiscordService) -> None:
    """P-2.5"""
    state = service.emulator.state
    message = state.add_message(state.general_id, service.member(DMITRI).user_id, "You are all fools.")
    form = await service.reporter.message_menu(MENU, message)
    await (await service.reporter.submit(form, {WHAT: "Look at this."})).wait_until_settled()
    assert await service.community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP) - {DMITRI}


async def test_a_file_of_a_message_that_is_too_large_is_noted_and_the_report_taken(narrow: DiscordService) -> None:
    form = await narrow.reporter.message_menu(MENU, a_message(narrow, film=b"x" * 1001))
    await (await narrow.reporter.submit(form, {WHAT: "Look at this."})).wait_until_settled()
    (report,) = await narrow.reports()
    _, file = await narrow.evidence(report)
    assert file.content is None
    assert "too large" in file.why_not


async def test_a_message_with_ten_files_is_taken_with_a_word_on_the_one_that_does_not_fit(
    service: DiscordService,
) -> None:
    form = await service.reporter.message_menu(MENU, a_message(service, **{f"f{n}": b"x" for n in range(10)}))
    await (await service.reporter.submit(form, {WHAT: "Look at this."})).wait_until_settled()
    (report,) = await service.reports()
    said, *files = await service.evidence(report)
    assert len(files) == 9
    assert "1 more of its files" in said.why_not


# -- what is added afterwards


async def test_the_reporter_adds_words_by_the_button_even_after_a_restart(service: DiscordService) -> None:
    """P-2.12"""
    answer = await service.report()
    await service.restart()
    form = await service.reporter.press(answer, "Add details")
    added = await (await service.reporter.submit(form, {"text": "It went on today."})).wait_until_settled()
    assert "Thank you" in added.text
    seen = await read_follow_up(service.app, receipt_of(answer))
    assert [line.text for line in seen.thread] == ["They insult me.", "It went on today."]


async def test_the_reporter_adds_files(service: DiscordService) -> None:
    """P-2.12"""
    form = await service.reporter.press(await service.report(), "Add files")
    added = await (
        await service.reporter.submit(form, {"files": [("one.png", b"one"), ("two.png", b"two")]})
    ).wait_until_settled()
    assert "Thank you" in added.text
    (report,) = await service.reports()
    assert [(each.file_name, each.content) for each in await service.evidence(report)] == [
        ("one.png", b"one"),
        ("two.png", b"two"),
    ]


async def test_of_files_that_do_not_all_fit_none_is_kept(narrow: DiscordService) -> None:
    form = await narrow.reporter.press(await narrow.report(), "Add files")
    files = [("one.png", b"one"), ("film.mp4", b"x" * 1001)]
    refused = await (await narrow.reporter.submit(form, {"files": files})).wait_until_settled()
    assert "too large, or could not be fetched: film.mp4" in refused.text
    (report,) = await narrow.reports()
    assert await narrow.evidence(report) == []


async def test_an_empty_addition_is_refused(service: DiscordService) -> None:
    form = await service.reporter.press(await service.report(), "Add details")
    refused = await (await service.reporter.submit(form, {"text": "   "})).wait_until_settled()
    assert "There is nothing in it yet" in refused.text


async def test_nobody_adds_to_somebody_elses_report(service: DiscordService) -> None:
    shown = (await service.report()).message
    assert shown is not None
    service.emulator.state.messages[shown.id].seen_by = SOMEBODY.native_id
    other = service.person(SOMEBODY.native_id)
    refused = await (
        await other.submit(await other.press(shown, "Add details"), {"text": "Mine now."})
    ).wait_until_settled()
    assert "opens nothing here" in refused.text


async def test_a_ban_that_a_human_lifts_is_looked_at_again(service: DiscordService) -> None:
    """P-6.1: the gateway tells of it; the key of the account is due at once."""
    service.community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    await service.community.a_named_case()
    target = AccountInput(DISCORD, "grumbler")
    await act(
        service.app, AMARA, target, ActInput(Restriction.SUSPENDED, Ground.ONGOING, "It goes on.", frozenset({DISCORD}))
    )
    async with service.community.units_of_work.begin() as uow:
        (link,) = await uow.people.links_of_account(SOMEBODY)
        item = await uow.sanctions.work_item(link.id)
        assert item is not None
        assert await uow.sanctions.save_result(replace(item, due_at=None))
    state = service.emulator.state
    service.emulator.ban_by_hand(state.owner_id, SOMEBODY.native_id, "seen it myself")
    async with asyncio.timeout(5):
        while (await _key(service, link.id)).due_at is None:
            await asyncio.sleep(0)


@pytest.mark.harm("native-kick-unseen")
async def test_a_members_kick_by_the_servers_own_menu_is_reviewed_like_an_act(service: DiscordService) -> None:
    """P-7.2: the gateway tells of it, and the audit log says whose it was."""
    state = service.emulator.state
    await service.community.change_member(DMITRI, accounts=(Account(DISCORD, state.owner_id),))
    async with service.community.units_of_work.begin() as uow:
        await uow.foreign.record_baseline(DISCORD, (), uow.now - timedelta(days=1))
    records = service.community.spaces[DISCORD]
    records.add(SOMEBODY.native_id, "grumbler")
    records.put_out_manually(SOMEBODY.native_id, by=state.owner_id)
    service.emulator.kick_by_hand(state.owner_id, SOMEBODY.native_id, "insults")
    async with asyncio.timeout(5):
        while NoticeKind.ACT_TAKEN not in await service.community.notice_kinds_to(AMARA):
            await asyncio.sleep(0)
    assert NoticeKind.NATIVE_ACTION_QUESTION in await service.community.notice_kinds_to(DMITRI)


async def _key(service: DiscordService, account: AccountId) -> WorkItem:
    async with service.community.units_of_work.read() as view:
        item = await view.sanctions.work_item(account)
    assert item is not None
    return item
