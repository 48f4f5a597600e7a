"""The group's mailbox, read over a mail server on loopback: each mail once, none lost, whatever is cut off."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from structlog.testing import capture_logs

from connectors.emulators.mail.imap import FetchAnswers
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.mail.intake import MailDisposition, MailInbox, MailProcessor
from connectors.mail.listener import ListenerConfig, MailListener
from guardian.ids import MemberId, NoticeId
from guardian.notices.models import NoticeKind, NoticeState
from guardian.spaces.outcomes import Done
from guardian.worker_processes import Ceilings, WorkerProcesses
from tests.builders.community import AMARA
from tests.connectors.mail.conftest import CONFIG, ROWAN, US, MailSetup, a_mailbox


async def test_a_mail_becomes_a_report_its_sender_is_answered_and_their_reply_finds_it(at: MailSetup) -> None:
    """P-2.4, P-2.10"""
    at.server.write(f"Rowan <{ROWAN}>", US, "Insults", "They insult me.")
    assert await at.inbox.read()
    await at.deliver()
    [answer] = at.server.mails(ROWAN)
    assert "Your receipt: " in answer.get_content()
    assert answer["Reply-To"].startswith("conduct+")
    at.server.write(f"Rowan <{ROWAN}>", answer["Reply-To"], "About lunch", "And again.")
    assert await at.inbox.read()
    assert [each.verified for each in await at.added()] == [True]
    assert (at.left(), at.left("Guardian"), len(await at.reports())) == (0, 2, 1)


async def test_a_machines_answer_is_set_aside_and_no_report(at: MailSetup) -> None:
    at.server.write(ROWAN, US, "Out of office", "I am away.", heads={"Auto-Submitted": "auto-replied"})
    assert await at.inbox.read()
    assert (await at.reports(), at.left(), at.left("Guardian-automatic")) == ([], 0, 1)


async def test_an_answer_that_comes_back_was_not_delivered(at: MailSetup) -> None:
    """P-6.2"""
    at.server.mail_store.refused.add(ROWAN)
    at.server.write(ROWAN, US, "Insults", "They insult me.")
    await at.inbox.read()
    await at.deliver()
    assert [each.state for each in await at.told()] == [NoticeState.SENT]
    await at.inbox.read()
    assert [each.state for each in await at.told()] == [NoticeState.UNDELIVERABLE]


OPERATIONS = ("login", "select", "uid_search", "uid_fetch", "uid_store", "uid_move", "logout")
KINDS = (FaultKind.RESET, FaultKind.LOST_ANSWER, FaultKind.SERVER_ERROR)


async def test_a_reading_that_is_cut_off_anywhere_loses_and_doubles_nothing(at: MailSetup) -> None:
    """P-2.10"""
    for number, (kind, operation) in enumerate(product(KINDS, OPERATIONS), start=1):
        at.server.write(f"person{number}@people.example", US, "Insults", "They insult me.")
        at.server.set_fault(Fault(kind=kind, operation=f"imap.{operation}", times=1))
        await at.inbox.read()
        assert at.server.faults.active == [], operation
        assert await at.inbox.read()
        kept = (len(await at.reports()), at.left(), at.left("Guardian"))
        assert kept == (number, 0, number), (kind, operation)


async def test_a_mail_that_we_cannot_take_in_stays_and_stops_no_other(at: MailSetup) -> None:
    """P-2.10: the fault is ours, so the mail waits for its being mended."""
    at.server.write(ROWAN, US, "One", "They insult me.")
    at.server.write("wren@people.example", US, "Two", "They insult them.")
    broken = _FailingStore(at.inbox._processor)
    inbox = MailInbox(a_mailbox(at.server), at.community.app, CONFIG)
    inbox._processor = broken  # type: ignore[assignment]  # stands for whatever may be wrong with one mail
    assert not await inbox.read()
    assert (len(await at.reports()), at.left()) == (1, 1)
    assert await at.inbox.read()
    assert (len(await at.reports()), at.left()) == (2, 0)


class _FailingStore:
    """Cannot take in the mail called One."""

    def __init__(self, inner: MailProcessor) -> None:
        self._inner = inner

    async def process(self, raw: bytes) -> object:
        if b"Subject: One" in raw:
            raise RuntimeError
        return await self._inner.process(raw)


async def test_a_mail_that_a_person_has_read_in_the_mailbox_is_taken_in_all_the_same(at: MailSetup) -> None:
    at.server.write(ROWAN, US, "Insults", "They insult me.")
    at.server.mail_store.accounts[US].folders["INBOX"].mails[0].flags.add(r"\Seen")
    await at.inbox.read()
    assert len(await at.reports()) == 1


async def test_a_server_without_move_is_read_as_well(at: MailSetup) -> None:
    at.server.imap.capabilities = "IMAP4rev1"
    at.server.write(ROWAN, US, "Insults", "They insult me.")
    assert await at.inbox.read()
    assert await at.inbox.read()
    assert (len(await at.reports()), at.left("Guardian")) == (1, 1)


async def test_what_is_wrong_with_the_mailbox_is_said_with_its_remedy(at: MailSetup) -> None:
    found = await at.inbox.check()
    wrong = await MailInbox(a_mailbox(at.server, password="no"), at.community.app, CONFIG).check()
    gone = await MailInbox(a_mailbox(at.server, port=9), at.community.app, CONFIG).check()
    assert (found.ok, wrong.ok, gone.ok) == (True, False, False)
    assert wrong.needs
    assert wrong.remedy
    assert gone.remedy


@pytest.fixture
async def listener(at: MailSetup) -> AsyncIterator[MailListener]:
    made = MailListener(MailProcessor(at.community.app, CONFIG), ListenerConfig("127.0.0.1", 0))
    await made.start()
    yield made
    await made.stop()


async def _handed_over(port: int, recipients: tuple[str, ...], raw: bytes) -> list[str]:
    """What the mail server next door hears by LMTP: the code for each recipient, then one for each again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def heard(line: str) -> str:
        writer.write(line.encode() + b"\r\n")
        return await code()

    async def code() -> str:
        line = (await reader.readline()).decode()
        return await code() if line[3:4] == "-" else line[:3]

    await code()
    await heard("LHLO mx")
    await heard(f"MAIL FROM:<{ROWAN}>")
    codes = [await heard(f"RCPT TO:<{each}>") for each in recipients]
    if "250" in codes and await heard("DATA") == "354":
        codes.append(await heard(raw.decode() + "."))
        codes += [await code() for _ in range(codes[: len(recipients)].count("250") - 1)]
    writer.close()
    return codes


