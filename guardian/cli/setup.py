"""`guardian setup`: asks what is needed, by options or in a terminal, and has the installation made. Safe to run again."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from logging import CRITICAL
from pathlib import Path
from typing import Annotated, Final

import typer

from guardian.cli.authentication import ask, ask_secretly
from guardian.cli.config_template import Installation, render_config
from guardian.cli.context import ConfigOption, print_line
from guardian.cli.install import (
    InstallReport,
    create_config,
    create_members,
    create_policy,
    create_secret,
    create_storage,
    find_unused_options,
)
from guardian.cli.members_file import AccountId, Email, read_new_members
from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.logs import configure
from guardian.people.models import Group, Office
from guardian.presets import choose_preset, load_preset, preset_names, preset_with_board
from guardian.services.operations.setup import NewMember, SeatInput
from guardian.settings.loader import config_path, is_on_this_host_alone
from guardian.settings.models import Settings
from guardian.settings.spaces import DiscordSettings
from guardian.settings.toml_table import TableReader, Text
from guardian.spaces.port import Account
from rules.shortfalls import Shortfall

_SECRETS: Final = Path("secrets")
_MAX_TRIES: Final = 3
SpaceOptions = dict[str, str | int | None]
ServiceOptions = dict[str, str | bool | None]
Number = Annotated[int | None, typer.Option()]
File = Annotated[Path | None, typer.Option()]


@dataclass(slots=True)
class Questions:
    """What setup needs to know, as far as options or somebody at the terminal have said it."""

    service: ServiceOptions
    spaces: Mapping[str, SpaceOptions]
    mail: SpaceOptions
    size: int | None
    board: bool | None


def command(
    config: ConfigOption = None,
    community: Annotated[str | None, typer.Option(help="The name that people read in every message.")] = None,
    base_url: Annotated[str | None, typer.Option(help="The address under which people reach the pages.")] = None,
    listen: Annotated[str | None, typer.Option(help="Where the service listens, as 127.0.0.1:8420.")] = None,
    policy: Annotated[
        str | None, typer.Option(help="A preset or a policy file. Otherwise what --size and --board choose, or django.")
    ] = None,
    size: Annotated[int | None, typer.Option(help="How many people will handle reports; chooses the preset.")] = None,
    board: Annotated[
        bool | None, typer.Option(help="Whether a Board, or somebody else, stands above them.", show_default=False)
    ] = None,
    second_factor: Annotated[
        bool | None, typer.Option(help="Whether members show a passkey before they act.", show_default=False)
    ] = None,
    discord_guild_id: Annotated[str | None, typer.Option(help="The id of the Discord server.")] = None,
    discord_token_file: File = None,
    forum_url: Annotated[str | None, typer.Option(help="The address of the Discourse forum.")] = None,
    forum_api_username: Annotated[str | None, typer.Option(help="The account that the API key is bound to.")] = None,
    forum_api_key_file: File = None,
    forum_webhook_secret_file: File = None,
    github_organization: Annotated[str | None, typer.Option(help="The GitHub organisation.")] = None,
    github_app_id: Number = None,
    github_installation_id: Number = None,
    github_private_key_file: File = None,
    github_webhook_secret_file: File = None,
    mail_host: Annotated[str | None, typer.Option(help="The server that takes our mail.")] = None,
    mail_port: Number = None,
    mail_tls: Annotated[str | None, typer.Option(help="starttls, tls, or none for a server on this host.")] = None,
    mail_sender: Annotated[str | None, typer.Option(help="The group's own mail address.")] = None,
    mail_username: Annotated[str | None, typer.Option(help="What we sign in to it with, where it asks.")] = None,
    mail_password_file: File = None,
    chair: Annotated[str | None, typer.Option(help="The first chair's name.")] = None,
    chair_discord: Annotated[str | None, typer.Option(help="The first chair's account id on Discord.")] = None,
    chair_email: Annotated[str | None, typer.Option(help="The first chair's mail address.")] = None,
    members: Annotated[Path | None, typer.Option(help="A file with everybody's places; see docs/connect.md.")] = None,
) -> None:
    """Set Guardian up: configuration, keys, database, and who is in the groups. What stands already is left as it is.

    In a terminal, what is missing is asked for. Every space begins in observe mode, where nothing is changed.
    """
    configure(as_json=False, level=CRITICAL)
    path, report = config_path(os.environ, config), InstallReport()
    spaces: dict[str, SpaceOptions] = {
        "discord": {"guild_id": discord_guild_id, "token_file": _path_text(discord_token_file)},
        "forum": {
            "url": forum_url,
            "api_username": forum_api_username,
            "api_key_file": _path_text(forum_api_key_file),
            "webhook_secret_file": _path_text(forum_webhook_secret_file),
        },
        "github": {
            "organization": github_organization,
            "app_id": github_app_id,
            "installation_id": github_installation_id,
            "private_key_file": _path_text(github_private_key_file),
            "webhook_secret_file": _path_text(github_webhook_secret_file),
        },
    }
    mail: SpaceOptions = {
        "host": mail_host,
        "port": mail_port,
        "tls": mail_tls,
        "sender": mail_sender,
        "username": mail_username,
        "password_file": _path_text(mail_password_file),
    }
    service: ServiceOptions = {
        "community": community,
        "base_url": base_url,
        "listen": listen,
        "policy": policy,
        "second_factor": second_factor,
    }
    unused = find_unused_options(
        path, {"service": service, "mail": mail, **{f"spaces.{name}": keys for name, keys in spaces.items()}}
    )
    questions = Questions(service, spaces, mail, size, board)
    settings = create_config(path, lambda: _new_config(path, questions, report), report)
    new_members = _read_new_members(settings, chair, chair_discord, chair_email, members)
    chair_waits, shortfalls = asyncio.run(install(settings, new_members, report))
    for line in (*report.lines, *unused, *_shortfall_lines(shortfalls), *_next_steps(settings, chair_waits)):
        print_line(line)


async def install(
    settings: Settings, new_members: tuple[NewMember, ...], report: InstallReport
) -> tuple[bool, tuple[Shortfall, ...]]:
    """Make keys, database and members, and return whether the first chair waits, and what the policy cannot do."""
    await create_storage(settings, report)
    return await create_members(settings, new_members, report)


def _shortfall_lines(shortfalls: tuple[Shortfall, ...]) -> list[str]:
    """What the policy cannot do with the people who are seated, in words. Policy: P-11.2."""
    lines = [line for each in shortfalls for line in (f"  {each.what}", f"      {each.remedy}" if each.remedy else "")]
    return ["", "What this policy cannot do with these people:", *filter(None, lines)] if lines else []


def _new_config(path: Path, questions: Questions, report: InstallReport) -> str:
    """The file's text; in a terminal, what no option said is asked for."""
    if _is_interactive():
        _ask_for_all(path.parent / _SECRETS, questions, report)
    service, mail = questions.service, {key: value for key, value in questions.mail.items() if value is not None}
    chosen = {
        name: keys for name, keys in questions.spaces.items() if any(value is not None for value in keys.values())
    }
    if not service["community"]:
        raise Misconfigured(["The community has no name: give --community."])
    if not chosen and not mail:
        sentence = "There is no space: give the options of at least one, such as --discord-guild-id,"
        raise Misconfigured([f"{sentence} or --mail-host, so that members are reached by mail alone."])
    policy = _choose_policy(path.parent, questions, report)
    keys = {"ring": "data/keys.ring", "master": "secrets/master.key"}
    return render_config(Installation({**service, "policy": policy, "data": "data"}, keys, chosen, mail))


