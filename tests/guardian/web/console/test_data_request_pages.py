"""What somebody asks about what is kept of them, on the console and back on their own page. P-2.6, P-5.6"""

from tests.builders.community import BRUNO, DMITRI, INES, TEXT, Community
from tests.builders.pages import Pages, forms_of, text_of

DATA = "/console/data-requests"


async def test_a_copy_is_drafted_by_one_read_by_another_and_stands_on_the_page(
    pages: Pages, community: Community
) -> None:
    """P-5.6"""
    receipt = (await community.report()).receipt
    await pages.fill("/follow-up", "/follow-up", receipt=receipt)
    asked = await pages.fill("/follow-up", "/follow-up/data", kind="access")
    assert "You have an answer by" in text_of(asked)
    await pages.sign_in(community, BRUNO)
    listed = await pages.get(DATA)
    address = next(part for part in listed.text.split('"') if part.startswith(DATA + "/"))
    drafted = next(form for form in forms_of(await pages.get(address)) if form.action.endswith("/draft"))
    wrong = await pages.post(drafted.action, {**drafted.fields, "outcome": "refused", "words": "We cannot."})
    assert (wrong.status_code, "We cannot." in wrong.text) == (422, True)
    assert "Somebody else reads it now" in text_of(await pages.post(drafted.action, drafted.fields))
    await pages.sign_in(community, DMITRI)
    await pages.fill(address, address + "/send")
    page = text_of(await pages.fill("/follow-up", "/follow-up", receipt=receipt))
    assert TEXT in page.partition("answered on")[2]


async def test_requests_are_there_for_their_seats_alone(pages: Pages, community: Community) -> None:
    """P-1.1"""
    await pages.sign_in(community, INES)
    assert (await pages.get(DATA)).status_code == 404
