"""How members come in: a one-time link opens a session, which ends by itself, by its member, or with their last office.

Times here are system time, as for every token. Secrets are kept as digests only. Read `MemberSession` first.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import CaseId, MemberId, SessionId


class SignInWay(StrEnum):
    """How somebody showed which member they are."""

    LINK = "link"  # a one-time link, from the bot, by forum message or by mail
    SPACE = "space"  # the member's own account signed in at its space
    SANDBOX = "sandbox"  # one click, where everybody is emulated


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A one-time link: the digest of its secret, whom it signs in, and the case whose page it leads to, if any."""

    digest: str
    member: MemberId
    until: datetime
    case: CaseId | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberSession:
    """One signed-in stay of a member in one browser: `until` moves on with use, up to a bound.

    `proven_at`: a second factor was shown in it. `ended_at`: it was ended, by the member or for them.
    """

    id: SessionId
    digest: str
    member: MemberId
    way: SignInWay
    opened_at: datetime
    until: datetime
    proven_at: datetime | None = None
    ended_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        """Return whether it opens anything at that instant."""
        return self.ended_at is None and at < self.until


class SignInStore(Protocol):
    """Links and sessions."""

    async def add_link(self, link: SignInLink) -> None:
        """Store a new link, so that its secret signs in until its end."""
        ...

    async def use_link(self, digest: str, at: datetime) -> bool:
        """Use the link up; False where somebody has used it already."""
        ...

    async def link(self, digest: str) -> SignInLink | None:
        """Return the link with that digest."""
        ...

    async def add_session(self, session: MemberSession) -> None:
        """Store a new session."""
        ...

    async def save_session(self, session: MemberSession) -> None:
        """Store the end of the session, its second factor and how long it lasts, as given."""
        ...

    async def session(self, digest: str) -> MemberSession | None:
        """Return the session with that digest."""
        ...

    async def sessions_of(self, member: MemberId) -> tuple[MemberSession, ...]:
        """Return the member's sessions that are still kept, oldest first."""
        ...

    async def delete_links_of(self, member: MemberId) -> None:
        """Delete every link that would sign the member in."""
        ...

    async def delete_ended(self, ended_by: datetime) -> None:
        """Delete the links and sessions that had ended by then."""
        ...
