"""What is known of humans: a Person and their Accounts, a Member and their offices. Frozen values, no behaviour."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guardian.ids import AccountId, MemberId, PersonId, SpaceName
from guardian.spaces.port import Account


class Group(StrEnum):
    """The groups of P-1.1."""

    WORKING_GROUP = "working_group"
    MODERATORS = "moderators"
    BOARD = "board"


class Office(StrEnum):
    """What somebody is within a group."""

    MEMBER = "member"
    CHAIR = "chair"
    LIAISON = "liaison"
    BOARD_LIAISON = "board_liaison"


@dataclass(frozen=True, slots=True)
class Role:
    """An office in a group for a term, `[since, until)`; `until` None: no end is set. `space` for moderators of one."""

    group: Group
    office: Office
    since: datetime
    until: datetime | None = None
    space: SpaceName | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A named human with a role in a group: what they are called, where they are reached, and who they are elsewhere.

    `aliases` are nicknames and handles by which a report may mean them; `person` is set where they are also known as a
    Person. `accounts` are theirs in the spaces. `ended_at` ends all access at that instant (P-1.2).
    """

    id: MemberId
    name: str
    roles: tuple[Role, ...]
    accounts: tuple[Account, ...] = ()
    email: str | None = None
    aliases: tuple[str, ...] = ()
    person: PersonId | None = None
    ended_at: datetime | None = None
    version: int = 0

    def holds(self, group: Group, at: datetime, office: Office | None = None) -> bool:
        """Whether they hold an office (any, if none is named) in the group at that instant."""
        if self.ended_at is not None and at >= self.ended_at:
            return False
        return any(
            r.group is group
            and (office is None or r.office is office)
            and r.since <= at
            and (not r.until or at < r.until)
            for r in self.roles
        )

    def account_in(self, space: SpaceName) -> Account | None:
        """Their account in a space, if one is known."""
        return next((a for a in self.accounts if a.space == space), None)


@dataclass(frozen=True, slots=True)
class Person:
    """A human whom a case or a sanction may concern; the code name is the only name used inside the group."""

    id: PersonId
    code_name: str
    created_at: datetime
    version: int = 0


class Trust(StrEnum):
    """How a link between an account and a person is known."""

    VOUCHED = "vouched"  # the space itself says so (the forum's external ids)
    EVIDENCED = "evidenced"  # the account acted in the reported matter itself
    ASSERTED = "asserted"  # one member says so, with evidence; a second has to agree
    CONFIRMED = "confirmed"  # asserted, and a second member agreed


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account and the person it belongs to. `handle` is what it was called when last looked at."""

    id: AccountId
    person: PersonId
    account: Account
    handle: str
    trust: Trust
    linked_at: datetime
    linked_by: str
    evidence: str = ""
    confirmed_by: MemberId | None = None
    version: int = 0

    @property
    def binding(self) -> bool:
        """Whether a sanction reaches it: a member's assertion alone restricts nobody."""
        return self.trust is not Trust.ASSERTED
