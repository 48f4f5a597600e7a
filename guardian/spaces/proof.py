"""The AccountProof port: somebody shows, in a browser and by their own yes, which account of a space is theirs."""

from dataclasses import dataclass
from typing import Protocol

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class Proven:
    """What the space says of whoever signed in. `vouched` are accounts elsewhere that it names as the same person's."""

    account: Account
    handle: str
    vouched: tuple[Account, ...] = ()


class AccountProof(Protocol):
    """One space's sign-in. Nothing of it is kept: the space's token is dropped once it has said whose it is."""

    @property
    def space(self) -> SpaceName: ...

    @property
    def label(self) -> str:
        """What people call the place."""
        ...

    def start(self, back: str, state: str, verifier: str) -> str:
        """The address at which the space asks the person; it sends their browser `back` with a code and the state.

        `verifier` is a secret of this one sign-in, of which the space is given a digest.
        """
        ...

    async def finish(self, back: str, code: str, verifier: str) -> Proven | Outcome:
        """Whose the code is, good once; the outcome where the space does not say."""
        ...
