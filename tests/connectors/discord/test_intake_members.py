"""Members' commands on Discord: answers for them alone, code names and clocks only, and one answer for what is not theirs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.discord.emulator.screen import Screen
from connectors.emulation.control import Declined
from guardian.cases.values import Case, CaseState, StepKind, StepState
from guardian.desk import deadlines
from guardian.desk.hearing import steps
from guardian.desk.reading import open_session, read
from guardian.notices.values import NoticeKind
from guardian.policy_file import read_policy
from guardian.presets import preset
from tests.builders.desk import (
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
    INES,
    SOMEBODY,
    TEXT,
)
from tests.connectors.discord.served import NOTHING_HERE, Served, served

ALL_COMMANDS: dict[str, dict[str, Any]] = {
    "case": {"case": "CASE"},
    "take": {"case": "CASE"},
    "hand-over": {"case": "CASE", "member": "Bruno Keller"},
    "person": {"case": "CASE", "who": "grumbler", "space": "discord"},
    "accounts": {"case": "CASE"},
    "link": {"person": "PERSON", "space": "discord", "who": "grumbler", "evidence": "I saw it."},
    "recuse": {"case": "CASE", "reason": "involved"},
    "hold-out-decision": {"case": "CASE", "member": "Bruno Keller", "takes_part": True, "reason": "No part in it."},
    "hear": {"case": "CASE"},
    "skip": {"case": "CASE", "step": "hearing", "reason": "They left."},
    "second-skip": {"case": "CASE", "step": "hearing"},
    "propose": {"case": "CASE", "outcome": "warning"},
    "draft": {"case": "CASE", "kind": "answer"},
    "read-draft": {"case": "CASE"},
    "preview": {"case": "CASE"},
    "enact": {"case": "CASE"},
    "second-act": {"case": "CASE"},
    "review": {"case": "CASE", "answer": "reverse"},
    "board-answer": {"case": "CASE", "outcome": "no_action"},
    "motion": {"case": "CASE", "granted": True},
    "confirm-motion": {"case": "CASE"},
    "close": {"case": "CASE"},
    "reopen": {"case": "CASE", "reason": "Something new."},
    "return": {"person": "PERSON"},
}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as made:
        yield made


async def a_case(service: Served) -> tuple[str, str]:
    """A case about a person whom the report names, by its code name and theirs."""
    case, person = await service.community.a_named_case(reporter=A_REPORTER)
    return case.code_name, person


async def found(service: Served, code_name: str) -> Case:
    async with service.community.works.look() as view:
        case = await view.cases.case_named(code_name)
    assert case is not None
    return case


async def proposed(service: Served, case: str, **options: Any) -> Screen:
    """A proposal of the chair's."""
    chosen = {"outcome": "short_suspension", "days": 30, **options}
    form = await service.ask(AMARA, "propose", case=case, **chosen)
    return await service.submit(AMARA, form, summary="Insults in the help channel.")


async def agreed(service: Served, case: str) -> None:
    """Everybody in the group has agreed to a short suspension, and nobody waits for a hearing or views any more."""
    await proposed(service, case)
    for member in (BRUNO, CHIARA, DMITRI, ELENI, FARID):
        await service.press(member, await service.ask(member, "case", case=case), "Agree")
    for step in ("hearing", "feedback"):
        await service.ask(AMARA, "skip", case=case, step=step, reason="They have left for good.")
        await service.ask(BRUNO, "second-skip", case=case, step=step)


def filled(options: dict[str, Any], case: str, person: str) -> dict[str, Any]:
    named = {"CASE": case, "PERSON": person}
    return {key: named.get(value, value) for key, value in options.items()}


# -- who is answered, and how


async def test_somebody_without_authority_gets_the_answer_for_a_name_that_does_not_exist(service: Served) -> None:
    """P-4.2"""
    case, person = await a_case(service)
    before = await service.community.journalled()
    for command, options in ALL_COMMANDS.items():
        screen = await (await service.reporter.command(command, **filled(options, case, person))).settled()
        assert (command, screen.text, screen.modal) == (command, NOTHING_HERE, None)
        assert [message.ephemeral for message in screen.messages] == [True]
    assert await service.community.journalled() == before


