"""`docs/policy.md` as data: its rules by id, and where the rest of the repository cites them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.architecture.source import ROOT

PAGE: Final = ROOT / "docs" / "policy.md"
CODE: Final = ("rules", "guardian", "connectors")
EVERYWHERE: Final = (*CODE, "tests", "config", "docs")
NOT_PRODUCT: Final = ROOT / "guardian" / "sandbox"
MARK: Final = "*(not carried yet)*"
TO_COME: Final = "*Still to come:*"
_SOURCES: Final = re.compile(r"\([MRHDCPO+, ]+\)$")
WRITTEN: Final = frozenset({".py", ".toml", ".md", ".txt", ".html"})
CITATION: Final = re.compile(r"\bP-\d+(?:\.\d+)?")
_RULE: Final = re.compile(
    r"^- \*\*\[?(P-\d+\.\d+)(?:\]\(rules\.md#P-[\d.]+\))?\*\* (.*?)(?=^- |^#|\Z)", re.MULTILINE | re.DOTALL
)
_GROUP: Final = re.compile(r"^## (\d+)\. ", re.MULTILINE)
_VALUE: Final = re.compile(r"`(\w+)`\s+\(([^();]+)(?:;[^()]*)?\)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the page. `is_carried` is what the page says of it, `values` the policy values that it shows."""

    id: str
    text: str

    @property
    def is_carried(self) -> bool:
        return not self.text.startswith(MARK)

    @property
    def values(self) -> Mapping[str, str]:
        return dict(_VALUE.findall(" ".join(self.text.split())))


def read(text: str) -> tuple[Rule, ...]:
    """Return the rules of a text that is written as the page is, in their order."""
    return tuple(Rule(found[1], found[2]) for found in _RULE.finditer(text))


@cache
def rules() -> Mapping[str, Rule]:
    """Return the rules of the page by their ids."""
    return {rule.id: rule for rule in read(PAGE.read_text(encoding="utf-8"))}


@cache
def ids() -> frozenset[str]:
    """Return every id that may be cited: each rule, and each group of rules (P- and its number)."""
    groups = (f"P-{number}" for number in _GROUP.findall(PAGE.read_text(encoding="utf-8")))
    return frozenset(rules()) | frozenset(groups)


@cache
def cited_in(*folders: str) -> Mapping[str, frozenset[str]]:
    """Return the ids that are cited in these folders, each with the files that cite it; the page itself is left out."""
    return citations(CITATION, *folders)


def citations(pattern: re.Pattern[str], *folders: str) -> Mapping[str, frozenset[str]]:
    """Return all that the pattern finds in these folders, each with the files that it is found in, but for the policy page."""
    found: dict[str, set[str]] = {}
    for path in _files(folders):
        for cited in pattern.findall(path.read_text(encoding="utf-8")):
            found.setdefault(cited, set()).add(str(path.relative_to(ROOT)))
    return {cited: frozenset(paths) for cited, paths in found.items()}


def carried() -> frozenset[str]:
    """Return the ids that both a module of the product and a test cite."""
    product = {cited for cited, paths in cited_in(*CODE).items() if any(map(_is_product, paths))}
    return frozenset(product & cited_in("tests").keys())


def still_to_come() -> Mapping[str, str]:
    """Return of each rule that is not carried, or not in full, what is missing, in the page's own words."""
    found = {}
    for rule in rules().values():
        text = " ".join(rule.text.split())
        if not rule.is_carried:
            found[rule.id] = _SOURCES.sub("", text.removeprefix(MARK)).strip()
        elif TO_COME in text:
            found[rule.id] = _SOURCES.sub("", text.partition(TO_COME)[2]).strip()
    return found


def _files(folders: tuple[str, ...]) -> Iterator[Path]:
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in WRITTEN)
    return (path for path in sorted(paths) if path != PAGE)


def _is_product(path: str) -> bool:
    return path.endswith(".py") and NOT_PRODUCT not in (ROOT / path).parents
