"""The operator's commands: setup, check, mode. They show no content, and setup may be run again."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from guardian.settings.reading import read_modes
from guardian.spaces.registry import Mode
from tests.guardian.cli.conftest import HOUSE, Ended, Host, Installation

CHAIR = ("--chair", "Ann Able", "--chair-discord", "77", "--chair-email", "ann@example.org")
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


def with_token(host: Host) -> tuple[str, ...]:
    """The options of one space, whose token stands in a file."""
    token = host.folder / "token"
    token.write_text("a token\n", encoding="utf-8")
    token.chmod(0o600)
    return ("--community", "Ours", "--discord-guild-id", "42", "--discord-token-file", "token")


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def set_up(host: Host, *more: str) -> Ended:
    return await host.give("setup", *with_token(host), *(more or CHAIR))


async def test_help_comes_without_loading_what_commands_need(host: Host) -> None:
    script = (
        "import sys; from guardian.cli.__main__ import run; code = run(['--help']); "
        "heavy = {'sqlalchemy', 'discord', 'github', 'starlette', 'jinja2', 'aiohttp'} & set(sys.modules); "
        "raise SystemExit(f'{code} {sorted(heavy)}' if code or heavy else 0)"
    )
    process = await host.start()
    await process.communicate()
    assert process.returncode == 2
    assert await succeeded(script, host.folder) == ""


async def succeeded(script: str, folder: Path) -> str:
    """What a script complains of."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        cwd=folder,
        env={"PYTHONPATH": str(HOUSE)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    return err.decode()


async def test_setup_makes_everything_that_the_service_needs(host: Host) -> None:
    ended = await set_up(host)
    assert ended.code == 0, ended.err
    made = {"guardian.toml", "data/keys.ring", "data/guardian.sqlite", "secrets/master.key"}
    assert made <= files(host.folder)
    assert read_modes(host.folder / "guardian.toml") == {"discord": Mode.OBSERVE}
    for secret in ("data/keys.ring", "secrets/master.key"):
        assert (host.folder / secret).stat().st_mode & 0o777 == 0o600
    status = json.loads((await host.give("status", "--json")).out)
    assert status["chair_confirmed"] is False


async def test_setup_again_changes_nothing_and_says_what_stands(host: Host) -> None:
    await set_up(host)
    kept = {name: (host.folder / name).read_bytes() for name in ("guardian.toml", "data/keys.ring")}
    ended = await set_up(host)
    assert ended.code == 0, ended.err
    assert "made " not in ended.out
    assert "stands the place of Ann Able" in ended.out
    assert {name: (host.folder / name).read_bytes() for name in kept} == kept


async def test_setup_seats_everybody_of_a_file(host: Host) -> None:
    (host.folder / "members.toml").write_text(MEMBERS, encoding="utf-8")
    ended = await set_up(host, "--members", "members.toml")
    assert ended.code == 0, ended.err
    assert "made   the place of Ben Best" in ended.out


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("working_group:chair", "working_group:queen", "member 1.seats: 'working_group:queen' is not a place"),
        ('name = "Ben Best"', 'nam = "Ben Best"', "member 2.nam: there is no such key; did you mean name?"),
        ("moderators@discord", "moderators@irc", "member 2.seats: 'moderators@irc' is not a place"),
    ],
)
async def test_a_faulty_file_of_members_seats_nobody(host: Host, old: str, new: str, fault: str) -> None:
    (host.folder / "members.toml").write_text(MEMBERS.replace(old, new), encoding="utf-8")
    ended = await set_up(host, "--members", "members.toml")
    assert ended.code == 1
    assert f"guardian: members.toml: {fault}" in ended.err
    assert not (host.folder / "data" / "guardian.sqlite").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--community", "Ours"), "There is no space"),
        (("--community", "Ours", "--discord-guild-id", "42"), "spaces.discord.token_file: is missing"),
        (("--community", "Ours", "--github-organization", "ours"), "spaces.github.app_id: is missing"),
        (("--discord-guild-id", "42"), "The community has no name"),
    ],
)
async def test_setup_with_too_little_leaves_nothing_behind(host: Host, options: tuple[str, ...], sentence: str) -> None:
    ended = await host.give("setup", *options, *CHAIR)
    assert ended.code == 1
    assert sentence in ended.err
    assert files(host.folder) == set()


async def test_a_database_whose_keys_are_lost_is_given_no_new_ones(host: Host) -> None:
    await set_up(host)
    (host.folder / "data" / "keys.ring").unlink()
    ended = await set_up(host)
    assert ended.code == 1
    assert "Bring the ring back from your safe copy" in ended.err
    assert not (host.folder / "data" / "keys.ring").exists()


async def test_a_group_without_a_chair_is_not_set_up(host: Host) -> None:
    ended = await host.give("setup", *with_token(host))
    assert ended.code == 1
    assert "Nobody is the first chair yet" in ended.err


async def test_a_mode_is_switched_in_the_file_and_journalled(installation: Installation) -> None:
    ended = await installation.give("mode", "forum", "observe")
    assert ended.code == 0, ended.err
    modes = read_modes(installation.settings.path)
    assert modes == {"discord": Mode.ENFORCE, "forum": Mode.OBSERVE, "github": Mode.ENFORCE}


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
        "discord",
        "forum",
        "github",
        "mail",
    ]
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


async def test_check_names_a_key_file_that_others_can_read(installation: Installation) -> None:
    installation.settings.master.chmod(0o640)
    ended = await installation.give("check")
    assert ended.code == 1
    assert f"chmod 600 {installation.settings.master}" in ended.out
