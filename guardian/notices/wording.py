"""Words a notice: its facts and its kind's template become a subject and a body. Judges nothing and sends nothing.

A fact that is missing, or that cannot be understood, is left out of the text; it never keeps a text from being made.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from jinja2 import Environment, PackageLoader, select_autoescape

from guardian.notices.catalogue import say, spoken, spoken_day
from guardian.notices.texts import PHRASES
from guardian.notices.values import Notice

TEMPLATES: Final = "templates"
ON_PAGES: Final = "pages"
_GAP: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Text:
    """What a recipient reads: one line, and a body in paragraphs. Plain text: its place encodes it."""

    subject: str
    body: str


class Wording:
    """The templates, with what every text may name: the community, and the address of the pages."""

    def __init__(self, community: str, base_url: str) -> None:
        address = base_url.rstrip("/")
        self._always = {
            "community": community,
            "follow_up": f"{address}/follow-up",
            "personal": f"{address}/personal",
            "owner": f"{address}/account",
            "words": PHRASES,
        }
        self._templates = Environment(
            loader=PackageLoader("guardian.notices", TEMPLATES),
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(spoken=_spoken, spoken_day=_spoken_day, titled=_titled)
        self._on_pages = frozenset(self._templates.list_templates(filter_func=lambda name: name.startswith(ON_PAGES)))

    def of(self, notice: Notice, locale: str = "") -> Text:
        """The text as it is sent, in the reader's language where it is kept. To reporters it says only that something waits."""
        return self._render(f"{notice.kind}.txt", notice, locale, here=False)

    def on_page(self, notice: Notice) -> Text:
        """The text as its recipient reads it on their own page, behind their receipt: in full, without the receipt."""
        page = f"{ON_PAGES}/{notice.kind}.txt"
        return self._render(page if page in self._on_pages else f"{notice.kind}.txt", notice, "", here=True)

    def _render(self, template: str, notice: Notice, locale: str, *, here: bool) -> Text:
        facts = {**notice.facts, **self._always, "here": here, "locale": locale, "say": partial(say, locale)}
        subject, _, body = self._templates.get_template(template).render(facts).strip().partition("\n")
        return Text(subject.strip(), _GAP.sub("\n\n", body).strip())


def _instant(written: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _spoken(written: object, locale: str = "") -> str:
    """An instant as people read it; what is none is left out."""
    instant = _instant(written)
    return spoken(instant, locale) if instant else ""


def _spoken_day(written: object) -> str:
    instant = _instant(written)
    return spoken_day(instant) if instant else ""


def _titled(code_name: object) -> str:
    """A code name as a subject begins with it; nothing where the notice is about no case."""
    return f"{code_name}: " if code_name else ""
