"""No word for people outside the groups stands outside the catalogues, and none names a body that a policy may not have."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import guardian
from guardian.cases.case import CaseState
from guardian.notices.models import News, Notice, NoticeKind, RecipientKind
from guardian.notices.renderer import NoticeRenderer
from guardian.notices.translations import LANGUAGES, load_texts, translate_count
from guardian.services.reports.follow_up import ReporterRequest
from guardian.services.reports.mail_language import language_of_words
from guardian.web import app
from tests.guardian.notices.test_renderer import TO_OWNERS, TO_PEOPLE, TO_REPORTERS, a_full_notice, a_notice

ROOT = Path(guardian.__file__).parent
PAGES = Path(app.__file__).parent / "templates"
LETTERS = ROOT / "notices" / "templates"
PARTY_KINDS = TO_REPORTERS + TO_PEOPLE + TO_OWNERS
OF_MEMBERS = {"base.html", "message.html"}
TEMPLATES = [
    *(path for path in sorted(PAGES.glob("*.html")) if path.name not in OF_MEMBERS),
    *(LETTERS / f"{kind}.txt" for kind in PARTY_KINDS),
    *(LETTERS / name for name in ("_yours.txt", "_follow_up.txt", "pages/reporter_news.txt")),
]
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")
TAG = re.compile(r"<[^>]*>")
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
SPOKEN_ATTRIBUTE = re.compile(r'(?:aria-label|title|placeholder|alt)="[^"\x00]*[^\W\d_]')
BODIES = re.compile(r"working group|\bBoard\b|\bDjango\b|Arbeitsgruppe|Vorstand|groupe de travail|\bconseil\b")
GERMAN = "Ich wurde beleidigt, und das ist nicht das erste Mal. Er hat mich auch privat angeschrieben."
FRENCH = "Il m'a insultée dans un message, et ce n'est pas la première fois. Je ne sais pas que faire."
ENGLISH = "He insulted me, and this is not the first time that he has done it. What can you do about it?"


def literals(path: Path) -> tuple[str, list[str]]:
    """What stands in a template by itself, and the texts in its expressions."""
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    shown = [
        each.data if isinstance(each, nodes.TemplateData) else "\x00"
        for output in tree.find_all(nodes.Output)
        for each in output.nodes
    ]
    return "".join(shown), [str(each.value) for each in tree.find_all(nodes.Const)]


@pytest.mark.harm("told-in-a-language-not-theirs")
@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_for_people_outside_has_no_words_of_its_own(path: Path) -> None:
    """P-2.1"""
    shown, constants = literals(path)
    assert SPOKEN_ATTRIBUTE.findall(shown) == []
    assert WORD.findall(ATTRIBUTE.sub("", TAG.sub("", shown))) == []
    assert [text for text in constants if SENTENCE.search(text)] == []


@pytest.mark.harm("sent-to-a-body-that-is-not-there")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_names_a_body_that_the_policy_names(language: str) -> None:
    """P-11.1"""
    assert [key for key, text in load_texts(language).items() if BODIES.search(text)] == []


@pytest.mark.harm("told-in-a-language-not-theirs")
@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
@pytest.mark.parametrize("kind", PARTY_KINDS)
def test_a_letter_is_in_its_readers_language_and_in_no_other(kind: NoticeKind, language: str) -> None:
    renderer = NoticeRenderer("Example", "https://guardian.example")
    facts = {"text": "—", "about": "—", "reason": "—", "handle": "—", "standing": "forum", "decided": "warning"}
    for notice in (a_notice(kind), a_full_notice(kind, **facts), *_with_every_news(kind, facts)):
        for text in (renderer.render(notice, language), renderer.render_for_page(notice, language)):
            assert re.search(r"\b(the|your|you|and|by|with|is)\b", f"{text.subject} {text.body}") is None


def _with_every_news(kind: NoticeKind, facts: dict[str, str]) -> Iterator[Notice]:
    if kind is NoticeKind.REPORTER_NEWS:
        for news in News:
            yield a_notice(kind, **{**facts, "news": news, "text": "", "decided_for": "30", "result": "asked_late"})


def test_whoever_has_no_language_is_written_to_in_the_configured_one_and_members_in_english() -> None:
    renderer = NoticeRenderer("Example", "https://guardian.example", "de")
    assert "Guten Tag" in renderer.render(a_notice(NoticeKind.HEARING)).body
    member = a_notice(NoticeKind.NEW_REPORT)
    assert member.to.kind is RecipientKind.MEMBER
    assert "A new report has come in" in renderer.render(member).body


def test_every_answer_and_every_refusal_that_a_page_can_give_has_its_words() -> None:
    texts = load_texts("en")
    replies = {key for path in ROOT.rglob("*.py") for key in _called(path, "Reply")}
    replies |= {f"answers.{request}" for request in ReporterRequest} | {f"state.{state}" for state in CaseState}
    assert sorted(key for key in replies if key not in texts) == []
    codes = {f"refused.{code}" for path in REFUSING for code in _called(ROOT.parent / path, "Refused", "refused")}
    assert sorted(codes - set(texts) - {f"refused.{code}" for code in SAID_TO_MEMBERS}) == []


REFUSING = (
    "guardian/services/parties/personal_page.py",
    "guardian/services/reports/follow_up.py",
    "guardian/services/measures/reconsideration.py",
    "guardian/services/identity/disputes.py",
    "guardian/services/identity/self_disclosure.py",
    "guardian/services/sanctions/readmission.py",
    "guardian/services/sanctions/board_requests.py",
    "guardian/cases/submissions.py",
    "guardian/cases/drafts.py",
    "rules/reconsideration.py",
    "guardian/web/owner_pages.py",
    "guardian/web/personal_pages.py",
)
SAID_TO_MEMBERS = {
    "gap",
    "no_reason",
    "own_measure",
    "over",
    "no_sign_in",
    "not_told_yet",
    "no_sanction",
    "has_decided",
    "not_disputed",
}


def _called(path: Path, *names: str) -> Iterator[str]:
    """The first argument of every call of that name, where it is a plain text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
            first = node.args[0]
            options = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
            yield from (str(each.value) for each in options if isinstance(each, ast.Constant))


