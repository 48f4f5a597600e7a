"""The page of an event's contact, and the members' own: a list goes in, an answer comes out after its release."""

from guardian.notices.translations import LANGUAGE_NAMES
from tests.builders.community import BRUNO, INES, Community
from tests.builders.pages import Pages, forms_of, text_of
from tests.guardian.services.records.test_event_check import OTHERS, TOLD, a_flagged_person, an_event, settle

EVENTS = "/console/records/events"


async def test_a_contact_sends_a_list_and_reads_its_answer_in_every_language(
    pages: Pages, community: Community
) -> None:
    """P-9.6"""
    await a_flagged_person(community)
    address = f"/event/{await an_event(community)}"
    refused = await pages.fill(address, address, names="Samuel Example")
    assert (refused.status_code, "Samuel Example" in refused.text) == (422, True)
    await pages.fill(address, address, names=f"{OTHERS}\nSamuel Example")
    assert "still being looked at" in text_of(await pages.get(address))
    await settle(community, BRUNO)
    answered = await pages.get(address)
    assert TOLD in text_of(answered)
    assert "Numbera" not in answered.text
    for language in LANGUAGE_NAMES:
        assert (await pages.client.get(address, headers={"accept-language": language})).status_code == 200
    assert (await pages.get("/event/nothing")).status_code == 404


async def test_members_register_an_event_enter_its_list_settle_and_release(pages: Pages, community: Community) -> None:
    """P-9.6"""
    await a_flagged_person(community)
    await pages.sign_in(community, BRUNO)
    typed = {"name": "Conference", "contact": "Robin Host", "address": "robin@example.org"}
    assert (await pages.fill(EVENTS, EVENTS, **typed)).status_code == 422
    made = await pages.fill(EVENTS, EVENTS, **typed, ends="2099-01-01")
    link = next(word for word in text_of(made).split() if "/event/" in word)
    entered = await pages.fill(EVENTS, EVENTS + "/list", names=f"{OTHERS}\nSamuel Example")
    assert "“Samuel Example”" in text_of(entered)
    assert "guest numberb" not in entered.text.lower()
    match = next(form for form in forms_of(entered) if form.action == EVENTS + "/match")
    await pages.post(match.action, {**match.fields, "is-same": "yes"})
    assert "Released." in text_of(await pages.fill(EVENTS, EVENTS + "/release"))
    assert TOLD in (await pages.get(link.removeprefix("https://guardian.example"))).text
    await pages.sign_in(community, INES)
    assert (await pages.get(EVENTS)).status_code == 404
