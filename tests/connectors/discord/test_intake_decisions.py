"""Deciding, carrying out, and acting at once on Discord: each step by a button, and each refusal in words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.emulators.discord.client_screen import Screen
from connectors.emulators.shared.control import Declined
from guardian.cases.case import CaseState
from guardian.cases.deadlines import DeadlineKind
from guardian.notices.models import NoticeKind
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    ELENI,
    FARID,
    FORUM,
    GRETA,
    HIROSHI,
    SOMEBODY,
)
from tests.connectors.discord.service import NOTHING_HERE, DiscordService, discord_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


# -- deciding


async def test_a_proposal_is_agreed_by_buttons_and_enacted_after_one_look(service: DiscordService) -> None:
    """P-5.1, P-5.5, P-6.7"""
    case, person = await service.a_case()
    made = await service.propose(case)
    assert "a short suspension: suspended in all spaces, for 30 days" in made.text
    service.community.pass_time(timedelta(hours=1))
    await service.vote_for(case)
    assert (await service.case_named(case)).state is CaseState.AGREED
    early = await service.ask(BRUNO, "enact", case=case)
    assert "Still missing" in early.text
    assert "hearing the person" in early.text
    await service.skip(case, "hearing", "feedback")
    look = await service.ask(BRUNO, "enact", case=case)
    assert "the person will not learn what it is that they did" in look.text
    for shown in ("discord: will hold", "forum: no account known", "github: no account known"):
        assert shown in look.text
    assert "Nothing was done" in (await service.press(BRUNO, look, "Not yet")).text
    assert (await service.case_named(case)).state is CaseState.AGREED
    assert "is in force" in (await service.press(BRUNO, look, "Enact without it")).text
    assert (await service.case_named(case)).state is CaseState.IN_FORCE
    assert f"{person} ({case}): suspended, until" in (await service.ask(FARID, "sanctions")).text


async def test_enacting_twice_by_the_same_button_enacts_once(service: DiscordService) -> None:
    case, _ = await service.a_case()
    await service.propose(case)
    await service.vote_for(case)
    await service.skip(case, "hearing", "feedback")
    look = await service.ask(BRUNO, "enact", case=case)
    await service.press(BRUNO, look, "Enact without it")
    second = await service.press(BRUNO, look, "Enact without it")
    assert "is in force" not in second.text
    assert (await service.community.journal_acts()).count("decision.was_enacted") == 1


async def test_an_objection_asks_for_its_reason_and_counts(service: DiscordService) -> None:
    """P-5.1"""
    case, _ = await service.a_case()
    await service.propose(case)
    form = await service.press(DMITRI, await service.ask(DMITRI, "case", case=case), "Object")
    with pytest.raises(Declined):
        await service.submit(DMITRI, form, reason="")
    screen = await service.submit(DMITRI, form, reason="Thirty days is too long.")
    assert "1 agree, 1 object" in screen.text
    assert "Thirty days" not in screen.text


async def test_a_mark_makes_a_proposal_severe(service: DiscordService) -> None:
    """P-5.1"""
    case, _ = await service.a_case()
    await service.propose(case, outcome="warning", days=None)
    screen = await service.press(DMITRI, await service.ask(DMITRI, "case", case=case), "Mark severe")
    assert "It counts as severe" in screen.text


async def test_a_proposal_is_taken_back_by_whoever_made_it(service: DiscordService) -> None:
    case, _ = await service.a_case()
    await service.propose(case)
    assert "taken back" in (await service.press(AMARA, await service.ask(AMARA, "case", case=case), "Take back")).text
    assert (await service.case_named(case)).state is CaseState.OPEN


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"outcome": "short_suspension"}, "lasts 30 to 90 days"),
        ({"outcome": "short_suspension", "days": 3650}, "lasts 30 to 90 days"),
        ({"outcome": "permanent_ban", "days": 30}, "has no end"),
        ({"outcome": "warning", "days": 30}, "restricts nobody"),
        ({"outcome": "mute"}, "needs a term"),
        ({"outcome": "mute", "days": 7, "spaces": "moon"}, "no space called moon"),
        ({"outcome": "return"}, "request to return"),
        ({"outcome": "warning", "person": "never-there"}, NOTHING_HERE),
    ],
)
async def test_a_proposal_that_may_not_be_is_refused_in_words(
    service: DiscordService, options: dict[str, Any], why: str
) -> None:
    """P-5.2, P-5.3"""
    case, _ = await service.a_case()
    refused = await service.propose(case, **{"days": None, **options})
    assert why in refused.text
    assert (await service.case_named(case)).state is CaseState.OPEN


async def test_a_case_is_closed_with_a_review_date_and_opened_again(service: DiscordService) -> None:
    """P-5.8"""
    case, _ = await service.a_case()
    await service.propose(case, outcome="no_violation", days=None)
    await service.vote_for(case)
    await service.skip(case, "hearing", "feedback")
    await service.press(BRUNO, await service.ask(BRUNO, "enact", case=case), "Enact without it")
    assert "year-month-day" in (await service.ask(AMARA, "close", case=case, review_on="soon")).text
    form = await service.ask(AMARA, "close", case=case, review_on="2026-09-01")
    await service.submit(AMARA, form, outcome="No violation was found.")
    closed = await service.case_named(case)
    assert closed.state is CaseState.CLOSED
    assert closed.review_on is not None
    assert closed.review_on.date().isoformat() == "2026-09-01"
    await service.ask(BRUNO, "reopen", case=case, reason="A witness came forward.")
    assert (await service.case_named(case)).state is CaseState.OPEN


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


async def test_an_act_is_accounted_for_and_ratified_by_two(service: DiscordService) -> None:
    """P-7.2, P-7.3"""
    await service.press(DMITRI, await acted(service), "Act now")
    (case,) = await service.cases()
    form = await service.ask(DMITRI, "account", case=case.code_name)
    assert "Your account is with the case" in (await service.submit(DMITRI, form, text="I saw it at noon.")).text
    own = await service.ask(DMITRI, "review", case=case.code_name, answer="ratify", days=30)
    assert "Nobody reviews their own act" in own.text
    assert "Name a term" in (await service.ask(AMARA, "review", case=case.code_name, answer="ratify")).text
    await service.ask(AMARA, "review", case=case.code_name, answer="ratify", days=30)
    last = await service.ask(BRUNO, "review", case=case.code_name, answer="ratify", days=30)
    assert "was ratified" in last.text


async def test_only_the_actor_gives_the_account_of_an_act(service: DiscordService) -> None:
    """P-7.2"""
    await service.press(DMITRI, await acted(service), "Act now")
    (case,) = await service.cases()
    form = await service.ask(AMARA, "account", case=case.code_name)
    assert (await service.submit(AMARA, form, text="I heard of it.")).text == NOTHING_HERE


async def test_an_act_past_the_brake_waits_for_a_second_members_button(tmp_path: Path) -> None:
    """P-7.5"""
    policy = read_policy(load_preset("django"))
    one = replace(policy, brake=replace(policy.brake, solo_people=1))
    async with discord_service(tmp_path, policy=one) as service:
        service.community.spaces[FORUM].add("88", "another")
        await service.press(DMITRI, await acted(service), "Act now")
        look = await acted(service, member=None, name="another", name_in="forum")
        assert "Nobody is restricted yet" in (await service.press(DMITRI, look, "Act now")).text
        held = (await service.cases())[-1].code_name
        screen = await service.ask(ELENI, "case", case=held)
        assert "It is being placed now" in (await service.press(ELENI, screen, "Agree to the act")).text


async def test_a_member_stops_another_and_a_third_looks_at_it(service: DiscordService) -> None:
    """P-7.5"""
    await service.press(DMITRI, await acted(service), "Act now")
    stopped = await service.ask(ELENI, "stop", member=service.member(DMITRI).user_id)
    assert "cannot act alone" in stopped.text
    assert "Of their acts nobody had reviewed 1" in stopped.text
    look = await service.ask(AMARA, "review-stop", member=service.member(DMITRI).user_id, stands=True)
    assert "Your answer counts" in look.text
    assert (await service.ask(AMARA, "review-stop", member=A_REPORTER.native_id, stands=True)).text == NOTHING_HERE
    assert (await service.ask(ELENI, "stop", member=SOMEBODY.native_id)).text == NOTHING_HERE


# -- the Board


async def test_the_boards_answer_is_seen_and_confirmed_by_a_second_of_the_board(service: DiscordService) -> None:
    """P-8.4"""
    case = await service.community.a_case(named_members=(AMARA, BRUNO, DMITRI, ELENI, FARID))
    assert case.board_only
    form = await service.ask(CHIARA, "board-answer", case=case.code_name, outcome="no_action")
    assert "second member of the Board" in (await service.submit(CHIARA, form, summary="Looked at.")).text
    own = await service.ask(CHIARA, "board-answer", case=case.code_name)
    assert [message.buttons for message in own.messages] == [()]
    other = await service.ask(GRETA, "board-answer", case=case.code_name)
    assert "no action" in other.text
    assert "Looked at" not in other.text
    assert "Read its words first" in other.text
    late = await service.ask(HIROSHI, "board-answer", case=case.code_name)
    assert "Confirmed" in (await service.press(GRETA, other, "Confirm")).text
    assert "no answer of the Board" in (await service.press(HIROSHI, late, "Confirm")).text


async def test_the_actor_is_not_shown_when_the_review_of_their_act_is_due(service: DiscordService) -> None:
    """P-4.4: an earlier hour than usual would tell them that a case concerns them."""
    await service.press(DMITRI, await acted(service), "Act now")
    (case,) = await service.cases()
    for command, options in (("case", {"case": case.code_name}), ("cases", {})):
        assert "review of the act" not in (await service.ask(DMITRI, command, **options)).text
        assert "reviews it" not in (await service.ask(DMITRI, command, **options)).text
    assert "review of the act" in (await service.ask(AMARA, "case", case=case.code_name)).text
    assert [
        p
        for p in (await service.community.read_case(DMITRI, case.code_name)).deadlines
        if p.kind is DeadlineKind.REVIEW
    ] == []
