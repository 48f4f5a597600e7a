"""Searches all that a story leaves behind for who was in it: its database, its log, and what was asked of the platforms.

Read `find_leaks` first. Policy: P-2.6.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog

from guardian.logs import configure
from guardian.sandbox.checks import forum_messages_to
from guardian.sandbox.community import DISCORD, SPACES, Human
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.heard_before_decision import SAID
from guardian.sandbox.stories.journey import WHAT
from guardian.sandbox.world import World
from tests.builders.canary_search import find_words

REPORTER, REPORTED = "wren", "alder"


@contextmanager
def logged_in_full() -> Iterator[None]:
    """Everything is logged, and afterwards as before."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure(as_json=False, level=logging.DEBUG)
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)


def find_leaks(context: StoryContext, log: str) -> Mapping[str, list[str]]:
    """Return which names, accounts and words are found where; what proves that something was searched is asked as well."""
    (world,) = context.worlds
    reporter, reported = world.community[REPORTER], world.community[REPORTED]
    words = (reporter.name, reported.name, WHAT, WHAT[5:28], SAID, SAID[:25])
    accounts = (reporter.accounts[DISCORD], reported.accounts[DISCORD])
    kept = b"".join(path.read_bytes() for path in sorted(context.folder.rglob("guardian.sqlite*")))
    asked = _asked(world)
    told = re.search(r"([a-z]+-[a-z]+): a new report", asked)
    if "service.started" not in log or told is None or told[1].encode() not in kept:
        raise AssertionError("what is searched is not what the story has left")
    found = {
        "the database": find_words(kept, (*words, *accounts)),
        "the log": find_words(log.encode(), (*words, *accounts)),
        "what was asked of the platforms": find_words(asked.encode(), words),
        **_named_to_others(world),
    }
    return {where: leaked for where, leaked in found.items() if leaked}


def _asked(world: World) -> str:
    """Every request that the service has made, with what it sent; the answers are the platforms' own."""
    every = [each for space in SPACES for each in world.emulator(space).history.exchanges]
    return "\n".join(json.dumps([each.path, each.query, each.body], default=str) for each in every)


def _named_to_others(world: World) -> dict[str, list[str]]:
    """Whose handle stands in a message to anybody but themselves."""
    found = {}
    for key, human in world.community.people.items():
        text = "\n".join((*_direct_messages(world, human), *forum_messages_to(world, human)))
        others = [each for each in (REPORTER, REPORTED) if each != key]
        found[f"messages to {key}"] = [each for each in others if re.search(rf"\b{each}\b", text, re.IGNORECASE)]
    return found


def _direct_messages(world: World, human: Human) -> Iterator[str]:
    """What the bot wrote to them on Discord; the clock of a world that is over is gone, so this asks its state alone."""
    state = world.discord.state
    channel = state.private_channel(human.discord)
    for message in state.messages_in(channel.id) if channel else ():
        if message.author_id == state.bot_id:
            yield message.content
