"""What is read ahead is what would have been read one by one: whoever decides by it decides the same."""

from pathlib import Path
from typing import Any

from guardian.ids import CaseId, PersonId
from guardian.services.conflicts.recusal import recuse
from guardian.services.context import ReadView
from guardian.services.identity.merging import merge_people
from guardian.services.visibility import read_knowledge_ahead
from rules.conflicts import ConflictReason
from tests.builders.busy import add_rows
from tests.builders.community import BRUNO, CHIARA, a_community


async def known(view: ReadView, cases: list[CaseId], people: list[PersonId]) -> list[Any]:
    """All that can be read ahead, asked for one by one."""
    return [
        *[await view.cases.case(each) for each in cases],
        *[await view.cases.exclusions_of(each) for each in cases],
        *[await view.cases.reports_of(each) for each in cases],
        *[await view.cases.evidence_of(each) for each in cases],
        *[await view.handoffs.of_case(each) for each in cases],
        *[await view.people.person(each) for each in people],
        *[await view.people.accounts_of(each) for each in people],
        *[await view.links.merged_people(each) for each in people],
        *[await view.cases.cases_of(each) for each in people],
        *[await view.sanctions.coverage_of(each) for each in people],
    ]


async def test_what_is_read_ahead_is_what_is_read_one_by_one(tmp_path: Path) -> None:
    """P-4.2: with somebody who stepped back, and two people who are one."""
    async with a_community(tmp_path) as community:
        await add_rows(community, 0, 2)
        case, one = await community.a_named_case("once")
        _, two = await community.a_named_case("again")
        await merge_people(community.app, BRUNO, one, two, "They say so themselves.")
        await recuse(community.app, CHIARA, case.code_name, ConflictReason.SAME_EMPLOYER)
        async with community.units_of_work.read() as view:
            cases = [each.id for each in await view.cases.cases()]
            parties = [party for each in cases for party in await view.cases.parties_of(each)]
            people = list(dict.fromkeys(party.person for party in parties if party.person is not None))
            one_by_one = await known(view, cases, people)
        async with community.units_of_work.read() as view:
            await read_knowledge_ahead(view, people)
            await view.cases.read_ahead(cases)
            await view.cases.read_material_ahead(cases)
            await view.handoffs.read_ahead(cases)
            await view.sanctions.read_coverage_ahead(people)
            assert await known(view, cases, people) == one_by_one
        assert len(people) > 6
