"""Who acts at this terminal: a member proves it by a code, and for a quarter of an hour need not do so again here.

A grant is a small file under the data folder, bound to the terminal's session: another terminal knows nothing of it.
Read `open_as` first.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from getpass import getpass
from hashlib import sha256
from pathlib import Path
from typing import Final

from guardian.assembly.service import Service
from guardian.cli.context import open_service, show_progress, sign_in
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.operations.terminal_codes import member_for_terminal, send_code, verify_code
from guardian.settings.models import Settings

_MAX_TRIES: Final = 3
_START_TIME: Final = 19  # the field of /proc/<id>/stat after the command's name that tells a process from its successor

Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Terminal:
    """One terminal session: its grants stand in `folder` under `session`, a digest of what makes it this one."""

    folder: Path
    session: str

    def has_grant(self, member: MemberId, now: datetime) -> bool:
        """Return whether the member has proved here, not longer ago than a code is good for, to be the one who acts."""
        try:
            grant = json.loads(self._path.read_text(encoding="utf-8"))
            return bool(grant["member"] == member and now < datetime.fromisoformat(grant["until"]))
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def grant(self, member: MemberId, until: datetime) -> None:
        """Let the member act at this terminal until then (system time); whoever acted before does not any more."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"member": member, "until": until.isoformat()}, file)
        draft.replace(self._path)

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.session}.json"


def current_terminal(folder: Path) -> Terminal:
    """Return the terminal that this process was started from."""
    leader = os.getsid(0)
    place = os.ttyname(0) if sys.stdin is not None and sys.stdin.isatty() else "no terminal"
    identity = f"{os.getuid()} {leader} {_process_start(leader)} {place}"
    return Terminal(folder, sha256(identity.encode()).hexdigest()[:32])


@asynccontextmanager
async def open_as(settings: Settings, name: str, use_case: UseCase) -> AsyncIterator[tuple[Service, MemberId]]:
    """Open the service's parts, signed in to the spaces, with the member of that name, who has proved to act here.

    A name that nobody has, or whose seat does not allow the use case, is refused before any space hears of it.
    """
    async with open_service(settings) as service:
        member = await member_for_terminal(service.app, name, use_case)
        await sign_in(service)
        yield service, await _authenticate(service, member)


async def _authenticate(service: Service, member: Member) -> MemberId:
    """The member acts at this terminal, having proved it by the code that was sent to them."""
    terminal = current_terminal(service.settings.data / "terminals")
    if terminal.has_grant(member.id, service.app.system_time()):
        return member.id
    with show_progress("Sending the code"):
        pending = await send_code(service.app, member, service.mailer)
    for left in range(_MAX_TRIES - 1, -1, -1):
        typed = await asyncio.to_thread(ask, f"The code that {member.name} was sent by {pending.channel}: ")
        try:
            terminal.grant(member.id, await verify_code(service.app, pending, typed))
        except Refused as refusal:
            if refusal.code != "wrong_code" or not left:
                raise
            sys.stderr.write(f"guardian: {refusal.sentence} Try again.\n")
        else:
            return member.id
    raise AssertionError("the last try either succeeds or raises")


def ask(words: str) -> str:
    """Ask the person at the terminal; empty where nobody answers."""
    sys.stderr.write(words)
    sys.stderr.flush()
    return sys.stdin.readline().strip() if sys.stdin is not None else ""


def ask_secretly(words: str) -> str:
    """Ask the same, without showing the answer on a terminal."""
    return getpass(words) if sys.stdin is not None and sys.stdin.isatty() else ask(words)


def _process_start(process: int) -> str:
    """When the process began, in the machine's own count: ids of processes are used again."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[_START_TIME]
