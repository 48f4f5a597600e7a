"""The sweeps to come, on both databases."""

from datetime import timedelta

from guardian.ids import SpaceName
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.fakes.clock import START

DISCORD, FORUM = SpaceName("discord"), SpaceName("forum")
HOUR = timedelta(hours=1)


async def test_the_next_sweep_of_each_space_is_the_one_set_last(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.read() as view:
        assert await view.sweeps.next_times() == {}
    async with units_of_work.begin() as uow:
        await uow.sweeps.set_next_time(DISCORD, START)
        await uow.sweeps.set_next_time(FORUM, START)
        await uow.sweeps.set_next_time(DISCORD, START + HOUR)
    async with units_of_work.read() as view:
        assert await view.sweeps.next_times() == {DISCORD: START + HOUR, FORUM: START}
