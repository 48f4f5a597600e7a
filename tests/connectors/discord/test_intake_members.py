"""Members' commands on Discord: answers for them alone, code names and clocks only, and one answer for what is not theirs."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from guardian.cases.procedure import StepState
from guardian.services.cases.overview import case_overview
from guardian.services.operations import deadline_runner
from guardian.services.sign_in.links import open_link
from rules.procedure import Step
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DISCORD,
    DMITRI,
    ELENI,
    FARID,
    FORUM,
    INES,
    SOMEBODY,
    TEXT,
)
from tests.connectors.discord.service import NOTHING_HERE, DiscordService, discord_service

ALL_COMMANDS: dict[str, dict[str, Any]] = {
    "case": {"case": "CASE"},
    "take": {"case": "CASE"},
    "hand-over": {"case": "CASE", "member": "Bruno Keller"},
    "person": {"case": "CASE", "who": "grumbler", "space": "discord"},
    "accounts": {"case": "CASE"},
    "link": {"person": "PERSON", "space": "discord", "who": "grumbler", "evidence": "I saw it."},
    "recuse": {"case": "CASE", "reason": "involved"},
    "hold-out-decision": {"case": "CASE", "member": "Bruno Keller", "takes_part": True, "reason": "No part in it."},
    "raise-conflict": {"case": "CASE", "member": "Bruno Keller", "reason": "involved"},
    "conflict-decision": {"case": "CASE"},
    "mark": {"case": "CASE", "at_risk": True, "reason": "They were threatened."},
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
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


def filled(options: dict[str, Any], case: str, person: str) -> dict[str, Any]:
    named = {"CASE": case, "PERSON": person}
    return {key: named.get(value, value) for key, value in options.items()}


# -- who is answered, and how


async def test_somebody_without_authority_gets_the_answer_for_a_name_that_does_not_exist(
    service: DiscordService,
) -> None:
    """P-4.2"""
    case, person = await service.a_case()
    before = await service.community.journal_acts()
    for command, options in ALL_COMMANDS.items():
        screen = await (await service.reporter.command(command, **filled(options, case, person))).wait_until_settled()
        assert (command, screen.text, screen.modal) == (command, NOTHING_HERE, None)
        assert [message.ephemeral for message in screen.messages] == [True]
    assert await service.community.journal_acts() == before


async def test_a_member_whom_the_case_concerns_gets_the_answer_for_a_name_that_does_not_exist(
    service: DiscordService,
) -> None:
    """P-2.5, P-4.2"""
    case, person = await service.community.a_named_case(named_members=(ELENI,))
    before = await service.community.journal_acts()
    for command, options in ALL_COMMANDS.items():
        real = await service.ask(ELENI, command, **filled(options, case.code_name, person))
        invented = await service.ask(ELENI, command, **filled(options, "quite-invented", "never-there"))
        assert (command, real.text, real.modal) == (command, invented.text, invented.modal)
    assert await service.community.journal_acts() == before


async def test_a_case_is_shown_by_code_names_and_clocks_and_nothing_of_the_report(service: DiscordService) -> None:
    """P-10.3"""
    case, person = await service.a_case()
    screen = await service.ask(BRUNO, "case", case=case)
    assert [message.ephemeral for message in screen.messages] == [True]
    for shown in (case, person, "open", "first answer to the reporter: <t:1772528400:f>"):
        assert shown in screen.text
    for secret in (TEXT, "grumbler", SOMEBODY.native_id, A_REPORTER.native_id):
        assert secret not in screen.text


async def test_the_reading_link_of_a_case_opens_it(service: DiscordService) -> None:
    case, _ = await service.a_case()
    screen = await service.ask(BRUNO, "case", case=case.upper().replace("-", " "))
    secret = screen.text.split("/console/sign-in/", 1)[1].split(">", 1)[0]
    assert (await open_link(service.app, secret)).code_name == case


async def test_the_list_of_cases_has_no_line_for_a_case_that_concerns_the_asker(service: DiscordService) -> None:
    """P-4.2"""
    one = await service.community.a_case()
    await service.community.a_case(named_members=(ELENI,))
    assert (await service.ask(ELENI, "cases")).text.count("•") == 1
    assert one.code_name in (await service.ask(ELENI, "cases")).text
    assert (await service.ask(DMITRI, "cases")).text.count("•") == 2


async def test_a_recused_member_sees_that_the_case_exists_and_no_clock(service: DiscordService) -> None:
    """P-4.2"""
    case, _ = await service.a_case()
    await service.ask(ELENI, "recuse", case=case, reason="same_employer")
    assert (await service.ask(ELENI, "cases")).text == f"• {case}: open (you stepped back)"
    assert (await service.ask(ELENI, "case", case=case)).text == NOTHING_HERE


async def test_a_button_of_before_works_after_a_restart_and_asks_for_permission_anew(service: DiscordService) -> None:
    case, _ = await service.a_case()
    await service.propose(case)
    screens = [await service.ask(member, "case", case=case) for member in (BRUNO, ELENI)]
    await service.ask(ELENI, "recuse", case=case, reason="involved")
    await service.restart()
    assert "Your answer counts" in (await service.press(BRUNO, screens[0], "Agree")).text
    assert (await service.press(ELENI, screens[1], "Agree")).text == NOTHING_HERE


async def test_a_command_from_a_member_who_has_left_is_a_strangers(service: DiscordService) -> None:
    """P-1.2"""
    case, _ = await service.a_case()
    await service.community.change_member(FARID, ended_at=service.community.clock.now())
    assert (await service.ask(FARID, "case", case=case)).text == NOTHING_HERE


async def test_a_name_that_is_none_is_answered_so_and_nothing_is_done(service: DiscordService) -> None:
    before = await service.community.journal_acts()
    for name in (" ", "|", "a|b|c", "x" * 500, "nobody-knows-it", "' OR 1=1 --", "\u202ename"):
        for command in (*ALL_COMMANDS, "account"):
            options = filled(ALL_COMMANDS.get(command, {"case": "CASE"}), name, name)
            screen = await service.ask(AMARA, command, **options)
            if screen.modal is not None:
                screen = await service.submit(AMARA, screen, text="I saw it.")
            assert (command, name, screen.text) == (command, name, _refusal(command))
    assert await service.community.journal_acts() == before


async def test_half_a_character_is_answered_so_and_nothing_is_done(service: DiscordService) -> None:
    """JSON can carry halves of characters, and nothing can store them."""
    before = await service.community.journal_acts()
    for command, options in ALL_COMMANDS.items():
        screen = await service.ask(AMARA, command, **filled(options, "\ud83d", "\ud83d"))
        assert (command, "half a character" in screen.text or screen.text == _refusal(command)) == (command, True)
    assert await service.community.journal_acts() == before


def _refusal(command: str) -> str:
    """Recording for the Board is not the chair's, whatever the name."""
    return "This step belongs to others: your role does not include it." if "motion" in command else NOTHING_HERE


