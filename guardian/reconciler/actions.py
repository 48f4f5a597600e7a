"""What the reconciler may do next at an account, as values, and the plan that names it. Read `Plan` first."""

from dataclasses import dataclass
from datetime import datetime

from guardian.ids import Reference
from guardian.reconciler.alerts import Alert
from guardian.sanctions.models import CoverageState, Prior
from guardian.spaces.port import Entitlement
from rules.precedence import AccessLevel


@dataclass(frozen=True, slots=True)
class Restrict:
    """Ask the space to restrict; `until` only where it needs a native end."""

    level: AccessLevel
    reference: Reference
    until: datetime | None
    prior: Prior


@dataclass(frozen=True, slots=True)
class Release:
    """Ask the space to release what is ours; `unseen`: although the observation does not show it."""

    level: AccessLevel
    prior: Prior
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Restore:
    """Put back a foreign restriction that stood there before us and would still run."""

    level: AccessLevel
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Reinstate:
    """Return what our bar took away, as far as it may be returned now."""

    entitlements: tuple[Entitlement, ...]


Action = Restrict | Release | Restore | Reinstate


@dataclass(frozen=True, slots=True)
class Plan:
    """The next action (None: nothing to do), the total as it stands, and when to reconcile again.

    `due_at` None: when something changes. `alert` is what people must know of it, once.
    """

    action: Action | None
    state: CoverageState
    detail: str
    due_at: datetime | None
    alert: Alert | None = None
