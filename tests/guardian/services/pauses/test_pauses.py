"""Pauses of whole spaces: by one member for a day at most, looked at by another, and known to all who look after it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.sanctions.pause_tasks import PauseTask
from guardian.services.operations.deadline_runner import run_due
from guardian.services.pauses.pauses import (
    PauseRequest,
    PauseView,
    begin_pause,
    end_pause,
    keep_pause,
    list_pause_options,
    list_pauses,
    preview_pause,
    set_pause_aside,
)
from guardian.services.unilateral.stop import stop_member
from guardian.services.worklist.tasks import list_tasks
from guardian.spaces.pauses import PauseAbility, PauseKind, PauseSetting
from rules.pauses import PauseReason
from tests.builders.community import (
    AMARA,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    FORUM,
    INES,
    WORKING_GROUP,
    Community,
    a_role,
)
from tests.fakes.pauses import FakePauses

HOUR = timedelta(hours=1)
ASKED = PauseRequest(DISCORD, PauseKind.INVITES, PauseReason.RAID, 6 * HOUR)


def port(community: Community) -> FakePauses:
    """What Discord can pause of itself."""
    found = community.app.spaces.pauses(DISCORD)
    assert isinstance(found, FakePauses)
    return found


async def paused(community: Community, by: MemberId = INES) -> PauseView:
    return await begin_pause(community.app, by, ASKED)


async def refusal(community: Community, by: MemberId, asked: PauseRequest = ASKED) -> str:
    with pytest.raises(Refused) as caught:
        await begin_pause(community.app, by, asked)
    return caught.value.code


async def told(community: Community, what: str) -> set[MemberId | None]:
    return {
        notice.to.member
        for notice in await community.waiting_notices()
        if notice.kind is NoticeKind.SPACE_PAUSED and notice.facts["what"] == what
    }


async def test_everybody_who_looks_after_the_space_is_told_but_for_whoever_began_it(community: Community) -> None:
    await paused(community)
    assert await told(community, "begun") == set(WORKING_GROUP)


async def test_a_preview_says_what_stands_there_and_changes_nothing(community: Community) -> None:
    port(community).set_manually(PauseSetting(2))
    seen = await preview_pause(community.app, INES, ASKED)
    assert (seen.is_paused_already, seen.ends) == (True, community.clock.now() + 6 * HOUR)
    assert await list_pauses(community.app, AMARA) == ()


async def test_a_moderator_pauses_their_own_space_and_no_other(community: Community) -> None:
    assert await refusal(community, INES, replace(ASKED, space=FORUM)) == "not_your_space"
    assert {each.space for each in await list_pause_options(community.app, INES)} == {DISCORD}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (replace(ASKED, term=25 * HOUR), "too_long"),
        (replace(ASKED, term=timedelta()), "term"),
        (replace(ASKED, kind=PauseKind.WRITING), "cannot_be_expressed"),
        (replace(ASKED, part="general"), "part"),
        (replace(ASKED, space=FORUM), "cannot_be_expressed"),
    ],
)
async def test_what_cannot_be_paused_so_is_refused_in_words(
    community: Community, asked: PauseRequest, code: str
) -> None:
    assert await refusal(community, AMARA, asked) == code


@pytest.mark.harm("pause-strung-together")
async def test_nobody_alone_strings_pauses_together(community: Community) -> None:
    await paused(community)
    assert await refusal(community, BRUNO) == "runs_already"
    community.pass_time(7 * HOUR)
    assert await refusal(community, INES) == "repeated"
    await begin_pause(community.app, BRUNO, ASKED)


async def test_whoever_is_stopped_from_acting_alone_pauses_nothing(community: Community) -> None:
    await stop_member(community.app, AMARA, DMITRI)
    assert await refusal(community, DMITRI) == "stopped"


@pytest.mark.harm("pause-strung-together")
async def test_whoever_began_it_does_not_review_it(community: Community) -> None:
    made = await paused(community, BRUNO)
    with pytest.raises(Refused) as caught:
        await keep_pause(community.app, BRUNO, made.id, 12 * HOUR)
    assert caught.value.code == "own_act"


async def test_a_second_member_lets_it_go_on_within_bounds(community: Community) -> None:
    made = await paused(community)
    with pytest.raises(Refused) as caught:
        await keep_pause(community.app, DMITRI, made.id, timedelta(days=8))
    assert caught.value.code == "too_long"
    await keep_pause(community.app, DMITRI, made.id, 48 * HOUR)
    (seen,) = await list_pauses(community.app, INES)
    assert (seen.until, seen.reviewed_by_name) == (community.clock.now() + 48 * HOUR, "Dmitri Volkov")


async def test_any_of_them_ends_it_at_once(community: Community) -> None:
    made = await paused(community)
    await end_pause(community.app, DMITRI, made.id)
    (seen,) = await list_pauses(community.app, INES)
    assert not seen.runs
    with pytest.raises(Refused):
        await end_pause(community.app, INES, made.id)


async def test_a_moderator_of_another_space_finds_nothing_of_it(community: Community) -> None:
    made = await paused(community, AMARA)
    await community.change_member(INES, roles=(a_role(Group.MODERATORS, space=FORUM),))
    assert await list_pauses(community.app, INES) == ()
    with pytest.raises(NotFound):
        await end_pause(community.app, INES, made.id)


@pytest.mark.harm("pause-strung-together")
async def test_its_review_is_asked_for_until_somebody_has_looked(community: Community) -> None:
    made = await paused(community)
    (task,) = [each for each in await list_tasks(community.app, DMITRI) if each.subject == made.id]
    assert task.due == made.at + timedelta(hours=24)
    community.pass_time(timedelta(hours=25))
    await run_due(community.app)
    await run_due(community.app)
    assert AMARA in await told(community, "review_late")
    await keep_pause(community.app, CHIARA, made.id, None)
    assert not [each for each in await list_tasks(community.app, DMITRI) if each.subject == made.id]


async def blocked(community: Community, *, after: timedelta = 7 * HOUR) -> PauseView:
    """A pause of Ines', which its space does not let us take back."""
    made = await paused(community)
    community.pass_time(after)
    async with community.units_of_work.begin() as uow:
        stored = await uow.pauses.pause(made.id)
        assert stored is not None
        await uow.pauses.save(replace(stored, blocked_since=uow.now, detail="the repository is not listed"))
    return made


