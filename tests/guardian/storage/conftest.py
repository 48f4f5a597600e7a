"""An open database of either kind with every table in it, a key ring, and units of work on both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.guardian.storage.manual_clock import ManualClock


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
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def units_of_work(database: Database, ring: KeyRing, clock: ManualClock) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ring, clock)
