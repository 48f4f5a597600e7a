"""Which seats the code asks for on the way from a command to what it does, read from the source itself.

Follows references from function to function, and from a form that is opened to what is looked up for it and done when it
is sent. A button is
not followed: whoever presses it is asked again.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from guardian.people.permissions import UseCase
from tests.architecture.source import dotted, modules

Gate = frozenset[UseCase]
"""One question for a seat: any of these use cases opens it."""

_FOLDERS = ("connectors/discord/commands", "connectors/forum", "connectors/github", "guardian/services", "guardian/cli")
_PERMISSION_CHECKS = frozenset({"require_permission", "opened_as"})
"""The functions whose third argument is the use case that a member must have a seat for."""
_FORM_OPENERS = frozenset({"custom_id", "build_form"})
"""The functions whose first argument may be the verb of the form that is opened."""
_DECLARED = {"button": "on_button", "form_button": "on_button", "confirmed_action": "on_button", "modal": "on_modal"}
"""What decorates the function that a button or form comes to, with the verb first, and what of the router it stands for."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(eq=False, slots=True)
class Code:
    """One function: where it stands, and what its names mean there."""

    module: "_Module"
    node: Function
    around: "Code | None"
    own_class: str
    within: dict[str, "Code"] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class _Module:
    name: str
    imports: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Code] = field(default_factory=dict)
    every: list[Code] = field(default_factory=list)
    handled: list["_Handled"] = field(default_factory=list)
    buttons: list[ast.Call] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Handled:
    """What a button or form comes to: an expression that stands in `code`, or `code` itself, which is decorated."""

    kind: str
    verb: ast.expr
    handler: ast.expr | None
    code: Code


def gates(start: Code) -> frozenset[Gate]:
    """Every question for a seat that is asked on the way from that function."""
    return frozenset(gate for code in _reachable(start) for gate in _gates_of_function(code))


def code_of(module: str, name: str) -> Code:
    """The function of that name in that module."""
    return _all_modules()[module].functions[name]


def decorated(module: str) -> Iterator[tuple[ast.Call, Code]]:
    """Every function of the module that is decorated by a call, with that call."""
    for code in _all_modules()[module].every:
        yield from ((each, code) for each in code.node.decorator_list if isinstance(each, ast.Call))


def text_of(module: str, expression: ast.expr) -> str | None:
    """The text that an expression is: written there, or a constant of its own or another module."""
    return _text(_all_modules()[module], expression)


@cache
def _reachable(start: Code) -> frozenset[Code]:
    found, waiting = {start}, [start]
    while waiting:
        for code in _followed(waiting.pop()):
            if code not in found:
                found.add(code)
                waiting.append(code)
    return frozenset(found)


@cache
def _followed(code: Code) -> frozenset[Code]:
    return frozenset(_next(code))


@cache
def _gates_of_function(code: Code) -> frozenset[Gate]:
    return frozenset(_gates_in(code))


def _next(code: Code) -> Iterator[Code]:
    yield from code.within.values()
    yield from _lookups(code)
    for node in _body(code):
        if isinstance(node, ast.Name | ast.Attribute):
            found = _resolve(code, node)
            if found is not None:
                yield found
        elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _FORM_OPENERS and node.args:
            yield from handlers(_text(code.module, node.args[0]), "on_modal")


def _lookups(code: Code) -> Iterator[Code]:
    """What is asked before the function's form opens: it stands in the decorator."""
    decorators = (each for each in code.node.decorator_list if isinstance(each, ast.Call))
    for keyword in (keyword for each in decorators for keyword in each.keywords if keyword.arg == "look"):
        found = _resolve(code, keyword.value)
        if found is not None:
            yield found


def _body(code: Code) -> Iterator[ast.AST]:
    """What stands in the function itself, where it does not end in a refusal: nothing of a function within it or a button."""
    waiting: list[ast.AST] = list(code.node.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function) or (isinstance(node, ast.Call) and dotted(node.func) == "Button"):
            continue
        if isinstance(node, ast.ExceptHandler) and isinstance(node.body[-1], ast.Raise):
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def _resolve(code: Code, node: ast.expr) -> Code | None:
    name = dotted(node)
    if isinstance(node, ast.Name):
        scope: Code | None = code
        while scope is not None:
            if name in scope.within:
                return scope.within[name]
            if name in _local_names(scope):
                return None
            scope = scope.around
        return code.module.functions.get(name) or _imported(code.module.imports.get(name, ""))
    if name.startswith("self."):
        return code.module.functions.get(f"{code.own_class}.{name.removeprefix('self.')}")
    first, _, rest = name.partition(".")
    return _imported(f"{code.module.imports[first]}.{rest}") if first in code.module.imports else None


