"""What a page costs: as many statements for many rows as for few, on every page that the table of routes has."""

import re
from pathlib import Path
from typing import Final

import pytest
from starlette.routing import Route

from guardian.ids import MemberId
from tests.builders.busy import add_rows
from tests.builders.community import AMARA, BRUNO, DISCORD, INES, Community, a_community
from tests.builders.pages import Pages, open_pages
from tests.builders.statements import statements
from tests.guardian.web.console.test_every_route import console_routes

FEW: Final = 2
KEYS: Final = 2
"""So many statements more may be made for the keys of what a page decrypts, which are read in parts."""


async def values_of(community: Community) -> dict[str, str]:
    """One thing for each parameter of an address: the oldest of its kind."""
    async with community.units_of_work.read() as view:
        cases = await view.cases.cases()
        act = (await view.deliberation.acts())[0]
        sanction = (await view.sanctions.unlifted())[0]
    matter = next(case.code_name for case in cases if case.space == DISCORD)
    reviewed = next(case.code_name for case in cases if case.id == act.case)
    shown = {"matter": matter, "reference": str(sanction.reference), "member": BRUNO, "space": str(DISCORD)}
    return {"case": reviewed, **shown}


def path_of(route: Route, values: dict[str, str]) -> str | None:
    """The route's address with these values; None where there is none for a parameter of it."""
    names = re.findall(r"{(\w+)}", route.path)
    return route.path.format(**values) if set(names) <= values.keys() else None


async def costs(pages: Pages, community: Community, member: MemberId, values: dict[str, str]) -> dict[str, int]:
    """The number of statements of each page that the member may see."""
    await pages.sign_in(community, member)
    found = {}
    for route in console_routes(pages):
        path = path_of(route, values)
        if path is not None and "GET" in (route.methods or ()):
            with statements() as made:
                answer = await pages.get(path)
            if answer.status_code == 200:
                found[path] = len(made)
    return found


@pytest.mark.harm("list-too-slow-to-read")
async def test_every_page_costs_as_many_statements_for_many_rows_as_for_few(tmp_path: Path) -> None:
    """P-2.4"""
    async with a_community(tmp_path) as community, open_pages(community) as pages:
        await add_rows(community, 0, FEW)
        values = await values_of(community)
        few = {member: await costs(pages, community, member, values) for member in (AMARA, INES)}
        await add_rows(community, FEW, 2 * FEW)
        for member, before in few.items():
            after = await costs(pages, community, member, values)
            grown = {path: (before[path], made) for path, made in after.items() if made > before[path] + KEYS}
            assert grown == {}
    assert len(few[AMARA]) > 35
