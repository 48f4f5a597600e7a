"""The stories by name, and how one of them is played from its first line to its outcome."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from connectors.emulators.shared.control import Declined
from guardian.clock import monotonic_seconds
from guardian.sandbox.narration import Narrator, Outcome
from guardian.sandbox.stage import StoryContext, Wrap, unwrapped
from guardian.sandbox.time_driver import Stuck

RUNS_TO_ITS_END = "the story can be told to its end"


@dataclass(frozen=True, slots=True)
class Story:
    """One story: its name for the command, one line on what it shows, and how it goes."""

    name: str
    line: str
    play: Callable[[StoryContext], Awaitable[None]]


async def run_story(story: Story, folder: Path, narrator: Narrator, wrap: Wrap = unwrapped) -> Outcome:
    """Play the story on a stage of its own; one that could not go on has failed in that."""
    return await run_story_in(StoryContext(folder=folder, narrator=narrator, wrap=wrap), story)


async def run_story_in(context: StoryContext, story: Story) -> Outcome:
    """Play the story and make its checks; `context` shows afterwards what stood in its worlds."""
    context.checks.on_check = context.narrator.show_check
    begun = monotonic_seconds()
    try:
        await story.play(context)
    except (Declined, Stuck, LookupError, TimeoutError) as stop:
        context.checks.check(RUNS_TO_ITS_END, False, f"{type(stop).__name__}: {stop}")
    return Outcome(story.name, tuple(context.checks.made), monotonic_seconds() - begun)
