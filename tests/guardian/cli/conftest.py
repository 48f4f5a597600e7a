"""An installation over running emulators, and the command as a process of its own beside them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from guardian.clock import MachineClock, wire_instant
from guardian.sandbox.config import Wishes, write_config
from guardian.sandbox.founding import found
from guardian.sandbox.worlds import World, a_world
from guardian.settings.reading import read_settings
from guardian.settings.values import Settings

HOUSE = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0
CODE_LENGTH = 11


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Host:
    """One folder on one machine, where commands are given."""

    folder: Path

    async def start(self, *words: str, new_session: bool = False) -> asyncio.subprocess.Process:
        """The command has been given."""
        environment = {name: text for name, text in os.environ.items() if not name.startswith("GUARDIAN_")}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "guardian",
            *words,
            cwd=self.folder,
            env={**environment, "PYTHONPATH": str(HOUSE)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=new_session,
        )

    async def give(self, *words: str, typed: Sequence[str] = (), new_session: bool = False) -> Ended:
        """The command has ended; `typed` is what the person answers, a line each."""
        process = await self.start(*words, new_session=new_session)
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate("".join(f"{line}\n" for line in typed).encode())
        return Ended(process.returncode or 0, out.decode(), err.decode())


@dataclass(slots=True)
class Installation(Host):
    """A host on which Guardian is set up, in enforce mode, over emulated spaces in the machine's own time."""

    world: World
    settings: Settings

    async def give_as(self, *words: str, to: str, after: Sequence[str] = (), new_session: bool = False) -> Ended:
        """The same for a command that asks for the code which the person `to` has in their direct messages."""
        process = await self.start(*words, new_session=new_session)
        assert process.stdin is not None
        assert process.stderr is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            asked = await process.stderr.readuntil(b"discord: ")
            lines = [self.codes(to)[-1], *after]
            out, err = await process.communicate("".join(f"{line}\n" for line in lines).encode())
        return Ended(process.returncode or 0, out.decode(), (asked + err).decode())

    def codes(self, to: str) -> list[str]:
        """The codes in somebody's direct messages, oldest first."""
        state = self.world.discord.state
        channel = state.private_channel(self.world[to].discord)
        texts = [message.content for message in state.messages_in(channel.id)] if channel else []
        lines = [line for text in texts for line in text.splitlines()]
        return [line for line in lines if len(line) == CODE_LENGTH and line[5] == "-"]


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A folder with nothing in it."""
    return Host(tmp_path)


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    """Guardian, set up over emulated spaces; no service runs yet."""
    async with a_world(wire_instant) as world:
        settings = read_settings(write_config(tmp_path, world, Wishes()), {})
        await found(settings, world.community.members(), MachineClock())
        yield Installation(tmp_path, world, settings)
