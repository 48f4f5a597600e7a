"""What is done with a space's own menu: a member's is an act, a moderator's waits for its reason, a stranger's is asked about."""

from datetime import timedelta
from typing import cast

import pytest

from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.services.measures import native_actions, native_explanations
from guardian.services.unilateral import review
from guardian.spaces.port import ObservedRestriction
from rules.measures import MeasureReason
from rules.precedence import AccessLevel
from rules.unilateral import ReviewAnswer
from tests.builders.community import (
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
from tests.builders.moderation import ModeratedCommunity, a_moderated_community
from tests.fakes.space import FakeAccount, Fault

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TROLL = "700000000000000044"
OF_DMITRI = "600000000000000004"
OF_INES = "600000000000000009"


@pytest.fixture
async def stage(community: Community) -> ModeratedCommunity:
    """A community on the day after its installation: each space has its first picture."""
    community.spaces[DISCORD].add(TROLL, "troll")
    made = a_moderated_community(community)
    for name in community.spaces:
        await made.list_space(name)
    community.pass_time(DAY)
    return made


async def barred(stage: ModeratedCommunity, by: str, *, days: float | None = None, space: SpaceName = DISCORD) -> None:
    """Somebody bars the troll with the space's own menu, and the space says that something happened to the account."""
    place = stage.community.spaces[space]
    until = None if days is None else stage.community.clock.now() + timedelta(days=days)
    place.restrict_manually(TROLL, AccessLevel.BARRED, by=by, until=until)
    await native_actions.inspect_accounts(stage.app, space, [TROLL])
    await stage.run_due()


def held(stage: ModeratedCommunity) -> bool:
    return stage.community.spaces[DISCORD].access_levels(TROLL) == {AccessLevel.BARRED}


async def reviewed(stage: ModeratedCommunity, answer: ReviewAnswer, term: timedelta | None = None) -> None:
    """Two members who did not act answer the review alike."""
    case = (await stage.notices_of_kind(NoticeKind.ACT_TAKEN))[-1].facts["code_name"]
    for member in (ELENI, BRUNO):
        await review.review(stage.app, member, case, answer, term)
    await stage.run_due()


async def test_a_members_own_ban_is_an_act_that_the_others_hear_of_and_review(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_DMITRI)
    told = {notice.to.member for notice in await stage.notices_of_kind(NoticeKind.ACT_TAKEN)}
    assert told == set(WORKING_GROUP) - {DMITRI}
    assert {n.to.member for n in await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_QUESTION)} == {DMITRI}
    assert held(stage)


async def test_a_members_own_ban_that_its_review_reverses_is_really_lifted(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_DMITRI)
    await reviewed(stage, ReviewAnswer.REVERSE)
    assert not held(stage)


async def test_a_members_own_ban_is_ratified_for_a_term_and_then_lifted(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_DMITRI)
    await reviewed(stage, ReviewAnswer.RATIFY, 30 * DAY)
    await stage.advance(29 * DAY)
    assert held(stage)
    await stage.advance(DAY)
    assert not held(stage)


async def test_a_ban_that_another_placed_after_the_members_was_lifted_is_nobodys_of_ours(
    stage: ModeratedCommunity,
) -> None:
    await barred(stage, OF_DMITRI)
    place = stage.community.spaces[DISCORD]
    stage.community.pass_time(HOUR)
    place.release_manually(TROLL, AccessLevel.BARRED, by=OF_INES)
    place.restrict_manually(TROLL, AccessLevel.BARRED, by=OF_INES)
    await reviewed(stage, ReviewAnswer.REVERSE)
    assert held(stage)


@pytest.mark.harm("act-booked-on-whoever-lifted-before")
async def test_a_ban_is_not_booked_on_whoever_the_late_records_name_for_the_lift_before_it(
    stage: ModeratedCommunity,
) -> None:
    """P-7.2"""
    place = stage.community.spaces[DISCORD]
    place.restrict_manually(TROLL, AccessLevel.BARRED, by=OF_INES)
    place.release_manually(TROLL, AccessLevel.BARRED, by=OF_DMITRI)
    place.delay_records()
    stage.community.pass_time(HOUR)
    place.restrict_manually(TROLL, AccessLevel.BARRED, by=OF_INES)
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    assert await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_QUESTION) == []
    place.publish_records()
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    asked = {notice.to.member for notice in await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_QUESTION)}
    assert asked
    assert DMITRI not in asked


