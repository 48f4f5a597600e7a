"""What a measurement comes to: quantiles, ratios, and the aim that each is held against."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Aim:
    """A number that was measured, and what it should not exceed."""

    what: str
    measured: float
    at_most: float

    @property
    def is_met(self) -> bool:
        return self.measured <= self.at_most

    def line(self) -> str:
        """One line for people."""
        return (
            f"  {'met   ' if self.is_met else 'MISSED'}  {self.what}: {self.measured:.3f}, aim at most {self.at_most:g}"
        )

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {**asdict(self), "measured": round(self.measured, 4), "met": self.is_met}


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the bench found: lines for people, facts for programs, and its aims."""

    name: str
    lines: tuple[str, ...]
    facts: dict[str, Any]
    aims: tuple[Aim, ...]


def quantile(numbers: Sequence[float], share: float) -> float:
    """The smallest number that at least that share of all numbers does not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def middle(numbers: Sequence[float]) -> float:
    """The median."""
    return median(numbers)


def format_counts(calls: dict[str, int], each: int = 1) -> str:
    """The operations with their counts, a share of `each` where that is more than one."""
    return ", ".join(f"{name} {count / each:g}" for name, count in calls.items()) or "nothing"
