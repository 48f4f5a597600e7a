"""Restrictions that others placed: which stood before us, which are new, and which were taken over. No judging here.

Most of them are of people who concern nobody here: of those only a keyed digest is kept.
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
    """A restriction of another's on one account. Of those that stood before us, only the digest is known.

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
    """What is kept of an account that concerns nobody here: nothing without the key tells whose it is."""
    return hashlib.blake2b(native_id.encode(), key=key, digest_size=20).hexdigest()


class ForeignStore(Protocol):
    """The picture of a space's foreign restrictions as it was last seen."""

    async def digest_key(self, space: SpaceName) -> bytes | None:
        """The key of the space's digests, once its first picture stands; None before."""
        ...

    async def record_baseline(self, space: SpaceName, levels: Iterable[tuple[str, AccessLevel]], now: datetime) -> None:
        """The first picture stands: these holds, by native id, were there before us."""
        ...

    async def in_space(self, space: SpaceName) -> Mapping[tuple[str, AccessLevel], ForeignState]:
        """Every hold of the picture, by digest."""
        ...

    async def find(self, space: SpaceName, native_id: str, level: AccessLevel) -> ForeignRestriction | None:
        """What is known of the hold on that account."""
        ...

    async def restriction(self, restriction_id: str) -> ForeignRestriction | None:
        """The hold of that id."""
        ...

    async def unexplained_by(self, member: MemberId) -> tuple[ForeignRestriction, ...]:
        """What the member did with a space's own menu and has not explained yet, oldest first."""
        ...

    async def of_case(self, case: CaseId) -> ForeignRestriction | None:
        """The hold that the local matter is about."""
        ...

    async def add(self, foreign: ForeignRestriction) -> None:
        """The hold is remembered; Stale where it was noticed a moment ago already."""
        ...

    async def save(self, foreign: ForeignRestriction) -> ForeignRestriction:
        """The hold stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def forget(
        self, space: SpaceName, gone: Iterable[tuple[str, AccessLevel]], observed_before: datetime
    ) -> None:
        """These holds, by digest, are there no more; one that was first seen since `seen_before` stays."""
        ...
