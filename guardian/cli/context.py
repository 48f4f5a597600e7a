"""What commands begin with: the configuration, and the service's parts opened over it without being started."""

import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from logging import CRITICAL
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from guardian.assembly.bootstrap import assemble
from guardian.assembly.service import Service
from guardian.clock import MachineClock
from guardian.errors import Misconfigured
from guardian.logs import configure
from guardian.settings.loader import config_path, read_settings
from guardian.settings.models import Settings
from guardian.storage.migrations.steps import check_current

_SQLITE: Final = "sqlite:///"

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration file. Otherwise GUARDIAN_CONFIG, or guardian.toml here."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
AsOption = Annotated[str, typer.Option("--as", metavar="NAME", help="The member who acts; they are sent a code.")]


def load_settings(config: Path | None) -> Settings:
    """Return the settings that this command works with; Misconfigured names every fault."""
    return read_settings(config_path(os.environ, config), os.environ)


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open the service's parts over a database of this release, not started, and not signed in to any space."""
    configure(as_json=False, level=CRITICAL)
    refuse_missing_database(settings)
    service = await assemble(settings, clock=MachineClock(), application="command")
    try:
        await check_current(service.database)
        yield service
    finally:
        await service.stop()


async def sign_in(service: Service) -> None:
    """Sign in to the spaces, so that they can be asked."""
    with show_progress("Signing in to the spaces"):
        await service.sign_in()


def refuse_missing_database(settings: Settings) -> None:
    """Raise Misconfigured where the database is a file that is not there: opening it would make an empty one."""
    if settings.database.startswith(_SQLITE):
        path = Path(settings.database.removeprefix(_SQLITE))
        if not path.is_file():
            raise Misconfigured([f"The database {path} is not there. Run guardian setup first."])


@contextmanager
def show_progress(text: str) -> Iterator[Callable[[int, int], None]]:
    """Show somebody at a terminal that work is under way, and how far it is where that is told: how many, of how many."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total: None
        return
    with console.status(f"{text} …") as status:
        yield lambda done, total: status.update(f"{text}: {done:,} of {total:,} …")


def print_line(line: str = "") -> None:
    """Print one line for whoever reads the command's answer."""
    sys.stdout.write(line + "\n")


def print_json(value: object) -> None:
    """Print one line of JSON for a program."""
    print_line(json.dumps(value, ensure_ascii=False, default=str))
