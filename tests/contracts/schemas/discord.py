"""Our own descriptions of the Discord operations that we use, written from Discord's documentation.

They say what a client may rely on; what an answer holds beside that is not our matter.
"""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from connectors.emulators.shared.history import Exchange, History

Schema = dict[str, Any]

SNOWFLAKE: Schema = {"type": "string", "pattern": "^[1-9][0-9]{0,19}$"}
INSTANT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$"}
TEXT: Schema = {"type": "string"}
YES_OR_NO: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer"}
IN_LANGUAGES: Schema = {"type": "object", "additionalProperties": TEXT}
MANY_OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}


def or_null(schema: Schema) -> Schema:
    """The value, or nothing."""
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    """One of the shapes below."""
    return {"$ref": f"#/$defs/{name}"}


def many(schema: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": schema}


def obj(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object with these parts."""
    return {"type": "object", "required": list(required), "properties": required | (optional or {})}


SHAPES: dict[str, Schema] = {
    "user": obj(
        {
            "id": SNOWFLAKE,
            "username": TEXT,
            "discriminator": TEXT,
            "avatar": or_null(TEXT),
            "global_name": or_null(TEXT),
        },
        {"bot": YES_OR_NO, "public_flags": NUMBER, "flags": NUMBER},
    ),
    "me": obj(
        {"id": SNOWFLAKE, "username": TEXT, "discriminator": TEXT, "avatar": or_null(TEXT), "mfa_enabled": YES_OR_NO},
        {"locale": TEXT, "verified": YES_OR_NO},
    ),
    "connection": obj(
        {"id": TEXT, "type": TEXT, "name": or_null(TEXT), "verified": YES_OR_NO, "visibility": NUMBER},
        {"revoked": YES_OR_NO},
    ),
    "token": obj(
        {"access_token": TEXT, "token_type": TEXT, "expires_in": NUMBER, "refresh_token": TEXT, "scope": TEXT}
    ),
    "oauth_fault": obj({"error": TEXT}, {"error_description": TEXT}),
    "member": obj(
        {
            "user": ref("user"),
            "roles": many(SNOWFLAKE),
            "joined_at": INSTANT,
            "deaf": YES_OR_NO,
            "mute": YES_OR_NO,
            "flags": NUMBER,
            "communication_disabled_until": or_null(INSTANT),
        },
        {"nick": or_null(TEXT), "pending": YES_OR_NO},
    ),
    "ban": obj({"user": ref("user"), "reason": or_null(TEXT)}),
    "bulk": obj({"banned_users": many(SNOWFLAKE), "failed_users": many(SNOWFLAKE)}),
    "role": obj(
        {
            "id": SNOWFLAKE,
            "name": TEXT,
            "permissions": {"type": "string", "pattern": "^[0-9]+$"},
            "position": NUMBER,
            "managed": YES_OR_NO,
        }
    ),
    "guild": obj(
        {"id": SNOWFLAKE, "name": TEXT, "owner_id": SNOWFLAKE, "roles": many(ref("role")), "features": many(TEXT)}
    ),
    "incidents": obj({"invites_disabled_until": or_null(INSTANT), "dms_disabled_until": or_null(INSTANT)}),
    "channel": obj(
        {"id": SNOWFLAKE, "type": NUMBER},
        {
            "guild_id": SNOWFLAKE,
            "name": TEXT,
            "recipients": many(ref("user")),
            "thread_metadata": obj({"archived": YES_OR_NO, "locked": YES_OR_NO}),
        },
    ),
    "attachment": obj(
        {"id": SNOWFLAKE, "filename": TEXT, "size": {"type": "integer", "minimum": 0}, "url": TEXT, "proxy_url": TEXT},
        {"content_type": TEXT, "description": TEXT},
    ),
    "message": obj(
        {
            "id": SNOWFLAKE,
            "channel_id": SNOWFLAKE,
            "author": ref("user"),
            "content": TEXT,
            "timestamp": INSTANT,
            "edited_timestamp": or_null(INSTANT),
            "tts": YES_OR_NO,
            "mention_everyone": YES_OR_NO,
            "mentions": many(ref("user")),
            "mention_roles": many(SNOWFLAKE),
            "attachments": many(ref("attachment")),
            "embeds": MANY_OBJECTS,
            "components": MANY_OBJECTS,
            "pinned": YES_OR_NO,
            "type": NUMBER,
            "flags": NUMBER,
        }
    ),
    "entry": obj(
        {"id": SNOWFLAKE, "user_id": or_null(SNOWFLAKE), "target_id": or_null(SNOWFLAKE), "action_type": NUMBER},
        {"reason": TEXT, "changes": many(obj({"key": TEXT})), "options": {"type": "object"}},
    ),
    "audit": obj({"audit_log_entries": many(ref("entry")), "users": many(ref("user"))}),
    "command": obj(
        {
            "id": SNOWFLAKE,
            "application_id": SNOWFLAKE,
            "name": TEXT,
            "description": TEXT,
            "type": NUMBER,
            "version": SNOWFLAKE,
        },
        {"options": MANY_OBJECTS, "default_member_permissions": or_null(TEXT), "guild_id": SNOWFLAKE}
        | {"name_localizations": or_null(IN_LANGUAGES), "description_localizations": or_null(IN_LANGUAGES)},
    ),
    "application": obj(
        {"id": SNOWFLAKE, "name": TEXT, "description": TEXT, "icon": or_null(TEXT), "bot_public": YES_OR_NO}
        | {"bot_require_code_grant": YES_OR_NO, "verify_key": TEXT, "flags": NUMBER}
    ),
    "callback": obj(
        {"interaction": obj({"id": SNOWFLAKE, "type": NUMBER}, {"response_message_id": SNOWFLAKE})},
        {"resource": obj({"type": NUMBER}, {"message": ref("message")})},
    ),
    "gateway": obj({"url": {"type": "string", "pattern": "^wss?://"}}, {"shards": NUMBER}),
    "fault": obj({"code": NUMBER, "message": TEXT}, {"errors": {"type": "object"}}),
    "limited": obj({"message": TEXT, "retry_after": {"type": "number", "minimum": 0}, "global": YES_OR_NO}),
}

NOTHING: Schema = {"type": "null"}
ANSWERS: dict[str, dict[int, Schema]] = {
    "me.get": {200: ref("me")},
    "connection.list": {200: many(ref("connection"))},
    "sign_in.exchange": {200: ref("token"), 400: ref("oauth_fault"), 401: ref("oauth_fault")},
    "sign_in.revoke": {200: {"type": "object"}, 401: ref("oauth_fault")},
    "user.get": {200: ref("user")},
    "application.get": {200: ref("application")},
    "gateway.get": {200: ref("gateway")},
    "gateway.bot": {200: ref("gateway")},
    "command.list": {200: many(ref("command"))},
    "command.put": {200: many(ref("command"))},
    "command.list_guild": {200: many(ref("command"))},
    "command.put_guild": {200: many(ref("command"))},
    "guild.get": {200: ref("guild")},
    "guild.incidents": {200: ref("incidents")},
    "channel.list": {200: many(ref("channel"))},
    "channel.get": {200: ref("channel")},
    "channel.patch": {200: ref("channel")},
    "role.list": {200: many(ref("role"))},
    "ban.list": {200: many(ref("ban"))},
    "ban.get": {200: ref("ban")},
    "ban.put": {204: NOTHING},
    "ban.delete": {204: NOTHING},
    "ban.bulk": {200: ref("bulk")},
    "member.list": {200: many(ref("member"))},
    "member.search": {200: many(ref("member"))},
    "member.get": {200: ref("member")},
    "member.patch": {200: ref("member")},
    "member.remove": {204: NOTHING},
    "role.add": {204: NOTHING},
    "role.remove": {204: NOTHING},
    "audit.list": {200: ref("audit")},
    "dm.open": {200: ref("channel")},
    "message.list": {200: many(ref("message"))},
    "message.get": {200: ref("message")},
    "message.post": {200: ref("message")},
    "message.patch": {200: ref("message")},
    "message.delete": {204: NOTHING},
    "message.bulk_delete": {204: NOTHING},
    "interaction.callback": {200: ref("callback"), 204: NOTHING},
    "followup.post": {200: ref("message")},
    "original.get": {200: ref("message")},
    "original.patch": {200: ref("message")},
    "original.delete": {204: NOTHING},
}
FILES = ("attachment.get", "sticker.get")
PAGES = ("sign_in.page", "sign_in.agree")
UNPUBLISHED = ("sign_in.exchange", "sign_in.revoke")
"""Signing in stands in the platform's documentation, and not in its published description."""

EXAMPLE_USER: dict[str, Any] = {
    "id": "80351110224678912",
    "username": "nelly",
    "discriminator": "0",
    "avatar": None,
    "global_name": None,
}
EXAMPLE_USER |= {"public_flags": 0, "flags": 0, "primary_guild": None}
EXAMPLES: dict[str, tuple[int, Any]] = {
    "ban.get": (200, {"user": EXAMPLE_USER, "reason": "mentioning b1nzy"}),
    "ban.list": (200, [{"user": EXAMPLE_USER, "reason": None}]),
    "ban.bulk": (200, {"banned_users": ["80351110224678912"], "failed_users": []}),
    "guild.incidents": (
        200,
        {"invites_disabled_until": "2026-03-02T15:00:00+00:00", "dms_disabled_until": None},
    ),
    "user.get": (200, EXAMPLE_USER),
    "connection.list": (
        200,
        [
            {"id": "583231", "name": "octocat", "type": "github", "verified": True, "revoked": False, "visibility": 0}
            | {"friend_sync": False, "show_activity": False, "two_way_link": False, "integrations": []}
        ],
    ),
    "gateway.get": (200, {"url": "wss://gateway.discord.gg/"}),
    "dm.open": (200, {"id": "319674150115610528", "type": 1, "flags": 0, "recipients": [EXAMPLE_USER]}),
    "member.get": (
        200,
        {"user": EXAMPLE_USER, "nick": None, "avatar": None, "banner": None, "roles": [], "deaf": False, "mute": False}
        | {"joined_at": "2015-04-26T06:26:56.936000+00:00", "premium_since": None, "flags": 0, "pending": False}
        | {"communication_disabled_until": None},
    ),
    "message.get": (
        200,
        {"id": "334385199974967042", "channel_id": "290926798999357250", "author": EXAMPLE_USER, "content": "Supa Hot"}
        | {"timestamp": "2017-07-11T17:27:07.299000+00:00", "edited_timestamp": None, "tts": False, "type": 0}
        | {"mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": []}
        | {"components": [], "pinned": False, "flags": 0},
    ),
    "interaction.callback": (200, {"interaction": {"id": "334385199974967043", "type": 2}}),
}


@cache
def _checker(operation: str, status: int) -> Draft202012Validator | None:
    wanted = ANSWERS.get(operation, {}).get(status)
    if status == 429:
        wanted = ref("limited")
    elif wanted is None and 400 <= status < 500:
        wanted = ref("fault")
    if wanted is None:
        return None
    return Draft202012Validator({"$defs": SHAPES, **wanted}, format_checker=FormatChecker())


def faults_of(operation: str, status: int, answer: Any) -> list[str]:
    """What is wrong with one answer; an operation or a status that we do not describe is wrong."""
    checker = _checker(operation, status)
    if checker is None:
        return [f"{operation} {status}: not described"]
    return [f"{operation} {status}: {e.json_path}: {e.message}" for e in checker.iter_errors(answer)]


def validate_history(history: History) -> list[str]:
    """What is wrong with the answers in this history; plain-text answers and 5xx are no part of the contract."""
    return [fault for exchange in history.exchanges if _is_ours(exchange) for fault in _faults(exchange)]


def _is_ours(exchange: Exchange) -> bool:
    plain_text = exchange.status in (404, 429) and exchange.answer is None
    answered = exchange.status is not None and exchange.status < 500
    return answered and not plain_text and exchange.operation not in (*FILES, *PAGES)


def _faults(exchange: Exchange) -> list[str]:
    return faults_of(exchange.operation, exchange.status or 0, exchange.answer)
