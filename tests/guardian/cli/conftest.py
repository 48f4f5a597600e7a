"""An installation over running emulators, and the command as a process of its own beside them."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from guardian.cli.__main__ import run
from guardian.clock import MachineClock, system_now
from guardian.sandbox.bootstrap import create_installation
from guardian.sandbox.config import SandboxOptions, write_config
from guardian.sandbox.world import World, open_world
from guardian.settings.loader import read_settings
from guardian.settings.models import Settings

ROOT = Path(__file__).parents[3]
TIMEOUT_SECONDS = 60.0
CODE_LENGTH = 11
CHAIR = ("--chair", "Ann Able", "--chair-discord", "77", "--chair-email", "ann@example.org")


@dataclass(frozen=True, slots=True)
class EndedCommand:
    """A command that has ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Commands:
    """One folder, with commands given in this very process: for those that need no spaces, which are most faults."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def give(self, *words: str) -> EndedCommand:
        """The command has ended."""
        self.capture.readouterr()
        code = run([*words, "--config", str(self.config)])
        told = self.capture.readouterr()
        return EndedCommand(code, told.out, told.err)

    def use(self, *words: str) -> EndedCommand:
        """The same, without naming the configuration."""
        self.capture.readouterr()
        code = run(words)
        told = self.capture.readouterr()
        return EndedCommand(code, told.out, told.err)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "guardian.toml"

    def options(self) -> tuple[str, ...]:
        """What setup needs to know of one space, whose token stands in a file."""
        token = self.folder / "token"
        token.write_text("a token\n", encoding="utf-8")
        token.chmod(0o600)
        return ("--community", "Ours", "--discord-guild-id", "42", "--discord-token-file", str(token))

    def files(self) -> dict[str, bytes]:
        """Every file that is not the database's own, by its name from the folder."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and ".sqlite" not in path.name)
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


@dataclass(slots=True)
class Host:
    """One folder on one machine, where commands are given."""

    folder: Path
    guardian: tuple[str, ...]

    async def start(self, *words: str, new_session: bool = False) -> asyncio.subprocess.Process:
        """The command has been given."""
        environment = {name: text for name, text in os.environ.items() if not name.startswith("GUARDIAN_")}
        return await asyncio.create_subprocess_exec(
            *self.guardian,
            *words,
            cwd=self.folder,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=new_session,
        )

    async def give(self, *words: str, typed: Sequence[str] = (), new_session: bool = False) -> EndedCommand:
        """The command has ended; `typed` is what the person answers, a line each."""
        process = await self.start(*words, new_session=new_session)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            out, err = await process.communicate("".join(f"{line}\n" for line in typed).encode())
        return EndedCommand(process.returncode or 0, out.decode(), err.decode())


@dataclass(slots=True)
class Installation(Host):
    """A host on which Guardian is set up, in enforce mode, over emulated spaces in the machine's own time."""

    world: World
    settings: Settings

    async def give_as(self, *words: str, to: str, after: Sequence[str] = (), new_session: bool = False) -> EndedCommand:
        """The same for a command that asks for the code which the person `to` has in their direct messages."""
        process = await self.start(*words, new_session=new_session)
        assert process.stdin is not None
        assert process.stderr is not None
        async with asyncio.timeout(TIMEOUT_SECONDS):
            asked = await process.stderr.readuntil(b"discord: ")
            lines = [self.codes(to)[-1], *after]
            out, err = await process.communicate("".join(f"{line}\n" for line in lines).encode())
        return EndedCommand(process.returncode or 0, out.decode(), (asked + err).decode())

    def codes(self, to: str) -> list[str]:
        """The codes in somebody's direct messages, oldest first."""
        state = self.world.discord.state
        channel = state.private_channel(self.world[to].discord)
        texts = [message.content for message in state.messages_in(channel.id)] if channel else []
        lines = [line for text in texts for line in text.splitlines()]
        return [line for line in lines if len(line) == CODE_LENGTH and line[5] == "-"]


@pytest.fixture
def empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Commands]:
    """A folder with nothing in it. What the commands do to the log is undone afterwards."""
    yield Commands(tmp_path, capsys)
    structlog.reset_defaults()


@pytest.fixture
def founded(empty: Commands) -> Commands:
    """An installation with one space and its first chair, made by setup itself."""
    ended = empty.give("setup", *empty.options(), *CHAIR)
    assert ended.code == 0, ended.err
    return empty


@pytest.fixture
def host(tmp_path: Path, warm: tuple[str, ...]) -> Host:
    """A folder with nothing in it."""
    return Host(tmp_path, warm)


@pytest.fixture
async def installation(tmp_path: Path, warm: tuple[str, ...]) -> AsyncIterator[Installation]:
    """Guardian, set up over emulated spaces; no service runs yet."""
    async with open_world(system_now) as world:
        settings = read_settings(write_config(tmp_path, world, SandboxOptions()), {})
        await create_installation(settings, world.community.members(), MachineClock())
        yield Installation(tmp_path, warm, world, settings)