A_MAIL = f"From: {ROWAN}\r\nTo: {US}\r\nSubject: Insults\r\n\r\nThey insult me.\r\n".encode()


async def test_a_mail_that_is_handed_over_is_stored_before_it_is_taken_and_once(
    at: MailSetup, listener: MailListener
) -> None:
    """P-2.10: its server hears of one answer for each recipient."""
    both = (US, "conduct+unknown234@community.example")
    assert await _handed_over(listener.port, both, A_MAIL) == ["250"] * 4
    assert await _handed_over(listener.port, (US,), A_MAIL) == ["250"] * 2
    assert len(await at.reports()) == 1


async def test_the_mail_server_keeps_what_we_cannot_store_and_tells_of_what_is_not_ours(
    at: MailSetup, listener: MailListener
) -> None:
    """P-2.10"""
    assert await _handed_over(listener.port, ("else@community.example",), A_MAIL) == ["550"]
    assert await _handed_over(listener.port, (US,), b"Auto-Submitted: auto-replied\r\n" + A_MAIL) == ["250", "550"]
    listener._processor = replace(listener._processor, app=None)  # type: ignore[arg-type]  # whatever is wrong on our side
    assert await _handed_over(listener.port, (US,), A_MAIL) == ["250", "451"]


async def test_the_way_out_names_the_address_for_answers_only_to_a_party(at: MailSetup) -> None:
    """P-3.1"""
    assert isinstance(await at.mailer.send(ROWAN, "One", "Text", NoticeId("n-1")), Done)
    assert isinstance(await at.mailer.send(ROWAN, "Two", "Text", NoticeId("n-2"), "abc"), Done)
    assert [mail["Reply-To"] for mail in at.server.mails(ROWAN)] == [None, "conduct+abc@community.example"]


