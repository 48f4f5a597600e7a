"""What the bot may do in the server, and what a person has there: roles, ranks, permissions, switches. Only looks."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import discord

from connectors.discord import translate
from connectors.discord.client import DiscordLink
from connectors.discord.permissions import COMMANDS_SCOPE, MEMBERS_INTENT, PERMISSIONS
from connectors.discord.translate import UNKNOWN_MEMBER, UNKNOWN_USER, Answer, Got, Json, Refusal
from guardian.spaces.port import Account, Belonging, BelongingKind, Belongings, Finding, Unknown

_INVITE = "Invite the bot to the server again, with the permissions that the guide lists."


# -- roles and ranks


@dataclass(frozen=True, slots=True)
class Ranks:
    """The roles of the server, as far as they say what somebody may and whom somebody stands above."""

    guild: Json

    def roles_of(self, member: Json) -> list[Json]:
        """The member's roles, the one of everybody left out."""
        held = set(member.get("roles", ()))
        return [r for r in self.guild.get("roles", ()) if r["id"] in held and r["id"] != self.guild["id"]]

    def top(self, member: Json) -> int:
        """The position of the highest role."""
        return max((int(r["position"]) for r in self.roles_of(member)), default=0)

    def permissions(self, member: Json) -> discord.Permissions:
        """What the member may, everywhere in the server."""
        everybody = [r for r in self.guild.get("roles", ()) if r["id"] == self.guild["id"]]
        bits = 0
        for role in (*everybody, *self.roles_of(member)):
            bits |= int(role["permissions"])
        held = discord.Permissions(bits)
        return discord.Permissions.all() if held.administrator else held

    def belongings(self, member: Json) -> tuple[Belonging, ...]:
        """The roles that a ban takes; roles that Discord itself gives (boosters, other bots) are not ours to return."""
        return tuple(
            Belonging(BelongingKind.ROLE, r["id"], r["name"], has_power(r))
            for r in self.roles_of(member)
            if not r.get("managed")
        )

    def refusal(self, member: Json, own: Json) -> str | None:
        """Why Discord would refuse us a ban of this member; None where it would not."""
        if member["user"]["id"] == self.guild.get("owner_id"):
            return "They own the server: Discord lets nobody restrict its owner."
        if self.top(member) >= self.top(own):
            return "Their highest role stands at or above the bot's: Discord refuses until the bot's role is moved above it."
        return None

    def out_of_reach(self, own: Json) -> list[Json]:
        """The roles whose holders the bot cannot restrict."""
        reach = self.top(own)
        others = (
            r for r in self.guild.get("roles", ()) if r["id"] not in own.get("roles", ()) and not r.get("managed")
        )
        return [r for r in others if int(r["position"]) >= max(reach, 1)]


def has_power(role: Json) -> bool:
    """The role lets its holder act on others or on the server: its return takes a named person's yes."""
    return discord.Permissions(int(role["permissions"])).value & discord.Permissions.elevated().value != 0 or bool(
        discord.Permissions(int(role["permissions"])).value & _ALSO_POWER
    )


_ALSO_POWER = discord.Permissions(
    moderate_members=True,
    view_audit_log=True,
    manage_nicknames=True,
    mention_everyone=True,
    mute_members=True,
    deafen_members=True,
    move_members=True,
).value


# -- what a person has


async def belongings(link: DiscordLink, native_id: str) -> Belongings | Unknown:
    """The member's roles that a ban would take, and why Discord would refuse the ban; empty for a stranger."""
    member, own, guild = await asyncio.gather(
        link.read_member(native_id), link.read_member(link.own_id), link.read_guild()
    )
    if isinstance(member, Refusal) and member.code in (UNKNOWN_MEMBER, UNKNOWN_USER):
        return Belongings()
    for answer in (member, own, guild):
        if not isinstance(answer, Got):
            return translate.unknown_of(answer, translate.THE_BOT_IN_THE_SERVER)
    return _belongings(_body(member), _body(own), Ranks(_body(guild)))


