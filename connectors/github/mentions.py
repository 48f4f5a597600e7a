"""Whether a text mentions the App, by GitHub's own rule: in what is shown of it, outside code, links and quotations. Pure.

Read `find_mention` first.
"""

import re
from enum import StrEnum
from html.parser import HTMLParser
from typing import Final

from markdown_it import MarkdownIt

_UNSPOKEN: Final = frozenset({"a", "blockquote", "code", "pre", "script", "style", "tt"})
"""In these GitHub reads no mention; and what is quoted has been said by somebody before."""
_DEEPEST: Final = 50
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_BEFORE, _DOUBTFUL_BEFORE = r"(?<![A-Za-z0-9_@/.-])", r"(?<![A-Za-z0-9_])"
_AFTER: Final = r"(?:\[bot\])?(?![A-Za-z0-9_/-])(?!\.+[A-Za-z0-9_])"
"""Letters of other scripts are no part of a login, so they may stand right before and after it."""


class Mention(StrEnum):
    """Whether a text mentions the App; what may do so is kept like a report, and never taken away."""

    NONE = "none"
    DOUBTFUL = "doubtful"
    SURE = "sure"


def find_mention(text: str, slug: str) -> Mention:
    """Return whether the words themselves mention the App."""
    if slug.casefold() not in text.casefold():
        return Mention.NONE
    markdown = MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    try:
        tokens = markdown.parse(text)
        shown = _Shown(markdown.renderer.render(tokens, markdown.options, {}))
    except (RecursionError, ValueError, IndexError):
        return Mention.DOUBTFUL
    if any(token.level >= _DEEPEST - 2 for token in tokens):
        # The parser leaves out what stands deeper.
        return Mention.DOUBTFUL
    name = f"@{re.escape(slug)}"
    if _finds(_BEFORE + name + _AFTER, shown.spoken):
        literal = re.search(rf"(?<!\\){name}", text, re.IGNORECASE)
        return Mention.SURE if literal and not shown.unclosed else Mention.DOUBTFUL
    spoken = [*shown.spoken, *(shown.unspoken if shown.unclosed else ())]
    return Mention.DOUBTFUL if _finds(_DOUBTFUL_BEFORE + name + _AFTER, spoken) else Mention.NONE


def _finds(pattern: str, texts: list[str]) -> bool:
    return any(re.search(pattern, _ADDRESS.sub(" ", text), re.IGNORECASE) for text in texts)


class _Shown(HTMLParser):
    """What is shown of a page: the texts that are somebody's own words, and the others."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.spoken: list[str] = []
        self.unspoken: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()

    @property
    def unclosed(self) -> bool:
        """Whether somebody opened code or the like and never closed it: how far that reaches is doubtful."""
        return bool(self._open)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Enter it."""
        if tag in _UNSPOKEN:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag)]

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        (self.unspoken if self._open else self.spoken).append(data)
