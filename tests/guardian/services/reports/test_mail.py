"""Mail in: a letter is kept once and with its case, a forger learns nothing, and a mail that came back was not told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from guardian.cases.reports import Addition, Report, ReportChannel
from guardian.cases.submissions import EvidenceInput
from guardian.errors import NotFound
from guardian.ids import NoticeId
from guardian.notices.delivery_routes import MAIL, RouteFinder
from guardian.notices.models import News, Notice, NoticeKind, NoticeState, Recipient, RecipientKind
from guardian.services.reports.intake import read_follow_up
from guardian.services.reports.mail import InboundMail, MailOutcome, receive_mail, record_bounce
from guardian.spaces.outcomes import Outcome, Unavailable
from guardian.spaces.registry import Mode, SpaceRegistry
from guardian.storage.tables.cases import reports
from tests.builders.community import AMARA, DISCORD, DMITRI, WORKING_GROUP, Community

ROWAN = "rowan@people.example"


def a_letter(**facts: Any) -> InboundMail:
    """An authentic mail of Rowan's to the group's address."""
    given = {
        "delivery": "d-1",
        "sender": ROWAN,
        "sender_name": "Rowan",
        "subject": "Insults",
        "text": "They insult me.",
    }
    return InboundMail(**{**given, "authentic": True, "may_answer": True, **facts})


def a_forgery(**facts: Any) -> InboundMail:
    """A mail that names Rowan as its sender, and that nothing vouches for."""
    return a_letter(**{"delivery": "d-2", "authentic": False, "may_answer": False, **facts})


async def mailed(community: Community) -> list[Report]:
    """All reports by mail."""
    async with community.units_of_work.read() as view:
        return list(await view.cases.reports_through(ReportChannel.MAIL, community.clock.now() - timedelta(days=30)))


async def added(community: Community, report: Report) -> list[Addition]:
    """What was added to the report."""
    async with community.units_of_work.read() as view:
        return list(await view.cases.additions_of(report.case))


async def told(community: Community, report: Report) -> list[Notice]:
    """Every notice to the reporter."""
    async with community.units_of_work.read() as view:
        return list(await view.notices.of_report(report.id))


async def a_report_by_mail(community: Community) -> tuple[Report, str]:
    """Rowan's report, and the secret part of the address that was made for them."""
    await receive_mail(community.app, a_letter())
    [report] = await mailed(community)
    assert report.mail is not None
    return report, report.mail.token


async def test_a_mail_becomes_a_report_and_its_sender_has_an_answer_with_a_receipt(community: Community) -> None:
    """P-2.4, P-2.10"""
    report, _ = await a_report_by_mail(community)
    [notice] = await told(community, report)
    assert (report.verified, report.reporter, notice.kind) == (True, None, NoticeKind.MAIL_RECEIVED)
    assert (await read_follow_up(community.app, notice.facts["own_receipt"])).reference == notice.facts["reference"]
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP)


async def test_the_same_mail_again_is_no_second_report(community: Community) -> None:
    """P-2.10"""
    await receive_mail(community.app, a_letter())
    await receive_mail(community.app, a_letter())
    assert len(await mailed(community)) == 1


async def test_nobody_is_mailed_because_a_forger_named_them_as_the_sender(community: Community) -> None:
    """P-2.6: it would tell them that there is a report, and would be sent at the forger's bidding."""
    await receive_mail(community.app, a_forgery())
    [report] = await mailed(community)
    assert (report.verified, report.reporter_handle) == (False, f"Rowan <{ROWAN}>")
    assert await told(community, report) == []


async def test_an_installation_that_answers_everybody_still_gives_no_receipt_to_an_unproved_address(
    community: Community,
) -> None:
    """P-2.6"""
    await receive_mail(community.app, a_forgery(may_answer=True))
    [report] = await mailed(community)
    [notice] = await told(community, report)
    assert "own_receipt" not in notice.facts


async def test_an_answer_to_the_reporters_own_address_is_added_whatever_its_subject_says(community: Community) -> None:
    """P-2.12"""
    report, token = await a_report_by_mail(community)
    reply = a_letter(delivery="d-2", token=token, subject="Something else", text="And again today.")
    assert await receive_mail(community.app, reply) is MailOutcome.ADDITION
    [addition] = await added(community, report)
    assert addition.verified
    assert addition.text == "Subject: Something else\n\nAnd again today."


@pytest.mark.parametrize(("authentic", "safe"), [(True, False), (False, None)])
async def test_a_reporter_who_answers_that_it_is_not_safe_is_mailed_nothing_more(
    community: Community, authentic: bool, safe: bool | None
) -> None:
    """P-2.2: our mail asks for it. A forger does not silence us towards the reporter."""
    report, token = await a_report_by_mail(community)
    await receive_mail(
        community.app,
        a_letter(
            delivery="d-2", token=token, authentic=authentic, text="“It is not safe here.”\n\n> Is it safe to write?"
        ),
    )
    [kept] = await mailed(community)
    assert kept.contact_is_safe is safe
    assert len(await added(community, report)) == 1


