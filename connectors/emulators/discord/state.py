"""What the emulated platform holds: one guild, its people, messages, bans and audit log, with seeding helpers.

Everything here can be deep-copied (a stale read answers from a copy). No wire format, no events, no history.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from connectors.emulators.discord.permissions import EVERYTHING, FOR_EVERYONE, FOR_THE_BOT, WHILE_TIMED_OUT, Permission

Json = dict[str, Any]
Item = TypeVar("Item")

DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
TEXT_CHANNEL, PRIVATE_CHANNEL, THREAD = 0, 1, 11
EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15
PAUSED_UNTIL = ("invites_disabled_until", "dms_disabled_until")
GUILD_MEMBERS_INTENT, GUILD_PRESENCES_INTENT, MESSAGE_CONTENT_INTENT = 1 << 1, 1 << 8, 1 << 15


@dataclass(slots=True)
class Role:
    """A role of the guild; a higher position outranks a lower one."""

    id: str
    name: str
    permissions: int
    position: int
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """An account elsewhere that somebody has connected to theirs: of which kind, its id there, what it is called."""

    kind: str
    id: str
    name: str
    verified: bool = True
    revoked: bool = False
    public: bool = False


@dataclass(slots=True)
class User:
    """An account; `dms_closed` says that it takes no direct messages from members of the guild.

    `locale` is the language that its owner's app is set to; `connections` are their accounts elsewhere.
    """

    id: str
    username: str
    bot: bool = False
    dms_closed: bool = False
    locale: str = "en-US"
    connections: list[Connection] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """An account's place in the guild; `pending` until they have accepted its rules, where it has a screen for them."""

    user_id: str
    joined_at: datetime
    roles: list[str] = field(default_factory=list)
    nick: str | None = None
    pending: bool = False


@dataclass(slots=True)
class Channel:
    """A text channel of the guild, a thread in one, or the private channel of the bot with one account."""

    id: str
    name: str
    type: int = TEXT_CHANNEL
    recipient_id: str | None = None
    hidden_from_bot: bool = False
    parent_id: str | None = None
    owner_id: str = ""
    locked: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it was uploaded."""

    id: str
    channel_id: str
    filename: str
    content_type: str
    content: bytes
    description: str | None = None
    ephemeral: bool = False


@dataclass(slots=True)
class Message:
    """A message; `seen_by` is the only account that sees it where it is ephemeral.

    `extras` are further fields as Discord words them: a poll, stickers, what was forwarded, who used the app.
    """

    id: str
    channel_id: str
    author_id: str
    content: str
    created_at: datetime
    edited_at: datetime | None = None
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    seen_by: str | None = None
    mentions: list[str] = field(default_factory=list)
    mentions_everyone: bool = False
    type: int = 0
    extras: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ban:
    """A ban as it stands: why, by whom, since when."""

    user_id: str
    reason: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the guild's audit log."""

    id: str
    at: datetime
    user_id: str
    target_id: str | None
    action_type: int
    reason: str | None = None
    changes: tuple[Json, ...] = ()
    options: Json = field(default_factory=dict)


class ById(dict[str, Item]):
    """Things by their ids, with pages in ascending order of id that stay quick among a hundred thousand."""

    def __init__(self) -> None:
        super().__init__()
        self._order: list[int] = []
        self._ordered = True

    def __setitem__(self, key: str, value: Item) -> None:
        self._ordered = self._ordered and key in self
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self._ordered = False
        super().__delitem__(key)

    def pop(self, key: str, *default: Any) -> Any:
        """Return the thing, which is here no more."""
        self._ordered = False
        return super().pop(key, *default)

    def page(self, limit: int, *, after: int = 0, before: int | None = None) -> list[Item]:
        """Return at most so many: the first after that id, or the last before it where `before` is given."""
        if not self._ordered or len(self._order) != len(self):
            self._order, self._ordered = sorted(map(int, self)), True
        if before is not None:
            end = bisect_left(self._order, before)
            ids = self._order[max(0, end - limit) : end]
        else:
            start = bisect_right(self._order, after)
            ids = self._order[start : start + limit]
        return [self[str(i)] for i in ids]


