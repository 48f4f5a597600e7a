"""Sessions: short, moved on by use up to a bound, listed to their own member, ended on the server."""

from datetime import timedelta

import pytest

from guardian.errors import NotFound, Refused
from guardian.people.sign_ins import SignInWay
from guardian.services.sign_in.sessions import end_session, list_sessions, open_session, require_session
from tests.builders.community import AMARA, BRUNO, Community


async def test_a_session_that_is_not_used_ends_after_half_an_hour(community: Community) -> None:
    session = await open_session(community.app, BRUNO, SignInWay.LINK)
    community.system_clock.advance(timedelta(minutes=29))
    assert (await require_session(community.app, session.secret)).member.id == BRUNO
    community.system_clock.advance(timedelta(minutes=30))
    with pytest.raises(Refused, match="over"):
        await require_session(community.app, session.secret)


async def test_a_session_in_use_ends_after_eight_hours(community: Community) -> None:
    session = await open_session(community.app, BRUNO, SignInWay.LINK)
    for _ in range(19):
        community.system_clock.advance(timedelta(minutes=25))
        await require_session(community.app, session.secret)
    community.system_clock.advance(timedelta(minutes=5))
    with pytest.raises(Refused, match="over"):
        await require_session(community.app, session.secret)


async def test_a_session_ends_at_the_instant_at_which_its_member_holds_no_office(community: Community) -> None:
    """P-1.2"""
    session = await open_session(community.app, BRUNO, SignInWay.LINK)
    await community.change_member(BRUNO, ended_at=community.clock.now())
    with pytest.raises(Refused):
        await require_session(community.app, session.secret)


@pytest.mark.harm("session-outlives-leaving")
async def test_a_session_that_was_ended_opens_nothing_for_whoever_kept_its_secret(community: Community) -> None:
    """P-9.8: leaving ends the session at the service, and not only in the browser."""
    session = await open_session(community.app, BRUNO, SignInWay.LINK)
    await end_session(community.app, BRUNO, session.id)
    with pytest.raises(Refused):
        await require_session(community.app, session.secret)
    assert "session.was_ended" in await community.journal_acts()


async def test_a_member_ends_their_own_sessions_and_nobody_elses(community: Community) -> None:
    mine = await open_session(community.app, BRUNO, SignInWay.LINK)
    other = await open_session(community.app, BRUNO, SignInWay.LINK)
    theirs = await open_session(community.app, AMARA, SignInWay.LINK)
    assert [each.id for each in await list_sessions(community.app, BRUNO)] == [mine.id, other.id]
    with pytest.raises(NotFound):
        await end_session(community.app, BRUNO, theirs.id)
    await end_session(community.app, BRUNO, other.id)
    assert [each.id for each in await list_sessions(community.app, BRUNO)] == [mine.id]
    assert (await require_session(community.app, theirs.secret)).member.id == AMARA