async def test_a_member_whom_the_case_concerns_gets_the_answer_for_a_name_that_does_not_exist(service: Served) -> None:
    """P-2.5, P-4.2"""
    case, person = await service.community.a_named_case(names_members=(ELENI,))
    before = await service.community.journalled()
    for command, options in ALL_COMMANDS.items():
        real = await service.ask(ELENI, command, **filled(options, case.code_name, person))
        invented = await service.ask(ELENI, command, **filled(options, "quite-invented", "never-there"))
        assert (command, real.text, real.modal) == (command, invented.text, invented.modal)
    assert await service.community.journalled() == before


async def test_a_case_is_shown_by_code_names_and_clocks_and_nothing_of_the_report(service: Served) -> None:
    """P-10.3"""
    case, person = await a_case(service)
    screen = await service.ask(BRUNO, "case", case=case)
    assert [message.ephemeral for message in screen.messages] == [True]
    for shown in (case, person, "open", "first answer to the reporter: 3 March 2026, 09:00 UTC"):
        assert shown in screen.text
    for secret in (TEXT, "grumbler", SOMEBODY.native_id, A_REPORTER.native_id):
        assert secret not in screen.text


async def test_the_reading_link_of_a_case_opens_it(service: Served) -> None:
    case, _ = await a_case(service)
    screen = await service.ask(BRUNO, "case", case=case.upper().replace("-", " "))
    token = screen.text.split("/read/", 1)[1].split(">", 1)[0]
    seen = await read(service.desk, await open_session(service.desk, token))
    assert seen.case.code_name == case


async def test_the_list_of_cases_has_no_line_for_a_case_that_concerns_the_asker(service: Served) -> None:
    """P-4.2"""
    one = await service.community.a_case()
    await service.community.a_case(names_members=(ELENI,))
    assert (await service.ask(ELENI, "cases")).text.count("•") == 1
    assert one.code_name in (await service.ask(ELENI, "cases")).text
    assert (await service.ask(DMITRI, "cases")).text.count("•") == 2


async def test_a_recused_member_sees_that_the_case_exists_and_no_clock(service: Served) -> None:
    """P-4.2"""
    case, _ = await a_case(service)
    await service.ask(ELENI, "recuse", case=case, reason="same_employer")
    assert (await service.ask(ELENI, "cases")).text == f"• {case}: open (you stepped back)"
    assert (await service.ask(ELENI, "case", case=case)).text == NOTHING_HERE


async def test_a_button_of_before_works_after_a_restart_and_asks_for_permission_anew(service: Served) -> None:
    case, _ = await a_case(service)
    await proposed(service, case)
    screens = [await service.ask(member, "case", case=case) for member in (BRUNO, ELENI)]
    await service.ask(ELENI, "recuse", case=case, reason="involved")
    await service.restart()
    assert "Your answer counts" in (await service.press(BRUNO, screens[0], "Agree")).text
    assert (await service.press(ELENI, screens[1], "Agree")).text == NOTHING_HERE


async def test_a_command_from_a_member_who_has_left_is_a_strangers(service: Served) -> None:
    """P-1.2"""
    case, _ = await a_case(service)
    await service.community.change(FARID, ended_at=service.community.clock.now())
    assert (await service.ask(FARID, "case", case=case)).text == NOTHING_HERE


async def test_a_name_that_is_none_is_answered_so_and_nothing_is_done(service: Served) -> None:
    before = await service.community.journalled()
    for name in (" ", "|", "a|b|c", "x" * 500, "nobody-knows-it", "' OR 1=1 --", "\u202ename"):
        for command in (*ALL_COMMANDS, "account"):
            options = filled(ALL_COMMANDS.get(command, {"case": "CASE"}), name, name)
            screen = await service.ask(AMARA, command, **options)
            if screen.modal is not None:
                screen = await service.submit(AMARA, screen, text="I saw it.")
            assert (command, name, screen.text) == (command, name, _refusal(command))
    assert await service.community.journalled() == before


