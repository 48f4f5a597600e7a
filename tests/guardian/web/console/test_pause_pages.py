"""Pauses of whole spaces on the console: shown first, begun by one button, let go on by another member. P-1.6"""

from tests.builders.community import DMITRI, GRETA, INES, Community
from tests.builders.pages import Pages, forms_of, text_of
from tests.guardian.services.pauses.test_pauses import blocked

PAUSES = "/console/pauses"
NEW = PAUSES + "/new"
TYPED = {"thing": "discord invites", "hours": "6", "reason": "raid"}


async def begun(pages: Pages, community: Community) -> None:
    """Ines has paused the invitations of her server."""
    await pages.sign_in(community, INES)
    shown = await pages.fill(NEW, NEW, **TYPED)
    button = next(form for form in forms_of(shown) if form.action == NEW + "/begin")
    assert "It is being paused now" in text_of(await pages.post(button.action, button.fields))


async def test_a_pause_is_shown_before_it_begins_and_a_fault_stands_beside_its_field(
    pages: Pages, community: Community
) -> None:
    await pages.sign_in(community, INES)
    for name in TYPED:
        answer = await pages.fill(NEW, NEW, **{**TYPED, name: ""})
        assert (answer.status_code, f'id="{name}-error"' in answer.text) == (422, True)
    assert 'value="25"' in (await pages.fill(NEW, NEW, **{**TYPED, "hours": "25"})).text
    assert "paused for everybody until" in text_of(await pages.fill(NEW, NEW, **TYPED))
    assert "pause.was_begun" not in await community.journal_acts()


async def test_another_member_lets_it_go_on_and_opens_it(pages: Pages, community: Community) -> None:
    await begun(pages, community)
    assert PAUSES + "/keep" not in [form.action for form in forms_of(await pages.get(PAUSES))]
    await pages.sign_in(community, DMITRI)
    answer = await pages.fill(PAUSES, PAUSES + "/keep", more="400")
    assert answer.status_code == 422
    assert "Dmitri Volkov has looked at it." in text_of(await pages.fill(PAUSES, PAUSES + "/keep", more="12"))
    assert "It has ended" in text_of(await pages.fill(PAUSES, PAUSES + "/end"))


async def test_who_looks_after_no_space_finds_no_such_page(pages: Pages, community: Community) -> None:
    await begun(pages, community)
    await pages.sign_in(community, GRETA)
    for path in (PAUSES, NEW):
        assert (await pages.get(path)).status_code == 404


async def test_what_is_gone_is_set_aside_on_the_page_by_another_member(pages: Pages, community: Community) -> None:
    """P-1.6"""
    await blocked(community)
    await pages.sign_in(community, INES)
    assert PAUSES + "/aside" not in [form.action for form in forms_of(await pages.get(PAUSES))]
    await pages.sign_in(community, DMITRI)
    assert "It is set aside" in text_of(await pages.fill(PAUSES, PAUSES + "/aside"))
