"""What a connector needs of its platform, as data: looked for by `guardian check`, and listed in the guides."""

from dataclasses import dataclass
from enum import StrEnum

from guardian.spaces.port import Finding


class NeedKind(StrEnum):
    """What kind of thing people give or switch on."""

    PERMISSION = "permission"
    INTENT = "intent"
    SCOPE = "scope"
    EVENT = "event"
    KEY = "key"
    SETTING = "setting"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that people must give or switch on.

    `shown` is its name in the platform's own pages, `key` and `level` as its API has it. `used` says what it is for,
    `breaks` what does not work without it, `remedy` where it is given.
    """

    kind: NeedKind
    shown: str
    key: str
    used: str
    breaks: str
    remedy: str
    level: str = ""

    def finding(self, what: str, *, well: bool) -> Finding:
        """What `guardian check` says of it; the rest is left out where all is well."""
        return Finding(what, well=True) if well else Finding(what, False, self.shown, self.remedy, self.breaks)