async def test_noticing_it_again_does_nothing_again(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_DMITRI)
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    stage.community.pass_time(HOUR)
    await stage.list_space()
    assert len(await stage.notices_of_kind(NoticeKind.ACT_TAKEN)) == len(WORKING_GROUP) - 1


async def test_a_moderators_ban_waits_for_its_reason_and_ends_at_its_term(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_INES)
    asked = await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_QUESTION)
    assert {n.to.member for n in asked} == {INES}
    await native_explanations.explain(stage.app, INES, "", MeasureReason.SPAM, 3 * DAY)
    await stage.run_due()
    assert held(stage)
    await stage.advance(3 * DAY)
    assert not held(stage)


async def test_a_moderators_ban_without_a_reason_is_never_lifted_and_never_forgotten(stage: ModeratedCommunity) -> None:
    chair = a_member(MemberId("m11-olga"), "Olga Ito", a_role(Group.MODERATORS, Office.CHAIR), number=11)
    async with stage.community.units_of_work.begin() as uow:
        await uow.people.add_member(chair)
    await barred(stage, OF_INES)
    await stage.advance(12 * HOUR)
    assert len(await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_QUESTION)) == 2
    await stage.advance(12 * HOUR)
    assert {n.to.member for n in await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_UNEXPLAINED)} == {chair.id}
    for _ in range(6):
        await stage.advance(DAY)
    assert set(WORKING_GROUP) <= {
        n.to.member for n in await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_UNEXPLAINED)
    }
    assert held(stage)


async def test_a_moderators_ban_that_they_lift_themselves_asks_nothing_more(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_INES)
    stage.community.spaces[DISCORD].release_manually(TROLL, AccessLevel.BARRED, by=OF_INES)
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    assert await native_explanations.list_unexplained(stage.app, INES) == ()
    await stage.advance(8 * DAY)
    assert await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_UNEXPLAINED) == []


async def test_a_term_beyond_what_moderators_may_set_leaves_the_ban_and_the_question(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_INES)
    with pytest.raises(Refused, match="Escalate"):
        await native_explanations.explain(stage.app, INES, "", MeasureReason.SPAM, 30 * DAY)
    with pytest.raises(Refused, match="has an end"):
        await native_explanations.explain(stage.app, INES, "", MeasureReason.SPAM, None)
    assert len(await native_explanations.list_unexplained(stage.app, INES)) == 1


async def test_a_short_ban_with_an_end_of_its_own_needs_only_its_reason(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_INES, days=1)
    view = await native_explanations.explain(stage.app, INES, "", MeasureReason.COOLING_DOWN, None)
    assert view.ends == stage.community.clock.now() + DAY


async def test_nobody_else_explains_what_is_not_theirs_to_know(stage: ModeratedCommunity) -> None:
    await barred(stage, OF_INES)
    matter = (await native_explanations.list_unexplained(stage.app, INES))[0].matter
    with pytest.raises(NotFound):
        await native_explanations.explain(stage.app, AMARA, matter, MeasureReason.SPAM, DAY)


@pytest.mark.parametrize("by", ["somebody", "600000000000000007"])
async def test_a_strangers_ban_is_asked_about_and_left(stage: ModeratedCommunity, by: str) -> None:
    await barred(stage, by)
    assert await stage.members_asked_about_unknown() == [INES]
    assert held(stage)


async def test_what_stood_before_us_is_no_act_of_anybodys(community: Community) -> None:
    community.spaces[DISCORD].add(TROLL, "troll")
    community.spaces[DISCORD].restrict_manually(TROLL, AccessLevel.BARRED, by=OF_DMITRI)
    stage = a_moderated_community(community)
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    await stage.list_space()
    community.pass_time(DAY)
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    await stage.list_space()
    assert await stage.notices_of_kind(NoticeKind.ACT_TAKEN) == []


async def test_what_stood_before_us_lifted_and_placed_again_is_an_act_of_today(community: Community) -> None:
    community.spaces[DISCORD].add(TROLL, "troll")
    community.spaces[DISCORD].restrict_manually(TROLL, AccessLevel.BARRED, by=OF_DMITRI)
    stage = a_moderated_community(community)
    await stage.list_space()
    community.pass_time(DAY)
    await barred(stage, OF_DMITRI)
    assert len(await stage.notices_of_kind(NoticeKind.ACT_TAKEN)) == len(WORKING_GROUP) - 1


