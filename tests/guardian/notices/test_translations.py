"""What community members read stands in the catalogues, whole in every language and short enough for its place."""

import ast
import re
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.discord.commands import direct_messages, intake, report_additions, report_form, status
from guardian.ids import NoticeId, ReportId
from guardian.notices.models import Notice, NoticeKind, Recipient, RecipientKind
from guardian.notices.renderer import NoticeRenderer
from guardian.notices.translations import (
    LANGUAGES,
    catalogue_language,
    format_datetime,
    load_texts,
    translate_text,
    translate_text_or_default,
)

OTHERS = [language for language in LANGUAGES if language != "en"]
DOOR = (report_additions, direct_messages, intake, report_form, status)
WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_text_with_the_same_places(language: str) -> None:
    english, other = load_texts("en"), load_texts(language)
    assert set(other) == set(english)
    assert [key for key in english if places(english[key]) != places(other[key])] == []
    assert [key for key in english if len(english[key]) > 20 and english[key] == other[key]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_longer_than_its_place_on_discord(language: str) -> None:
    most = {"label": 45, "hint": 100, "menu": 32, "button": 80, "command": 100}
    texts = load_texts(language)
    kinds = {key: _kind(key) for key in texts}
    assert [key for key, kind in kinds.items() if kind and len(texts[key].format_map(_Long())) > most[kind]] == []


class _Long(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "x" * 16


def _kind(key: str) -> str | None:
    group, _, name = key.partition(".")
    if name.endswith(("_hint", "_hint_more")) and group in ("form", "add", "status"):
        return "hint"
    if group in ("button", "command"):
        return "menu" if name.startswith("menu") or name in ("report", "status") else group
    is_label = group in ("form", "add") and not name.endswith(("opening", "about_person"))
    short = {"danger", "unsafe", "hold", "handled", "minors"}
    return "label" if is_label and not (group == "form" and name in short) else None


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", "de"), ("fr", "fr"), ("de-AT", "de"), ("en-US", "en"), ("ja", "en"), ("", "en"), ("../x", "en")],
)
def test_a_language_that_is_not_kept_falls_back_to_english(locale: str, language: str) -> None:
    assert catalogue_language(locale) == language


def test_a_text_takes_its_facts_and_never_reads_them() -> None:
    """A name with braces in it is a name."""
    assert (
        translate_text("de", "received.add_to", reference="{text}")
        == "Was möchten Sie zu Ihrer Meldung {text} ergänzen?"
    )
    assert translate_text_or_default("de", "refused.of_another_door", "As it was.") == "As it was."
    assert translate_text_or_default("de", "refused.too_large", "As it was.") == "As it was."


def test_instants_are_spoken_in_the_readers_language() -> None:
    at = datetime(2026, 3, 4, 9, 5, tzinfo=UTC)
    assert [format_datetime(at, language) for language in LANGUAGES] == [
        "4 March 2026, 09:05 UTC",
        "4. März 2026, 09:05 Uhr UTC",
        "4 mars 2026 à 09:05 UTC",
    ]


@pytest.mark.parametrize("module", DOOR, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_words_for_community_members_stand_outside_the_catalogues(module: object) -> None:
    path = Path(str(getattr(module, "__file__", "")))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    said = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs]
    assert [(node.lineno, node.value) for node in said if WORDS.search(str(node.value))] == []


@pytest.mark.parametrize("kind", [NoticeKind.REPORTER_NEWS, NoticeKind.REPORTER_LATE])
def test_a_notice_to_a_reporter_is_in_their_language_and_in_no_other(kind: NoticeKind) -> None:
    facts = {"reference": "GRD-1", "due": "2026-03-04T09:00:00+00:00", "until": "2026-03-05T09:00:00+00:00"}
    notice = Notice(
        id=NoticeId("n"),
        kind=kind,
        to=Recipient(kind=RecipientKind.REPORTER, report=ReportId("r")),
        case=None,
        facts=facts,
    )
    text = NoticeRenderer("Example", "https://guardian.example").render(notice, "de")
    assert "Guten Tag" in text.body
    assert "März 2026" in text.body
    assert re.search(r"\b(the|your|answer|page|by)\b", f"{text.subject} {text.body}") is None
