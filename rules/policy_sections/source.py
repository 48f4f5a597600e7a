"""What an entry of a policy file may be, and where it comes from. Read `Source` first."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

Number = timedelta | int | Fraction

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from, and the bounds, both included, within which a community may set it."""

    rule: str
    least: Number | None = None
    most: Number | None = None
