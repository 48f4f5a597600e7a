"""What the tests of policy start from: an instant, the two presets, and one value of a preset changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from guardian.policy_file import read_policy
from guardian.presets import load_preset
from rules.policy import Policy

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

DJANGO = read_policy(load_preset("django"))
CHIPY = read_policy(load_preset("chipy"))


def after(**length: int) -> datetime:
    """The instant so long after NOW."""
    return NOW + timedelta(**length)


def changed(policy: Policy, path: str, value: object) -> Policy:
    """The policy with the value at this path ("quorum.others") changed and all others as before."""
    section, key = path.split(".")
    group: Any = replace(getattr(policy, section), **{key: value})
    parts: dict[str, Any] = {section: group}
    return replace(policy, **parts)
