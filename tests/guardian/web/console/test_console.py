"""The console's door: a preview uses nothing up, a GET never signs in, and what is not yours looks like nothing."""

from datetime import timedelta

import pytest

from guardian.ids import MemberId
from guardian.services.sign_in.links import create_link
from tests.builders.community import BRUNO, DMITRI, INES, TEXT, Community
from tests.builders.pages import Pages, forms_of, text_of


async def a_link(community: Community, code_name: str | None = None) -> str:
    """The path of a fresh link for Bruno."""
    return (await create_link(community.app, BRUNO, code_name)).removeprefix(community.app.base_url)


async def test_a_preview_of_a_link_shows_one_button_and_uses_nothing_up(pages: Pages, community: Community) -> None:
    case = await community.a_case()
    path = await a_link(community, case.code_name)
    for _ in range(3):
        answer = await pages.get(path)
        assert [form.action for form in forms_of(answer)] == [path]
        assert (case.code_name in answer.text, TEXT in answer.text, len(pages.client.cookies)) == (False, False, 0)
    assert (await pages.client.head(path)).status_code == 200
    opened = await pages.post(path)
    at = f"/console/cases/{case.code_name}"
    assert (opened.status_code, opened.url.path, TEXT in text_of(opened)) == (200, at, True)


async def test_a_used_link_says_how_to_get_a_new_one(pages: Pages, community: Community) -> None:
    path = await a_link(community)
    await pages.post(path)
    for answer in (await pages.get(path), await pages.post(path), await pages.get("/console/sign-in/AAAAA")):
        assert (answer.status_code, "Ask for a new one" in text_of(answer)) == (410, True)


@pytest.mark.parametrize("path", ["", "/cases", "/cases/x", "/cases/x/evidence/y", "/sessions"])
async def test_without_a_session_every_address_looks_the_same(pages: Pages, community: Community, path: str) -> None:
    """P-4.2"""
    await community.a_case()
    answer = await pages.get(f"/console{path}")
    assert (answer.status_code, TEXT in answer.text) == (401, False)
    assert answer.text == (await pages.get("/console")).text


@pytest.mark.parametrize("member", [DMITRI, INES])
async def test_a_case_that_is_kept_from_somebody_answers_like_one_that_does_not_exist(
    pages: Pages, community: Community, member: MemberId
) -> None:
    """P-4.2: a member whom it concerns, and a moderator."""
    case = await community.a_case(named_members=(DMITRI,))
    await pages.sign_in(community, member)
    hidden = await pages.get(f"/console/cases/{case.code_name}")
    missing = await pages.get("/console/cases/nothing-here")
    assert (hidden.status_code, hidden.text) == (404, missing.text)


async def test_what_was_typed_after_the_session_had_ended_stands_on_the_page(
    pages: Pages, community: Community
) -> None:
    case, _ = await community.a_named_case()
    await pages.sign_in(community, BRUNO)
    at = f"/console/cases/{case.code_name}"
    form = next(form for form in forms_of(await pages.get(at)) if form.action.endswith("/undo"))
    community.pass_time(timedelta(minutes=31))
    field = next(name for name in form.fields if name.startswith("undo-"))
    answer = await pages.post(form.action, {**form.fields, field: "They are two people."})
    assert (answer.status_code, "They are two people." in answer.text) == (401, True)


async def test_a_form_without_the_sessions_own_token_does_nothing(pages: Pages, community: Community) -> None:
    await pages.sign_in(community, BRUNO)
    for token in ("", "0" * 64):
        assert (await pages.post("/console/leave", {"token": token})).status_code == 401
    assert (await pages.get("/console")).status_code == 200


async def test_leaving_takes_the_key_from_the_browser_and_the_server(pages: Pages, community: Community) -> None:
    """P-9.8"""
    await pages.sign_in(community, BRUNO)
    kept = dict(pages.client.cookies)
    await pages.fill("/console", "/console/leave")
    pages.client.cookies.update(kept)
    assert (await pages.get("/console")).status_code == 401


async def test_a_member_ends_a_session_of_theirs_in_another_browser(pages: Pages, community: Community) -> None:
    await pages.sign_in(community, BRUNO)
    kept = dict(pages.client.cookies)
    await pages.sign_in(community, BRUNO)
    ends = [form.action for form in forms_of(await pages.get("/console/sessions")) if form.action.endswith("/end")]
    assert len(ends) == 2
    said = text_of(await pages.fill("/console/sessions", ends[0]))
    assert "has to sign in again" in said
    pages.client.cookies.clear()
    pages.client.cookies.update(kept)
    assert (await pages.get("/console")).status_code == 401
