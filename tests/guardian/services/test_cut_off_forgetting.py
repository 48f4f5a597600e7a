"""A forgetting that is cut off at any of its writes is carried on: nobody is half forgotten, and nobody with them.

Policy: P-9.5.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from guardian.services.decisions import closing as closings
from guardian.services.retention import expunction
from guardian.storage.database import Database
from guardian.storage.key_rotation import rotate_keys
from tests.builders.community import BRUNO, Community, a_community
from tests.builders.journey import DAY, Journey, a_journey, a_warning
from tests.builders.stolen_copy import Copy

GONE = ("wombatface", "brambleking")
KEPT = ("vellichor", "thistlequeen")
_WRITES = ("INSERT", "UPDATE", "DELETE")


class CutOff(BaseException):
    """The process is killed: nothing that catches an exception sees it."""


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path) as opened:
        yield opened


@contextmanager
def cut_off_at(database: Database, number: int) -> Iterator[None]:
    """The process is killed before the write of that number, counted from 1."""
    writes = count(1)

    def kill(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(_WRITES) and next(writes) == number:
            raise CutOff

    engine = database._backend.writer.sync_engine
    event.listen(engine, "before_cursor_execute", kill)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", kill)


async def forget(community: Community) -> None:
    """What the service does of it in a day."""
    await expunction.forget_due(community.app)
    await rotate_keys(community.units_of_work)


async def is_expunged(journey: Journey) -> bool:
    async with journey.community.units_of_work.read() as view:
        return await view.retention.expunged(journey.id) is not None


def readable(community: Community) -> dict[str, bool]:
    """Which of the words are read with every key that is held."""
    now = Copy.of_file(community.folder / "guardian.sqlite")
    text = now.read_with(now.data_keys_by(community.units_of_work.ring))
    return {word: word in text for word in (*GONE, *KEPT)}


@pytest.mark.harm("forgetting-cut-off-halves")
async def test_a_forgetting_that_is_killed_at_any_write_is_whole_or_not_there_and_is_carried_on(
    community: Community,
) -> None:
    """P-9.5: at each write once, the certificate is true whenever there is one, and everybody else is readable."""
    journey = await a_journey(community, handle="brambleking", what_happened="They called me a wombatface.")
    await journey.enact(a_warning())
    await closings.close(community.app, BRUNO, journey.code_name, "Said sorry.")
    await a_journey(community, handle="thistlequeen", what_happened="They posted a vellichor in every thread.")
    community.pass_time(366 * DAY)
    seen = await killed_at_each_write(community, journey)
    assert seen == {False, True}, "it was killed before the certificate and after it"
    community.pass_time(community.app.policy.retention.forget_backups_after)
    assert await killed_at_each_write(community, journey) == {True}, "it was killed while old keys were destroyed"


async def killed_at_each_write(community: Community, journey: Journey) -> set[bool]:
    """The service forgets, and is killed at each of its writes in turn; whether the certificate stood, each time."""
    seen = set()
    for number in count(1):
        is_done = await _is_done(community, number)
        is_gone = await is_expunged(journey)
        assert readable(community) == {word: word in KEPT or not is_gone for word in (*GONE, *KEPT)}, number
        if is_done:
            break
        seen.add(is_gone)
    assert await is_expunged(journey)
    return seen


async def _is_done(community: Community, number: int) -> bool:
    try:
        with cut_off_at(community.units_of_work._database, number):
            await forget(community)
    except CutOff:
        return False
    return True
