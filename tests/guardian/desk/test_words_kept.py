"""Words that come late, or to the wrong hour, reach those who decide; words that nobody has read reach nobody outside."""

from dataclasses import replace

import pytest

from guardian.cases.values import CaseState, Consequence, DraftKind, PartyRole
from guardian.desk import board, closing, deadlines, drafts, enactment, personal
from guardian.desk.intake import ByReceipt, add
from guardian.notices.values import NoticeKind
from rules.ladder import Outcome
from tests.builders.desk import (
    AMARA,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    GRETA,
    HIROSHI,
    WORKING_GROUP,
    Community,
    everybody,
)
from tests.builders.journey import DAY, OTHERS, Journey, a_journey, a_suspension, a_warning, journey_in

RECEIVED = NoticeKind.CASE_NEWS


async def with_the_board(community: Community) -> Journey:
    """A case that the group did not agree on in time."""
    journey = await a_journey(community)
    await journey.propose()
    await journey.pass_time(15 * DAY)
    assert (await journey.case()).state is CaseState.WITH_BOARD
    return journey


async def news_to(community: Community) -> dict[str, int]:
    """How many notices of news each of them has."""
    return {member.id: (await community.kinds_told(member.id)).count(RECEIVED) for member in everybody()}


async def test_what_the_person_says_while_the_board_decides_reaches_the_board(community: Community) -> None:
    """P-3.5, P-8.4: else the Board would answer without having heard that there is an answer."""
    journey = await a_journey(community)
    receipt = await journey.hear()
    await journey.propose()
    await journey.pass_time(15 * DAY)
    before = await news_to(community)
    await personal.be_heard(community.desk, receipt, "I had been ill.")
    after = await news_to(community)
    assert {member for member in after if after[member] == before[member] + 1} == {*WORKING_GROUP, GRETA, HIROSHI}
    assert "I had been ill." in repr(await community.read(GRETA, journey.code_name))


async def test_what_a_reporter_adds_while_the_board_decides_reaches_the_board(community: Community) -> None:
    """P-2.12"""
    received = await community.report(who="grumbler")
    case = await community.case(received)
    community.spaces[DISCORD].add("700000000000000001", "grumbler")
    await community.a_named_case()
    journey = await journey_in(community, case, (await a_journey(community)).person_code)
    await journey.propose()
    await journey.pass_time(15 * DAY)
    before = await news_to(community)
    await add(community.desk, ByReceipt(received.receipt), "It goes on.")
    after = await news_to(community)
    assert {member for member in after if after[member] > before[member]} == {*WORKING_GROUP, GRETA, HIROSHI}


async def test_what_is_added_to_a_closed_case_is_asked_after_the_next_day(community: Community) -> None:
    """P-5.8: a reporter is promised that something new opens the matter again, so it may not lie for half a year."""
    received = await community.report(who="grumbler")
    journey = await a_journey(community)
    journey = await journey_in(community, await community.case(received), journey.person_code)
    await closed_without_a_person(journey)
    told = await community.kinds_told(BRUNO)
    await add(community.desk, ByReceipt(received.receipt), "It has begun again.")
    community.later(DAY)
    await deadlines.keep_due(community.desk)
    assert (await community.kinds_told(BRUNO))[len(told) :] == [NoticeKind.CASE_NEWS, NoticeKind.DEADLINE_PASSED]


async def closed_without_a_person(journey: Journey) -> None:
    """The case has ended without a violation."""
    await journey.agreed(Consequence(Outcome.NO_VIOLATION))
    await journey.pass_time(4 * DAY)
    await enactment.enact(journey.community.desk, BRUNO, journey.code_name)
    await closing.close(journey.community.desk, BRUNO, journey.code_name, "Nothing was found.")


async def test_a_reporter_is_not_promised_an_answer_that_nobody_could_give(community: Community) -> None:
    """P-2.5: the report concerns everybody who could read it."""
    received = await community.report(names_members=tuple(member.id for member in everybody()))
    usual = await community.report()
    assert "We cannot promise you an answer" in received.text
    assert "We cannot promise you an answer" not in usual.text


async def test_a_member_is_known_by_their_mail_address_too(community: Community) -> None:
    """P-2.5"""
    await community.change(DMITRI, email="zephyr.q@mail.example")
    await community.report(what_happened="It came from zephyr.q@mail.example, last night.")
    assert DMITRI not in await community.who_was_told(NoticeKind.NEW_REPORT)


async def test_of_two_texts_the_older_never_goes_out_in_place_of_the_newer(community: Community) -> None:
    """P-5.6: whoever wrote it anew may have done so because of a name in the old one."""
    journey = await a_journey(community)
    await journey.ready()
    to = (DraftKind.DECISION, PartyRole.REPORTED)
    old = await drafts.write(community.desk, AMARA, journey.code_name, *to, "Robin was hurt by you.")
    await drafts.approve(community.desk, DMITRI, old.id)
    community.later(DAY)
    await drafts.write(community.desk, AMARA, journey.code_name, *to, "Somebody was hurt by you.")
    done = await enactment.enact(community.desk, BRUNO, journey.code_name)
    assert done.waits_for_reading
    assert await journey.said_to_person(NoticeKind.DECISION) == []


async def test_the_groups_own_summary_is_not_shown_to_the_person(community: Community) -> None:
    """P-5.6: it is kept with the case, and nobody has read it for what it gives away."""
    journey = await a_journey(community)
    summary = "Robin from the help channel saw it."
    await journey.enacted(replace(a_suspension(), summary=summary))
    page = repr(await personal.page(community.desk, await journey.receipt()))
    assert "short_suspension" in page
    assert "Robin" not in page


async def test_what_was_decided_on_another_person_of_the_matter_is_not_shown(community: Community) -> None:
    """P-2.11: being offered another look would say that somebody else's decision has been made."""
    journey = await a_journey(community)
    receipt = await journey.hear()
    await journey.vote(await journey.propose(Consequence(Outcome.NO_ACTION)), *OTHERS)
    other = await a_journey(community, handle="raider")
    assert other.person != journey.person
    await another_decided(community, journey)
    assert not (await personal.page(community.desk, receipt)).may_ask_reconsideration


async def another_decided(community: Community, journey: Journey) -> None:
    """A decision on somebody else stands in the same case."""
    async with community.works.begin() as work:
        (decision,) = await work.deliberation.decisions_of(journey.id)
        await work.deliberation.save_decision(replace(decision, person=None, enacted_at=work.now))


async def test_the_second_of_the_board_can_read_what_they_confirm(community: Community) -> None:
    """P-5.6: the person reads the conditions, so nobody confirms them unread."""
    journey = await with_the_board(community)
    asked = a_warning(conditions="Do not write to Sam.")
    await board.record_answer(community.desk, CHIARA, journey.code_name, asked)
    seen = await community.read(GRETA, journey.code_name)
    assert seen.case.code_name == journey.code_name


__all__ = ["pytest"]
