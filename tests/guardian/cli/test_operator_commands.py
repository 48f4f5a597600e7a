"""The operator's commands: setup, check, mode. They show no content, and setup may be run again."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from connectors.emulators.discord.permissions import Permission
from guardian.cli.install import InstallReport, create_secret
from guardian.cli.setup import ask_until_given
from guardian.errors import Misconfigured
from guardian.settings.loader import read_modes
from guardian.spaces.registry import Mode
from tests.guardian.cli.conftest import CHAIR, ROOT, Commands, Installation

MEMBERS = """
[[member]]
name = "Ann Able"
seats = ["working_group:chair"]
discord = "77"

[[member]]
name = "Ben Best"
seats = ["working_group", "moderators@discord"]
email = "ben@example.org"
aliases = ["bee"]
"""


async def test_help_comes_without_loading_what_commands_need(tmp_path: Path) -> None:
    script = (
        "import sys; from guardian.cli.__main__ import run; code = run(['--help']); "
        "heavy = {'sqlalchemy', 'discord', 'github', 'starlette', 'jinja2', 'aiohttp'} & set(sys.modules); "
        "raise SystemExit(f'{code} {sorted(heavy)}' if code or heavy else 0)"
    )
    environment = {"PYTHONPATH": str(ROOT)}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")
    assert "roster" in out.decode()


def test_setup_makes_everything_that_the_service_needs(founded: Commands) -> None:
    assert {"guardian.toml", "data/keys.ring", "secrets/master.key"} <= set(founded.files())
    assert read_modes(founded.config) == {"discord": Mode.OBSERVE}
    for secret in ("data/keys.ring", "secrets/master.key", "data/guardian.sqlite"):
        assert (founded.folder / secret).stat().st_mode & 0o777 == 0o600
    assert json.loads(founded.give("status", "--json").out)["chair_confirmed"] is False


def test_setup_again_changes_nothing_and_says_what_stands(founded: Commands) -> None:
    kept = founded.files()
    ended = founded.give("setup", *founded.options(), *CHAIR)
    assert ended.code == 0, ended.err
    assert "made " not in ended.out
    assert "stands the place of Ann Able" in ended.out
    assert founded.files() == kept


def test_setup_again_says_which_options_the_file_does_not_follow(founded: Commands) -> None:
    kept = founded.files()
    ended = founded.give(
        "setup", "--community", "Theirs", "--discord-guild-id", "42", "--base-url", "https://a.example"
    )
    assert ended.code == 0, ended.err
    told = [line for line in ended.out.splitlines() if line.startswith("unused ")]
    assert told == [
        f"unused community 'Theirs': {founded.config} says community = 'Ours' in [service]; change it there",
        f"unused base_url 'https://a.example': {founded.config} says nothing of base_url in [service]; change it there",
    ]
    assert founded.files() == kept


def test_setup_where_nothing_can_be_written_says_where_and_leaves_no_traceback(empty: Commands) -> None:
    (empty.folder / "a file").write_text("", encoding="utf-8")
    ended = empty.use("setup", *empty.options(), *CHAIR, "--config", str(empty.folder / "a file" / "guardian.toml"))
    assert ended.code == 1
    assert f"{empty.folder / 'a file'} cannot be used" in ended.err
    assert "Give it to the account that runs this command, or name another place." in ended.err
    assert "Traceback" not in ended.err


def test_setup_says_that_links_to_this_machine_open_nowhere_else(empty: Commands) -> None:
    said = "the addresses that people are sent open on this machine alone"
    ended = empty.give("setup", *empty.options(), *CHAIR, "--base-url", "http://localhost:8420")
    assert ended.code == 0, ended.err
    assert said in ended.out


def test_pages_that_everybody_on_the_way_could_read_are_refused(empty: Commands) -> None:
    ended = empty.give("setup", *empty.options(), *CHAIR, "--base-url", "http://conduct.example.org")
    assert ended.code == 1
    assert "service.base_url: 'http://conduct.example.org' can be read by everybody on the way" in ended.err
    assert not empty.config.exists()


def test_an_empty_token_is_named_with_its_file(empty: Commands) -> None:
    options = empty.options()
    (empty.folder / "token").write_text("\n", encoding="utf-8")
    ended = empty.give("setup", *options, *CHAIR)
    assert ended.code == 1
    assert f"{empty.folder / 'token'} is empty; write the secret into it" in ended.err


def test_a_secret_that_is_typed_empty_is_asked_for_again() -> None:
    typed = iter(["", " ", "a token "])
    assert ask_until_given("The bot's token: ", lambda _: next(typed)) == "a token"


def test_a_secret_that_is_never_typed_ends_setup_in_words() -> None:
    with pytest.raises(Misconfigured, match="The bot's token was not given: no configuration was written"):
        ask_until_given("The bot's token: ", lambda _: "")


def test_a_typed_secret_replaces_an_empty_file_and_never_another(tmp_path: Path) -> None:
    path, report = tmp_path / "token", InstallReport()
    path.write_text("\n", encoding="utf-8")
    create_secret(path, "first", report)
    create_secret(path, "second", report)
    assert path.read_text(encoding="utf-8") == "first\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "what you typed was not put into it" in report.lines[1]


def test_setup_seats_everybody_of_a_file(empty: Commands) -> None:
    people = empty.folder / "members.toml"
    people.write_text(MEMBERS, encoding="utf-8")
    ended = empty.give("setup", *empty.options(), "--members", str(people))
    assert ended.code == 0, ended.err
    assert "made   the place of Ben Best" in ended.out


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("working_group:chair", "working_group:queen", "member 1.seats: 'working_group:queen' is not a place"),
        ('name = "Ben Best"', 'nam = "Ben Best"', "member 2.nam: there is no such key; did you mean name?"),
        ("moderators@discord", "moderators@irc", "member 2.seats: 'moderators@irc' is not a place"),
        ("[[member]]", "[[membre]]", "membre: there is no such key"),
    ],
)
def test_a_faulty_file_of_members_seats_nobody(empty: Commands, old: str, new: str, fault: str) -> None:
    people = empty.folder / "members.toml"
    people.write_text(MEMBERS.replace(old, new), encoding="utf-8")
    ended = empty.give("setup", *empty.options(), "--members", str(people))
    assert ended.code == 1
    assert f"guardian: members.toml: {fault}" in ended.err
    assert not (empty.folder / "data" / "guardian.sqlite").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--community", "Ours"), "There is no space"),
        (("--community", "Ours", "--discord-guild-id", "42"), "spaces.discord.token_file: is missing"),
        (("--community", "Ours", "--github-organization", "ours"), "spaces.github.app_id: is missing"),
        (("--discord-guild-id", "42"), "The community has no name"),
    ],
)
def test_setup_with_too_little_leaves_nothing_behind(empty: Commands, options: tuple[str, ...], sentence: str) -> None:
    ended = empty.give("setup", *options, *CHAIR)
    assert ended.code == 1
    assert sentence in ended.err
    assert list(empty.folder.iterdir()) == []


def test_a_database_whose_keys_are_lost_is_given_no_new_ones(founded: Commands) -> None:
    (founded.folder / "data" / "keys.ring").unlink()
    ended = founded.give("setup")
    assert ended.code == 1
    assert "Bring the ring back from your safe copy" in ended.err
    assert not (founded.folder / "data" / "keys.ring").exists()


def test_a_group_without_a_chair_is_not_set_up(empty: Commands) -> None:
    ended = empty.give("setup", *empty.options())
    assert ended.code == 1
    assert "Nobody is the first chair yet" in ended.err


def test_a_mode_is_switched_in_the_file_and_stays_there(founded: Commands) -> None:
    ended = founded.give("mode", "discord", "enforce")
    assert ended.code == 0, ended.err
    assert read_modes(founded.config) == {"discord": Mode.ENFORCE}
    assert json.loads(founded.give("status", "--json").out)["modes"] == {"discord": "enforce"}


def test_a_database_of_this_release_needs_no_upgrade(founded: Commands) -> None:
    ended = founded.give("db", "upgrade")
    assert ended.code == 0, ended.err
    assert "already" in ended.out


async def test_check_looks_at_every_part_and_names_each_remedy(installation: Installation) -> None:
    installation.world.forum.state.settings["hide_suspension_reasons"] = False
    ended = await installation.give("check", "--json")
    told = json.loads(ended.out)
    wheres = [finding["where"] for finding in told["findings"]]
    assert list(dict.fromkeys(wheres)) == [
        "configuration",
        "keys",
        "database",
        "group",
        "pages",
        "discord",
        "forum",
        "github",
        "mail",
        "backup",
        "journal",
        "heartbeat",
    ]
    [copies] = [finding for finding in told["findings"] if finding["where"] == "backup"]
    assert "guardian keys recovery" in copies["remedy"]
    ill = [finding for finding in told["findings"] if not finding["well"]]
    assert ended.code == (1 if ill else 0)
    assert told["well"] is (not ill)
    assert [finding for finding in ill if not finding["remedy"]] == []
    assert any(finding["where"] == "forum" for finding in ill)


async def test_check_says_which_permission_is_missing(installation: Installation) -> None:
    (installation.folder / "secrets" / "discord-token").write_text("another token", encoding="utf-8")
    ended = await installation.give("check")
    assert ended.code == 1
    assert "Discord refuses the bot token" in ended.out
    assert "Traceback" not in ended.err


async def test_check_names_what_each_space_does_not_allow_us_and_what_breaks(installation: Installation) -> None:
    """The same looks, each permission removed in turn, stand with the connectors."""
    world = installation.world
    world.discord.state.bot_permissions &= ~Permission.MODERATE_MEMBERS
    del world.github.state.permissions["discussions"]
    world.forum.state.users[world.forum.person("guardian").account.id].moderator = False
    ended = await installation.give("check")
    assert ended.code == 1
    for needs in ("Timeout Members", "Discussions: write", "an API key bound to a moderator account"):
        assert f"needs: {needs}" in ended.out
    for breaks in ("Nobody can be muted here", "discussions cannot be locked", "Nothing can be looked at"):
        assert breaks in ended.out
