"""Before anybody writes to a reported person, the reporter is asked whether that is safe (P-3.5)."""

from datetime import timedelta

import pytest

from guardian.cases.values import Door
from guardian.desk import hearing
from guardian.desk.deadlines import keep_due
from guardian.desk.intake import ByReceipt, Submission, Wish, receive, wish
from guardian.desk.linking import name_reported
from guardian.errors import Refused
from guardian.notices.values import News, NoticeKind
from tests.builders.desk import AMARA, BRUNO, DISCORD, SOMEBODY, TEXT, Community


async def _begun(community: Community) -> tuple[str, str]:
    """A hearing that a member wants to begin, where the reporter never said whether it is safe; receipt and case."""
    received = await receive(community.desk, Submission(Door.PAGE, TEXT, who="grumbler"))
    case = await community.case(received)
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    await name_reported(community.desk, AMARA, case.code_name, DISCORD, "grumbler")
    await hearing.begin(community.desk, AMARA, case.code_name)
    return received.receipt, case.code_name


async def test_nobody_is_written_to_before_the_reporter_could_say_whether_it_is_safe(community: Community) -> None:
    """P-3.5"""
    _, code_name = await _begun(community)
    assert await _heard(community, code_name) == 0
    with pytest.raises(Refused) as refusal:
        await hearing.begin(community.desk, AMARA, code_name)
    assert refusal.value.code == "question_open"


async def test_a_reporter_who_says_not_yet_is_obeyed(community: Community) -> None:
    """P-2.12"""
    receipt, code_name = await _begun(community)
    await wish(community.desk, ByReceipt(receipt), Wish.HOLD_CONTACT)
    with pytest.raises(Refused) as refusal:
        await hearing.begin(community.desk, AMARA, code_name)
    assert refusal.value.code == "do_not_contact"


async def test_the_hearing_begins_once_the_reporter_agrees_and_members_hear_of_it(community: Community) -> None:
    """P-3.5"""
    receipt, code_name = await _begun(community)
    await wish(community.desk, ByReceipt(receipt), Wish.MAY_CONTACT)
    assert News.MAY_CONTACT_NOW in {n.facts.get("news") for n in await community.told(BRUNO)}
    await hearing.begin(community.desk, AMARA, code_name)
    assert await _heard(community, code_name) == 1


async def test_a_reporter_who_never_answers_does_not_stop_the_hearing_for_ever(community: Community) -> None:
    """P-3.5"""
    _, code_name = await _begun(community)
    community.later(timedelta(hours=48))
    await keep_due(community.desk)
    await hearing.begin(community.desk, AMARA, code_name)
    assert await _heard(community, code_name) == 1


async def _heard(community: Community, code_name: str) -> int:
    """How many people have been written to in the case."""
    async with community.works.look() as view:
        case = await view.cases.case_named(code_name)
        assert case is not None
        return sum(notice.kind is NoticeKind.HEARING for notice in await view.notices.of_case(case.id))