@pytest.mark.parametrize(
    "facts",
    [{"authentic": False}, {"sender": "mallory@elsewhere.example"}],
    ids=["forged sender", "another's authentic address"],
)
async def test_somebody_elses_mail_to_the_reporters_address_is_marked_and_answered_by_nothing(
    community: Community, facts: dict[str, Any]
) -> None:
    """P-2.6"""
    report, token = await a_report_by_mail(community)
    before = await told(community, report)
    await receive_mail(community.app, a_letter(delivery="d-2", token=token, text="I withdraw all of it.", **facts))
    [addition] = await added(community, report)
    assert not addition.verified
    assert addition.text.startswith("From: Rowan <")
    assert await told(community, report) == before
    page = (await read_follow_up(community.app, before[0].facts["own_receipt"])).thread
    assert [line.verified for line in page] == [True, False]


async def test_the_subject_never_leads_to_a_case(community: Community) -> None:
    """P-2.10"""
    report, _ = await a_report_by_mail(community)
    code_name = (await community.read_case(AMARA, (await _case_name(community, report)))).case.code_name
    await receive_mail(community.app, a_letter(delivery="d-2", subject=f"Re: {code_name}", text="More."))
    assert len(await mailed(community)) == 2
    assert await added(community, report) == []


async def _case_name(community: Community, report: Report) -> str:
    async with community.units_of_work.read() as view:
        case = await view.cases.case(report.case)
    assert case is not None
    return case.code_name


async def test_an_address_that_was_taken_back_leads_nowhere_and_loses_nothing(community: Community) -> None:
    """P-2.10"""
    report, token = await a_report_by_mail(community)
    async with community.units_of_work.begin() as uow:
        assert report.mail is not None
        await uow.cases.save_report(replace(report, mail=replace(report.mail, token="")))
    await receive_mail(community.app, a_letter(delivery="d-2", token=token, text="More."))
    assert await added(community, report) == []
    assert len(await mailed(community)) == 2


async def test_the_mail_address_opens_no_page(community: Community) -> None:
    """P-2.6: it stands in the head of every mail to its reporter."""
    _, token = await a_report_by_mail(community)
    with pytest.raises(NotFound):
        await read_follow_up(community.app, token)


async def test_a_flood_from_one_address_is_kept_with_its_last_report_and_calls_nobody(community: Community) -> None:
    """P-2.10: nothing is dropped."""
    most = community.app.policy.reports.letters_a_day
    letters = [a_letter(delivery=f"d-{n}", text=f"Number {n}") for n in range(most + 3)]
    for inbound in letters:
        await receive_mail(community.app, inbound)
    reports = await mailed(community)
    calls = len(await community.notices_to(DMITRI))
    assert len(reports) == calls == most
    await receive_mail(community.app, letters[most - 1])
    assert len(await added(community, reports[-1])) == 3


async def test_a_flood_in_somebodys_name_does_not_drown_what_they_really_send(community: Community) -> None:
    """P-2.1, P-2.10"""
    for number in range(30):
        await receive_mail(community.app, a_forgery(delivery=f"f-{number}", text=f"Ignore me {number}."))
    assert await receive_mail(community.app, a_letter(delivery="d-9", text="This one is mine.")) is MailOutcome.REPORT
    own = (await mailed(community))[-1]
    assert own.verified
    assert own.mail is not None
    for number in range(30):
        await receive_mail(
            community.app, a_forgery(delivery=f"g-{number}", token=own.mail.token, text=f"Noise {number}.")
        )
    before = len(await community.notices_to(AMARA))
    await receive_mail(community.app, a_letter(delivery="d-10", token=own.mail.token, text="It goes on."))
    assert len(await community.notices_to(AMARA)) == before + 1


@pytest.mark.harm("words-taken-for-anothers")
async def test_ten_people_behind_one_address_are_ten_people(community: Community) -> None:
    """P-2.6, P-2.10: a list puts its own address before the words of everybody."""
    people = community.app.policy.reports.letters_a_day + 10
    for number in range(people):
        one = a_forgery(delivery=f"l-{number}", sender="conduct@lists.example", sender_name=f"P{number} via Conduct")
        assert await receive_mail(community.app, replace(one, text=f"From {number}.")) is MailOutcome.REPORT
    reports = await mailed(community)
    assert [report.reporter_handle for report in reports] == [
        f"P{number} via Conduct <conduct@lists.example>" for number in range(people)
    ]


