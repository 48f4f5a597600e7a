"""The tables of `docs/spaces.md`, made from the code; only what a command answers is said in the page itself.

Names, options and summaries come from the commands as they are registered, the seats from the use cases that the code
asks for on the way.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final, cast

import discord
from discord import AppCommandType, app_commands

from connectors.discord.intake import FEATURES
from connectors.discord.serving import Counter, Place
from connectors.forum import commands as forum_commands
from guardian.cases.values import Door
from guardian.cli.__main__ import COMMANDS
from guardian.desk.desk import Desk, Works
from guardian.ids import SpaceName
from guardian.notices.catalogue import say
from guardian.people.permissions import (
    BOARD,
    BOARD_LIAISON,
    CHAIRS,
    LIAISON,
    MAY,
    MEMBERS,
    MODERATORS,
    MODERATORS_CHAIR,
    MODERATORS_LIAISON,
    Seat,
)
from guardian.policy_file import read_policy
from guardian.presets import preset
from guardian.spaces.registry import Mode, Registered, Spaces
from tests.architecture.source import HOUSE, dotted
from tests.docs import reach
from tests.docs.reach import Code, Gate
from tests.fakes.clock import FrozenClock
from tests.fakes.space import FakeSpace

PAGE: Final = HOUSE / "docs" / "spaces.md"
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
_TABLE: Final = re.compile(r"<!-- table: ([\w -]+) -->\n(.*?)<!-- end -->", re.DOTALL)
_KEY: Final = re.compile(r"^\| `([^`]+)`")
_SYNTAX: Final = re.compile(r"/\w+ [^/\n]*?(?=,? or /|\n|$)")
_KINDS: Final = {AppCommandType.user: "menu of a member", AppCommandType.message: "menu of a message"}
_MENUS: Final = {_KINDS[AppCommandType.user]: "About that person", _KINDS[AppCommandType.message]: "With that message"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its name, what the code says of it, and whether the page itself says what it answers."""

    name: str
    cells: tuple[str, ...]
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """A command as Discord lists it, and the seats that it takes; None where it is for everybody."""

    name: str
    kind: str
    about: str
    options: tuple[str, ...]
    seats: frozenset[Seat] | None


def rewritten(page: str) -> str:
    """The page with every table as the code has it; what a line answers is kept, and empty where nobody has said it."""
    tables = dict(_tables())

    def table(found: re.Match[str]) -> str:
        head, rows = tables[found[1]]
        kept = _kept(found[2])
        lines = [_line(head), _line(["---"] * len(head))]
        lines += [_line([f"`{r.name}`{r.cells[0]}", *r.cells[1:], *_answer(r, kept)]) for r in rows]
        return f"<!-- table: {found[1]} -->\n" + "\n".join(lines) + "\n<!-- end -->"

    return _TABLE.sub(table, page)


def named_in(page: str) -> list[str]:
    """The names of the tables that the page has."""
    return [found[1] for found in _TABLE.finditer(page)]


def table_names() -> list[str]:
    """The names of the tables that the code makes."""
    return [name for name, _ in _tables()]


def unanswered(page: str) -> list[str]:
    """The lines of the page that do not say what is answered."""
    lines = (line for found in _TABLE.finditer(page) for line in found[2].splitlines())
    return [line for line in lines if _KEY.match(line) and re.search(r"\|\s*\|$", line)]


@cache
def commands() -> tuple[Command, ...]:
    """Every command and menu of the server, in the order in which they are registered."""
    counter = _counter()
    found: list[Command] = []
    for feature in FEATURES:
        feature.add_to(counter)
        every = [each for kind in AppCommandType for each in counter.tree.get_commands(guild=counter.guild, type=kind)]
        known = {each.name for each in found}
        found += [_command(each) for each in every if str(each.name) not in known]
    return tuple(found)


@cache
def buttons() -> Mapping[str, tuple[tuple[str, ...], frozenset[Seat] | None]]:
    """Every button of the server by what it does: what stands on it, and the seats that it takes."""
    labels: dict[str, list[str]] = {}
    for verb, label in reach.buttons():
        labels.setdefault(verb, []).append(_label(label))
    return {
        verb: (tuple(dict.fromkeys(filter(None, said))), _seats(_every_gate(reach.handlers(verb, "on_press"))))
        for verb, said in labels.items()
    }


def audience(seats: frozenset[Seat] | None, nobody: str = EVERYBODY) -> str:
    """The seats in words."""
    if seats is None:
        return nobody
    return ", ".join(words for seat, words in _WORDS.items() if seat in seats)


def _tables() -> Iterator[tuple[str, tuple[list[str], list[Row]]]]:
    head = ["Command", "Who", "What it is for", "What it answers"]
    for section in ("everybody", "moderators", "members", "chairs"):
        found = [each for each in commands() if _section(each.seats) == section]
        yield f"discord {section}", (head, [_discord_row(each) for each in found])
    yield "discord buttons", (["Button", "Who"], [_button_row(*each) for each in buttons().items()])
    yield "forum", (["Command", "Who", "How it is written", "What it answers"], list(_forum_rows()))
    yield "github", (["Command", "Who", "What it answers"], [_github_row()])
    yield "doors", (["Door", "Where, and who can read it there", "What it answers"], [Row(d, ("",)) for d in Door])
    yield "host", (["Command", "Who", "What it is for"], [_host_row(*each) for each in COMMANDS.items()])