def _refusal(command: str) -> str:
    """Recording for the Board is not the chair's, whatever the name."""
    return "This step belongs to others: your role does not include it." if "motion" in command else NOTHING_HERE


# -- taking, naming, linking


async def test_taking_a_case_of_danger_ends_the_calls(service: Served) -> None:
    """P-3.6"""
    case = await service.community.a_case(danger=True)
    screen = await service.press(DMITRI, await service.ask(DMITRI, "case", case=case.code_name), "I have it")
    assert case.code_name in screen.text
    assert "in hand already" in (await service.ask(BRUNO, "take", case=case.code_name)).text


async def test_naming_a_person_answers_with_their_code_name_and_not_their_handle(service: Served) -> None:
    """P-3.1"""
    case = (await service.community.a_case(who="grumbler")).code_name
    service.community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    screen = await service.ask(AMARA, "person", case=case, who="grumbler", space="discord")
    (code_name,) = (await service.community.read(AMARA, case)).people
    assert code_name.code_name in screen.text
    assert "grumbler" not in screen.text
    assert "Nobody is found" in (await service.ask(AMARA, "person", case=case, who="nobody", space="forum")).text


async def test_a_link_binds_by_a_second_members_button_and_not_by_the_first_ones(service: Served) -> None:
    """P-6.4"""
    case, person = await a_case(service)
    service.community.spaces[FORUM].add("77", "otherself")
    first = await service.ask(AMARA, "link", person=person, space="forum", who="otherself", evidence="They said so.")
    assert "until a second member agrees" in first.text
    own = await service.ask(AMARA, "accounts", case=case)
    other = await service.ask(BRUNO, "accounts", case=case)
    assert [message.buttons for message in own.messages] == [()]
    assert "otherself" not in own.text + other.text
    assert "Confirmed" in (await service.press(BRUNO, other, "Confirm link 1")).text
    assert "already" in (await service.press(BRUNO, other, "Confirm link 1")).text


async def test_a_link_without_evidence_is_refused(service: Served) -> None:
    _, person = await a_case(service)
    service.community.spaces[FORUM].add("77", "otherself")
    screen = await service.ask(AMARA, "link", person=person, space="forum", who="otherself", evidence=" ")
    assert "how you know" in screen.text


async def test_a_chair_lets_somebody_in_who_was_held_out(service: Served) -> None:
    """P-2.5"""
    case = await service.community.a_case(what_happened="Farid was there as well. Somebody insulted me.")
    options = {"case": case.code_name, "member": "Farid Haddad", "takes_part": True, "reason": "Only a witness."}
    if "take part" not in (await service.ask(AMARA, "hold-out-decision", **options)).text:
        pytest.fail("nobody was held out")
    assert case.code_name in (await service.ask(FARID, "case", case=case.code_name)).text


# -- hearing, skipping, drafts


async def test_the_hearing_begins_by_the_button(service: Served) -> None:
    """P-3.5"""
    case, _ = await a_case(service)
    screen = await service.press(AMARA, await service.ask(AMARA, "case", case=case), "Begin the hearing")
    assert "The hearing in" in screen.text
    known = {step.kind: step.state for step in await steps(service.desk, AMARA, case)}
    assert known[StepKind.HEARING] is StepState.UNDER_WAY
    assert "written to already" in (await service.ask(AMARA, "hear", case=case)).text


async def test_a_step_is_skipped_by_two_members_and_not_by_one(service: Served) -> None:
    """P-5.5"""
    case, _ = await a_case(service)
    await service.ask(AMARA, "skip", case=case, step="hearing", reason="They have left.")
    assert "second member" in (await service.ask(AMARA, "second-skip", case=case, step="hearing")).text
    screen = await service.ask(BRUNO, "case", case=case)
    assert "is skipped" in (await service.press(BRUNO, screen, "Agree to skip hearing the person")).text


