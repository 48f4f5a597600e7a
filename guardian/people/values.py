"""What is known of humans: a Person and their Accounts, a Member and their offices. Frozen values, no behaviour."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.ids import AccountId, CaseId, MemberId, PersonId, SpaceName
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

    def holds(self, group: Group, at: datetime, office: Office | None = None, space: SpaceName | None = None) -> bool:
        """Whether they hold an office (any, if none is named) in the group at that instant.

        A role without a space looks after every space; `space` asks for one that looks after that space.
        """
        if self.ended_at is not None and at >= self.ended_at:
            return False
        return any(
            r.group is group
            and (office is None or r.office is office)
            and (space is None or r.space in (None, space))
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
    CONFIRMED = "confirmed"  # asserted, and a second member who has read the evidence agreed
    CHALLENGED = "challenged"  # one code was written from this account and from one that is known to be theirs
    CONSENTED = "consented"  # their own account's space vouches for it, and they let it say so


_BINDS_MORE: Final = (
    Trust.ASSERTED,
    Trust.EVIDENCED,
    Trust.CONFIRMED,
    Trust.CHALLENGED,
    Trust.CONSENTED,
    Trust.VOUCHED,
)


@dataclass(frozen=True, slots=True)
class Naming:
    """How one case came to know a link: whoever is kept out of every case that names it does not learn of it (P-2.5)."""

    case: CaseId
    trust: Trust
    by: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account and the person it belongs to. `handle` is what it was called when last looked at.

    `ended_at`: the link was wrong and has been undone; it stays on record and binds nothing (P-6.4).
    """

    id: AccountId
    person: PersonId
    account: Account
    handle: str
    trust: Trust
    linked_at: datetime
    linked_by: str
    evidence: str = ""
    confirmed_by: MemberId | None = None
    namings: tuple[Naming, ...] = ()
    ended_at: datetime | None = None
    ended_by: MemberId | None = None
    version: int = 0

    @property
    def binding(self) -> bool:
        """Whether a sanction reaches it: a member's assertion alone restricts nobody, and neither does an undone link."""
        return self.trust is not Trust.ASSERTED and self.ended_at is None

    @property
    def by_word(self) -> bool:
        """Whether nothing but people's word makes it theirs, so that it may be a stranger's."""
        return self.trust in (Trust.ASSERTED, Trust.CONFIRMED)

    def seen_from(self, cases: Container[CaseId]) -> "KnownAccount | None":
        """The link as it looks to somebody who knows of these cases alone; None where none of them names it."""
        known = [naming for naming in self.namings if naming.case in cases]
        if not known:
            return None
        best = max(known, key=lambda naming: _BINDS_MORE.index(naming.trust))
        return replace(self, trust=best.trust, linked_by=best.by, evidence=best.evidence)

    def named_in(self, naming: Naming) -> "KnownAccount":
        """The link with what this case says of it; a weaker word of the same case gives way, a stronger one stays."""
        before = next((known for known in self.namings if known.case == naming.case), None)
        if before is not None and _BINDS_MORE.index(before.trust) >= _BINDS_MORE.index(naming.trust):
            return self
        others = tuple(known for known in self.namings if known.case != naming.case)
        return replace(self, namings=(*others, naming))


def surely_theirs(links: Sequence[KnownAccount]) -> tuple[KnownAccount, ...]:
    """Of a person's accounts, oldest link first, those at which they may be written to about their own matters.

    What only people's word has added to a known person may belong to a stranger, who must learn nothing of anybody's
    case. The account by which somebody was known first is them, whoever they are (P-2.11).
    """
    return tuple(link for number, link in enumerate(links) if link.binding and (number == 0 or not link.by_word))
