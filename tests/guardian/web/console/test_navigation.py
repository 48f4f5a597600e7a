"""Where a member may go: few places on top, and one page with the rest, by their seats alone."""

import pytest

from guardian.ids import MemberId
from guardian.web.console.navigation import NavigationItem, place_at
from tests.builders.community import AMARA, GRETA, INES, Community
from tests.builders.pages import Pages

PLACES = [NavigationItem(path, "") for path in ("/console", "/console/cases", "/console/more")]


@pytest.mark.parametrize("member", [AMARA, GRETA, INES])
async def test_everybody_has_seven_places_at_most_and_every_page_one_step_away(
    pages: Pages, community: Community, member: MemberId
) -> None:
    """P-1.1: a chair, the Board, a moderator; the page of all pages lists none that does not open."""
    await pages.sign_in(community, member)
    top = (await pages.get("/console")).text.partition('aria-label="Pages">')[2].partition("</nav>")[0]
    assert top.startswith('<a href="/console" aria-current="page">')
    assert top.count("<a ") <= 7
    listed = (await pages.get("/console/more")).text.partition("<main")[2].split('href="')[1:]
    paths = [each.partition('"')[0] for each in listed]
    assert [path for path in paths if (await pages.get(path)).status_code != 200] == []
    assert {each.partition('"')[0] for each in top.split('href="')[1:]} <= {*paths, "/console/more"}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/console", "/console"),
        ("/console/cases/brisk-otter", "/console/cases"),
        ("/console/rota", "/console/more"),
        ("/console/casesque", "/console/more"),
    ],
)
def test_a_page_belongs_to_the_place_above_it(path: str, place: str) -> None:
    assert place_at(path, PLACES) == place
