"""A repeated delivery is recognised, by its id or by what it says, and gets the first answer again."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from guardian.ids import CaseId
from guardian.storage.delivery_store import Repeat
from guardian.storage.keys_store import Scope
from guardian.storage.tables.ground import deliveries
from guardian.storage.work import Works
from tests.guardian.storage.standing import StandingClock

CASE = Scope.of_case(CaseId("case-1"))


async def delivered(works: Works, delivery_id: str = "id-1", digest: str = "d1", source: str = "discord") -> object:
    """The answer that the door gives: its own for a first, the earlier one for a repeat."""
    async with works.begin() as work:
        earlier = await work.deliveries.claim(source, delivery_id, digest, work.now)
        if earlier is not None:
            return earlier
        await work.deliveries.answered(source, delivery_id, f"answer to {delivery_id}", CASE)
        return "first"


async def test_a_delivery_that_is_new_is_ours_to_carry_out(works: Works) -> None:
    assert await delivered(works) == "first"
    assert await delivered(works, "id-2", "d2") == "first"


@pytest.mark.parametrize(("delivery_id", "digest"), [("id-1", "d1"), ("id-1", "other"), ("other", "d1")])
async def test_the_same_id_or_the_same_body_gets_the_first_answer(works: Works, delivery_id: str, digest: str) -> None:
    await delivered(works)
    repeat = await delivered(works, delivery_id, digest)
    assert isinstance(repeat, Repeat)
    assert repeat.answer == "answer to id-1"


async def test_two_sources_may_use_the_same_ids(works: Works) -> None:
    await delivered(works)
    assert await delivered(works, source="forum") == "first"


async def test_of_many_that_arrive_at_once_one_is_carried_out(works: Works) -> None:
    answers = await asyncio.gather(*(delivered(works) for _ in range(8)))
    assert answers.count("first") == 1


async def test_a_delivery_whose_work_is_undone_may_come_again(works: Works) -> None:
    async def undone() -> None:
        async with works.begin() as work:
            await work.deliveries.claim("discord", "id-1", "d1", work.now)
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    assert await delivered(works) == "first"


async def test_an_answer_is_sealed(works: Works) -> None:
    await delivered(works)
    async with works.look() as look:
        row = (await look.connection.execute(select(deliveries))).one()
    assert b"answer to id-1" not in row.answer


async def test_an_answer_that_was_expunged_is_not_given_again_and_nothing_is_done_twice(works: Works) -> None:
    await delivered(works)
    async with works.begin() as work:
        await work.sealer.destroy(CASE)
    repeat = await delivered(works)
    assert isinstance(repeat, Repeat)
    assert repeat.answer is None


async def test_old_deliveries_are_forgotten(works: Works, clock: StandingClock) -> None:
    await delivered(works)
    clock.instant += timedelta(days=2)
    await delivered(works, "id-2", "d2")
    async with works.begin() as work:
        assert await work.deliveries.forget_before(clock.now() - timedelta(days=1)) == 1
    assert await delivered(works) == "first"
    assert isinstance(await delivered(works, "id-2"), Repeat)
