"""`guardian keys`: shows the keys of this installation, and replaces each kind while the service runs.

What is interrupted goes on with the next run, or by the running service within a day.
"""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from guardian.cli.backup import recipient_file
from guardian.cli.context import ConfigOption, load_settings, open_service, print_line, show_progress
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.key_rotation import rotate_keys
from guardian.storage.recovery_key import create_recovery_key
from rules.retention import copies_open_until

_ABOUT = {
    KeyKind.WRAPPING: "wrap the keys of cases and people",
    KeyKind.INDEX: "let accounts and addresses be found",
    KeyKind.JOURNAL: "prove the journal; old ones stay, to prove old entries",
    KeyKind.LASTING: "make pseudonyms; never replaced, and nothing is readable with them alone",
}


class KeyAction(StrEnum):
    """What can be done with the keys."""

    STATUS = "status"
    ROTATE = "rotate"
    MASTER = "master"
    RECOVERY = "recovery"


def command(
    action: Annotated[
        KeyAction,
        typer.Argument(
            help="status: show them; rotate: new keys for all that is stored; master: a new master key; "
            "recovery: print the envelopes that open copies."
        ),
    ],
    needed: Annotated[int, typer.Option(help="How many envelopes are enough.")] = 2,
    envelopes: Annotated[int, typer.Option(help="How many envelopes there are.")] = 3,
    config: ConfigOption = None,
) -> None:
    """Show or replace the keys of this installation. The service may run meanwhile."""
    settings = load_settings(config)
    match action:
        case KeyAction.STATUS:
            show(KeyRing.load(settings.key_ring, settings.master_key))
        case KeyAction.ROTATE:
            print_line(asyncio.run(rotate(settings)))
        case KeyAction.MASTER:
            print_line(asyncio.run(change_master(settings)))
        case KeyAction.RECOVERY:
            print_envelopes(asyncio.run(make_recovery_key(settings, needed, envelopes)), needed)


def show(ring: KeyRing) -> None:
    """Show the numbers of the keys of each kind, and what they are for."""
    for kind in KeyKind:
        numbers = ", ".join(str(number) for number in ring.numbers(kind))
        print_line(f"{kind}: {numbers} ({_ABOUT[kind]})")


async def rotate(settings: Settings) -> str:
    """Replace the keys that wrap, index and prove, and bring all that is stored under the new ones."""
    async with open_service(settings) as service:
        async with service.units_of_work.begin() as uow:
            until = copies_open_until(uow.now, settings.policy)
            await uow.retention.begin_key_rotation(until)
            uow.encryption.ring.add_keys(KeyKind.JOURNAL)
            uow.journal.note(Entry(act="keys.were_replaced", by=OPERATOR, authority="P-1.5"))
        with show_progress("Bringing what is stored under the new keys"):
            await rotate_keys(service.units_of_work)
    return f"All that is stored is under new keys. The service destroys the old ones on {until:%d %B %Y}."


async def make_recovery_key(settings: Settings, needed: int, envelopes: int) -> tuple[str, ...]:
    """Make a recovery key, and return the words for each envelope; they are kept nowhere."""
    async with open_service(settings) as service:
        words = create_recovery_key(recipient_file(settings), needed, envelopes)
        async with service.units_of_work.begin() as uow:
            uow.journal.note(Entry(act="recovery_key.was_made", by=OPERATOR, authority="P-1.5"))
    return words


def print_envelopes(words: Sequence[str], needed: int) -> None:
    """Print one page for each envelope."""
    for number, each in enumerate(words, start=1):
        print_line(f"Envelope {number} of {len(words)}; any {needed} of them open the copies of this installation.")
        print_line(each)
        print_line("\f")
    print_line("These words are kept nowhere else. Print them, seal them, and give them to different people.")


async def change_master(settings: Settings) -> str:
    """Make a new master key in the place of the old one."""
    async with open_service(settings) as service, service.units_of_work.begin() as uow:
        uow.encryption.ring.change_master_key()
        uow.journal.note(Entry(act="master_key.was_changed", by=OPERATOR, authority="P-1.5"))
    return f"{settings.master_key} is new. Keep a copy of it and of {settings.key_ring} in two other places."
