"""Raids on the console: the list is shown before anybody is asked, a second member agrees, and only the two have the list."""

from tests.builders.community import AMARA, BRUNO, CHIARA, DISCORD, INES, Community
from tests.builders.pages import Pages, forms_of, text_of

RAIDS = "/console/raids"
TYPED = {"accounts": "70001\n70002\n70001", "ground": "ongoing", "reason": "They came in together."}


async def announced(pages: Pages, community: Community) -> str:
    """Bruno has announced a raid; the address of its page."""
    for number in ("70001", "70002"):
        community.spaces[DISCORD].add(number)
    await pages.sign_in(community, BRUNO)
    shown = await pages.fill(RAIDS, RAIDS, **TYPED)
    button = next(form for form in forms_of(shown) if form.action == RAIDS + "/announce")
    done = await pages.post(button.action, button.fields)
    assert "Nobody is restricted yet." in text_of(done)
    return next(each for each in done.text.split('"') if each.startswith(RAIDS + "/"))


async def test_a_list_is_shown_with_what_is_left_out_before_it_is_announced(pages: Pages, community: Community) -> None:
    """P-7.5"""
    await pages.sign_in(community, BRUNO)
    for name in ("accounts", "reason", "ground"):
        answer = await pages.fill(RAIDS, RAIDS, **{**TYPED, name: ""})
        assert (answer.status_code, f'id="{name}-error"' in answer.text) == (422, True)
    shown = text_of(await pages.fill(RAIDS, RAIDS, **TYPED))
    for words in ("2 accounts: banned", "Line 3: it stands in line 1 already", "They came in together."):
        assert words in shown
    assert "raid.was_announced" not in await community.journal_acts()


async def test_a_second_member_agrees_and_the_list_stays_with_the_two(pages: Pages, community: Community) -> None:
    """P-7.5, P-9.8"""
    path = await announced(pages, community)
    assert path + "/agree" not in [form.action for form in forms_of(await pages.get(path))]
    await pages.sign_in(community, AMARA)
    assert "It begins now." in text_of(await pages.fill(path, path + "/agree"))
    assert "70001" in (await pages.get(path + "/list")).text
    await pages.sign_in(community, CHIARA)
    assert "It is under way." in text_of(await pages.get(path))
    assert (await pages.get(path + "/list")).status_code == 403
    await pages.sign_in(community, INES)
    for each in (RAIDS, path, path + "/list"):
        assert (await pages.get(each)).status_code == 404