async def test_a_draft_is_approved_by_a_second_member_and_never_shown_on_discord(service: Served) -> None:
    """P-5.6"""
    case, _ = await a_case(service)
    text = "We have your report and look at it this week."
    form = await service.ask(AMARA, "draft", case=case, kind="answer")
    written = await service.submit(AMARA, form, text=text)
    assert "second member reads it" in written.text
    own, other = [await service.ask(member, "read-draft", case=case) for member in (AMARA, BRUNO)]
    assert text not in written.text + own.text + other.text
    assert "/read/" in other.text
    assert "Approved" not in (await service.press(AMARA, own, "Approve text 1")).text
    assert "Approved" in (await service.press(BRUNO, other, "Approve text 1")).text


async def test_a_text_that_is_not_taken_comes_back_as_a_file(service: Served) -> None:
    case = (await service.community.a_case()).code_name
    form = await service.ask(AMARA, "draft", case=case, kind="decision")
    refused = await service.submit(AMARA, form, text="What you wrote hurt somebody.")
    assert refused.message is not None
    assert [file.text for file in refused.message.files] == ["What you wrote hurt somebody."]


# -- deciding


async def test_a_proposal_is_agreed_by_buttons_and_enacted_after_one_look(service: Served) -> None:
    """P-5.1, P-5.5, P-6.7"""
    case, person = await a_case(service)
    made = await proposed(service, case)
    assert "a short suspension: suspended in all spaces, for 30 days" in made.text
    service.community.later(timedelta(hours=1))
    for member in (BRUNO, CHIARA, DMITRI, ELENI, FARID):
        await service.press(member, await service.ask(member, "case", case=case), "Agree")
    assert (await found(service, case)).state is CaseState.AGREED
    early = await service.ask(BRUNO, "enact", case=case)
    assert "Still missing" in early.text
    assert "hearing the person" in early.text
    for step in ("hearing", "feedback"):
        await service.ask(AMARA, "skip", case=case, step=step, reason="They have left.")
        await service.ask(BRUNO, "second-skip", case=case, step=step)
    look = await service.ask(BRUNO, "enact", case=case)
    for shown in ("discord: will hold", "forum: no account known", "github: no account known"):
        assert shown in look.text
    assert "Nothing was done" in (await service.press(BRUNO, look, "Not yet")).text
    assert (await found(service, case)).state is CaseState.AGREED
    assert "is in force" in (await service.press(BRUNO, look, "Enact now")).text
    assert (await found(service, case)).state is CaseState.IN_FORCE
    assert f"{person} ({case}): suspended, until" in (await service.ask(FARID, "sanctions")).text


async def test_enacting_twice_by_the_same_button_enacts_once(service: Served) -> None:
    case, _ = await a_case(service)
    await agreed(service, case)
    look = await service.ask(BRUNO, "enact", case=case)
    await service.press(BRUNO, look, "Enact now")
    second = await service.press(BRUNO, look, "Enact now")
    assert "is in force" not in second.text
    assert (await service.community.journalled()).count("decision.was_enacted") == 1


async def test_an_objection_asks_for_its_reason_and_counts(service: Served) -> None:
    """P-5.1"""
    case, _ = await a_case(service)
    await proposed(service, case)
    form = await service.press(DMITRI, await service.ask(DMITRI, "case", case=case), "Object")
    with pytest.raises(Declined):
        await service.submit(DMITRI, form, reason="")
    screen = await service.submit(DMITRI, form, reason="Thirty days is too long.")
    assert "1 agree, 1 object" in screen.text
    assert "Thirty days" not in screen.text


async def test_a_mark_makes_a_proposal_severe(service: Served) -> None:
    """P-5.1"""
    case, _ = await a_case(service)
    await proposed(service, case, outcome="warning", days=None)
    screen = await service.press(DMITRI, await service.ask(DMITRI, "case", case=case), "Mark severe")
    assert "It counts as severe" in screen.text


