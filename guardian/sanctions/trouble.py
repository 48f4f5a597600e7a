"""Why a look could not come to its end."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a look could not come to its end. `cut` means that a call may still take effect."""

    reason: str
    needs: str = ""
    cut_off: bool = False
    retry_after: timedelta | None = None
