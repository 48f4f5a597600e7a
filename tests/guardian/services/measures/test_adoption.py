"""What stood before us: listed, taken over with an end and then really lifted, or left; nothing is ever placed anew."""

from datetime import timedelta

import pytest

from guardian.errors import Refused
from guardian.services.measures import adoption
from rules.precedence import AccessLevel
from tests.builders.community import AMARA, DISCORD, GITHUB, HIROSHI, INES, Community
from tests.builders.moderation import ModeratedCommunity, a_moderated_community
from tests.fakes.space import ActionKind

DAY = timedelta(days=1)
OLD = "700000000000000055"
OF_INES = "600000000000000009"
WHY = "Nobody remembers why."


@pytest.fixture
async def stage(community: Community) -> ModeratedCommunity:
    """A ban on Discord and a block on GitHub from before the installation."""
    for space in (DISCORD, GITHUB):
        community.spaces[space].add(OLD, "oldtimer")
        community.spaces[space].restrict_manually(OLD, AccessLevel.BARRED, by=OF_INES)
    made = a_moderated_community(community)
    for space in (DISCORD, GITHUB):
        await made.list_space(space)
    community.pass_time(DAY)
    return made


def held(stage: ModeratedCommunity) -> bool:
    return stage.community.spaces[DISCORD].access_levels(OLD) == {AccessLevel.BARRED}


async def adopted(stage: ModeratedCommunity, days: int = 30) -> None:
    until = stage.community.clock.now() + timedelta(days=days)
    await adoption.adopt_restriction(stage.app, AMARA, DISCORD, "oldtimer", until, WHY)
    await stage.run_due()


async def count(stage: ModeratedCommunity) -> int:
    return (await adoption.list_foreign(stage.app, AMARA, DISCORD, 0, 20)).count


async def test_what_stood_before_us_is_listed_by_account(stage: ModeratedCommunity) -> None:
    page = await adoption.list_foreign(stage.app, AMARA, DISCORD, 0, 20)
    assert [(line.native_id, line.handle, line.level) for line in page.lines] == [(OLD, "oldtimer", AccessLevel.BARRED)]
    assert page.lines[0].since == stage.community.clock.now() - DAY


async def test_taken_over_with_an_end_it_is_really_lifted_then_and_not_before(stage: ModeratedCommunity) -> None:
    await adopted(stage)
    await stage.advance(29 * DAY)
    assert held(stage)
    await stage.advance(DAY)
    assert not held(stage)
    assert stage.community.spaces[DISCORD].changes(ActionKind.RESTRICT) == []


async def test_taken_over_here_it_stays_elsewhere(stage: ModeratedCommunity) -> None:
    await adopted(stage)
    await stage.advance(31 * DAY)
    assert stage.community.spaces[GITHUB].access_levels(OLD) == {AccessLevel.BARRED}


@pytest.mark.parametrize("says_who", [True, False])
async def test_lifted_by_anybody_before_it_is_over_and_never_placed_anew(
    stage: ModeratedCommunity, says_who: bool
) -> None:
    await adopted(stage)
    place = stage.community.spaces[DISCORD]
    place.names_authors = says_who
    place.release_manually(OLD, AccessLevel.BARRED)
    await stage.list_space()
    await stage.advance(DAY)
    assert not held(stage)
    assert place.changes(ActionKind.RESTRICT) == []


async def test_lifted_and_placed_again_by_somebody_it_is_theirs_and_outlives_our_end(stage: ModeratedCommunity) -> None:
    await adopted(stage)
    place = stage.community.spaces[DISCORD]
    stage.community.pass_time(DAY)
    place.release_manually(OLD, AccessLevel.BARRED)
    place.restrict_manually(OLD, AccessLevel.BARRED)
    await stage.advance(31 * DAY)
    assert held(stage)


async def test_left_it_is_listed_no_more_and_stands(stage: ModeratedCommunity) -> None:
    await adoption.leave_as_is(stage.app, AMARA, DISCORD, OLD)
    assert await count(stage) == 0
    assert held(stage)


async def test_taken_over_it_is_listed_no_more_and_not_taken_over_twice(stage: ModeratedCommunity) -> None:
    await adopted(stage)
    assert await count(stage) == 0
    with pytest.raises(Refused, match="ours already"):
        await adopted(stage)


async def test_an_adoption_only_ever_shortens_what_stands(stage: ModeratedCommunity) -> None:
    soon = stage.community.clock.now() + DAY
    stage.community.spaces[DISCORD].restrict_manually(OLD, AccessLevel.BARRED, until=soon)
    with pytest.raises(Refused, match="by itself"):
        await adopted(stage)


@pytest.mark.parametrize("by", [INES, HIROSHI])
async def test_the_list_is_for_members_of_the_group_alone(stage: ModeratedCommunity, by: str) -> None:
    with pytest.raises(Refused):
        await adoption.list_foreign(stage.app, by, DISCORD, 0, 20)  # type: ignore[arg-type]  # a member's id


async def test_nobody_gives_their_own_ban_an_end(stage: ModeratedCommunity) -> None:
    own = "600000000000000001"
    stage.community.spaces[DISCORD].add(own, "amara")
    stage.community.spaces[DISCORD].restrict_manually(own, AccessLevel.BARRED)
    with pytest.raises(Refused, match="your own"):
        await adoption.adopt_restriction(stage.app, AMARA, DISCORD, own, stage.community.clock.now() + DAY, WHY)
