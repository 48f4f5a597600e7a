"""What everything of ours on one forum shares: its configuration, the client, and the one way out with its budget."""

from dataclasses import dataclass
from datetime import timedelta

from connectors.forum import translate
from connectors.forum.client import FAULTS, ForumClient, ForumConfig
from connectors.http import FIRST_PAUSE, Caller, ErrorMapping
from guardian.clock import Clock


@dataclass(frozen=True, slots=True)
class ForumConnection:
    """The forum as the space, its things and its inbox reach it."""

    config: ForumConfig
    client: ForumClient
    caller: Caller


def connect(config: ForumConfig, clock: Clock, first_pause: timedelta = FIRST_PAUSE) -> ForumConnection:
    """Return a wire of one's own to that forum; nothing is asked yet."""
    client = ForumClient(config)
    error_mapping = ErrorMapping(FAULTS, translate.translate_error, client.response_date)
    caller = Caller(
        config.name, clock, error_mapping, config.call_ceiling, config.rate_per_minute, first_pause=first_pause
    )
    return ForumConnection(config, client, caller)
