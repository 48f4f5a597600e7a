"""What the people room needs remembered: members, people and their accounts. The storage room keeps it sealed."""

from typing import Protocol

from guardian.ids import AccountId, MemberId, PersonId, SpaceName
from guardian.people.models import LinkedAccount, Member, Person
from guardian.spaces.port import Account


class PeopleStore(Protocol):
    """Members, people, and which account is known to be whose."""

    async def members(self) -> tuple[Member, ...]:
        """Everybody who has or had a role, in the order in which they were added."""
        ...

    async def member(self, member: MemberId) -> Member | None:
        """The member of that id."""
        ...

    async def member_with_account(self, account: Account) -> Member | None:
        """The member whose own account it is."""
        ...

    async def add_member(self, member: Member) -> None:
        """The member is remembered."""
        ...

    async def save_member(self, member: Member) -> Member:
        """The member stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def person(self, person: PersonId) -> Person | None:
        """The person of that id."""
        ...

    async def person_by_code_name(self, code_name: str) -> Person | None:
        """The person of that code name."""
        ...

    async def add_person(self, person: Person) -> None:
        """The person is remembered; their code name is taken for good."""
        ...

    async def links_of_account(self, account: Account) -> tuple[LinkedAccount, ...]:
        """Every link from that account to a person, oldest first; at most one of them is binding."""
        ...

    async def accounts_of(self, person: PersonId) -> tuple[LinkedAccount, ...]:
        """The person's accounts with every trust, oldest link first."""
        ...

    async def contactable_accounts(self, person: PersonId) -> tuple[LinkedAccount, ...]:
        """Those of the person's accounts at which they may be written to about their own matters."""
        ...

    async def accounts_in(self, space: SpaceName) -> tuple[LinkedAccount, ...]:
        """Every account that is known in the space, oldest link first."""
        ...

    async def account(self, account: AccountId) -> LinkedAccount | None:
        """The account of that id."""
        ...

    async def add_account(self, account: LinkedAccount) -> None:
        """The link is remembered."""
        ...

    async def save_account(self, account: LinkedAccount) -> LinkedAccount:
        """The link stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def code_names(self) -> frozenset[str]:
        """Every code name that a person has."""
        ...
