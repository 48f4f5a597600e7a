"""`docs/states.md`: what may follow what, drawn from the tables of the state machines themselves. Read `page` first."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from guardian import cases
from guardian.cases.state_machine import StateMachine
from tests.architecture.source import ROOT

PAGE: Final[Path] = ROOT / "docs" / "states.md"
_HEAD: Final = """# States

What may follow what, drawn from the tables in the code; `python -m tests.docs` writes this page. Whatever is not drawn
is refused. A state without an arrow that leaves it is an end.
"""


def machines() -> dict[str, StateMachine[Any, Any]]:
    """Return every state machine by its name in the code, in the order of modules."""
    found: dict[str, StateMachine[Any, Any]] = {}
    for module in pkgutil.iter_modules(cases.__path__, f"{cases.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, StateMachine) and value not in found.values():
                found[name] = value
    return found


def page() -> str:
    """Return the page as the tables have it."""
    return "\n".join([_HEAD, *(line for name, machine in machines().items() for line in _section(name, machine))])


def _section(name: str, machine: StateMachine[Any, Any]) -> Iterator[str]:
    yield from (f"## {machine.subject.capitalize()} (`{name}`)", "", "```mermaid", "stateDiagram-v2")
    for (state, event), after in machine.table.items():
        yield f"    {state} --> {after}: {event.value.replace('_', ' ')}"
    yield from ("```", "", "| State | In words |", "| --- | --- |")
    yield from (f"| `{state}` | {words} |" for state, words in machine.labels.items())
    yield ""
