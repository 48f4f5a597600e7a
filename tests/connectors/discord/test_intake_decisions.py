"""Acting at once on Discord, and the others' look at it: each step by a button, and each refusal in words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.discord import outgoing_messages
from connectors.emulators.discord.client_screen import Screen
from guardian.cases.deadlines import DeadlineKind
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.spaces.messages import ButtonAction, Message, MessageAction
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DISCORD,
    DMITRI,
    ELENI,
    FORUM,
    SOMEBODY,
)
from tests.connectors.discord.service import NOTHING_HERE, DiscordService, discord_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


# -- acting at once


async def acted(service: DiscordService, **options: Any) -> Screen:
    """What a member sees after asking to act on somebody on Discord."""
    service.community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    chosen = {"restriction": "suspended", "ground": "ongoing", "reason": "They go on.", "member": SOMEBODY.native_id}
    return await service.ask(DMITRI, "act", **{**chosen, **options})


async def test_an_act_is_shown_in_words_before_it_holds(service: DiscordService) -> None:
    """P-7.1, P-6.7"""
    look = await acted(service, days=3)
    for shown in ("discord: will hold", "forum: no account known", "for 3 days at most", "ends after 14 days"):
        assert shown in look.text
    assert await service.cases() == ()
    done = await service.press(DMITRI, look, "Act now")
    assert "It is being placed now" in done.text
    assert "<t:1772528400:f>" in done.text
    assert NoticeKind.ACT_TAKEN in await service.community.notice_kinds_to(AMARA)


@pytest.mark.harm("another-person-hit-by-a-name")
async def test_the_confirmation_names_whom_it_hits_and_where_and_hits_nobody_else(service: DiscordService) -> None:
    """Whoever is shown is whom it hits, also where somebody else has taken the name before the button is pressed."""
    discord = service.community.spaces[DISCORD]
    look = await acted(service, member=None, name="grumbler", name_in=str(DISCORD))
    assert f"**grumbler** on discord (the account with the id {SOMEBODY.native_id})" in look.text
    discord.add(SOMEBODY.native_id, "renamed")
    discord.add(A_REPORTER.native_id, "grumbler")
    await service.press(DMITRI, look, "Act now")
    async with service.community.units_of_work.read() as view:
        known = await view.people.ids_of_accounts(DISCORD, [A_REPORTER.native_id, SOMEBODY.native_id])
    assert set(known.values()) == {SOMEBODY.native_id}


@pytest.mark.harm("another-person-hit-by-a-name")
async def test_a_member_picked_by_their_picture_is_never_somebody_whose_name_is_their_number(
    service: DiscordService,
) -> None:
    service.community.spaces[DISCORD].add(A_REPORTER.native_id, SOMEBODY.native_id)
    look = await acted(service)
    assert f"(the account with the id {SOMEBODY.native_id})" in look.text


@pytest.mark.harm("the-service-restricts-itself")
async def test_an_act_on_the_service_itself_or_another_app_is_refused_in_words(service: DiscordService) -> None:
    service.community.spaces[DISCORD].automated.add(SOMEBODY.native_id)
    look = await acted(service)
    assert "nobody can be acted on there" in look.text
    assert await service.cases() == ()


async def test_pressing_act_now_twice_acts_once(service: DiscordService) -> None:
    look = await acted(service)
    await service.press(DMITRI, look, "Act now")
    assert "nothing was done" in (await service.press(DMITRI, look, "Act now")).text
    assert len(await service.cases()) == 1


async def test_an_act_that_a_restart_forgot_is_not_done_by_halves(service: DiscordService) -> None:
    look = await acted(service)
    await service.restart()
    assert "nothing was done" in (await service.press(DMITRI, look, "Act now")).text
    assert await service.cases() == ()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"member": None}, "Say whom"),
        ({"member": None, "name": "grumbler"}, "Say whom"),
        ({"name": "grumbler", "name_in": "forum"}, "not both"),
        ({"member": None, "name": "nobody", "name_in": "forum"}, "Nobody is found"),
        ({"reason": "  "}, "no text yet"),
        ({"spaces": "moon"}, "moon"),
    ],
)
async def test_an_act_that_may_not_be_is_refused_before_or_at_the_button(
    service: DiscordService, options: dict[str, Any], why: str
) -> None:
    screen = await acted(service, **options)
    if not any(message.buttons for message in screen.messages):
        assert why in screen.text
    else:
        assert why in (await service.press(DMITRI, screen, "Act now")).text
    assert await service.cases() == ()


async def pressed(service: DiscordService, by: MemberId, action: ButtonAction, case: str, label: str) -> Screen:
    """What the member sees after the button of a notice about the act."""
    member = service.member(by)
    message = Message("", "Please review.", f"{by}-{action}", buttons=(MessageAction(action, case),))
    await outgoing_messages.send(service.connection, member.user_id, message)
    return await (await member.press(member.inbox()[-1], label)).wait_until_settled()


async def test_an_act_is_ratified_by_two_from_the_notices_that_ask_them(service: DiscordService) -> None:
    """P-7.2, P-7.3"""
    await service.press(DMITRI, await acted(service), "Act now")
    (case,) = await service.cases()
    own = await pressed(service, DMITRI, ButtonAction.RATIFY, case.code_name, "Ratify …")
    assert "Nobody reviews their own act" in (await service.submit(DMITRI, own, days="30", reason="")).text
    form = await pressed(service, AMARA, ButtonAction.RATIFY, case.code_name, "Ratify …")
    assert "a whole number of days" in (await service.submit(AMARA, form, days="soon", reason="")).text
    again = await pressed(service, AMARA, ButtonAction.RATIFY, case.code_name, "Ratify …")
    await service.submit(AMARA, again, days="30", reason="")
    form = await pressed(service, BRUNO, ButtonAction.RATIFY, case.code_name, "Ratify …")
    assert "was ratified" in (await service.submit(BRUNO, form, days="30", reason="It was needed.")).text


async def test_an_act_is_reversed_from_a_notice_only_once_the_form_was_sent(service: DiscordService) -> None:
    """P-7.3"""
    await service.press(DMITRI, await acted(service), "Act now")
    (case,) = await service.cases()
    forms = [await pressed(service, by, ButtonAction.REVERSE, case.code_name, "Reverse …") for by in (AMARA, BRUNO)]
    assert "does not come back by itself" in forms[0].modal.texts[0] if forms[0].modal else False
    assert "act.was_reversed" not in await service.community.journal_acts()
    await service.submit(AMARA, forms[0], reason="It was not they.")
    assert "was reversed" in (await service.submit(BRUNO, forms[1], reason="It was not they.")).text


async def test_an_act_past_the_brake_waits_for_a_second_member(tmp_path: Path) -> None:
    """P-7.5"""
    policy = read_policy(load_preset("django"))
    one = replace(policy, brake=replace(policy.brake, solo_people=1))
    async with discord_service(tmp_path, policy=one) as service:
        service.community.spaces[FORUM].add("88", "another")
        await service.press(DMITRI, await acted(service), "Act now")
        look = await acted(service, member=None, name="another", name_in="forum")
        assert "Nobody is restricted yet" in (await service.press(DMITRI, look, "Act now")).text
        assert NoticeKind.ACT_TO_CONFIRM in await service.community.notice_kinds_to(ELENI)


async def test_a_member_stops_another(service: DiscordService) -> None:
    """P-7.5"""
    await service.press(DMITRI, await acted(service), "Act now")
    stopped = await service.ask(ELENI, "stop", member=service.member(DMITRI).user_id)
    assert "cannot act alone" in stopped.text
    assert "Of their acts nobody had reviewed 1" in stopped.text
    assert (await service.ask(ELENI, "stop", member=SOMEBODY.native_id)).text == NOTHING_HERE


async def test_the_actor_is_not_shown_when_the_review_of_their_act_is_due(service: DiscordService) -> None:
    """P-4.4: an earlier hour than usual would tell them that a case concerns them."""
    await service.press(DMITRI, await acted(service), "Act now")
    (case,) = await service.cases()
    for command, options in (("case", {"case": case.code_name}), ("todo", {})):
        assert "review of the act" not in (await service.ask(DMITRI, command, **options)).text
        assert "reviews it" not in (await service.ask(DMITRI, command, **options)).text
    assert "review of the act" in (await service.ask(AMARA, "case", case=case.code_name)).text
    assert [
        p
        for p in (await service.community.read_case(DMITRI, case.code_name)).deadlines
        if p.kind is DeadlineKind.REVIEW
    ] == []
