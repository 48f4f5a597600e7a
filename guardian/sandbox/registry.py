"""Every story there is, by name: whatever module of `stories` has a `STORY`. Read `stories` first."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from guardian.sandbox import stories as package
from guardian.sandbox.runner import Story
from guardian.sandbox.stories import cross_space_suspension

MAIN: Final = cross_space_suspension.STORY


@cache
def stories() -> Mapping[str, Story]:
    """Return every story by its name: the main one first, the others in the order of their modules."""
    return {story.name: story for story in (MAIN, *_found())}


def _found() -> Iterator[Story]:
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        story = getattr(import_module(module.name), "STORY", None)
        if isinstance(story, Story):
            yield story
