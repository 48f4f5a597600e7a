"""What is said about whose an account is, beside the links themselves: disputes, codes, and two people found to be one.

Frozen values; who may say what is asked elsewhere. Policy: P-6.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from guardian.ids import AccountId, CaseId, MemberId, PersonId
from guardian.spaces.port import Account
from guardian.spaces.proof import Shown


@dataclass(frozen=True, slots=True)
class Dispute:
    """Somebody says that a link is wrong: the owner of the account, or the person whom it was linked to.

    `settled_at` None: somebody who neither made nor confirmed the link still owes it a look. `upheld`: it was undone.
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
    shown: tuple[Shown, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Join:
    """Two known people are said to be one human. It binds from the second member's yes until they are parted.

    Nothing of either is moved: what holds on one holds for the accounts of both, for as long as this stands.
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
    def stands(self) -> bool:
        """Whether it binds: confirmed, and not undone."""
        return self.confirmed_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class Challenge:
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


def together(person: PersonId, pairs: Iterable[tuple[PersonId, PersonId]]) -> tuple[PersonId, ...]:
    """The person, and everybody whom the pairs join to them, however many steps away; the person first."""
    known = tuple(pairs)
    found = dict.fromkeys((person,))
    waiting = [person]
    while waiting:
        one = waiting.pop()
        near = [b if a == one else a for a, b in known if one in (a, b)]
        fresh = [each for each in near if each not in found]
        found |= dict.fromkeys(fresh)
        waiting += fresh
    return tuple(found)
