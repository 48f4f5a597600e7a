"""Words of the catalogue as HTML: what stands between two pairs of asterisks is strong, and facts are escaped.

Read `PartyText` first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from markupsafe import Markup, escape

from guardian.notices.translations import translate_template

_STRONG: Final = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_STRONG_HTML: Final = Markup("<strong>{}</strong>")
_ADDRESS: Final = re.compile(r"(https://[^\s<>\"]*[^\s<>\".,;:!?)])")
_LINK: Final = Markup('<a href="{0}" rel="noreferrer noopener">{0}</a>')


@dataclass(frozen=True, slots=True)
class PartyText:
    """Says the text of a key in one language; `names` are what community and groups are called."""

    language: str
    names: Mapping[str, str]

    def __call__(self, key: str, /, **facts: object) -> Markup:
        """Return the text as HTML, with the facts in their places."""
        return _as_html(self.language, key).format(**{**self.names, **facts})


def link_addresses(text: str) -> Markup:
    """Return a text with its addresses as links, which tell the other side nothing of where their reader was."""
    return _alternate(_ADDRESS.split(text), _LINK)


@cache
def _as_html(language: str, key: str) -> Markup:
    return _alternate(_STRONG.split(translate_template(language, key)), _STRONG_HTML)


def _alternate(parts: Sequence[str], html: Markup) -> Markup:
    """The parts escaped and joined, every second one as the HTML has it."""
    return Markup("").join(html.format(part) if index % 2 else escape(part) for index, part in enumerate(parts))
