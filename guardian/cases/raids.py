"""A raid: many accounts that two members have restricted at once. Its people are strangers; one of them leads.

The leader is whoever stands behind the raid, whom nobody knows: a person without an account, on whom the act, its
review and the sanction rest. What is decided of the leader's sanction is carried over to all that follow it. Read
`Raid` first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from guardian.ids import AccountId, CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName
from guardian.spaces.port import Account


class RaidState(StrEnum):
    """Where a raid stands; only one that a second member has agreed to restricts anybody."""

    ANNOUNCED = "announced"
    RUNNING = "running"
    DONE = "done"
    OVER = "over"


class RaidLineState(StrEnum):
    """What became of one account of the list."""

    LISTED = "listed"
    WAITING = "waiting"
    REQUESTED = "requested"
    ACKNOWLEDGED = "acknowledged"
    HELD = "held"
    RETURNED = "returned"  # reconciled by itself, like any other account
    REFUSED = "refused"
    DROPPED = "dropped"  # it was over before its turn came


@dataclass(frozen=True, slots=True)
class Raid:
    """One raid. `reference` is the one that all its placements carry; `leader` is the sanction that the others follow.

    `until`: so long it counts as announced, and its placements are none of the brake's. None until it is confirmed.
    """

    id: str
    case: CaseId
    act: str
    person: PersonId
    reference: Reference
    by: MemberId
    announced_at: datetime
    state: RaidState = RaidState.ANNOUNCED
    confirmed_by: MemberId | None = None
    until: datetime | None = None
    leader: SanctionId | None = None
    version: int = 0


RESTRICTING: Final = (RaidState.RUNNING, RaidState.DONE)
"""In these states a sanction restricts the accounts of the list."""

_AHEAD: Final = (RaidLineState.LISTED, RaidLineState.WAITING, RaidLineState.REQUESTED, RaidLineState.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class RaidLineCount:
    """So many lines of a raid are in that state; `observed`: their accounts have been reconciled at least once."""

    state: RaidLineState
    observed: bool
    count: int

    @property
    def pending(self) -> bool:
        """Return whether their accounts have not been reconciled to an end yet."""
        return self.state in _AHEAD or (self.state is RaidLineState.RETURNED and not self.observed)


def count_pending(counts: Iterable[RaidLineCount]) -> int:
    """Return how many accounts of a raid have not been reconciled to an end yet."""
    return sum(each.count for each in counts if each.pending)


@dataclass(frozen=True, slots=True)
class RaidLine:
    """One account of the list, as it was typed; `why` says why it is refused. `account` None: not taken up yet."""

    id: str
    raid: str
    number: int
    space: SpaceName
    native_id: str
    state: RaidLineState = RaidLineState.LISTED
    detail: str = ""
    person: PersonId | None = None
    account: AccountId | None = None

    @property
    def space_account(self) -> Account:
        """Return the account as its space knows it."""
        return Account(self.space, self.native_id)


@dataclass(frozen=True, slots=True)
class RaidLineStatus:
    """How one line stands, with what its work item says: the report's row."""

    line: RaidLine
    item_state: str | None
    item_detail: str


class RaidStore(Protocol):
    """What is stored of raids."""

    async def add(self, raid: Raid, lines: Sequence[RaidLine]) -> None:
        """Store a new raid with its list."""

    async def save(self, raid: Raid) -> Raid:
        """Store the raid as given, one version later; Stale where somebody was quicker."""
        ...

    async def raid(self, raid: str) -> Raid | None:
        """Return the raid of that id."""

    async def of_case(self, case: CaseId) -> Raid | None:
        """Return the raid whose review the case is."""

    async def of_act(self, act: str) -> Raid | None:
        """Return the raid that the act restricts."""

    async def acts_of_raids(self, among: Collection[str]) -> frozenset[str]:
        """Return which of these acts restrict a raid."""
        ...

    async def in_states(self, states: Iterable[RaidState]) -> tuple[Raid, ...]:
        """Return the raids in those states, oldest first."""
        ...

    async def lines(self, raid: str, state: RaidLineState, limit: int) -> tuple[RaidLine, ...]:
        """Return the first lines in that state."""
        ...

    async def save_lines(self, lines: Sequence[RaidLine]) -> None:
        """Store the lines as given."""

    async def drop_listed(self, raid: str) -> int:
        """Drop the lines that were not taken up; return how many."""
        ...

    async def followers(self, leader: SanctionId, limit: int) -> tuple[SanctionId, ...]:
        """Return the first sanctions that follow the leading one and are not lifted."""
        ...

    async def line_counts(self, raid: str) -> tuple[RaidLineCount, ...]:
        """Return how many lines of the raid are in which state."""
        ...

    async def line_statuses(self, raid: str) -> tuple[RaidLineStatus, ...]:
        """Return every line with what is known of it, in the order of the list."""
        ...

    async def claim_alert(self, raid: str, space: SpaceName, alert: str) -> bool:
        """Return whether this alert is the first in the space for this raid, and record that it has been raised."""
        ...


def count_by_status(rows: Iterable[RaidLineStatus]) -> Mapping[SpaceName, Mapping[str, int]]:
    """Return how many stand how, by space."""
    totals: dict[SpaceName, dict[str, int]] = {}
    for row in rows:
        of_space = totals.setdefault(row.line.space, {})
        word = status_text(row)
        of_space[word] = of_space.get(word, 0) + 1
    return totals


def status_text(row: RaidLineStatus) -> str:
    """Return how a line stands, in a word for people."""
    match row.line.state:
        case RaidLineState.REFUSED:
            return "refused"
        case RaidLineState.DROPPED:
            return "not begun"
        case RaidLineState.LISTED | RaidLineState.WAITING:
            return "waiting"
        case RaidLineState.REQUESTED | RaidLineState.ACKNOWLEDGED:
            return "asked for"
        case RaidLineState.HELD | RaidLineState.RETURNED:
            return row.item_state or "waiting"
