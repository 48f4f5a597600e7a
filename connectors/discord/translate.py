"""Discord's words and ours, both ways. Pure: no call, no clock, no state.

Every foreign error is translated here and nowhere else; so is the encoding of every text that leaves for Discord.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp
import discord

from guardian.ids import REFERENCE_PREFIX, Reference, SpaceName
from guardian.spaces.outcomes import Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    Attribution,
    LiftRecord,
    Missing,
    Observation,
    Observed,
    ObservedRestriction,
    Presence,
    Unknown,
)
from guardian.spaces.removals import Removal
from guardian.untrusted_json import read_object
from rules.precedence import AccessLevel

Json = Mapping[str, Any]

UNKNOWN_GUILD, UNKNOWN_MEMBER, UNKNOWN_ROLE, UNKNOWN_USER, UNKNOWN_BAN = 10004, 10007, 10011, 10013, 10026
UNKNOWN_CHANNEL = 10003
MISSING_ACCESS, MISSING_PERMISSIONS, TWO_FACTOR_REQUIRED = 50001, 50013, 60003
NOBODY_BANNED = 500000
CANNOT_MESSAGE = frozenset({50007, 50278, 50033})
OPENING_TOO_FAST = 40003

MEMBER_KICKED, BAN_ADDED, BAN_REMOVED, MEMBER_UPDATED = 20, 22, 23, 24
TIMED_OUT_BY_RULE = 145
"""AutoMod's own timeouts; 143 and 144 are its blocked and flagged messages, which hold nobody."""
MEMBERS_INTENT = 1 << 14 | 1 << 15
TIMEOUT_FIELD = "communication_disabled_until"
SUPPRESS_EMBEDS = 1 << 2

A_VALID_TOKEN = "a bot token that Discord accepts"
THE_BOT_IN_THE_SERVER = "the bot as a member of the server named in guild_id"
TWO_FACTOR = "two-factor sign-in on the account that owns the bot (the server asks for it)"
NOT_A_MEMBER = "not a member of the server: a timeout waits for them to come"
MESSAGES_CLOSED = "direct messages are closed"

LONGEST_MESSAGE = 2000
_REFERENCE = re.compile(rf"\b{re.escape(REFERENCE_PREFIX)}[0-9A-Z]+\b")
_MENTION = re.compile(r"@(everyone|here|[!&]?\d+)")
_CHANNEL = re.compile(r"<#(\d+)>")
_LINK = re.compile(r"<?\b(https?://[^\s<>]*[^\s<>.,;:!?)\]'\"*_~|`])>?")
_ACCOUNT_ID = re.compile(r"(?:<@!?)?(\d{15,20})>?")
_SNOWFLAKES_BEGIN = datetime(2015, 1, 1, tzinfo=UTC)


_NO_TIMEOUT: Final[Json] = {}
NO_CONTENT: Final = 204
UNREADABLE: Final = "Discord's answer could not be read"


@dataclass(frozen=True, slots=True)
class Success:
    """Discord did it; `body` is its JSON (empty where it sent none), `status` the wire's own word (0: not known)."""

    body: Any
    status: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Discord said no: the status, its own error code (0: none), and its words."""

    status: int
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No usable answer: whatever was asked for may or may not have happened."""

    reason: str
    after: timedelta | None = None


CallFailure = Refusal | NoAnswer
Answer = Success | Refusal | NoAnswer


def require_about(native_id: str, answer: Answer) -> Answer:
    """Return the answer: a ban, member, account or private channel; NoAnswer where it is another account's."""
    if not isinstance(answer, Success):
        return answer
    body = answer.body if isinstance(answer.body, dict) else {}
    recipient = next(iter(body.get("recipients") or ()), None)
    account = recipient or body.get("user") or body
    if not isinstance(account, dict):
        return NoAnswer(UNREADABLE)
    return answer if str(account.get("id")) == native_id else NoAnswer("Discord answered about somebody else")


def is_readable(body: Any, shape: type[list[Any]] | type[dict[str, Any]], has: str) -> bool:
    """Return whether the body is of that shape, and has a value of that name (empty: none is asked for)."""
    return isinstance(body, shape) and (not has or has in body)


def require_empty(answer: Answer) -> Answer:
    """Return the answer to an act that Discord answers by nothing (204); NoAnswer where another's 200 came instead."""
    return NoAnswer(UNREADABLE) if isinstance(answer, Success) and answer.status != NO_CONTENT else answer


