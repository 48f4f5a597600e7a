"""Sets an installation up as its operator does: by the commands themselves, over those emulated spaces that it has.

The commands run as processes of their own in the machine's time, so that a story on such an installation begins then.
Read `set_up` first. Policy: P-11.2.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from guardian.ids import SpaceName
from guardian.sandbox.community import DISCORD, FORUM, Human
from guardian.sandbox.config import COMMUNITY, FILE
from guardian.sandbox.world import FORUM_WEBHOOK_SECRET, GROUP_ADDRESS, World

SMALL_GROUP: Final[Mapping[str, tuple[str, ...]]] = {
    "nadia": ("working_group:chair",),
    "tomas": ("working_group",),
    "kofi": ("working_group",),
    "ruth": ("standby",),
    "sven": ("standby",),
}
"""Three members, and two from outside who stand in for a Board that there is not."""

GUARDIAN: Final = (sys.executable, "-m", "guardian")
"""The words that start the command."""

_TIMEOUT_SECONDS: Final = 120.0
_SELDOM: Final = '\n[reconciler]\nsweep_every = "7d"\nrelink_every = "90d"\nrounds_every = "7d"\n'
_ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a community answers to set-up: how many they are, whether they have a Board, which spaces, mail or not.

    `seats` are the places of each person by their key. People have accounts in those spaces that are `theirs`, and a
    mail address where there is mail.
    """

    size: int
    seats: Mapping[str, tuple[str, ...]]
    spaces: tuple[SpaceName, ...] = ()
    theirs: tuple[SpaceName, ...] = ()
    has_board: bool = False
    has_mail: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """What set-up said, and what the check found afterwards: each thing that is not well, in its words."""

    path: Path
    said: str
    ill: tuple[str, ...]


async def set_up(folder: Path, world: World, arrangement: Arrangement, guardian: Sequence[str]) -> Checked:
    """Set up, switch each space to enforce, and check, by the command that those words start."""
    run = partial(run_command, guardian, folder)
    people = folder / "members.toml"
    people.write_text(_members_file(world, arrangement), encoding="utf-8")
    options = (*_options(folder, world, arrangement), "--members", str(people))
    said = await run("setup", *options)
    path = folder / FILE
    path.write_text(_as_emulated(path.read_text(encoding="utf-8"), world), encoding="utf-8")
    for space in arrangement.spaces:
        await run("mode", str(space), "enforce")
    found = json.loads(await run("check", "--json", may_fail=True))
    ill = tuple(f"{each['where']}: {each['what']}" for each in found["findings"] if not each["well"])
    return Checked(path, said, ill)


def _options(folder: Path, world: World, arrangement: Arrangement) -> tuple[str, ...]:
    board = "--board" if arrangement.has_board else "--no-board"
    options = ["--community", COMMUNITY, "--listen", "127.0.0.1:0", "--size", str(arrangement.size), board]
    # Nobody here has a passkey, and the stories are about what members do once they are in.
    options.append("--no-second-factor")
    if DISCORD in arrangement.spaces:
        token = _secret(folder, "discord-token", world.discord.token)
        options += ["--discord-guild-id", world.discord.guild_id, "--discord-token-file", token]
    if FORUM in arrangement.spaces:
        options += ["--forum-url", world.forum.url, "--forum-api-username", world.forum.api_username]
        options += ["--forum-api-key-file", _secret(folder, "forum-key", world.forum.api_key)]
        options += ["--forum-webhook-secret-file", _secret(folder, "forum-hook", FORUM_WEBHOOK_SECRET)]
    if arrangement.has_mail:
        options += ["--mail-host", "127.0.0.1", "--mail-port", str(world.mail.smtp_port), "--mail-tls", "none"]
        options += ["--mail-sender", GROUP_ADDRESS]
    return tuple(options)


def _secret(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return str(path)


def _members_file(world: World, arrangement: Arrangement) -> str:
    return "\n".join(_member_table(world[key], seats, arrangement) for key, seats in arrangement.seats.items())


def _member_table(human: Human, seats: tuple[str, ...], arrangement: Arrangement) -> str:
    # A JSON text or list of texts is one of TOML as well.
    lines = ["[[member]]", f"name = {json.dumps(human.name)}", f"seats = {json.dumps(seats)}"]
    lines += [f"{space} = {json.dumps(human.accounts[space])}" for space in arrangement.theirs]
    if arrangement.has_mail:
        lines.append(f"email = {json.dumps(human.mail)}")
    return "\n".join([*lines, ""])


def _as_emulated(text: str, world: World) -> str:
    """The file with the addresses of an emulated Discord, and with rounds so seldom that weeks pass in seconds."""
    urls = f'api_url = "{world.discord.api_url}"\ngateway_url = "{world.discord.gateway_url}"\n'
    return (
        text.replace("[spaces.discord]\n", f"[spaces.discord]\n{urls}").replace(
            "[spaces.forum]\n", '[spaces.forum]\ninbox_every = "7d"\n'
        )
        + _SELDOM
    )


async def run_command(
    guardian: Sequence[str], folder: Path, *words: str, typed: str = "", may_fail: bool = False
) -> str:
    """Run the command in the folder, with what somebody types into it, and return what it said.

    LookupError where it was refused.
    """
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GUARDIAN_")}
    process = await asyncio.create_subprocess_exec(
        *guardian,
        *words,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(_ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        out, err = await process.communicate(typed.encode())
    if process.returncode and not may_fail:
        raise LookupError(f"guardian {words[0]} was refused: {err.decode().strip()}")
    return out.decode()
