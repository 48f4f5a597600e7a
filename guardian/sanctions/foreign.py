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
from rules.precedence import Hold


class ForeignState(StrEnum):
    """What became of a restriction that is not ours."""

    BEFORE_US = "before_us"
    AUTHOR_UNSAID = "author_unsaid"
    ASKED_ABOUT = "asked_about"
    UNEXPLAINED = "unexplained"
    TAKEN_OVER = "taken_over"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ForeignHold:
    """A restriction of another's on one account. Of those that stood before us, only the digest is known.

    `placed_at` and `until` are as its space said when it was noticed, `by` is the member whose it is, `case` the local
    matter of an unexplained one.
    """

    id: str
    space: SpaceName
    digest: str
    hold: Hold
    state: ForeignState
    seen_at: datetime
    native_id: str = ""
    author: str | None = None
    placed_at: datetime | None = None
    until: datetime | None = None
    by: MemberId | None = None
    case: CaseId | None = None
    version: int = 0


def digest_of(key: bytes, native_id: str) -> str:
    """What is kept of an account that concerns nobody here: nothing without the key tells whose it is."""
    return hashlib.blake2b(native_id.encode(), key=key, digest_size=20).hexdigest()


class ForeignStore(Protocol):
    """The picture of a space's foreign restrictions as it was last seen."""

    async def key_of(self, space: SpaceName) -> bytes | None:
        """The key of the space's digests, once its first picture stands; None before."""
        ...

    async def begin(self, space: SpaceName, holds: Iterable[tuple[str, Hold]], now: datetime) -> None:
        """The first picture stands: these holds, by native id, were there before us."""
        ...

    async def in_space(self, space: SpaceName) -> Mapping[tuple[str, Hold], ForeignState]:
        """Every hold of the picture, by digest."""
        ...

    async def find(self, space: SpaceName, native_id: str, hold: Hold) -> ForeignHold | None:
        """What is known of the hold on that account."""
        ...

    async def foreign(self, hold_id: str) -> ForeignHold | None:
        """The hold of that id."""
        ...

    async def unexplained_by(self, member: MemberId) -> tuple[ForeignHold, ...]:
        """What the member did with a space's own menu and has not explained yet, oldest first."""
        ...

    async def of_case(self, case: CaseId) -> ForeignHold | None:
        """The hold that the local matter is about."""
        ...

    async def add(self, hold: ForeignHold) -> None:
        """The hold is remembered; Stale where it was noticed a moment ago already."""
        ...

    async def save(self, hold: ForeignHold) -> ForeignHold:
        """The hold stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def forget(self, space: SpaceName, gone: Iterable[tuple[str, Hold]], seen_before: datetime) -> None:
        """These holds, by digest, are there no more; one that was first seen since `seen_before` stays."""
        ...
