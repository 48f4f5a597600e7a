"""`docs/permissions.md`: each service that a member asks for, and from which seats and in which situations it answers.

The seats are asked of `may_perform` itself; which use case a service stands for is read from its code. Read `page` first.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from guardian.ids import MemberId
from guardian.people.models import Group, Member, Office, Role
from guardian.people.permissions import UseCase, may_perform
from tests.architecture.source import ROOT
from tests.guardian.services.test_every_use_case_is_blind import ID_NAMES, PERSON_NAMES, REFERENCE_NAMES, use_cases

PAGE: Final[Path] = ROOT / "docs" / "permissions.md"
_AT: Final = datetime(2026, 3, 2, tzinfo=UTC)
_SEATS: Final = (
    ("Member", Group.WORKING_GROUP, Office.MEMBER),
    ("Chair", Group.WORKING_GROUP, Office.CHAIR),
    ("Liaison", Group.WORKING_GROUP, Office.LIAISON),
    ("Liaison to the Board", Group.WORKING_GROUP, Office.BOARD_LIAISON),
    ("Board", Group.BOARD, Office.MEMBER),
    ("Moderator", Group.MODERATORS, Office.MEMBER),
    ("Moderators' chair", Group.MODERATORS, Office.CHAIR),
    ("Privacy officer", Group.PRIVACY_OFFICERS, Office.MEMBER),
    ("Adviser", Group.ADVISERS, Office.MEMBER),
    ("Local representative", Group.LOCAL_REPRESENTATIVES, Office.MEMBER),
)
_DEEPEST: Final = 4
_NAMES_OF_CASES: Final = REFERENCE_NAMES | PERSON_NAMES | ID_NAMES
_HEAD: Final = """# Permissions

Each service that a member can ask for, and who is answered; `python -m tests.docs` writes this page from the code, and a
test fails where a service has no row. *yes*: the seat opens it. Where a service is about a case (or what stands in one),
somebody whom it concerns, who has stepped back, or who is held out until a chair decides is answered as if there were
none, and so is a newcomer, in a case that was there before them, until they have stated conflicts (P-1.2, P-4.2). Whoever was removed, or whose term is over, is
answered by nothing at all: no seat opens anything for them. Which cases there are is told by none of these answers.
"""


def page() -> str:
    """Return the page as the code has it."""
    seats = [name for name, _, _ in _SEATS]
    head = f"| Service | {' | '.join(seats)} | Concerned, recused, held out | Newcomer | Removed |"
    return "\n".join([_HEAD, head, "| --- " * (len(seats) + 4) + "|", *_rows(), ""])


def missing() -> list[str]:
    """Return the services of which the code does not say which use case they are."""
    return [name for name, function in use_cases().items() if not uses_of(function)]


@cache
def uses_of(function: Callable[..., Any]) -> frozenset[UseCase]:
    """Return the use cases that the function, or what it calls, asks the seats for."""
    return _uses(function, _DEEPEST)


def _rows() -> Iterator[str]:
    for name, function in sorted(use_cases().items()):
        uses = uses_of(function)
        cells = ["yes" if any(_opens(use, group, office) for use in uses) else "no" for _, group, office in _SEATS]
        is_about_case = bool(set(inspect.signature(function).parameters) & _NAMES_OF_CASES)
        hidden = "as if there were none" if is_about_case else "nothing of the case is in it"
        newcomer = "as if there were none" if is_about_case else "nothing of a case is in it"
        yield f"| `{name}` | {' | '.join(cells)} | {hidden} | {newcomer} | no |"


def _opens(use: UseCase, group: Group, office: Office) -> bool:
    role = Role(group=group, office=office, since=_AT)
    return bool(may_perform(Member(id=MemberId("anybody"), name="Anybody", roles=(role,)), use, _AT))


@cache
def _uses(function: Callable[..., Any], depth: int) -> frozenset[UseCase]:
    module = inspect.getmodule(function)
    if module is None:
        return frozenset()
    tree = ast.parse(inspect.getsource(function))
    found = {
        UseCase[node.attr]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "UseCase"
    }
    if found or not depth:
        return frozenset(found)
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return frozenset().union(*(_uses(each, depth - 1) for each in _resolved(called, module)))


def _resolved(called: list[ast.expr], module: ModuleType) -> Iterator[Callable[..., Any]]:
    """Yield the functions of the product that are called by their names."""
    for name in called:
        function = getattr(module, name.id, None) if isinstance(name, ast.Name) else None
        if inspect.isfunction(function) and function.__module__.startswith("guardian."):
            yield function