async def test_a_sweep_finds_what_no_event_told_of(stage: ModeratedCommunity) -> None:
    stage.community.spaces[DISCORD].restrict_manually(TROLL, AccessLevel.BARRED, by=OF_DMITRI)
    await stage.list_space()
    assert len(await stage.notices_of_kind(NoticeKind.ACT_TAKEN)) == len(WORKING_GROUP) - 1


async def test_our_own_restriction_is_never_taken_for_an_act_of_somebody(stage: ModeratedCommunity) -> None:
    await stage.set_measure("troll")
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    await stage.list_space()
    async with stage.community.units_of_work.read() as view:
        assert await view.foreign.in_space(DISCORD) == {}


async def test_a_look_that_fails_says_nothing_of_anybody(stage: ModeratedCommunity) -> None:
    stage.community.spaces[DISCORD].fault = Fault.BLIND
    await barred(stage, OF_DMITRI)
    assert await stage.notices_of_kind(NoticeKind.ACT_TAKEN) == []
    stage.community.spaces[DISCORD].fault = Fault.NONE
    await stage.list_space()
    assert len(await stage.notices_of_kind(NoticeKind.ACT_TAKEN)) == len(WORKING_GROUP) - 1


async def test_where_the_space_names_nobody_it_is_asked_about_at_the_second_look(stage: ModeratedCommunity) -> None:
    stage.community.spaces[DISCORD].names_authors = False
    await barred(stage, OF_DMITRI)
    assert await stage.members_asked_about_unknown() == []
    stage.community.pass_time(HOUR)
    await stage.list_space()
    assert await stage.members_asked_about_unknown() == [INES]
    assert held(stage)


async def test_of_the_accounts_that_concern_nobody_here_no_id_is_kept(community: Community) -> None:
    community.spaces[DISCORD].add(TROLL, "troll")
    community.spaces[DISCORD].restrict_manually(TROLL, AccessLevel.BARRED)
    stage = a_moderated_community(community)
    await stage.list_space()
    async with community.units_of_work.read() as view:
        ((digest, level),) = await view.foreign.in_space(DISCORD)
        known = await view.foreign.find(DISCORD, TROLL, level)
    assert known is not None
    assert (known.native_id, TROLL in digest) == ("", False)


@pytest.mark.harm("noise-drowns-what-people-did")
@pytest.mark.parametrize("noticed_by", ["event", "listing"])
async def test_a_timeout_of_the_spaces_own_rules_stands_and_calls_nobody(
    stage: ModeratedCommunity, noticed_by: str
) -> None:
    before = await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_BY_STRANGER)
    place = stage.community.spaces[DISCORD]
    place.restrict_by_rule(TROLL, AccessLevel.MUTED, stage.community.clock.now() + DAY)
    for _ in range(3):
        if noticed_by == "event":
            await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
        else:
            await stage.list_space(DISCORD)
        stage.community.pass_time(HOUR)
    assert place.access_levels(TROLL) == {AccessLevel.MUTED}
    assert await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_BY_STRANGER) == before
    assert await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_QUESTION) == []


async def test_what_a_moderator_does_after_a_rule_of_the_space_is_theirs(stage: ModeratedCommunity) -> None:
    place = stage.community.spaces[DISCORD]
    place.restrict_by_rule(TROLL, AccessLevel.MUTED, stage.community.clock.now() + HOUR)
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    stage.community.pass_time(HOUR / 2)
    await barred(stage, OF_INES)
    assert {n.to.member for n in await stage.notices_of_kind(NoticeKind.NATIVE_ACTION_QUESTION)} == {INES}


@pytest.mark.harm("one-odd-item-stops-the-queue")
async def test_an_account_that_cannot_be_read_keeps_nobody_elses_ban_from_being_noticed(
    stage: ModeratedCommunity,
) -> None:
    """P-7.2"""
    place = stage.community.spaces[DISCORD]
    place.accounts["odd"] = FakeAccount(
        native_id="odd", handle="odd", restrictions={AccessLevel.BARRED: cast(ObservedRestriction, None)}
    )
    place.restrict_manually(TROLL, AccessLevel.BARRED, by=OF_DMITRI)
    for _ in range(2):
        await native_actions.inspect_accounts(stage.app, DISCORD, ["odd", TROLL])
    assert await stage.notices_of_kind(NoticeKind.ACT_TAKEN)
    assert NoticeKind.ITEM_UNREAD in [each.kind for each in await stage.community.waiting_notices()]
