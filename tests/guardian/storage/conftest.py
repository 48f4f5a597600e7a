"""An open database of either kind with every table in it, a key ring, and units of work on both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.work import Works
from tests.guardian.storage.standing import StandingClock


@pytest.fixture
async def bare(database_url: str) -> AsyncIterator[Database]:
    """A database without any table."""
    async with await Database.open(database_url) as opened:
        yield opened


@pytest.fixture
async def database(full_database_url: str) -> AsyncIterator[Database]:
    """A database with every table."""
    async with await Database.open(full_database_url) as opened:
        yield opened


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys", tmp_path / "master")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def works(database: Database, ring: KeyRing, clock: StandingClock) -> Works:
    return Works(database, ring, clock)
