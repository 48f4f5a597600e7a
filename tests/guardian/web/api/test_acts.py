"""What a program can do in a member's name: look before it acts, act on an id, and read what came of it."""

import pytest

from guardian.people.api_tokens import TokenScope
from guardian.web.api.app import PATH
from tests.builders.community import BRUNO, DISCORD, INES, SOMEBODY, Community
from tests.builders.pages import Pages
from tests.guardian.web.api.test_every_address import a_token


@pytest.fixture(autouse=True)
def grumbler(community: Community) -> None:
    """Somebody on Discord who can be acted on."""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")


async def test_an_act_hits_the_account_whose_id_its_preview_gave(pages: Pages, community: Community) -> None:
    """P-7.1"""
    headers = await a_token(community, BRUNO, TokenScope.ACT)
    on = {"space": "discord", "restriction": "suspended"}
    shown = (
        await pages.client.post(f"{PATH}/acts/preview", json={**on, "account": "grumbler"}, headers=headers)
    ).json()
    assert shown["account"] == {"space": "discord", "id": SOMEBODY.native_id, "handle": "grumbler"}
    given = {"account_id": shown["account"]["id"], "ground": "ongoing", "reason": "It goes on now.", "days": 3}
    done = await pages.client.post(f"{PATH}/acts", json={**on, **given}, headers=headers)
    assert done.status_code == 201
    (line,) = (await pages.client.get(f"{PATH}/acts", headers=headers)).json()
    assert (line["case"], line["own"], line["review_due"]) == (done.json()["case"], True, None)


@pytest.mark.harm("acted-twice-for-a-lost-answer")
async def test_an_act_that_is_sent_again_with_its_key_makes_no_second_act(pages: Pages, community: Community) -> None:
    """P-7.1, P-7.5: the answer got lost, and the program asks once more."""
    headers = {**await a_token(community, BRUNO, TokenScope.ACT), "idempotency-key": "7f1c"}
    sent = {"space": "discord", "account_id": SOMEBODY.native_id, "restriction": "muted", "ground": "threat"}
    first, again = [
        await pages.client.post(f"{PATH}/acts", json={**sent, "reason": "Now."}, headers=headers) for _ in range(2)
    ]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["case"] == again.json()["case"]
    assert len((await pages.client.get(f"{PATH}/acts", headers=headers)).json()) == 1


async def test_an_act_takes_no_name_for_an_id(pages: Pages, community: Community) -> None:
    headers = await a_token(community, BRUNO, TokenScope.ACT)
    sent = {"space": "discord", "account_id": "grumbler", "restriction": "muted", "ground": "threat", "reason": "Now."}
    answer = await pages.client.post(f"{PATH}/acts", json=sent, headers=headers)
    assert answer.status_code in (404, 422)
    assert (await pages.client.get(f"{PATH}/acts", headers=headers)).json() == []


async def test_a_moderators_program_sets_a_measure_and_ends_it(pages: Pages, community: Community) -> None:
    """P-6.8"""
    headers = await a_token(community, INES, TokenScope.MEASURE)
    sent = {"space": DISCORD, "on": SOMEBODY.native_id, "kind": "muted", "reason": "insults", "hours": 24}
    made = await pages.client.post(f"{PATH}/measures", json=sent, headers=headers)
    assert made.status_code == 201
    (running,) = (await pages.client.get(f"{PATH}/measures", headers=headers)).json()
    ended = await pages.client.post(f"{PATH}/measures/{running['matter']}/end", headers=headers)
    assert "has ended" in ended.json()["sentence"]


async def test_a_note_that_a_program_wrote_stands_in_the_thread(pages: Pages, community: Community) -> None:
    case = await community.a_case()
    headers = await a_token(community, BRUNO, TokenScope.CASE_FILES)
    path = f"{PATH}/cases/{case.code_name}"
    await pages.client.post(f"{path}/notes", json={"text": "Two wrote in."}, headers=headers)
    (note,) = (await pages.client.get(f"{path}/notes", headers=headers)).json()
    assert (note["text"], note["author"]) == ("Two wrote in.", "Bruno Keller")
    (report,) = (await pages.client.get(f"{path}/file", headers=headers)).json()["reports"]
    assert report["what_happened"]
    assert "case.was_read" in await community.journal_acts()
