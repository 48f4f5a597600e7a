"""What was found about somebody before, and apart from it how often they were reported, as far as one may know."""

import pytest

from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.services.cases.marks import agree_to_mark, list_marks, mark_case
from guardian.services.cases.person_history import read_histories
from rules.case_marks import CaseMarkKind
from rules.ladder import Outcome
from tests.builders.community import DMITRI, ELENI, Community
from tests.builders.journey import a_journey, a_warning


async def test_a_violation_counts_and_a_report_stands_beside_it_alone(community: Community) -> None:
    """P-2.9"""
    earlier = await a_journey(community)
    await earlier.enact(a_warning())
    await community.a_named_case()
    case, _ = await community.a_named_case()
    (history,) = await read_histories(community.app, DMITRI, case.code_name)
    assert (history.violations, history.earlier_matters) == ((Outcome.WARNING,), 2)
    assert history.suggestion.outcome is Outcome.SHORT_SUSPENSION


async def test_a_matter_that_was_reported_in_bad_faith_is_none(community: Community) -> None:
    """P-2.9"""
    false, _ = await community.a_named_case()
    await mark_case(community.app, DMITRI, false.code_name, CaseMarkKind.BAD_FAITH, "The fifth of its kind.")
    (mark,) = await list_marks(community.app, ELENI, false.code_name)
    await agree_to_mark(community.app, ELENI, false.code_name, mark.id)
    case, _ = await community.a_named_case()
    (history,) = await read_histories(community.app, DMITRI, case.code_name)
    assert history.earlier_matters == 0


@pytest.mark.harm("another-case-given-away-by-a-mark")
async def test_what_is_kept_from_the_reader_counts_for_nothing(community: Community) -> None:
    """P-4.2"""
    hidden, _ = await community.a_named_case()
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_exclusion(
            Exclusion(
                case=hidden.id,
                member=DMITRI,
                kind=ExclusionKind.EXCLUDED,
                cause="close to them",
                at=uow.now,
                by="service",
            )
        )
    case, _ = await community.a_named_case()
    (history,) = await read_histories(community.app, DMITRI, case.code_name)
    assert history.earlier_matters == 0