async def test_a_proposal_is_taken_back_by_whoever_made_it(service: Served) -> None:
    case, _ = await a_case(service)
    await proposed(service, case)
    assert "taken back" in (await service.press(AMARA, await service.ask(AMARA, "case", case=case), "Take back")).text
    assert (await found(service, case)).state is CaseState.OPEN


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
    service: Served, options: dict[str, Any], why: str
) -> None:
    """P-5.2, P-5.3"""
    case, _ = await a_case(service)
    refused = await proposed(service, case, **{"days": None, **options})
    assert why in refused.text
    assert (await found(service, case)).state is CaseState.OPEN


async def test_a_case_is_closed_with_a_review_date_and_opened_again(service: Served) -> None:
    """P-5.8"""
    case, _ = await a_case(service)
    await proposed(service, case, outcome="no_violation", days=None)
    for member in (BRUNO, CHIARA, DMITRI, ELENI, FARID):
        await service.press(member, await service.ask(member, "case", case=case), "Agree")
    for step in ("hearing", "feedback"):
        await service.ask(AMARA, "skip", case=case, step=step, reason="Nothing happened.")
        await service.ask(BRUNO, "second-skip", case=case, step=step)
    await service.press(BRUNO, await service.ask(BRUNO, "enact", case=case), "Enact now")
    assert "year-month-day" in (await service.ask(AMARA, "close", case=case, review_on="soon")).text
    form = await service.ask(AMARA, "close", case=case, review_on="2026-09-01")
    await service.submit(AMARA, form, outcome="No violation was found.")
    closed = await found(service, case)
    assert closed.state is CaseState.CLOSED
    assert closed.review_on is not None
    assert closed.review_on.date().isoformat() == "2026-09-01"
    await service.ask(BRUNO, "reopen", case=case, reason="A witness came forward.")
    assert (await found(service, case)).state is CaseState.OPEN


# -- acting at once


async def acted(service: Served, **options: Any) -> Screen:
    """What a member sees after asking to act on somebody on Discord."""
    service.community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    chosen = {"restriction": "suspended", "ground": "ongoing", "reason": "They go on.", "member": SOMEBODY.native_id}
    return await service.ask(DMITRI, "act", **{**chosen, **options})


async def test_an_act_is_shown_in_words_before_it_holds(service: Served) -> None:
    """P-7.1, P-6.7"""
    look = await acted(service, days=3)
    for shown in ("discord: will hold", "forum: no account known", "for 3 days at most", "ends after 14 days"):
        assert shown in look.text
    assert await service.cases() == ()
    done = await service.press(DMITRI, look, "Act now")
    assert "It holds from now on" in done.text
    assert "3 March 2026, 09:00 UTC" in done.text
    assert NoticeKind.ACT_TAKEN in await service.community.kinds_told(AMARA)


async def test_pressing_act_now_twice_acts_once(service: Served) -> None:
    look = await acted(service)
    await service.press(DMITRI, look, "Act now")
    assert "nothing was done" in (await service.press(DMITRI, look, "Act now")).text
    assert len(await service.cases()) == 1


async def test_an_act_that_a_restart_forgot_is_not_done_by_halves(service: Served) -> None:
    look = await acted(service)
    await service.restart()
    assert "nothing was done" in (await service.press(DMITRI, look, "Act now")).text
    assert await service.cases() == ()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"member": None}, "Say whom"),
        ({"member": None, "name": "grumbler"}, "Say whom"),
        ({"name": "grumbler", "space": "forum"}, "not both"),
        ({"member": None, "name": "nobody", "space": "forum"}, "Nobody is found"),
        ({"reason": "  "}, "no text yet"),
        ({"restriction": "muted"}, "github"),
        ({"spaces": "moon"}, "moon"),
    ],
)
async def test_an_act_that_may_not_be_is_refused_before_or_at_the_button(
    service: Served, options: dict[str, Any], why: str
) -> None:
    screen = await acted(service, **options)
    if not any(message.buttons for message in screen.messages):
        assert why in screen.text
    else:
        assert why in (await service.press(DMITRI, screen, "Act now")).text
    assert await service.cases() == ()


