"""Where the server is and how the bot signs in to it: `DiscordConfig`."""

from dataclasses import dataclass, field
from datetime import timedelta

from guardian.ids import SpaceName

DEFAULT_API = "https://discord.com/api/v10"
DEFAULT_GATEWAY = "wss://gateway.discord.gg/"
CALLS_A_SECOND = 40.0
"""Discord takes 50 a second of one bot, answers to interactions aside. What is above is refused, and refusals add up."""


@dataclass(frozen=True, slots=True)
class DiscordConfig:
    """Where the server is and how the bot signs in; `call_ceiling` bounds each call in wire time."""

    name: SpaceName
    token: str = field(repr=False)
    guild_id: str
    api_url: str = DEFAULT_API
    gateway_url: str | None = None
    call_ceiling: timedelta = timedelta(seconds=20)
    invite_url: str | None = None
    patience: timedelta = timedelta(seconds=30)
    """How long `start` waits for a Discord that does not answer before the service goes on without it."""
    mending: timedelta = timedelta(minutes=5)
    """How long it is waited where people have to mend something: each refusal of a token counts with Discord."""
    calls_a_second: float = CALLS_A_SECOND