@pytest.mark.harm("unreadable-mail-lost")
async def test_a_mail_that_cannot_be_read_in_time_is_kept_as_a_file_and_the_next_one_is_read(at: MailSetup) -> None:
    """P-2.1, P-2.10"""
    workers = WorkerProcesses(1, Ceilings(memory=1))
    processor = MailProcessor(at.community.app, CONFIG, workers)
    raw = A_MAIL + b"Receipts are not kept in it.\r\n"
    assert await processor.process(raw) is MailDisposition.RECEIVED
    assert await processor.process(raw) is MailDisposition.RECEIVED
    workers.close()
    await MailProcessor(at.community.app, CONFIG).process(A_MAIL)
    unread, read = await at.reports()
    async with at.community.units_of_work.read() as view:
        [piece] = await view.cases.evidence_of(unread.case)
        file = await view.cases.evidence(piece.id)
        case = await view.cases.case(unread.case)
    assert file is not None
    assert (file.file_name, file.content) == ("mail.eml", raw)
    assert (unread.verified, unread.reporter_handle.strip("<> ")) == (False, "")
    assert "could not be read" in unread.what_happened
    assert "They insult me." in read.what_happened
    assert NoticeKind.NEW_REPORT in await at.community.notice_kinds_to(AMARA)
    assert case is not None
    assert case.audience == (AMARA,)


@pytest.mark.harm("mail-waits-and-all-looks-well")
async def test_thirty_mails_are_read_whose_server_names_them_behind_their_bodies(at: MailSetup) -> None:
    """P-2.10"""
    at.server.imap.fetch_answers = FetchAnswers.UID_LAST
    for number in range(30):
        at.server.write(f"person{number}@people.example", US, "Insults", "They insult me.")
    assert await at.inbox.read()
    assert (len(await at.reports()), at.left()) == (30, 0)


@pytest.mark.harm("mail-waits-and-all-looks-well")
async def test_a_mail_that_the_server_does_not_give_is_a_failure_that_check_finds(at: MailSetup) -> None:
    """P-2.10"""
    at.server.write(ROWAN, US, "Insults", "They insult me.")
    at.server.imap.fetch_answers = FetchAnswers.WITHOUT_BODY
    assert not await at.inbox.read()
    assert not (await at.inbox.check()).ok
    at.server.imap.fetch_answers = FetchAnswers.UID_LAST
    assert (await at.inbox.check()).ok
    assert (at.left(), at.server.mails(US)[0]["Subject"]) == (1, "Insults")


@pytest.mark.harm("mail-waits-and-all-looks-well")
@pytest.mark.parametrize("broken", ["one mail", "the mailbox"])
async def test_chairs_hear_once_that_mail_is_not_read_and_again_the_next_time(at: MailSetup, broken: str) -> None:
    """P-2.10"""
    at.server.write(ROWAN, US, "Insults", "They insult me.")
    for expected in (1, 2):
        if broken == "one mail":
            at.server.imap.fetch_answers = FetchAnswers.WITHOUT_BODY
        else:
            at.server.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="imap.select", times=3))
        assert not await at.inbox.read()
        assert await told_of_unread_mail(at) == [AMARA] * (expected - 1)
        for _ in range(2):
            at.community.pass_time(timedelta(minutes=10))
            assert not await at.inbox.read()
        assert await told_of_unread_mail(at) == [AMARA] * expected
        at.server.imap.fetch_answers = FetchAnswers.UID_FIRST
        assert await at.inbox.read()
        at.server.write(ROWAN, US, "More", "They insult me again.")


