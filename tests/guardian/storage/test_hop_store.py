"""What passed between the groups is read back as it was written, sealed, and keeps the names that it used."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from guardian.cases.intake import new_case
from guardian.cases.local import HopState, Way, new_hop
from guardian.errors import Stale
from guardian.storage.work import Works
from tests.builders.desk import AMARA, FORUM, INES
from tests.fakes.clock import START

CASE = new_case("velvet-harbour", START, danger=False)
HOP = replace(
    new_hop(CASE.id, Way.UP, FORUM, START, INES),
    matter="quiet-spindle",
    words="words of a moderator",
    done_locally="done in words",
    spaces=(FORUM,),
)


async def prepared(works: Works) -> None:
    """The case, with what was passed on in it."""
    async with works.begin() as work:
        await work.cases.add_case(CASE)
        await work.hops.add_hop(HOP)


async def test_a_hop_is_read_back_by_its_case_and_by_its_reference(works: Works) -> None:
    await prepared(works)
    accepted = replace(HOP, state=HopState.ACCEPTED, accepted_by=AMARA, accepted_at=START, positions={"group": "No."})
    async with works.begin() as work:
        kept = await work.hops.save_hop(accepted)
        with pytest.raises(Stale):
            await work.hops.save_hop(accepted)
    async with works.look() as view:
        assert await view.hops.of_case(CASE.id) == (kept,)
        assert await view.hops.by_reference(HOP.reference) == kept
        assert await view.hops.all_hops() == (kept,)


async def test_what_anybody_wrote_is_sealed_and_a_matter_s_name_stays_taken(works: Works) -> None:
    """P-3.1"""
    await prepared(works)
    async with works.look() as view:
        (row,) = list(await view.connection.execute(text("SELECT * FROM hops")))
        assert {"velvet-harbour", "quiet-spindle"} <= await view.cases.code_names()
    assert b"in words" not in repr(tuple(row)).encode()
    assert b"words of" not in repr(tuple(row)).encode()