@cache
def _local_names(code: Code) -> frozenset[str]:
    """What the function calls its own: its arguments, and what it assigns."""
    arguments = code.node.args
    given = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    nodes = (node for node in ast.walk(code.node) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return frozenset(given | {node.id for node in nodes})


def _imported(name: str) -> Code | None:
    module, _, function = name.rpartition(".")
    return _all_modules()[module].functions.get(function) if module in _all_modules() else None


def handlers(verb: str | None, kind: str) -> Iterator[Code]:
    """What is done when a form of that verb is sent (`on_modal`), or a button of it is pressed (`on_button`)."""
    for handled in _handled().get(f"{kind} {verb}", ()) if verb is not None else ():
        found = _resolve(handled.code, handled.handler) if handled.handler is not None else handled.code
        if found is not None:
            yield found


@cache
def _handled() -> Mapping[str, list[_Handled]]:
    found: dict[str, list[_Handled]] = {}
    for module in _all_modules().values():
        for each in module.handled:
            found.setdefault(f"{each.kind} {_text(module, each.verb)}", []).append(each)
    return found


def buttons() -> Iterator[tuple[str, ast.expr]]:
    """Every button that is shown anywhere: its verb, and how its label is written."""
    for module in _all_modules().values():
        for button in module.buttons:
            label, made = _label_and_verb(button)
            verb = _text(module, made) if made is not None else None
            if verb is not None:
                yield verb, label


def _label_and_verb(button: ast.Call) -> tuple[ast.expr, ast.expr | None]:
    if dotted(button.func) != "Button":
        return button.args[1], button.args[0]
    made = button.args[1] if len(button.args) > 1 else None
    named = isinstance(made, ast.Call) and dotted(made.func) == "custom_id"
    return button.args[0], made.args[0] if isinstance(made, ast.Call) and named else None


def _gates_in(code: Code) -> Iterator[Gate]:
    for node in _body(code):
        if isinstance(node, ast.Call) and dotted(node.func) in _PERMISSION_CHECKS and len(node.args) == 3:
            yield frozenset(_uses(node.args[2])) or frozenset(u for each in code.node.body for u in _uses(each))


def _uses(node: ast.AST) -> Iterator[UseCase]:
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and dotted(each).startswith("UseCase."):
            yield UseCase[each.attr]


@cache
def _all_modules() -> Mapping[str, _Module]:
    found = {}
    for source in modules(*_FOLDERS):
        module = _Module(name=source.name)
        for node in source.tree.body:
            module.constants |= dict(_constants(node))
            if isinstance(node, ast.Import | ast.ImportFrom):
                before = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                module.imports |= {each.asname or each.name: before + each.name for each in node.names}
        _collect(module, source.tree, None, "")
        found[source.name] = module
    return found


def _constants(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """The texts that a line of a module gives names to."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        pairs.append((node.target, node.value))
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs += zip(target.elts, node.value.elts, strict=True)
        else:
            pairs.append((target, node.value))
    for target, value in pairs:
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield target.id, value.value


def _collect(module: _Module, tree: ast.AST, around: Code | None, own_class: str) -> None:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            code = Code(module, node, around, own_class)
            module.every.append(code)
            module.handled += _declared(code)
            if around is not None:
                around.within[node.name] = code
            else:
                module.functions[f"{own_class}.{node.name}" if own_class else node.name] = code
            _collect(module, node, code, own_class)
        else:
            if isinstance(node, ast.Call):
                _note_call(module, node, around)
            _collect(module, node, around, node.name if isinstance(node, ast.ClassDef) else own_class)


def _declared(code: Code) -> Iterator[_Handled]:
    for each in code.node.decorator_list:
        kind = _DECLARED.get(dotted(each.func).rpartition(".")[2]) if isinstance(each, ast.Call) else None
        if isinstance(each, ast.Call) and kind is not None:
            yield _Handled(kind, each.args[0], None, code)


def _note_call(module: _Module, call: ast.Call, around: Code | None) -> None:
    name = dotted(call.func)
    if name == "Button" or name.endswith(".confirmed_action"):
        module.buttons.append(call)
    elif around is not None and name.endswith((".on_modal", ".on_button")) and len(call.args) > 1:
        module.handled.append(_Handled(name.rpartition(".")[2], call.args[0], call.args[1], around))


def _text(module: _Module, expression: ast.expr) -> str | None:
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return expression.value
    if isinstance(expression, ast.Name):
        name = expression.id
        there, _, imported = module.imports.get(name, "").rpartition(".")
        return module.constants.get(name) or (
            _all_modules()[there].constants.get(imported) if there in _all_modules() else None
        )
    return None
