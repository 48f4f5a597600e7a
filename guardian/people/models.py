"""What is known of humans: a Person and their Accounts, a Member and their offices. Frozen values, no behaviour."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from guardian.ids import AccountId, CaseId, MemberId, NoticeId, PersonId, SpaceName
from guardian.spaces.port import Account
from rules.membership import LeavingGround

UNCONFIRMED_UNTIL: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a new chair's role until a second member confirms it: they are in office, and it shows."""


class Group(StrEnum):
    """The groups of P-1.1."""

    WORKING_GROUP = "working_group"
    MODERATORS = "moderators"
    BOARD = "board"
    PRIVACY_OFFICERS = "privacy_officers"
    ADVISERS = "advisers"
    LOCAL_REPRESENTATIVES = "local_representatives"


NAMED_BY_TWO: Final = frozenset({Group.PRIVACY_OFFICERS})
"""The groups in which an office begins with a second member's yes, and not before."""


NAMED_FOR_ONE: Final = frozenset({Group.LOCAL_REPRESENTATIVES})
"""The groups whose seats are each for one event or affiliated program, with an end (`membership.representatives`)."""


class Office(StrEnum):
    """What somebody is within a group."""

    MEMBER = "member"
    CHAIR = "chair"
    LIAISON = "liaison"
    BOARD_LIAISON = "board_liaison"


@dataclass(frozen=True, slots=True)
class Role:
    """An office in a group for a term, `[since, until)`; `until` None: no end is set. `space` for moderators of one.

    `body` is the event or affiliated program of a local representative, by its id in our registers.

    `named_by` is whoever named them where a second member has still to agree: until then it has not begun.
    """

    group: Group
    office: Office
    since: datetime
    until: datetime | None = None
    space: SpaceName | None = None
    named_by: str | None = None
    body: str | None = None

    @property
    def awaits_second(self) -> bool:
        """Return whether somebody is named for it, and no second member has agreed."""
        return self.named_by is not None and self.until is None


@dataclass(frozen=True, slots=True)
class Departure:
    """That somebody's last place here ended: when, by whose word, and on which ground; chairs alone read the words."""

    at: datetime
    by: str
    ground: LeavingGround
    words: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A named human with a role in a group: what they are called, where they are reached, and who they are elsewhere.

    `aliases` are nicknames and handles by which a report may mean them; `person` is set where they are also known as a
    Person. `accounts` are theirs in the spaces. `ended_at` ends all access at that instant (P-1.2); `seated_at` is when
    somebody who had left came back: what waited for them before is not theirs any more. `conflicts_asked_at`: when
    they were asked for conflicts in earlier cases, none of which is theirs to know until they have answered. `administers` are the spaces of which they are noted as an
    administrator (P-1.4). `asked_at` is when they were asked by `renewal_notice` whether they go on,
    `renewed_at` when they said so, `renewal_heard_at` when anybody was last told of it; `silent_since`: nothing was heard
    of them for long.
    `has_sharp_pictures`: by their own choice, pictures are shown to them sharp and in colour as soon as they open one.
    `chairs_are_board`: where the policy knows no Board, a chair's seat is one of the Board as well; nothing of it is
    stored, so that it begins and ends with the office (P-1.1).
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
    chairs_are_board: bool = False
    seated_at: datetime | None = None
    conflicts_asked_at: datetime | None = None
    administers: tuple[SpaceName, ...] = ()
    renewed_at: datetime | None = None
    asked_at: datetime | None = None
    renewal_notice: NoticeId | None = None
    renewal_heard_at: datetime | None = None
    silent_since: datetime | None = None
    departures: tuple[Departure, ...] = ()
    has_sharp_pictures: bool = False

    def holds_office(
        self, group: Group, at: datetime, office: Office | None = None, space: SpaceName | None = None
    ) -> bool:
        """Return whether they hold an office (any, if none is named) in the group at that instant.

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
        ) or (group is Group.BOARD and office is None and self.is_chair_for_board(at))

    def states_conflicts_in(self, opened_at: datetime) -> bool:
        """Return whether they have still to state conflicts in a case that was opened then."""
        return self.conflicts_asked_at is not None and opened_at <= self.conflicts_asked_at

    @property
    def states_conflicts_first(self) -> bool:
        """Return whether they have still to state conflicts in the cases that were there when they came."""
        return self.conflicts_asked_at is not None

    def holds_any_office(self, at: datetime) -> bool:
        """Return whether they hold an office in any group at that instant."""
        return any(self.holds_office(group, at) for group in Group)

    def is_chair_for_board(self, at: datetime) -> bool:
        """Return whether they take the Board's place as a chair, where the policy knows no Board (P-1.1)."""
        return self.chairs_are_board and self.holds_office(Group.WORKING_GROUP, at, Office.CHAIR)

    def account_in(self, space: SpaceName) -> Account | None:
        """Return their account in a space, if one is known."""
        return next((a for a in self.accounts if a.space == space), None)


