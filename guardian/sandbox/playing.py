"""The stories by name, and how one of them is played from its first line to its outcome."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from connectors.emulation.control import Declined
from guardian.clock import wire_seconds
from guardian.sandbox.harness import Stuck
from guardian.sandbox.studio import Studio, Wrap, as_it_is
from guardian.sandbox.telling import Narrator, Outcome

TO_ITS_END = "the story can be told to its end"


@dataclass(frozen=True, slots=True)
class Story:
    """One story: its name for the command, one line on what it shows, and how it goes."""

    name: str
    line: str
    play: Callable[[Studio], Awaitable[None]]


async def perform(story: Story, folder: Path, narrator: Narrator, wrap: Wrap = as_it_is) -> Outcome:
    """The story was played in a studio of its own; one that could not go on has failed in that."""
    return await performed_in(Studio(folder, narrator, wrap), story)


async def performed_in(studio: Studio, story: Story) -> Outcome:
    """The story was played and its checks were made; `studio` shows afterwards what stood in its worlds."""
    studio.checks.heard = studio.narrator.checked
    begun = wire_seconds()
    try:
        await story.play(studio)
    except (Declined, Stuck, LookupError, TimeoutError) as stop:
        studio.checks.check(TO_ITS_END, False, f"{type(stop).__name__}: {stop}")
    return Outcome(story.name, tuple(studio.checks.made), wire_seconds() - begun)
