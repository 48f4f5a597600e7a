"""What a story is judged by: checks read from the platforms' own state and history, never from Guardian's tables.

Read `Checks` first.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from connectors.emulators.shared.history import Change
from guardian.ids import SpaceName
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.world import World

_BAR_CHANGES = {DISCORD: "ban", FORUM: "suspension", GITHUB: "block"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true: `name` says it as a sentence, `detail` what was seen."""

    name: str
    held: bool
    detail: str = ""


@dataclass(slots=True)
class Checks:
    """The checks of one story, in the order in which they were made."""

    made: list[Check] = field(default_factory=list)
    on_check: Callable[[Check], None] = lambda check: None

    def check(self, name: str, held: bool, detail: str = "") -> bool:
        """Record the check, and return whether it held."""
        result = Check(name, held, detail)
        self.made.append(result)
        self.on_check(result)
        return held

    def check_equal(self, name: str, found: object, wanted: object) -> bool:
        """Check that two things are the same."""
        return self.check(name, found == wanted, f"found {found!r}, wanted {wanted!r}" if found != wanted else "")

    @property
    def held(self) -> bool:
        """Return whether every check held; a story without any has shown nothing."""
        return bool(self.made) and all(check.held for check in self.made)


def bars_of(world: World, human: Human, space: SpaceName) -> list[Change]:
    """Return every change of what keeps the person out of that space, oldest first."""
    return list(world.emulator(space).history.changes_of(_BAR_CHANGES[space], human.accounts[space]))


def count_placed_and_lifted(world: World, human: Human, space: SpaceName) -> tuple[int, int]:
    """Count how often a bar on the person was placed there, and how often one was lifted."""
    changes = bars_of(world, human, space)
    return sum(c.after is not None for c in changes), sum(c.after is None for c in changes)


def find_openings(world: World, human: Human, begin: datetime, end: datetime) -> list[str]:
    """Return every instant in `[begin, end)` at which a platform let the person in.

    At the begin, or by a change after it.
    """
    found = []
    for space in SPACES:
        if not world.is_shut_out(human, space, begin):
            found.append(f"{space} at {begin:%Y-%m-%d %H:%M}")
        changes = [c for c in bars_of(world, human, space) if begin <= c.at < end]
        found += [f"{space} at {c.at:%Y-%m-%d %H:%M} by {c.by}" for c in changes if c.after is None]
    return found


def restricted_since(world: World, human: Human, space: SpaceName) -> datetime | None:
    """Return when the bar that stands now was placed."""
    changes = bars_of(world, human, space)
    return changes[-1].at if changes and changes[-1].after is not None else None


def messages_to(world: World, human: Human) -> list[str]:
    """Return everything that the bot wrote to them on Discord, oldest first, also what they could not answer."""
    return [message["content"] for message in world.discord.person(human.discord).dms()]


def forum_messages_to(world: World, human: Human) -> list[str]:
    """Return everything that the service wrote to them on the forum and that they could read when it was written."""
    state, number = world.forum.state, int(human.forum)
    posts = [state.posts[i] for topic in state.topics.values() if number in topic.allowed for i in topic.post_ids]
    return [post.raw for post in posts if post.reachable.get(number, True)]


def people_messaged(world: World, people: Iterable[Human], words: str) -> set[str]:
    """Return those among the people to whom the bot wrote something with these words."""
    return {h.key for h in people if any(words.casefold() in text.casefold() for text in messages_to(world, h))}
