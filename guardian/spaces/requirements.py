"""What a connector needs of its platform, as data: looked for by `guardian check`, and listed in the guides."""

from dataclasses import dataclass
from enum import StrEnum

from guardian.spaces.port import CheckResult


class RequirementKind(StrEnum):
    """What kind of thing people give or switch on."""

    PERMISSION = "permission"
    INTENT = "intent"
    SCOPE = "scope"
    EVENT = "event"
    KEY = "key"
    SETTING = "setting"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that people must give or switch on.

    `shown` is its name in the platform's own pages, `key` and `level` as its API has it. `used` says what it is for,
    `breaks` what does not work without it, `remedy` where it is given.
    """

    kind: RequirementKind
    label: str
    api_name: str
    purpose: str
    impact: str
    remedy: str
    api_level: str = ""

    def result(self, summary: str, *, ok: bool) -> CheckResult:
        """What `guardian check` says of it; the rest is left out where all is well."""
        return (
            CheckResult(summary, ok=True) if ok else CheckResult(summary, False, self.label, self.remedy, self.impact)
        )