async def test_a_receipt_that_is_quoted_in_an_answer_is_not_shown_to_whoever_reads_it(community: Community) -> None:
    """P-2.6"""
    report, token = await a_report_by_mail(community)
    receipt = (await told(community, report))[0].facts["own_receipt"]
    await receive_mail(community.app, a_letter(delivery="d-2", token=token, text=f"Thanks.\n> Your receipt: {receipt}"))
    [addition] = await added(community, report)
    assert receipt not in addition.text
    assert "> Your receipt: [receipt]" in addition.text


async def test_a_mail_of_any_size_is_taken_and_says_what_is_not_kept(community: Community) -> None:
    """P-2.7"""
    app = replace(community.app, largest_file=1000, longest_text=500)
    files = tuple(EvidenceInput(kind="file", file_name=f"f{n}", content=b"x" * (10 if n else 2000)) for n in range(14))
    await receive_mail(app, a_letter(text="long " * 300, files=files))
    [report] = await mailed(community)
    async with community.units_of_work.read() as view:
        pieces = await view.cases.evidence_of(report.case)
    assert len(report.what_happened) <= 500
    assert (len(pieces), pieces[0].file_name) == (10, "whole-mail.txt")
    assert [bool(piece.why_not) for piece in pieces] == [False, True, *[False] * 7, True]


async def test_mail_goes_only_to_a_proved_address_of_somebody_who_still_wants_it(community: Community) -> None:
    """P-2.6, P-2.12; in observe mode nobody outside the group is written to."""
    await receive_mail(community.app, a_letter())
    await receive_mail(community.app, a_forgery())
    proved, unproved = await mailed(community)
    assert await channels_to(community, proved) == ["mail"]
    assert await channels_to(community, unproved) == []
    for space in community.app.spaces.names:
        community.app.spaces.set_mode(space, Mode.OBSERVE)
    assert await channels_to(community, proved) == []
    community.app.spaces.set_mode(DISCORD, Mode.ENFORCE)
    async with community.units_of_work.begin() as uow:
        await uow.cases.save_report(replace(proved, withdrawn_at=uow.now))
    assert await channels_to(community, proved) == []


@pytest.mark.harm("mailed-report-never-answered")
async def test_without_any_space_a_mailed_report_is_answered(community: Community) -> None:
    """P-2.4, P-11.2; there is nothing that is only observed."""
    await receive_mail(community.app, a_letter())
    (report,) = await mailed(community)
    assert await channels_to(community, report, SpaceRegistry(())) == ["mail"]


async def channels_to(community: Community, report: Report, spaces: SpaceRegistry | None = None) -> list[str]:
    """By which ways the reporter would be told something now."""
    notice = Notice(
        id=NoticeId("n"),
        kind=NoticeKind.REPORTER_NEWS,
        to=Recipient(kind=RecipientKind.REPORTER, report=report.id),
        case=None,
    )
    async with community.units_of_work.read() as view:
        registry = community.app.spaces if spaces is None else spaces
        routes = await RouteFinder(registry, NoMail()).find_routes(view, notice)
    return [channel.name for channel in routes.channels]


class NoMail:
    """Takes no mail."""

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        return Unavailable("no mail here")


@pytest.mark.parametrize(("later", "undone"), [(timedelta(hours=23), True), (timedelta(hours=24), False)])
async def test_a_mail_that_comes_back_within_a_day_was_not_delivered(
    community: Community, later: timedelta, undone: bool
) -> None:
    """P-6.2"""
    report, _ = await a_report_by_mail(community)
    [notice] = await told(community, report)
    async with community.units_of_work.begin() as uow:
        sent = replace(notice, state=NoticeState.SENT, proof=f"{MAIL}:250", sent_at=uow.now, next_try=None)
        await uow.notices.save(sent)
    community.pass_time(later)
    assert await record_bounce(community.app, notice.id) is undone
    assert not await record_bounce(community.app, notice.id)
    [after] = await told(community, report)
    assert (after.state is NoticeState.UNDELIVERABLE) is undone
    heard = [n.facts.get("news") for n in await community.notices_to(AMARA)]
    assert (News.CAME_BACK in heard) is undone


@pytest.mark.harm("every-mail-opens-everybodys-reports")
async def test_a_mail_opens_the_reports_of_its_sender_and_of_nobody_else(community: Community) -> None:
    await receive_mail(community.app, a_letter(delivery="d-8", sender="juniper@people.example", text="Another matter."))
    async with community.units_of_work.begin() as uow:
        await uow.connection.execute(update(reports).values(sealed=b"spoilt"))
    for number in range(2):
        letter = a_letter(delivery=f"d-{number}", sender=ROWAN.upper(), text=f"Letter {number}")
        assert await receive_mail(community.app, letter) is MailOutcome.REPORT
    async with community.units_of_work.read() as view:
        found = await view.cases.reports_mailed_from(f" {ROWAN}", community.clock.now() - timedelta(days=1))
    assert [each.what_happened.splitlines()[-1] for each in found] == ["Letter 0", "Letter 1"]
