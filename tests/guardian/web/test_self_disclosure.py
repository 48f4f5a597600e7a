"""Showing accounts on the pages: asked before anything is done, with the browser's own sign-in, and nothing typed is lost."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from guardian.cases.receipts import create_account_receipt, create_personal_receipt
from guardian.people.models import Trust
from guardian.services.identity.linking import propose_link
from guardian.spaces.account_proof import ProofResult, ProvenAccount
from guardian.spaces.outcomes import Outcome, Rejected
from guardian.spaces.port import Account
from tests.builders.case_accounts import list_case_accounts
from tests.builders.community import AMARA, BRUNO, DISCORD, ELENI, FORUM, GITHUB, SOMEBODY, Community
from tests.builders.pages import Pages, forms_of, open_pages, text_of

ELSEWHERE = Account(GITHUB, "990001")


class AtDiscord:
    """Says that every browser is Grumbler's; where they were asked for it, that a GitHub account is theirs as well."""

    space = DISCORD
    label = "Discord"
    answer_fields = ("code",)
    knows_linked_accounts = True

    def start(self, return_url: str, state: str, verifier: str, *, include_linked: bool = False) -> str:
        return f"https://discord.example/authorize?state={state}&scope={'more' if include_linked else 'less'}"

    async def finish(self, return_url: str, code: str, verifier: str) -> ProofResult | Outcome:
        vouched = {"more": (ProvenAccount(ELSEWHERE, "grumbler-dev"),), "less": None}
        return ProofResult(SOMEBODY, "grumbler", vouched[code]) if code in vouched else Rejected("no")


@pytest.fixture
async def pages(community: Community) -> AsyncIterator[Pages]:
    async with open_pages(community, proofs=(AtDiscord(),)) as opened:
        yield opened


async def signed_in(pages: Pages, path: str = "/sign-in/discord/elsewhere") -> str:
    """The person has pressed the button at Discord; what the page says to them then."""
    away = await pages.get(path)
    sent = parse_qs(urlsplit(away.headers["location"]).query)
    back = await pages.get(f"/sign-in/discord/back?code={sent['scope'][0]}&state={sent['state'][0]}")
    return text_of(back)


async def on_their_page(pages: Pages, community: Community) -> str:
    """Grumbler has opened their page; the code name of the case about them."""
    case, code_name = await community.a_named_case()
    community.spaces[GITHUB].add(ELSEWHERE.native_id, "grumbler-dev")
    async with community.units_of_work.begin() as uow:
        person = await uow.people.person_by_code_name(code_name)
        assert person is not None
        minted = create_personal_receipt(person.id, uow.now, case.id)
        await uow.cases.add_receipt(minted.receipt)
    await pages.fill("/personal", "/personal", receipt=minted.secret)
    return case.code_name


async def trusts(community: Community, case: str) -> dict[str, Trust]:
    (person,) = await list_case_accounts(community.app, AMARA, case)
    return {link.account.space: link.trust for link in person.accounts}


async def test_signing_in_alone_links_nothing_and_the_page_says_first_what_the_button_does(
    pages: Pages, community: Community
) -> None:
    case = await on_their_page(pages, community)
    assert "nothing has been done with that yet" in await signed_in(pages)
    page = text_of(await pages.get("/personal"))
    assert "What holds for you holds for them as well" in page
    assert "grumbler-dev in github" in page
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED}
    answer = await pages.fill("/personal", "/personal/accounts")
    assert "Nothing of the sign-in is kept" in text_of(answer)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED, GITHUB: Trust.SELF_DISCLOSED}


async def test_a_button_of_another_sign_in_shows_nothing(pages: Pages, community: Community) -> None:
    """The harm: a page left open is sent after another tab has signed in as somebody else."""
    case = await on_their_page(pages, community)
    await signed_in(pages)
    form = next(f for f in forms_of(await pages.get("/personal")) if f.action == "/personal/accounts")
    await signed_in(pages)
    answer = await pages.post("/personal/accounts", form.fields)
    assert (answer.status_code, await trusts(community, case)) == (422, {DISCORD: Trust.EVIDENCED})
    assert "nothing was shown" in text_of(answer)


async def test_whoever_signs_in_to_report_is_not_asked_for_their_other_accounts(pages: Pages) -> None:
    assert "Nothing else was asked of Discord" in await signed_in(pages, "/sign-in/discord")


async def test_an_owner_shows_who_they_are_with_their_words_and_loses_none_of_them(
    pages: Pages, community: Community
) -> None:
    case, person = await community.a_named_case()
    community.spaces[FORUM].add("41", "innocent")
    made = await propose_link(community.app, BRUNO, person, FORUM, "innocent", "They write alike.")
    await community.read_and_confirm(ELENI, case.code_name, made.link)
    minted = create_account_receipt(made.link, community.clock.now(), case.id)
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_receipt(minted.receipt)
    await pages.fill("/account", "/account", receipt=minted.secret)
    early = await pages.fill("/account", "/account/not-me", text="It is not me.", as_account="discord")
    assert (early.status_code, forms_of(early)[0].fields["text"]) == (422, "It is not me.")
    await signed_in(pages, "/sign-in/discord")
    assert "About your account" in text_of(await pages.get("/account"))
    await pages.fill("/account", "/account/not-me", text="It is not me.", as_account="discord")
    (found,) = (await community.read_case(ELENI, case.code_name)).people
    assert [each.shown for each in found.disputes] == [(ProvenAccount(SOMEBODY, "grumbler"),)]
