"""A repeated delivery is recognised, by its id or by what it says, and gets the first answer again."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from guardian.ids import CaseId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.idempotency_store import RepeatedDelivery
from guardian.storage.tables.system import deliveries
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.guardian.storage.manual_clock import ManualClock

CASE = KeyScope.of_case(CaseId("case-1"))


async def deliver(
    units_of_work: SqlUnitOfWorkFactory, delivery_id: str = "id-1", digest: str = "d1", source: str = "discord"
) -> object:
    """The answer that the door gives: its own for a first, the earlier one for a repeat."""
    async with units_of_work.begin() as uow:
        earlier = await uow.deliveries.claim(source, delivery_id, digest, uow.now)
        if earlier is not None:
            return earlier
        await uow.deliveries.save_answer(source, delivery_id, f"answer to {delivery_id}", CASE)
        return "first"


async def test_a_delivery_that_is_new_is_ours_to_carry_out(units_of_work: SqlUnitOfWorkFactory) -> None:
    assert await deliver(units_of_work) == "first"
    assert await deliver(units_of_work, "id-2", "d2") == "first"


@pytest.mark.parametrize(("delivery_id", "digest"), [("id-1", "d1"), ("id-1", "other"), ("other", "d1")])
async def test_the_same_id_or_the_same_body_gets_the_first_answer(
    units_of_work: SqlUnitOfWorkFactory, delivery_id: str, digest: str
) -> None:
    await deliver(units_of_work)
    repeat = await deliver(units_of_work, delivery_id, digest)
    assert isinstance(repeat, RepeatedDelivery)
    assert repeat.answer == "answer to id-1"


async def test_two_sources_may_use_the_same_ids(units_of_work: SqlUnitOfWorkFactory) -> None:
    await deliver(units_of_work)
    assert await deliver(units_of_work, source="forum") == "first"


async def test_of_many_that_arrive_at_once_one_is_carried_out(units_of_work: SqlUnitOfWorkFactory) -> None:
    answers = await asyncio.gather(*(deliver(units_of_work) for _ in range(8)))
    assert answers.count("first") == 1


async def test_a_delivery_whose_work_is_undone_may_come_again(units_of_work: SqlUnitOfWorkFactory) -> None:
    async def undone() -> None:
        async with units_of_work.begin() as uow:
            await uow.deliveries.claim("discord", "id-1", "d1", uow.now)
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    assert await deliver(units_of_work) == "first"


async def test_an_answer_is_sealed(units_of_work: SqlUnitOfWorkFactory) -> None:
    await deliver(units_of_work)
    async with units_of_work.read() as view:
        row = (await view.connection.execute(select(deliveries))).one()
    assert b"answer to id-1" not in row.answer


async def test_an_answer_that_was_expunged_is_not_given_again_and_nothing_is_done_twice(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    await deliver(units_of_work)
    async with units_of_work.begin() as uow:
        await uow.encryption.destroy(CASE)
    repeat = await deliver(units_of_work)
    assert isinstance(repeat, RepeatedDelivery)
    assert repeat.answer is None


async def test_old_deliveries_are_forgotten(units_of_work: SqlUnitOfWorkFactory, clock: ManualClock) -> None:
    await deliver(units_of_work)
    clock.instant += timedelta(days=2)
    await deliver(units_of_work, "id-2", "d2")
    async with units_of_work.begin() as uow:
        assert await uow.deliveries.forget_before(clock.now() - timedelta(days=1)) == 1
    assert await deliver(units_of_work) == "first"
    assert isinstance(await deliver(units_of_work, "id-2"), RepeatedDelivery)
