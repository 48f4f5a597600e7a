"""Every page and file of the console that asks for nothing, and every record, beside concluded cases that are kept from one.

`test_every_use_case_is_blind` compares open cases; what is published, reported to the Board, counted or taken out as a
file comes from concluded ones. Policy: P-4.2.
"""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from starlette.routing import Route

from guardian.cases.case import CaseState
from guardian.cases.exclusions import ExclusionKind
from guardian.ids import MemberId
from tests.builders.hidden_cases import YARA, ZOE, HiddenWorld, Snapshot, hidden_world
from tests.builders.pages import open_pages
from tests.guardian.services.test_every_use_case_is_blind import (
    UseCaseFunction,
    arguments_for,
    called_use_cases,
    outcome,
)
from tests.guardian.web.console.test_every_route import console_routes


async def conclude(world: HiddenWorld) -> None:
    """All cases that are kept from Zoe are closed."""
    async with world.community.units_of_work.begin() as uow:
        for code_name in world.codes:
            case = await uow.cases.case_by_code_name(code_name)
            assert case is not None
            await uow.cases.save_case(replace(case, state=CaseState.CLOSED, closed_at=uow.now, outcome="It is over."))


def content_of(answer: httpx2.Response) -> str:
    """The words of a page or a file, of a workbook those of its sheets."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        return "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist())


async def seen_by(world: HiddenWorld, member: MemberId) -> dict[str, str]:
    """Each address of the console without a parameter, and what of hidden cases is named there."""
    hidden = (*world.codes, *world.people, *world.accounts)
    found = {}
    async with open_pages(world.community) as pages:
        await pages.sign_in(world.community, member)
        for route in console_routes(pages):
            if "GET" in (route.methods or ()) and "{" not in route.path and _shows(route):
                shown = content_of(await pages.get(route.path))
                found[route.path] = " ".join(name for name in hidden if name in shown)
    return {path: names for path, names in found.items() if names}


def _shows(route: Route) -> bool:
    return "leave" not in route.path


@pytest.mark.harm("concluded-case-shown-to-whom-it-is-kept-from")
async def test_no_list_or_file_names_what_is_kept_from_a_member(tmp_path: Path) -> None:
    """P-4.2: the sheet as CSV and XLSX, statistics, the journal, reports to the Board, and every other list."""
    async with hidden_world(tmp_path, ExclusionKind.EXCLUDED) as world:
        await conclude(world)
        assert await seen_by(world, ZOE) == {}
        others = await seen_by(world, YARA)
    assert {"/console/records", "/console/records/sheet.csv", "/console/records/sheet.xlsx"} <= others.keys()
    assert "/console/board-reports" in others


@pytest.mark.harm("concluded-case-shown-to-whom-it-is-kept-from")
async def test_the_records_are_those_of_a_world_without_what_is_kept_from_a_member(tmp_path: Path) -> None:
    """P-4.2: rows, counts and their order, of concluded cases."""
    answers = []
    for folder, kind in (("with", ExclusionKind.EXCLUDED), ("without", None)):
        (tmp_path / folder).mkdir()
        async with hidden_world(tmp_path / folder, kind) as world:
            await conclude(world)
            with Snapshot(world.community.folder) as snapshot:
                answers.append({name: await _said(world, snapshot, use) for name, use in _record_uses().items()})
    here, there = answers
    assert {name: (here[name], there[name]) for name in here if here[name] != there[name]} == {}


def _record_uses() -> dict[str, UseCaseFunction]:
    return {name: use for name, use in called_use_cases().items() if name.startswith("records.")}


async def _said(world: HiddenWorld, snapshot: Snapshot, use: UseCaseFunction) -> str:
    return (await outcome(snapshot, use, arguments_for(world, use, ZOE), {}))[0]
