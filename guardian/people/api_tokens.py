"""Personal tokens: what a member's own program may do in their name. Times are system time, as for every token.

Secrets are kept as digests only. Read `ApiToken` first.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import ApiTokenId, MemberId


class TokenScope(StrEnum):
    """One thing that a token opens; its member's seats and conflicts narrow it further, at each use."""

    TASKS = "tasks"
    CASES = "cases"
    CASE_FILES = "case_files"
    SANCTIONS = "sanctions"
    ACT = "act"
    MEASURE = "measure"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of a member, good until its end; `ended_at`: it was ended before. `name` is what they call it."""

    id: ApiTokenId
    digest: str
    member: MemberId
    name: str
    scopes: frozenset[TokenScope]
    issued_at: datetime
    until: datetime
    ended_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        """Return whether it opens anything at that instant."""
        return self.ended_at is None and at < self.until


class ApiTokenStore(Protocol):
    """Personal tokens."""

    async def add_token(self, token: ApiToken) -> None:
        """Store a new token."""
        ...

    async def end_token(self, token: ApiTokenId, at: datetime) -> None:
        """Store that the token was ended."""
        ...

    async def token(self, digest: str) -> ApiToken | None:
        """Return the token with that digest."""
        ...

    async def tokens_of(self, member: MemberId) -> tuple[ApiToken, ...]:
        """Return the member's tokens that are still kept, oldest first."""
        ...

    async def delete_over(self, over_by: datetime) -> None:
        """Delete the tokens whose time was over by then."""
        ...
