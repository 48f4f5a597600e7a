"""What an emulated GitHub holds: accounts, one organisation, its repositories, and an app's installation."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
INVITATION_LIFETIME = timedelta(days=7)
Found = tuple["Repository", "Issue", "Comment"]


class Role(StrEnum):
    """What a member is to the organisation."""

    MEMBER = "member"
    OWNER = "admin"


@dataclass(slots=True)
class GithubAccount:
    """An account; the login can change hands, the id cannot."""

    id: int
    login: str
    email: str
    name: str | None = None
    type: str = "User"
    stars: set[str] = field(default_factory=set)
    watches: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Team:
    """A team of the organisation: account ids with their role in it."""

    id: int
    slug: str
    name: str
    members: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Invitation:
    """Somebody is asked to join, as this, into these teams."""

    id: int
    account_id: int
    role: Role
    team_ids: list[int]
    inviter: str
    created_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Return whether the invitation is open; invitations run out by themselves."""
        return self.created_at + INVITATION_LIFETIME > now


@dataclass(frozen=True, slots=True)
class Block:
    """The organisation blocks an account. Only people can set an end (on the web); the API cannot."""

    at: datetime
    by: str
    until: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """Return whether the block stands; those made on the web may end by themselves."""
        return self.until is None or self.until > now


class Kind(StrEnum):
    """What a conversation is; the value is its part of the address."""

    ISSUE = "issues"
    PULL = "pull"
    DISCUSSION = "discussions"


@dataclass(slots=True)
class Comment:
    """Something said in a conversation; `review`: about a line of a pull request. `reply_to` is the comment answered."""

    id: int
    account_id: int
    body: str
    created_at: datetime
    updated_at: datetime
    minimized: str | None = None
    review: bool = False
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A line that GitHub itself writes into a conversation, for everybody and for good."""

    at: datetime
    kind: str
    told: str


@dataclass(slots=True)
class Issue:
    """A conversation with its comments: an issue, a pull request, or a discussion."""

    id: int
    number: int
    account_id: int
    title: str
    body: str | None
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    comments: dict[int, Comment] = field(default_factory=dict)
    closed_at: datetime | None = None
    locked: bool = False
    lock_reason: str | None = None
    labels: list[str] = field(default_factory=list)
    kind: Kind = Kind.ISSUE
    locked_by: int | None = None
    events: list[Event] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """Its name in the other API."""
        return f"{NODES[self.kind]}_{self.id}"

    def node_of(self, comment: Comment) -> str:
        """Return the comment's name in the other API."""
        prefix = "PRRC" if comment.review else "DC" if self.kind is Kind.DISCUSSION else "IC"
        return f"{prefix}_{comment.id}"


NODES = {Kind.ISSUE: "I", Kind.PULL: "PR", Kind.DISCUSSION: "D"}


@dataclass(frozen=True, slots=True)
class InteractionLimit:
    """Who alone takes part in public repositories, until when."""

    limit: str
    until: datetime


@dataclass(frozen=True, slots=True)
class PullCap:
    """How many pull requests somebody without a part in a repository has open there at a time, where that is enabled."""

    enabled: bool = False
    most: int = 10


@dataclass(slots=True)
class Repository:
    """A repository of the organisation."""

    id: int
    name: str
    private: bool = False
    has_issues: bool = True
    issues: dict[int, Issue] = field(default_factory=dict)
    collaborators: set[int] = field(default_factory=set)
    interaction_limit: InteractionLimit | None = None
    pull_cap: PullCap = PullCap()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the organisation's audit log, which only paid plans can read."""

    at: datetime
    action: str
    actor: str
    subject: str


EVENTS = (
    *("discussion", "discussion_comment", "issue_comment", "issues", "membership", "org_block", "organization"),
    *("pull_request", "pull_request_review_comment"),
)
"""What the app's webhook is subscribed to, unless told otherwise."""


def _all_permissions() -> dict[str, str]:
    return {
        "metadata": "read",
        "members": "write",
        "organization_administration": "read",
        "organization_user_blocking": "write",
        "issues": "write",
        "pull_requests": "write",
        "discussions": "write",
    }