# -- taking, naming, linking


async def test_taking_a_case_of_danger_ends_the_calls(service: DiscordService) -> None:
    """P-3.6"""
    case = await service.community.a_case(danger=True)
    screen = await service.press(DMITRI, await service.ask(DMITRI, "case", case=case.code_name), "I have it")
    assert case.code_name in screen.text
    assert "in hand already" in (await service.ask(BRUNO, "take", case=case.code_name)).text


async def test_naming_a_person_answers_with_their_code_name_and_not_their_handle(service: DiscordService) -> None:
    """P-3.1"""
    case = (await service.community.a_case(who="grumbler")).code_name
    service.community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    screen = await service.ask(AMARA, "person", case=case, who="grumbler", space="discord")
    (code_name,) = (await service.community.read_case(AMARA, case)).people
    assert code_name.code_name in screen.text
    assert "grumbler" not in screen.text
    assert "Nobody is found" in (await service.ask(AMARA, "person", case=case, who="nobody", space="forum")).text


async def test_a_link_binds_by_a_second_members_button_and_not_by_the_first_ones(service: DiscordService) -> None:
    """P-6.4"""
    case, person = await service.a_case()
    service.community.spaces[FORUM].add("77", "otherself")
    first = await service.ask(AMARA, "link", person=person, space="forum", who="otherself", evidence="They said so.")
    assert "until a second member has read the evidence" in first.text
    own = await service.ask(AMARA, "accounts", case=case)
    other = await service.ask(BRUNO, "accounts", case=case)
    assert [message.buttons for message in own.messages] == [()]
    assert "otherself" not in own.text + other.text
    assert "Read the evidence first" in (await service.press(BRUNO, other, "Confirm link 1")).text
    await service.community.read_case(BRUNO, case)
    assert "Confirmed" in (await service.press(BRUNO, other, "Confirm link 1")).text
    assert "already" in (await service.press(BRUNO, other, "Confirm link 1")).text