@pytest.mark.parametrize(
    ("text", "language"), [(GERMAN, "de"), (FRENCH, "fr"), (ENGLISH, "en"), ("Help!", "de"), ("", "de")]
)
def test_a_mail_is_answered_in_its_own_language_as_far_as_its_words_show_it(text: str, language: str) -> None:
    assert language_of_words(text, "de") == language


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "1 minute", "2,000 minutes"),
        ("de", "1 Minute", "2.000 Minuten"),
        ("fr", "1 minute", "2\u202f000 minutes"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(language: str, one: str, many: str) -> None:
    assert translate_count(language, "count.minutes", 1) == one
    assert translate_count(language, "count.minutes", 2_000) == many


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You cannot take part on discord and forum, until 9 March 2026, 18:30 UTC."),
        ("de", "Sie können auf discord und forum bis zum 9. März 2026, 18:30 Uhr UTC nicht teilnehmen."),
        ("fr", "Vous ne pouvez pas participer sur discord et forum jusqu'au 9 mars 2026 à 18:30 UTC."),
    ],
)
@pytest.mark.parametrize("ends", [True, False])
def test_a_restriction_is_said_in_one_whole_sentence(language: str, sentence: str, ends: bool) -> None:
    facts = {"restriction": "suspended", "spaces": "discord, forum"}
    until = {"ends": "2026-03-09T18:30:00+00:00"} if ends else {}
    body = NoticeRenderer("Example", "https://guardian.example").render(
        a_notice(NoticeKind.DECISION, **facts, **until), language
    )
    when = r",? (?:until|bis zum|jusqu'au) 9.* UTC"
    assert (sentence if ends else re.sub(when, "", sentence)) in body.body
