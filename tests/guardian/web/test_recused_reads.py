"""Every read of the console and the API, from their own tables of routes, by a member who is kept from one case.

What comes back is searched, files and all, for words that stand in that case alone. A new route is read as soon as it
stands in a table; a new parameter is filled with everything that the case has. Policy: P-4.2.
"""

import html
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Final

import httpx2
import pytest
from starlette.routing import Route

from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.ids import MemberId
from guardian.web.api.app import PATH as API
from tests.architecture.source import ROOT
from tests.builders.canary_case import HANDLE, REPORTER, CanaryCase, a_case_of_canaries
from tests.builders.canary_search import find_words
from tests.builders.community import Community, a_community, everybody
from tests.builders.hidden_cases import YARA, ZOE, of_every_seat
from tests.builders.pages import Pages, open_pages
from tests.guardian.web.api.test_every_address import a_token, addresses
from tests.guardian.web.console.test_concluded_cases import content_of
from tests.guardian.web.console.test_every_route import console_routes

PARAMETER: Final = re.compile(r"{(\w+)}")
ASKED: Final = re.compile(r"query_params(?:\.get\(|\[)\"([a-z_-]+)\"")
ENDS_THE_SESSION: Final = "leave"


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """The community, with two who hold every seat, so that no answer of theirs is for want of a permission."""
    members = (*everybody(), of_every_seat(ZOE, "Zoe Quist", 61), of_every_seat(YARA, "Yara Zidan", 62))
    async with a_community(tmp_path, members=members) as opened:
        yield opened


async def keep_from(case: CanaryCase, member: MemberId, kind: ExclusionKind) -> None:
    """The member is kept from the case in that way, only now that all of it has happened."""
    async with case.journey.community.units_of_work.begin() as uow:
        await uow.cases.add_exclusion(
            Exclusion(case=case.journey.id, member=member, kind=kind, cause="named", at=uow.now, by="test")
        )


def query_names() -> list[str]:
    """What the pages of the console are asked after a question mark, as their source has it."""
    sources = (ROOT / "guardian" / "web").rglob("*.py")
    return sorted({name for path in sources for name in ASKED.findall(path.read_text("utf-8"))})


def filled(path: str, asked: Iterable[str], case: CanaryCase) -> Iterator[str]:
    """The address with the case in it, and with everything that the case has in the place of what else it names.

    Where it names nothing else, what leads to the case is asked for after it as well, by each of the names `asked`.
    """
    journey = case.journey
    within = path.replace("{case}", journey.code_name).replace("{matter}", journey.code_name)
    if PARAMETER.search(within):
        yield from (PARAMETER.sub(each, within) for each in case.ids)
        return
    yield within
    for value in (journey.code_name, journey.person_code, HANDLE) if asked else ():
        yield f"{within}?" + "&".join(f"{name}={value}" for name in asked)


async def read_console(pages: Pages, case: CanaryCase) -> dict[str, httpx2.Response]:
    """What every page and file of the console answers."""
    names = query_names()
    paths = [each for route in console_routes(pages) if _is_read(route) for each in filled(route.path, names, case)]
    return {path: await pages.get(path) for path in paths}


async def read_api(pages: Pages, case: CanaryCase, member: MemberId) -> dict[str, httpx2.Response]:
    """What every address of the API answers."""
    headers = await a_token(case.journey.community, member)
    found = {}
    for method, template, described in addresses(case.journey.community):
        if method == "GET":
            names = [each["name"] for each in described.get("parameters", ()) if each["in"] == "query"]
            for path in filled(template, names, case):
                found[API + path] = await pages.client.get(API + path, headers=headers)
    return found


def _is_read(route: Route) -> bool:
    return "GET" in (route.methods or ()) and ENDS_THE_SESSION not in route.path


def found_in(answers: dict[str, httpx2.Response], words: Iterable[str]) -> dict[str, list[str]]:
    """Each address with the words that are found in its answer; what was asked for is no answer."""
    found = {path: _words_in(answer, path, list(words)) for path, answer in answers.items()}
    return {path: those for path, those in found.items() if those}


def _words_in(answer: httpx2.Response, path: str, words: list[str]) -> list[str]:
    typed = path.lower()
    wanted = [word for word in words if word.lower() not in typed]
    if "html" in answer.headers.get("content-type", ""):
        text = html.unescape(answer.text).lower()
        return [word for word in wanted if word.lower() in text]
    return find_words(content_of(answer).encode(), wanted)


@pytest.mark.harm("recused-member-reads-on")
@pytest.mark.parametrize("kind", [ExclusionKind.RECUSED, ExclusionKind.EXCLUDED])
async def test_nothing_of_a_case_is_found_by_whoever_is_kept_from_it(community: Community, kind: ExclusionKind) -> None:
    """P-4.2: a recused member may know its code name, where it stands and vaguely what came of it; others not even that."""
    case = await a_case_of_canaries(community)
    await keep_from(case, ZOE, kind)
    hidden = [*case.canaries.values()]
    if kind is not ExclusionKind.RECUSED:
        hidden.append(case.journey.code_name)
    async with open_pages(community) as pages:
        await pages.sign_in(community, ZOE)
        answers = await read_console(pages, case) | await read_api(pages, case, ZOE)
    assert found_in(answers, hidden) == {}


async def test_from_whom_nothing_is_kept_finds_each_of_these_words_there(community: Community) -> None:
    """The search can fail: each word is found, and in the console, the API and files."""
    case = await a_case_of_canaries(community)
    async with open_pages(community) as pages:
        await pages.sign_in(community, YARA)
        answers = await read_console(pages, case) | await read_api(pages, case, YARA)
    found = found_in(answers, case.canaries.values())
    words = {word for those in found.values() for word in those}
    # By what a reporter is called is shown to nobody: messages to them alone go by it.
    assert {word for word in case.canaries.values() if word not in words} == {REPORTER}
    assert any(path.startswith(API) for path in found)
    assert {"sheet.csv", "sheet.xlsx", "group.md"} <= {path.rpartition("/")[2].partition("?")[0] for path in found}
