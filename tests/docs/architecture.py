"""`docs/architecture.md` as data: its sections by number, and where the rest of the repository cites them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from tests.architecture.source import ROOT
from tests.docs.policy import EVERYWHERE, citations

PAGE: Final = ROOT / "docs" / "architecture.md"
_SECTION: Final = re.compile(r"^(?:## |- \*\*)(\d+(?:\.\d+)?)[. ]", re.MULTILINE)
_CITATION: Final = re.compile(r"\barchitecture\s+(\d+(?:\.\d+)?)", re.IGNORECASE)


def sections() -> tuple[str, ...]:
    """Return the numbers of the page's sections, and of the promises within them, in their order."""
    return tuple(_SECTION.findall(PAGE.read_text(encoding="utf-8")))


@cache
def cited() -> Mapping[str, frozenset[str]]:
    """Return the numbers that are cited anywhere, each with the files that cite it."""
    return citations(_CITATION, *EVERYWHERE)
