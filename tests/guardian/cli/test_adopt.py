"""`guardian adopt`: what stood before Guardian is listed to a member alone, and taken over or left by a file."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.guardian.cli.conftest import Commands, Installation

NADIA = ("--as", "Nadia Rahman")


async def test_what_stood_before_is_listed_and_a_file_says_what_becomes_of_it(installation: Installation) -> None:
    discord, oskar = installation.world.discord, installation.world["oskar"].discord
    rowan, birch = installation.world["rowan"].discord, installation.world["birch"].discord
    for account in (rowan, birch):
        discord.ban_by_hand(oskar, account, "years of spam")
    listed = await installation.give_as("adopt", *NADIA, "--space", "discord", to="nadia")
    assert listed.code == 0, listed.err
    assert "discord: 2 restrictions that are not ours" in listed.out
    assert all(word in listed.out for word in (rowan, "rowan", "years of spam"))
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    (installation.folder / "list.csv").write_text(f"account,until,reason\n{rowan},{until},long ago\n{birch},,\n")
    done = await installation.give("adopt", *NADIA, "--space", "discord", "--file", "list.csv")
    assert done.code == 0, done.err
    assert f"{rowan}: ends {until}" in done.out
    assert f"{birch}: left as it is" in done.out
    assert "0 restrictions" in (await installation.give("adopt", *NADIA, "--space", "discord")).out
    assert set(discord.state.bans) == {rowan, birch}


@pytest.mark.parametrize(("caller", "said"), [("123,tomorrow,why", "line 1"), ("", "names no account")])
def test_a_file_that_cannot_be_read_changes_nothing_and_is_named(empty: Commands, caller: str, said: str) -> None:
    (empty.folder / "list.csv").write_text(f"{caller}\n")
    ended = empty.give("adopt", *NADIA, "--space", "discord", "--file", str(empty.folder / "list.csv"))
    assert ended.code == 1
    assert said in ended.err
