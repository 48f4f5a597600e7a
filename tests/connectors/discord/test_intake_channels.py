"""Every way to report on Discord beside /report, and what comes afterwards, in the reporter's own language."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors.emulators.discord.client_screen import Screen
from connectors.emulators.shared.faults import Fault, FaultKind
from guardian.cases.report_questions import ANSWER_BY, CONTACT_IS_SAFE, DO_NOT_CONTACT, HANDLED, NAME_MAY_BE_TOLD
from guardian.cases.reports import ReportChannel
from guardian.notices.models import NoticeKind
from guardian.notices.translations import translate_text
from guardian.services.identity.ownership_codes import issue_code
from guardian.services.reports.intake import read_follow_up
from tests.builders.community import A_REPORTER, AMARA, BRUNO, DISCORD, DMITRI, SOMEBODY, WORKING_GROUP
from tests.connectors.discord.service import CHECKBOXES, FIRST, WHAT, DiscordService, discord_service
from tests.connectors.discord.test_intake import MENU, a_message, receipt_of


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


async def pressed(service: DiscordService, where: object, button: str, /, **values: object) -> Screen:
    """What the reporter sees after a button, and after its form where values are given for it."""
    screen = await service.reporter.press(where, button)  # type: ignore[arg-type]  # a screen or a message on it
    if values:
        screen = await service.reporter.submit(screen, values)
    return await screen.wait_until_settled()


# -- a member's menu, and what is ticked


async def test_a_member_of_the_group_who_is_reported_by_their_menu_is_kept_out(service: DiscordService) -> None:
    """P-2.5"""
    reported = service.member(DMITRI).user_id
    form = await service.reporter.user_menu("Report this person", reported)
    await (await service.reporter.submit(form, {WHAT: "They insult me."})).wait_until_settled()
    (report,) = await service.reports()
    assert (report.channel, report.named_members) == (ReportChannel.DISCORD_MEMBER, (DMITRI,))
    assert report.who == f"account04 (Discord account {reported})"
    assert DMITRI not in await service.community.who_was_notified(NoticeKind.NEW_REPORT)


async def test_what_is_ticked_stands_with_the_report(service: DiscordService) -> None:
    """P-2.2, P-2.3"""
    answer = await service.report(**{CHECKBOXES: ["unsafe", "hold", "handled"]})
    assert "only the receipt opens it" in answer.text
    (report,) = await service.reports()
    assert report.answers == {CONTACT_IS_SAFE: "no", DO_NOT_CONTACT: "yes", HANDLED: "yes"}
    assert (report.contact_is_safe, report.do_not_contact) == (False, True)


@pytest.mark.parametrize(
    ("chosen", "told"),
    [(["The chairs only"], {AMARA}), (["Bruno Keller", "Dmitri Volkov"], {BRUNO, DMITRI}), ([], set(WORKING_GROUP))],
    ids=["chairs", "chosen", "all"],
)
async def test_those_hear_first_whom_the_reporter_chose(
    service: DiscordService, chosen: list[str], told: set[str]
) -> None:
    """P-2.5"""
    await service.report(**{FIRST: chosen})
    assert await service.community.who_was_notified(NoticeKind.NEW_REPORT) == told


async def test_of_a_message_that_may_show_minors_nothing_is_fetched(service: DiscordService) -> None:
    """P-2.7: neither its file nor its text, though the file stands there to be had."""
    form = await service.reporter.message_menu(MENU, a_message(service, screen=b"pixels"))
    answer = await (await service.reporter.submit(form, {WHAT: "Look.", CHECKBOXES: ["minors"]})).wait_until_settled()
    (report,) = await service.reports()
    (said,) = await service.evidence(report)
    assert (said.text, said.author, said.written_at) == ("", SOMEBODY, service.emulator.state.begun)
    assert "inhope.org" in answer.text
    assert [e for e in service.emulator.history.exchanges if e.operation == "attachment.get"] == []
    (message,) = answer.messages
    assert "Add files" not in [button.label for button in message.buttons]


# -- letters


async def test_a_letter_to_the_bot_is_answered_and_sent_to_nobody(service: DiscordService) -> None:
    answer = await service.reporter.in_dm().write("hello")
    assert "Nothing of what you wrote has been sent to them yet" in answer.text
    assert answer.text.index("emergency services") < answer.text.index("Those who run Discord")
    assert "https://guardian.example/report" in answer.text
    assert await service.reports() == []


async def test_a_code_of_ours_is_taken_and_never_for_a_report(service: DiscordService) -> None:
    """P-6.4: whoever has two accounts shows it by one code, and is asked for nothing else."""
    _, person = await service.a_case()
    service.community.spaces[DISCORD].add(A_REPORTER.native_id, "account02")
    made = await issue_code(service.community.app, AMARA, person, DISCORD, A_REPORTER.native_id)
    answer = await service.reporter.in_dm().write(made.code)
    assert "code has been taken" in answer.text
    assert not answer.buttons
    assert "challenge.was_answered" in await service.community.journal_acts()


async def test_letters_are_sent_as_they_are_with_their_files_and_answered_once(service: DiscordService) -> None:
    """P-2.10: whatever was written since the first answer is one report, and a second press makes no second one."""
    dm = service.reporter.in_dm()
    await dm.write("They insult me.")
    last = await dm.write("Every day.", [("proof.png", b"pixels")])
    first = await pressed(service, last, "Send it as it is")
    again = await pressed(service, last, "Send it as it is")
    assert receipt_of(first) == receipt_of(again)
    (report,) = await service.reports()
    assert (report.channel, report.what_happened) == (ReportChannel.DISCORD_DIRECT, "They insult me.\n\nEvery day.")
    (file,) = await service.evidence(report)
    assert (file.file_name, file.content, file.author) == ("proof.png", b"pixels", None)


async def test_a_letter_becomes_a_report_by_the_form_even_after_a_restart(service: DiscordService) -> None:
    letter = await service.reporter.in_dm().write("They insult me.", [("proof.png", b"pixels")])
    await service.restart()
    form = await service.reporter.in_dm().press(letter, "Write a report with it")
    assert form.modal is not None
    assert form.modal.find(WHAT).value == "They insult me."
    screen = await (await service.reporter.in_dm().submit(form, {CHECKBOXES: ["hold"]})).wait_until_settled()
    assert (await read_follow_up(service.app, receipt_of(screen))).do_not_contact
    (report,) = await service.reports()
    assert [file.content for file in await service.evidence(report)] == [b"pixels"]


async def test_letters_that_cannot_be_read_now_are_not_lost(service: DiscordService) -> None:
    letter = await service.reporter.in_dm().write("They insult me.")
    service.emulator.faults.set(Fault(kind=FaultKind.NO_PERMISSION, operation="message.list", times=1))
    assert "press the button again" in (await pressed(service, letter, "Send it as it is")).text
    assert receipt_of(await pressed(service, letter, "Send it as it is"))


async def test_what_members_say_in_the_server_is_no_letter(service: DiscordService) -> None:
    """Nothing that nobody reported is read, and nobody is written to for it."""
    service.emulator.say(A_REPORTER.native_id, service.emulator.state.general_id, "They insult me.")
    await service.reporter.in_dm().write("hello")
    assert len(service.reporter.dms()) == 1


# -- what is added afterwards


async def test_every_other_question_can_be_answered_by_the_buttons(service: DiscordService) -> None:
    """P-2.2"""
    answer = await service.report()
    for button, values in {
        "Add details": {"when": "today", "where": "#help", "ongoing": ["yes"], "witnesses": "many"},
        "More questions": {"who": "grumbler", "link": "x", "context": "y", "part": ["witness"], "translated": ["yes"]},
        "Danger": {"danger": ["no"], "danger_where": "home", "danger_authority": "none", "danger_notify": ["no"]},
        "Reaching me": {
            "contact": "by mail",
            ANSWER_BY: "in French",
            NAME_MAY_BE_TOLD: ["no"],
            DO_NOT_CONTACT: ["yes"],
        },
    }.items():
        assert "Thank you" in (await pressed(service, answer, button, **values)).text
    (report,) = await service.reports()
    assert {"when", "where", "ongoing", "witnesses", "link", "context", "part", "translated"} <= set(report.answers)
    assert {"danger_where", "danger_authority", "danger_notify", "contact"} <= set(report.answers)
    assert (report.who, report.do_not_contact, report.danger) == ("grumbler", True, False)
    assert (report.answers[ANSWER_BY], report.answers[NAME_MAY_BE_TOLD]) == ("in French", "no")


async def test_the_forms_ask_whether_it_is_safe_to_write_here(service: DiscordService) -> None:
    """P-2.2"""
    form = await service.reporter.press(await service.report(), "Reaching me")
    assert form.modal is not None
    assert form.modal.find("Is it safe to write to you here, on Discord?").options == (("Yes", "yes"), ("No", "no"))


async def test_somebody_sees_how_their_reports_stand_and_adds_to_one(service: DiscordService) -> None:
    """P-2.4, P-2.12"""
    receipt = receipt_of(await service.report())
    shown = await (await service.reporter.command("report-status")).wait_until_settled()
    reference = (await read_follow_up(service.app, receipt)).reference
    assert f"`{reference}`, of <t:1772442000:D>: Your report has been received" in shown.text
    await pressed(service, shown, "Add details", text="It went on.")
    assert (await read_follow_up(service.app, receipt)).thread[-1].text == "It went on."
    other = await (await service.person(SOMEBODY.native_id).command("report-status")).wait_until_settled()
    assert reference not in other.text


async def test_a_receipt_is_typed_into_a_form_and_stands_in_no_history(service: DiscordService) -> None:
    receipt = receipt_of(await service.report(**{CHECKBOXES: ["unsafe"]}))
    hidden = await (await service.reporter.command("report-status")).wait_until_settled()
    assert "No report is known" in hidden.text
    shown = await pressed(service, hidden, "Use a receipt", receipt=receipt.lower(), text="Once more.")
    assert "Your report has been received" in shown.text
    assert receipt not in shown.text
    wrong = await pressed(service, hidden, "Use a receipt", receipt="ABCDE", text="Lost?")
    assert "opens nothing here" in wrong.text
    assert wrong.message is not None
    assert wrong.message.files[0].text == "Lost?"


# -- languages


async def test_a_german_reads_german_from_the_command_to_the_answer(service: DiscordService) -> None:
    service.emulator.state.set_locale(A_REPORTER.native_id, "de")
    form = await service.reporter.command("melden")
    assert form.modal is not None
    assert form.modal.texts[0].startswith("**Ist jemand in körperlicher Gefahr?")
    answer = await (await service.reporter.submit(form, {"what": "Sie beleidigen mich."})).wait_until_settled()
    assert "Danke, dass Sie es uns sagen." in answer.text
    assert "3. März 2026, 09:00 Uhr UTC" in answer.text
    (report,) = await service.reports()
    assert report.locale == "de"
    status = await (await service.reporter.command("meldungen")).wait_until_settled()
    assert "Ihre Meldung ist eingegangen" in status.text


async def test_a_refusal_is_said_in_the_reporters_language(service: DiscordService) -> None:
    service.emulator.state.set_locale(A_REPORTER.native_id, "fr")
    form = await service.reporter.message_menu("Signaler un comportement", a_message(service))
    refused = await (await service.reporter.submit(form, {"what": " "})).wait_until_settled()
    assert refused.text.startswith(translate_text("fr", "refused.empty"))


async def test_somebody_whose_language_is_not_kept_reads_english(service: DiscordService) -> None:
    service.emulator.state.set_locale(A_REPORTER.native_id, "ja")
    form = await service.reporter.command("report")
    assert form.modal is not None
    assert form.modal.title == "Report conduct"
