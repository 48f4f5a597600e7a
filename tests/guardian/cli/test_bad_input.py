"""What is given wrongly ends in a clear sentence and another exit code than 0, and leaves nothing half done."""

import sqlite3
from pathlib import Path

import pytest

from tests.guardian.cli.conftest import Host, Installation


def rewrite(installation: Installation, old: str, new: str) -> None:
    """One piece of the configuration file reads otherwise."""
    path = installation.settings.path
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def content(folder: Path) -> dict[str, bytes]:
    """Every file of the folder that is not the database's own."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".sqlite" not in path.name)
    return {str(path): path.read_bytes() for path in files}


@pytest.mark.parametrize("command", [("serve",), ("status",), ("mode", "forum", "observe"), ("db", "upgrade")])
async def test_an_unknown_key_of_the_configuration_stops_every_command(
    installation: Installation, command: tuple[str, ...]
) -> None:
    rewrite(installation, "listen", "listens")
    before = content(installation.folder)
    ended = await installation.give(*command)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "guardian: service.listens: there is no such key; did you mean listen?\n"
    assert content(installation.folder) == before


async def test_a_key_file_that_others_can_read_stops_the_service(installation: Installation) -> None:
    installation.settings.ring.chmod(0o644)
    ended = await installation.give("serve")
    assert ended.code == 1
    assert ended.err.strip().endswith(f"run chmod 600 {installation.settings.ring}")
    assert "Traceback" not in ended.err


async def test_a_master_key_that_is_not_there_stops_the_service(installation: Installation) -> None:
    installation.settings.master.unlink()
    ended = await installation.give("serve")
    assert ended.code == 1
    assert f"The master key {installation.settings.master} cannot be read" in ended.err


@pytest.mark.parametrize("command", [("serve",), ("status",), ("db", "upgrade")])
async def test_a_database_of_a_newer_release_is_left_alone(
    installation: Installation, command: tuple[str, ...]
) -> None:
    database = installation.settings.data / "guardian.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE schema_version SET version_num = '9999'")
    ended = await installation.give(*command)
    assert ended.code == 1
    assert "is of a newer release (9999" in ended.err
    assert "Traceback" not in ended.err
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT version_num FROM schema_version").fetchone() == ("9999",)


async def test_a_command_before_setup_says_so_and_makes_no_database(host: Host) -> None:
    (host.folder / "token").write_text("a token")
    (host.folder / "token").chmod(0o600)
    text = '[service]\ncommunity = "Ours"\n[spaces.discord]\nguild_id = "42"\ntoken_file = "token"\n'
    (host.folder / "guardian.toml").write_text(text)
    ended = await host.give("serve")
    assert ended.code == 1
    assert not (host.folder / "data").exists()


async def test_a_configuration_that_is_not_there_is_named_with_the_remedy(host: Host) -> None:
    ended = await host.give("check", "--config", "elsewhere.toml")
    assert ended.code == 1
    assert "elsewhere.toml cannot be read" in ended.out
    assert "Run guardian setup" in ended.out


@pytest.mark.parametrize(
    "command",
    [
        ("frobnicate",),
        ("mode", "forum", "punish"),
        ("db", "downgrade"),
        ("explain", "--as", "Nadia Rahman", "discord"),
        ("explain", "discord", "rowan"),
        ("roster",),
        ("serve", "--speed", "9"),
    ],
)
async def test_a_command_that_is_used_wrongly_ends_with_2(host: Host, command: tuple[str, ...]) -> None:
    ended = await host.give(*command)
    assert ended.code == 2
    assert "Traceback" not in ended.err


async def test_a_space_that_is_not_configured_is_not_switched(installation: Installation) -> None:
    before = content(installation.folder)
    ended = await installation.give("mode", "irc", "enforce")
    assert ended.code == 1
    assert ended.err == "guardian: There is no space 'irc' in the file. There are: discord, forum, github.\n"
    assert content(installation.folder) == before


async def test_somebody_who_is_no_member_acts_nowhere(installation: Installation) -> None:
    ended = await installation.give("roster", "--as", "Rowan Ellis")
    assert ended.code == 1
    assert "No member is called 'Rowan Ellis'" in ended.err
    assert installation.codes("rowan") == []


async def test_a_wrong_code_opens_nothing_however_often(installation: Installation) -> None:
    words = ("explain", "discord", "rowan", "--as", "Nadia Rahman")
    ended = await installation.give(*words, typed=["AAAAA-AAAAA"] * 5)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("This is not the code that was sent.") == 3
    assert not (installation.settings.data / "terminals").exists()


async def test_an_account_that_nobody_restricts_is_not_there(installation: Installation) -> None:
    ended = await installation.give_as("explain", "discord", "rowan", "--as", "Nadia Rahman", to="nadia")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.endswith("There is nothing here by that name, or it is not yours to see.\n")


async def test_a_story_that_does_not_exist_is_not_played(host: Host) -> None:
    ended = await host.give("sandbox", "--story", "no-such-story")
    assert ended.code == 2
    assert "There is no story called no-such-story" in ended.err
