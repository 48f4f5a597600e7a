"""What is said about whose an account is, beside the links themselves: disputes, codes, and two people found to be one.

Frozen values; who may say what is asked elsewhere. Policy: P-6.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from guardian.ids import AccountId, CaseId, MemberId, PersonId, SanctionId
from guardian.spaces.account_proof import ProvenAccount
from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class Dispute:
    """Somebody says that a link is wrong: the owner of the account, or the person whom it was linked to.

    `settled_at` None: somebody who neither made nor confirmed the link still owes it a review. `upheld`: it was undone.
    `shown` are the accounts that they have shown to be theirs by signing in.
    """

    id: str
    link: AccountId
    case: CaseId
    at: datetime
    text: str
    by_owner: bool
    settled_at: datetime | None = None
    settled_by: MemberId | None = None
    upheld: bool = False
    shown: tuple[ProvenAccount, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Merge:
    """Two known people are said to be one human. It binds from the second member's yes until they are split.

    Nothing of either is moved: what restricts one restricts the accounts of both, for as long as this stands.
    """

    id: str
    kept: PersonId
    other: PersonId
    case: CaseId
    at: datetime
    by: str
    evidence: str
    confirmed_at: datetime | None = None
    confirmed_by: MemberId | None = None
    ended_at: datetime | None = None
    ended_by: MemberId | None = None
    version: int = 0

    @property
    def is_active(self) -> bool:
        """Return whether it binds: confirmed, and not undone."""
        return self.confirmed_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class OwnershipCode:
    """A code that one human writes from two accounts: one that is known to be the person's, and one that may be.

    `until` is the machine's time, as for every secret. `known_at` and `claimed_at`: when it came from each.
    """

    id: str
    digest: str
    person: PersonId
    account: Account
    handle: str
    case: CaseId
    by: str
    at: datetime
    until: datetime
    known_at: datetime | None = None
    claimed_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """An account's turn to have the spaces asked about it, for one sanction that runs on its person."""

    sanction: SanctionId
    account: AccountId


def merged_people(person: PersonId, pairs: Iterable[tuple[PersonId, PersonId]]) -> tuple[PersonId, ...]:
    """Return the person, and everybody whom the pairs connect with them, however many steps away; the person first."""
    known = tuple(pairs)
    found = dict.fromkeys((person,))
    queue = [person]
    while queue:
        current = queue.pop()
        neighbours = [b if a == current else a for a, b in known if current in (a, b)]
        added = [each for each in neighbours if each not in found]
        found |= dict.fromkeys(added)
        queue += added
    return tuple(found)
