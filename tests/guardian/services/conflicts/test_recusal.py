"""Stepping back, being held out, and a chair's word on it."""

import pytest

from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.services.cases.assignment import hand_over_contact, take_case
from guardian.services.conflicts.recusal import decide_pending_exclusion, recuse
from guardian.services.reports.intake import read_follow_up
from rules.conflicts import ConflictReason
from tests.builders.community import (
    AMARA,
    BOARD,
    BRUNO,
    CHIARA,
    DMITRI,
    ELENI,
    FARID,
    GRETA,
    INES,
    WORKING_GROUP,
    Community,
)

MENTION = "Dmitri may have seen it."


async def test_a_recused_member_loses_sight_of_the_case_at_once(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    await recuse(community.app, DMITRI, case.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, case.code_name)
    assert await community.who_was_notified(NoticeKind.CASE_NEWS) == set(WORKING_GROUP) - {DMITRI}


async def test_a_recusal_for_another_reason_says_which(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    with pytest.raises(Refused) as refusal:
        await recuse(community.app, DMITRI, case.code_name, ConflictReason.OTHER)
    assert refusal.value.code == "no_reason"
    await recuse(community.app, DMITRI, case.code_name, ConflictReason.OTHER, "We share a flat.")


async def test_a_chair_sends_out_another_member_and_others_do_not(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    with pytest.raises(Refused):
        await recuse(community.app, ELENI, case.code_name, ConflictReason.INVOLVED, about=DMITRI)
    await recuse(community.app, AMARA, case.code_name, ConflictReason.INVOLVED, about=DMITRI)
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, case.code_name)


async def test_when_the_contact_person_steps_back_another_takes_over_and_the_reporter_hears_of_it(
    community: Community,
) -> None:
    """P-3.4"""
    received = await community.report()
    case = await community.case(received)
    await recuse(community.app, AMARA, case.code_name, ConflictReason.INVOLVED)
    assert (await community.case(received)).contact is None
    seen = await read_follow_up(community.app, received.receipt)
    assert [notice.kind for notice in seen.notices] == [NoticeKind.REPORTER_NEWS]
    await take_case(community.app, ELENI, case.code_name)
    assert (await community.case(received)).contact == ELENI


async def test_the_only_chair_steps_back_and_the_case_stays_with_the_group(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    await recuse(community.app, AMARA, case.code_name, ConflictReason.INVOLVED)
    assert not (await community.open_case(ELENI, case.code_name)).board_only


async def test_a_case_that_too_few_are_left_for_goes_to_the_board_and_to_nobody_else(community: Community) -> None:
    """P-2.5"""
    received = await community.report()
    case = await community.case(received)
    for member in (AMARA, BRUNO, DMITRI, ELENI, FARID):
        await recuse(community.app, member, case.code_name, ConflictReason.INVOLVED)
    assert (await community.case(received)).board_only
    assert await community.who_was_notified(NoticeKind.WITH_BOARD) == set(BOARD)


async def test_a_member_held_out_and_admitted_hears_of_the_case_as_the_others_did(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(what_happened=MENTION)
    await decide_pending_exclusion(
        community.app, AMARA, case.code_name, DMITRI, stays_out=False, reason="Only named as a witness."
    )
    assert await community.notice_kinds_to(DMITRI) == [NoticeKind.NEW_REPORT]
    await community.open_case(DMITRI, case.code_name)


async def test_a_member_held_out_for_good_never_hears_of_the_case(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(what_happened=MENTION)
    await decide_pending_exclusion(community.app, AMARA, case.code_name, DMITRI, stays_out=True, reason="It was them.")
    assert await community.notices_to(DMITRI) == ()
    with pytest.raises(Refused):
        await decide_pending_exclusion(
            community.app, AMARA, case.code_name, DMITRI, stays_out=False, reason="A new view."
        )
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, case.code_name)


async def test_a_word_on_somebody_held_out_needs_a_reason(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(what_happened=MENTION)
    with pytest.raises(Refused) as refusal:
        await decide_pending_exclusion(community.app, AMARA, case.code_name, DMITRI, stays_out=False, reason="  ")
    assert refusal.value.code == "no_reason"


@pytest.mark.parametrize("by", [DMITRI, ELENI, GRETA, INES])
async def test_nobody_but_the_chair_admits_somebody_held_out(community: Community, by: MemberId) -> None:
    """P-2.5"""
    case = await community.a_case(what_happened=MENTION)
    with pytest.raises((NotFound, Refused)):
        await decide_pending_exclusion(community.app, by, case.code_name, DMITRI, stays_out=False, reason="They may.")
    assert await community.notices_to(DMITRI) == ()


async def test_a_chair_who_was_only_mentioned_is_admitted_by_the_board_and_the_case_comes_back(
    community: Community,
) -> None:
    """P-2.5"""
    received = await community.report(what_happened="Amara saw what happened.")
    case = await community.case(received)
    assert await community.who_was_notified(NoticeKind.EXCLUSION_TO_DECIDE) == set(BOARD)
    await decide_pending_exclusion(community.app, GRETA, case.code_name, AMARA, stays_out=False, reason="A witness.")
    back = await community.case(received)
    assert (back.board_only, back.contact) == (False, AMARA)
    assert await community.notice_kinds_to(FARID) == [NoticeKind.NEW_REPORT]
    assert NoticeKind.NEW_REPORT in await community.notice_kinds_to(AMARA)


async def test_one_member_has_it_and_the_call_for_danger_is_not_repeated(community: Community) -> None:
    """P-3.6"""
    case = await community.a_case(danger=True)
    await take_case(community.app, ELENI, case.code_name)
    async with community.units_of_work.read() as view:
        assert "danger_page" not in {deadline.kind for deadline in await view.deadlines.open_for(case.id)}
    with pytest.raises(Refused) as refusal:
        await take_case(community.app, FARID, case.code_name)
    assert refusal.value.code == "in_hand"


async def test_the_contact_person_hands_over_to_a_member_on_the_case_only(community: Community) -> None:
    """P-3.4"""
    case = await community.a_case(named_members=(DMITRI,))
    with pytest.raises(Refused):
        await hand_over_contact(community.app, ELENI, case.code_name, ELENI)
    with pytest.raises(NotFound):
        await hand_over_contact(community.app, AMARA, case.code_name, DMITRI)
    await hand_over_contact(community.app, AMARA, case.code_name, CHIARA)
    assert (await community.open_case(CHIARA, case.code_name)).contact == CHIARA
