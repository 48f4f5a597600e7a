"""`guardian status`: how things stand, in numbers. It shows no content, and nobody's name."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import aiohttp

from guardian.cli.context import ConfigOption, JsonOption, load_settings, open_service, print_json, print_line
from guardian.services.operations.setup import is_chair_unconfirmed
from guardian.services.operations.status import StatusCounts, status_counts
from guardian.settings.models import Settings
from guardian.storage.migrations.steps import current_revision

_TIMEOUT: Final = aiohttp.ClientTimeout(total=3)


def command(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how things stand, in numbers: cases, sanctions, blocked keys, notices, the running service, the clock."""
    status = asyncio.run(read_status(load_settings(config)))
    if as_json:
        print_json(status)
    else:
        _show(status)


async def read_status(settings: Settings) -> Mapping[str, Any]:
    """Read the numbers; `service` is what the running one says of itself, or None where none answers."""
    async with open_service(settings) as service:
        found = await status_counts(service.app, await is_chair_unconfirmed(service.app))
        async with service.units_of_work.read() as view:
            journal = await view.journal.verify()
        return {
            "database": {"where": service.database.where, "step": await current_revision(service.database)},
            "journal": {"entries": journal.entries, "whole": journal.is_intact, "head": journal.head},
            "modes": {str(each.space.name): str(each.mode) for each in service.connected},
            **_counts_as_mapping(found),
            "service": await _ask_running_service(settings),
        }


def _counts_as_mapping(found: StatusCounts) -> Mapping[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in asdict(found).items()}


async def _ask_running_service(settings: Settings) -> Mapping[str, Any] | None:
    """What the service on this host says at its health address."""
    if not settings.port:
        return None
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  # read, not bound
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(f"http://{host}:{settings.port}/healthz") as answer,
        ):
            health: Any = await answer.json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return None
    return health if isinstance(health, dict) else None


def _show(status: Mapping[str, Any]) -> None:
    service = status["service"]
    print_line(f"database       {status['database']['where']}, step {status['database']['step']}")
    journal = status["journal"]
    print_line(f"journal        {journal['entries']} entries, {'whole' if journal['whole'] else 'NOT WHOLE'}")
    for name in ("modes", "cases", "sanctions", "notices", "blocked_keys"):
        print_line(f"{name.replace('_', ' '):14} {_format_numbers(status[name])}")
    print_line(f"first chair    {'confirmed' if status['chair_confirmed'] else 'not confirmed yet'}")
    if service is None:
        print_line("service        does not answer on this host (guardian serve runs it)")
        return
    print_line(f"service        {'well' if service.get('well') else 'NOT WELL'}")
    down = ", ".join(service.get("spaces_down", ()))
    print_line(f"spaces         {f'NOT REACHED: {down} (guardian check says why)' if down else 'all reached'}")
    print_line(f"heartbeats     {_format_numbers(service.get('heartbeats', {}), ' s ago')}")
    print_line(f"clock          {'trusted' if service.get('clock_trusted') else 'NOT TRUSTED: nothing is released'}")


def _format_numbers(numbers: Mapping[str, Any], unit: str = "") -> str:
    return ", ".join(f"{name} {number}{unit}" for name, number in numbers.items()) or "none"
