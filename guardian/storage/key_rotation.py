"""Replaces keys of the ring while the service runs: new ones first, then all that stood under the old, and then those go.

It is level-triggered: what is left to do is read from the ring and the database, so that it can be stopped anywhere and
done again. Read `rotate_keys` first. Policy: P-9.5.
"""

from datetime import timedelta
from typing import Final

from guardian.journal import SERVICE, Entry
from guardian.logs import logger
from guardian.storage.key_ring import KeyKind
from guardian.storage.key_rotation_store import KeyRotation
from guardian.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory

log = logger("storage")

_DAY: Final = timedelta(days=1)


async def rotate_keys(units_of_work: SqlUnitOfWorkFactory, looked_every: timedelta = _DAY) -> int:
    """Carry every rotation on as far as it goes now, and return how many were brought to their end.

    Old keys are destroyed only once nothing stands under them any more, and at the last look before the day that was
    promised: `looked_every` is how far the looks are apart.
    """
    async with units_of_work.read() as view:
        rotations = await view.key_rotations.open()
    if not rotations:
        return 0
    await _add_keys(units_of_work, rotations)
    while await _renew_some(units_of_work):
        pass
    completed = 0
    for rotation in rotations:
        completed += await _destroy_old(units_of_work, rotation, looked_every)
    return completed


async def _add_keys(units_of_work: SqlUnitOfWorkFactory, rotations: tuple[KeyRotation, ...]) -> None:
    async with units_of_work.begin() as uow:
        ring = uow.encryption.ring
        # The new key is in its file before anything stands under it; one that nothing stands under does no harm.
        if any(each.wrapping >= ring.newest() for each in rotations):
            ring.add_keys(KeyKind.WRAPPING)
        if any(each.indexing >= ring.newest(KeyKind.INDEX) for each in rotations):
            ring.add_keys(KeyKind.INDEX)


async def _renew_some(units_of_work: SqlUnitOfWorkFactory) -> int:
    async with units_of_work.begin() as uow:
        renewed = await uow.key_rotations.renew_some()
        uow.scrub_after_commit()
    return renewed


async def _destroy_old(units_of_work: SqlUnitOfWorkFactory, rotation: KeyRotation, looked_every: timedelta) -> bool:
    async with units_of_work.begin() as uow:
        if uow.now < rotation.destroy_at - looked_every:
            return False
        if await uow.key_rotations.renew_some():
            # Somebody has written under an old key meanwhile: the next round comes back to it.
            return False
        return await _destroy(uow, rotation)


async def _destroy(uow: SqlUnitOfWork, rotation: KeyRotation) -> bool:
    ring = uow.encryption.ring
    ring.destroy_up_to(KeyKind.WRAPPING, rotation.wrapping)
    ring.destroy_up_to(KeyKind.INDEX, rotation.indexing)
    await uow.key_rotations.complete(rotation, uow.now)
    about = {"wrapping": str(rotation.wrapping), "index": str(rotation.indexing), "since": rotation.at.isoformat()}
    uow.journal.note(Entry(act="keys.were_destroyed", by=SERVICE, authority="P-9.5", about=about))
    log.info("keys.were_destroyed", count=rotation.wrapping)
    return True
