"""What was decided (Sanction, Lifting) and what machines observed (Enforcement, Coverage, Intent).

Never one field for both. Read `Sanction` first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guardian.ids import AccountId, CaseId, IntentId, PersonId, Reference, SanctionId, SpaceName
from guardian.spaces.port import Entitlement, EntitlementKind
from rules.ladder import AuthorityKind, TermState, access_returns_at, term_state
from rules.notification import NotificationState, effective_at
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction


@dataclass(frozen=True, slots=True)
class Authority:
    """The decision, act or measure that a sanction rests on, by id; of a follower, the sanction that leads it."""

    kind: AuthorityKind
    id: str


class LiftingCause(StrEnum):
    """Why a sanction ended, or will."""

    TERM_ENDED = "term_ended"
    READMISSION = "readmission"
    REVERSAL = "reversal"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"
    LAPSED = "lapsed"
    RECONSIDERED = "reconsidered"
    RECOVERED = "recovered"
    LIFTED_MANUALLY = "lifted_manually"


@dataclass(frozen=True, slots=True)
class Lifting:
    """The end of a sanction: from the instant `effective_from` on it asks for nothing. Written once."""

    sanction: SanctionId
    effective_from: datetime
    cause: LiftingCause
    by: str
    authority: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Sanction:
    """The enforceable part of a decision or act: person, restriction, term `[starts, ends)`, scope.

    `spaces` None: every space, those opened later too (P-6.5). `ends` None: for good. `waits_until` is the instant from
    which its work items may act even if the person could not be notified (one length, from the decision); None: at
    once. `leader` is the sanction with which it stands and falls, where it is one of a raid's. `accounts` None: every
    account of the person; else those links alone, because whoever ordered it could know of no other (P-4.2).
    """

    id: SanctionId
    person: PersonId
    case: CaseId
    restriction: Restriction
    starts: datetime
    ends: datetime | None
    spaces: frozenset[SpaceName] | None
    on_term_end: OnTermEnd
    authority: Authority
    reference: Reference
    notification: NotificationState
    waits_until: datetime | None
    enacted_at: datetime
    provisional: bool = False
    danger: bool = False
    leader: SanctionId | None = None
    accounts: frozenset[AccountId] | None = None
    lifting: Lifting | None = None
    version: int = 0

    def reaches(self, links: Iterable[AccountId]) -> bool:
        """Return whether it is for one of these links."""
        return self.accounts is None or not self.accounts.isdisjoint(links)

    def covers(self, space: SpaceName) -> bool:
        """Return whether its scope takes in the space."""
        return self.spaces is None or space in self.spaces


class CoverageState(StrEnum):
    """The total for a person in one space. Only the first two confirm.

    `OTHERS_STAND`: nothing of ours is left, and somebody else's restriction stands, so access has not returned.
    """

    HELD = "held"
    HELD_BY_OTHERS = "held by others"
    OPEN = "open"
    BLOCKED = "blocked"
    OBSERVING = "observing"
    NO_ACCOUNT = "no account known"
    OTHERS_STAND = "ours has ended, a restriction of others stands"
    RETURNED = "access returned"
    MEMBERSHIP_OPEN = "access returned, membership open"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One row a person and space: how things stood when they were last observed."""

    person: PersonId
    space: SpaceName
    state: CoverageState
    since: datetime
    detail: str = ""
    until: datetime | None = None


class IntentKind(StrEnum):
    """What is about to be done to an account."""

    RESTRICT = "restrict"
    RELEASE = "release"
    RESTORE = "restore"
    REINSTATE = "reinstate"


@dataclass(frozen=True, slots=True)
class Prior:
    """What stood on the account before we acted: a foreign restriction with its end and author, or nothing."""

    level: AccessLevel | None = None
    until: datetime | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """An action on an account, stored before it is made; open until it is confirmed or refuted."""

    id: IntentId
    account: AccountId
    kind: IntentKind
    level: AccessLevel
    reference: Reference
    prior: Prior
    opened_at: datetime
    until: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReturnOffer:
    """An entitlement that was asked for and has not come about yet, or that the space refuses by its rules, with why."""

    kind: EntitlementKind
    native_id: str
    at: datetime
    refusal: str = ""


