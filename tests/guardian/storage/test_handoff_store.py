"""What passed between the groups is read back as it was written, sealed, and keeps the names that it used."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from guardian.cases.handoffs import Direction, HandoffState, new_handoff
from guardian.cases.submissions import new_case
from guardian.errors import Stale
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.builders.community import AMARA, FORUM, INES
from tests.fakes.clock import START

CASE = new_case("velvet-harbour", START, danger=False)
HANDOFF = replace(
    new_handoff(CASE.id, Direction.UP, FORUM, START, INES),
    matter="quiet-spindle",
    words="words of a moderator",
    done_locally="done in words",
    spaces=(FORUM,),
)


async def prepared(units_of_work: SqlUnitOfWorkFactory) -> None:
    """The case, with what was passed on in it."""
    async with units_of_work.begin() as uow:
        await uow.cases.add_case(CASE)
        await uow.handoffs.add_handoff(HANDOFF)


async def test_a_hop_is_read_back_by_its_case_and_by_its_reference(units_of_work: SqlUnitOfWorkFactory) -> None:
    await prepared(units_of_work)
    accepted = replace(
        HANDOFF, state=HandoffState.ACCEPTED, accepted_by=AMARA, accepted_at=START, positions={"group": "No."}
    )
    async with units_of_work.begin() as uow:
        kept = await uow.handoffs.save_handoff(accepted)
        with pytest.raises(Stale):
            await uow.handoffs.save_handoff(accepted)
    async with units_of_work.read() as view:
        assert await view.handoffs.of_case(CASE.id) == (kept,)
        assert await view.handoffs.by_reference(HANDOFF.reference) == kept
        assert await view.handoffs.all_handoffs() == (kept,)


async def test_what_anybody_wrote_is_sealed_and_a_matter_s_name_stays_taken(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    """P-3.1"""
    await prepared(units_of_work)
    async with units_of_work.read() as view:
        (row,) = list(await view.connection.execute(text("SELECT * FROM handoffs")))
        assert {"velvet-harbour", "quiet-spindle"} <= await view.cases.used_code_names(
            ["velvet-harbour", "quiet-spindle", "other-name"]
        )
    assert b"in words" not in repr(tuple(row)).encode()
    assert b"words of" not in repr(tuple(row)).encode()
