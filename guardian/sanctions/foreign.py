"""Foreign restrictions: which stood before us, which are new, and which were adopted. Nothing is judged here.

Most of them are of people who concern nobody here: of those only a keyed digest is kept. Read `ForeignStore` first.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import CaseId, MemberId, SpaceName
from rules.precedence import AccessLevel


class ForeignState(StrEnum):
    """What became of a restriction that is not ours."""

    PREEXISTING = "preexisting"
    AUTHOR_UNKNOWN = "author_unknown"
    ASKED_ABOUT = "asked_about"
    UNEXPLAINED = "unexplained"
    ADOPTED = "adopted"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ForeignRestriction:
    """A restriction on one account that Guardian did not place; of one before us only the digest is known.

    `restricted_at` and `until` are as its space said when it was noticed, `by` is the member whose it is, `case` the local
    matter of an unexplained one.
    """

    id: str
    space: SpaceName
    digest: str
    level: AccessLevel
    state: ForeignState
    observed_at: datetime
    native_id: str = ""
    author: str | None = None
    restricted_at: datetime | None = None
    until: datetime | None = None
    by: MemberId | None = None
    case: CaseId | None = None
    version: int = 0


def digest_native_id(key: bytes, native_id: str) -> str:
    """Return what is kept of an account that concerns nobody here: without the key it says nothing."""
    return hashlib.blake2b(native_id.encode(), key=key, digest_size=20).hexdigest()


class ForeignStore(Protocol):
    """The foreign restrictions of a space as they were last observed."""

    async def digest_key(self, space: SpaceName) -> bytes | None:
        """Return the key of the space's digests, once its baseline is recorded; None before."""
        ...

    async def baseline_taken_at(self, space: SpaceName) -> datetime | None:
        """Return since when what others do there is an act of today; None before the baseline is recorded."""
        ...

    async def record_baseline(self, space: SpaceName, levels: Iterable[tuple[str, AccessLevel]], now: datetime) -> None:
        """Record that these restrictions, by native id, were there before us."""
        ...

    async def in_space(self, space: SpaceName) -> Mapping[tuple[str, AccessLevel], ForeignState]:
        """Return the state of every foreign restriction there, by digest and access level."""
        ...

    async def find(self, space: SpaceName, native_id: str, level: AccessLevel) -> ForeignRestriction | None:
        """Return what is known of the restriction on that account."""
        ...

    async def restriction(self, restriction_id: str) -> ForeignRestriction | None:
        """Return the restriction of that id."""
        ...

    async def unexplained_by(self, member: MemberId) -> tuple[ForeignRestriction, ...]:
        """Return the member's native actions that they have not explained yet, oldest first."""
        ...

    async def of_case(self, case: CaseId) -> ForeignRestriction | None:
        """Return the restriction that the local matter is about."""
        ...

    async def add(self, foreign: ForeignRestriction) -> None:
        """Add the restriction; Stale where it was noticed a moment ago already."""
        ...

    async def save(self, foreign: ForeignRestriction) -> ForeignRestriction:
        """Save the restriction, one version later; Stale where somebody was quicker."""
        ...

    async def forget(
        self, space: SpaceName, gone: Iterable[tuple[str, AccessLevel]], observed_before: datetime
    ) -> None:
        """Forget these restrictions, by digest, that are gone; one first seen since `observed_before` stays."""
        ...
