"""Words a notice: its facts and its kind's template become a subject and a body. Judges nothing and sends nothing.

A fact that is missing, or that cannot be understood, is left out of the text; it never keeps a text from being made.
Read `NoticeRenderer` first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, pass_context, select_autoescape
from jinja2.runtime import Context

from guardian.notices.acting_buttons import acting_buttons
from guardian.notices.models import Notice, RecipientKind
from guardian.notices.names import party_names
from guardian.notices.phrases import PHRASES, VIOLATIONS
from guardian.notices.translations import (
    ENGLISH,
    format_date,
    format_datetime,
    format_names,
    kept_language,
    translate_count,
    translate_text,
    translate_text_or_default,
)
from guardian.spaces.messages import MessageButton, MessageLink
from rules.policy_sections.community import BoardSeats, Names

TEMPLATES: Final = "templates"
PAGE_TEMPLATES: Final = "pages"
_SPACE_LEFT: Final = re.compile(r" +(?=[ .,])")
"""Where a part of a sentence was left out."""
_INSTANTS: Final = "instants"
_OPENED: Final[Mapping[str, str]] = {
    "cases": "Open the case",
    "reviews": "Open the act",
    "raids": "Open the raid",
    "matters": "Open the matter",
    "measures": "Open the measures",
    "measures/explain": "Give the reason",
    "pauses": "Open the pauses",
}
"""What opens a place of the console is called, where it is a button."""
_BLANK_LINES: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a recipient reads: one line, and a body in paragraphs. Plain text: whatever shows it encodes it.

    `instants` are those that stand in it in words: a space that shows instants in each reader's zone says them so.
    `buttons` do what the text asks for, in a space that can show them.
    """

    subject: str
    body: str
    instants: Mapping[str, datetime] = field(default_factory=dict)
    buttons: tuple[MessageButton, ...] = ()


class NoticeRenderer:
    """The templates, with what every text may name: the community, and the address of the pages."""

    def __init__(
        self,
        community: str,
        base_url: str,
        language: str = ENGLISH,
        names: Names | None = None,
        board: BoardSeats = BoardSeats.SEATED,
    ) -> None:
        """`language` is that of people of whom no other is known; `names` are what the groups are called (P-11.1).

        Where `board` says that there is none, no text sends anybody to its liaison.
        """
        self._language, self._names, self._community = language, names, community
        address = base_url.rstrip("/")
        self._console = f"{address}/console"
        self._common_facts = {
            "follow_up": f"{address}/follow-up",
            "personal": f"{address}/personal",
            "owner": f"{address}/account",
            "board_is_seated": board is BoardSeats.SEATED,
        }
        self._templates = _load_templates()
        self._page_templates = frozenset(
            self._templates.list_templates(filter_func=lambda name: name.startswith(PAGE_TEMPLATES))
        )

    def render(self, notice: Notice, locale: str = "") -> NoticeText:
        """Render the text as it is sent, in the reader's language where it is kept.

        To a reporter it says only that something waits.
        """
        return self._render(f"{notice.kind}.txt", notice, locale, on_page=False)

    def render_for_page(self, notice: Notice, locale: str = "") -> NoticeText:
        """Render the text as its recipient reads it on their own page, behind their receipt: in full, without it."""
        page = f"{PAGE_TEMPLATES}/{notice.kind}.txt"
        return self._render(
            page if page in self._page_templates else f"{notice.kind}.txt", notice, locale, on_page=True
        )

    def _render(self, template: str, notice: Notice, locale: str, *, on_page: bool) -> NoticeText:
        locale = kept_language(locale) or (ENGLISH if notice.to.kind is RecipientKind.MEMBER else self._language)
        names = party_names(self._names, self._community, locale)
        instants: dict[str, datetime] = {}
        buttons: dict[str, MessageButton] = {}
        facts = {
            **notice.facts,
            **self._common_facts,
            **names,
            "here": on_page,
            "locale": locale,
            _INSTANTS: instants,
            "say": partial(translate_text, locale, **names),
            "words": _words(locale, names),
            "on_console": partial(_on_console, self._console, buttons),
        }
        subject, _, body = self._templates.get_template(template).render(facts).strip().partition("\n")
        shown = (*acting_buttons(notice), *buttons.values())
        return NoticeText(subject.strip(), _BLANK_LINES.sub("\n\n", body).strip(), instants, shown)


def _on_console(
    console: str, buttons: dict[str, MessageButton], place: str, name: str = "", section: str = "", below: str = ""
) -> str:
    """Return the address of a page of the console, and note that a button may open it. The address signs nobody in."""
    named = f"/{quote(name, safe='')}" if name else ""
    address = f"{console}/{place}{named}{below}" + (f"#{section}" if section else "")
    buttons[address] = MessageLink(_OPENED.get(place, "Open the page"), address)
    return address


@cache
def _load_templates() -> Environment:
    """The templates, which are compiled once: nothing of any one service is in them."""
    templates = Environment(
        loader=PackageLoader("guardian.notices", TEMPLATES),
        auto_reload=False,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(spoken=_format_datetime, spoken_day=_format_date, titled=_subject_prefix)
    return templates


def _parse_instant(written: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


@pass_context
def _format_datetime(context: Context, written: object, locale: str = "") -> str:
    """Return an instant as people read it, and note that it stands there; what is none is left out."""
    instant = _parse_instant(written)
    if instant is None:
        return ""
    words = format_datetime(instant, locale)
    context.get(_INSTANTS, {})[words] = instant
    return words


def _words(locale: str, names: Mapping[str, str]) -> Mapping[str, object]:
    """Return what templates choose words by: those for members, and what finds those for people outside the groups."""
    return {
        **PHRASES,
        "violations": VIOLATIONS,
        "pick": partial(_pick, locale, names),
        "where": partial(_where, locale, names),
        "listed": partial(_format_spaces, locale=locale),
        "counted": partial(_format_days, locale=locale),
    }


def _pick(
    locale: str, names: Mapping[str, str], group: str, name: object, otherwise: str = "", /, **facts: object
) -> str:
    """Return the text that a fact chooses in a group of texts; another one, or nothing, where it chooses none."""
    given = {**names, **facts}
    found = translate_text_or_default(locale, f"{group}.{name}", "", **given)
    text = found or (translate_text(locale, f"{group}.{otherwise}", **given) if otherwise else "")
    return _SPACE_LEFT.sub("", text)


def _where(locale: str, names: Mapping[str, str], spaces: object) -> str:
    """Return where a restriction holds, as a part of its sentence."""
    if not spaces:
        return translate_text(locale, "where.covered", **names)
    return translate_text(locale, "where.spaces", spaces=_format_spaces(spaces, locale=locale))


def _format_spaces(written: object, *, locale: str) -> str:
    return format_names(str(written).split(", "), locale)


def _format_days(written: object, *, locale: str) -> str:
    """Return so many days as people read them; what is no number is left out."""
    try:
        return translate_count(locale, "count.days", round(float(str(written))))
    except ValueError:
        return ""


def _format_date(written: object) -> str:
    instant = _parse_instant(written)
    return format_date(instant) if instant else ""


def _subject_prefix(code_name: object) -> str:
    """Return a code name as a subject begins with it; nothing where the notice is about no case."""
    return f"{code_name}: " if code_name else ""
