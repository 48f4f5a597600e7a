"""What moderators and people do in the guild by their own hand, as far as their roles let them."""

from datetime import datetime, timedelta

from connectors.emulators.discord.community import Actor, Community
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.state import THREAD, Channel
from connectors.emulators.shared.control import Declined

LONGEST_TIMEOUT = timedelta(days=28)
INVITES = "invites_disabled_until"


def to_write_in(place: Channel) -> Permission:
    """Return the permission to write there: threads have one of their own."""
    return Permission.SEND_MESSAGES_IN_THREADS if place.type == THREAD else Permission.SEND_MESSAGES


class ManualActions:
    """Mixed into the emulator: each act is done as that account, and refused where its roles do not reach."""

    community: Community

    def ban_by_hand(self, by: str, user: str, reason: str | None = None, delete_seconds: int = 0) -> None:
        """Ban the account as that moderator."""
        self._require(by, Permission.BAN_MEMBERS, user)
        self.community.ban(user, delete_seconds, Actor(by, reason))

    def unban_by_hand(self, by: str, user: str, reason: str | None = None) -> None:
        """Lift the ban of the account as that moderator."""
        self._require(by, Permission.BAN_MEMBERS)
        if user not in self.community.state.bans:
            raise Declined("this account is not banned")
        self.community.unban(user, Actor(by, reason))

    def timeout_by_hand(self, by: str, user: str, until: datetime | str | None, reason: str | None = None) -> None:
        """Time the member out as that moderator; None ends a timeout."""
        self._require(by, Permission.MODERATE_MEMBERS, user)
        end = datetime.fromisoformat(until) if isinstance(until, str) else until
        if end is not None and end > self.community.now() + LONGEST_TIMEOUT:
            raise Declined("a timeout lasts 28 days at most")
        if self.community.state.is_untouchable(user) or user not in self.community.state.members:
            raise Declined("this account cannot be timed out")
        self.community.time_out(user, end, Actor(by, reason))

    def kick_by_hand(self, by: str, user: str, reason: str | None = None) -> None:
        """Put the member out as that moderator."""
        self._require(by, Permission.KICK_MEMBERS, user)
        if user not in self.community.state.members:
            raise Declined("this account is no member")
        self.community.kick(user, Actor(by, reason))

    def raise_role(self, user: str, role: str, by: str | None = None) -> None:
        """Give the member the role as that moderator (left out: as the owner)."""
        state = self.community.state
        self.community.set_roles(user, [*state.members[user].roles, role], Actor(by or state.owner_id))

    def leave(self, user: str) -> None:
        """Let the member leave."""
        if user not in self.community.state.members:
            raise Declined("this account is no member")
        self.community.leave(user)

    def rejoin(self, user: str, *, pending: bool = False) -> None:
        """Make the account a member again, before the rules screen where there is one; a banned account is refused."""
        if user in self.community.state.bans:
            raise Declined("this account is banned from the guild")
        if self.community.is_paused(INVITES):
            raise Declined("invitations to the guild are paused")
        if user not in self.community.state.members:
            self.community.join(user, pending=pending)

    def pause_by_hand(self, by: str, what: str, until: datetime | None) -> None:
        """Pause invitations or private messages of the guild as that moderator; None opens them again."""
        self._require(by, Permission.MANAGE_GUILD)
        self.community.set_incident_actions({what: until}, Actor(by))

    def accept_rules(self, user: str) -> None:
        """Let the member accept the rules on the screen that they see first."""
        self.community.accept_rules(user)

    def time_out_by_rule(self, user: str, until: datetime) -> None:
        """Let the guild's AutoMod time the member out, as after a message of theirs that one of its rules is about."""
        self.community.time_out_by_rule(user, until)

    def rename(self, user: str, username: str) -> None:
        """Give the account another name."""
        self.community.rename(user, username)

    def say(self, user: str, channel: str, text: str) -> str:
        """Post the member's message in the channel, and return its id."""
        state, now = self.community.state, self.community.now()
        place = state.channels[channel]
        if not state.has_permission(user, to_write_in(place), now):
            raise Declined("this account cannot write here")
        if place.locked and not state.has_permission(user, Permission.MANAGE_THREADS, now):
            raise Declined("this thread is locked")
        message = self.community.build(channel, user, {"content": text}, [])
        self.community.post(message, Actor(user))
        return message.id

    def lock_by_hand(self, by: str, thread: str, *, locked: bool = True) -> None:
        """Lock the thread as that moderator, or open it again."""
        self._require(by, Permission.MANAGE_THREADS)
        self.community.edit_thread(self.community.state.channels[thread], Actor(by), locked=locked, archived=False)

    def _require(self, by: str, permission: Permission, target: str | None = None) -> None:
        state = self.community.state
        if not state.has_permission(by, permission, self.community.now()):
            raise Declined(f"this account lacks {permission.name}")
        if target is not None and not state.outranks(by, target):
            raise Declined("this account does not outrank the other")
