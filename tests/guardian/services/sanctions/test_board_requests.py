"""Every party may ask the Board to reconsider, in time and once, and is told what can still be done where it is too late."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from guardian.cases.case import CaseState
from guardian.cases.proposals import Consequence
from guardian.cases.receipts import create_reporter_receipt
from guardian.errors import Refused
from guardian.ids import Secret
from guardian.notices.models import News, NoticeKind, NoticeState
from guardian.services.decisions import board_answers, enactment
from guardian.services.deliberation import proposals
from guardian.services.parties import personal_page
from guardian.services.reports import follow_up
from guardian.services.reports.intake import ReceiptAccess
from guardian.services.reports.mail import InboundMail, MailOutcome, receive_mail
from rules.ladder import Outcome
from rules.precedence import AccessLevel
from tests.builders.community import AMARA, BRUNO, DMITRI, GRETA, HIROSHI, Community
from tests.builders.journey import DAY, HOUR, Journey, a_journey, a_suspension, a_warning

Ask = Callable[..., Awaitable[str]]
PLEASE = "Please look at it again."


async def reporters_receipt(journey: Journey) -> Secret:
    """A receipt of the reporter."""
    async with journey.community.units_of_work.begin() as uow:
        report = (await uow.cases.reports_of(journey.id))[0]
        minted = create_reporter_receipt(journey.id, report.id, uow.now)
        await uow.cases.add_receipt(minted.receipt)
    return minted.secret


async def ask_as_reporter(journey: Journey, text: str = PLEASE, *, shows_news: bool = False) -> str:
    """The reporter asks, on their page."""
    access = ReceiptAccess(await reporters_receipt(journey))
    reply = await follow_up.request_board_reconsideration(journey.community.app, access, text, shows_news=shows_news)
    return reply.word("en", board="the Board")


async def ask_as_person(journey: Journey, text: str = PLEASE, *, shows_news: bool = False) -> str:
    """The reported person asks, on their page."""
    receipt = await journey.receipt()
    reply = await personal_page.request_board_reconsideration(
        journey.community.app, receipt, text, shows_news=shows_news
    )
    return reply.word("en", board="the Board")


PARTIES = pytest.mark.parametrize("ask", [ask_as_reporter, ask_as_person])


async def board_answers_alike(journey: Journey, consequence: Consequence | None = None) -> None:
    """The Board has answered, and the group has carried it out."""
    app, answer = journey.community.app, consequence or a_suspension()
    await board_answers.record_answer(app, GRETA, journey.code_name, answer)
    await board_answers.confirm_answer(app, HIROSHI, journey.code_name)
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    await journey.record_notification(await enactment.enact(app, BRUNO, journey.code_name))


async def an_enacted_case(community: Community) -> Journey:
    """A suspension that is in force."""
    journey = await a_journey(community)
    await journey.enact()
    return journey


@pytest.mark.harm("cannot-ask-again")
@PARTIES
async def test_whoever_asks_in_time_has_the_board_look_again_while_the_decision_is_enforced(
    community: Community, ask: Ask
) -> None:
    """P-5.7"""
    journey = await an_enacted_case(community)
    await journey.pass_time(29 * DAY)
    assert "stands" in await ask(journey)
    assert (await journey.case()).state is CaseState.WITH_BOARD
    assert await journey.access_level() is AccessLevel.BARRED
    assert [n.facts["news"] for n in await community.notices_to(GRETA) if n.kind is NoticeKind.CASE_NEWS] == [
        News.RECONSIDER
    ]


@pytest.mark.harm("cannot-ask-again")
@PARTIES
async def test_whoever_asks_too_late_is_told_what_can_still_be_done_and_may_show_what_is_new(
    community: Community, ask: Ask
) -> None:
    """P-5.7"""
    journey = await an_enacted_case(community)
    await journey.pass_time(31 * DAY)
    with pytest.raises(Refused, match="not know when it decided") as refusal:
        await ask(journey)
    assert refusal.value.code == "asked_late"
    await ask(journey, "There is a recording.", shows_news=True)
    assert (await journey.case()).state is CaseState.WITH_BOARD


@pytest.mark.harm("cannot-ask-again")
@PARTIES
async def test_a_decision_that_the_board_upheld_is_asked_about_again_only_with_something_new(
    community: Community, ask: Ask
) -> None:
    """P-5.7: and not at once, so that nobody keeps it open for ever."""
    journey = await an_enacted_case(community)
    await ask(journey)
    await board_answers_alike(journey)
    with pytest.raises(Refused) as refusal:
        await ask(journey)
    assert refusal.value.code == "asked_before"
    with pytest.raises(Refused) as again:
        await ask(journey, "There is a recording.", shows_news=True)
    assert again.value.code == "asked_lately"
    await journey.pass_time(30 * DAY)
    await ask(journey, "There is a recording.", shows_news=True)
    assert (await journey.case()).state is CaseState.WITH_BOARD


@pytest.mark.harm("cannot-ask-again")
async def test_one_party_does_not_use_up_the_other_ones_request(community: Community) -> None:
    """P-5.7"""
    journey = await an_enacted_case(community)
    await ask_as_person(journey)
    await board_answers_alike(journey, Consequence(outcome=Outcome.NO_VIOLATION))
    await ask_as_reporter(journey)
    assert (await journey.case()).state is CaseState.WITH_BOARD


@pytest.mark.harm("cannot-ask-again")
@PARTIES
async def test_whoever_waits_for_the_board_can_add_to_their_request(community: Community, ask: Ask) -> None:
    """P-5.7"""
    journey = await an_enacted_case(community)
    await ask(journey)
    assert "lies beside" in await ask(journey, "One thing more.")
    async with community.units_of_work.read() as view:
        assert [a.text for a in await view.cases.additions_of(journey.id)][-1] == "One thing more."
        assert len(await view.deliberation.board_requests_of(journey.id)) == 1


@pytest.mark.harm("cannot-ask-again")
async def test_the_words_of_a_request_keep_no_member_from_the_case(community: Community) -> None:
    """P-2.5: they are a claim, whoever makes it."""
    journey = await an_enacted_case(community)
    await ask_as_reporter(journey, "Dmitri Volkov is a friend of theirs.")
    async with community.units_of_work.read() as view:
        assert DMITRI not in {e.member for e in await view.cases.exclusions_of(journey.id)}
        assert DMITRI in {c.about for c in await view.cases.conflict_claims_of(journey.id)}


@pytest.mark.harm("told-late-barred-from-asking")
async def test_the_time_of_somebody_who_was_never_told_does_not_run(community: Community) -> None:
    """P-5.7, P-6.2"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    await journey.record_notification(done, proof=None)
    [letter] = await journey.notices_to_person(NoticeKind.DECISION)
    async with community.units_of_work.begin() as uow:
        await uow.notices.save(replace(letter, state=NoticeState.UNDELIVERABLE))
    await journey.pass_time(50 * DAY)
    receipt = await journey.receipt()
    await personal_page.read_page(community.app, receipt)
    request = (await personal_page.read_page(community.app, receipt)).matters[0].board_request
    assert request is not None
    assert not request.needs_news


