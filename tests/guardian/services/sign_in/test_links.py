"""One-time links: each signs one member in, once, for five minutes of the machine's time."""

import asyncio
from datetime import timedelta

import pytest

from guardian.errors import Refused
from guardian.services.conflicts.recusal import recuse
from guardian.services.sign_in.links import OpenedLink, create_link, is_link_valid, open_link
from guardian.services.sign_in.sessions import require_session
from rules.conflicts import ConflictReason
from tests.builders.community import BRUNO, GRETA, INES, Community


async def a_link(community: Community, code_name: str | None = None) -> str:
    """A fresh link's secret, for Bruno."""
    return (await create_link(community.app, BRUNO, code_name)).rsplit("/", 1)[1]


async def test_a_link_works_once_and_for_five_minutes(community: Community) -> None:
    secret = await a_link(community)
    community.system_clock.advance(timedelta(minutes=4, seconds=59))
    assert await is_link_valid(community.app, secret)
    await open_link(community.app, secret)
    assert not await is_link_valid(community.app, secret)
    late = await a_link(community)
    community.system_clock.advance(timedelta(minutes=5))
    for over in (secret, late, "nothing"):
        with pytest.raises(Refused, match="used or has run out"):
            await open_link(community.app, over)


async def test_a_link_ends_by_the_machines_time_however_fast_the_cases_time_runs(community: Community) -> None:
    secret = await a_link(community)
    community.clock.advance(timedelta(days=3))
    assert await is_link_valid(community.app, secret)


async def test_two_who_open_one_link_at_once_get_one_session(community: Community) -> None:
    secret = await a_link(community)
    opened = await asyncio.gather(*(open_link(community.app, secret) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, OpenedLink) for each in opened) == 1


async def test_a_link_to_a_case_leads_there(community: Community) -> None:
    case = await community.a_case()
    opened = await open_link(community.app, await a_link(community, case.code_name))
    assert opened.code_name == case.code_name
    assert (await require_session(community.app, opened.session.secret)).member.id == BRUNO


async def test_a_link_to_a_case_from_which_its_member_has_stepped_back_opens_nothing(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    secret = await a_link(community, case.code_name)
    await recuse(community.app, BRUNO, case.code_name, ConflictReason.SAME_EMPLOYER)
    with pytest.raises(Refused, match="used or has run out"):
        await open_link(community.app, secret)


async def test_whoever_holds_no_office_any_more_gets_no_link_and_no_session(community: Community) -> None:
    """P-1.2"""
    secret = await a_link(community)
    await community.change_member(BRUNO, ended_at=community.clock.now())
    with pytest.raises(Refused):
        await open_link(community.app, secret)
    with pytest.raises(Refused):
        await create_link(community.app, BRUNO)


async def test_moderators_and_the_board_sign_in_as_well(community: Community) -> None:
    """P-1.1"""
    for member in (INES, GRETA):
        secret = (await create_link(community.app, member)).rsplit("/", 1)[1]
        opened = await open_link(community.app, secret)
        assert (await require_session(community.app, opened.session.secret)).member.id == member


async def test_links_and_sessions_are_kept_as_digests_only(community: Community) -> None:
    secret = await a_link(community)
    session = (await open_link(community.app, secret)).session.secret
    stored = b"".join(
        path.read_bytes() for path in community.folder.iterdir() if path.name.startswith("guardian.sqlite")
    )
    for kept in (secret, secret.replace("-", ""), session, session.replace("-", "")):
        assert kept.encode() not in stored
