"""The seeded community: who lives in the three emulated spaces, and who of them has a role in Guardian.

Knows the emulators and Guardian's values for members; starts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.github.state import Role as GithubRole
from guardian.ids import MemberId, SpaceName, new_id
from guardian.people.models import Group, Member, Office, Role
from guardian.spaces.port import Account

DISCORD: Final = SpaceName("discord")
FORUM: Final = SpaceName("forum")
GITHUB: Final = SpaceName("github")
SPACES: Final = (DISCORD, FORUM, GITHUB)

_MODERATING = Permission.BAN_MEMBERS | Permission.KICK_MEMBERS | Permission.MODERATE_MEMBERS
_SERVED: Final = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A human before they have any account: the key is their handle everywhere, `is_` says who they are."""

    key: str
    name: str
    is_: str
    seats: tuple[tuple[Group, Office, SpaceName | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody with an account in each space; `accounts` are the spaces' own stable ids."""

    key: str
    name: str
    is_: str
    accounts: Mapping[SpaceName, str]
    member: MemberId | None = None

    @property
    def discord(self) -> str:
        """Return their account on Discord."""
        return self.accounts[DISCORD]

    @property
    def forum(self) -> str:
        """Return their account on the forum."""
        return self.accounts[FORUM]

    @property
    def github(self) -> str:
        """Return their account on GitHub."""
        return self.accounts[GITHUB]

    @property
    def mail(self) -> str:
        """Return their mail address."""
        return f"{self.key}@example.org"

    def on(self, space: SpaceName) -> Account:
        """Return their account there, as Guardian writes it."""
        return Account(space, self.accounts[space])


def _working_group_member(key: str, name: str, is_: str, *offices: Office, board: bool = False) -> Sketch:
    seats = [(Group.WORKING_GROUP, office, None) for office in offices or (Office.MEMBER,)]
    return Sketch(key, name, is_, (*seats, (Group.BOARD, Office.MEMBER, None)) if board else tuple(seats))


def _board_member(key: str, name: str) -> Sketch:
    return Sketch(key, name, "Board", ((Group.BOARD, Office.MEMBER, None),))


def _moderator(key: str, name: str, space: SpaceName) -> Sketch:
    return Sketch(key, name, f"moderator of {space}", ((Group.MODERATORS, Office.MEMBER, space),))


SKETCHES: Final = (
    _working_group_member("nadia", "Nadia Rahman", "chair of the working group", Office.CHAIR),
    _working_group_member("tomas", "Tomas Lindgren", "liaison to the moderators", Office.LIAISON),
    _working_group_member("ines", "Ines Duarte", "liaison to the Board", Office.BOARD_LIAISON, board=True),
    _working_group_member("kofi", "Kofi Mensah", "working group"),
    _working_group_member("yuki", "Yuki Sato", "working group"),
    _working_group_member("lena", "Lena Vogt", "working group"),
    _board_member("ruth", "Ruth Abara"),
    _board_member("sven", "Sven Holm"),
    _moderator("oskar", "Oskar Nilsen", DISCORD),
    _moderator("priya", "Priya Nair", FORUM),
    _moderator("marek", "Marek Novak", GITHUB),
    Sketch("rowan", "Rowan Ellis", "asks and answers in the help channel"),
    Sketch("wren", "Wren Castillo", "writes documentation"),
    Sketch("alder", "Alder Quist", "member of the GitHub organisation, in the team docs"),
    Sketch("hazel", "Hazel Okoro", "helps newcomers on the forum"),
    Sketch("birch", "Birch Tanner", "member of the GitHub organisation"),
    Sketch("linden", "Linden Faye", "newcomer"),
)
ORGANISATION_MEMBERS: Final = ("wren", "alder", "birch")
DOCS_TEAM: Final = ("wren", "alder")


@dataclass(frozen=True, slots=True)
class Community:
    """Everybody, by key."""

    people: Mapping[str, Human]
    started_at: datetime

    def __getitem__(self, key: str) -> Human:
        return self.people[key]

    def in_group(self, group: Group) -> tuple[Human, ...]:
        """Return those with a seat in the group, in seeded order."""
        keys = [s.key for s in SKETCHES if any(seat[0] is group for seat in s.seats)]
        return tuple(self.people[key] for key in keys)

    def members(self) -> tuple[Member, ...]:
        """Return everybody with a role, as Guardian keeps them; their terms began some months ago."""
        return tuple(self._member(s) for s in SKETCHES if s.seats)

    def _member(self, sketch: Sketch) -> Member:
        human = self.people[sketch.key]
        since = self.started_at - _SERVED
        roles = tuple(
            Role(group=group, office=office, since=since, until=since + timedelta(days=730), space=space)
            for group, office, space in sketch.seats
        )
        if human.member is None:
            raise AssertionError("whoever has a seat is a member")
        accounts = tuple(human.on(space) for space in SPACES)
        return Member(
            id=human.member, name=human.name, roles=roles, accounts=accounts, email=human.mail, aliases=(human.key,)
        )


def seed_community(
    discord: DiscordEmulator, forum: ForumEmulator, github: GithubEmulator, started_at: datetime
) -> Community:
    """Give everybody their accounts; the forum vouches which accounts on Discord and GitHub are whose."""
    roles = _create_roles(discord)
    forum.add_user("keeper", admin=True)
    forum.state.settings["hide_suspension_reasons"] = True
    people = {s.key: _create_human(s, discord, forum, github, roles) for s in SKETCHES}
    for slug in ("docs", "infrastructure"):
        github.add_team(slug, *(DOCS_TEAM if slug == "docs" else ("marek",)))
    github.state.members[int(people["marek"].github)] = GithubRole.OWNER
    for name in ("website", "handbook"):
        github.add_repository(name)
    return Community(people, started_at)


def _create_roles(discord: DiscordEmulator) -> Mapping[str, str]:
    """The guild's roles: moderators stand above the bot, so that it never touches them; regulars carry no power."""
    return {
        "moderator": discord.state.add_role("Moderators", permissions=_MODERATING, position=60),
        "regular": discord.state.add_role("Regulars"),
    }


def _create_human(
    sketch: Sketch, discord: DiscordEmulator, forum: ForumEmulator, github: GithubEmulator, roles: Mapping[str, str]
) -> Human:
    moderates = {space for group, _, space in sketch.seats if group is Group.MODERATORS}
    state = discord.state
    role = roles["moderator"] if DISCORD in moderates else roles["regular"]
    on_discord = state.add_member(state.add_user(sketch.key), roles=[role])
    if sketch.seats:
        state.command_overwrites[on_discord] = True
    if sketch.key in ORGANISATION_MEMBERS or GITHUB in moderates:
        on_github = github.add_member(sketch.key)
    else:
        on_github = github.register(sketch.key)
    linked = {"discord": on_discord, "github": str(on_github.id)}
    on_forum = forum.add_user(
        sketch.key, name=sketch.name, moderator=FORUM in moderates, trust_level=2, external_ids=linked
    )
    accounts = {DISCORD: on_discord, FORUM: str(on_forum.id), GITHUB: str(on_github.id)}
    return Human(sketch.key, sketch.name, sketch.is_, accounts, MemberId(new_id()) if sketch.seats else None)
