"""A whole space without a connector, closed and opened again by the hands of those who look after it. Policy: P-1.3, P-1.6.

Read `ManualPauses` first.
"""

from collections.abc import Mapping

from guardian.services.context import AppContext
from guardian.services.manual_spaces.pause_tasks import CLOSED, observe_pause, request_pause
from guardian.spaces.outcomes import Outcome, Unavailable
from guardian.spaces.pauses import PauseAbility, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Missing, Unknown

_NOT_RUNNING = "the service is not running yet"


class ManualPauses:
    """Writing in one space: what stands is what people have confirmed."""

    def __init__(self) -> None:
        self._app: AppContext | None = None

    def attach(self, app: AppContext) -> None:
        """Give it the service in which its tasks are kept."""
        self._app = app

    @property
    def supported(self) -> Mapping[PauseKind, PauseAbility]:
        """Return writing, as a whole; it stays closed until somebody opens it."""
        return {PauseKind.WRITING: PauseAbility(CLOSED.strength)}

    async def find_part(self, kind: PauseKind, text: str) -> PauseTarget | Unknown | None:
        """Return None: no part of it is known."""
        return None

    async def observe(self, target: PauseTarget) -> PauseSetting | Unknown | Missing:
        """Return whether people have said that it is closed."""
        return Unknown(_NOT_RUNNING) if self._app is None else await observe_pause(self._app, target)

    async def apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        """Ask somebody to close it, or to open it again."""
        if self._app is None:
            return Unavailable(_NOT_RUNNING)
        return await request_pause(self._app, target, closes=setting.strength > 0)
