"""The journal on the console: in words and without a gap, and nothing of what the reader may not know."""

from guardian.services.conflicts.recusal import recuse
from guardian.services.operations.history import PAGE_LENGTH
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, INES, Community
from tests.builders.pages import Pages, text_of

JOURNAL = "/console/journal"


async def test_what_was_done_is_read_in_words_newest_first_and_by_pages(pages: Pages, community: Community) -> None:
    """P-9.8"""
    case = await community.a_case()
    await pages.sign_in(community, AMARA)
    for _ in range(PAGE_LENGTH):
        await community.read_case(BRUNO, case.code_name)
    first, second = text_of(await pages.get(JOURNAL)), text_of(await pages.get(JOURNAL + "?page=1"))
    assert f"{case.code_name} : the case was read Bruno Keller" in first
    assert ("a report came in" in first, "a report came in" in second) == (False, True)
    assert "It is whole." in text_of(await pages.get(JOURNAL + "/check"))


async def test_the_journal_says_nothing_of_a_case_that_is_kept_from_the_reader(
    pages: Pages, community: Community
) -> None:
    """P-4.1, P-4.2"""
    case = await community.a_case()
    await recuse(community.app, BRUNO, case.code_name, ConflictReason.SAME_EMPLOYER)
    await pages.sign_in(community, BRUNO)
    assert "There is nothing here to see." in text_of(await pages.get(JOURNAL))
    await pages.sign_in(community, INES)
    assert (await pages.get(JOURNAL)).status_code == 404
