"""What people have written, as pages show it: escaped, with links to follow, and receipts that lead on.

Read `as_markup` first.
"""

import re
from collections.abc import Callable
from typing import Final

from markupsafe import Markup, escape

from guardian.sandbox.browser import RECEIPT

_URL: Final = re.compile(r"https?://[^\s<>\"'`)\]]+[^\s<>\"'`)\].,;:!?*]")
_MENTION: Final = re.compile(r"<@!?(?P<account>\d+)>")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_CODE: Final = re.compile(r"`([^`\n]+)`")
_TOKEN: Final = re.compile(
    f"<(?P<shown>{_URL.pattern})>|(?P<url>{_URL.pattern})|`?(?P<receipt>{RECEIPT.pattern})`?|{_MENTION.pattern}"
)


def as_markup(text: str, name_of: Callable[[str], str] = lambda number: number) -> Markup:
    """Return the text as it is shown; `name_of` gives the name of an account that is mentioned by its id."""
    parts, last = [], 0
    for found in _TOKEN.finditer(text):
        parts += [_style(text[last : found.start()]), _token(found, name_of)]
        last = found.end()
    return Markup("").join([*parts, _style(text[last:])])


def _token(found: re.Match[str], name_of: Callable[[str], str]) -> Markup:
    if url := found["shown"] or found["url"]:
        return Markup('<a href="{0}">{0}</a>').format(url)
    if receipt := found["receipt"]:
        return Markup('<a class="token" href="/sandbox/receipts/{0}">{0}</a>').format(receipt)
    return Markup('<span class="mention">@{}</span>').format(name_of(found["account"]))


def _style(plain: str) -> Markup:
    """Bold and code, as Discord and the forum both show them."""
    marked = _CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<strong>\1</strong>", str(escape(plain))))
    return Markup(marked)  # noqa: S704  escaped above
