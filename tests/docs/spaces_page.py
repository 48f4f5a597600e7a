"""The tables of `docs/spaces.md`: every door and command, made from the code; what one answers is said in the page itself.

Names, options and summaries come from the commands as they are registered, the seats from the use cases that the code
asks for on the way.
"""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final, cast

import discord
from discord import AppCommandType, app_commands

from connectors.discord.intake import FEATURES
from connectors.discord.interactions import InteractionRouter, ServerConfig
from connectors.forum import commands as forum_commands
from guardian.cases.reports import ReportChannel
from guardian.cli import remote
from guardian.cli.__main__ import COMMANDS
from guardian.ids import SpaceName
from guardian.notices.translations import translate_text
from guardian.people.permissions import (
    ALLOWED_SEATS,
    BOARD,
    BOARD_LIAISON,
    CHAIRS,
    LIAISON,
    MEMBERS,
    MODERATORS,
    MODERATORS_CHAIR,
    MODERATORS_LIAISON,
    Seat,
)
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from guardian.unit_of_work import UnitOfWorkFactory
from tests.architecture.source import dotted
from tests.docs import permission_paths
from tests.docs.permission_paths import Code, Gate
from tests.docs.table import Row, Table, cell
from tests.fakes.clock import FrozenClock
from tests.fakes.space import FakeSpace

EVERYBODY: Final = "everybody in the server"
_WORDS: Final[Mapping[Seat, str]] = {
    MODERATORS: "moderators",
    MODERATORS_CHAIR: "the moderators' chair",
    MODERATORS_LIAISON: "the moderators' liaison",
    MEMBERS: "members",
    CHAIRS: "chairs",
    LIAISON: "the liaison to the moderators",
    BOARD_LIAISON: "the liaison to the Board",
    BOARD: "the Board",
}
_SYNTAX: Final = re.compile(r"/\w+ [^/\n]*?(?=,? or /|\n|$)")
_KINDS: Final = {AppCommandType.user: "menu of a member", AppCommandType.message: "menu of a message"}
_MENUS: Final = {_KINDS[AppCommandType.user]: "About that person", _KINDS[AppCommandType.message]: "With that message"}


@dataclass(frozen=True, slots=True)
class Command:
    """A command as Discord lists it, and the seats that it takes; None where it is for everybody."""

    name: str
    kind: str
    about: str
    options: tuple[str, ...]
    seats: frozenset[Seat] | None


@cache
def commands() -> tuple[Command, ...]:
    """Every command and menu of the server, in the order in which they are registered."""
    router = _empty_router()
    found: list[Command] = []
    for feature in FEATURES:
        feature.commands.add_to(router)
        every = [each for kind in AppCommandType for each in router.tree.get_commands(guild=router.guild, type=kind)]
        known = {each.name for each in found}
        found += [_command(each) for each in every if str(each.name) not in known]
    return tuple(found)


@cache
def buttons() -> Mapping[str, tuple[tuple[str, ...], frozenset[Seat] | None]]:
    """Every button of the server by what it does: what stands on it, and the seats that it takes."""
    labels: dict[str, list[str]] = {}
    for verb, label in permission_paths.buttons():
        labels.setdefault(verb, []).append(_label(label))
    return {
        verb: (
            tuple(dict.fromkeys(filter(None, said))),
            _seats(_all_gates(permission_paths.handlers(verb, "on_button"))),
        )
        for verb, said in labels.items()
    }


@cache
def router_of_all() -> InteractionRouter:
    """The counter with every command, button and form of the server."""
    router = _empty_router()
    for feature in FEATURES:
        feature.commands.add_to(router)
    return router


def audience(seats: frozenset[Seat] | None, nobody: str = EVERYBODY) -> str:
    """The seats in words."""
    if seats is None:
        return nobody
    return ", ".join(words for seat, words in _WORDS.items() if seat in seats)


def tables() -> Iterator[Table]:
    """Every table of the page."""
    head = ("Command", "Who", "What it is for", "What it answers")
    for section in ("everybody", "moderators", "members"):
        found = (each for each in commands() if _section(each.seats) == section)
        yield Table(f"discord {section}", head, tuple(_discord_row(each) for each in found))
    yield Table("discord buttons", ("Button", "Who"), tuple(_button_row(*each) for each in buttons().values()))
    yield Table("forum", ("Command", "Who", "How it is written", "What it answers"), tuple(_forum_rows()))
    yield Table("github", ("Command", "Who", "What it answers"), (_github_row(),))
    doors = tuple(Row(channel, ("",), 2) for channel in ReportChannel)
    yield Table("doors", ("Door", "Where, and who can read it there", "What it answers"), doors)
    yield Table("host", head[:3], tuple(_host_row(*each) for each in COMMANDS.items()))


