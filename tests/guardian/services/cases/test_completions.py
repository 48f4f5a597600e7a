"""What is offered while a code name is typed: the newest first, without a gap where something is kept, at one price."""

from pathlib import Path

import pytest

from guardian.cases.case import CaseKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.open_work import CaseSummary
from guardian.journal import SERVICE
from guardian.services.cases.completions import MOST_COMPLETIONS, complete_cases, complete_matters
from tests.builders.community import CHIARA, ELENI, Community
from tests.builders.statements import statements
from tests.guardian.services.worklist.test_tasks import a_community_with

KEPT = 120
"""More than are looked at together."""


async def keep_newest_from_eleni(community: Community) -> tuple[CaseSummary, ...]:
    """Keep the newest cases from her; return all there are, the newest first."""
    async with community.units_of_work.begin() as uow:
        every = tuple(reversed(await uow.open_work.summaries()))
        for case in every[:KEPT]:
            excluded = Exclusion(
                case=case.id, member=ELENI, kind=ExclusionKind.RECUSED, cause="met them", at=uow.now, by=SERVICE
            )
            await uow.cases.add_exclusion(excluded)
    return every


@pytest.mark.harm("list-tells-of-a-case")
async def test_what_is_kept_from_somebody_leaves_no_gap_in_what_they_are_offered(tmp_path: Path) -> None:
    """P-4.2: as if the newest of all cases were the newest that they may know."""
    async with a_community_with(tmp_path / "many", KEPT + MOST_COMPLETIONS + 5) as community:
        every = await keep_newest_from_eleni(community)
        offered = await complete_cases(community.app, ELENI, "")
        assert list(offered) == [case.code_name for case in every[KEPT : KEPT + MOST_COMPLETIONS]]
        assert await complete_cases(community.app, ELENI, every[0].code_name) == ()
        assert await complete_cases(community.app, CHIARA, every[0].code_name) == (every[0].code_name,)


async def test_what_was_typed_is_found_as_it_stands_and_means_nothing_to_the_database(tmp_path: Path) -> None:
    async with a_community_with(tmp_path / "few", 12) as community:
        assert await complete_cases(community.app, CHIARA, " CASE 1 ") == ("case-11", "case-10", "case-1")
        assert await complete_cases(community.app, CHIARA, "%") == ()
        assert await complete_cases(community.app, CHIARA, "case_1") == ()


async def test_a_report_is_not_offered_where_a_local_matter_is_typed(tmp_path: Path) -> None:
    async with a_community_with(tmp_path / "few", 3) as community:
        async with community.units_of_work.read() as view:
            assert {case.kind for case in await view.open_work.summaries()} == {CaseKind.REPORT}
        assert await complete_matters(community.app, CHIARA, "case") == ()


@pytest.mark.harm("list-too-slow-to-read")
async def test_a_letter_typed_costs_as_many_statements_for_many_cases_as_for_few(tmp_path: Path) -> None:
    """P-2.4"""
    asked = []
    for cases in (60, 600):
        async with a_community_with(tmp_path / str(cases), cases) as community:
            with statements() as made:
                assert await complete_cases(community.app, CHIARA, f"case-{cases - 1}")
            asked.append(len(made))
    assert asked[0] == asked[1]
