"""`guardian mode`: writes a space's mode into the configuration file, which the running service reads by itself."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from guardian.cli.context import ConfigOption, load_settings, open_service, print_line
from guardian.errors import Refused
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.settings.toml_table import mode_switched
from guardian.spaces.registry import Mode


def command(
    space: Annotated[str, typer.Argument(help="The space's name in the configuration file.")],
    mode: Annotated[Mode, typer.Argument(help="observe: only look. enforce: act.")],
    config: ConfigOption = None,
) -> None:
    """Switch a space between observe and enforce. A running service follows within seconds, without a restart."""
    asyncio.run(switch(load_settings(config), space, mode))
    print_line(f"{space} is set to {mode}. A running service follows within a few seconds.")


async def switch(settings: Settings, space: str, mode: Mode) -> None:
    """Write the mode into the file, and into the journal that the operator did. Refused for a space not in the file."""
    known = [str(each.name) for each in settings.spaces]
    text = mode_switched(settings.path.read_text(encoding="utf-8"), space, mode)
    if text is None or space not in known:
        raise Refused("no_such_space", f"There is no space {space!r} in the file. There are: {', '.join(known)}.")
    async with open_service(settings) as service, service.units_of_work.begin() as uow:
        uow.journal.note(
            Entry(
                act="mode.was_written", by=OPERATOR, authority="architecture 5.10", about={"space": space, "mode": mode}
            )
        )
        write_atomically(settings.path, text)


def write_atomically(path: Path, text: str) -> None:
    """Write the text to the file, which keeps its rights: whole, or as it was before."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
        _sync(path.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    opened_folder = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened_folder)
    finally:
        os.close(opened_folder)
