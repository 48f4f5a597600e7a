"""What a page of HTML says in plain words: see `html_to_text`. Pure; nothing is fetched or run."""

import re
from html.parser import HTMLParser
from typing import Final

_SPACE: Final = re.compile(r"[ \t\xa0]+")
_GAP: Final = re.compile(r"\n{3,}")
_BLOCKS: Final = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre", "table"})
_HIDDEN_TAGS: Final = frozenset({"script", "style", "head", "title"})


class _TextExtractor(HTMLParser):
    """The words of a page, a line for each block; addresses that links hide are written out beside their words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN_TAGS:
            self._silent += 1
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN_TAGS:
            self._silent = max(0, self._silent - 1)
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "a" and self._link:
            self.parts.append(f" ({self._link}) ")
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(_SPACE.sub(" ", data.replace("\n", " ")))


def html_to_text(page: str) -> str:
    """Return the words of a page of HTML. Nothing of it is fetched, run, or shown as a page."""
    reader = _TextExtractor()
    try:
        reader.feed(page)
        reader.close()
    except (AssertionError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The parser gives up on some declarations; what is read of such a page is the page itself.
        return page.strip()
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    return _GAP.sub("\n\n", "\n".join(lines)).strip()