def _choose_policy(folder: Path, questions: Questions, report: InstallReport) -> str:
    """The policy that was named, else the preset that the answers choose; a Board of its own makes it a file. Policy:
    P-11.2."""
    named = questions.service["policy"]
    preset = str(named) if named else choose_preset(questions.size, has_board=questions.board)
    if questions.board is None or preset not in preset_names():
        return preset
    text = preset_with_board(preset, has_board=questions.board)
    if text == load_preset(preset):
        return preset
    return create_policy(folder, text, f"as in {preset}, {'with' if questions.board else 'without'} a Board", report)


def _ask_for_all(folder: Path, questions: Questions, report: InstallReport) -> None:
    service = questions.service
    service["community"] = service["community"] or ask("The community's name: ")
    service["base_url"] = service["base_url"] or ask("The address of the pages (empty: only this host): ") or None
    if service["policy"] is None:
        questions.size = questions.size or _parse_number(ask("How many of you will handle reports (a number): "))
        if questions.board is None:
            answer = ask("Does a Board, or somebody else, stand above you (yes or no): ").casefold()
            questions.board = {"y": True, "n": False}.get(answer[:1])
    _ask_for_spaces(folder, questions.spaces, report)
    _ask_for_mail(folder, questions.mail, report)


def _ask_for_mail(folder: Path, mail: SpaceOptions, report: InstallReport) -> None:
    _ask(mail, "host", "The server that takes our mail (empty: no mail, members need an account in a space): ")
    if mail["host"]:
        _ask(mail, "sender", "The group's own mail address: ")
        _ask(mail, "username", "What we sign in to that server with (empty: it asks for nothing): ")
        if mail["username"]:
            _ask_secret(mail, "password_file", "The password: ", folder / "mail-password", report)


