"""Nothing that was reported is left for whoever uses the device next, and everybody can leave at once."""

import re
from dataclasses import replace

import pytest

from tests.builders.community import Community
from tests.builders.pages import Pages, forms_of, open_pages, receipt_of, text_of
from tests.guardian.web.test_personal_pages import person_in_hearing

WORDS = "He wrote insults under my question."
NEUTRAL = re.compile(r"<title>\s*(?:Page|Please check) \u2013 Example</title>")


async def sent_report(pages: Pages) -> str:
    """Where the browser is led once a report was sent."""
    (form,) = forms_of(await pages.get("/report"))
    answer = await pages.client.post("/report", data={**form.fields, "what_happened": WORDS})
    assert answer.status_code == 303
    assert WORDS not in answer.text
    return answer.headers["location"]


@pytest.mark.harm("next-at-the-screen-reads-the-report")
async def test_a_receipt_is_shown_once_and_not_by_loading_again(pages: Pages) -> None:
    """P-2.4"""
    path = await sent_report(pages)
    shown, again = await pages.get(path), await pages.get(path)
    assert receipt_of(shown) not in again.text
    assert "The receipt is not shown again" in text_of(again)
    assert WORDS not in shown.text + again.text


@pytest.mark.harm("next-at-the-screen-reads-the-report")
async def test_going_back_to_the_form_finds_it_empty(pages: Pages) -> None:
    """P-2.4: neither the server nor the browser keeps what was typed."""
    await sent_report(pages)
    form = await pages.get("/report")
    assert WORDS not in form.text
    assert form.headers["cache-control"] == "no-store"
    typed = re.findall(r"<(?:textarea|input type=\"(?:text|radio|checkbox)\")[^>]*>", form.text)
    assert [field for field in typed if 'autocomplete="off"' not in field] == []


@pytest.mark.harm("next-at-the-screen-reads-the-report")
async def test_a_receipt_that_was_not_fetched_in_time_is_forgotten(pages: Pages) -> None:
    path = await sent_report(pages)
    assert (await pages.get(path[:-1] + "x")).status_code == 410
    assert (await pages.get(path)).status_code == 201


@pytest.mark.harm("cannot-leave-the-page-unseen")
@pytest.mark.parametrize("path", ["/", "/report", "/follow-up", "/personal", "/account", "/my-reports", "/nowhere"])
async def test_every_page_for_people_outside_can_be_left_at_once_and_has_a_title_that_says_nothing(
    pages: Pages, path: str
) -> None:
    page = (await pages.get(path)).text
    assert re.search(r'<a class="leave"[^>]* href="/leave"[^>]*>Leave quickly</a>', page)
    assert NEUTRAL.search(page)
    assert "Does somebody else use this device" in page
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/leave.js" defer>']


@pytest.mark.harm("cannot-leave-the-page-unseen")
@pytest.mark.parametrize("page", ["/follow-up", "/personal"])
async def test_whoever_leaves_quickly_leaves_no_way_back_to_the_page(
    pages: Pages, community: Community, page: str
) -> None:
    receipt = await pages.report() if page == "/follow-up" else (await person_in_hearing(community))[1]
    opened = await pages.fill(page, page, receipt=receipt)
    assert 'name="token"' in opened.text
    away = await pages.get("/leave")
    assert (away.status_code, away.headers["location"]) == (303, community.app.leave_to)
    assert 'name="token"' not in (await pages.get(page)).text


async def test_where_leaving_leads_is_the_communitys_to_say(community: Community) -> None:
    elsewhere = replace(community, app=replace(community.app, leave_to="https://weather.example/"))
    async with open_pages(elsewhere) as pages:
        assert (await pages.get("/leave")).headers["location"] == "https://weather.example/"


@pytest.mark.harm("left-alone-after-reporting")
async def test_a_reporter_reads_what_they_can_do_by_kind_of_trouble(pages: Pages, community: Community) -> None:
    """P-2.4"""
    page = text_of(await pages.get(await sent_report(pages)))
    texts = community.app.policy.help
    for text in (texts.danger_en, texts.stalking_en, texts.self_harm_en, texts.scam_en):
        assert text[:40] in page


async def test_of_trouble_of_which_the_community_says_nothing_nothing_is_shown(community: Community) -> None:
    policy = community.app.policy
    quiet = replace(policy, help=replace(policy.help, scam_en="", links=()))
    async with open_pages(replace(community, app=replace(community.app, policy=quiet))) as pages:
        page = text_of(await pages.get(await sent_report(pages)))
    assert "If it was about money" not in page
    assert "Other places that help" not in page
    assert "If somebody follows or watches you" in page


@pytest.mark.harm("sent-to-a-body-that-is-not-there")
async def test_a_community_is_spoken_of_by_its_own_names(community: Community) -> None:
    """P-11.1"""
    policy = community.app.policy
    named = replace(policy, names=replace(policy.names, group_en="the committee", board_en="the organisers"))
    async with open_pages(replace(community, app=replace(community.app, policy=named))) as pages:
        page = text_of(await pages.get("/report"))
    assert "Members of the committee whom it does not concern" in page
    assert re.search("working group|Board", page) is None
