"""The open sandbox at a terminal: what is typed is done by the people who live there, and what cannot be is told."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.sandbox.community import SPACES
from guardian.sandbox.console import Console
from guardian.sandbox.narration import Narrator
from guardian.sandbox.stage import Stage, StoryContext


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with StoryContext(folder=tmp_path, narrator=Narrator(io.StringIO())).open_stage() as opened:
        yield opened


async def _typed(stage: Stage, *lines: str) -> list[str]:
    said: list[str] = []
    console = Console(world=stage.world, print_line=said.append)
    for line in lines:
        assert await console.execute(line)
    await stage.driver.run_until_idle()
    return said


async def test_a_command_and_a_button_are_what_that_person_does(stage: Stage) -> None:
    act = "kofi /act name=alder name_in=forum restriction=suspended ground=ongoing reason='insults, just now'"
    said = await _typed(stage, act, "press Act now")
    assert "Buttons: [Act now], [Not now]" in said
    assert stage.world.spaces_shut_out_of(stage["alder"]) == SPACES


async def test_a_form_is_shown_with_its_fields_and_filled_in(stage: Stage) -> None:
    said = await _typed(stage, "rowan /report", "fill what='alder was rude'", "nadia /todo")
    assert any(line.strip().startswith("what: ") for line in said)
    assert any("Receipt" in line for line in said)
    assert any("Answer the reporter for the first time" in line for line in said)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("inbox nobody", "nobody here is called nobody"),
        ("nadia /bogus", "no command /bogus"),
        ("press Act now", "no screen is open yet"),
        ("nadia /case amber-fox", "has no name"),
        ("nadia /case case='amber", "cannot be read"),
        ("rubbish", "not understood"),
    ],
)
async def test_what_cannot_be_done_is_told_and_nothing_ends(stage: Stage, typed: str, told: str) -> None:
    assert told in "\n".join(await _typed(stage, typed))


async def test_quit_asks_for_the_end(stage: Stage) -> None:
    assert not await Console(world=stage.world, print_line=lambda line: None).execute("quit")


async def test_a_mail_is_sent_and_lies_in_the_mailbox_that_it_is_for(stage: Stage) -> None:
    said = await _typed(stage, "rowan mails to=wren@example.org subject=Hello text='How are you?'", "mailbox wren")
    assert "  How are you?" in said
