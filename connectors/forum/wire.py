"""What everything of ours on one forum shares: its configuration, the client, and the one way out with its budget."""

from dataclasses import dataclass
from datetime import timedelta

from connectors.forum import translate
from connectors.forum.client import FAULTS, Forum, ForumConfig
from connectors.http import FIRST_PAUSE, Dialect, Line
from guardian.clock import Clock


@dataclass(frozen=True, slots=True)
class Wire:
    """The forum as the space, its things and its inbox reach it."""

    config: ForumConfig
    forum: Forum
    line: Line


def wire_to(config: ForumConfig, clock: Clock, first_pause: timedelta = FIRST_PAUSE) -> Wire:
    """A wire of one's own to that forum; nothing is asked yet."""
    forum = Forum(config)
    dialect = Dialect(FAULTS, translate.fault, forum.date)
    line = Line(config.name, clock, dialect, config.call_ceiling, config.rate_per_minute, first_pause=first_pause)
    return Wire(config, forum, line)
