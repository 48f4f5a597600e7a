"""`python -m tests.shape` prints the shape of the product in figures, with the aim beside each. Read `measured` first.

`--list` names what misses an aim, `--check` ends with 1 where one is missed. How is counted, over `guardian`, `connectors` and
`rules`, migrations apart:

- *Lines of a function*: those of its body from the first statement to the last, without docstring, comments and empty
  lines; decorators and signature do not count. A function within another counts by itself and in the lines of the
  other. A stub whose body is a docstring or `...` alone, such as a protocol's method, is no function here.
- *Lines of a module*: all lines of the file; an `__init__`, which holds no code, is no module here.
- *Parameters*: every one that the signature names, `*args` and `**kwargs` too, without `self` and `cls`. Signatures that a
  framework reads apart: what `.command(…)` or `.context_menu(…)` decorates, and `command` in a module of `guardian/cli`.
- *Public functions*: functions at the top of a module and methods of its classes, none with a name that begins with an
  underscore, stubs among them. A method is documented by a docstring of its own, by that of a class from which its class
  derives, or by that of a protocol of which its class has every method: whoever carries out a port need not say
  again what the port says. How many have one of their own is printed beside it.
- *Class names used twice*: public names in `rules` and `guardian`, the sandbox apart. A store's `Sql…` is another name.
- The median is the lower one of two; 90 % is the smallest figure that nine of ten do not exceed.
"""

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import PurePosixPath
from typing import Final

from tests.architecture.source import PRODUCT, Module, dotted, modules

FUNCTION_MEDIAN: Final = 5
FUNCTION_P90: Final = 15
LONGEST_MODULE: Final = 400
MOST_PARAMETERS: Final = 7
DOCUMENTED_PERCENT: Final = 95.0
_MIGRATIONS: Final = "guardian/storage/migrations/versions"
_SANDBOX: Final = "guardian/sandbox"
_COMMANDS: Final = ("command", "form_command", "context_menu")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Function:
    """One function: where it stands, in which class if in one, and its node. `is_nested`: within another function."""

    module: Module
    node: FunctionNode
    own_class: ast.ClassDef | None = None
    is_nested: bool = False

    @property
    def name(self) -> str:
        own = f"{self.own_class.name}.{self.node.name}" if self.own_class else self.node.name
        return f"{self.module.path}:{self.node.lineno} {own}"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted; the lists name what stands against an aim, or would."""

    function_lines: tuple[int, ...]
    module_lines: Mapping[str, int]
    many_parameters: tuple[str, ...]
    public_functions: int
    undocumented: tuple[str, ...]
    without_own: int
    names_used_twice: tuple[str, ...]

    @property
    def documented_percent(self) -> float:
        return _percent(self.public_functions - len(self.undocumented), self.public_functions)

    @property
    def own_percent(self) -> float:
        return _percent(self.public_functions - self.without_own, self.public_functions)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure as it is printed; `against` are the names of what stands against its aim."""

    what: str
    figure: str
    aim: str
    is_met: bool
    against: tuple[str, ...] = ()


def measured(source: Sequence[Module]) -> Figures:
    """Return the figures of these modules."""
    found = [function for module in source for function in functions(module)]
    public = [function for function in found if _is_public(function)]
    documented = _Documented(source)
    return Figures(
        function_lines=tuple(sorted(body_lines(each) for each in found if not _is_stub(each.node))),
        module_lines={module.path: len(module.text.splitlines()) for module in source if not module.is_package_file},
        many_parameters=tuple(
            f"{f.name} ({n})" for f in found if (n := parameters(f)) > MOST_PARAMETERS and not _is_command(f)
        ),
        public_functions=len(public),
        undocumented=tuple(each.name for each in public if not documented.covers(each)),
        without_own=len([each for each in public if not ast.get_docstring(each.node)]),
        names_used_twice=tuple(_used_twice(source)),
    )


def lines(figures: Figures) -> Iterator[Line]:
    """Return each figure with its aim, in the order in which they are printed."""
    sizes, median = sorted(figures.module_lines.values()), nearest(figures.function_lines, 0.5)
    p90, longest = nearest(figures.function_lines, 0.9), sizes[-1] if sizes else 0
    long = tuple(f"{path} ({n})" for path, n in sorted(figures.module_lines.items()) if n > LONGEST_MODULE)
    percent, twice = figures.documented_percent, figures.names_used_twice
    yield Line("function lines, median", str(median), f"at most {FUNCTION_MEDIAN}", median <= FUNCTION_MEDIAN)
    yield Line("function lines, 90 %", str(p90), f"at most {FUNCTION_P90}", p90 <= FUNCTION_P90)
    yield Line("module lines, median", str(nearest(sizes, 0.5)), "", is_met=True)
    yield Line("module lines, longest", str(longest), f"at most {LONGEST_MODULE}", not long, long)
    many = figures.many_parameters
    yield Line(f"functions with over {MOST_PARAMETERS} parameters", str(len(many)), "0", not many, many)
    aim = f"at least {DOCUMENTED_PERCENT:.0f} %"
    is_met = percent >= DOCUMENTED_PERCENT
    yield Line("public functions documented", f"{percent:.1f} %", aim, is_met, figures.undocumented)
    yield Line("public functions with own docstring", f"{figures.own_percent:.1f} %", "", is_met=True)
    yield Line("class names used twice", str(len(twice)), "0", not twice, twice)


