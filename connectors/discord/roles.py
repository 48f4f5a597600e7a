"""What the bot may do in the server, and what a person has there: roles, ranks, permissions, switches. Only looks."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

import discord

from connectors.discord import translate
from connectors.discord.client import DiscordConnection
from connectors.discord.permissions import COMMANDS_SCOPE, FOR_EVERYBODY, MEMBERS_INTENT, PERMISSIONS
from connectors.discord.translate import UNKNOWN_MEMBER, UNKNOWN_USER, Answer, Json, Refusal, Success
from guardian.spaces.port import Account, Appraisal, CheckResult, Entitlement, EntitlementKind, Entitlements, Unknown

TO_REACH_ROLE = "this role stands at or above the bot's: drag the bot's role above it, in the server's settings"
_INVITE = "Invite the bot to the server again, with the permissions that the guide lists."


# -- roles and ranks


@dataclass(frozen=True, slots=True)
class RoleHierarchy:
    """The roles of the server, as far as they say what somebody may and whom somebody stands above."""

    guild: Json

    def member_roles(self, member: Json) -> list[Json]:
        """Return the member's roles, the one of everybody left out."""
        ids = set(member.get("roles", ()))
        return [r for r in self.guild.get("roles", ()) if r["id"] in ids and r["id"] != self.guild["id"]]

    def top_position(self, member: Json) -> int:
        """Return the position of the highest role."""
        return max((int(r["position"]) for r in self.member_roles(member)), default=0)

    def permissions(self, member: Json) -> discord.Permissions:
        """Return what the member may, everywhere in the server."""
        everybody = [r for r in self.guild.get("roles", ()) if r["id"] == self.guild["id"]]
        bits = 0
        for role in (*everybody, *self.member_roles(member)):
            bits |= int(role["permissions"])
        granted = discord.Permissions(bits)
        return discord.Permissions.all() if granted.administrator else granted

    def entitlements(self, member: Json) -> tuple[Entitlement, ...]:
        """Return the roles that a ban takes.

        Roles that Discord itself gives (boosters, other bots) are not ours to return.
        """
        return tuple(
            Entitlement(EntitlementKind.ROLE, r["id"], r["name"], is_privileged(r))
            for r in self.member_roles(member)
            if not r.get("managed")
        )

    def refusal(self, member: Json, own: Json) -> str | None:
        """Why Discord would refuse us a ban of this member; None where it would not."""
        if member["user"]["id"] == self.guild.get("owner_id"):
            return "They own the server: Discord lets nobody restrict its owner."
        if self.top_position(member) >= self.top_position(own):
            return "Their highest role stands at or above the bot's: Discord refuses until the bot's role is moved above it."
        return None

    def out_of_reach(self, own: Json) -> list[Json]:
        """Return the roles whose holders the bot cannot restrict."""
        reach = self.top_position(own)
        others = (
            r for r in self.guild.get("roles", ()) if r["id"] not in own.get("roles", ()) and not r.get("managed")
        )
        return [r for r in others if int(r["position"]) >= max(reach, 1)]


def is_privileged(role: Json) -> bool:
    """The role lets its holder act on others or on the server: its return takes a named person's yes."""
    return discord.Permissions(int(role["permissions"])).value & discord.Permissions.elevated().value != 0 or bool(
        discord.Permissions(int(role["permissions"])).value & _ALSO_PRIVILEGED
    )


_ALSO_PRIVILEGED = discord.Permissions(
    moderate_members=True,
    view_audit_log=True,
    manage_nicknames=True,
    mention_everyone=True,
    mute_members=True,
    deafen_members=True,
    move_members=True,
).value


# -- what a person has


async def read_losses(connection: DiscordConnection, native_id: str) -> Entitlements | Unknown:
    """Return the member's roles that a ban would take, and why Discord would refuse the ban; empty for a stranger."""
    member, own, guild = await asyncio.gather(
        connection.read_member(native_id), connection.read_member(connection.own_id), connection.read_guild()
    )
    if isinstance(member, Refusal) and member.code in (UNKNOWN_MEMBER, UNKNOWN_USER):
        return Entitlements()
    for answer in (member, own, guild):
        if not isinstance(answer, Success):
            return translate.to_unknown(answer, translate.THE_BOT_IN_THE_SERVER)
    return _losses(_body(member), _body(own), RoleHierarchy(_body(guild)))


async def appraise(connection: DiscordConnection, entitlements: tuple[Entitlement, ...]) -> Appraisal | Unknown:
    """Return which of the roles there still are, with today's power, and why Discord would not let the bot give one."""
    own, guild = await asyncio.gather(connection.read_member(connection.own_id), connection.read_guild())
    for answer in (own, guild):
        if not isinstance(answer, Success):
            return translate.to_unknown(answer, translate.THE_BOT_IN_THE_SERVER)
    by_id = {str(role["id"]): role for role in _body(guild).get("roles", ())}
    reach = RoleHierarchy(_body(guild)).top_position(_body(own))
    here = {e: by_id[e.native_id] for e in entitlements if e.native_id in by_id}
    refusals = {e.native_id: why for e, role in here.items() if (why := _role_refusal(role, reach))}
    return Appraisal(tuple(replace(e, privileged=is_privileged(role)) for e, role in here.items()), refusals)


