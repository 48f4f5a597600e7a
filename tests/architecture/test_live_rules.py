"""Every rule is asked by the product, and every value of policy is read by a rule that is: nothing of it is for show.

Use is followed from the product's imports: a function that only tests call, or only another such function, is dead.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import pytest

from rules.policy import PolicyValue, policy_sections, policy_values
from tests.architecture.source import Module, modules, nodes

Name = tuple[str, str]
"""A module of the rules and what stands at its top: `("quorum", "tally")`."""

PACKAGE = "rules."
ASKERS = ("guardian", "connectors")
GROUPS = {section: group.__name__ for section, group in policy_sections().items()}
PATHS = [value.path for value in policy_values()]


def test_every_rule_is_asked_by_the_product() -> None:
    house = modules("rules")
    used = _used(house, modules(*ASKERS))
    dead = [name for name, node in _defined(house).items() if _is_public_rule(name, node) and name not in used]
    assert dead == []


@pytest.mark.parametrize("value", list(policy_values()), ids=PATHS)
def test_every_value_of_policy_is_read_by_a_rule_that_is_asked_or_by_the_product(value: PolicyValue) -> None:
    assert any(_reads(said, value) for said in _live_rules())


RULES = """
from rules.policy import Policy
from rules.policy_sections.sanctions import Brake as Numbers

def asked(policy: Policy) -> int:
    return _inner(policy.brake)

def _inner(numbers: Numbers) -> int:
    return numbers.solo_people

def only_tested(policy: Policy) -> int:
    return _last(policy)

def _last(policy: Policy) -> int:
    return policy.brake.put_backs
"""


@pytest.mark.parametrize(
    "asker", ["from rules.sample import asked\nasked(1)", "from rules import sample\nsample.asked(1)"]
)
def test_a_rule_that_only_another_dead_rule_calls_is_noticed(asker: str) -> None:
    used = _used([_sample(RULES)], [_sample(asker, "guardian.asker")])
    assert used == {("sample", "asked"), ("sample", "_inner")}


def test_an_import_alone_asks_nothing() -> None:
    assert _used([_sample(RULES)], [_sample("from rules.sample import asked", "guardian.asker")]) == set()


@pytest.mark.parametrize(
    ("path", "is_read"), [("brake.solo_people", True), ("brake.put_backs", False), ("quorum.others", False)]
)
def test_a_value_that_only_a_dead_rule_reads_is_noticed(path: str, is_read: bool) -> None:
    value = next(value for value in policy_values() if value.path == path)
    live = _live([_sample(RULES)], [_sample("from rules import sample\nsample.asked(1)", "guardian.asker")])
    assert any(_reads(said, value) for said in live) is is_read


@cache
def _live_rules() -> tuple[frozenset[str], ...]:
    return tuple(_live(modules("rules"), modules(*ASKERS)))


def _live(sources: Sequence[Module], askers: Sequence[Module]) -> Iterator[frozenset[str]]:
    """What each rule that is asked, and each function of the product, says: its attributes and names."""
    defined, rules = _defined(sources), {_short(module): module for module in sources}
    for room, name in _used(sources, askers):
        if not _is_of_policy(room):
            yield _mentioned_values(defined[room, name], rules[room])
    for module in askers:
        functions = (node for node in nodes(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        yield from (_mentioned_values(node, module) for node in functions)


def _mentioned_values(node: ast.AST, module: Module) -> frozenset[str]:
    """The attributes that the node reads, each with a dot before it, and the names of policy's groups in it."""
    read = {f".{each.attr}" for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    return frozenset(read | {name for room, name in _mentioned(node, module) if _is_of_policy(room)})


def _is_of_policy(room: str) -> bool:
    return room == "policy" or room.startswith("policy_sections.")


def _reads(said: frozenset[str], value: PolicyValue) -> bool:
    """Whether the value's key is read where its section, or the group that the section fills, is spoken of."""
    return f".{value.key}" in said and bool(said & {f".{value.section}", GROUPS[value.section]})


def _used(sources: Iterable[Module], askers: Iterable[Module]) -> set[Name]:
    """All that stands at the top of a module of the rules and is reached from what the askers mention."""
    rules = {_short(module): module for module in sources}
    defined = _defined(rules.values())
    waiting = [name for module in askers for name in _mentioned(module.tree, module)]
    used: set[Name] = set()
    while waiting:
        name = waiting.pop()
        if name in defined and name not in used:
            used.add(name)
            waiting.extend(_mentioned(defined[name], rules[name[0]]))
    return used


def _defined(sources: Iterable[Module]) -> dict[Name, ast.stmt]:
    found: dict[Name, ast.stmt] = {}
    for module in sources:
        for node in module.tree.body:
            found.update({(_short(module), name): node for name in _names_of(node)})
    return found


def _names_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _mentioned(node: ast.AST, module: Module) -> Iterator[Name]:
    """What of the rules the node mentions, by the names that its module gives them."""
    direct, rooms = _imports(module)
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield direct.get(each.id, (_short(module), each.id))
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id in rooms:
            yield rooms[each.value.id], each.attr


@cache
def _imports(module: Module) -> tuple[Mapping[str, Name], Mapping[str, str]]:
    """The rules that a module imports, by the names it gives them; and the modules of rules that it imports whole."""
    direct: dict[str, Name] = {}
    rooms: dict[str, str] = {}
    for node in nodes(module):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        for alias in node.names:
            if node.module == "rules":
                rooms[alias.asname or alias.name] = alias.name
            elif node.module.startswith(PACKAGE):
                direct[alias.asname or alias.name] = (node.module.removeprefix(PACKAGE), alias.name)
    return direct, rooms


def _is_public_rule(name: Name, node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and not name[1].startswith("_")


def _short(module: Module) -> str:
    return module.name.removeprefix(PACKAGE)


def _sample(text: str, name: str = "rules.sample") -> Module:
    return Module(f"{name.replace('.', '/')}.py", name, ast.parse(text), text)
