"""The sweeps to come, on both databases."""

from datetime import timedelta

from guardian.ids import SpaceName
from guardian.storage.work import Works
from tests.fakes.clock import START

DISCORD, FORUM = SpaceName("discord"), SpaceName("forum")
HOUR = timedelta(hours=1)


async def test_the_next_sweep_of_each_space_is_the_one_set_last(works: Works) -> None:
    async with works.look() as view:
        assert await view.sweeps.all_next() == {}
    async with works.begin() as work:
        await work.sweeps.set_next(DISCORD, START)
        await work.sweeps.set_next(FORUM, START)
        await work.sweeps.set_next(DISCORD, START + HOUR)
    async with works.look() as view:
        assert await view.sweeps.all_next() == {DISCORD: START + HOUR, FORUM: START}