def functions(module: Module) -> Iterator[Function]:
    """Return every function of the module, those within classes and functions too."""
    yield from _functions(module, module.tree, None, is_nested=False)


def body_lines(function: Function) -> int:
    """Return the lines of the function's body as they are counted here."""
    body = _without_docstring(function.node.body)
    if not body:
        return 0
    first, last = body[0].lineno, max(each.end_lineno or each.lineno for each in body)
    text = (line.strip() for line in function.module.text.splitlines()[first - 1 : last])
    return sum(1 for line in text if line and not line.startswith("#"))


def parameters(function: Function) -> int:
    """Return how many parameters the signature names."""
    given = function.node.args
    named = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    more = [each.arg for each in (given.vararg, given.kwarg) if each is not None]
    return len([name for name in (*named, *more) if name not in {"self", "cls"}])


def nearest(sizes: Sequence[int], share: float) -> int:
    """Return the smallest of the sorted sizes that this share of them does not exceed; 0 where there are none."""
    return sizes[max(0, ceil(share * len(sizes)) - 1)] if sizes else 0


def _percent(some: int, of: int) -> float:
    return 100.0 * some / of if of else 100.0


def _functions(module: Module, tree: ast.AST, own_class: ast.ClassDef | None, *, is_nested: bool) -> Iterator[Function]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, FunctionNode):
            yield Function(module, node, own_class, is_nested)
            yield from _functions(module, node, None, is_nested=True)
        elif isinstance(node, ast.ClassDef):
            yield from _functions(module, node, node, is_nested=is_nested)
        else:
            yield from _functions(module, node, own_class, is_nested=is_nested)


def _is_public(function: Function) -> bool:
    names = [function.node.name, function.own_class.name if function.own_class else ""]
    return not function.is_nested and not any(name.startswith("_") for name in names)


def _is_command(function: Function) -> bool:
    if function.module.within("guardian/cli") and function.node.name == "command":
        return True
    decorators = (each.func if isinstance(each, ast.Call) else each for each in function.node.decorator_list)
    return any(dotted(each).rpartition(".")[2] in _COMMANDS for each in decorators)


def _is_stub(node: FunctionNode) -> bool:
    return all(_is_ellipsis(each) for each in _without_docstring(node.body))


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is Ellipsis


def _without_docstring(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    first = body[0]
    says = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return body[1:] if says else body


class _Documented:
    """Which functions have a docstring, their own or that of a port or base which they carry out."""

    def __init__(self, source: Sequence[Module]) -> None:
        self._classes = [node for module in source for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
        self._by_name = {node.name: node for node in self._classes}
        self._protocols = [node for node in self._classes if "Protocol" in _bases(node)]

    def covers(self, function: Function) -> bool:
        if ast.get_docstring(function.node):
            return True
        own = function.own_class
        return own is not None and any(function.node.name in _told(each) for each in self._carried_out(own))

    def _carried_out(self, own: ast.ClassDef) -> Iterator[ast.ClassDef]:
        """The class's own bases, and the protocols of which it has every method."""
        waiting, seen = list(_bases(own)), set[str]()
        while waiting:
            name = waiting.pop()
            if name in self._by_name and name not in seen:
                seen.add(name)
                yield self._by_name[name]
                waiting += _bases(self._by_name[name])
        has = _methods(own)
        yield from (each for each in self._protocols if each is not own and _methods(each) and _methods(each) <= has)


def _bases(node: ast.ClassDef) -> tuple[str, ...]:
    bases = (each.value if isinstance(each, ast.Subscript) else each for each in node.bases)
    return tuple(dotted(each).rpartition(".")[2] for each in bases)


def _methods(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(each.name for each in node.body if isinstance(each, FunctionNode))


def _told(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(each.name for each in node.body if isinstance(each, FunctionNode) and ast.get_docstring(each))


def _used_twice(source: Iterable[Module]) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for module in source:
        if module.within("rules", "guardian") and not module.within(_SANDBOX):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places.setdefault(node.name, []).append(f"{module.path}:{node.lineno}")
    yield from (f"{name}: {', '.join(found)}" for name, found in sorted(places.items()) if len(found) > 1)


def product() -> tuple[Module, ...]:
    """Return the modules that are measured."""
    return tuple(module for module in modules(*PRODUCT) if not PurePosixPath(module.path).is_relative_to(_MIGRATIONS))


def main(arguments: Sequence[str]) -> int:
    """Print the figures; 1 where an aim is missed and `--check` asked for it."""
    parser = argparse.ArgumentParser(prog="python -m tests.shape", description="The shape of the product in figures.")
    parser.add_argument("--check", action="store_true", help="end with 1 where an aim is missed")
    parser.add_argument("--list", action="store_true", help="name what stands against each aim")
    asked = parser.parse_args(arguments)
    figures = measured(product())
    found = list(lines(figures))
    for line in found:
        aim = f"aim: {line.aim}{'' if line.is_met else '  MISSED'}" if line.aim else ""
        sys.stdout.write(f"{line.what:<36} {line.figure:>7}   {aim}".rstrip() + "\n")
        if asked.list:
            sys.stdout.writelines(f"    {name}\n" for name in line.against)
    sys.stdout.write(f"{len(figures.function_lines)} functions in {len(figures.module_lines)} modules\n")
    return 1 if asked.check and not all(line.is_met for line in found) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
