"""Passkeys: what a member shows beside a link or an account, and how one who has lost theirs comes in again.

Times are system time, as for every token. Read `Passkey` first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.ids import MemberId, PasskeyId


@dataclass(frozen=True, slots=True)
class Passkey:
    """A member's passkey: its credential's id and public key, and how often it was used, as it counts itself."""

    id: PasskeyId
    member: MemberId
    credential: bytes
    public_key: bytes
    name: str
    uses: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class PasskeyRecovery:
    """A member asks to be let in without the passkeys that they have lost: two others have to agree, one of them a chair."""

    id: str
    member: MemberId
    asked_at: datetime
    agreed_by: tuple[MemberId, ...] = ()
    settled_at: datetime | None = None


class PasskeyStore(Protocol):
    """Passkeys, and what is asked where they are lost."""

    async def add_passkey(self, passkey: Passkey) -> None:
        """Store a new passkey."""
        ...

    async def save_uses(self, passkey: Passkey) -> None:
        """Store how often the passkey was used."""
        ...

    async def passkeys_of(self, member: MemberId) -> tuple[Passkey, ...]:
        """Return the member's passkeys, oldest first."""
        ...

    async def remove_passkey(self, passkey: PasskeyId) -> None:
        """Remove the passkey for good."""
        ...

    async def add_recovery(self, recovery: PasskeyRecovery) -> None:
        """Store what a member asks for."""
        ...

    async def save_recovery(self, recovery: PasskeyRecovery) -> None:
        """Store who has agreed, and when it was settled, as given."""
        ...

    async def open_recoveries(self) -> tuple[PasskeyRecovery, ...]:
        """Return what is asked for and not settled, oldest first."""
        ...
