"""Acting at once on the console: what is shown is what is done, once; and whoever has no seat for it finds no page."""

from datetime import timedelta

import pytest

from tests.builders.community import AMARA, BRUNO, DISCORD, GRETA, INES, SOMEBODY, Community
from tests.builders.pages import Pages, forms_of, text_of

ACT = "/console/act"
TYPED = {
    "who": "grumbler",
    "space": "discord",
    "restriction": "suspended",
    "ground": "ongoing",
    "reason": "Insults, again and again.",
    "spaces": "discord",
}


@pytest.fixture
async def bruno(pages: Pages, community: Community) -> Pages:
    """Bruno's browser, and somebody on Discord who can be acted on."""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    await pages.sign_in(community, BRUNO)
    return pages


async def acts_of(community: Community) -> list[tuple[str, frozenset[str] | None]]:
    """What acts there are: the reason of each, and where it holds."""
    async with community.units_of_work.read() as view:
        return [(each.reason, each.spaces) for each in await view.deliberation.acts()]


async def test_the_account_that_was_shown_is_hit_by_one_button_and_its_actor_says_why_later(
    bruno: Pages, community: Community
) -> None:
    """P-7.1, P-7.2"""
    shown = await bruno.fill(ACT, ACT, **TYPED)
    assert f"It hits grumbler in discord (the account with the id {SOMEBODY.native_id} )" in text_of(shown)
    assert await acts_of(community) == []
    community.spaces[DISCORD].add(SOMEBODY.native_id, "renamed")
    community.spaces[DISCORD].add("700000000000000077", "grumbler")
    button = next(form for form in forms_of(shown) if form.action == ACT + "/now")
    done = await bruno.post(button.action, button.fields)
    assert "It is being placed now." in text_of(done)
    assert await acts_of(community) == [("Insults, again and again.", frozenset({DISCORD}))]
    async with community.units_of_work.read() as view:
        assert len(await view.people.links_of_account(SOMEBODY)) == 1
    page = next(each for each in done.text.split('"') if each.startswith("/console/reviews/"))
    told = await bruno.fill(page, page + "/account", account="I saw it myself.")
    assert "your account is given" in text_of(told)


@pytest.mark.harm("acted-twice-by-one-button")
async def test_a_button_that_is_pressed_twice_acts_once(bruno: Pages, community: Community) -> None:
    shown = await bruno.fill(ACT, ACT, **TYPED)
    button = next(form for form in forms_of(shown) if form.action == ACT + "/now")
    await bruno.post(button.action, button.fields)
    again = text_of(await bruno.post(button.action, button.fields))
    assert "is not done twice" in again
    assert len(await acts_of(community)) == 1


async def test_what_is_wrong_stands_beside_its_field_and_all_that_was_typed_is_there(bruno: Pages) -> None:
    for name, text in (("who", "nobody-at-all"), ("reason", " "), ("days", "many"), ("ground", "")):
        answer = await bruno.fill(ACT, ACT, **{**TYPED, name: text})
        assert (name, answer.status_code, f'id="{name}-error"' in answer.text) == (name, 422, True)
        kept = next(form for form in forms_of(answer) if form.action == ACT).fields
        assert {each: kept.get(each) for each in TYPED if each != name} == {
            each: typed for each, typed in TYPED.items() if each != name
        }


async def test_a_preview_that_waited_too_long_or_is_to_be_changed_comes_back_as_it_was_typed(
    bruno: Pages, community: Community
) -> None:
    shown = await bruno.fill(ACT, ACT, **TYPED)
    button = next(form for form in forms_of(shown) if form.action == ACT + "/now")
    community.pass_time(timedelta(minutes=16))
    for action, status in ((ACT + "/change", 200), (ACT + "/now", 422)):
        answer = await bruno.post(action, button.fields)
        kept = next(form for form in forms_of(answer) if form.action == ACT).fields
        assert (answer.status_code, kept["reason"], kept["space"]) == (status, TYPED["reason"], "discord")
    assert await acts_of(community) == []


async def test_whoever_may_not_act_alone_finds_no_page_for_it(pages: Pages, community: Community) -> None:
    """P-4.2: a moderator, and one of the Board alone."""
    for member in (GRETA, INES):
        await pages.sign_in(community, member)
        for path in (ACT, ACT + "/stop", "/console/reviews", "/console/reviews/some-case"):
            answer = await pages.get(path)
            assert (answer.status_code, "There is nothing here" in text_of(answer)) == (404, True)
        assert "/console/act" not in (await pages.get("/console")).text


async def test_a_member_is_stopped_after_what_it_does_was_shown(bruno: Pages, community: Community) -> None:
    """P-7.5"""
    shown = await bruno.fill(ACT + "/stop", ACT + "/stop", member="m04-dmitri")
    assert "Dmitri Volkov cannot act alone from now on" in text_of(shown)
    button = next(form for form in forms_of(shown) if form.action == ACT + "/stop/now")
    assert "Dmitri Volkov , stopped by Bruno Keller" in text_of(await bruno.post(button.action, button.fields))


OUTSIDE = ACT + "/outside"
CALLED = {
    "kind": "police",
    "done": "Called them and said where the person was last seen.",
    "told": "the police station of the town",
    "day": "2026-03-01",
    "time": "18:30",
    "ground": "physical_danger",
}


async def test_an_act_outside_the_spaces_is_entered_and_the_others_read_to_whom_it_was_said(
    bruno: Pages, community: Community
) -> None:
    """P-7.1"""
    entered = await bruno.fill(OUTSIDE, OUTSIDE, **CALLED)
    assert "outside the spaces" in text_of(entered)
    page = next(each for each in entered.text.split('"') if each.startswith("/console/reviews/"))
    await bruno.sign_in(community, AMARA)
    shown = text_of(await bruno.get(page))
    assert CALLED["told"] in shown
    assert "For how many days" not in shown


async def test_what_is_wrong_with_an_act_outside_stands_beside_its_field(bruno: Pages) -> None:
    for name, text in (("told", ""), ("day", "yesterday"), ("kind", ""), ("done", "")):
        answer = await bruno.fill(OUTSIDE, OUTSIDE, **{**CALLED, name: text})
        assert (name, answer.status_code, f'id="{name}-error"' in answer.text) == (name, 422, True)