@dataclass(slots=True)
class DiscordState:
    """One guild with its owner, one text channel and the bot, whose role stands at position 50."""

    begun: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    guild_name: str = "Emulated community"
    roles: dict[str, Role] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    members: ById[Member] = field(default_factory=ById)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    stickers: dict[str, bytes] = field(default_factory=dict)
    bans: ById[Ban] = field(default_factory=ById)
    timeouts: dict[str, datetime] = field(default_factory=dict)
    paused: dict[str, datetime] = field(default_factory=dict)
    features: list[str] = field(default_factory=lambda: ["COMMUNITY"])
    bans_leave_inside: set[str] = field(default_factory=set)
    audit: list[AuditEntry] = field(default_factory=list)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    command_overwrites: dict[str, bool] = field(default_factory=dict)
    nonces: dict[str, tuple[str, float]] = field(default_factory=dict)
    privileged_intents: int = GUILD_MEMBERS_INTENT
    scopes: set[str] = field(default_factory=lambda: {"bot", "applications.commands"})
    last_id: int = 0
    guild_id: str = ""
    bot_id: str = ""
    application_id: str = ""
    owner_id: str = ""
    bot_role_id: str = ""
    general_id: str = ""

    def __post_init__(self) -> None:
        if self.guild_id:
            return
        self.guild_id = self.new_id(self.begun)
        self.roles[self.guild_id] = Role(self.guild_id, "@everyone", int(FOR_EVERYONE), 0)
        self.bot_role_id = self.add_role("Guardian", permissions=int(FOR_THE_BOT), position=50)
        self.roles[self.bot_role_id].managed = True
        self.bot_id = self.add_user("guardian")
        self.users[self.bot_id].bot = True
        # As on applications of the first years: the account came later than its application, with an id of its own.
        self.application_id = self.new_id(self.begun)
        self.add_member(self.bot_id, roles=[self.bot_role_id])
        self.owner_id = self.add_member(self.add_user("owner"))
        self.general_id = self.add_channel("general")

    # -- ids

    def new_id(self, at: datetime) -> str:
        """Return a snowflake of that instant, greater than every one before it."""
        milliseconds = max(0, int((at - DISCORD_EPOCH).total_seconds() * 1000))
        self.last_id = max(milliseconds << 22, self.last_id + 1)
        return str(self.last_id)

    @property
    def bot_permissions(self) -> Permission:
        """What the bot's own role allows it now."""
        return Permission(self.roles[self.bot_role_id].permissions)

    @bot_permissions.setter
    def bot_permissions(self, permissions: Permission) -> None:
        self.roles[self.bot_role_id].permissions = int(permissions)

    # -- seeding: no history, no events

    def add_role(self, name: str, *, permissions: int = 0, position: int | None = None) -> str:
        """Add the role; without a position it stands below the bot, above the roles before it."""
        below = [r.position for r in self.roles.values() if r.position < 50]
        place = position if position is not None else max(below, default=0) + 1
        role = Role(self.new_id(self.begun), name, int(permissions), place)
        self.roles[role.id] = role
        return role.id

    def add_user(self, username: str, *, user_id: str | None = None) -> str:
        """The account exists, outside the guild."""
        account = User(id=user_id or self.new_id(self.begun), username=username)
        self.users[account.id] = account
        return account.id

    def add_member(self, user_id: str, *, roles: list[str] | None = None) -> str:
        """Make the account a member with these roles."""
        self.members[user_id] = Member(user_id, self.begun, list(roles or []))
        return user_id

    def add_channel(self, name: str, *, hidden_from_bot: bool = False) -> str:
        """Add the text channel to the guild."""
        channel = Channel(id=self.new_id(self.begun), name=name, hidden_from_bot=hidden_from_bot)
        self.channels[channel.id] = channel
        return channel.id

    def add_thread(self, name: str, owner_id: str) -> str:
        """Add the thread to the general channel, begun by that account."""
        thread = Channel(
            id=self.new_id(self.begun), name=name, type=THREAD, parent_id=self.general_id, owner_id=owner_id
        )
        self.channels[thread.id] = thread
        return thread.id

    def add_message(self, channel_id: str, author_id: str, content: str, *, at: datetime | None = None) -> str:
        """Put the message into the channel since `at` (left out: since the guild began)."""
        since = at or self.begun
        message = Message(
            id=self.new_id(since), channel_id=channel_id, author_id=author_id, content=content, created_at=since
        )
        self.messages[message.id] = message
        return message.id

    def set_owner(self, user_id: str) -> None:
        """Make this account the owner of the guild."""
        self.owner_id = user_id

    def close_dms(self, user_id: str, closed: bool = True) -> None:
        """Let the account take no direct messages, or take them again."""
        self.users[user_id].dms_closed = closed

    def set_locale(self, user_id: str, locale: str) -> None:
        """Set the app of the account's owner to this language."""
        self.users[user_id].locale = locale

    def connect(self, user_id: str, connection: Connection) -> None:
        """Connect an account elsewhere to this one, as its owner does."""
        self.users[user_id].connections.append(connection)

    # -- questions

    def permissions_of(self, user_id: str, now: datetime) -> int:
        """Return the guild-wide permissions of a member, as far as they hold while a timeout runs.

        0 for anybody else.
        """
        member = self.members.get(user_id)
        if member is None:
            return 0
        if user_id == self.owner_id:
            return EVERYTHING
        held = self.roles[self.guild_id].permissions
        for role_id in member.roles:
            held |= self.roles[role_id].permissions
        if held & Permission.ADMINISTRATOR:
            return EVERYTHING
        return held & WHILE_TIMED_OUT if self.is_timed_out(user_id, now) else held

    def has_permission(self, user_id: str, permission: Permission, now: datetime) -> bool:
        """Return whether the member holds every one of these permissions."""
        return self.permissions_of(user_id, now) & permission == permission

    def is_untouchable(self, user_id: str) -> bool:
        """Return whether nobody can time the account out: the owner and administrators."""
        member = self.members.get(user_id)
        administers = member is not None and any(
            self.roles[r].permissions & Permission.ADMINISTRATOR for r in [*member.roles, self.guild_id]
        )
        return user_id == self.owner_id or administers

    def top_position(self, user_id: str) -> int:
        """Return the position of the highest role; the owner stands above all, a stranger below."""
        if user_id == self.owner_id:
            return 1 << 30
        member = self.members.get(user_id)
        return max((self.roles[r].position for r in member.roles), default=0) if member else -1

    def outranks(self, user_id: str, other_id: str) -> bool:
        """Return whether the first stands above the second; people outside stand below every member."""
        return user_id != other_id and self.top_position(user_id) > self.top_position(other_id)

    def forget_restrictions(self) -> None:
        """Let nobody be restricted: for a copy that an empty read answers from."""
        self.bans.clear()
        self.timeouts.clear()

    def is_timed_out(self, user_id: str, now: datetime) -> bool:
        """Return whether a timeout runs; it ends by itself at its instant."""
        until = self.timeouts.get(user_id)
        return until is not None and until > now

    def timeout_of(self, user_id: str, now: datetime) -> datetime | None:
        """Return when the running timeout ends."""
        return self.timeouts.get(user_id) if self.is_timed_out(user_id, now) else None

    def private_channel(self, user_id: str) -> Channel | None:
        """Return the bot's private channel with this account, where one was opened."""
        return next((c for c in self.channels.values() if c.recipient_id == user_id), None)

    def open_private_channel(self, user_id: str, now: datetime) -> Channel:
        """Return the private channel of bot and account: the one that stood, or a new one."""
        existing = self.private_channel(user_id)
        if existing is not None:
            return existing
        channel = Channel(id=self.new_id(now), name="", type=PRIVATE_CHANNEL, recipient_id=user_id)
        self.channels[channel.id] = channel
        return channel

    def messages_in(self, channel_id: str) -> list[Message]:
        """Return what a channel shows to all who read it, oldest first; ephemeral messages stand in no channel."""
        return [m for m in self.messages.values() if m.channel_id == channel_id and m.seen_by is None]

    def mentioned_in(self, content: str) -> list[str]:
        """Return the accounts whom the text names by mention, once each."""
        return [u for u in dict.fromkeys(re.findall(r"<@!?(\d+)>", content)) if u in self.users]