@pytest.mark.harm("cannot-ask-again")
async def test_a_request_while_the_group_decides_anew_comes_before_the_board_afterwards(community: Community) -> None:
    """P-5.7: it is not forgotten when the proposal comes to nothing."""
    journey = await an_enacted_case(community)
    proposal = await journey.propose(a_warning())
    await ask_as_person(journey)
    assert (await journey.case()).state is CaseState.PROPOSED
    await proposals.withdraw(community.app, AMARA, proposal.id)
    await journey.pass_time(DAY)
    assert (await journey.case()).state is CaseState.WITH_BOARD


@pytest.mark.harm("cannot-ask-again")
async def test_the_page_of_a_reporter_offers_it_once_they_are_told_of_a_decision(community: Community) -> None:
    """P-5.7"""
    journey = await a_journey(community)
    receipt = await reporters_receipt(journey)
    before = await follow_up.read_follow_up(community.app, receipt)
    await journey.enact()
    after = await follow_up.read_follow_up(community.app, receipt)
    assert before.board_request is None
    assert after.board_request is not None
    assert not after.board_request.needs_news


# -- by mail


def a_mail(text: str, **facts: Any) -> InboundMail:
    """A mail that asks for another look."""
    given: dict[str, Any] = {
        "delivery": "d-9",
        "sender": "somebody@people.example",
        "sender_name": "",
        "subject": "Hello",
        "text": text,
    }
    return InboundMail(**{**given, **facts})


@pytest.mark.harm("cannot-ask-again")
@pytest.mark.parametrize(
    ("subject", "first_line"), [("Re", "Please look at it again."), ("Bitte noch einmal prüfen", "Guten Tag,")]
)
async def test_a_person_asks_by_a_mail_that_holds_their_receipt(
    community: Community, subject: str, first_line: str
) -> None:
    """P-5.7: in any of the languages, as its first line or its subject."""
    journey = await an_enacted_case(community)
    mail = a_mail(f"{first_line}\n\nIt was not me.\n{await journey.receipt()}", subject=subject)
    assert await receive_mail(community.app, mail) is MailOutcome.REQUEST
    assert await receive_mail(community.app, mail) is MailOutcome.REQUEST
    assert (await journey.case()).state is CaseState.WITH_BOARD
    [told] = await journey.notices_to_person(NoticeKind.PERSON_ANSWER)
    assert told.facts["result"] == "taken"
    async with community.units_of_work.read() as view:
        [kept] = [a for a in await view.cases.additions_of(journey.id) if "It was not me" in a.text]
    assert await journey.receipt() not in kept.text


@pytest.mark.harm("cannot-ask-again")
async def test_a_reporter_asks_by_mail_and_is_told_when_it_is_too_late(community: Community) -> None:
    """P-5.7: what they wrote is kept with the case all the same."""
    journey = await an_enacted_case(community)
    receipt = await reporters_receipt(journey)
    await journey.pass_time(31 * DAY)
    await receive_mail(community.app, a_mail(f"Please look at it again\n\nIt goes on.\n{receipt}"))
    assert (await journey.case()).state is not CaseState.WITH_BOARD
    assert (await journey.notices_to_reporter())[-1].facts["result"] == "asked_late"
    await receive_mail(community.app, a_mail(f"There is something new\n\nA recording.\n{receipt}", delivery="d-10"))
    assert (await journey.case()).state is CaseState.WITH_BOARD


@pytest.mark.harm("cannot-ask-again")
async def test_a_mail_that_shows_nothing_of_whose_it_is_asks_the_board_for_nothing(community: Community) -> None:
    """P-5.7, P-2.6: it is mail like any other, and its sender learns nothing."""
    journey = await an_enacted_case(community)
    assert await receive_mail(community.app, a_mail("Please look at it again")) is MailOutcome.REPORT
    assert (await journey.case()).state is not CaseState.WITH_BOARD