def translate_error(error: Exception) -> CallFailure | None:
    """Return what an error of the library or the wire means; None for one that is a bug of ours and is let out."""
    match error:
        case discord.RateLimited():
            return NoAnswer("Discord asks us to wait", timedelta(seconds=error.retry_after))
        case discord.HTTPException() if error.status == 429:
            return NoAnswer("Discord asks us to wait", _header_retry_after(error.response.headers))
        case discord.HTTPException() if error.status >= 500:
            return NoAnswer(f"Discord answered {error.status}")
        case discord.HTTPException():
            return Refusal(error.status, error.code, error.text)
        case TimeoutError():
            return NoAnswer("Discord did not answer in time")
        case aiohttp.ClientError() | OSError():
            return NoAnswer(f"the connection to Discord failed ({type(error).__name__})")
        case json.JSONDecodeError():
            return NoAnswer("Discord's answer could not be read")
        case _:
            return None


def read_retry_after(headers: Mapping[str, str], body: bytes) -> timedelta | None:
    """Return how long a 429 asks us to wait: by its body, which is exact, else by its header.

    None where neither says.
    """
    try:
        return timedelta(seconds=float(read_object(body)["retry_after"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return _header_retry_after(headers)


def _header_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    try:
        return timedelta(seconds=float(headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def to_observation(answer: CallFailure, permission: str) -> Observation:
    """Return what a failed observation says: an account that is gone is Missing, all else is Unknown, never a no."""
    match answer:
        case NoAnswer(why, after):
            return Unknown(why, after=after)
        case Refusal(code=code) if code == UNKNOWN_USER:
            return Missing()
        case Refusal():
            return to_unknown(answer, permission)


def to_unknown(answer: CallFailure, permission: str) -> Unknown:
    """Return the failed observation, with the missing permission where that is the cause."""
    match answer:
        case NoAnswer(why, after):
            return Unknown(why, after=after)
        case Refusal(status, code):
            return Unknown(f"Discord refused the look ({status}/{code})", needs=missing_permission(answer, permission))


def to_outcome(answer: Answer, permission: str) -> Outcome:
    """Return what an act came to, where its own special codes have been dealt with before."""
    match answer:
        case Success():
            return Done()
        case NoAnswer(why, after):
            return Unavailable(why, after=after)
        case Refusal(code=code) if code == UNKNOWN_USER:
            return Gone()
        case Refusal(status, code, said):
            needs = missing_permission(answer, permission)
            return Forbidden(needs) if needs else Rejected(f"Discord refused it ({status}/{code}): {said}"[:200])


def missing_permission(refusal: Refusal, permission: str) -> str | None:
    """Return what people have to give so that Discord no longer refuses; None where no permission would help."""
    if refusal.status == 401:
        return A_VALID_TOKEN
    if refusal.code in (UNKNOWN_GUILD, MISSING_ACCESS):
        return f"{THE_BOT_IN_THE_SERVER}, and {permission}"
    if refusal.code == TWO_FACTOR_REQUIRED:
        return TWO_FACTOR
    return permission if refusal.status == 403 else None


def parse_ban(ban: Json) -> ObservedRestriction:
    """Return the ban as it stands; the reference is read back from its reason."""
    reason = ban.get("reason")
    return ObservedRestriction(AccessLevel.BARRED, reference=find_reference(reason), reason=reason or "")


def observe_account(ban: ObservedRestriction | None, member: Json | None, now: datetime) -> Observed:
    """Return what a ban and a membership come to together: a ban that is listed leaves somebody inside now and then."""
    timeout = None if member is None else parse_timeout(member, now)
    presence = Presence.OUTSIDE if member is None else Presence.MEMBER
    ineffective = frozenset({AccessLevel.BARRED}) if ban is not None and member is not None else frozenset()
    return Observed(tuple(each for each in (ban, timeout) if each is not None), presence, ineffective)


def timeout_fields(member: Json) -> Json:
    """Return what of a member says whether a timeout runs: one value for all those who have none."""
    until = member.get(TIMEOUT_FIELD)
    return {TIMEOUT_FIELD: until} if until else _NO_TIMEOUT


def parse_timeout(member: Json, now: datetime) -> ObservedRestriction | None:
    """Return the member's timeout, if it runs at `now`.

    An end that has passed is no timeout, whatever the field says.
    """
    until = parse_instant(member.get(TIMEOUT_FIELD))
    return ObservedRestriction(AccessLevel.MUTED, until=until) if until is not None and until > now else None


def find_reference(reason: str | None) -> Reference | None:
    """Return our reference in a reason field, if there is one."""
    found = _REFERENCE.search(reason or "")
    return Reference(found.group()) if found else None


def parse_instant(text: str | None) -> datetime | None:
    """Return Discord's ISO 8601 as aware UTC."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def created_at(snowflake: str) -> datetime:
    """Return when Discord made the thing with this id."""
    return _SNOWFLAKES_BEGIN + timedelta(milliseconds=int(snowflake) >> 22)


def latest_attribution(entries: Iterable[Json], native_id: str, level: AccessLevel, own_id: str) -> Attribution:
    """Return whose doing the newest audit log entry about this account's restriction is."""
    concerned = [e for e in entries if e.get("target_id") == native_id and _is_about(e, level)]
    if not concerned:
        return Attribution(ActedBy.UNKNOWN)
    newest = max(concerned, key=lambda e: int(e["id"]))
    by = newest.get("user_id")
    acted_by = ActedBy.UNKNOWN if not by else ActedBy.GUARDIAN if by == own_id else ActedBy.OTHER
    if newest["action_type"] == TIMED_OUT_BY_RULE:
        # The entry names the member whose message set the rule off, who did nothing to themselves.
        acted_by, by = ActedBy.PLATFORM, None
    return Attribution(
        acted_by, by, created_at(newest["id"]), _is_lifting(newest), _last_lift_of_others(concerned, own_id)
    )


def find_removals(entries: Iterable[Json], space: SpaceName, own_id: str) -> tuple[Removal, ...]:
    """Return who put members out by hand, from the audit log's entries, oldest first; our own are none."""
    kicks = [e for e in entries if e.get("action_type") == MEMBER_KICKED and e.get("user_id") != own_id]
    found = [
        Removal(str(e["id"]), Account(space, str(e["target_id"])), str(e.get("user_id") or ""), created_at(e["id"]))
        for e in kicks
        if e.get("target_id")
    ]
    return tuple(sorted(found, key=lambda each: int(each.id)))


def _last_lift_of_others(entries: Iterable[Json], own_id: str) -> LiftRecord | None:
    lifts = [e for e in entries if e.get("user_id") not in (None, own_id) and _is_lifting(e)]
    last = max(lifts, key=lambda e: int(e["id"]), default=None)
    return None if last is None else LiftRecord(str(last["user_id"]), created_at(last["id"]))


def _is_lifting(entry: Json) -> bool:
    if entry["action_type"] == BAN_REMOVED:
        return True
    timeouts = [c for c in entry.get("changes") or () if c.get("key") == TIMEOUT_FIELD]
    return entry["action_type"] == MEMBER_UPDATED and bool(timeouts) and timeouts[-1].get("new_value") is None


def _is_about(entry: Json, level: AccessLevel) -> bool:
    if level is AccessLevel.BARRED:
        return entry["action_type"] in (BAN_ADDED, BAN_REMOVED)
    if entry["action_type"] == TIMED_OUT_BY_RULE:
        return True
    changes = entry.get("changes") or ()
    return entry["action_type"] == MEMBER_UPDATED and any(c.get("key") == TIMEOUT_FIELD for c in changes)


def to_plain_text(text: str) -> str:
    """Return the text as it may be shown anywhere on Discord: it mentions nobody and unfurls no link."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _MENTION.sub("@\u200b\\1", text)
    text = _CHANNEL.sub("<#\u200b\\1>", text)
    return _LINK.sub(r"<\1>", text)


def split_message(subject: str, text: str) -> list[str]:
    """Return one message, encoded, in pieces that Discord takes.

    A piece ends at a paragraph, a line or a word where it can.
    """
    heading = to_plain_text(subject).replace("\n", " ").strip()
    whole = f"**{heading}**\n\n{to_plain_text(text)}" if heading else to_plain_text(text)
    return list(_split(whole.strip()))


def _split(text: str) -> Iterator[str]:
    while len(text) > LONGEST_MESSAGE:
        head = text[:LONGEST_MESSAGE]
        cut = next((at for mark in ("\n\n", "\n", " ") if (at := head.rfind(mark)) > LONGEST_MESSAGE // 2), None)
        yield text[: cut or LONGEST_MESSAGE].rstrip()
        text = text[cut or LONGEST_MESSAGE :].lstrip()
    if text:
        yield text


def piece_nonce(message_nonce: str, piece: int) -> str:
    """Return the nonce of one piece: the same for every repetition, within Discord's 25 characters."""
    return hashlib.blake2b(f"{message_nonce}/{piece}".encode(), digest_size=12).hexdigest()


def build_message(piece: str, nonce: str) -> dict[str, Any]:
    """Return the message as it is posted: a repetition is recognised, nobody is pinged, nothing is unfurled."""
    return {
        "content": piece,
        "nonce": nonce,
        "enforce_nonce": True,
        "allowed_mentions": {"parse": []},
        "flags": SUPPRESS_EMBEDS,
        "tts": False,
    }


def parse_account_id(text: str) -> str | None:
    """Return the id that a person's words are: an id or a mention; None for anything else."""
    found = _ACCOUNT_ID.fullmatch(text.strip())
    return found.group(1) if found else None


def normalize_handle(text: str) -> str:
    """Return the username that a person's words are, as Discord compares it."""
    return unicodedata.normalize("NFC", text).strip().removeprefix("@").casefold()


def replace_surrogates(text: str) -> str:
    """Return the text without halves of characters, which JSON can carry and nothing can store: a sign stands there."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
