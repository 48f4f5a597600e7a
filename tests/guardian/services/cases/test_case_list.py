"""The list of cases, page by page: the newest first, found by their names, and as if nothing else existed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.services.cases.case_list import ON_A_PAGE, list_case_page
from guardian.services.reports.intake import receive
from tests.builders.community import AMARA, CHIARA, ELENI, Community, a_community, a_submission
from tests.builders.statements import statements
from tests.guardian.services.worklist.test_tasks import a_community_with


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path) as made:
        yield made


async def test_a_page_has_the_newest_first_and_leads_to_the_older_ones(tmp_path: Path) -> None:
    async with a_community_with(tmp_path / "many", ON_A_PAGE + 3) as community:
        first = await list_case_page(community.app, CHIARA)
        second = await list_case_page(community.app, CHIARA, first.next)
        assert (len(first.lines), len(second.lines), second.next) == (ON_A_PAGE, 3, "")
        assert not {line.code_name for line in first.lines} & {line.code_name for line in second.lines}


async def test_a_case_is_found_by_a_part_of_its_name(community: Community) -> None:
    names = [(await community.a_case(what_happened=f"Report {number}.")).code_name for number in range(3)]
    found = await list_case_page(community.app, AMARA, sought=names[1].upper()[:-1])
    assert names[1] in [line.code_name for line in found.lines]
    assert (await list_case_page(community.app, AMARA, sought="%")).lines == ()


@pytest.mark.harm("list-tells-of-a-case")
async def test_a_page_after_a_case_that_is_kept_from_somebody_is_the_first(community: Community) -> None:
    """P-4.2"""
    await receive(community.app, a_submission(what_happened="The first."))
    hidden = await community.a_case(named_members=(ELENI,))
    after_hidden = await list_case_page(community.app, ELENI, hidden.code_name)
    assert after_hidden == await list_case_page(community.app, ELENI, "quite-invented")
    assert (await list_case_page(community.app, ELENI, sought=hidden.code_name)).lines == ()


@pytest.mark.harm("list-too-slow-to-read")
async def test_a_page_costs_as_many_statements_for_many_cases_as_for_few(tmp_path: Path) -> None:
    """P-2.4"""
    asked = []
    for cases in (60, 400):
        async with a_community_with(tmp_path / str(cases), cases) as community:
            with statements() as made:
                await list_case_page(community.app, CHIARA)
            asked.append(len(made))
    assert asked[0] == asked[1]