def _discord_row(command: Command) -> Row:
    prefix = f" ({command.kind})" if command.kind else ""
    options = f" {' '.join(command.options)}" if command.options else ""
    name = command.name if command.kind else f"/{command.name}"
    return Row(name, (prefix + options, audience(command.seats), command.about or _MENUS[command.kind]), 1)


def _button_row(labels: tuple[str, ...], seats: frozenset[Seat] | None) -> Row:
    first, *others = labels
    more = "".join(f", `{each}`" for each in others)
    return Row(first, (more, audience(seats, "whoever it is shown to")))


def _forum_rows() -> Iterator[Row]:
    for name, deed in forum_commands._COMMANDS.items():
        code = permission_paths.code_of(forum_commands.__name__, deed.__name__)
        ways = [found for found in _SYNTAX.findall(forum_commands.NOT_A_COMMAND) if found.startswith(f"{name} ")]
        yield Row(
            name,
            ("", audience(_seats(permission_paths.gates(code))), "<br>".join(f"`{cell(each)}`" for each in ways)),
            1,
        )


def _github_row() -> Row:
    code = permission_paths.code_of("connectors.github.intake", "GithubInbox._escalate")
    return Row("@APP /escalate", (" [soon or danger] and words", audience(_seats(permission_paths.gates(code)))), 1)


def _host_row(name: str, about: tuple[str, str]) -> Row:
    module, summary = about
    gates = permission_paths.gates(permission_paths.code_of(f"guardian.cli.{module}", "command"))
    seats = frozenset(seat for gate in gates for use in gate for seat in ALLOWED_SEATS[use]) if gates else None
    by = f"whoever has the host, in the name of: {audience(seats)}" if seats else "whoever has the host"
    return Row(
        f"guardian {name}", ("", "whoever has a token" if module == remote.__name__.rpartition(".")[2] else by, summary)
    )


def _section(seats: frozenset[Seat] | None) -> str:
    if seats is None:
        return "everybody"
    if MODERATORS in seats:
        return "moderators"
    return "members"


def _seats(gates: Iterable[Gate]) -> frozenset[Seat] | None:
    """The seats that open every gate; None where there is none."""
    found: frozenset[Seat] | None = None
    for gate in gates:
        opens = frozenset(seat for use in gate for seat in ALLOWED_SEATS[use])
        found = opens if found is None else frozenset(_intersect(found, opens))
    return found


def _intersect(some: frozenset[Seat], others: frozenset[Seat]) -> Iterator[Seat]:
    """The narrower of each two seats of which one is within the other."""
    for one in some:
        for other in others:
            if one.group is other.group and (one.office == other.office or None in (one.office, other.office)):
                yield one if one.office is not None else other


def _all_gates(codes: Iterable[Code]) -> frozenset[Gate]:
    return frozenset(gate for code in codes for gate in permission_paths.gates(code))


def _command(made: Any) -> Command:
    kind = _KINDS.get(getattr(made, "type", AppCommandType.chat_input), "")
    options = (
        tuple(each.name if each.required else f"[{each.name}]" for each in made.parameters)
        if isinstance(made, app_commands.Command)
        else ()
    )
    about = "" if kind else str(made.description)
    return Command(str(made.name), kind, about, options, _seats(permission_paths.gates(_code_of(made.callback))))


def _code_of(callback: Any) -> Code:
    """The function as it stands in the source: several commands of a module may be called alike there."""
    line = inspect.unwrap(callback).__code__.co_firstlineno
    return next(
        code
        for _, code in permission_paths.decorated(callback.__module__)
        if code.node.decorator_list[0].lineno == line
    )


def _empty_router() -> InteractionRouter:
    """A counter with every space behind it, at which nobody is ever served."""
    names = ("discord", "forum", "github")
    clock = FrozenClock()
    spaces = SpaceRegistry(tuple(RegisteredSpace(FakeSpace(clock, name), Mode.OBSERVE) for name in names))
    policy = read_policy(load_preset("django"))
    app = AppContext(
        units_of_work=cast(UnitOfWorkFactory[ReadView, UnitOfWork], None),
        policy=policy,
        clock=clock,
        spaces=spaces,
        base_url="https://conduct.example.org",
        community="Example community",
    )
    client = discord.Client(intents=discord.Intents.none())
    config = ServerConfig(SpaceName("discord"), "1", "https://discord.example", timedelta(seconds=1))
    return InteractionRouter(app, client, config)


def _label(written: ast.expr) -> str:
    """What stands on a button, with a mark where something is filled in; empty where another place says it."""
    if isinstance(written, ast.Constant):
        return str(written.value)
    if isinstance(written, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in written.values)
    if (
        isinstance(written, ast.Call)
        and dotted(written.func) == "translate_text"
        and isinstance(written.args[1], ast.Constant)
    ):
        return re.sub(r"\{\w+\}", "…", _raw(str(written.args[1].value)))
    return ""


def _raw(key: str) -> str:
    return translate_text("", key, reference="…")
