"""What is remembered about people: members, people and their accounts. It is stored encrypted.

Read `PeopleStore` first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from guardian.ids import AccountId, MemberId, PersonId, SpaceName
from guardian.people.models import LinkedAccount, Member, Person
from guardian.spaces.port import Account


class PeopleStore(Protocol):
    """Members, people, and which account is known to be whose."""

    async def members(self) -> tuple[Member, ...]:
        """Return everybody who has or had a role, in the order in which they were added."""
        ...

    async def member(self, member: MemberId) -> Member | None:
        """Return the member of that id."""
        ...

    async def member_with_account(self, account: Account) -> Member | None:
        """Return the member whose own account it is."""
        ...

    async def add_member(self, member: Member) -> None:
        """Add the member."""
        ...

    async def save_member(self, member: Member) -> Member:
        """Save the member, one version later; Stale where somebody was quicker."""
        ...

    async def language_of(self, person: PersonId) -> str:
        """Return the language that the person is written to in; empty where none is known."""
        ...

    async def keep_language(self, person: PersonId, language: str) -> None:
        """Keep the language that the person is written to in from now on; the last one counts."""
        ...

    async def person(self, person: PersonId) -> Person | None:
        """Return the person of that id."""
        ...

    async def read_ahead(self, those: Collection[PersonId]) -> None:
        """Read these people and their accounts together, in a view that only reads, before they are asked for one by one."""
        ...

    async def people_after(self, code_name: str, most: int) -> tuple[Person, ...]:
        """Return so many people whose code names come after that one, in the order of these."""
        ...

    async def person_by_code_name(self, code_name: str) -> Person | None:
        """Return the person of that code name."""
        ...

    async def add_person(self, person: Person) -> None:
        """Add the person; their code name is taken for good."""
        ...

    async def links_of_account(self, account: Account) -> tuple[LinkedAccount, ...]:
        """Return every link from that account to a person, oldest first.

        At most one of those that bind is not reached through another.
        """
        ...

    async def links_of_accounts(self, wanted: Sequence[Account]) -> tuple[LinkedAccount, ...]:
        """Return every link from any of those accounts to a person, oldest first."""
        ...

    async def links_with_handle(self, space: SpaceName, handle: str) -> tuple[LinkedAccount, ...]:
        """Return every link of an account that was called so when it was last observed, whatever the capitals."""
        ...

    async def ids_of_accounts(self, space: SpaceName, native_ids: Iterable[str]) -> Mapping[AccountId, str]:
        """Return which links there are of the space's accounts, each with the native id; nothing is decrypted."""
        ...

    async def accounts_of(self, person: PersonId) -> tuple[LinkedAccount, ...]:
        """Return the person's accounts with every trust, oldest link first."""
        ...

    async def people_of_same_accounts(self, person: PersonId) -> tuple[PersonId, ...]:
        """Return everybody to whom an account is bound that is bound to the person as well, the person first."""
        ...

    async def contactable_accounts(self, person: PersonId) -> tuple[LinkedAccount, ...]:
        """Return those of the person's accounts at which they may be written to about their own matters."""
        ...

    async def account(self, account: AccountId) -> LinkedAccount | None:
        """Return the account of that id."""
        ...

    async def add_account(self, account: LinkedAccount) -> None:
        """Add the link."""
        ...

    async def save_account(self, account: LinkedAccount) -> LinkedAccount:
        """Save the link, one version later; Stale where somebody was quicker."""
        ...

    async def used_code_names(self, names: Collection[str]) -> frozenset[str]:
        """Return which of these names a person has."""
        ...
