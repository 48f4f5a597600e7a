"""The gate before identities, evidence and acts: a passkey, shown once in each session."""

from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape

import pytest

from tests.builders.community import BRUNO, TEXT, Community
from tests.builders.pages import Pages, forms_of, open_pages, text_of
from tests.fakes.authenticator import Authenticator

PASSKEYS = "/console/passkeys"


@pytest.fixture
async def pages(community: Community) -> AsyncIterator[Pages]:
    community.app = replace(community.app, needs_second_factor=True)
    async with open_pages(community) as opened:
        yield opened


async def options(pages: Pages, kind: str) -> str:
    """What the page has the browser ask the device for."""
    _, _, after = (await pages.get(PASSKEYS)).text.partition(f'data-passkey="{kind}" data-options="')
    return unescape(after.partition('"')[0])


async def send(pages: Pages, action: str, **fields: str) -> str:
    """The form, sent as the script would, without asking for the page anew: each asking is another challenge."""
    token = {"token": pages.client.headers["x-token"]}
    return text_of(await pages.post(f"{PASSKEYS}/{action}", {**token, **fields}))


async def sign_in(pages: Pages, community: Community) -> None:
    await pages.sign_in(community, BRUNO, is_proven=False)
    form, *_ = [form for form in forms_of(await pages.get("/console")) if form.action == "/console/leave"]
    pages.client.headers["x-token"] = form.fields["token"]


@pytest.mark.harm("link-alone-opens-identities")
async def test_a_session_without_a_passkey_reads_no_case_and_does_nothing(pages: Pages, community: Community) -> None:
    """P-9.8"""
    case = await community.a_case()
    await sign_in(pages, community)
    at = f"/console/cases/{case.code_name}"
    shown = await pages.get(at)
    assert (shown.status_code, TEXT in shown.text) == (403, False)
    token = pages.client.headers["x-token"]
    refused = await pages.post(f"{at}/links/x/undo", {"token": token, "undo-x": "They are two people."})
    assert (refused.status_code, "They are two people." in refused.text) == (403, True)
    assert (await pages.get("/console/cases")).status_code == 200


async def test_a_member_adds_a_passkey_and_shows_it_in_the_next_session(pages: Pages, community: Community) -> None:
    case = await community.a_case()
    key = Authenticator()
    await sign_in(pages, community)
    assert "is kept" in await send(pages, "add", made=key.make(await options(pages, "make")), name="my key")
    await sign_in(pages, community)
    at = f"/console/cases/{case.code_name}"
    assert (await pages.get(at)).status_code == 403
    assert TEXT in await send(pages, "show", shown=key.show(await options(pages, "show")), to=at)


async def test_an_answer_is_taken_once_and_leads_to_no_other_site(pages: Pages, community: Community) -> None:
    key = Authenticator()
    await sign_in(pages, community)
    await send(pages, "add", made=key.make(await options(pages, "make")), name="my key")
    await sign_in(pages, community)
    shown = key.show(await options(pages, "show"))
    token = pages.client.headers["x-token"]
    form = {"token": token, "shown": shown, "to": "//elsewhere.example/"}
    first = await pages.client.post(f"{PASSKEYS}/show", data=form)
    assert (first.status_code, first.headers["location"]) == (303, "/console")
    assert "That took too long" in await send(pages, "show", shown=shown)
