"""Getting round a restriction by another account is marked by a member, and tells nobody of a case that is not theirs."""

from datetime import timedelta

import pytest

from guardian.cases.case import Case
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind
from guardian.services.cases.evasion import mark_evasion
from guardian.services.conflicts.recusal import recuse
from guardian.services.members import AccountInput
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from rules.conflicts import ConflictReason
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, INES, Community

WHY = "The new account continued the thread of the old one."


async def a_case_of_a_sanctioned_person(community: Community) -> tuple[Case, Case]:
    """Grumbler is held by the act of one member, and reported again a day later: the first case and the second."""
    first, _ = await community.a_named_case()
    await act(
        community.app,
        BRUNO,
        AccountInput(DISCORD, "grumbler"),
        ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults."),
    )
    community.pass_time(timedelta(days=1))
    second, _ = await community.a_named_case()
    return first, second


async def test_the_mark_is_read_by_everybody_on_the_case_and_kept_with_its_reason(community: Community) -> None:
    """P-6.6"""
    _, case = await a_case_of_a_sanctioned_person(community)
    await mark_evasion(community.app, ELENI, case.code_name, evades=True, reason=WHY)
    read = await community.read_case(DMITRI, case.code_name)
    assert read.case.evasion_marked_at == community.clock.now()
    assert NoticeKind.CASE_NEWS in await community.notice_kinds_to(DMITRI)
    assert "evasion.was_marked" in await community.journal_acts()
    await mark_evasion(community.app, DMITRI, case.code_name, evades=False, reason="It is their sibling.")
    assert (await community.read_case(ELENI, case.code_name)).case.evasion_marked_at is None


async def test_where_nobody_was_restricted_before_there_was_nothing_to_get_round(community: Community) -> None:
    case, _ = await community.a_named_case()
    with pytest.raises(Refused) as refusal:
        await mark_evasion(community.app, ELENI, case.code_name, evades=True, reason=WHY)
    assert refusal.value.code == "nothing_to_evade"


async def test_a_restriction_of_a_case_that_is_not_theirs_to_read_looks_as_if_there_were_none(
    community: Community,
) -> None:
    """P-4.2"""
    _, case = await a_case_of_a_sanctioned_person(community)
    async with community.units_of_work.read() as view:
        every = [each for each in await view.cases.cases() if each.id != case.id]
    for other in every:
        await recuse(community.app, DMITRI, other.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    with pytest.raises(Refused) as refusal:
        await mark_evasion(community.app, DMITRI, case.code_name, evades=True, reason=WHY)
    assert refusal.value.code == "nothing_to_evade"


async def test_nobody_without_a_seat_on_the_case_marks_it(community: Community) -> None:
    _, case = await a_case_of_a_sanctioned_person(community)
    await recuse(community.app, AMARA, case.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    for other in (AMARA, INES):
        with pytest.raises((NotFound, Refused)):
            await mark_evasion(community.app, other, case.code_name, evades=True, reason=WHY)
