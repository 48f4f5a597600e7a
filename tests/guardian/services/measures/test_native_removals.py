"""Somebody is put out with a space's own menu: it leaves nothing behind to observe, and counts all the same (P-7.2)."""

from datetime import timedelta

import pytest

from guardian.cases.unilateral_acts import ActState
from guardian.notices.models import Notice, NoticeKind
from guardian.notices.renderer import NoticeRenderer
from guardian.services.escalation.local_matters import list_matters, mark_handled
from guardian.services.measures.native_removals import inspect_removals
from guardian.services.operations.deadline_runner import run_due
from guardian.services.unilateral.review import review
from rules.unilateral import ReviewAnswer
from tests.builders.community import BRUNO, DISCORD, DMITRI, ELENI, INES, WORKING_GROUP, Community
from tests.builders.journey import newest_case
from tests.builders.moderation import a_moderated_community
from tests.fakes.space import Fault

RENDERER = NoticeRenderer("Example", "https://guardian.example")
SOMEBODY = "700000000000000044"
OF_DMITRI, OF_INES = "600000000000000004", "600000000000000009"


@pytest.fixture
async def installed(community: Community) -> Community:
    """The day after the installation, with somebody in the server."""
    community.spaces[DISCORD].add(SOMEBODY, "somebody44")
    await a_moderated_community(community).list_space(DISCORD)
    community.pass_time(timedelta(days=1))
    return community


def told_act(notices: tuple[Notice, ...]) -> str:
    """The act of which the notices tell."""
    return next(notice.facts["act"] for notice in notices if notice.kind is NoticeKind.ACT_TAKEN)


@pytest.mark.harm("native-kick-unseen")
async def test_a_members_removal_is_an_act_that_the_others_review(installed: Community) -> None:
    """P-7.2, P-7.3"""
    installed.spaces[DISCORD].put_out_manually(SOMEBODY, by=OF_DMITRI)
    await inspect_removals(installed.app, DISCORD, SOMEBODY)
    case = await newest_case(installed)
    assert NoticeKind.ACT_TAKEN in [n.kind for n in await installed.notices_to(BRUNO) if n.case == case.id]
    (asked,) = [n for n in await installed.notices_to(DMITRI) if n.kind is NoticeKind.NATIVE_ACTION_QUESTION]
    assert (asked.facts["what"], asked.facts["act"]) == ("put_out", told_act(await installed.notices_to(BRUNO)))
    async with installed.units_of_work.read() as view:
        (told,) = [n for n in await view.notices.of_case(case.id) if n.kind is NoticeKind.ACTED]
        assert await view.sanctions.of_case(case.id) == ()
    assert told.facts["restriction"] == "none"
    for reviewer in (BRUNO, ELENI):
        seen = await review(installed.app, reviewer, case.code_name, ReviewAnswer.RATIFY)
    assert seen.state is ActState.RATIFIED


@pytest.mark.harm("native-kick-unseen")
async def test_a_removal_is_found_once_by_event_and_by_resync(installed: Community) -> None:
    """P-7.2: an event may be missed, and may come twice."""
    installed.spaces[DISCORD].put_out_manually(SOMEBODY, by=OF_DMITRI)
    installed.spaces[DISCORD].fault = Fault.BLIND
    await inspect_removals(installed.app, DISCORD, SOMEBODY)
    assert NoticeKind.ACT_TAKEN not in await installed.notice_kinds_to(BRUNO)
    installed.spaces[DISCORD].fault = Fault.NONE
    for native_id in (None, SOMEBODY, None):
        await inspect_removals(installed.app, DISCORD, native_id)
    assert (await installed.notice_kinds_to(BRUNO)).count(NoticeKind.ACT_TAKEN) == 1


async def test_a_moderators_removal_is_a_matter_of_their_space(installed: Community) -> None:
    """P-7.2"""
    installed.spaces[DISCORD].put_out_manually(SOMEBODY, by=OF_INES)
    await inspect_removals(installed.app, DISCORD)
    case = await newest_case(installed)
    assert case.code_name in [line.code_name for line in await list_matters(installed.app, INES)]
    assert NoticeKind.NEW_MATTER in await installed.notice_kinds_to(INES)


@pytest.mark.harm("native-kick-unexplained")
async def test_a_moderator_is_asked_why_they_put_somebody_out_until_they_have_said_so(installed: Community) -> None:
    """P-7.2: within a day, as for every other act with a space's own menu; reminded at half time."""
    installed.spaces[DISCORD].put_out_manually(SOMEBODY, by=OF_INES)
    await inspect_removals(installed.app, DISCORD)
    (asked,) = questions(await installed.notices_to(INES))
    assert (asked.facts["what"], "due" in asked.facts) == ("put_out", True)
    await pass_time(installed, timedelta(hours=12))
    assert len(questions(await installed.notices_to(INES))) == 2
    case = await newest_case(installed)
    await mark_handled(installed.app, INES, case.code_name, "They had left the server and asked to be taken out.")
    await pass_time(installed, timedelta(days=2))
    assert len(questions(await installed.notices_to(INES))) == 2
    assert not unexplained(await installed.notices_to(BRUNO))


@pytest.mark.harm("native-kick-unexplained")
async def test_a_removal_that_is_not_explained_in_time_goes_to_others_and_is_not_forgotten(
    installed: Community,
) -> None:
    """P-6.8, P-7.2: to the moderators' chair, and past what moderators may set to the working group."""
    installed.spaces[DISCORD].put_out_manually(SOMEBODY, by=OF_INES)
    await inspect_removals(installed.app, DISCORD)
    for _ in range(9):
        await pass_time(installed, timedelta(days=1))
    told = [n for member in WORKING_GROUP for n in unexplained(await installed.notices_to(member))]
    assert told
    assert "has not said why" in RENDERER.render(told[0]).body


def questions(notices: tuple[Notice, ...]) -> list[Notice]:
    """What asks whoever did something for its reason."""
    return [notice for notice in notices if notice.kind is NoticeKind.NATIVE_ACTION_QUESTION]


def unexplained(notices: tuple[Notice, ...]) -> list[Notice]:
    """What asks others about it."""
    return [notice for notice in notices if notice.kind is NoticeKind.NATIVE_ACTION_UNEXPLAINED]


async def pass_time(community: Community, by: timedelta) -> None:
    """So much later; what was due has been seen to."""
    community.pass_time(by)
    await run_due(community.app)


async def test_a_removal_from_before_the_installation_is_no_act_of_today(community: Community) -> None:
    """P-7.2"""
    community.spaces[DISCORD].add(SOMEBODY, "somebody44")
    community.spaces[DISCORD].put_out_manually(SOMEBODY, by=OF_DMITRI)
    community.pass_time(timedelta(hours=1))
    await a_moderated_community(community).list_space(DISCORD)
    await inspect_removals(community.app, DISCORD)
    assert NoticeKind.ACT_TAKEN not in await community.notice_kinds_to(BRUNO)