def belongings_of(
    guild: Json, members: Iterable[Json], own_id: str, accounts: Iterable[Account]
) -> dict[Account, Belongings]:
    """The same for all of the accounts that are among these members."""
    by_id = {str(member["user"]["id"]): member for member in members}
    ranks, own = Ranks(guild), by_id.get(own_id, {"roles": ()})
    here = ((account, by_id[account.native_id]) for account in accounts if account.native_id in by_id)
    return {account: _belongings(member, own, ranks) for account, member in here}


def _belongings(member: Json, own: Json, ranks: Ranks) -> Belongings:
    return Belongings(ranks.belongings(member), ranks.refusal(member, own))


def _body(answer: Answer) -> Json:
    return answer.body if isinstance(answer, Got) else {}


# -- what the bot may


async def findings(link: DiscordLink) -> tuple[Finding, ...]:
    """Every precondition of the service in this server, each with its remedy where it is not met."""
    own, guild, application, commands = await asyncio.gather(
        link.read_member(link.own_id), link.read_guild(), link.read_application(), link.read_commands()
    )
    found = [_gateway(link)]
    if not isinstance(own, Got) or not isinstance(guild, Got):
        return (_unreached(own, guild), *found)
    ranks = Ranks(guild.body)
    found += _permissions(ranks.permissions(own.body))
    found += [_rank(ranks, own.body), _intent(application), _scope(commands), _two_factor(guild.body)]
    return (Finding("The bot is a member of the server", well=True), *found)


def _unreached(*answers: Answer) -> Finding:
    failed = next(answer for answer in answers if not isinstance(answer, Got))
    unknown = translate.unknown_of(failed, translate.THE_BOT_IN_THE_SERVER)
    return Finding(
        "The bot is a member of the server",
        well=False,
        needs=unknown.needs or "",
        remedy=_INVITE if unknown.needs else f"{unknown.why}: look at Discord's status page, then check again.",
        breaks="Nothing can be seen, placed or lifted here.",
    )


def _gateway(link: DiscordLink) -> Finding:
    what = "Discord's events reach the service"
    if link.connected:
        return Finding(what, well=True)
    return Finding(
        what,
        well=False,
        remedy=link.fault or "The service connects again by itself; if it does not, look at Discord's status page.",
        breaks="Commands get no answer; what others do is noticed only at the next look.",
    )


def _permissions(held: discord.Permissions) -> list[Finding]:
    return [
        needed.finding(f"The bot has the permission {needed.shown}", well=bool(getattr(held, needed.key)))
        for needed in PERMISSIONS
    ]


def _rank(ranks: Ranks, own: Json) -> Finding:
    """Roles with power may stand above the bot by choice; a role of ordinary members above it is a mistake."""
    above = ranks.out_of_reach(own)
    ordinary = [role["name"] for role in above if not has_power(role)]
    if not ordinary and ranks.top(own) > 0:
        aside = f" ({len(above)} with power stand above it: out of reach)" if above else ""
        return Finding(f"The bot's role stands above the roles of ordinary members{aside}", well=True)
    return Finding(
        "The bot's role stands above the roles of ordinary members",
        well=False,
        needs="a bot role above: " + (", ".join(ordinary) or "everybody"),
        remedy="Server settings, Roles: drag the bot's role above these roles.",
        breaks="Discord refuses to restrict anybody who holds one of them.",
    )


def _intent(application: Answer) -> Finding:
    well = bool(int(_body(application).get("flags") or 0) & translate.MEMBERS_INTENT)
    return MEMBERS_INTENT.finding(f"The {MEMBERS_INTENT.shown} is on", well=well)


def _scope(commands: Answer) -> Finding:
    """Whether commands may be listed in the server; only a refusal is a no."""
    well = not isinstance(commands, Refusal)
    return COMMANDS_SCOPE.finding("Commands may be listed in the server", well=well)


def _two_factor(guild: Json) -> Finding:
    if int(guild.get("mfa_level") or 0) == 0:
        return Finding("The server asks moderators for no second factor", well=True)
    return Finding(
        "The server asks moderators for a second factor: the account that owns the bot must have it on", well=True
    )
