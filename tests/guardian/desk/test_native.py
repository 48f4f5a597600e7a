"""What is done with a space's own menu: a member's is an act, a moderator's waits for its reason, a stranger's is asked about."""

from datetime import timedelta

import pytest

from guardian.desk import native, reviewing
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.notices.values import NoticeKind
from guardian.people.values import Group, Office
from rules.measures import MeasureReason
from rules.precedence import Hold
from rules.unilateral import ReviewAnswer
from tests.builders.desk import (
    AMARA,
    BRUNO,
    DISCORD,
    DMITRI,
    ELENI,
    INES,
    WORKING_GROUP,
    Community,
    a_member,
    a_role,
)
from tests.builders.measuring import Moderated, moderated
from tests.fakes.space import Trouble

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TROLL = "700000000000000044"
OF_DMITRI = "600000000000000004"
OF_INES = "600000000000000009"


@pytest.fixture
async def stage(community: Community) -> Moderated:
    """A community on the day after its installation: each space has its first picture."""
    community.spaces[DISCORD].add(TROLL, "troll")
    made = moderated(community)
    for name in community.spaces:
        await made.sweep(name)
    community.later(DAY)
    return made


async def barred(stage: Moderated, by: str, *, days: float | None = None, space: SpaceName = DISCORD) -> None:
    """Somebody bars the troll with the space's own menu, and the space says that something happened to the account."""
    place = stage.community.spaces[space]
    until = None if days is None else stage.community.clock.now() + timedelta(days=days)
    place.hold_by_hand(TROLL, Hold.BARRED, by=by, until=until)
    await native.noticed(stage.desk, space, [TROLL])
    await stage.settle()


def held(stage: Moderated) -> bool:
    return stage.community.spaces[DISCORD].held(TROLL) == {Hold.BARRED}


async def reviewed(stage: Moderated, answer: ReviewAnswer, term: timedelta | None = None) -> None:
    """Two members who did not act answer the review alike."""
    case = (await stage.letters(NoticeKind.ACT_TAKEN))[-1].facts["code_name"]
    for member in (ELENI, BRUNO):
        await reviewing.review(stage.desk, member, case, answer, term)
    await stage.settle()


async def test_a_members_own_ban_is_an_act_that_the_others_hear_of_and_review(stage: Moderated) -> None:
    await barred(stage, OF_DMITRI)
    told = {notice.to.member for notice in await stage.letters(NoticeKind.ACT_TAKEN)}
    assert told == set(WORKING_GROUP) - {DMITRI}
    assert {n.to.member for n in await stage.letters(NoticeKind.NATIVE_ASK)} == {DMITRI}
    assert held(stage)


async def test_a_members_own_ban_that_its_review_reverses_is_really_lifted(stage: Moderated) -> None:
    await barred(stage, OF_DMITRI)
    await reviewed(stage, ReviewAnswer.REVERSE)
    assert not held(stage)


async def test_a_members_own_ban_is_ratified_for_a_term_and_then_lifted(stage: Moderated) -> None:
    await barred(stage, OF_DMITRI)
    await reviewed(stage, ReviewAnswer.RATIFY, 30 * DAY)
    await stage.move(29 * DAY)
    assert held(stage)
    await stage.move(DAY)
    assert not held(stage)


async def test_a_ban_that_another_placed_after_the_members_was_lifted_is_nobodys_of_ours(stage: Moderated) -> None:
    await barred(stage, OF_DMITRI)
    place = stage.community.spaces[DISCORD]
    stage.community.later(HOUR)
    place.lift_by_hand(TROLL, Hold.BARRED, by=OF_INES)
    place.hold_by_hand(TROLL, Hold.BARRED, by=OF_INES)
    await reviewed(stage, ReviewAnswer.REVERSE)
    assert held(stage)


async def test_noticing_it_again_does_nothing_again(stage: Moderated) -> None:
    await barred(stage, OF_DMITRI)
    await native.noticed(stage.desk, DISCORD, [TROLL])
    stage.community.later(HOUR)
    await stage.sweep()
    assert len(await stage.letters(NoticeKind.ACT_TAKEN)) == len(WORKING_GROUP) - 1


async def test_a_moderators_ban_waits_for_its_reason_and_ends_at_its_term(stage: Moderated) -> None:
    await barred(stage, OF_INES)
    asked = await stage.letters(NoticeKind.NATIVE_ASK)
    assert {n.to.member for n in asked} == {INES}
    view = await native.explain(stage.desk, INES, "", MeasureReason.SPAM, 3 * DAY)
    await stage.settle()
    assert held(stage)
    assert view.person
    await stage.move(3 * DAY)
    assert not held(stage)


async def test_a_moderators_ban_without_a_reason_is_never_lifted_and_never_forgotten(stage: Moderated) -> None:
    chair = a_member(MemberId("m11-olga"), "Olga Ito", a_role(Group.MODERATORS, Office.CHAIR), number=11)
    async with stage.community.works.begin() as work:
        await work.people.add_member(chair)
    await barred(stage, OF_INES)
    await stage.move(12 * HOUR)
    assert len(await stage.letters(NoticeKind.NATIVE_ASK)) == 2
    await stage.move(12 * HOUR)
    assert {n.to.member for n in await stage.letters(NoticeKind.NATIVE_UNEXPLAINED)} == {chair.id}
    for _ in range(6):
        await stage.move(DAY)
    assert set(WORKING_GROUP) <= {n.to.member for n in await stage.letters(NoticeKind.NATIVE_UNEXPLAINED)}
    assert held(stage)


