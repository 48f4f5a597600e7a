"""The server as a whole: its invitations, and private messages between its members, paused by Discord's own switches.

Discord opens each again by itself after 24 hours at the latest, so a longer pause is renewed. Both stand in one call:
what is not ours to change is sent along as it stands.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from connectors.discord import translate
from connectors.discord.client import DiscordConnection
from connectors.discord.timeouts import within
from connectors.discord.translate import Answer, Json, Success
from guardian.clock import Clock
from guardian.spaces.outcomes import Outcome, Rejected, Unavailable
from guardian.spaces.pauses import OPEN, PauseAbility, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Missing, Unknown

TO_PAUSE: Final = "the permission Manage Server"
_LONGEST: Final = timedelta(hours=24)
_FIELDS: Final[Mapping[PauseKind, str]] = MappingProxyType(
    {PauseKind.INVITES: "invites_disabled_until", PauseKind.DIRECT_MESSAGES: "dms_disabled_until"}
)
_INVITES_OFF: Final = "INVITES_DISABLED"
"""The feature of a server whose administrators have paused invitations without an end."""


class DiscordPauses:
    """Invitations and private messages of one server."""

    def __init__(self, connection: DiscordConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._ceiling = connection.config.call_ceiling

    @property
    def supported(self) -> Mapping[PauseKind, PauseAbility]:
        """Return both, for the whole server and for a day at once."""
        return {kind: PauseAbility(1, _LONGEST) for kind in _FIELDS}

    async def find_part(self, kind: PauseKind, text: str) -> PauseTarget | Unknown | None:
        """Return None: a server has no part that can be paused so."""
        return None

    async def observe(self, target: PauseTarget) -> PauseSetting | Unknown | Missing:
        """Return until when it is paused."""
        return await within(self._ceiling, self._observe(target), Unknown)

    async def apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        """Pause it until then, or open it, and leave the other as it stands."""
        return await within(self._ceiling, self._apply(target, setting), Unavailable)

    async def _observe(self, target: PauseTarget) -> PauseSetting | Unknown:
        answer = await self._connection.read_guild()
        if not isinstance(answer, Success):
            return translate.to_unknown(answer, TO_PAUSE)
        if target.kind is PauseKind.INVITES and _INVITES_OFF in (answer.body.get("features") or ()):
            return PauseSetting(1, detail=_INVITES_OFF)
        return self._read_setting(answer.body, target.kind)

    async def _apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        if target.kind not in _FIELDS or (setting.strength and setting.until is None):
            return Rejected("Discord pauses invitations and private messages, each until an instant")
        current = await self._connection.read_guild()
        if not isinstance(current, Success):
            return _outcome(current)
        standing = {kind: self._read_setting(current.body, kind) for kind in _FIELDS}
        wanted = {**standing, target.kind: setting}
        fields = {_FIELDS[kind]: _written(each) for kind, each in wanted.items()}
        return _outcome(await self._connection.set_incident_actions(fields))

    def _read_setting(self, guild: Json, kind: PauseKind) -> PauseSetting:
        """What Discord always says of it: null where nothing is paused. Without that, or in other words, it is not known."""
        data: Json = guild["incidents_data"] or {}
        until = _instant(data.get(_FIELDS[kind]))
        return OPEN if until is None or until <= self._clock.now() else PauseSetting(1, until)


def _written(setting: PauseSetting) -> str | None:
    return setting.until.isoformat() if setting.strength and setting.until else None


def _instant(written: str | None) -> datetime | None:
    """The instant, None where none is said; ValueError or TypeError where it cannot be read."""
    found = None if written is None else datetime.fromisoformat(written)
    if found is not None and found.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return found


def _outcome(answer: Answer) -> Outcome:
    return translate.to_outcome(answer, TO_PAUSE)
