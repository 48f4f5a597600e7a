"""Every story holds, and what the platforms answered in it is what the real ones would answer."""

import io
from pathlib import Path

import pytest

from guardian.sandbox.narration import Narrator
from guardian.sandbox.registry import stories
from guardian.sandbox.runner import run_story_in
from guardian.sandbox.stage import StoryContext
from tests.contracts.schemas import discord, forum, github


@pytest.mark.parametrize("name", stories())
async def test_the_story_holds(name: str, tmp_path: Path, warm: tuple[str, ...]) -> None:
    told = io.StringIO()
    context = StoryContext(folder=tmp_path, narrator=Narrator(told), guardian=warm)
    outcome = await run_story_in(context, stories()[name])
    assert outcome.held, told.getvalue()
    for world in context.worlds:
        assert discord.validate_history(world.discord.history) == []
        assert forum.validate_history(world.forum.history) == []
        assert github.validate_history(world.github.history) == []
