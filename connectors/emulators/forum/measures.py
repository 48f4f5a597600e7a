"""A suspension or silence as it is asked for and as the history has it. Read `parse_end` first."""

from datetime import UTC, datetime
from typing import Any

from connectors.emulators.forum.state import (
    Measure,
)


def measure_json(measure: Measure | None) -> dict[str, Any] | None:
    """Return the measure as the history keeps it."""
    if measure is None:
        return None
    return {
        "until": measure.until.isoformat(),
        "reason": measure.reason,
        "at": measure.at.isoformat(),
        "by": measure.by,
    }


def parse_end(value: Any) -> datetime | None:
    """Return the end that was asked for, in UTC; None where it cannot be read."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    try:
        end = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return end.astimezone(UTC) if end.tzinfo else end.replace(tzinfo=UTC)
