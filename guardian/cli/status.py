"""`guardian status`: how things stand, in numbers. It shows no content, and nobody's name."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import aiohttp

from guardian.cli.opening import ConfigOption, JsonOption, opened, say, say_json, settings_of
from guardian.desk.setup import chair_waits
from guardian.desk.standing import Counts, counts
from guardian.settings.models import Settings
from guardian.storage.migrations.steps import current

_PATIENCE: Final = aiohttp.ClientTimeout(total=3)


def command(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how things stand, in numbers: cases, sanctions, blocked keys, notices, the running service, the clock."""
    told = asyncio.run(standing(settings_of(config)))
    if as_json:
        say_json(told)
    else:
        _show(told)


async def standing(settings: Settings) -> Mapping[str, Any]:
    """The numbers; `service` is what the running one says of itself, or None where none answers."""
    async with opened(settings) as service:
        found = await counts(service.desk, await chair_waits(service.desk))
        async with service.works.look() as view:
            journal = await view.journal.verify()
        return {
            "database": {"where": service.database.where, "step": await current(service.database)},
            "journal": {"entries": journal.entries, "whole": journal.whole, "head": journal.head},
            "modes": {str(each.space.name): str(each.mode) for each in service.connected},
            **_counted(found),
            "service": await _running(settings),
        }


def _counted(found: Counts) -> Mapping[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in asdict(found).items()}


async def _running(settings: Settings) -> Mapping[str, Any] | None:
    """What the service on this host says at its health address."""
    if not settings.port:
        return None
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  # read, not bound
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as session,
            session.get(f"http://{host}:{settings.port}/healthz") as answer,
        ):
            told: Any = await answer.json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _show(told: Mapping[str, Any]) -> None:
    running = told["service"]
    say(f"database       {told['database']['where']}, step {told['database']['step']}")
    journal = told["journal"]
    say(f"journal        {journal['entries']} entries, {'whole' if journal['whole'] else 'NOT WHOLE'}")
    for name in ("modes", "cases", "sanctions", "notices", "blocked_keys"):
        say(f"{name.replace('_', ' '):14} {_in_line(told[name])}")
    say(f"first chair    {'confirmed' if told['chair_confirmed'] else 'not confirmed yet'}")
    if running is None:
        say("service        does not answer on this host (guardian serve runs it)")
        return
    say(f"service        {'well' if running.get('well') else 'NOT WELL'}")
    say(f"heartbeats     {_in_line(running.get('heartbeats', {}), ' s ago')}")
    say(f"clock          {'trusted' if running.get('clock_trusted') else 'NOT TRUSTED: nothing is released'}")


def _in_line(numbers: Mapping[str, Any], unit: str = "") -> str:
    return ", ".join(f"{name} {number}{unit}" for name, number in numbers.items()) or "none"
