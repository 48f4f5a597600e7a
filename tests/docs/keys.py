"""The keys of the configuration: as the sample explains them, and as the code reads them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from guardian.presets import shipped
from tests.architecture.source import dotted, modules

READ_BY = {
    "spaces.discord": ("guardian.settings.spaces", "_discord"),
    "spaces.forum": ("guardian.settings.spaces", "_forum"),
    "spaces.github": ("guardian.settings.spaces", "_github"),
    "mail": ("guardian.settings.mail", "read_mail"),
    "mail.inbox": ("guardian.settings.mail", "_inbox"),
    "heartbeat": ("guardian.settings.reading", "_heartbeat"),
}
"""Where each section is read."""

_OF_EVERY_SPACE = frozenset({"kind", "mode"})
_READING = frozenset({"text", "number", "switch", "span", "choice", "url", "path", "secret", "tables", "known"})
_SECTION = re.compile(r"^(?:# )?\[([\w.]+)\]")
_KEY = re.compile(r"^(?:# )?(\w+) = (.*?)(?:\s+# (.*))?$")
_MORE = re.compile(r"^\s{20,}# (.*)$")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the sample: its value there, and what is said of it."""

    name: str
    value: str
    about: str


@cache
def sample(section: str) -> tuple[Key, ...]:
    """The keys of the section as the sample has them, those that are commented out among them."""
    found: dict[str, Key] = {}
    here, last = "", ""
    for line in shipped("guardian.toml").splitlines():
        if header := _SECTION.match(line):
            here = header[1]
        if here != section:
            continue
        if key := _KEY.match(line):
            last = key[1]
            found.setdefault(last, Key(last, key[2], key[3] or ""))
        elif (more := _MORE.match(line)) and last:
            known = found[last]
            found[last] = Key(last, known.value, f"{known.about} {more[1]}")
    return tuple(found.values())


def read(section: str) -> frozenset[str]:
    """The keys of the section that the code reads."""
    module, function = READ_BY[section]
    every = frozenset(_read_in(module, function, frozenset()))
    return every | _OF_EVERY_SPACE if section.startswith("spaces.") else every


def _read_in(module: str, function: str, known: frozenset[str]) -> Iterator[str]:
    functions = _functions(module)
    for node in ast.walk(functions[function]):
        if not isinstance(node, ast.Call):
            continue
        name, texts = (
            dotted(node.func),
            [str(a.value) for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)],
        )
        of, _, asked = name.rpartition(".")
        if of == "table" and asked in _READING and texts:
            yield f"{texts[0]}_file" if asked == "secret" else texts[0]
        elif name in functions and name not in known and any(dotted(each) == "table" for each in node.args):
            yield from texts[:1]
            yield from _read_in(module, name, known | {function})


@cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    (source,) = [each for each in modules("guardian/settings") if each.name == module]
    return {node.name: node for node in source.tree.body if isinstance(node, ast.FunctionDef)}
