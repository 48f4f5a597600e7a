"""Keys of the ring are replaced while the service runs; what is interrupted is carried on, and nobody is lost by it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from guardian.errors import Misconfigured
from guardian.ids import PersonId
from guardian.journal import OPERATOR, Entry
from guardian.storage.data_key_store import KeyScope
from guardian.storage.database import Database
from guardian.storage.encryption import DecryptionFailed
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.key_rotation import rotate_keys
from guardian.storage.tables.system import data_keys
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.guardian.storage.manual_clock import ManualClock

pytestmark = pytest.mark.asyncio

SOMEBODY = KeyScope.of_person(PersonId("0192-somebody"))
PLACE = ("accounts", "0192-row", "sealed")
MONTH = timedelta(days=30)


async def seal(units_of_work: SqlUnitOfWorkFactory) -> bytes:
    """Something of somebody's, sealed under their key."""
    async with units_of_work.begin() as uow:
        return await uow.encryption.encrypt(SOMEBODY, *PLACE, "brambleking")


async def read(units_of_work: SqlUnitOfWorkFactory, sealed: bytes) -> object:
    async with units_of_work.read() as view:
        return await view.encryption.decrypt_text(*PLACE, sealed)


async def begin(units_of_work: SqlUnitOfWorkFactory, after: timedelta = MONTH) -> None:
    async with units_of_work.begin() as uow:
        await uow.key_rotations.begin(uow.now, uow.now + after)


@pytest.mark.harm("old-key-never-goes")
async def test_the_old_keys_go_at_the_horizon_and_what_stands_opens_with_the_new_one(
    units_of_work: SqlUnitOfWorkFactory, ring: KeyRing, clock: ManualClock
) -> None:
    """P-9.5: until then the old key opens what stood under it, and after that nothing does."""
    sealed = await seal(units_of_work)
    await begin(units_of_work)
    assert await rotate_keys(units_of_work) == 0
    assert ring.numbers(KeyKind.WRAPPING) == ring.numbers(KeyKind.INDEX) == (2, 1)
    clock.instant += MONTH
    assert await rotate_keys(units_of_work) == 1
    assert ring.numbers(KeyKind.WRAPPING) == ring.numbers(KeyKind.INDEX) == (2,)
    assert await read(units_of_work, sealed) == "brambleking"


@pytest.mark.harm("lost-with-the-old-key")
async def test_a_key_that_somebody_else_has_wrapped_meanwhile_is_not_lost_with_the_old_one(
    database: Database, units_of_work: SqlUnitOfWorkFactory, ring: KeyRing, clock: ManualClock, tmp_path: Path
) -> None:
    """Another process, started before, writes after all was brought under the new key."""
    other = SqlUnitOfWorkFactory(database, KeyRing.load(tmp_path / "keys", tmp_path / "master"), clock)
    await begin(units_of_work)
    await rotate_keys(units_of_work)
    sealed = await seal(other)
    clock.instant += MONTH
    await rotate_keys(units_of_work)
    assert await read(units_of_work, sealed) == await read(other, sealed) == "brambleking"


@pytest.mark.harm("lost-with-the-old-key")
async def test_an_old_key_stays_as_long_as_something_stands_under_it(
    units_of_work: SqlUnitOfWorkFactory, ring: KeyRing, clock: ManualClock
) -> None:
    """Whatever the clock says: a data key that nobody could bring under the new key keeps the old one here."""
    sealed = await seal(units_of_work)
    await begin(units_of_work)
    async with units_of_work.begin() as uow:
        wrapped = (await uow.connection.execute(select(data_keys.c.wrapped))).scalars().first()
        await uow.connection.execute(data_keys.update().values(wrapped=b"\x00\x00\x00\x09" + bytes(40)))
    clock.instant += 2 * MONTH
    with pytest.raises(DecryptionFailed):
        await rotate_keys(units_of_work)
    assert 1 in ring.numbers(KeyKind.WRAPPING)
    async with units_of_work.begin() as uow:
        await uow.connection.execute(data_keys.update().values(wrapped=wrapped))
    await rotate_keys(units_of_work)
    assert await read(units_of_work, sealed) == "brambleking"
    assert ring.numbers(KeyKind.WRAPPING) == (2,)


@pytest.mark.harm("rotation-cut-off-loses")
async def test_a_rotation_that_was_cut_off_after_its_new_key_goes_on_with_that_key(
    units_of_work: SqlUnitOfWorkFactory, ring: KeyRing, clock: ManualClock
) -> None:
    sealed = await seal(units_of_work)
    await begin(units_of_work)
    ring.add_keys(KeyKind.WRAPPING)
    clock.instant += MONTH
    await rotate_keys(units_of_work)
    assert (ring.numbers(KeyKind.WRAPPING), ring.numbers(KeyKind.INDEX)) == ((2,), (2,))
    assert await read(units_of_work, sealed) == "brambleking"


@pytest.mark.harm("rotation-cut-off-loses")
@pytest.mark.parametrize("written", ["coming alone", "ring as well"])
async def test_a_change_of_the_master_key_that_was_cut_off_leaves_a_ring_that_opens(
    tmp_path: Path, ring: KeyRing, written: str
) -> None:
    path, master = tmp_path / "keys", tmp_path / "master"
    old_ring, old_master = path.read_bytes(), master.read_bytes()
    ring.change_master_key()
    new_master = master.read_bytes()
    master.write_bytes(old_master)
    coming = master.with_name("master.coming")
    coming.write_bytes(new_master)
    coming.chmod(0o600)
    if written == "coming alone":
        path.write_bytes(old_ring)
    assert KeyRing.load(path, master).numbers(KeyKind.WRAPPING) == (1,)
    assert KeyRing.load(path, master).index_keys == ring.index_keys


@pytest.mark.harm("old-key-never-goes")
async def test_the_old_master_key_opens_nothing_any_more(tmp_path: Path, ring: KeyRing) -> None:
    path, master = tmp_path / "keys", tmp_path / "master"
    old = tmp_path / "old"
    old.write_bytes(master.read_bytes())
    old.chmod(0o600)
    ring.change_master_key()
    with pytest.raises(Misconfigured, match="does not open"):
        KeyRing.load(path, old)


@pytest.mark.harm("rotation-breaks-the-proof")
async def test_the_journal_verifies_across_a_new_key_of_its_own(
    units_of_work: SqlUnitOfWorkFactory, ring: KeyRing
) -> None:
    """P-9.8: entries under the old key are proved by it, which therefore stays."""
    for _ in range(2):
        async with units_of_work.begin() as uow:
            uow.journal.note(Entry(act="database.was_copied", by=OPERATOR))
        ring.add_keys(KeyKind.JOURNAL)
    async with units_of_work.read() as view:
        assert (await view.journal.verify()).is_intact


@pytest.mark.harm("rotation-breaks-the-proof")
async def test_a_delivery_and_a_pseudonym_are_known_again_after_every_rotation(
    units_of_work: SqlUnitOfWorkFactory, clock: ManualClock
) -> None:
    """A command that is delivered twice would be carried out twice."""
    async with units_of_work.begin() as uow:
        await uow.deliveries.claim("discord", "1", "digest", uow.now)
    await begin(units_of_work, timedelta(0))
    await rotate_keys(units_of_work)
    async with units_of_work.begin() as uow:
        assert await uow.deliveries.claim("discord", "1", "digest", uow.now) is not None
