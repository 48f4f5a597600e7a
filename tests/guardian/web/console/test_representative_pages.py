"""The page of local representatives, and where a chair names them. P-1.1, P-8.1"""

from guardian.ids import MemberId
from guardian.services.membership.representatives import list_representatives
from tests.builders.community import AMARA, BRUNO, Community
from tests.builders.journey import newest_case
from tests.builders.pages import Pages, text_of
from tests.guardian.services.membership.test_representatives import MOCKED, a_program, a_representative
from tests.guardian.web.test_asked_pages import a_task

PAGE = "/console/representative"
NAMING = "/console/representatives"


async def test_a_chair_names_a_representative_on_a_page_and_ends_it_there(pages: Pages, community: Community) -> None:
    """P-1.1"""
    body = await a_program(community)
    await pages.sign_in(community, AMARA)
    until = f"{community.clock.now().date().replace(day=28)}"
    typed = {"name": "Robin Host", "address": "robin@club.example", "body": body, "until": until}
    shown = await pages.fill(NAMING, NAMING, **typed)
    assert "Robin Host is seated until then" in text_of(shown)
    assert "for Harbour Girls Code" in text_of(shown)
    (line,) = (await list_representatives(community.app, AMARA)).lines
    ended = await pages.fill(NAMING, NAMING + "/end", member=line.member)
    assert "represents nothing here any more" in text_of(ended)


async def test_a_representative_without_a_day_is_not_seated(pages: Pages, community: Community) -> None:
    """P-1.1"""
    body = await a_program(community)
    await pages.sign_in(community, AMARA)
    shown = await pages.fill(NAMING, NAMING, name="Robin Host", address="robin@club.example", body=body, until="")
    assert shown.status_code == 422
    assert "Give the day on which it ends" in text_of(shown)


async def test_no_other_member_finds_the_pages(pages: Pages, community: Community) -> None:
    """P-1.1: neither where chairs name them, nor what is a representative's."""
    await pages.sign_in(community, BRUNO)
    assert (await pages.get(NAMING)).status_code == 404
    assert (await pages.get(PAGE)).status_code == 404


async def test_a_representative_passes_on_and_follows_it_and_finds_nothing_else(
    pages: Pages, community: Community
) -> None:
    """P-8.1, P-8.2"""
    body = await a_program(community)
    robin: MemberId = await a_representative(community, body)
    await a_task(community)
    await pages.sign_in(community, robin)
    typed = {"body": body, "ground": "program_committee", "words": MOCKED, "who": "grumbler", "urgency": "soon"}
    shown = await pages.fill(PAGE, PAGE, **typed, done="We asked them to stop.")
    case = await newest_case(community)
    assert "Passed on to the working group. Reference: GRD-" in text_of(shown)
    assert "received" in text_of(shown)
    assert case.code_name not in text_of(shown)
    assert "alder@lists.example" not in text_of(shown)
    for path in ("/console/cases", f"/console/cases/{case.code_name}", "/console/members", "/console/journal"):
        assert (await pages.get(path)).status_code == 404
    home = text_of(await pages.get("/console"))
    assert "Your event or program" in home
    assert case.code_name not in home


async def test_what_is_missing_is_asked_for_beside_its_field(pages: Pages, community: Community) -> None:
    """P-8.1"""
    body = await a_program(community)
    await pages.sign_in(community, await a_representative(community, body))
    shown = await pages.fill(PAGE, PAGE, body=body, words=MOCKED, urgency="soon", done="", who="")
    assert shown.status_code == 422
