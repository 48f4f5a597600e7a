"""What a space can pause of itself, in memory: set by us, by people's own hands, and made to fail."""

from collections.abc import Mapping
from datetime import timedelta

from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Done, Forbidden, Outcome, Unavailable
from guardian.spaces.pauses import OPEN, PauseAbility, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Missing, Unknown
from tests.fakes.space import NEEDS, Fault


class FakePauses:
    """The Pause port over one setting a target; `longest` is how long the space keeps what is set by itself.

    `span`: whatever is set, it stands for so long.
    """

    def __init__(self, name: SpaceName, clock: Clock, longest: timedelta | None = timedelta(hours=24)) -> None:
        self.space, self.clock = name, clock
        self.supported: Mapping[PauseKind, PauseAbility] = {PauseKind.INVITES: PauseAbility(2, longest)}
        self.settings: dict[str, PauseSetting] = {}
        self.applied: list[PauseSetting] = []
        self.fault = Fault.NONE
        self.span: timedelta | None = None

    def set_manually(self, setting: PauseSetting, part: str = "") -> None:
        """Somebody of the space's own team has set it so."""
        self.settings[part] = setting

    def shown(self, part: str = "") -> PauseSetting:
        """How it is set at this moment: what has run out is open."""
        setting = self.settings.get(part, OPEN)
        return OPEN if setting.until is not None and setting.until <= self.clock.now() else setting

    async def find_part(self, kind: PauseKind, text: str) -> PauseTarget | Unknown | None:
        return None

    async def observe(self, target: PauseTarget) -> PauseSetting | Unknown | Missing:
        if self.fault in (Fault.DOWN, Fault.BLIND):
            return Unknown("down")
        return OPEN if self.fault is Fault.EMPTY else self.shown(target.part)

    async def apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        if self.fault is Fault.DOWN:
            return Unavailable("down")
        if self.fault is Fault.REFUSING:
            return Forbidden(NEEDS)
        if self.span is not None and setting.strength:
            setting = PauseSetting(setting.strength, self.clock.now() + self.span)
        self.settings[target.part] = setting
        self.applied.append(setting)
        return Unavailable("the answer was lost") if self.fault is Fault.LOST_ANSWER else Done()
