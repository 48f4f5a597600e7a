"""A space that cannot be reached is told of once, and its coming back too."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from guardian.notices.models import NoticeKind
from guardian.services.operations.outages import CONNECTION, LISTS, SpaceOutages
from guardian.storage.tables.notices import notices
from tests.builders.community import DISCORD, FORUM, Community, a_community

TEN_MINUTES = timedelta(minutes=10)


async def told(community: Community) -> list[str]:
    """The kinds of all notices that there are, oldest first: in this community there is one chair."""
    async with community.units_of_work.read() as view:
        return list((await view.connection.execute(select(notices.c.kind).order_by(notices.c.id))).scalars())


@pytest.mark.harm("a-space-down-and-nobody-knows")
async def test_the_chairs_are_told_once_that_a_space_is_down_and_once_that_it_is_back(tmp_path: Path) -> None:
    async with a_community(tmp_path) as community:
        outages = SpaceOutages(TEN_MINUTES)
        for _ in range(3):
            await outages.note(community.app, DISCORD, CONNECTION, "The token is refused.")
            await outages.note(community.app, DISCORD, LISTS, "Nothing can be read.")
            community.clock.advance(TEN_MINUTES)
        assert await told(community) == [NoticeKind.SPACE_DOWN]
        assert list(outages.spaces) == [DISCORD]
        for what in (CONNECTION, LISTS, CONNECTION):
            await outages.note(community.app, DISCORD, what, None)
        assert await told(community) == [NoticeKind.SPACE_DOWN, NoticeKind.SPACE_BACK]


async def test_a_short_outage_is_shown_and_calls_nobody(tmp_path: Path) -> None:
    async with a_community(tmp_path) as community:
        outages = SpaceOutages(TEN_MINUTES)
        await outages.note(community.app, FORUM, LISTS, "Nothing can be read.")
        assert list(outages.spaces) == [FORUM]
        await outages.note(community.app, FORUM, LISTS, None)
        assert list(outages.spaces) == []
        assert await told(community) == []
