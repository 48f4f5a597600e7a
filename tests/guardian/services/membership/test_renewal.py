"""The January round: asked, reminded, ended only where somebody was asked and did not answer, held over where they are needed.

P-1.2
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind, NoticeState
from guardian.people.models import Group
from guardian.people.permissions import MEMBERS
from guardian.people.sign_ins import SignInWay
from guardian.services.membership.renewal import renew_term, run_renewal
from guardian.services.sign_in.sessions import open_session
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, WORKING_GROUP, Community
from tests.guardian.services.membership.test_departures import is_seated

JANUARY = datetime(2027, 1, 1, 12, tzinfo=UTC)


async def news(community: Community, member: MemberId) -> list[str]:
    """What of the round waits for the member, oldest first."""
    waiting = await community.waiting_notices()
    return [n.facts["news"] for n in waiting if n.to.member == member and n.kind is NoticeKind.MEMBERSHIP]


async def run_at(community: Community, at: datetime) -> None:
    """The round is done at that instant, twice."""
    community.clock.instant = at
    for _ in range(2):
        await run_renewal(community.app)


async def deliver(community: Community) -> None:
    """All that waits has been sent."""
    async with community.units_of_work.begin() as uow:
        for notice_id in await uow.notices.due(uow.now, 500):
            notice = await uow.notices.notice(notice_id)
            assert notice is not None
            await uow.notices.save(replace(notice, state=NoticeState.SENT, next_try=None, sent_at=uow.now))


async def seated(community: Community) -> set[MemberId]:
    """Who is still in the group."""
    return {member for member in WORKING_GROUP if await is_seated(community, member, MEMBERS)}


async def test_members_are_reminded_before_and_asked_once_in_january(community: Community) -> None:
    """P-1.2"""
    await run_at(community, JANUARY - timedelta(days=61))
    assert await news(community, DMITRI) == []
    await run_at(community, JANUARY - timedelta(days=20))
    await run_at(community, JANUARY)
    assert await news(community, DMITRI) == ["renewal_near", "renewal_asked"]


@pytest.mark.harm("needed-member-lost-to-the-clock")
async def test_who_does_not_answer_leaves_and_who_is_needed_stays(community: Community) -> None:
    """P-1.2: Amara is the only chair; with her, two others have to stay."""
    await run_at(community, JANUARY)
    await deliver(community)
    await renew_term(community.app, BRUNO)
    with pytest.raises(Refused):
        await renew_term(community.app, BRUNO)
    await run_at(community, JANUARY + timedelta(days=6))
    assert await seated(community) == set(WORKING_GROUP)
    await run_at(community, JANUARY + timedelta(days=8))
    assert {AMARA, BRUNO} < await seated(community)
    assert len(await seated(community)) == community.app.policy.membership.least_members
    assert "held_over" in await news(community, AMARA)


@pytest.mark.harm("unasked-member-ended")
async def test_nobody_leaves_whom_the_question_has_not_reached(community: Community) -> None:
    """P-1.2"""
    await run_at(community, JANUARY)
    await run_at(community, JANUARY + timedelta(days=9))
    assert await seated(community) == set(WORKING_GROUP)
    assert "not_asked" in await news(community, AMARA)


async def test_who_leaves_the_group_keeps_their_seat_on_the_board(community: Community) -> None:
    """P-1.1"""
    await run_at(community, JANUARY)
    await deliver(community)
    for member in set(WORKING_GROUP) - {CHIARA}:
        await renew_term(community.app, member)
    await run_at(community, JANUARY + timedelta(days=8))
    async with community.units_of_work.read() as view:
        chiara = await view.people.member(CHIARA)
    assert chiara is not None
    held = [chiara.holds_office(group, community.clock.now()) for group in (Group.WORKING_GROUP, Group.BOARD)]
    assert held == [False, True]


async def test_nobody_is_called_silent_for_the_time_before_the_service_began(community: Community) -> None:
    """P-1.2: who sat in the group for years when it was installed has not been silent for years."""
    await run_renewal(community.app)
    assert "silent" not in await news(community, AMARA)


async def test_ninety_silent_days_are_shown_to_the_chair(community: Community) -> None:
    """P-1.2"""
    community.clock.advance(timedelta(days=60))
    await open_session(community.app, BRUNO, SignInWay.LINK)
    community.clock.advance(timedelta(days=40))
    await run_renewal(community.app)
    assert (await news(community, AMARA)).count("silent") == len(WORKING_GROUP) - 2
    async with community.units_of_work.read() as view:
        silent = {m.id for m in await view.people.members() if m.silent_since is not None}
    assert silent == set(WORKING_GROUP) - {BRUNO}