@dataclass(frozen=True, slots=True)
class Person:
    """A human whom a case or a sanction may concern; the code name is the only name used inside the group.

    `language` is the one they are written to in; empty where none is known.
    """

    id: PersonId
    code_name: str
    created_at: datetime
    version: int = 0
    language: str = ""


class Trust(StrEnum):
    """How a link between an account and a person is known."""

    VOUCHED = "vouched"  # the space itself says so (the forum's external ids)
    EVIDENCED = "evidenced"  # the account acted in the reported matter itself
    ASSERTED = "asserted"  # one member says so, with evidence; a second has to agree
    CONFIRMED = "confirmed"  # asserted, and a second member who has read the evidence agreed
    PROVED_BY_CODE = "proved_by_code"  # one code was written from this account and from one that is known to be theirs
    SELF_DISCLOSED = "self_disclosed"  # their own account's space vouches for it, and they let it say so


_TRUST_ORDER: Final = (
    Trust.ASSERTED,
    Trust.EVIDENCED,
    Trust.CONFIRMED,
    Trust.PROVED_BY_CODE,
    Trust.SELF_DISCLOSED,
    Trust.VOUCHED,
)


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """How one case came to know a link: whoever is kept out of every case that names it does not learn of it (P-2.5)."""

    case: CaseId
    trust: Trust
    by: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """An account and the person it belongs to. `handle` is what it was called when last observed.

    `ended_at`: the link was wrong and has been undone; it stays on record and binds nothing (P-6.4). `reached_through`
    is the link by which others knew the account already, where who made this one may not know it (P-4.2): what restricts
    this person reaches the account through the work item of that one.
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
    case_evidence: tuple[LinkEvidence, ...] = ()
    ended_at: datetime | None = None
    ended_by: MemberId | None = None
    reached_through: AccountId | None = None
    version: int = 0

    @property
    def worked_as(self) -> AccountId:
        """Return the link whose work item reaches the account: its own, or that by which it was known already."""
        return self.reached_through or self.id

    @property
    def binding(self) -> bool:
        """Return whether a sanction reaches it.

        A member's assertion alone restricts nobody, and neither does an undone link.
        """
        return self.trust is not Trust.ASSERTED and self.ended_at is None

    @property
    def is_only_asserted(self) -> bool:
        """Return whether nothing but people's word makes it theirs, so that it may be a stranger's."""
        return self.trust in (Trust.ASSERTED, Trust.CONFIRMED)

    def visible_from(self, cases: Container[CaseId]) -> "LinkedAccount | None":
        """Return the link as it looks to somebody who knows of these cases alone; None where none of them names it."""
        visible = [link_evidence for link_evidence in self.case_evidence if link_evidence.case in cases]
        if not visible:
            return None
        best = max(visible, key=lambda link_evidence: _TRUST_ORDER.index(link_evidence.trust))
        return replace(self, trust=best.trust, linked_by=best.by, evidence=best.evidence)

    def with_evidence(self, link_evidence: LinkEvidence) -> "LinkedAccount":
        """Return the link with what this case says of it.

        A weaker word of the same case gives way, a stronger one stays.
        """
        existing = next((known for known in self.case_evidence if known.case == link_evidence.case), None)
        if existing is not None and _TRUST_ORDER.index(existing.trust) >= _TRUST_ORDER.index(link_evidence.trust):
            return self
        others = tuple(known for known in self.case_evidence if known.case != link_evidence.case)
        return replace(self, case_evidence=(*others, link_evidence))


def contactable_accounts(links: Sequence[LinkedAccount]) -> tuple[LinkedAccount, ...]:
    """Return of a person's accounts, oldest link first, those at which they may be written to about their own matters.

    What only people's word has added to a known person may belong to a stranger, who must learn nothing of anybody's
    case. The account by which somebody was known first is them, whoever they are (P-2.11).
    """
    return tuple(
        link for number, link in enumerate(links) if link.binding and (number == 0 or not link.is_only_asserted)
    )
