"""Every route of the console, as the table has them, tried by whom it hides something from, by others, and by nobody.

A new route is tried as soon as it stands in the table; a new parameter has to be named here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from starlette.routing import Route

from guardian.cases.exclusions import ExclusionKind
from guardian.ids import MemberId
from tests.builders.community import DMITRI, GRETA, INES, Community
from tests.builders.hidden_cases import YARA, ZOE, HiddenWorld, hidden_world
from tests.builders.pages import Pages, open_pages

MISSING: Final = "00000000-0000-7000-8000-000000000000"
PARAMETER: Final = re.compile(r"{(\w+)}")
HIDDEN_IDS: Final = {
    "case": "code",
    "matter": "matter",
    "report": "report",
    "evidence": "evidence",
    "link": "link_id",
    "merge": "merge_id",
    "reference": "reference",
    "proposal": "proposal_id",
    "draft": "draft_id",
    "act": "act_id",
    "request": "request_id",
}
"""What of a hidden case stands in the place of each parameter."""
OWN: Final = frozenset(
    {"session", "own_token", "secret", "passkey", "recovery", "stop", "member", "step", "space", "account"}
)
"""Parameters that mean nothing of any case: a member's own things, and what everybody of the groups knows."""
WITHIN_CASE: Final = frozenset({"decision", "condition", "kind", "to", "other", "note", "person", "mark", "one"})
"""Parameters that stand behind the name of their case, which is tried."""
ANYBODYS: Final = frozenset({"/console/sign-in", "/console/sign-in/{secret}", "/console/sign-in/account"})
"""What is there for whoever is not signed in."""


def console_routes(pages: Pages) -> list[Route]:
    """Every route of the console."""
    return [route for route in pages.app.routes if isinstance(route, Route) and route.path.startswith("/console")]


def parameters(route: Route) -> list[str]:
    """The names of the parameters in the route's address."""
    return PARAMETER.findall(route.path)


def filled(route: Route, values: dict[str, str]) -> str:
    """The route's address with these values, and with what does not exist in the place of the others."""
    return PARAMETER.sub(lambda found: values.get(found.group(1), MISSING), route.path)


def hidden_values(world: HiddenWorld, route: Route) -> Iterator[dict[str, str]]:
    """What of hidden cases can stand in the address: all of one kind at once, each id there is."""
    ids = {**world.ids, "code": [*world.codes, *world.ids["matter"]]}
    names = [name for name in parameters(route) if name in HIDDEN_IDS]
    longest = max((len(ids[HIDDEN_IDS[name]]) for name in names), default=0)
    for number in range(longest):
        yield {name: ids[HIDDEN_IDS[name]][number % len(ids[HIDDEN_IDS[name]])] for name in names}


async def answer(pages: Pages, route: Route, path: str, token: str = "") -> tuple[int, str]:
    """What is answered there, without what was typed into the address."""
    if "POST" in (route.methods or ()):
        found = await pages.client.post(path, data={"token": token})
    else:
        found = await pages.get(path)
    text = found.text
    for part in path.split("/")[3:]:
        text = text.replace(part, "TYPED")
    return found.status_code, text


async def token_of(pages: Pages) -> str:
    """What stands in each form of this session."""
    return (await pages.get("/console/sessions")).text.partition('name="token" value="')[2].partition('"')[0]


async def test_every_parameter_of_an_address_is_known_here(pages: Pages) -> None:
    unknown = {name for route in console_routes(pages) for name in parameters(route)} - HIDDEN_IDS.keys() - OWN
    behind = {route.path.partition("{case}")[2] for route in console_routes(pages)}
    assert unknown - {name for path in behind for name in PARAMETER.findall(path) if name in WITHIN_CASE} == set()


async def test_without_a_session_every_page_is_the_page_of_signing_in(pages: Pages, community: Community) -> None:
    case = await community.a_case()
    expected = (await pages.get("/console")).text
    for route in console_routes(pages):
        if route.path not in ANYBODYS and "GET" in (route.methods or ()):
            shown = await pages.get(filled(route, {"case": case.code_name, "matter": case.code_name}))
            assert (shown.status_code, shown.text) == (401, expected), route.path


async def test_no_form_is_taken_without_a_session(pages: Pages, community: Community) -> None:
    case = await community.a_case()
    before = await community.journal_acts()
    for route in console_routes(pages):
        if route.path not in ANYBODYS and "POST" in (route.methods or ()):
            path = filled(route, {"case": case.code_name, "matter": case.code_name})
            assert (await pages.client.post(path, data={"token": "0" * 64})).status_code == 401, route.path
    assert await community.journal_acts() == before


@pytest.mark.parametrize("kind", ExclusionKind)
async def test_what_is_hidden_answers_like_what_does_not_exist_at_every_address(
    tmp_path: Path, kind: ExclusionKind
) -> None:
    """P-2.5, P-4.1, P-4.2: by a member of every seat, from whom the cases are kept."""
    async with hidden_world(tmp_path, kind) as world, open_pages(world.community) as pages:
        await pages.sign_in(world.community, ZOE)
        token = await token_of(pages)
        for route in console_routes(pages):
            if "leave" in route.path or not set(parameters(route)) & HIDDEN_IDS.keys():
                continue
            missing = await answer(pages, route, filled(route, {}), token)
            for values in hidden_values(world, route):
                path = filled(route, values)
                assert await answer(pages, route, path, token) == missing, f"{route.methods} {path}"


@pytest.mark.parametrize("by", [DMITRI, GRETA, INES])
async def test_whoever_has_another_seat_finds_nothing_at_a_cases_addresses(
    pages: Pages, community: Community, by: MemberId
) -> None:
    """P-1.1, P-2.5, P-4.2: a member whom the case concerns, the Board, a moderator."""
    case = await community.a_case(named_members=(DMITRI,))
    await pages.sign_in(community, by)
    token = await token_of(pages)
    before = await community.journal_acts()
    for route in console_routes(pages):
        if {"case", "matter"} & set(parameters(route)):
            path = filled(route, {"case": case.code_name, "matter": case.code_name})
            found = await answer(pages, route, path, token)
            assert found == await answer(pages, route, filled(route, {}), token), route.path
            assert found[0] == 404, route.path
    assert await community.journal_acts() == before


async def test_from_whom_nothing_is_kept_finds_it_at_the_same_addresses(tmp_path: Path) -> None:
    """The comparison above can fail: what stands in the addresses is there for whoever may know of it."""
    async with hidden_world(tmp_path, ExclusionKind.EXCLUDED) as world, open_pages(world.community) as pages:
        await pages.sign_in(world.community, YARA)
        shown = [
            path
            for route in console_routes(pages)
            if "GET" in (route.methods or ())
            for path in {filled(route, values) for values in hidden_values(world, route)}
            if (await pages.get(path)).status_code == 200
        ]
        assert len(shown) >= len(world.codes)