async def test_a_moderators_ban_that_they_lift_themselves_asks_nothing_more(stage: Moderated) -> None:
    await barred(stage, OF_INES)
    stage.community.spaces[DISCORD].lift_by_hand(TROLL, Hold.BARRED, by=OF_INES)
    await native.noticed(stage.desk, DISCORD, [TROLL])
    assert await native.waiting(stage.desk, INES) == ()
    await stage.move(8 * DAY)
    assert await stage.letters(NoticeKind.NATIVE_UNEXPLAINED) == []


async def test_a_term_beyond_what_moderators_may_set_leaves_the_ban_and_the_question(stage: Moderated) -> None:
    await barred(stage, OF_INES)
    with pytest.raises(Refused, match="Escalate"):
        await native.explain(stage.desk, INES, "", MeasureReason.SPAM, 30 * DAY)
    with pytest.raises(Refused, match="has an end"):
        await native.explain(stage.desk, INES, "", MeasureReason.SPAM, None)
    assert len(await native.waiting(stage.desk, INES)) == 1


async def test_a_short_ban_with_an_end_of_its_own_needs_only_its_reason(stage: Moderated) -> None:
    await barred(stage, OF_INES, days=1)
    view = await native.explain(stage.desk, INES, "", MeasureReason.COOLING_DOWN, None)
    assert view.ends == stage.community.clock.now() + DAY


async def test_nobody_else_explains_what_is_not_theirs_to_know(stage: Moderated) -> None:
    await barred(stage, OF_INES)
    matter = (await native.waiting(stage.desk, INES))[0].matter
    with pytest.raises(NotFound):
        await native.explain(stage.desk, AMARA, matter, MeasureReason.SPAM, DAY)


@pytest.mark.parametrize("by", ["somebody", "600000000000000007"])
async def test_a_strangers_ban_is_asked_about_and_left(stage: Moderated, by: str) -> None:
    await barred(stage, by)
    assert await stage.asked_about_strangers() == [INES]
    assert held(stage)


async def test_what_stood_before_us_is_no_act_of_anybodys(community: Community) -> None:
    community.spaces[DISCORD].add(TROLL, "troll")
    community.spaces[DISCORD].hold_by_hand(TROLL, Hold.BARRED, by=OF_DMITRI)
    stage = moderated(community)
    await native.noticed(stage.desk, DISCORD, [TROLL])
    await stage.sweep()
    community.later(DAY)
    await native.noticed(stage.desk, DISCORD, [TROLL])
    await stage.sweep()
    assert await stage.letters(NoticeKind.ACT_TAKEN) == []


async def test_what_stood_before_us_lifted_and_placed_again_is_an_act_of_today(community: Community) -> None:
    community.spaces[DISCORD].add(TROLL, "troll")
    community.spaces[DISCORD].hold_by_hand(TROLL, Hold.BARRED, by=OF_DMITRI)
    stage = moderated(community)
    await stage.sweep()
    community.later(DAY)
    await barred(stage, OF_DMITRI)
    assert len(await stage.letters(NoticeKind.ACT_TAKEN)) == len(WORKING_GROUP) - 1


async def test_a_sweep_finds_what_no_event_told_of(stage: Moderated) -> None:
    stage.community.spaces[DISCORD].hold_by_hand(TROLL, Hold.BARRED, by=OF_DMITRI)
    await stage.sweep()
    assert len(await stage.letters(NoticeKind.ACT_TAKEN)) == len(WORKING_GROUP) - 1


async def test_our_own_restriction_is_never_taken_for_an_act_of_somebody(stage: Moderated) -> None:
    await stage.measured("troll")
    await native.noticed(stage.desk, DISCORD, [TROLL])
    await stage.sweep()
    async with stage.community.works.look() as view:
        assert await view.foreign.in_space(DISCORD) == {}


async def test_a_look_that_fails_says_nothing_of_anybody(stage: Moderated) -> None:
    stage.community.spaces[DISCORD].trouble = Trouble.BLIND
    await barred(stage, OF_DMITRI)
    assert await stage.letters(NoticeKind.ACT_TAKEN) == []
    stage.community.spaces[DISCORD].trouble = Trouble.NONE
    await stage.sweep()
    assert len(await stage.letters(NoticeKind.ACT_TAKEN)) == len(WORKING_GROUP) - 1


async def test_where_the_space_names_nobody_it_is_asked_about_at_the_second_look(stage: Moderated) -> None:
    stage.community.spaces[DISCORD].says_who = False
    await barred(stage, OF_DMITRI)
    assert await stage.asked_about_strangers() == []
    stage.community.later(HOUR)
    await stage.sweep()
    assert await stage.asked_about_strangers() == [INES]
    assert held(stage)


async def test_of_the_accounts_that_concern_nobody_here_no_id_is_kept(community: Community) -> None:
    community.spaces[DISCORD].add(TROLL, "troll")
    community.spaces[DISCORD].hold_by_hand(TROLL, Hold.BARRED)
    stage = moderated(community)
    await stage.sweep()
    async with community.works.look() as view:
        ((digest, hold),) = await view.foreign.in_space(DISCORD)
        known = await view.foreign.find(DISCORD, TROLL, hold)
    assert known is not None
    assert (known.native_id, TROLL in digest) == ("", False)
