"""Odd requests at every page and form that the tables have: answered in words, and never by a fault of ours."""

import re
from pathlib import Path
from typing import Final

from tests.builders.busy import add_rows
from tests.builders.community import AMARA, INES, a_community
from tests.builders.pages import Pages, SeenForm, forms_of, open_pages
from tests.guardian.web.console.test_every_route import console_routes
from tests.guardian.web.console.test_page_cost import path_of, values_of

ODD: Final = ("9999-12-31", "\u0663" * 9_000)
"""A day at the end of the calendar, and a number in other digits that is longer than any field of a line."""
KEPT: Final = ("token", "kept", "preview")


async def odd_answers(pages: Pages, form: SeenForm) -> list[int]:
    """What is answered where every field of the form has an odd text."""
    typed = [{name: (was if name in KEPT else odd) for name, was in form.fields.items()} for odd in ODD]
    return [(await pages.client.post(form.action, data=each)).status_code for each in typed]


async def test_no_odd_text_in_any_form_is_a_fault_of_ours(tmp_path: Path) -> None:
    async with a_community(tmp_path) as community, open_pages(community) as pages:
        await add_rows(community, 0, 1)
        values, seen, failed = await values_of(community), {"/console/leave"}, []
        for member in (AMARA, INES):
            await pages.sign_in(community, member)
            paths = [path_of(route, values) for route in console_routes(pages) if "GET" in (route.methods or ())]
            for path in [each for each in paths if each is not None]:
                for form in forms_of(await pages.get(path)):
                    if form.action not in seen and not form.action.endswith("/end"):
                        seen.add(form.action)
                        failed += [form.action for status in await odd_answers(pages, form) if status >= 500]
        assert failed == []
        assert len(seen) > 60


async def test_an_address_with_a_nul_is_one_that_does_not_exist(tmp_path: Path) -> None:
    """PostgreSQL takes no text with one."""
    async with a_community(tmp_path) as community, open_pages(community) as pages:
        await pages.sign_in(community, AMARA)
        for route in console_routes(pages):
            if "{" in route.path and "GET" in (route.methods or ()):
                answer = await pages.get(re.sub(r"{\w+}", "a%00b", route.path))
                assert answer.status_code == 404, route.path
        assert (await pages.get("/console/cases?after=%00")).status_code == 404