async def test_a_wrong_link_is_undone_and_what_would_hold_is_said_without_naming_anybody(
    service: DiscordService,
) -> None:
    """P-3.1, P-6.4, P-6.7"""
    case, person = await service.a_case()
    service.community.spaces[FORUM].add("77", "otherself")
    await service.ask(AMARA, "link", person=person, space="forum", who="otherself", evidence="They said so.")
    before = (await service.ask(BRUNO, "coverage", case=case)).text
    assert "forum: no account known" in before
    assert "Not reached: 1 more" in before
    await service.community.read_case(BRUNO, case)
    await service.press(BRUNO, await service.ask(BRUNO, "accounts", case=case), "Confirm link 1")
    assert "forum: will hold" in (await service.ask(BRUNO, "coverage", case=case)).text
    done = (await service.ask(BRUNO, "unlink", person=person, space="forum", reason="They are two people.")).text
    assert "Undone" in done
    assert "otherself" not in before + done
    assert (
        "Give this code" in (await service.ask(BRUNO, "challenge", person=person, space="forum", who="otherself")).text
    )


async def test_a_link_without_evidence_is_refused(service: DiscordService) -> None:
    _, person = await service.a_case()
    service.community.spaces[FORUM].add("77", "otherself")
    screen = await service.ask(AMARA, "link", person=person, space="forum", who="otherself", evidence=" ")
    assert "how you know" in screen.text


async def test_a_chair_lets_somebody_in_who_was_held_out(service: DiscordService) -> None:
    """P-2.5"""
    case = await service.community.a_case(what_happened="Farid was there as well. Somebody insulted me.")
    options = {"case": case.code_name, "member": "Farid Haddad", "takes_part": True, "reason": "Only a witness."}
    if "take part" not in (await service.ask(AMARA, "hold-out-decision", **options)).text:
        pytest.fail("nobody was held out")
    assert case.code_name in (await service.ask(FARID, "case", case=case.code_name)).text


# -- hearing, skipping, drafts


async def test_the_hearing_begins_by_the_button(service: DiscordService) -> None:
    """P-3.5"""
    case, _ = await service.a_case()
    asked = await service.press(AMARA, await service.ask(AMARA, "case", case=case), "Begin the hearing")
    form = await service.press(AMARA, asked, "Say what was reported")
    await service.submit(AMARA, form, text="Shouted at people who asked for help.", person="")
    await service.press(BRUNO, await service.ask(BRUNO, "read-draft", case=case), "Approve text 1")
    screen = await service.press(AMARA, await service.ask(AMARA, "case", case=case), "Begin the hearing")
    assert "The hearing in" in screen.text
    known = dict((await case_overview(service.app, AMARA, case)).steps)
    assert known[Step.HEARING] is StepState.UNDER_WAY
    assert "written to already" in (await service.ask(AMARA, "hear", case=case)).text


async def test_a_step_is_skipped_by_two_members_and_not_by_one(service: DiscordService) -> None:
    """P-5.5"""
    case, _ = await service.a_case()
    await service.ask(AMARA, "skip", case=case, step="hearing", reason="They have left.")
    assert "second member" in (await service.ask(AMARA, "second-skip", case=case, step="hearing")).text
    screen = await service.ask(BRUNO, "case", case=case)
    assert "is skipped" in (await service.press(BRUNO, screen, "Agree to skip hearing the person")).text


async def test_a_draft_is_approved_by_a_second_member_and_never_shown_on_discord(service: DiscordService) -> None:
    """P-5.6"""
    case, _ = await service.a_case()
    text = "We have your report and look at it this week."
    form = await service.ask(AMARA, "draft", case=case, kind="answer")
    written = await service.submit(AMARA, form, text=text)
    assert "second member reads it" in written.text
    own, other = [await service.ask(member, "read-draft", case=case) for member in (AMARA, BRUNO)]
    assert text not in written.text + own.text + other.text
    assert "/console/sign-in/" in other.text
    assert "Approved" not in (await service.press(AMARA, own, "Approve text 1")).text
    assert "Approved" in (await service.press(BRUNO, other, "Approve text 1")).text


async def test_a_text_that_is_not_taken_comes_back_as_a_file(service: DiscordService) -> None:
    case = (await service.community.a_case()).code_name
    form = await service.ask(AMARA, "draft", case=case, kind="decision")
    refused = await service.submit(AMARA, form, text="What you wrote hurt somebody.")
    assert refused.message is not None
    assert [file.text for file in refused.message.files] == ["What you wrote hurt somebody."]


# -- what else there is to see


async def test_a_moderator_sees_no_cases(service: DiscordService) -> None:
    case, _ = await service.a_case()
    one = await service.ask(INES, "case", case=case)
    other = await service.ask(INES, "case", case="quite-invented")
    assert one.text == other.text
    assert case not in (await service.ask(INES, "cases")).text


async def test_a_deadline_that_passes_leaves_the_clocks_of_a_case_in_order(service: DiscordService) -> None:
    case, _ = await service.a_case()
    service.community.pass_time(timedelta(days=2))
    await deadline_runner.run_due(service.app)
    text = (await service.ask(AMARA, "case", case=case)).text
    assert text.index("first answer") < text.index("fuller answer")
