"""One's own place and another's on the console: a chair removes and changes, everybody steps down, newcomers are asked."""

import httpx2

from guardian.people.models import Group, Office
from guardian.people.permissions import CHAIRS, MEMBERS, Seat
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, GRETA, INES, Community
from tests.builders.pages import Pages, forms_of, text_of
from tests.guardian.services.membership.test_departures import is_seated
from tests.guardian.services.membership.test_newcomers import seat

OWN, OF_BRUNO = "/console/membership", f"/console/members/{BRUNO}"


async def confirm(pages: Pages, shown: httpx2.Response, action: str) -> str:
    """What is answered to the button of a preview."""
    button = next(form for form in forms_of(shown) if form.action == action)
    return text_of(await pages.post(button.action, button.fields))


async def test_a_chair_removes_somebody_after_what_it_ends_was_shown(pages: Pages, community: Community) -> None:
    """P-1.2"""
    await pages.sign_in(community, AMARA)
    for name, typed in (("words", {"ground": "other"}), ("ground", {})):
        wrong = await pages.fill(OF_BRUNO, OF_BRUNO + "/remove", **typed)
        assert (wrong.status_code, f'id="{name}-error"' in wrong.text) == (422, True)
    shown = await pages.fill(OF_BRUNO, OF_BRUNO + "/remove", ground="confidentiality")
    assert "These offices end, at once" in text_of(shown)
    assert await is_seated(community, BRUNO, MEMBERS)
    assert "Bruno Keller has no place" in await confirm(pages, shown, OF_BRUNO + "/remove/now")
    assert not await is_seated(community, BRUNO, MEMBERS)


async def test_a_chair_changes_an_office_and_seats_somebody_again(pages: Pages, community: Community) -> None:
    """P-1.1"""
    await pages.sign_in(community, AMARA)
    same = await pages.fill(OF_BRUNO, OF_BRUNO + "/office", group="working_group", office="liaison")
    assert (same.status_code, 'id="office-error"' in same.text) == (422, True)
    await pages.fill(OF_BRUNO, OF_BRUNO + "/office", group="working_group", office="chair", instead="0")
    assert await is_seated(community, BRUNO, CHAIRS)
    assert not await is_seated(community, BRUNO, Seat(Group.WORKING_GROUP, Office.LIAISON))
    shown = await pages.fill(OF_BRUNO, OF_BRUNO + "/remove", ground="silence")
    await confirm(pages, shown, OF_BRUNO + "/remove/now")
    again = await pages.fill(OF_BRUNO, OF_BRUNO + "/office", group="working_group", office="member")
    assert "How they left before" in text_of(again)
    assert await is_seated(community, BRUNO, MEMBERS)


async def test_the_only_chair_steps_down_once_they_say_who_follows(pages: Pages, community: Community) -> None:
    """P-1.2"""
    await pages.sign_in(community, AMARA)
    wrong = await pages.fill(OWN, OWN + "/leave")
    assert (wrong.status_code, 'id="successor-error"' in wrong.text) == (422, True)
    shown = await pages.fill(OWN, OWN + "/leave", successor=ELENI)
    assert "Eleni Pappas is chair from that instant" in text_of(shown)
    assert "Sign in" in await confirm(pages, shown, OWN + "/leave/now")
    assert await is_seated(community, ELENI, CHAIRS)


async def test_a_newcomer_states_conflicts_and_then_reads(pages: Pages, community: Community) -> None:
    """P-1.2"""
    first, second = await community.a_case(), await community.a_case()
    pavel = await seat(community)
    await pages.sign_in(community, pavel)
    assert (await pages.get(f"/console/cases/{first.code_name}")).status_code == 404
    wrong = await pages.fill(OWN, OWN + "/conflicts", conflict=first.code_name)
    assert (wrong.status_code, 'id="reason-error"' in wrong.text) == (422, True)
    told = await pages.fill(OWN, OWN + "/conflicts", conflict=first.code_name, reason="same_employer")
    assert "You read 1 case from now on" in text_of(told)
    reached = [(await pages.get(f"/console/cases/{case.code_name}")).status_code for case in (first, second)]
    assert reached == [404, 200]


async def test_another_members_place_is_there_for_chairs_alone(pages: Pages, community: Community) -> None:
    """P-1.1, P-4.2"""
    for by in (DMITRI, GRETA, INES):
        await pages.sign_in(community, by)
        token = forms_of(await pages.get(OWN))[0].fields["token"]
        answers = [await pages.get(OF_BRUNO), await pages.get("/console/members/nobody")]
        answers += [await pages.post(OF_BRUNO + path, {"token": token}) for path in ("/remove", "/office")]
        assert [answer.status_code for answer in answers] == [404] * 4
