"""A defect brought into what is loaded already: the code of its functions is exchanged, so that nothing is loaded anew.

Where it stands outside every function, whatever was loaded of ours is forgotten, and loaded again. Read `bring_in` first.
"""

import functools
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

OURS: Final = ("guardian", "connectors", "rules", "tests")


def bring_in(path: Path, sound: str) -> None:
    """What is loaded does what the file says now; `sound` is what the file said when it was loaded."""
    module = next((each for each in list(sys.modules.values()) if getattr(each, "__file__", None) == str(path)), None)
    if module is None or not exchange(module, sound, path.read_text(encoding="utf-8")):
        forget_ours()


def forget_ours() -> None:
    """Whatever of ours is loaded is loaded anew when it is next asked for."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]


def exchange(module: ModuleType, before: str, after: str) -> bool:
    """Return whether the functions of the module could be given their new code, all of what changed being in them."""
    old, new = (compile(text, str(module.__file__), "exec", dont_inherit=True) for text in (before, after))
    if _outline(old) != _outline(new):
        return False
    was, becomes = dict(_functions_of(old)), dict(_functions_of(new))
    changed = {name for name, code in becomes.items() if _essence(code) != _essence(was[name])}
    loaded = {each.__code__.co_qualname: each for each in _loaded(vars(module), module.__name__)}
    if not changed <= loaded.keys():
        return False
    for name in changed:
        if loaded[name].__code__.co_freevars != becomes[name].co_freevars:
            return False
        loaded[name].__code__ = becomes[name]
    return True


def _outline(code: CodeType) -> tuple[Any, ...]:
    """What runs while a module is loaded: everything but the functions' own code."""
    inner = (each if not isinstance(each, CodeType) else _name_or_outline(each) for each in code.co_consts)
    return code.co_code, code.co_names, tuple(map(repr, inner))


def _name_or_outline(code: CodeType) -> Any:
    return code.co_qualname if code.co_flags & inspect.CO_OPTIMIZED else _outline(code)


def _functions_of(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The functions of a module and of its classes, by their qualified names; those within functions go with them."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_flags & inspect.CO_OPTIMIZED:
                yield each.co_qualname, each
            else:
                yield from _functions_of(each)


def _essence(code: CodeType) -> tuple[Any, ...]:
    """What a function does, without the lines on which it stands."""
    constants = (_essence(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, tuple(constants)


def _loaded(namespace: Mapping[str, Any], module: str) -> Iterator[FunctionType]:
    """The functions of a loaded module and of its classes, behind whatever wraps them."""
    for value in namespace.values():
        if isinstance(value, type):
            if value.__module__ == module and vars(value) is not namespace:
                yield from _loaded(vars(value), module)
        else:
            yield from _behind(value, module)


def _behind(value: Any, module: str) -> Iterator[FunctionType]:
    inner: list[Any]
    if isinstance(value, property):
        inner = [each for each in (value.fget, value.fset) if each is not None]
    elif isinstance(value, classmethod | staticmethod):
        inner = [value.__func__]
    elif isinstance(value, functools.cached_property):
        inner = [value.func]
    else:
        inner = [value]
    for each in inner:
        function = inspect.unwrap(each) if callable(each) else None
        if isinstance(function, FunctionType) and function.__module__ == module:
            yield function
