"""Local measures: short, in one space, ended by themselves; longer or again is the group's; the person can ask for a look."""

from datetime import timedelta

import pytest

from guardian.cases.measures import MeasureKind
from guardian.desk import measuring, personal, second_looks
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.values import NoticeKind
from guardian.people.values import Group, Office
from guardian.spaces.things import ThingHold
from rules.precedence import Hold
from tests.builders.desk import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DISCORD,
    ELENI,
    FORUM,
    GITHUB,
    HIROSHI,
    INES,
    Community,
    a_member,
    a_role,
)
from tests.builders.measuring import Moderated, moderated

DAY = timedelta(days=1)
SPAMMER = "700000000000000009"


@pytest.fixture
def stage(community: Community) -> Moderated:
    """A spammer on Discord, an issue and a comment of theirs on GitHub."""
    community.spaces[DISCORD].add(SPAMMER, "spammer")
    made = moderated(community)
    made.things.add("issue-7")
    made.things.add("comment-9", community.spaces[GITHUB].add("8877", "spammer"))
    return made


async def receipt_of(stage: Moderated) -> str:
    """The receipt that reached the person with the notice of their measure."""
    return (await stage.letters(NoticeKind.MEASURED))[-1].facts["receipt"]


async def test_a_measure_that_nobody_thinks_of_again_ends_by_itself_in_its_one_space(stage: Moderated) -> None:
    await stage.measured("spammer", days=2)
    assert stage.community.spaces[DISCORD].held(SPAMMER) == {Hold.MUTED}
    await stage.move(2 * DAY)
    assert stage.community.spaces[DISCORD].held(SPAMMER) == set()
    assert await measuring.running(stage.desk, INES) == ()


async def test_the_person_is_told_what_holds_until_when_and_where_they_can_ask(stage: Moderated) -> None:
    view = await stage.measured("spammer", days=2)
    told = (await stage.letters(NoticeKind.MEASURED))[0]
    assert told.facts["ends"] == view.ends.isoformat()
    assert {"receipt", "reference", "measured_for"} <= told.facts.keys()
    assert "code_name" not in told.facts


@pytest.mark.parametrize("days", [8, 30])
async def test_what_is_longer_than_moderators_may_set_is_the_groups(stage: Moderated, days: int) -> None:
    with pytest.raises(Refused, match="Escalate"):
        await stage.measured("spammer", days=days)
    assert stage.community.spaces[DISCORD].acts == []


async def test_the_third_measure_on_one_person_within_ninety_days_is_the_groups(stage: Moderated) -> None:
    for _ in range(2):
        await stage.measured("spammer", days=1)
        await stage.move(10 * DAY)
    with pytest.raises(Refused, match="Escalate"):
        await stage.measured("spammer", days=1)
    await stage.move(75 * DAY)
    await stage.measured("spammer", days=1)


async def test_a_moderator_acts_in_no_other_space(stage: Moderated) -> None:
    stage.community.spaces[FORUM].add("77", "spammer")
    with pytest.raises(Refused, match="another space"):
        await stage.measured("spammer", space=FORUM)


async def test_a_board_member_sets_no_measures(stage: Moderated) -> None:
    with pytest.raises(Refused):
        await stage.measured("spammer", by=HIROSHI)


async def test_ending_it_early_lets_go_at_once(stage: Moderated) -> None:
    view = await stage.measured("spammer")
    await measuring.end(stage.desk, INES, view.matter)
    await stage.settle()
    assert stage.community.spaces[DISCORD].held(SPAMMER) == set()


async def test_a_measure_lifted_by_hand_has_ended_and_is_not_put_back(stage: Moderated) -> None:
    await stage.measured("spammer")
    stage.community.spaces[DISCORD].lift_by_hand(SPAMMER, Hold.MUTED, by="600000000000000009")
    async with stage.community.works.begin() as work:
        for key in await work.sanctions.keys_in(DISCORD):
            await work.sanctions.touch_account(key.account, work.now)
    await stage.settle()
    assert stage.community.spaces[DISCORD].held(SPAMMER) == set()
    assert await measuring.running(stage.desk, INES) == ()


