"""Everybody outside the groups reads in their own language, and writes nothing twice because of it."""

import re
from dataclasses import replace

import pytest

from guardian.cases.report_questions import QUESTIONS
from guardian.notices.delivery_routes import RouteFinder
from guardian.notices.models import NoticeKind
from guardian.web.languages import accepted_language
from tests.builders.community import Community
from tests.builders.pages import Pages, forms_of, open_pages, text_of
from tests.guardian.web.test_personal_pages import person_in_hearing

LANGUAGES = ("en", "de", "fr")
DOORS = ("/", "/report", "/follow-up", "/personal", "/account", "/my-reports", "/left", "/signed-out", "/nowhere")
OF_ENGLISH = re.compile(r"\b(the|your|and|with|this|what)\b", re.IGNORECASE)
WORDS = "Il m'a insultée sous ma question, et il a recommencé hier soir devant tout le monde."


def lang_of(page: str) -> str:
    found = re.search(r'<html lang="([a-z]+)">', page)
    return found.group(1) if found else ""


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("ja, de-AT;q=0.8, fr;q=0.9", "fr"),
        ("de;q=0, en;q=0.1", "en"),
        ("ja", None),
        ("", None),
        ("de;q=x, en", "en"),
    ],
)
def test_a_browser_says_which_language_it_likes_best(header: str, language: str | None) -> None:
    assert accepted_language(header) == language


@pytest.mark.harm("told-in-a-language-not-theirs")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", DOORS)
async def test_every_door_and_every_error_is_in_the_readers_language(pages: Pages, path: str, language: str) -> None:
    """P-2.1"""
    answer = await pages.client.get(path, headers={"accept-language": language})
    assert lang_of(answer.text) == language
    english = OF_ENGLISH.findall(text_of(answer))
    assert bool(english) == (language == "en"), english


@pytest.mark.harm("told-in-a-language-not-theirs")
async def test_a_fault_is_said_beside_its_field_in_the_readers_language(pages: Pages) -> None:
    """P-2.1"""
    (form,) = forms_of(await pages.get("/report"))
    answer = await pages.post("/report", {**form.fields, "who": "grumbler"}, headers={"accept-language": "de"})
    assert (answer.status_code, lang_of(answer.text)) == (422, "de")
    assert re.search(r'id="what_happened-error">Hier steht noch nichts', answer.text)
    assert forms_of(answer)[0].fields["who"] == "grumbler"


@pytest.mark.harm("told-in-a-language-not-theirs")
async def test_what_is_no_form_is_answered_in_the_readers_language(pages: Pages) -> None:
    headers = {"content-type": "application/json", "accept-language": "fr"}
    answer = await pages.client.post("/report", content=b"{}", headers=headers)
    assert "ne contient pas de formulaire" in text_of(answer)


@pytest.mark.harm("words-lost-to-a-language")
async def test_another_language_keeps_every_word_and_every_choice_of_the_report(pages: Pages) -> None:
    """P-2.2"""
    (form,) = forms_of(await pages.get("/report"))
    tick = form.labels["names_members Amara Okafor"]
    typed = {"what_happened": WORDS, "who": "grumbler", "danger": "yes", "where": "#help", "names_members": tick}
    answer = await pages.post("/report/language", {**form.fields, **typed, "language": "fr"})
    (again,) = forms_of(answer)
    assert (answer.status_code, lang_of(answer.text)) == (200, "fr")
    kept = {name: again.fields[name] for name in typed if name != "names_members"}
    assert kept == {name: text for name, text in typed.items() if name != "names_members"}
    assert again.fields["names_members"] == again.labels["names_members Amara Okafor"]
    assert lang_of((await pages.get("/report")).text) == "fr"


@pytest.mark.harm("told-in-a-language-not-theirs")
async def test_the_language_of_a_report_is_kept_for_later_letters_until_another_is_chosen(
    pages: Pages, community: Community
) -> None:
    """P-2.1"""
    (form,) = forms_of(await pages.get("/report"))
    fields = {**form.fields, "what_happened": WORDS}
    sent = await pages.post("/report", fields, headers={"accept-language": "fr"})
    receipt = re.search(r'aria-label="Votre reçu">([^<]+)<', sent.text)
    assert receipt is not None
    assert await the_locale(community) == "fr"
    opened = await pages.follow_up(receipt.group(1))
    assert lang_of(opened.text) == "fr"
    add = next(each for each in forms_of(opened) if each.action == "/follow-up/add")
    turned = await pages.post("/follow-up/language", {**add.fields, "text": "Encore hier.", "language": "de"})
    assert (lang_of(turned.text), "Encore hier." in turned.text) == ("de", True)
    assert await the_locale(community) == "de"


@pytest.mark.harm("told-in-a-language-not-theirs")
async def test_a_person_is_written_to_in_the_language_that_they_chose_on_their_page(
    pages: Pages, community: Community
) -> None:
    """P-6.2"""
    case, receipt = await person_in_hearing(community)
    await pages.fill("/personal", "/personal", receipt=receipt)
    form = next(f for f in forms_of(await pages.get("/personal")) if f.action == "/personal/be-heard")
    turned = await pages.post("/personal/language", {**form.fields, "text": "Es war anders.", "language": "de"})
    assert "Es war anders." in forms_of(turned)[0].fields["text"]
    assert "Ihre Sicht schildern" in text_of(turned)
    async with community.units_of_work.read() as view:
        told = next(n for n in await view.notices.of_case(case.id) if n.kind is NoticeKind.HEARING)
        routes = await RouteFinder(community.app.spaces, None).find_routes(view, told)
    assert routes.locale == "de"


async def test_a_request_is_answered_in_the_readers_language(pages: Pages, community: Community) -> None:
    """P-3.5"""
    _, receipt = await person_in_hearing(community)
    pages.client.headers["accept-language"] = "de"
    await pages.fill("/personal", "/personal", receipt=receipt)
    answer = await pages.fill("/personal", "/personal/be-heard", text="Es tut mir leid.")
    assert "wird mit abgewogen" in text_of(answer)


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/console", ""])
async def test_a_language_leads_back_to_our_own_pages_only(pages: Pages, back: str) -> None:
    answer = await pages.client.post("/language", data={"language": "de", "back": back})
    assert answer.headers["location"] == "/"


async def test_where_no_language_is_known_the_configured_one_is_written(community: Community) -> None:
    configured = replace(community, app=replace(community.app, language="fr"))
    async with open_pages(configured) as pages:
        assert lang_of((await pages.client.get("/report", headers={"accept-language": "ja"})).text) == "fr"


async def test_every_question_is_asked_in_every_language(pages: Pages) -> None:
    """P-2.2"""
    for language in LANGUAGES:
        page = (await pages.client.get("/report", headers={"accept-language": language})).text
        assert [name for name in QUESTIONS if f'name="{name}"' not in page] == []


async def the_locale(community: Community) -> str:
    async with community.units_of_work.read() as view:
        (case,) = await view.cases.cases()
        (report,) = await view.cases.reports_of(case.id)
        return report.locale