def _ask_for_spaces(folder: Path, spaces: Mapping[str, SpaceOptions], report: InstallReport) -> None:
    discord, forum, github = spaces["discord"], spaces["forum"], spaces["github"]
    _ask(discord, "guild_id", "The id of the Discord server (empty: no Discord): ")
    if discord["guild_id"]:
        _ask_secret(discord, "token_file", "The bot's token: ", folder / "discord-token", report)
    _ask(forum, "url", "The address of the forum (empty: no forum): ")
    if forum["url"]:
        _ask(forum, "api_username", "The account that the forum's API key is bound to: ")
        _ask_secret(forum, "api_key_file", "The forum's API key: ", folder / "forum-key", report)
    _ask(github, "organization", "The GitHub organisation (empty: no GitHub): ")
    if github["organization"]:
        _ask(github, "app_id", "The App's id: ", _parse_number)
        _ask(github, "installation_id", "The id of its installation: ", _parse_number)
        _ask(github, "private_key_file", "The file with the App's private key (chmod 600): ", _resolve_path)


def _ask(keys: SpaceOptions, key: str, words: str, read: Callable[[str], str | int | None] = lambda text: text) -> None:
    if keys[key] is None:
        keys[key] = read(ask(words)) or None


def _ask_secret(keys: SpaceOptions, key: str, words: str, path: Path, report: InstallReport) -> None:
    if keys[key] is not None:
        return
    create_secret(path, ask_until_given(words), report)
    keys[key] = str(_SECRETS / path.name)


def ask_until_given(words: str, read: Callable[[str], str] = ask_secretly) -> str:
    """Return the secret that somebody types; Misconfigured where they only ever press Enter."""
    for _ in range(_MAX_TRIES):
        if secret := read(words).strip():
            return secret
        print_line("That was empty. Nothing is shown while you type or paste it; end with Enter.")
    what = words.removesuffix(": ")
    raise Misconfigured([f"{what} was not given: no configuration was written. Have it at hand, and begin again."])


def _parse_number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _resolve_path(text: str) -> str | None:
    return str(Path(text).expanduser().resolve()) if text else None


def _read_new_members(
    settings: Settings, chair: str | None, discord: str | None, email: str | None, members: Path | None
) -> tuple[NewMember, ...]:
    """The first chair of the options or of the terminal, and everybody of the file."""
    people = read_new_members(members, settings) if members else ()
    if chair is None and not people and _is_interactive():
        chair = ask("The first chair's name (empty: somebody stands already): ") or None
        if chair:
            if any(isinstance(each, DiscordSettings) for each in settings.spaces):
                discord = discord or ask("Their account id on Discord: ") or None
            email = email or ask("Their mail address: ") or None
    if chair is None:
        return people
    server = next((each.name for each in settings.spaces if isinstance(each, DiscordSettings)), None)
    if discord and server is None:
        raise Misconfigured(["--chair-discord: there is no Discord server in the configuration."])
    accounts = (Account(SpaceName(server), discord),) if server and discord else ()
    reader = TableReader(Path())
    reader.read(dict[str, Text], "", {"--chair": chair})
    reader.read(dict[str, AccountId], "", {"--chair-discord": discord} if discord else {})
    reader.read(dict[str, Email], "", {"--chair-email": email} if email else {})
    if reader.faults:
        raise Misconfigured(reader.faults)
    return (NewMember(chair, (SeatInput(Group.WORKING_GROUP, Office.CHAIR),), accounts, email or None), *people)


def _next_steps(settings: Settings, chair_waits: bool) -> list[str]:
    lines = ["", "Next:", "  guardian check                    what each space still needs"]
    if chair_waits:
        lines.append("  guardian confirm-chair --as NAME  a second member's yes to the first chair")
    lines.append("  guardian serve                    run the service")
    if is_on_this_host_alone(settings):
        lines.insert(1, f"  base_url in {settings.path}: the addresses that people are sent open on this machine alone")
    lines += [f"  guardian mode {space.name} enforce     when you are ready to act there" for space in settings.spaces]
    lines.append(
        f"Keep copies of {settings.key_ring} and {settings.master_key} in two places apart from the database's."
    )
    return lines


def _is_interactive() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _path_text(path: Path | None) -> str | None:
    """A path as an option gives it is meant from where the command was given."""
    return None if path is None else str(path.resolve())
