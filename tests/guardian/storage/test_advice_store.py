"""Who is asked for advice is read back as it was stored, and an ended request is open no more."""

from dataclasses import replace

import pytest

from guardian.cases.advice import AdviceEnd, AdviceRequest
from guardian.cases.submissions import new_case
from guardian.errors import Stale
from guardian.ids import new_id
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.builders.community import AMARA, BRUNO
from tests.fakes.clock import START

CASE = new_case("velvet-harbour", START, danger=False)
REQUEST = AdviceRequest(id=new_id(), case=CASE.id, adviser=AMARA, by=BRUNO, asked_at=START, question="What now?")


async def test_a_request_is_read_back_and_ended_once(units_of_work: SqlUnitOfWorkFactory) -> None:
    ended = replace(REQUEST, stated_at=START, ended_at=START, end=AdviceEnd.CONFLICT)
    async with units_of_work.begin() as uow:
        await uow.cases.add_case(CASE)
        await uow.advice.add_request(REQUEST)
        assert await uow.advice.open_requests() == (REQUEST,)
        await uow.advice.save_request(ended)
        with pytest.raises(Stale):
            await uow.advice.save_request(ended)
    async with units_of_work.read() as view:
        assert await view.advice.open_requests() == ()
        assert await view.advice.requests_of(CASE.id) == (replace(ended, version=1),)
