"""The emulated state in Discord's own JSON: users, members, roles, channels, messages, bans, audit entries, the guild."""

import hashlib
import hmac
from datetime import datetime, timedelta

from connectors.emulators.discord.state import (
    EPHEMERAL,
    GUILD_MEMBERS_INTENT,
    GUILD_PRESENCES_INTENT,
    MESSAGE_CONTENT_INTENT,
    PAUSED_UNTIL,
    PRIVATE_CHANNEL,
    THREAD,
    Attachment,
    AuditEntry,
    Ban,
    Channel,
    Connection,
    DiscordState,
    Json,
    Member,
    Message,
    Role,
)

ABSENT_IN_GUILD = (
    "icon",
    "description",
    "home_header",
    "splash",
    "discovery_splash",
    "banner",
    "application_id",
    "afk_channel_id",
    "system_channel_id",
    "widget_channel_id",
    "vanity_url_code",
    "rules_channel_id",
    "safety_alerts_channel_id",
    "public_updates_channel_id",
    "incidents_data",
    "max_presences",
)
ZERO_IN_GUILD = (
    "system_channel_flags",
    "verification_level",
    "default_message_notifications",
    "mfa_level",
    "explicit_content_filter",
    "premium_tier",
    "premium_subscription_count",
    "nsfw_level",
)
# The switch in the portal, of an application that fewer than a hundred servers use.
LINK_LIFETIME = timedelta(hours=24)
LINK_KEY = b"emulated content delivery"


def format_instant(at: datetime) -> str:
    """Return the instant in Discord's ISO 8601 form, to the microsecond, with its offset."""
    return at.isoformat(timespec="microseconds")


