"""The AccountProof port: somebody shows, in a browser and by their own yes, which account of a space is theirs.

Read `AccountProof` first.
"""

from dataclasses import dataclass
from typing import Protocol

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class ProvenAccount:
    """An account that was shown to be somebody's, and what it is called there."""

    account: Account
    handle: str


@dataclass(frozen=True, slots=True)
class ProofResult:
    """What the space says of whoever signed in: their account there, and what it is called.

    `linked_accounts` are those elsewhere that the space itself has checked to be the same person's; None where it was
    not asked.
    """

    account: Account
    handle: str
    linked_accounts: tuple[ProvenAccount, ...] | None = None


class AccountProof(Protocol):
    """One space's sign-in. Nothing of it is kept: the space's token is dropped once it has said whose it is."""

    @property
    def space(self) -> SpaceName:
        """Return the space's name."""
        ...

    @property
    def label(self) -> str:
        """Return what people call the space."""
        ...

    @property
    def knows_linked_accounts(self) -> bool:
        """Return whether the space can say which accounts elsewhere are the same person's.

        It says so with its owner's consent.
        """
        ...

    @property
    def answer_fields(self) -> tuple[str, ...]:
        """Return which fields of the address that the browser comes back with make the code, joined by dots."""
        ...

    def start(self, return_url: str, state: str, verifier: str, *, include_linked: bool = False) -> str:
        """Return the address at which the space asks the person.

        It sends their browser to `return_url` with a code and the state. `verifier` is a secret of this one sign-in, of
        which the space is given a digest. `include_linked`: the person is asked as well to let us see which accounts
        elsewhere are theirs; only where the space `knows_linked_accounts`.
        """
        ...

    async def finish(self, return_url: str, code: str, verifier: str) -> ProofResult | Outcome:
        """Return whose the code is, good once; the outcome where the space does not say."""
        ...