@pytest.mark.harm("pause-tried-for-ever")
async def test_a_pause_of_what_was_deleted_is_set_aside_by_another_and_tried_no_more(community: Community) -> None:
    """P-1.6"""
    made = await blocked(community)
    assert [each.may_set_aside for each in await list_pauses(community.app, DMITRI)] == [True]
    await set_pause_aside(community.app, DMITRI, made.id)
    async with community.units_of_work.read() as view:
        assert await view.pauses.next_due() is None
    assert await list_pauses(community.app, DMITRI) == ()
    assert await told(community, "set_aside") == {INES, *WORKING_GROUP} - {DMITRI}
    assert not [each for each in await list_tasks(community.app, CHIARA) if each.subject == made.id]
    with pytest.raises(Refused):
        await set_pause_aside(community.app, CHIARA, made.id)


@pytest.mark.harm("pause-set-aside-stays-closed")
async def test_nobody_sets_aside_what_is_only_slow_what_runs_or_what_is_their_own(community: Community) -> None:
    """P-1.6: else a space stays closed, and nobody opens it."""
    made = await paused(community, BRUNO)
    for by, code in ((BRUNO, "own_act"), (DMITRI, "runs")):
        with pytest.raises(Refused) as caught:
            await set_pause_aside(community.app, by, made.id)
        assert caught.value.code == code
    community.pass_time(7 * HOUR)
    with pytest.raises(Refused) as caught:
        await set_pause_aside(community.app, DMITRI, made.id)
    assert caught.value.code == "not_blocked"


async def test_a_moderator_of_another_space_sets_nothing_aside(community: Community) -> None:
    """P-1.6"""
    made = await blocked(community)
    await community.change_member(INES, roles=(a_role(Group.MODERATORS, Office.CHAIR, space=FORUM),))
    with pytest.raises(NotFound):
        await set_pause_aside(community.app, INES, made.id)


async def test_what_is_paused_in_a_part_alone_asks_which(community: Community) -> None:
    """P-1.6: a whole forum is not closed because nobody said which category is meant."""
    port(community).supported = {PauseKind.WRITING: PauseAbility(2, has_parts=True, needs_part=True)}
    assert await refusal(community, AMARA, replace(ASKED, kind=PauseKind.WRITING)) == "part"


@pytest.mark.harm("pause-set-aside-stays-closed")
async def test_what_people_closed_by_hand_is_not_set_aside_before_they_have_opened_it(community: Community) -> None:
    """P-1.3, P-1.6"""
    made = await blocked(community)
    async with community.units_of_work.begin() as uow:
        closed = PauseTask(
            id=new_id(),
            space=made.target.space,
            kind=made.target.kind,
            closes=True,
            asked_at=uow.now,
            due=uow.now,
            digests=("d",),
        )
        await uow.pause_tasks.add(closed)
    assert [each.may_set_aside for each in await list_pauses(community.app, DMITRI)] == [False]
    with pytest.raises(Refused) as caught:
        await set_pause_aside(community.app, DMITRI, made.id)
    assert caught.value.code == "not_blocked"