class ReleaseState(StrEnum):
    """Whether what we once asked for is released: a look that does not show it is no proof.

    `UNSEEN`: the space has said twice, some time apart, that there was nothing to release.
    """

    OWED = "owed"
    UNSEEN = "unseen"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Enforcement:
    """What we know of our own doing at one account and access level: the last proof, and what stood before.

    `missed_at` is since when ours has not been seen while nobody is named who lifted it; `unnamed_lift_after`: it was
    lifted after that instant and put back, and the space's records have not said yet by whom.

    `active` is what the latest observation shows: ours is there (True), is not there (False). `release` is OWED from the
    instant at which we ask for the restriction until the space has released it; `released_at` is when it said first that
    there was nothing to release. `confirmed_at` is when ours was last newly seen there. `removed_entitlements` are what our bar took away (organisation, teams, roles) and is
    not reinstated yet, merged over all tries so that a repeated try never forgets the first.
    """

    account: AccountId
    level: AccessLevel
    active: bool
    reference: Reference
    prior: Prior
    removed_entitlements: tuple[Entitlement, ...] = ()
    offers: tuple[ReturnOffer, ...] = ()
    restored: bool = False
    until: datetime | None = None
    confirmed_at: datetime | None = None
    reapplied_at: tuple[datetime, ...] = ()
    missed_at: datetime | None = None
    unnamed_lift_after: datetime | None = None
    release: ReleaseState = ReleaseState.OWED
    released_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Adoption:
    """A foreign restriction that is ours to release now, as it stood when it was adopted.

    It is ours only while it is provably the same: `until`, `author` and `restricted_at` are what its space said of it then
    (None: it did not say).
    """

    account: AccountId
    level: AccessLevel
    at: datetime
    by: str
    until: datetime | None = None
    author: str | None = None
    restricted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An account in a space, and when it is reconciled next: it carries no instruction.

    `due_at` None: nothing is due until something changes. `blocked_since` None: not blocked; `notified_at`: when people
    were notified of that. `state` is what the last reconciliation came to (None: there was none), `detail` says it in
    words. `bulk_id`: it is worked in bulk, and not by itself until it is returned.
    """

    account: AccountId
    person: PersonId
    space: SpaceName
    due_at: datetime | None
    state: CoverageState | None = None
    failures: int = 0
    blocked_since: datetime | None = None
    notified_at: datetime | None = None
    detail: str = ""
    needs: str = ""
    observed_at: datetime | None = None
    version: int = 0
    bulk_id: str | None = None


def binding_until(sanction: Sanction) -> datetime | None:
    """Return from when the sanction asks for nothing, as far as is known now; None: no such instant is known."""
    lifting = sanction.lifting
    cause, lifted = (lifting.cause, lifting.effective_from) if lifting else (None, None)
    return returns_at(sanction.ends, sanction.on_term_end, cause, lifted)


def returns_at(
    ends: datetime | None, on_term_end: OnTermEnd, cause: LiftingCause | None, lifted: datetime | None
) -> datetime | None:
    """Return what `binding_until` does, from the end of a term and from how and when the sanction was lifted."""
    if lifted is not None and cause is not LiftingCause.READMISSION:
        end = access_returns_at(ends, on_term_end, None)
        return lifted if end is None else min(end, lifted)
    return access_returns_at(ends, on_term_end, lifted)


def term_state_at(sanction: Sanction, now: datetime) -> TermState:
    """Return where the sanction stands at `now`, for showing: AWAITING is "term over, may ask"."""
    return term_state(sanction.ends, binding_until(sanction), now)


def effective_from(sanction: Sanction) -> datetime:
    """Return from when its work items may act: notified (or an act) at once, else after the waiting time."""
    return effective_at(sanction.notification, sanction.starts, sanction.waits_until)