def _role_refusal(role: Json, reach: int) -> str:
    """Why the bot cannot give this role; empty where it can."""
    if role.get("managed"):
        return "Discord or another bot gives this role, and nobody else can"
    return TO_REACH_ROLE if int(role["position"]) >= reach else ""


def losses_of(
    guild: Json, members: Iterable[Json], own_id: str, accounts: Iterable[Account]
) -> dict[Account, Entitlements]:
    """Return the same for all of the accounts that are among these members."""
    by_id = {str(member["user"]["id"]): member for member in members}
    hierarchy, own = RoleHierarchy(guild), by_id.get(own_id, {"roles": ()})
    here = ((account, by_id[account.native_id]) for account in accounts if account.native_id in by_id)
    return {account: _losses(member, own, hierarchy) for account, member in here}


def _losses(member: Json, own: Json, hierarchy: RoleHierarchy) -> Entitlements:
    return Entitlements(hierarchy.entitlements(member), hierarchy.refusal(member, own))


def _body(answer: Answer) -> Json:
    return answer.body if isinstance(answer, Success) else {}


# -- what the bot may


async def run_checks(connection: DiscordConnection) -> tuple[CheckResult, ...]:
    """Return every precondition of the service in this server, each with its remedy where it is not met."""
    own, guild, application, commands = await asyncio.gather(
        connection.read_member(connection.own_id),
        connection.read_guild(),
        connection.read_application(),
        connection.read_commands(),
    )
    found = [_check_gateway(connection)]
    if not isinstance(own, Success) or not isinstance(guild, Success):
        return (_unreachable_result(own, guild), *found)
    hierarchy = RoleHierarchy(guild.body)
    found += _check_permissions(hierarchy.permissions(own.body))
    found += [
        _check_rank(hierarchy, own.body),
        _check_intent(application),
        _check_scope(commands),
        _check_hidden(commands),
        _check_two_factor(guild.body),
    ]
    return (CheckResult("The bot is a member of the server", ok=True), *found)


def _unreachable_result(*answers: Answer) -> CheckResult:
    failed = next(answer for answer in answers if not isinstance(answer, Success))
    unknown = translate.to_unknown(failed, translate.THE_BOT_IN_THE_SERVER)
    return CheckResult(
        "The bot is a member of the server",
        ok=False,
        needs=unknown.needs or "",
        remedy=_INVITE if unknown.needs else f"{unknown.reason}: look at Discord's status page, then check again.",
        impact="Nothing can be seen, placed or lifted here.",
    )


def _check_gateway(connection: DiscordConnection) -> CheckResult:
    what = "Discord's events reach the service"
    if connection.is_connected:
        return CheckResult(what, ok=True)
    return CheckResult(
        what,
        ok=False,
        remedy=connection.failure
        or "The service connects again by itself; if it does not, look at Discord's status page.",
        impact="Commands get no answer; what others do is noticed only at the next look.",
    )


def _check_permissions(granted: discord.Permissions) -> list[CheckResult]:
    return [
        requirement.result(
            f"The bot has the permission {requirement.label}", ok=bool(getattr(granted, requirement.api_name))
        )
        for requirement in PERMISSIONS
    ]


def _check_rank(hierarchy: RoleHierarchy, own: Json) -> CheckResult:
    """Roles with power may stand above the bot by choice; a role of ordinary members above it is a mistake."""
    above = hierarchy.out_of_reach(own)
    ordinary = [role["name"] for role in above if not is_privileged(role)]
    if not ordinary and hierarchy.top_position(own) > 0:
        aside = f" ({len(above)} with power stand above it: out of reach)" if above else ""
        return CheckResult(f"The bot's role stands above the roles of ordinary members{aside}", ok=True)
    return CheckResult(
        "The bot's role stands above the roles of ordinary members",
        ok=False,
        needs="a bot role above: " + (", ".join(ordinary) or "everybody"),
        remedy="Server settings, Roles: drag the bot's role above these roles.",
        impact="Discord refuses to restrict anybody who holds one of them.",
    )


def _check_intent(application: Answer) -> CheckResult:
    well = bool(int(_body(application).get("flags") or 0) & translate.MEMBERS_INTENT)
    return MEMBERS_INTENT.result(f"The {MEMBERS_INTENT.label} is on", ok=well)


def _check_scope(commands: Answer) -> CheckResult:
    """Whether commands may be listed in the server; only a refusal is a no."""
    well = not isinstance(commands, Refusal)
    return COMMANDS_SCOPE.result("Commands may be listed in the server", ok=well)


def _check_hidden(commands: Answer) -> CheckResult:
    """Whether commands of members are shown to those alone who moderate, or whom the server's people add."""
    listed = commands.body if isinstance(commands, Success) else []
    shown = {str(each.get("name")) for each in listed if each.get("default_member_permissions") is None}
    return CheckResult(
        "Commands of members are shown to whoever may time people out, and to whom you add under Integrations",
        ok=shown <= FOR_EVERYBODY,
        remedy="Start the service again: it lists its commands anew.",
        impact="Everybody in the server is shown commands that they cannot use.",
    )


def _check_two_factor(guild: Json) -> CheckResult:
    if int(guild.get("mfa_level") or 0) == 0:
        return CheckResult("The server asks moderators for no second factor", ok=True)
    return CheckResult(
        "The server asks moderators for a second factor: the account that owns the bot must have it on", ok=True
    )
