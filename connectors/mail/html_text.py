"""What a page of HTML says in plain words: see `html_to_text`. Pure; nothing is fetched or run.

inscriptis lays the page out. What it leaves out (the rest of a page that is nested too deep, words in a head that is never
closed) is found by a second, rough reading and stands below; pages that would take it long are read roughly alone.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from lxml.etree import LxmlError

_LONGEST_PAGE: Final = 300_000
_MOST_TAGS: Final = 5_000
_MOST_ATTRIBUTES: Final = 100
_LARGEST_TABLE: Final = 20_000_000
"""Cells times the longest of them: each line of a table is filled up to its widest one."""
_STYLES: Final = {**CSS_PROFILES["strict"], "hr": HtmlElement(display=Display.block)}
_LAYOUT: Final = ParserConfig(css=_STYLES, display_links=True, display_images=True)
_TAG: Final = re.compile(r"<(?=[a-zA-Z/!?])([^<>\s/]*)([^<>]*)>")
_BLOCKS: Final = frozenset({"p", "div", "br", "li", "tr", "hr", "blockquote", "pre", "table", "h1", "h2", "h3", "h4"})
_CELLS: Final = frozenset({"td", "th"})
_CELL: Final = re.compile(r"<t[dh]", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[\s/\"']")
_UNSPOKEN: Final = (("<!--", "-->"), ("<style", "</style"), ("<script", "</script"))
_TITLE: Final = re.compile(r"<title[^<>]*>[^<]*</title", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
_SPACE: Final = re.compile(r"[ \t\xa0]+")
_GAP: Final = re.compile(r"\n{3,}")
_FAULTS: Final = (LxmlError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
_REST: Final = "\n\n[Also in this page, outside of what it shows:]\n"


def html_to_text(page: str, *, roughly: bool = False) -> str:
    """Return the words of a page of HTML, and none lost; laid out, unless `roughly` is asked for.

    Nothing of it is fetched, run, or shown as a page.
    """
    rough = _read_roughly(page)
    laid_out = None if roughly else _lay_out(page)
    if laid_out is None:
        return rough
    known = set(_WORD.findall(laid_out))
    rest = [line for line in rough.split("\n") if not known.issuperset(_WORD.findall(line))]
    return laid_out + (_REST + "\n".join(rest) if rest else "") if laid_out else rough


def _lay_out(page: str) -> str | None:
    """The page as the library lays it out; None where that would take long, or fails."""
    if not _is_quickly_laid_out(page):
        return None
    try:
        return _tidy(get_text(page.replace("\x00", ""), _LAYOUT), keep_spaces=True)
    except _FAULTS:
        return None


def _is_quickly_laid_out(page: str) -> bool:
    if len(page) > _LONGEST_PAGE or page.count("<") > _MOST_TAGS:
        return False
    cells = _CELL.split(page)
    if len(cells) * max(map(len, cells)) > _LARGEST_TABLE and len(cells) > 1:
        return False
    return all(len(_BETWEEN.findall(piece)) <= _MOST_ATTRIBUTES for piece in _in_tags(page))


def _in_tags(page: str) -> Iterator[str]:
    """What stands after each mark of a tag until the next end of one: no less than the tag itself."""
    return (piece.partition(">")[0] for piece in page.split("<")[1:])


def _read_roughly(page: str) -> str:
    """The page without its tags, in time that grows with its length alone."""
    for begin, end in _UNSPOKEN:
        page = "".join(_outside(page, begin, end))
    spoken = _TAG.sub(_gap, _TITLE.sub("<title></title", page))
    return _tidy(html.unescape(spoken))


def _gap(tag: re.Match[str]) -> str:
    name = tag[1].casefold()
    return "\n" if name in _BLOCKS else "  " if name in _CELLS else " " if name.startswith("/") else ""


def _outside(page: str, begin: str, end: str) -> Iterator[str]:
    """What stands outside of these marks; one that is never closed hides nothing."""
    folded = page.casefold() if len(page.casefold()) == len(page) else page
    at = 0
    while (start := folded.find(begin, at)) >= 0 and (stop := folded.find(end, start)) >= 0:
        yield page[at:start]
        at = stop + len(end)
    yield page[at:]


def _tidy(text: str, *, keep_spaces: bool = False) -> str:
    lines = (line.rstrip() if keep_spaces else _SPACE.sub(" ", line).strip() for line in text.splitlines())
    return _GAP.sub("\n\n", "\n".join(lines)).strip("\n")