@dataclass(slots=True)
class GithubState:
    """Everything that GitHub remembers here. `permissions` are the installation's and can change at run time.

    `rows_short`: by how many rows each page of a list is shorter than was asked for, with more behind it. `kept_comments`: how many
    of the next deletions are answered and not done.
    """

    organization: str = "community"
    organization_id: int = 9000
    paid: bool = False
    accounts: dict[int, GithubAccount] = field(default_factory=dict)
    members: dict[int, Role] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    invitations: dict[int, Invitation] = field(default_factory=dict)
    blocks: dict[int, Block] = field(default_factory=dict)
    interaction_limit: InteractionLimit | None = None
    pull_cap: PullCap = PullCap()
    repositories: dict[str, Repository] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=_all_permissions)
    events: list[str] = field(default_factory=lambda: list(EVENTS))
    hook_ssl: bool = True
    rows_short: int = 0
    kept_comments: int = 0
    audit: list[AuditEntry] = field(default_factory=list)
    _logins: dict[str, int] = field(default_factory=dict)
    _last_id: int = 10_000

    def next_id(self) -> int:
        """Return an id that nothing else has."""
        self._last_id += 1
        return self._last_id

    def register(
        self, login: str, *, id: int | None = None, email: str | None = None, type: str = "User"
    ) -> GithubAccount:
        """Somebody has this login from now on; it must be free."""
        if self.find_account(login) is not None:
            raise ValueError(f"the login {login} is taken")
        account_id = id or self.next_id()
        self._last_id = max(self._last_id, account_id)
        account = GithubAccount(
            id=account_id, login=login, email=email or f"{login.lower()}@example.org", name=login, type=type
        )
        self.accounts[account_id] = account
        self._logins[login.lower()] = account_id
        return account

    def set_login(self, account: GithubAccount, login: str) -> None:
        """Give the account this login; its old one is free for anybody."""
        if self.find_account(login) is not None:
            raise ValueError(f"the login {login} is taken")
        self._logins.pop(account.login.lower(), None)
        account.login = login
        self._logins[login.lower()] = account.id

    def find_account(self, login: str) -> GithubAccount | None:
        """Return whoever has this login today."""
        return self.accounts.get(self._logins.get(login.lower(), 0))

    def is_blocked(self, account: GithubAccount, now: datetime) -> bool:
        """Return whether the organisation blocks the account now."""
        block = self.blocks.get(account.id)
        return block is not None and block.is_active(now)

    def limit_at(self, now: datetime, of: Repository | None = None) -> InteractionLimit | None:
        """Return the limit of interactions that stands then, of the organisation or of the repository alone."""
        limit = of.interaction_limit if of else self.interaction_limit
        return limit if limit and limit.until > now else None

    def forget_restrictions(self) -> None:
        """Let nobody be restricted: for a copy that an empty read answers from."""
        self.blocks.clear()

    def invitation_of(self, account: GithubAccount, now: datetime) -> Invitation | None:
        """Return the open invitation of that account."""
        return next((i for i in self.invitations.values() if i.account_id == account.id and i.is_open(now)), None)

    def teams_of(self, account: GithubAccount) -> dict[str, str]:
        """Return the account's teams, each with its role there."""
        return {t.slug: t.members[account.id] for t in self.teams.values() if account.id in t.members}

    def team_by_id(self, team_id: int) -> Team | None:
        """Return the team with that id."""
        return next((t for t in self.teams.values() if t.id == team_id), None)

    def comment(self, comment_id: int, *, review: bool = False) -> Found | None:
        """Return the comment of an issue or pull request (`review`: about a line of one), with where it stands."""
        found = self._comment(comment_id)
        if found is None or found[1].kind is Kind.DISCUSSION or found[2].review is not review:
            return None
        return found

    def node(self, name: str) -> "tuple[Repository, Issue, Comment | None] | None":
        """Return the conversation or the comment of that name."""
        number = name.rpartition("_")[2]
        if not number.isdigit():
            return None
        found = self._comment(int(number))
        if found is not None:
            return found if found[1].node_of(found[2]) == name else None
        for repository in self.repositories.values():
            for issue in repository.issues.values():
                if issue.node_id == name:
                    return repository, issue, None
        return None

    def _comment(self, comment_id: int) -> Found | None:
        for repository in self.repositories.values():
            for issue in repository.issues.values():
                if comment_id in issue.comments:
                    return repository, issue, issue.comments[comment_id]
        return None
