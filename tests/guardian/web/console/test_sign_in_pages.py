"""Signing in to the console without Discord: by mail and by an account in a space; nothing tells who is a member."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from guardian.notices.models import Notice, NoticeKind
from guardian.spaces.account_proof import ProofResult
from guardian.spaces.port import Account
from tests.builders.community import BRUNO, GITHUB, Community
from tests.builders.pages import Pages, forms_of, open_pages, text_of
from tests.guardian.web.test_sign_in import AtGithub

ADDRESS = "bruno@example.org"


class AtGithubAsBruno(AtGithub):
    """Says that every browser is Bruno's."""

    async def finish(self, return_url: str, code: str, verifier: str) -> ProofResult:
        return ProofResult(Account(GITHUB, "80002"), "bruno2x")


@pytest.fixture
async def pages(community: Community) -> AsyncIterator[Pages]:
    async with open_pages(community, proofs=(AtGithubAsBruno(),)) as opened:
        yield opened


async def mailed(community: Community) -> list[Notice]:
    """The links that are on their way by mail."""
    return [each for each in await community.waiting_notices() if each.kind is NoticeKind.SIGN_IN_LINK]


async def ask_for_link(pages: Pages, address: str) -> str:
    """What is said to somebody who asks for a link with this address, without the address itself."""
    answer = await pages.fill("/console/sign-in", "/console/sign-in", address=address)
    assert answer.status_code == 200
    return text_of(answer).replace(address, "ADDRESS")


async def test_a_member_signs_in_by_a_link_in_their_mail(pages: Pages, community: Community) -> None:
    await community.change_member(BRUNO, email=ADDRESS)
    await ask_for_link(pages, ADDRESS.upper())
    (notice,) = await mailed(community)
    assert notice.to.member == BRUNO
    path = notice.facts["link"].removeprefix(community.app.base_url)
    assert "Bruno Keller" in text_of(await pages.fill(path, path))


@pytest.mark.harm("sign-in-tells-who-is-a-member")
async def test_asking_with_a_strangers_address_is_answered_alike_and_sends_nothing(
    pages: Pages, community: Community
) -> None:
    """P-4.2"""
    await community.change_member(BRUNO, email=ADDRESS)
    assert await ask_for_link(pages, "stranger@example.org") == await ask_for_link(pages, ADDRESS)
    assert [notice.to.member for notice in await mailed(community)] == [BRUNO]


async def test_a_member_who_has_left_is_sent_nothing(pages: Pages, community: Community) -> None:
    """P-1.2"""
    await community.change_member(BRUNO, email=ADDRESS, ended_at=community.clock.now())
    await ask_for_link(pages, ADDRESS)
    assert await mailed(community) == []


async def test_nobody_is_mailed_links_without_end(pages: Pages, community: Community) -> None:
    await community.change_member(BRUNO, email=ADDRESS)
    for _ in range(30):
        await ask_for_link(pages, ADDRESS)
    assert len(await mailed(community)) == 20


async def test_what_is_no_address_comes_back_with_the_remedy(pages: Pages) -> None:
    answer = await pages.fill("/console/sign-in", "/console/sign-in", address="bruno")
    assert (answer.status_code, 'value="bruno"' in answer.text) == (422, True)
    assert "Please give the mail address" in text_of(answer)


async def show_account(pages: Pages) -> None:
    """The browser comes back from the space at which its person has signed in."""
    away = await pages.get("/sign-in/github?to=console")
    state = away.headers["location"].partition("state=")[2].partition("&")[0]
    shown = await pages.get(f"/sign-in/github/back?code=good&state={state}")
    assert [form.action for form in forms_of(shown)] == ["/console/sign-in/account"]


async def test_a_members_own_account_signs_them_in_by_one_more_click(pages: Pages, community: Community) -> None:
    await show_account(pages)
    assert (await pages.get("/console")).status_code == 401
    assert "Bruno Keller" in text_of(await pages.post("/console/sign-in/account"))


@pytest.mark.parametrize("change", ["left", "another"])
async def test_an_account_of_nobody_in_office_opens_nothing(pages: Pages, community: Community, change: str) -> None:
    """P-1.2"""
    ended = {"ended_at": community.clock.now()} if change == "left" else {"accounts": ()}
    await community.change_member(BRUNO, **ended)
    await show_account(pages)
    answer = await pages.post("/console/sign-in/account")
    assert (answer.status_code, "has no role here" in text_of(answer)) == (403, True)


async def test_an_account_that_was_shown_is_forgotten_after_half_an_hour(pages: Pages, community: Community) -> None:
    await show_account(pages)
    community.pass_time(timedelta(minutes=31))
    assert (await pages.post("/console/sign-in/account")).status_code == 403
