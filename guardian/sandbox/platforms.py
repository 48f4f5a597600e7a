"""Just the three emulated platforms, for others to put their own tools in between: one line of JSON, then they stay up."""

import asyncio
import contextlib
import json
import os
import signal
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final, TextIO

from guardian.clock import MachineClock
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.stage import temporary_folder
from guardian.sandbox.world import FORUM_WEBHOOK_SECRET, GROUP_ADDRESS, GROUP_MAIL_PASSWORD, World, open_world

REAL_LIMITS: Final = 1.0
_END_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


async def show_platforms(out: TextIO) -> int:
    """Run the platforms, in the machine's own time, until they are told to end."""
    with temporary_folder() as folder:
        async with open_world(MachineClock().now, scale=REAL_LIMITS) as world:
            key = Path(folder) / "github-app.pem"
            key.touch(mode=0o600)
            key.write_text(world.github.private_key_pem, encoding="utf-8")
            out.write(json.dumps(describe_platforms(world, key)) + "\n")
            out.flush()
            await wait_until_ended()
    return 0


def describe_platforms(world: World, key: Path) -> Mapping[str, Any]:
    """Describe addresses, credentials, and everybody who lives there."""
    return {
        DISCORD: {
            "api_url": world.discord.api_url,
            "gateway_url": world.discord.gateway_url,
            "token": world.discord.token,
            "application_id": world.discord.application_id,
            "guild_id": world.discord.guild_id,
            "control_token": world.discord.control_token,
        },
        FORUM: {
            "url": world.forum.url,
            "api_key": world.forum.api_key,
            "api_username": world.forum.api_username,
            "webhook_secret": FORUM_WEBHOOK_SECRET,
            "control_token": world.forum.control_token,
        },
        GITHUB: {
            "url": world.github.url,
            "app_id": world.github.app_id,
            "installation_id": world.github.installation_id,
            "private_key": world.github.private_key_pem,
            "private_key_path": str(key),
            "organization": world.github.organization,
            "webhook_secret": world.github.webhook_secret,
            "control_token": world.github.control_token,
        },
        "mail": {
            "smtp_port": world.mail.smtp_port,
            "imap_port": world.mail.imap_port,
            "address": GROUP_ADDRESS,
            "password": GROUP_MAIL_PASSWORD,
            "authserv_id": world.mail.mail_store.hostname,
        },
        "people": [_describe_person(human) for human in world.community.people.values()],
    }


def _describe_person(human: Human) -> Mapping[str, Any]:
    return {"handle": human.key, "name": human.name, "is": human.is_, **{s: human.accounts[s] for s in SPACES}}


async def wait_until_ended(also: asyncio.Event | None = None) -> None:
    """Wait until it is enough: a signal, `also`, or the end of an input that somebody keeps open."""
    ended = also or asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in _END_SIGNALS:
        loop.add_signal_handler(ending, ended.set)
    input_number = None if also is not None else _watchable_input(sys.stdin)
    if input_number is not None:
        loop.add_reader(input_number, _on_input, input_number, ended)
    try:
        await ended.wait()
    finally:
        if input_number is not None:
            loop.remove_reader(input_number)
        for ending in _END_SIGNALS:
            loop.remove_signal_handler(ending)


def _watchable_input(source: IO[str] | None) -> int | None:
    """The input that can end: a terminal, or a pipe whose other end somebody keeps open."""
    with contextlib.suppress(OSError, ValueError):
        if source is not None:
            number = source.fileno()
            mode = os.fstat(number).st_mode
            if source.isatty() or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
                return number
    return None


def _on_input(number: int, ended: asyncio.Event) -> None:
    with contextlib.suppress(BlockingIOError):
        if not os.read(number, 4096):
            ended.set()
