"""Why a look could not come to its end."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a look could not come to its end. `cut` means that a call may still take effect."""

    why: str
    needs: str = ""
    cut: bool = False
    after: timedelta | None = None
