"""What somebody asks about what is kept of them, on the console and back on their own page. P-2.6, P-5.6"""

from tests.builders.community import BRUNO, DMITRI, INES, TEXT, Community
from tests.builders.journey import DAY
from tests.builders.pages import Pages, forms_of, text_of
from tests.guardian.services.test_forgetting import closed

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


async def test_what_an_objection_would_bring_about_is_shown_before_it_is_drafted_and_to_the_second(
    pages: Pages, community: Community
) -> None:
    """P-9.5: with what stands against it, and a day that cannot be comes back with what was typed."""
    journey = await closed(community)
    receipt = await journey.receipt()
    await pages.fill("/personal", "/personal", receipt=receipt)
    await pages.fill("/personal", "/personal/data", kind="objection", data="Not for so long.")
    await pages.sign_in(community, BRUNO)
    address = next(part for part in (await pages.get(DATA)).text.split('"') if part.startswith(DATA + "/"))
    shown = text_of(await pages.get(address))
    assert "Not now: They are not flagged in this case" in shown
    assert "At the earliest" in shown
    form = next(form for form in forms_of(await pages.get(address)) if form.action.endswith("/draft"))
    objected = {**form.fields, "outcome": "granted", "effect": "kept_shorter", "words": "It goes sooner."}
    late = await pages.post(form.action, {**objected, "keep-until": "2099-01-01"})
    assert (late.status_code, 'id="keep-until-error"' in late.text, "2099-01-01" in late.text) == (422, True, True)
    day = f"{community.clock.now() + 40 * DAY:%Y-%m-%d}"
    assert "Somebody else reads it now" in text_of(await pages.post(form.action, {**objected, "keep-until": day}))
    await pages.sign_in(community, DMITRI)
    read = await pages.get(address)
    assert "What follows: the case is kept until a day that you name. It goes on" in text_of(read)
    await pages.fill(address, address + "/send")
    await pages.fill("/personal", "/personal", receipt=receipt)
    for language, said in (("en", "is destroyed on"), ("de", "gelöscht"), ("fr", "est détruit le")):
        page = await pages.client.get("/personal", headers={"accept-language": language})
        assert (said in text_of(page), f'datetime="{day}' in page.text) == (True, True)
