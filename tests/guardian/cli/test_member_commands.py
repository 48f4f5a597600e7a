"""Commands about people: a member proves by a code that it is they who act, once for a quarter of an hour a terminal."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pyrage import passphrase as age

from guardian.assembly.bootstrap import assemble
from guardian.assembly.service import Service
from guardian.cli.context import open_service, sign_in
from guardian.cli.encrypted_page import decrypt, encrypt, read_body
from guardian.clock import MachineClock
from guardian.sandbox.community import DISCORD
from guardian.services.members import AccountInput
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.guardian.cli.conftest import Installation

NADIA = ("--as", "Nadia Rahman")
PASSPHRASE = "four words that nobody guesses"


@asynccontextmanager
async def parts(installation: Installation) -> AsyncIterator[Service]:
    """The service's parts, signed in to the spaces."""
    async with open_service(installation.settings) as service:
        await sign_in(service)
        yield service


@pytest.fixture
async def restricted(installation: Installation) -> Installation:
    """Kofi has suspended Rowan on Discord at once; nothing has been placed yet, as no service runs."""
    kofi = installation.world["kofi"].member
    assert kofi is not None
    async with parts(installation) as service:
        target = AccountInput(DISCORD, installation.world["rowan"].discord)
        reason = "Insults in every channel, right now."
        await act(
            service.app, kofi, target, ActInput(Restriction.SUSPENDED, Ground.ONGOING, reason, frozenset({DISCORD}))
        )
    return installation


async def acts(installation: Installation) -> list[str]:
    service = await assemble(installation.settings, clock=MachineClock(), application="command")
    try:
        async with service.units_of_work.read() as view:
            return [line.act for line in await view.journal.after(0)]
    finally:
        await service.stop()


async def test_a_member_is_told_why_an_account_is_restricted(restricted: Installation) -> None:
    ended = await restricted.give_as("explain", "discord", "rowan", *NADIA, "--json", to="nadia")
    assert ended.code == 0, ended.err
    (line,) = json.loads(ended.out)
    assert line["handle"] == "rowan"
    assert line["explanation"]["wanted"] == "barred"
    assert line["because"][0]["state"] == "running"


async def test_a_second_command_at_the_same_terminal_asks_for_no_code(restricted: Installation) -> None:
    first = await restricted.give_as("explain", "discord", "rowan", *NADIA, to="nadia")
    second = await restricted.give("explain", "discord", "rowan", *NADIA)
    assert (first.code, second.code) == (0, 0)
    assert len(restricted.codes("nadia")) == 1


async def test_another_terminal_asks_again(restricted: Installation) -> None:
    await restricted.give_as("explain", "discord", "rowan", *NADIA, to="nadia")
    ended = await restricted.give("explain", "discord", "rowan", *NADIA, new_session=True)
    assert ended.code == 1
    assert len(restricted.codes("nadia")) == 2


async def test_another_member_at_the_same_terminal_is_asked_as_well(restricted: Installation) -> None:
    await restricted.give_as("explain", "discord", "rowan", *NADIA, to="nadia")
    ended = await restricted.give("explain", "discord", "rowan", "--as", "Yuki Sato")
    assert ended.code == 1
    assert len(restricted.codes("yuki")) == 1


async def test_the_grant_of_a_terminal_is_for_its_owner_alone(restricted: Installation) -> None:
    await restricted.give_as("explain", "discord", "rowan", *NADIA, to="nadia")
    (grant,) = (restricted.settings.data / "terminals").iterdir()
    assert grant.stat().st_mode & 0o777 == 0o600


async def test_the_roster_is_sealed_and_opens_with_its_passphrase(restricted: Installation) -> None:
    words = ("roster", *NADIA, "--out", "roster.txt")
    made = await restricted.give_as(*words, to="nadia", after=[PASSPHRASE, PASSPHRASE])
    assert made.code == 0, made.err
    page = (restricted.folder / "roster.txt").read_text(encoding="utf-8")
    rowan = restricted.world["rowan"].discord
    assert "rowan" not in page
    assert rowan not in page
    read = await restricted.give("roster", "--open", "roster.txt", typed=[PASSPHRASE])
    assert read.code == 0, read.err
    assert f"rowan (id {rowan})" in read.out
    assert "Revoke Ban" in read.out
    assert "entries and ends with" in read.out
    assert (restricted.folder / "roster.txt").stat().st_mode & 0o777 == 0o600


def test_the_roster_opens_by_the_age_format_alone() -> None:
    """So that it opens on the day on which there is no Guardian any more."""
    assert age.decrypt(encrypt("Rowan: banned", PASSPHRASE).encode(), PASSPHRASE) == b"Rowan: banned"


def test_a_printed_roster_that_was_typed_in_again_opens() -> None:
    """Whoever types it in does not keep the lines, and has words around it."""
    first, *body, last = encrypt("Rowan: banned", PASSPHRASE).splitlines()
    typed = "\n".join(["copied by hand:", first, " ".join(body), last, "end"])
    assert decrypt(read_body(typed), PASSPHRASE) == "Rowan: banned"


async def test_another_passphrase_opens_no_roster(restricted: Installation) -> None:
    words = ("roster", *NADIA, "--out", "roster.txt")
    await restricted.give_as(*words, to="nadia", after=[PASSPHRASE, PASSPHRASE])
    read = await restricted.give("roster", "--open", "roster.txt", typed=["another passphrase"])
    assert (read.code, read.out) == (1, "")
    assert "does not open" in read.err


@pytest.mark.parametrize(
    "words", [("explain", "discord", "rowan", "--as", "Nobody Known"), ("roster", "--as", "Rowan Ellis")]
)
async def test_a_name_that_is_no_members_is_refused_before_any_space_hears_of_it(
    installation: Installation, words: tuple[str, ...]
) -> None:
    """P-1.5"""
    before = installation.world.exchange_count()
    ended = await installation.give(*words)
    assert (ended.code, ended.out) == (1, "")
    assert "No member is called" in ended.err
    assert installation.world.exchange_count() == before


@pytest.mark.parametrize("typed", [("short", "short"), (PASSPHRASE, "something else entirely")])
async def test_a_roster_without_a_sound_passphrase_is_not_made(
    restricted: Installation, typed: tuple[str, ...]
) -> None:
    words = ("roster", *NADIA, "--out", "roster.txt")
    ended = await restricted.give_as(*words, to="nadia", after=typed)
    assert ended.code == 1
    assert not (restricted.folder / "roster.txt").exists()
    assert "roster.was_printed" not in await acts(restricted)


async def test_what_was_asked_and_by_whom_is_in_the_journal(restricted: Installation) -> None:
    await restricted.give_as("explain", "discord", "rowan", *NADIA, to="nadia")
    assert (await acts(restricted))[-3:] == ["code.was_sent", "terminal.was_opened", "person.was_explained"]
