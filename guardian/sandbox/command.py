"""What `guardian sandbox` does: plays the main job and stays open, plays one story, or shows the platforms alone."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import Final, TextIO

from guardian.logs import configure
from guardian.sandbox.interactive import USUAL_SPEED, keep_open
from guardian.sandbox.narration import Narrator, Outcome
from guardian.sandbox.platforms import show_platforms
from guardian.sandbox.registry import MAIN, stories
from guardian.sandbox.runner import Story, run_story
from guardian.sandbox.stage import temporary_folder

HELD: Final = 0
NOT_HELD: Final = 1
UNKNOWN_STORY: Final = 2


def run(
    *,
    emulators_only: bool = False,
    listed: bool = False,
    story: str | None = None,
    as_json: bool = False,
    stays_open: bool = False,
    speed: float = USUAL_SPEED,
    out: TextIO | None = None,
) -> int:
    """Run the command, and return its exit code. `speed` is how much faster the open sandbox's time runs."""
    out = out or sys.stdout
    configure(as_json=False, level=logging.CRITICAL)
    if listed:
        return _list_stories(out)
    if story is not None and story not in stories():
        known = ", ".join(stories())
        sys.stderr.write(f"There is no story called {story}. The stories are: {known}.\n")
        return UNKNOWN_STORY
    if emulators_only:
        return asyncio.run(show_platforms(out))
    if story is not None or as_json:
        return _play_story(stories()[story] if story else MAIN, out, as_json=as_json)
    if stays_open:
        return asyncio.run(keep_open(Narrator(out), speed))
    return _open_sandbox(out, speed)


def _list_stories(out: TextIO) -> int:
    for name, story in stories().items():
        out.write(f"{name:24} {story.line}\n")
    return HELD


def _play_story(story: Story, out: TextIO, *, as_json: bool) -> int:
    """With `as_json` standard output has the outcome alone, on one line; without, the whole story."""
    outcome = asyncio.run(_run_story(story, Narrator(out, quiet=as_json)))
    out.write((outcome.as_json() if as_json else outcome.as_text()) + "\n")
    out.flush()
    return HELD if outcome.held else NOT_HELD


def _open_sandbox(out: TextIO, speed: float) -> int:
    """The main job first, for everybody to watch; then, where somebody sits at a terminal, the sandbox stays open."""
    code = _play_story(MAIN, out, as_json=False)
    if code == HELD and sys.stdin is not None and sys.stdin.isatty():
        return asyncio.run(keep_open(Narrator(out), speed))
    return code


async def _run_story(story: Story, narrator: Narrator) -> Outcome:
    with temporary_folder() as folder:
        return await run_story(story, Path(folder), narrator)
