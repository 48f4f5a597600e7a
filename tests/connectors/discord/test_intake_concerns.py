"""Marks of risk, raised conflicts and repeated deliveries on Discord, each through its command."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors.emulators.discord.client_screen import Screen
from guardian.cases.case import CaseState
from guardian.notices.models import NoticeKind
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI
from tests.connectors.discord.service import NOTHING_HERE, DiscordService, discord_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


async def repeated(service: DiscordService, screen: Screen) -> Screen:
    """The screen after its form has come to the service a second time and was answered again."""
    (before,) = screen.messages
    service.emulator.interactions.redeliver(screen)
    return await screen.wait_until(lambda seen: seen.messages[0] is not before)


async def test_a_case_is_marked_as_a_risk_and_unmarked_with_a_reason(service: DiscordService) -> None:
    """P-3.2"""
    case, _ = await service.a_case()
    assert "count as severe" in (await service.ask(ELENI, "mark", case=case, at_risk=True)).text
    assert (await service.case_named(case)).safety_risk
    assert "why nobody is at risk" in (await service.ask(BRUNO, "mark", case=case, at_risk=False)).text
    unmarked = await service.ask(BRUNO, "mark", case=case, at_risk=False, reason="A misunderstanding.")
    assert "taken back" in unmarked.text
    assert not (await service.case_named(case)).safety_risk


async def test_a_raised_conflict_is_seen_and_decided_by_the_chair(service: DiscordService) -> None:
    """P-4.1"""
    case, _ = await service.a_case()
    options = {"case": case, "member": "Dmitri Volkov", "reason": "same_employer", "note": "The same team."}
    assert "nobody else" in (await service.ask(ELENI, "raise-conflict", **options)).text
    assert case in (await service.ask(DMITRI, "case", case=case)).text
    seen = await service.ask(AMARA, "conflict-decision", case=case)
    for shown in ("Dmitri Volkov", "the same employer", "The same team.", "Eleni Pappas"):
        assert shown in seen.text
    asked = await service.ask(AMARA, "conflict-decision", case=case, member="Dmitri Volkov", reason="So it is.")
    assert "whether they step back" in asked.text
    decided = {"case": case, "member": "Dmitri Volkov", "steps_back": True, "reason": "So it is."}
    assert "any more" in (await service.ask(AMARA, "conflict-decision", **decided)).text
    assert (await service.ask(DMITRI, "case", case=case)).text == NOTHING_HERE


async def test_the_member_in_question_and_the_others_see_no_raised_conflict(service: DiscordService) -> None:
    """P-4.1"""
    case, _ = await service.a_case()
    before = await service.ask(DMITRI, "conflict-decision", case=case)
    await service.ask(ELENI, "raise-conflict", case=case, member="Dmitri Volkov", reason="involved")
    assert (await service.ask(DMITRI, "conflict-decision", case=case)).text == before.text
    assert "Dmitri" not in (await service.ask(BRUNO, "conflict-decision", case=case)).text


async def test_a_case_for_the_file_is_closed_by_the_command(service: DiscordService) -> None:
    """P-2.3"""
    case = (await service.community.a_case(answers={"handled": "yes"})).code_name
    form = await service.ask(BRUNO, "close", case=case)
    assert "is closed" in (await service.submit(BRUNO, form, outcome="Dealt with on the spot.")).text
    assert (await service.case_named(case)).state is CaseState.CLOSED


async def test_a_removal_is_proposed_and_said(service: DiscordService) -> None:
    """P-5.1"""
    case, _ = await service.a_case()
    made = await service.propose(case, outcome="warning", days=None, removal=True)
    assert "a warning, with a removal" in made.text


async def test_a_proposal_that_discord_delivers_twice_is_made_once(service: DiscordService) -> None:
    """Architecture 6"""
    case, _ = await service.a_case()
    screen = await service.propose(case)
    first = screen.text
    assert (await repeated(service, screen)).text == first
    assert (await service.community.journal_acts()).count("proposal.was_made") == 1


async def test_a_text_that_discord_delivers_twice_is_written_once(service: DiscordService) -> None:
    """Architecture 6"""
    case, _ = await service.a_case()
    form = await service.ask(AMARA, "draft", case=case, kind="answer")
    screen = await service.submit(AMARA, form, text="We look at it this week.")
    first = screen.text
    assert (await repeated(service, screen)).text == first
    assert (await service.community.notice_kinds_to(BRUNO)).count(NoticeKind.DRAFT_TO_READ) == 1
