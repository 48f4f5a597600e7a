"""The organisation as a whole: who takes part in its public repositories, limited for a while by GitHub's own switch.

GitHub knows a few spans alone and ends a limit by itself, so the shortest that is long enough is set and taken back in
time. The App needs more for it than for all else, so it is asked for by those alone who use it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from connectors.github.connection import GithubConnection
from guardian.clock import Clock
from guardian.spaces.outcomes import Done, Outcome, Rejected
from guardian.spaces.pauses import OPEN, PauseAbility, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Missing, Unknown

_LIMITS: Final = ("existing_users", "contributors_only", "collaborators_only")
"""From the loosest: those whose accounts are older than a day, who have contributed before, who work on a repository."""
_OURS: Final = 2
_SPANS: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "one_day": timedelta(days=1),
        "three_days": timedelta(days=3),
        "one_week": timedelta(weeks=1),
        "one_month": timedelta(days=30),
        "six_months": timedelta(days=182),
    }
)


class GithubPauses:
    """The limit of interactions of one organisation."""

    def __init__(self, connection: GithubConnection, clock: Clock) -> None:
        self._connection, self._caller, self._clock = connection, connection.caller, clock

    @property
    def supported(self) -> Mapping[PauseKind, PauseAbility]:
        """Return the one thing: only those who have contributed before take part, in all public repositories."""
        return {PauseKind.INTERACTIONS: PauseAbility(_OURS, _SPANS["one_month"])}

    async def find_part(self, kind: PauseKind, text: str) -> PauseTarget | Unknown | None:
        """Return None: it is the organisation as a whole."""
        return None

    async def observe(self, target: PauseTarget) -> PauseSetting | Unknown | Missing:
        """Return which limit stands, and until when."""
        return await self._caller.observe(self._observe())

    async def apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        """Set the limit for the shortest span that is long enough, or take it back."""
        return await self._caller.perform(self._apply(setting))

    async def _observe(self) -> PauseSetting:
        response = await self._connection.request(lambda github: github.interaction_limit())
        if response.body == {}:
            return OPEN
        limit = str(response.body["limit"] or "")
        if not limit:
            raise ValueError("a limit without a name")
        # A limit that is new to us is as strict as can be: it is left as it stands.
        strength = _LIMITS.index(limit) + 1 if limit in _LIMITS else len(_LIMITS)
        return PauseSetting(strength, datetime.fromisoformat(response.body["expires_at"]))

    async def _apply(self, setting: PauseSetting) -> Outcome:
        if setting.strength == 0:
            await self._connection.change(lambda github: github.lift_interaction_limit())
            return Done()
        left = setting.until - self._clock.now() if setting.until else _SPANS["six_months"]
        span = next((name for name, length in _SPANS.items() if length >= left), None)
        if span is None:
            return Rejected("GitHub limits interactions for six months at the most")
        limit = _LIMITS[min(setting.strength, len(_LIMITS)) - 1]
        await self._connection.change(lambda github: github.limit_interactions(limit, span))
        return Done()
