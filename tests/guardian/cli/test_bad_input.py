"""What is given wrongly ends in a clear sentence and another exit code than 0, and leaves nothing half done."""

import sqlite3

import pytest

from tests.guardian.cli.conftest import Commands, Installation


def rewrite(founded: Commands, old: str, new: str) -> None:
    """One piece of the configuration file reads otherwise."""
    text = founded.config.read_text(encoding="utf-8")
    assert old in text
    founded.config.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("command", [("serve",), ("status",), ("mode", "discord", "enforce"), ("db", "upgrade")])
def test_an_unknown_key_of_the_configuration_stops_every_command(founded: Commands, command: tuple[str, ...]) -> None:
    rewrite(founded, "policy =", "polisy =")
    before = founded.files()
    ended = founded.give(*command)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "guardian: service.polisy: there is no such key; did you mean policy?\n"
    assert founded.files() == before


@pytest.mark.parametrize("command", ["serve", "status", "check"])
@pytest.mark.parametrize("file", ["data/keys.ring", "secrets/master.key", "token"])
def test_a_key_file_that_others_can_read_stops_the_command(founded: Commands, command: str, file: str) -> None:
    path = founded.folder / file
    path.chmod(0o640)
    ended = founded.give(command)
    assert ended.code == 1
    assert f"run chmod 600 {path}" in ended.err + ended.out


def test_a_master_key_that_is_not_there_stops_the_service(founded: Commands) -> None:
    (founded.folder / "secrets" / "master.key").unlink()
    ended = founded.give("serve")
    assert ended.code == 1
    assert "master.key cannot be read" in ended.err


@pytest.mark.parametrize("command", [("serve",), ("status",), ("db", "upgrade"), ("check",), ("setup",)])
def test_a_database_of_a_newer_release_is_left_alone(founded: Commands, command: tuple[str, ...]) -> None:
    with sqlite3.connect(founded.folder / "data" / "guardian.sqlite") as connection:
        connection.execute("UPDATE schema_version SET version_num = '9999'")
    ended = founded.give(*command)
    assert ended.code == 1
    assert "is of a newer release (9999" in ended.err + ended.out
    assert connection.execute("SELECT version_num FROM schema_version").fetchone() == ("9999",)
    connection.close()


@pytest.mark.parametrize("command", [("serve",), ("status",), ("db", "upgrade"), ("check",)])
def test_a_database_that_is_not_there_is_not_made_by_looking(founded: Commands, command: tuple[str, ...]) -> None:
    database = founded.folder / "data" / "guardian.sqlite"
    database.unlink()
    ended = founded.give(*command)
    assert ended.code == 1
    assert "is not there. Run guardian setup first." in ended.err + ended.out
    assert not database.exists()


def test_a_configuration_that_is_not_there_is_named_with_the_remedy(empty: Commands) -> None:
    ended = empty.give("serve")
    assert ended.code == 1
    assert ended.err.startswith(f"guardian: The configuration file {empty.config} cannot be read")
    assert "Run guardian setup" in ended.err


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
        ("sandbox", "--story", "no-such-story"),
    ],
)
def test_a_command_that_is_used_wrongly_ends_with_2(empty: Commands, command: tuple[str, ...]) -> None:
    ended = empty.use(*command)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err


def test_a_space_that_is_not_configured_is_not_switched(founded: Commands) -> None:
    before = founded.files()
    ended = founded.give("mode", "irc", "enforce")
    assert ended.code == 1
    assert ended.err == "guardian: There is no space 'irc' in the file. There are: discord.\n"
    assert founded.files() == before


def test_a_page_that_is_no_roster_is_not_opened(founded: Commands) -> None:
    ended = founded.use("roster", "--open", str(founded.config))
    assert ended.code == 1
    assert "This is not a sealed roster" in ended.err


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