async def told_of_unread_mail(at: MailSetup) -> list[MemberId | None]:
    """Who has a notice of it, of those that wait to be sent."""
    async with at.community.units_of_work.read() as view:
        due = [await view.notices.notice(each) for each in await view.notices.due(view.now)]
    return [each.to.member for each in due if each is not None and each.kind is NoticeKind.MAIL_NOT_READ]


SECRETS = ("Zanzibar", "quetzal", "rowan")


@pytest.mark.harm("report-in-the-log")
@pytest.mark.parametrize("heads", [{}, {"Auto-Submitted": "auto-replied"}, {"Return-Path": "<>"}], ids=str)
@pytest.mark.parametrize("broken", [False, True])
async def test_the_log_says_nothing_of_what_a_mail_is_about_or_of_whom(
    at: MailSetup, heads: dict[str, str], broken: bool
) -> None:
    """Whoever keeps the machine reads it."""
    at.server.write(ROWAN, US, "Zanzibar", "He is a quetzal.", heads=heads)
    inbox = MailInbox(a_mailbox(at.server), at.community.app, CONFIG)
    if broken:
        inbox._processor = _Complaining(at.inbox._processor)  # type: ignore[assignment]  # whatever fails at a mail
    with capture_logs() as events:
        await inbox.read()
    said = repr(events)
    assert events
    assert [secret for secret in SECRETS if secret in said] == []


class _Complaining:
    """Fails with the mail's own words in its error."""

    def __init__(self, inner: MailProcessor) -> None:
        self.config = inner.config

    async def process(self, raw: bytes) -> object:
        raise ValueError(raw.decode())


@pytest.mark.harm("letter-taken-for-a-machines")
async def test_a_mail_of_ours_is_one_that_we_sent_and_no_other(at: MailSetup) -> None:
    """P-2.1: programs make ids of the same shape."""
    like_ours = {"Message-ID": "<0198a1b2-0000-7000-8000-0123456789ab@community.example>"}
    raw = a_mail_of("someone@community.example", like_ours["Message-ID"])
    at.server.mail_store.deliver(raw, "someone@community.example", US)
    await at.inbox.read()
    assert len(await at.reports()) == 1
    at.server.write(ROWAN, US, "Insults", "They insult me.")
    await at.inbox.read()
    await at.deliver()
    [ours] = at.server.mails(ROWAN)
    at.server.mail_store.deliver(ours.as_bytes(), US, US)
    await at.inbox.read()
    assert len(await at.reports()) == 2
    assert at.left("Guardian-automatic") == 1


def a_mail_of(sender: str, message_id: str) -> bytes:
    """A mail as Thunderbird makes it."""
    return f"From: {sender}\r\nTo: {US}\r\nMessage-ID: {message_id}\r\nSubject: Insults\r\n\r\nHe shouts.\r\n".encode()


async def test_the_mail_itself_is_among_the_evidence(at: MailSetup) -> None:
    """P-2.7"""
    raw = at.server.write(ROWAN, US, "Insults", "They insult me.")
    await at.inbox.read()
    [report] = await at.reports()
    async with at.community.units_of_work.read() as view:
        [piece] = await view.cases.evidence_of(report.case)
        kept = await view.cases.evidence(piece.id)
    assert kept is not None
    assert kept.file_name == "mail.eml"
    assert raw in (kept.content or b"")


@pytest.mark.harm("one-odd-item-stops-the-queue")
async def test_mail_that_cannot_be_stored_stays_where_it_is_and_people_are_told(at: MailSetup) -> None:
    """P-2.1"""
    at.server.write(ROWAN, US, "Insults", "They insult me.")
    processor = at.inbox._processor
    at.inbox._processor = replace(processor, app=replace(processor.app, largest_file=0))
    assert [await at.inbox.read() for _ in range(2)] == [False, True]
    assert NoticeKind.ITEM_UNREAD in [each.kind for each in await at.community.waiting_notices()]
    assert await at.reports() == []
    at.inbox._processor = processor
    assert await at.inbox.read()
    assert len(await at.reports()) == 1
