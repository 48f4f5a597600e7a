"""Somebody asks by mail what is kept of them: it comes by IMAP, is answered by two, and they hear of it by SMTP."""

import pytest

from guardian.cases.data_requests import DataRequest
from guardian.notices.models import News, Notice
from guardian.services.data_requests import answers
from guardian.services.data_requests.answers import AnswerInput
from guardian.services.reports.follow_up import read_follow_up
from rules.data_requests import DataOutcome
from rules.deadlines import TimeLimit, due_at
from tests.builders.community import BRUNO, DMITRI
from tests.builders.journey import Journey, a_journey
from tests.connectors.mail.conftest import ROWAN, US, MailSetup

ASKED = "My data please"
WORDS = "They insult me in the kitchen."
SOMEBODY_ELSE = "quill@elsewhere.example"


async def requests(at: MailSetup) -> list[DataRequest]:
    """Every request that waits for its answer."""
    async with at.community.units_of_work.read() as view:
        return list(await view.data_requests.open_requests())


async def reported_by_mail(at: MailSetup) -> tuple[str, str]:
    """Rowan has reported by mail; the address of their own, and their receipt."""
    at.server.write(f"Rowan <{ROWAN}>", US, "Insults", WORDS)
    await at.inbox.read()
    await at.deliver()
    [acknowledged] = at.server.mails(ROWAN)
    receipt = acknowledged.get_content().partition("Your receipt: ")[2].split()[0]
    return acknowledged["Reply-To"], receipt


async def answered_by_two(at: MailSetup) -> None:
    """One has drafted the answer to the only request, and a second one has read it."""
    [request] = await answers.list_requests(at.community.app, BRUNO)
    await answers.draft_answer(at.community.app, BRUNO, request.id, AnswerInput(outcome=DataOutcome.GRANTED))
    await answers.confirm_answer(at.community.app, DMITRI, request.id)


@pytest.mark.parametrize("line", [ASKED, "Meine Daten bitte", "> my data please."])
async def test_a_reporter_asks_by_mail_and_hears_by_mail_that_it_came_and_that_it_is_answered(
    at: MailSetup, line: str
) -> None:
    """P-2.12, P-6.2"""
    own_address, receipt = await reported_by_mail(at)
    at.server.write(f"Rowan <{ROWAN}>", own_address, "Re: Insults", f"{line}\nThank you.")
    assert await at.inbox.read()
    await at.deliver()
    [waiting] = await answers.list_requests(at.community.app, BRUNO)
    assert waiting.due == due_at(TimeLimit.DATA_REQUEST, at.community.clock.now(), at.community.app.policy)
    assert len(at.server.mails(ROWAN)) == 2

    await answered_by_two(at)
    await at.deliver()
    # Nobody has said that mail is safe there, so it says no more than that there is something new.
    told = [each.get_content() for each in at.server.mails(ROWAN)[1:]]
    assert ["something new" in each for each in told] == [True, True]
    assert [word for word in (WORDS, "kept of you") for each in told if word in each] == []
    page = await read_follow_up(at.community.app, receipt)
    assert [each.facts["news"] for each in page.notices[1:]] == [News.REQUEST_ANSWERED, News.DATA_ANSWERED]
    assert any(WORDS in each.given for each in page.data_requests[0].given)


@pytest.mark.harm("forger-taken-for-the-reporter")
@pytest.mark.parametrize(
    ("sender", "signed_by"),
    [(ROWAN, ""), (ROWAN, "elsewhere.example"), (SOMEBODY_ELSE, None)],
    ids=["nobody signed it", "somebody else signed it", "from another address"],
)
async def test_whoever_cannot_be_shown_to_be_the_reporter_asks_for_nothing_and_nobody_is_written_to(
    at: MailSetup, sender: str, signed_by: str | None
) -> None:
    """P-2.6"""
    own_address, receipt = await reported_by_mail(at)
    at.server.add_account(SOMEBODY_ELSE)
    before = len(at.server.mails(ROWAN))
    at.server.write(sender, own_address, ASKED, ASKED, signed_by=signed_by)
    assert await at.inbox.read()
    await at.deliver()
    assert await requests(at) == []
    assert (len(at.server.mails(ROWAN)), at.server.mails(SOMEBODY_ELSE)) == (before, [])
    assert (await read_follow_up(at.community.app, receipt)).data_requests == ()


async def test_the_receipt_alone_shows_whose_a_mail_is_from_whatever_address(at: MailSetup) -> None:
    """P-2.12"""
    _, receipt = await reported_by_mail(at)
    at.server.write(SOMEBODY_ELSE, US, ASKED, f"{ASKED}\n{receipt}", signed_by="")
    assert await at.inbox.read()
    [request] = await requests(at)
    [report] = await at.reports()
    assert request.report == report.id
    assert receipt not in request.words


async def test_the_same_mail_again_asks_once(at: MailSetup) -> None:
    """P-2.10"""
    own_address, _ = await reported_by_mail(at)
    raw = at.server.write(f"Rowan <{ROWAN}>", own_address, "Re: Insults", ASKED)
    await at.inbox.read()
    at.server.write(ROWAN, own_address, "", "", again=raw)
    await at.inbox.read()
    [request] = await requests(at)
    assert request.words.count(ASKED) == 1


async def test_a_reported_person_asks_by_mail_with_their_receipt_and_is_told_where_they_are_reached(
    at: MailSetup,
) -> None:
    """P-2.11, P-6.2"""
    journey = await a_journey(at.community)
    receipt = await journey.hold_hearing()
    at.server.write(SOMEBODY_ELSE, US, ASKED, f"{ASKED}\n\n{receipt}")
    assert await at.inbox.read()
    [request] = await requests(at)
    assert (request.case, request.person, request.report) == (journey.id, journey.person, None)
    assert [each.facts["result"] for each in await news(journey)] == ["data_taken"]
    await answered_by_two(at)
    assert [each.facts["result"] for each in await news(journey)] == ["data_taken", "data_answered"]
    assert at.server.mails(SOMEBODY_ELSE) == []


async def news(journey: Journey) -> list[Notice]:
    """What the person was told besides the hearing, oldest first."""
    return [each for each in await journey.notices_to_person() if "result" in each.facts]
