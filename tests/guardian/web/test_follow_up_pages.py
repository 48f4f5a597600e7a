"""The follow-up page: the receipt stands in no address, and what a reporter adds is neither lost nor doubled."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.cases.receipts import create_reporter_receipt
from guardian.notices.models import NoticeKind
from guardian.services.decisions import drafts
from guardian.services.decisions.drafts import DraftInput
from guardian.storage.tables.cases import receipts
from tests.builders.community import AMARA, BRUNO, Community
from tests.builders.journey import a_journey
from tests.builders.pages import Pages, forms_of, text_of


async def test_a_receipt_opens_the_follow_up_however_it_is_typed(pages: Pages) -> None:
    """P-2.4"""
    receipt = await pages.report()
    answer = await pages.follow_up(f"  {receipt.lower().replace('-', ' ')} ")
    words = text_of(answer)
    assert "has been received and is being looked at" in words
    assert "Insults in the help channel." in words
    assert "Do not contact the reported person yet" in words


async def test_the_receipt_stands_in_no_address_and_in_no_cookie(pages: Pages) -> None:
    receipt = await pages.report()
    answer = await pages.follow_up(receipt)
    assert all(receipt not in str(each.url) for each in (*answer.history, answer))
    (cookie,) = pages.client.cookies.jar
    assert receipt not in (cookie.value or "")
    written = answer.history[0].headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Secure", "Path=/", "Max-Age=1800"} <= set(written.split("; "))


async def test_every_wrong_receipt_gets_the_same_answer(pages: Pages, community: Community) -> None:
    await pages.report()
    answers = [await pages.follow_up(wrong) for wrong in ("", "AAAAA-BBBBB", "x" * 10_000, "ÄÖ\0")]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.text for answer in answers}) == 1
    assert "opens nothing here" in answers[0].text


async def test_what_a_reporter_adds_stands_in_the_thread_and_with_the_case(pages: Pages, community: Community) -> None:
    """P-2.12"""
    await pages.follow_up(await pages.report())
    files = [("files", ("more.txt", b"abc"))]
    answer = await pages.fill("/follow-up", "/follow-up/add", files, text="It went on <today>.")
    assert "What you added is now with your report" in text_of(answer)
    assert "It went on <today>." in text_of(answer)
    async with community.units_of_work.read() as view:
        (case,) = await view.cases.cases()
    (read,) = (await community.read_case(BRUNO, case.code_name)).reports
    assert [each.text for each in read.additions] == ["It went on <today>."]
    assert [piece.file_name for piece in read.evidence] == ["more.txt"]


async def test_further_questions_are_answered_later_and_danger_calls_everybody(
    pages: Pages, community: Community
) -> None:
    """P-2.12, P-3.6"""
    await pages.follow_up(await pages.report())
    answer = await pages.fill("/follow-up", "/follow-up/add", when="last night", who="grumbler", danger="yes")
    assert "What you added is now with your report" in text_of(answer)
    async with community.units_of_work.read() as view:
        (case,) = await view.cases.cases()
    report = (await community.read_case(BRUNO, case.code_name)).reports[0].report
    assert (report.answers["when"], report.who, report.danger) == ("last night", "grumbler", True)
    assert NoticeKind.DANGER in await community.notice_kinds_to(AMARA)


async def test_an_addition_sent_twice_is_added_once(pages: Pages, community: Community) -> None:
    await pages.follow_up(await pages.report())
    form = next(f for f in forms_of(await pages.get("/follow-up")) if f.action == "/follow-up/add")
    fields = {**form.fields, "text": "It went on."}
    await asyncio.gather(pages.post("/follow-up/add", fields), pages.post("/follow-up/add", fields))
    assert (await community.journal_acts()).count("report.was_added_to") == 1


async def test_an_addition_that_is_too_long_is_given_back(pages: Pages) -> None:
    await pages.follow_up(await pages.report())
    text = "word " * 9_000
    answer = await pages.fill("/follow-up", "/follow-up/add", text=text)
    form = next(f for f in forms_of(answer) if f.action == "/follow-up/add")
    assert (answer.status_code, form.fields["text"]) == (422, text.strip())
    assert 'id="text-error"' in answer.text


async def test_a_reporter_can_hold_contact_and_withdraw(pages: Pages) -> None:
    """P-2.12"""
    await pages.follow_up(await pages.report())
    held = await pages.fill("/follow-up", "/follow-up/wish", wish="hold_contact")
    assert "is not contacted until you say otherwise" in text_of(held)
    withdrawn = await pages.fill("/follow-up", "/follow-up/wish", wish="withdraw")
    assert "You have withdrawn this report." in text_of(withdrawn)


async def test_a_wish_that_there_is_not_is_refused(pages: Pages, community: Community) -> None:
    await pages.follow_up(await pages.report())
    answer = await pages.fill("/follow-up", "/follow-up/wish", wish="a_pony")
    assert answer.status_code == 404
    assert "reporter.asked" not in await community.journal_acts()


async def test_a_form_without_the_visits_own_token_does_nothing(pages: Pages, community: Community) -> None:
    await pages.follow_up(await pages.report())
    answer = await pages.post("/follow-up/add", {"text": "forged", "token": "x", "form": "y"})
    assert (answer.status_code, "forged" in answer.text) == (403, True)
    assert "report.was_added_to" not in await community.journal_acts()


async def test_a_visit_ends_after_half_an_hour_and_gives_the_words_back(pages: Pages, community: Community) -> None:
    await pages.follow_up(await pages.report())
    form = next(f for f in forms_of(await pages.get("/follow-up")) if f.action == "/follow-up/add")
    community.pass_time(timedelta(minutes=30))
    answer = await pages.post("/follow-up/add", {**form.fields, "text": "It went on."})
    assert "It went on." in text_of(answer)
    assert "Type the receipt again" in text_of(answer)
    assert "Insults" not in text_of(await pages.get("/follow-up"))


async def test_leaving_makes_the_browser_forget(pages: Pages) -> None:
    await pages.follow_up(await pages.report())
    await pages.post("/follow-up/leave")
    assert "Insults" not in text_of(await pages.get("/follow-up"))


async def test_an_answer_of_the_group_stands_on_the_follow_up_page_in_full(pages: Pages, community: Community) -> None:
    """P-2.4"""
    receipt = await pages.report()
    async with community.units_of_work.read() as view:
        (case,) = await view.cases.cases()
    text = "We have read your report and are looking into it."
    written = await drafts.write_draft(
        community.app, AMARA, case.code_name, DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, text)
    )
    await drafts.approve_draft(community.app, BRUNO, written.id)
    words = text_of(await pages.follow_up(receipt))
    assert text in words
    assert case.code_name not in words


async def test_what_was_typed_is_given_back_where_the_receipt_opens_nothing_any_more(
    pages: Pages, community: Community
) -> None:
    """Words are lost to nobody, whatever became of the report meanwhile."""
    await pages.follow_up(await pages.report())
    form = next(each for each in forms_of(await pages.get("/follow-up")) if each.action == "/follow-up/add")
    async with community.units_of_work.begin() as uow:
        await uow.connection.execute(delete(receipts))
    answer = await pages.post("/follow-up/add", {**form.fields, "text": "Written for an hour."})
    assert "Written for an hour." in text_of(answer)


@pytest.mark.harm("cannot-ask-again")
async def test_a_reporter_asks_the_board_on_their_page(pages: Pages, community: Community) -> None:
    """P-5.7"""
    journey = await a_journey(community)
    await journey.enact()
    async with community.units_of_work.begin() as uow:
        report = (await uow.cases.reports_of(journey.id))[0]
        minted = create_reporter_receipt(journey.id, report.id, uow.now)
        await uow.cases.add_receipt(minted.receipt)
    await pages.follow_up(minted.secret)
    empty = await pages.fill("/follow-up", "/follow-up/reconsider", why=" ")
    assert (empty.status_code, "no text yet" in text_of(empty)) == (422, True)
    answer = await pages.fill("/follow-up", "/follow-up/reconsider", why="A warning would have been enough.")
    assert "looked at again by the Board" in text_of(answer)
    assert "there is no answer yet" in text_of(answer)
