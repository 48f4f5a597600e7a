"""Every story holds, and what the platforms answered in it is what the real ones would answer."""

import io
from pathlib import Path

import pytest

from guardian.sandbox.narration import Narrator
from guardian.sandbox.registry import stories
from guardian.sandbox.runner import run_story_in
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories import heard_before_decision
from tests.builders.story_search import find_leaks, logged_in_full
from tests.contracts.schemas import discord, forum, github

SEARCHED = heard_before_decision.STORY.name


@pytest.mark.parametrize("name", [each for each in stories() if each != SEARCHED])
async def test_the_story_holds(name: str, tmp_path: Path, warm: tuple[str, ...]) -> None:
    told = io.StringIO()
    context = StoryContext(folder=tmp_path, narrator=Narrator(told), guardian=warm)
    await play(context, name, told)


@pytest.mark.harm("named-by-a-whole-story")
async def test_a_story_from_report_to_sanction_leaves_nobody_s_name_or_words_anywhere(
    tmp_path: Path, warm: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """P-2.6: the database, the log, and all that was asked of the platforms, however it may be written there."""
    told = io.StringIO()
    context = StoryContext(folder=tmp_path, narrator=Narrator(told), guardian=warm)
    with logged_in_full():
        await play(context, SEARCHED, told)
    assert find_leaks(context, capsys.readouterr().err) == {}


async def play(context: StoryContext, name: str, told: io.StringIO) -> None:
    """The story holds, and so does what its platforms have answered."""
    outcome = await run_story_in(context, stories()[name])
    assert outcome.held, told.getvalue()
    for world in context.worlds:
        assert discord.validate_history(world.discord.history) == []
        assert forum.validate_history(world.forum.history) == []
        assert github.validate_history(world.github.history) == []
