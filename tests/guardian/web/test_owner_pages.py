"""The page of whoever owns an account that was taken for somebody's: their own account, and nothing of anybody else's."""

from guardian.cases.receipts import create_account_receipt
from guardian.services.identity.linking import propose_link
from tests.builders.community import BRUNO, ELENI, FORUM, SOMEBODY, Community
from tests.builders.pages import Pages, text_of

WHY = "They write alike in the kitchen channel."


async def a_receipt(community: Community) -> tuple[str, tuple[str, ...]]:
    """A receipt of the owner of a linked account, and what nobody but members may read of the matter."""
    case, person = await community.a_named_case()
    community.spaces[FORUM].add("41", "innocent")
    made = await propose_link(community.app, BRUNO, person, FORUM, "innocent", WHY)
    await community.read_and_confirm(ELENI, case.code_name, made.link)
    minted = create_account_receipt(made.link, community.clock.now(), case.id)
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_receipt(minted.receipt)
    return minted.secret, (case.code_name, person, WHY, SOMEBODY.native_id, "grumbler")


async def test_the_owner_says_that_it_is_not_them_and_reads_nothing_of_the_matter(
    pages: Pages, community: Community
) -> None:
    """P-2.11, P-6.4"""
    receipt, secrets = await a_receipt(community)
    opened = await pages.fill("/account", "/account", receipt=receipt)
    sent = await pages.fill("/account", "/account/not-me", text="It is mine since ten years.")
    words = text_of(sent)
    assert "innocent in forum is taken for" in text_of(opened)
    assert "somebody who did not link this account looks at it" in words
    assert "It is mine since ten years." in words
    assert [secret for secret in secrets if secret in opened.text + sent.text] == []


async def test_words_that_are_too_short_to_be_any_are_asked_for_again(pages: Pages, community: Community) -> None:
    receipt, _ = await a_receipt(community)
    await pages.fill("/account", "/account", receipt=receipt)
    assert (await pages.fill("/account", "/account/not-me", text=" ")).status_code == 422


async def test_a_receipt_of_one_page_opens_no_other(pages: Pages, community: Community) -> None:
    receipt, _ = await a_receipt(community)
    for page in ("/personal", "/follow-up"):
        assert (await pages.fill(page, page, receipt=receipt)).status_code == 422
    theirs = await pages.report()
    assert (await pages.fill("/account", "/account", receipt=theirs)).status_code == 422