def user(state: DiscordState, user_id: str) -> Json:
    """Return an account as everybody sees it."""
    account = state.users[user_id]
    return {
        "id": account.id,
        "username": account.username,
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": account.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def me(state: DiscordState, user_id: str) -> Json:
    """Return an account as its owner, or an application that may know who they are, sees it; never its mail address."""
    shown = user(state, user_id) | {"mfa_enabled": False, "locale": state.users[user_id].locale, "verified": True}
    return {name: value for name, value in shown.items() if name != "primary_guild"} | {"email": None}


def connection(made: Connection) -> Json:
    """Return an account elsewhere as its owner sees it."""
    shown: Json = {"id": made.id, "name": made.name, "type": made.kind, "verified": made.verified}
    shown |= {"revoked": made.revoked, "visibility": int(made.public), "integrations": []}
    return shown | {"friend_sync": False, "show_activity": False, "two_way_link": False}


def member(state: DiscordState, place: Member, now: datetime) -> Json:
    """Return a member with their account."""
    until = state.timeout_of(place.user_id, now)
    return {
        "user": user(state, place.user_id),
        "nick": place.nick,
        "avatar": None,
        "banner": None,
        "roles": list(place.roles),
        "joined_at": format_instant(place.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": place.pending,
        "flags": 0,
        "communication_disabled_until": format_instant(until) if until else None,
    }


def role(given: Role) -> Json:
    """Return a role of the guild."""
    return {
        "id": given.id,
        "name": given.name,
        "permissions": str(given.permissions),
        "position": given.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": given.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel(state: DiscordState, given: Channel) -> Json:
    """Return a text channel, or a private channel with its recipient."""
    if given.type == PRIVATE_CHANNEL and given.recipient_id is not None:
        return {"id": given.id, "type": 1, "flags": 0, "last_message_id": None} | {
            "recipients": [user(state, given.recipient_id)]
        }
    if given.type == THREAD:
        return thread(state, given)
    shown = {"id": given.id, "type": given.type, "flags": 0, "guild_id": state.guild_id, "position": 0}
    # Metadata of channels that the bot may not view is blanked; ids stay (mandatory since November 2026).
    named = {"name": "___hidden___" if given.hidden_from_bot else given.name, "topic": None, "parent_id": None}
    return shown | named | {"nsfw": False, "permission_overwrites": [], "last_message_id": None}


def thread(state: DiscordState, given: Channel) -> Json:
    """Return a public thread."""
    began = format_instant(state.begun)
    metadata: Json = {"archived": given.archived, "locked": given.locked, "auto_archive_duration": 1440}
    metadata |= {"archive_timestamp": began, "create_timestamp": began}
    return {
        "id": given.id,
        "type": THREAD,
        "flags": 0,
        "guild_id": state.guild_id,
        "name": given.name,
        "parent_id": given.parent_id,
        "owner_id": given.owner_id,
        "last_message_id": None,
        "thread_metadata": metadata,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "rate_limit_per_user": 0,
    }


def attachment(given: Attachment, origin: str, now: datetime) -> Json:
    """Return a file with a signed address that ends after a day."""
    expires = f"{int((now + LINK_LIFETIME).timestamp()):x}"
    path = f"/attachments/{given.channel_id}/{given.id}/{given.filename}"
    url = f"{origin}{path}?ex={expires}&is={int(now.timestamp()):x}&hm={sign_link(given.id, expires)}"
    shown: Json = {"id": given.id, "filename": given.filename, "size": len(given.content), "url": url}
    shown |= {"proxy_url": url, "content_type": given.content_type}
    if given.description:
        shown["description"] = given.description
    return shown | ({"ephemeral": True} if given.ephemeral else {})


def sign_link(attachment_id: str, expires: str) -> str:
    """Return what an attachment's address must carry to be answered until then."""
    return hmac.new(LINK_KEY, f"{attachment_id} {expires}".encode(), hashlib.sha256).hexdigest()


def message(state: DiscordState, given: Message, origin: str, now: datetime) -> Json:
    """Return a message in full."""
    shown: Json = {
        "id": given.id,
        "channel_id": given.channel_id,
        "type": given.type,
        "author": user(state, given.author_id),
        "content": given.content,
        "timestamp": format_instant(given.created_at),
        "edited_timestamp": format_instant(given.edited_at) if given.edited_at else None,
        "tts": False,
        "mention_everyone": given.mentions_everyone,
        "mentions": [user(state, u) for u in given.mentions],
        "mention_roles": [],
        "attachments": [attachment(a, origin, now) for a in given.attachments],
        "embeds": given.embeds,
        "components": given.components,
        "pinned": False,
        "flags": given.flags,
    }
    return shown | ({"nonce": given.nonce} if given.nonce is not None else {}) | given.extras


def without_content(state: DiscordState, shown: Json) -> Json:
    """Return the message without its content, as Discord blanks it, but for the bot's own and those that mention it."""
    if shown["author"]["id"] == state.bot_id or any(u["id"] == state.bot_id for u in shown["mentions"]):
        return shown
    blank: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
    kept = {name: value for name, value in shown.items() if name != "poll"} | blank
    if "message_snapshots" in shown:
        copies = [each["message"] | blank for each in shown["message_snapshots"]]
        kept["message_snapshots"] = [{"message": each} for each in copies]
    return kept


def ban(state: DiscordState, given: Ban) -> Json:
    """Return a ban as the ban list shows it: nobody's name but the banned account's."""
    return {"user": user(state, given.user_id), "reason": given.reason}


def audit_entry(given: AuditEntry) -> Json:
    """Return a line of the audit log; what is empty is left out."""
    shown: Json = {"id": given.id, "user_id": given.user_id, "target_id": given.target_id}
    shown["action_type"] = given.action_type
    extras = {"reason": given.reason, "changes": list(given.changes), "options": dict(given.options)}
    return shown | {name: value for name, value in extras.items() if value}


def incidents(state: DiscordState) -> Json:
    """Return until when the guild has paused what: instants that have passed stay where they were written."""
    return {name: format_instant(state.paused[name]) if name in state.paused else None for name in PAUSED_UNTIL}


def guild(state: DiscordState) -> Json:
    """Return the guild as `GET /guilds/{id}` answers."""
    return {
        **dict.fromkeys(ABSENT_IN_GUILD),
        **dict.fromkeys(ZERO_IN_GUILD, 0),
        "id": state.guild_id,
        "name": state.guild_name,
        "owner_id": state.owner_id,
        "features": list(state.features),
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [role(r) for r in state.roles.values()],
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "emojis": [],
        "stickers": [],
        "incidents_data": incidents(state) if state.paused else None,
    }


def guild_create(state: DiscordState, now: datetime) -> Json:
    """Return the guild as the gateway brings it after READY.

    Of the members, only the bot (presences are not asked for).
    """
    return guild(state) | {
        "member_count": len(state.members),
        "large": len(state.members) > 50,
        "unavailable": False,
        "joined_at": format_instant(state.members[state.bot_id].joined_at),
        "members": [member(state, state.members[state.bot_id], now)],
        "channels": [channel(state, c) for c in state.channels.values() if c.type not in (PRIVATE_CHANNEL, THREAD)],
        **{name: [] for name in ("voice_states", "threads", "presences", "stage_instances")},
        **{name: [] for name in ("guild_scheduled_events", "soundboard_sounds")},
    }


def application_flags(state: DiscordState) -> int:
    """Return which privileged intents the application was granted, in the bits for bots seen by few people."""
    bits = {GUILD_PRESENCES_INTENT: 1 << 13, GUILD_MEMBERS_INTENT: 1 << 15, MESSAGE_CONTENT_INTENT: 1 << 19}
    return sum(bit for intent, bit in bits.items() if state.privileged_intents & intent)


def application(state: DiscordState) -> Json:
    """Return the bot's own application."""
    owner = user(state, state.owner_id)
    flags = application_flags(state)
    shown: Json = {"id": state.application_id, "name": "Guardian", "description": "", "icon": None, "type": None}
    shown |= {"bot_public": False, "bot_require_code_grant": False, "verify_key": "0" * 64, "team": None}
    shown |= {
        "flags": flags,
        "flags_new": str(flags),
        "owner": owner,
        "bot": user(state, state.bot_id),
        "redirect_uris": [],
    }
    shown |= {"interactions_endpoint_url": None, "role_connections_verification_url": None}
    shown |= {"approximate_guild_count": 1, "approximate_user_install_count": 0, "explicit_content_filter": 0}
    return shown | {"approximate_user_authorization_count": 0, "eligible_oauth2_scopes": []}


def is_ephemeral(flags: int) -> bool:
    """Return whether only one person sees such a message."""
    return bool(flags & EPHEMERAL)
