"""The modes of the spaces, which may change while the service runs: by the configuration file, read anew.

Read `ConfiguredModes.reread` first.
"""

from dataclasses import dataclass
from pathlib import Path

from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.journal import OPERATOR, Entry
from guardian.logs import logger
from guardian.settings.loader import read_modes
from guardian.spaces.registry import Mode, SpaceRegistry
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from guardian.unit_of_work import WakeupTopic

log = logger("assembly")


@dataclass(slots=True)
class ConfiguredModes:
    """The modes that the file at `path` gives to the spaces."""

    path: Path
    spaces: SpaceRegistry
    units_of_work: SqlUnitOfWorkFactory
    _file_stamp: tuple[int, int] | None = None

    async def reread(self) -> tuple[str, ...]:
        """Give each space the mode that the file says now.

        A file that cannot be read changes nothing: its faults are returned.
        """
        try:
            modes = read_modes(self.path)
        except Misconfigured as error:
            log.error("modes.not_read", faults=len(error.faults))
            return tuple(error.faults)
        for name in self.spaces.names:
            mode = modes.get(name, Mode.OBSERVE)
            if mode is not self.spaces.mode(name):
                await self._switch(name, mode)
        return ()

    async def reread_changed(self) -> bool:
        """Read the file where it is not as it was at the last look; return that the look was made."""
        stamp = _stamp(self.path)
        if stamp != self._file_stamp:
            self._file_stamp = stamp
            await self.reread()
        return True

    async def _switch(self, name: SpaceName, mode: Mode) -> None:
        """Apply the mode at once: every work item of the space is reconciled under it."""
        self.spaces.set_mode(name, mode)
        async with self.units_of_work.begin() as uow:
            uow.journal.note(
                Entry(
                    act="mode.was_switched", by=OPERATOR, authority="configuration", about={"space": name, "mode": mode}
                )
            )
            await uow.sanctions.schedule_space(name, uow.now)
            uow.wake(WakeupTopic.WORK_ITEMS)
        log.info("mode.switched", space=name, mode=mode)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