def _discord_row(command: Command) -> Row:
    prefix = f" ({command.kind})" if command.kind else ""
    options = f" {' '.join(command.options)}" if command.options else ""
    name = command.name if command.kind else f"/{command.name}"
    return Row(name, (prefix + options, audience(command.seats), command.about or _MENUS[command.kind]))


def _button_row(verb: str, button: tuple[tuple[str, ...], frozenset[Seat] | None]) -> Row:
    labels, seats = button
    first, *others = labels
    more = "".join(f", `{each}`" for each in others)
    return Row(first, (more, audience(seats, "whoever it is shown to")), answered=False)


def _forum_rows() -> Iterator[Row]:
    for name, deed in forum_commands._CARRIED_OUT.items():
        code = reach.code_of(forum_commands.__name__, deed.__name__)
        ways = [found for found in _SYNTAX.findall(forum_commands.ASKED) if found.startswith(f"{name} ")]
        yield Row(name, ("", audience(_seats(reach.gates(code))), "<br>".join(f"`{_cell(each)}`" for each in ways)))


def _github_row() -> Row:
    code = reach.code_of("connectors.github.intake", "GithubInbox._passed_on")
    return Row("@APP /escalate", (" and words", audience(_seats(reach.gates(code)))))


def _host_row(name: str, about: tuple[str, str]) -> Row:
    module, summary = about
    gates = reach.gates(reach.code_of(f"guardian.cli.{module}", "command"))
    seats = frozenset(seat for gate in gates for use in gate for seat in MAY[use]) if gates else None
    by = f"whoever has the host, in the name of: {audience(seats)}" if seats else "whoever has the host"
    return Row(f"guardian {name}", ("", by, summary), answered=False)


def _section(seats: frozenset[Seat] | None) -> str:
    if seats is None:
        return "everybody"
    if MODERATORS in seats:
        return "moderators"
    return "members" if MEMBERS in seats else "chairs"


def _seats(gates: Iterable[Gate]) -> frozenset[Seat] | None:
    """The seats that open every gate; None where there is none."""
    found: frozenset[Seat] | None = None
    for gate in gates:
        opens = frozenset(seat for use in gate for seat in MAY[use])
        found = opens if found is None else frozenset(_both(found, opens))
    return found


def _both(some: frozenset[Seat], others: frozenset[Seat]) -> Iterator[Seat]:
    """The narrower of each two seats of which one is within the other."""
    for one in some:
        for other in others:
            if one.group is other.group and (one.office == other.office or None in (one.office, other.office)):
                yield one if one.office is not None else other


def _every_gate(codes: Iterable[Code]) -> frozenset[Gate]:
    return frozenset(gate for code in codes for gate in reach.gates(code))


def _command(made: Any) -> Command:
    kind = _KINDS.get(getattr(made, "type", AppCommandType.chat_input), "")
    options = (
        tuple(each.name if each.required else f"[{each.name}]" for each in made.parameters)
        if isinstance(made, app_commands.Command)
        else ()
    )
    about = "" if kind else str(made.description)
    return Command(str(made.name), kind, about, options, _seats(reach.gates(_code_of(made.callback))))


def _code_of(callback: Any) -> Code:
    """The function as it stands in the source: several commands of a module may be called alike there."""
    line = callback.__code__.co_firstlineno
    return next(code for _, code in reach.decorated(callback.__module__) if code.node.decorator_list[0].lineno == line)


def _counter() -> Counter:
    """A counter with every space behind it, at which nobody is ever served."""
    names = ("discord", "forum", "github")
    clock = FrozenClock()
    spaces = Spaces(tuple(Registered(FakeSpace(clock, name), Mode.OBSERVE) for name in names))
    policy = read_policy(preset("django"))
    desk = Desk(cast(Works, None), policy, clock, spaces, "https://conduct.example.org", "Example community")
    client = discord.Client(intents=discord.Intents.none())
    place = Place(SpaceName("discord"), "1", "https://discord.example", timedelta(seconds=1))
    return Counter(desk, client, place)


def _label(written: ast.expr) -> str:
    """What stands on a button, with a mark where something is filled in; empty where another place says it."""
    if isinstance(written, ast.Constant):
        return str(written.value)
    if isinstance(written, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in written.values)
    if isinstance(written, ast.Call) and dotted(written.func) == "say" and isinstance(written.args[1], ast.Constant):
        return re.sub(r"\{\w+\}", "…", _raw(str(written.args[1].value)))
    return ""


def _raw(key: str) -> str:
    return say("", key, reference="…")


def _kept(table: str) -> Mapping[str, str]:
    found = ((_KEY.match(line), line) for line in table.splitlines())
    return {key[1]: re.split(r"(?<!\\)\|", line)[-2].strip() for key, line in found if key}


def _answer(row: Row, kept: Mapping[str, str]) -> tuple[str, ...]:
    return (kept.get(row.name, ""),) if row.answered else ()


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(text: str) -> str:
    return text.strip().replace("|", "\\|")