async def test_an_act_is_accounted_for_and_ratified_by_two(service: Served) -> None:
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


async def test_only_the_actor_gives_the_account_of_an_act(service: Served) -> None:
    """P-7.2"""
    await service.press(DMITRI, await acted(service), "Act now")
    (case,) = await service.cases()
    form = await service.ask(AMARA, "account", case=case.code_name)
    assert (await service.submit(AMARA, form, text="I heard of it.")).text == NOTHING_HERE


async def test_an_act_past_the_brake_waits_for_a_second_members_button(tmp_path: Path) -> None:
    """P-7.5"""
    policy = read_policy(preset("django"))
    one = replace(policy, brake=replace(policy.brake, solo_people=1))
    async with served(tmp_path, policy=one) as service:
        service.community.spaces[FORUM].add("88", "another")
        await service.press(DMITRI, await acted(service), "Act now")
        look = await acted(service, member=None, name="another", space="forum")
        assert "Nobody is restricted yet" in (await service.press(DMITRI, look, "Act now")).text
        held = (await service.cases())[-1].code_name
        screen = await service.ask(ELENI, "case", case=held)
        assert "It holds from now on" in (await service.press(ELENI, screen, "Agree to the act")).text


async def test_a_member_stops_another_and_a_third_looks_at_it(service: Served) -> None:
    """P-7.5"""
    await service.press(DMITRI, await acted(service), "Act now")
    stopped = await service.ask(ELENI, "stop", member=service.member(DMITRI).user_id)
    assert "cannot act alone" in stopped.text
    assert "1 of their acts" in stopped.text
    look = await service.ask(AMARA, "review-stop", member=service.member(DMITRI).user_id, stands=True)
    assert "Your answer counts" in look.text
    assert (await service.ask(AMARA, "review-stop", member=A_REPORTER.native_id, stands=True)).text == NOTHING_HERE
    assert (await service.ask(ELENI, "stop", member=SOMEBODY.native_id)).text == NOTHING_HERE


# -- the Board


async def test_the_boards_answer_is_seen_and_confirmed_by_a_second_of_the_board(service: Served) -> None:
    """P-8.4"""
    case = await service.community.a_case(names_members=(AMARA, BRUNO, DMITRI, ELENI, FARID))
    assert case.board_only
    form = await service.ask(CHIARA, "board-answer", case=case.code_name, outcome="no_action")
    assert "second member of the Board" in (await service.submit(CHIARA, form, summary="Looked at.")).text
    own = await service.ask(CHIARA, "board-answer", case=case.code_name)
    assert [message.buttons for message in own.messages] == [()]
    other = await service.ask(GRETA, "board-answer", case=case.code_name)
    assert "no action" in other.text
    assert "Looked at" not in other.text
    late = await service.ask(HIROSHI, "board-answer", case=case.code_name)
    assert "Confirmed" in (await service.press(GRETA, other, "Confirm")).text
    assert "no answer of the Board" in (await service.press(HIROSHI, late, "Confirm")).text


async def test_a_moderator_sees_no_cases(service: Served) -> None:
    case, _ = await a_case(service)
    one = await service.ask(INES, "case", case=case)
    other = await service.ask(INES, "case", case="quite-invented")
    assert one.text == other.text
    assert case not in (await service.ask(INES, "cases")).text


async def test_a_deadline_that_passes_leaves_the_clocks_of_a_case_in_order(service: Served) -> None:
    case, _ = await a_case(service)
    service.community.later(timedelta(days=2))
    await deadlines.keep_due(service.desk)
    text = (await service.ask(AMARA, "case", case=case)).text
    assert text.index("first answer") < text.index("fuller answer")