async def test_a_moderator_whom_a_measure_concerns_finds_no_trace_of_it(community: Community) -> None:
    stage = moderated(community)
    async with community.works.begin() as work:
        other = a_member(MemberId("m10-omar"), "Omar Sy", a_role(Group.MODERATORS, space=DISCORD), number=10)
        await work.people.add_member(other)
    community.spaces[DISCORD].add("6000000000000000010", "omar")
    view = await stage.measured("omar", days=1)
    assert await measuring.running(stage.desk, other.id) == ()
    with pytest.raises(NotFound):
        await measuring.end(stage.desk, other.id, view.matter)


async def test_the_members_of_a_case_hear_of_a_measure_against_its_reporter_and_the_answer_looks_as_always(
    stage: Moderated,
) -> None:
    stage.community.spaces[DISCORD].add(A_REPORTER.native_id, "brave")
    case = await stage.community.a_case(reporter=A_REPORTER, names_members=(INES,))
    view = await stage.measured("brave")
    assert view.person
    told = await stage.letters(NoticeKind.MEASURED_AGAINST)
    assert {n.case for n in told} == {case.id}
    assert INES not in {n.to.member for n in told}
    answer = await second_looks.look_at(stage.desk, AMARA, view.matter, stands=False, words="It hits a reporter.")
    await stage.settle()
    assert "ended" in answer
    assert stage.community.spaces[DISCORD].held(A_REPORTER.native_id) == set()


async def test_a_wish_for_another_look_goes_to_the_moderators_chair_and_then_to_the_group(stage: Moderated) -> None:
    chair = a_member(MemberId("m11-olga"), "Olga Ito", a_role(Group.MODERATORS, Office.CHAIR), number=11)
    async with stage.community.works.begin() as work:
        await work.people.add_member(chair)
    view = await stage.measured("spammer", days=7)
    await personal.ask_look(stage.desk, await receipt_of(stage), "I only answered a question.")
    assert {n.to.member for n in await stage.letters(NoticeKind.MEASURE_TO_LOOK_AT)} == {chair.id}
    with pytest.raises(NotFound):
        await second_looks.look_at(stage.desk, ELENI, view.matter, stands=True, words="As I see it.")
    await stage.move(3 * DAY)
    assert BRUNO in {n.to.member for n in await stage.letters(NoticeKind.MEASURE_TO_LOOK_AT)}
    await second_looks.look_at(stage.desk, ELENI, view.matter, stands=False, words="It was an answer.")
    await stage.settle()
    assert stage.community.spaces[DISCORD].held(SPAMMER) == set()


async def test_nobody_looks_again_at_their_own_measure(stage: Moderated) -> None:
    view = await stage.measured("spammer", by=AMARA)
    with pytest.raises(Refused, match="Somebody else"):
        await second_looks.look_at(stage.desk, AMARA, view.matter, stands=True, words="It was right.")


async def test_a_person_without_a_measure_is_told_so_kindly(stage: Moderated) -> None:
    await stage.measured("spammer", days=1)
    receipt = await receipt_of(stage)
    page = await personal.page(stage.desk, receipt)
    assert page.may_ask_look
    await stage.move(2 * DAY)
    assert not (await personal.page(stage.desk, receipt)).may_ask_look
    with pytest.raises(Refused, match="No measure"):
        await personal.ask_look(stage.desk, receipt, "Please look.")


async def test_a_conversation_is_locked_and_a_comment_hidden_for_a_while_and_both_end(stage: Moderated) -> None:
    await stage.measured("issue-7", by=AMARA, kind=MeasureKind.LOCKED, space=GITHUB)
    await stage.measured("comment-9", by=AMARA, kind=MeasureKind.HIDDEN, space=GITHUB)
    assert stage.things.held("issue-7") == {ThingHold.LOCKED}
    assert stage.things.held("comment-9") == {ThingHold.HIDDEN}
    assert len(await stage.letters(NoticeKind.MEASURED)) == 1
    await stage.move(2 * DAY)
    assert stage.things.held("issue-7") == stage.things.held("comment-9") == set()


async def test_what_was_locked_before_is_not_locked_by_us(stage: Moderated) -> None:
    stage.things.hold_by_hand("issue-7", ThingHold.LOCKED)
    with pytest.raises(Refused, match="already"):
        await stage.measured("issue-7", by=AMARA, kind=MeasureKind.LOCKED, space=GITHUB)
