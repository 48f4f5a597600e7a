"""The rota on the console: a chair plans, members swap and go away, and a calendar says nothing but when."""

from urllib.parse import urlsplit

from guardian.services.rota.turns import list_rota
from tests.builders.community import AMARA, DMITRI, ELENI, GRETA, INES, Community
from tests.builders.pages import Pages, text_of

ROTA = "/console/rota"


async def plan(pages: Pages, community: Community) -> str:
    """A chair has put Dmitri and Eleni on duty now; the id of the period."""
    await pages.sign_in(community, AMARA)
    await pages.fill(ROTA, ROTA + "/plan", count="1")
    turn = (await list_rota(community.app, AMARA)).turns[0].id
    shown = await pages.fill(ROTA, ROTA + "/assign", turn=turn, first=DMITRI, second=ELENI)
    assert "Dmitri Volkov Eleni Pappas" in text_of(shown)
    return turn


async def test_what_a_chair_does_not_choose_stays_as_it_is(pages: Pages, community: Community) -> None:
    """P-3.6"""
    turn = await plan(pages, community)
    shown = await pages.fill(ROTA, ROTA + "/assign", turn=turn, second=AMARA)
    assert "Dmitri Volkov Amara Okafor" in text_of(shown)
    assert "nobody Amara Okafor" in text_of(await pages.fill(ROTA, ROTA + "/assign", turn=turn, first="nobody"))


async def test_a_member_offers_a_place_and_another_takes_it(pages: Pages, community: Community) -> None:
    """P-3.6"""
    turn = await plan(pages, community)
    await pages.sign_in(community, DMITRI)
    wrong = await pages.fill(ROTA, ROTA + "/swap", place=f"primary {turn}", to=DMITRI)
    assert (wrong.status_code, 'id="to-error"' in wrong.text) == (422, True)
    await pages.fill(ROTA, ROTA + "/swap", place=f"primary {turn}", to=AMARA)
    await pages.sign_in(community, AMARA)
    assert "Dmitri Volkov offers you" in text_of(await pages.get(ROTA))
    assert "Amara Okafor Eleni Pappas" in text_of(await pages.fill(ROTA, ROTA + "/swap/take"))


async def test_a_member_says_when_they_are_away(pages: Pages, community: Community) -> None:
    """P-3.6"""
    await pages.sign_in(community, DMITRI)
    wrong = await pages.fill(ROTA, ROTA + "/away", since="2026-03-09", until="soon")
    assert (wrong.status_code, 'id="until-error"' in wrong.text, "2026-03-09" in wrong.text) == (422, True, True)
    shown = await pages.fill(ROTA, ROTA + "/away", since="2026-03-09", until="2026-03-12")
    assert "Dmitri Volkov: from" in text_of(shown)
    assert "Nobody is away" in text_of(await pages.fill(ROTA, ROTA + "/away/end"))


async def test_a_calendar_says_when_and_nothing_else(pages: Pages, community: Community) -> None:
    """P-3.6"""
    await plan(pages, community)
    await community.a_case()
    await pages.sign_in(community, DMITRI)
    shown = await pages.fill(ROTA, ROTA + "/calendar")
    address = urlsplit(shown.text.partition("<code>")[2].partition("</code>")[0]).path
    pages.client.cookies.clear()
    calendar = await pages.get(address)
    assert calendar.headers["content-type"].startswith("text/calendar")
    lines = [line.partition(":")[2] for line in calendar.text.splitlines() if line.startswith(("SUMMARY", "DTSTART"))]
    assert sorted(lines) == ["20260223T120000Z", "On duty (first)"]
    assert (await pages.get("/calendar/nothing.ics")).status_code == 404


async def test_the_rota_is_the_groups_alone(pages: Pages, community: Community) -> None:
    """P-1.1, P-4.2"""
    for by in (GRETA, INES):
        await pages.sign_in(community, by)
        assert (await pages.get(ROTA)).status_code == 404
