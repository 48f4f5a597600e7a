"""What a connector needs of its platform, as data: checked by `guardian check`, and listed in the guides.

Read `Requirement` first.
"""

from dataclasses import dataclass
from enum import StrEnum

from guardian.spaces.port import CheckResult


class RequirementKind(StrEnum):
    """What kind of right or switch people give."""

    PERMISSION = "permission"
    INTENT = "intent"
    SCOPE = "scope"
    EVENT = "event"
    KEY = "key"
    SETTING = "setting"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What people must give or switch on.

    `label` is its name in the platform's own pages, `api_name` and `api_level` as its API has it. `purpose` says what
    it is for, `impact` what does not work without it, `remedy` where it is given.
    """

    kind: RequirementKind
    label: str
    api_name: str
    purpose: str
    impact: str
    remedy: str
    api_level: str = ""

    def result(self, summary: str, *, ok: bool) -> CheckResult:
        """Return what `guardian check` says of it; the rest is left out where all is well."""
        return (
            CheckResult(summary, ok=True) if ok else CheckResult(summary, False, self.label, self.remedy, self.impact)
        )
