"""A text that a person has typed leaves only as a `ReadText`, and one function alone makes these."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import PRODUCT, Module, dotted, modules

TYPE = "ReadText"
MAKER = ("guardian/cases/drafts.py", "read_text")
REBUILDERS = frozenset({"replace", "cast", "copy", "deepcopy", "type", "getattr"})


@pytest.mark.harm("unread-words-leave")
def test_a_text_counts_as_read_only_by_the_function_that_asks_who_has_read_it() -> None:
    """P-5.6"""
    made = {place for module in modules(*PRODUCT) for place in _makings(module)}
    assert made == {MAKER}


@pytest.mark.parametrize(
    "source",
    [
        "def send(text, by): return ReadText(text, by)",
        "def send(text, by): return party_facts.ReadText(text, by)",
        "from guardian.notices.party_facts import ReadText as Text\ndef send(text, by): return Text(text, by)",
        "def send(text, by):\n    make = ReadText\n    return make(text, by)",
        "def send(text, by): return list(map(ReadText, [text], [by]))",
        "class Unread(ReadText): pass",
        "def send(text): return cast(ReadText, text)",
        "def send(text): return cast('ReadText', text)",
        "def send(words: ReadText, text): return replace(words, text=text)",
    ],
)
def test_every_other_way_to_make_one_is_seen(source: str) -> None:
    found = set(_makings(Module("elsewhere.py", "elsewhere", ast.parse(source), source)))
    assert found
    assert MAKER not in found


def test_reading_and_naming_the_type_makes_none() -> None:
    source = "def show(words: ReadText | None) -> str:\n    match words:\n        case ReadText():\n            return words.text"
    assert set(_makings(Module("elsewhere.py", "elsewhere", ast.parse(source), source))) == set()


def _makings(module: Module) -> Iterator[tuple[str, str]]:
    """Where the type is called, handed on under another name, subclassed, or one of its values changed."""
    if TYPE not in module.text:
        return
    for top in module.tree.body:
        name = getattr(top, "name", "")
        for node in _without_annotations(top):
            if _makes_one(node):
                yield module.path, name


def _makes_one(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(names=names):
            return any(alias.name == TYPE and alias.asname not in (None, TYPE) for alias in names)
        case ast.Call(func=func, args=args):
            named = any(isinstance(arg, ast.Constant) and arg.value == TYPE for arg in args)
            rebuilt = dotted(func).rpartition(".")[2] in REBUILDERS and _mentions_words(args)
            return _is_type(func) or named or rebuilt or any(_is_type(arg) for arg in args)
        case ast.Assign(value=value) | ast.NamedExpr(value=value) | ast.Return(value=value):
            return value is not None and _is_type(value)
        case ast.ClassDef(bases=bases):
            return any(_is_type(base) for base in bases)
    return False


def _is_type(node: ast.expr) -> bool:
    return dotted(node).rpartition(".")[2] == TYPE


def _mentions_words(args: list[ast.expr]) -> bool:
    """A read text is called `words` throughout; what is built anew of one is not it any more."""
    return any(dotted(arg) == "words" for arg in args)


def _without_annotations(top: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, but the types of parameters, answers and fields."""
    yield top
    for field, value in ast.iter_fields(top):
        if field in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.pattern):
                yield from _without_annotations(child)
