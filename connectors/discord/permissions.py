"""What the bot must be given on Discord, and what does not work without it. Nothing beside it is asked for."""

from typing import Final

import discord

from guardian.notices.translations import translate_text
from guardian.spaces.requirements import Requirement, RequirementKind


def _permission(label: str, api_name: str, purpose: str, impact: str) -> Requirement:
    remedy = f"Server settings, Roles, the bot's role: turn on {label}."
    return Requirement(
        kind=RequirementKind.PERMISSION, label=label, api_name=api_name, purpose=purpose, impact=impact, remedy=remedy
    )


PERMISSIONS: Final = (
    _permission(
        "Ban Members",
        "ban_members",
        "suspending, banning, lifting, and seeing what holds",
        "Nobody can be suspended or banned here, and nobody's ban lifted or even seen.",
    ),
    _permission("Timeout Members", "moderate_members", "muting", "Nobody can be muted here, and no mute lifted."),
    _permission(
        "View Audit Log",
        "view_audit_log",
        "telling whose doing a ban or a lifting was",
        "Whose doing a ban or a lifting was cannot be told.",
    ),
    _permission(
        "Manage Server",
        "manage_guild",
        "banning many accounts at once (a raid), and pausing invitations and private messages",
        "Many accounts at once (a raid) are banned one by one, and slowly; nothing of the server can be paused.",
    ),
    _permission(
        "Manage Roles",
        "manage_roles",
        "giving roles back when somebody returns",
        "Roles cannot be given back when somebody returns.",
    ),
    _permission(
        "Manage Threads",
        "manage_threads",
        "locking a thread for a while, and opening it again",
        "No thread can be locked by a measure, and no lock taken away.",
    ),
)
"""Permissions of the bot's role; `key` is the library's name for the bit."""

MEMBERS_INTENT: Final = Requirement(
    kind=RequirementKind.INTENT,
    label="Server Members Intent",
    api_name="members",
    purpose="noticing at once that somebody comes back, and listing mutes",
    impact="Nobody's return is noticed, and mutes cannot be listed.",
    remedy='Discord refuses the connection: the "Server Members Intent" is off. '
    "Turn it on in the developer portal: your application, Bot, Privileged Gateway Intents.",
)

COMMANDS_SCOPE: Final = Requirement(
    kind=RequirementKind.SCOPE,
    label="applications.commands",
    api_name="applications.commands",
    purpose="listing the commands and menus in the server",
    impact="Nobody is offered a command or a menu here: no reports from Discord, and no work of the group.",
    remedy="Invite the bot again, with the scopes bot and applications.commands: the link stands in the guide.",
)

FOR_EVERYBODY: Final = frozenset(
    translate_text("", key)
    for key in ("command.report", "command.status", "command.menu_message", "command.menu_member")
)
"""The commands that everybody in the server is shown, by name; every other is hidden from them."""

SEES_COMMANDS: Final = discord.Permissions(moderate_members=True)
"""Who is shown the commands of members and moderators, unless the server's own settings of integrations say otherwise."""

REQUIREMENTS: Final = (*PERMISSIONS, MEMBERS_INTENT, COMMANDS_SCOPE)
"""Everything that people must give."""
