"""Marks of a case: what it has to do with another one, how it was reported, and that an account's owner has it back."""

import pytest

from guardian.cases.case import Case
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.proposals import Consequence
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind, RecipientKind
from guardian.sanctions.models import LiftingCause
from guardian.services.cases.marks import agree_to_mark, list_marks, mark_case, take_mark_back
from rules.case_marks import CaseMarkKind
from rules.ladder import Outcome
from rules.precedence import Restriction
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, INES, Community
from tests.builders.journey import a_journey

WHY = "It came the day after the decision."


async def two_cases(community: Community) -> tuple[Case, Case]:
    return await community.a_case(), await community.a_case(what_happened="They report me because I reported them.")


async def keep_from(community: Community, case: Case, member: str) -> None:
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_exclusion(
            Exclusion(
                case=case.id,
                member=member,  # type: ignore[arg-type]  # an id
                kind=ExclusionKind.EXCLUDED,
                cause="close to them",
                at=uow.now,
                by="service",
            )
        )


@pytest.mark.harm("retaliation-seen-as-a-report-of-its-own")
async def test_retaliation_is_shown_in_both_cases_to_those_who_may_know_of_both(community: Community) -> None:
    """P-2.8"""
    earlier, later = await two_cases(community)
    await mark_case(community.app, DMITRI, later.code_name, CaseMarkKind.RETALIATION, WHY, earlier.code_name)
    (here,) = await list_marks(community.app, ELENI, later.code_name)
    (there,) = await list_marks(community.app, ELENI, earlier.code_name)
    assert (here.kind, here.other, here.counts, here.from_other) == ("retaliation", earlier.code_name, True, False)
    assert (there.other, there.from_other) == (later.code_name, True)


@pytest.mark.harm("another-case-given-away-by-a-mark")
async def test_a_mark_that_names_a_case_kept_from_the_reader_is_not_there_for_them(community: Community) -> None:
    """P-4.2"""
    earlier, later = await two_cases(community)
    await keep_from(community, earlier, ELENI)
    await mark_case(community.app, DMITRI, later.code_name, CaseMarkKind.RETALIATION, WHY, earlier.code_name)
    assert await list_marks(community.app, ELENI, later.code_name) == ()
    told = [n for n in await community.notices_to(ELENI) if n.kind is NoticeKind.CASE_NEWS]
    assert [n for n in told if n.facts.get("news") == "case_marked"] == []
    with pytest.raises(Refused, match="no case of that name"):
        await mark_case(community.app, ELENI, later.code_name, CaseMarkKind.RETALIATION, WHY, earlier.code_name)


@pytest.mark.harm("one-member-calls-a-report-bad-faith")
async def test_bad_faith_counts_once_a_second_member_agrees_and_the_reporter_hears_nothing(
    community: Community,
) -> None:
    """P-2.9, P-2.1"""
    case = await community.a_case()
    await mark_case(community.app, DMITRI, case.code_name, CaseMarkKind.BAD_FAITH, "The fifth of its kind.")
    (mark,) = await list_marks(community.app, DMITRI, case.code_name)
    assert not mark.counts
    with pytest.raises(Refused, match="second member"):
        await agree_to_mark(community.app, DMITRI, case.code_name, mark.id)
    await agree_to_mark(community.app, ELENI, case.code_name, mark.id)
    (mark,) = await list_marks(community.app, DMITRI, case.code_name)
    assert mark.counts
    async with community.units_of_work.read() as view:
        kinds = {n.kind for n in await view.notices.of_case(case.id) if n.to.kind is RecipientKind.REPORTER}
    assert kinds <= {NoticeKind.REPORTER_NEWS}


async def test_a_mark_is_taken_back(community: Community) -> None:
    case = await community.a_case()
    await mark_case(community.app, DMITRI, case.code_name, CaseMarkKind.BAD_FAITH, "The fifth of its kind.")
    (mark,) = await list_marks(community.app, DMITRI, case.code_name)
    await take_mark_back(community.app, AMARA, case.code_name, mark.id)
    assert await list_marks(community.app, DMITRI, case.code_name) == ()
    with pytest.raises(NotFound):
        await agree_to_mark(community.app, ELENI, case.code_name, mark.id)


@pytest.mark.harm("owner-of-a-stolen-account-kept-out")
async def test_an_account_that_its_owner_has_back_is_let_in_at_once_when_two_members_agree(
    community: Community,
) -> None:
    """P-3.3"""
    journey = await a_journey(community)
    stolen = Consequence(outcome=Outcome.ACCOUNT_COMPROMISED, restriction=Restriction.SUSPENDED)
    await journey.enact(stolen)
    (sanction,) = await journey.sanctions()
    assert sanction.ends is None
    await mark_case(community.app, DMITRI, journey.code_name, CaseMarkKind.RECOVERED, "They showed it by mail.")
    (mark,) = await list_marks(community.app, BRUNO, journey.code_name)
    await agree_to_mark(community.app, BRUNO, journey.code_name, mark.id)
    (sanction,) = await journey.sanctions()
    assert sanction.lifting is not None
    assert sanction.lifting.cause is LiftingCause.RECOVERED


async def test_a_moderator_marks_nothing(community: Community) -> None:
    case = await community.a_case()
    with pytest.raises((Refused, NotFound)):
        await mark_case(community.app, INES, case.code_name, CaseMarkKind.BAD_FAITH, WHY)
