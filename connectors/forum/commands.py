"""What members and moderators order by a private message to our account: read from its first line, carried out by the use cases.

The account's id says who orders, never the text. Answers stand where the forum's administrators can read them, so they
carry no code name, no count and no clock: whoever ordered finds those on Discord or on the page.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Final, TypeVar

from connectors.forum import posts
from connectors.forum.posts import Post
from guardian.cases.handoffs import Urgency
from guardian.cases.measures import CONTENT_RESTRICTIONS, MeasureKind
from guardian.errors import GuardianError, Refused
from guardian.ids import MemberId, SpaceName
from guardian.logs import logger
from guardian.people.models import Member
from guardian.services.context import AppContext
from guardian.services.escalation import escalations
from guardian.services.escalation.escalations import (
    AccountSubject,
    ContentSubject,
    EscalationInput,
    MatterSubject,
    Subject,
)
from guardian.services.escalation.local_matters import list_matters
from guardian.services.measures import measures
from guardian.services.measures.measures import MeasureRequest
from guardian.services.members import AccountInput, member_by_name, member_for_account
from guardian.services.unilateral import act, stop
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.port import Account, Unknown
from rules.measures import MeasureReason
from rules.precedence import Restriction
from rules.unilateral import Ground

T = TypeVar("T")
log = logger("forum")

MAX_AGE: Final = timedelta(hours=1)
"""A command that nobody read for so long is not carried out: what it was meant for has passed."""

SIGN_IN: Final = (
    "Sign in with the account of yours that you write from, or by a link in your mail: {page}/console/sign-in\n\n"
    "No message here carries a link that opens anything by itself: the forum's administrators can read it."
)
DONE: Final = "Done. What came of it stands on the console: {page}/console"
NOT_DONE: Final = "Not done. Order it on the console, where it says why, and what to do about it: {page}/console"
UNSURE: Final = (
    "This may have been done or not: we were interrupted. Please look on the console before you order it again: "
    "{page}/console"
)
TOO_OLD: Final = "Not done: this waited too long for us to read it. If it is still needed, please send it again."
EDITED: Final = "Not done: this message was changed after it was sent. Please send it again as a new one."
_USAGE: Final = {
    "/act": "/act NAME muted|suspended|banned ongoing|threat|danger [in SPACE,SPACE] [N days]",
    "/measure": "/measure NAME muted|suspended N days REASON, or /measure LINK locked N days REASON",
    "/escalate": "/escalate LINK or /escalate NAME [soon|danger]",
    "/stop": "/stop MEMBER",
}
_EVERY_USAGE: Final = "\n".join(_USAGE.values())
_NEAR: Final = 0.55
"""How alike what was written is to the name of a command that it may have meant."""
NEAREST: Final = "Perhaps you meant:\n\n{usage}\n\n"
ON_THE_CONSOLE: Final = "\n\nWhatever else there is to do is done on the console: {page}/console"
NOT_A_COMMAND: Final = (
    "Nothing was done, and nothing was taken in as a report: this looks like a command, but it cannot be read as one.\n\n"
    "Commands are one line, and what happened on the lines after it:\n\n"
    f"{_EVERY_USAGE}\n\n"
    f"A reason is one of: {', '.join(MeasureReason)}.\n\n"
    "If it is a report, please begin a new conversation with us, with other words at its beginning."
)
NO_REPORT: Final = (
    "This conversation is one of commands, so nothing was taken in as a report. To report something, please begin a new "
    "conversation with us."
)
_GROUNDS: Final = {"ongoing": Ground.ONGOING, "threat": Ground.THREAT, "danger": Ground.PHYSICAL_DANGER}
_RESTRICTIONS: Final = {str(r): r for r in (Restriction.MUTED, Restriction.SUSPENDED, Restriction.BANNED)}
_MEASURES: Final = {str(kind): kind for kind in MeasureKind}
_REASONS: Final = {str(reason): reason for reason in MeasureReason}
_URGENCIES: Final = {"soon": Urgency.SOON, "danger": Urgency.DANGER}
_LOOKS_LIKE_COMMAND: Final = re.compile(r"[/\\!.]\s*[A-Za-z]|(?:act|measure|escalate|stop)\s+@", re.IGNORECASE)
_SIGN_IN: Final = re.compile(r"/sign-?in\b", re.IGNORECASE)
_DAYS: Final = re.compile(r"\b(\d{1,4})\s*(?:d|days?)\b", re.IGNORECASE)
_SCOPE: Final = re.compile(r"\bin\s+([a-z0-9_-]+(?:\s*,\s*[a-z0-9_-]+)*)", re.IGNORECASE)


class NotUnderstood(Exception):
    """The line looks like a command and is none that is known, or lacks something."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was written, in the forum at `base_url`: its name, what stands on its line, and the lines after it."""

    name: str
    line: str
    text: str
    delivery: str
    base_url: str


def looks_like_command(text: str) -> bool:
    """Return whether a member who writes this means a command, rightly written or not."""
    return _LOOKS_LIKE_COMMAND.match(text.lstrip()) is not None


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Where orders are given: the application context, the forum's name among the spaces, and its address."""

    app: AppContext
    space: SpaceName
    base_url: str


async def execute(context: CommandContext, post: Post, by: MemberId, now: datetime) -> str:
    """Return the answer to a member's command, which has been carried out where nothing stood against it."""
    app, page = context.app, _page_url(context.app)
    if post.edited:
        return EDITED
    if post.written_at is None or now - post.written_at > MAX_AGE:
        return TOO_OLD
    if _SIGN_IN.match(post.text.strip()):
        return SIGN_IN.format(page=page)
    command = _parse_command(post, context)
    if command is None:
        return not_understood_text(post.text, page)
    try:
        await _COMMANDS[command.name](app, context.space, by, command)
    except NotUnderstood:
        return not_understood_text(post.text, page)
    except GuardianError as error:
        log.info("command.was_refused", command=command.name, kind=type(error).__name__)
        return NOT_DONE.format(page=page)
    return DONE.format(page=page)


def not_understood_text(written: str, page: str) -> str:
    """Return the answer to what is no command, which of them is nearest to it, and all there are."""
    word = (written.split() or [""])[0].casefold().lstrip("/\\!.")
    near = get_close_matches(f"/{word}", _USAGE, n=1, cutoff=_NEAR)
    nothing, blank, rest = NOT_A_COMMAND.partition("\n\n")
    nearest = "".join(NEAREST.format(usage=_USAGE[name]) for name in near)
    return nothing + blank + nearest + rest + ON_THE_CONSOLE.format(page=page)


def unsure_text(app: AppContext) -> str:
    """Return the answer to a command of which nothing is known but that it was begun."""
    return UNSURE.format(page=_page_url(app))


def _page_url(app: AppContext) -> str:
    return app.base_url.rstrip("/")


def _parse_command(post: Post, context: CommandContext) -> Command | None:
    first, _, rest = post.text.strip().partition("\n")
    name, _, line = first.strip().partition(" ")
    if name.casefold() not in _COMMANDS:
        return None
    delivery = f"{context.space} post {post.id}"
    return Command(name.casefold(), line.strip(), rest.strip(), delivery, context.base_url)


async def _act(app: AppContext, space: SpaceName, by: MemberId, command: Command) -> None:
    """`/act NAME WHAT WHY [in SPACE,SPACE] [N days]`, and what is happening on the lines after it."""
    name, rest = _split_first(command.line)
    scope, rest = _parse_scope(rest)
    term, rest = _parse_term(rest)
    words = rest.casefold().split()
    restriction = _match_one(words, _RESTRICTIONS)
    ground = _match_one(words, _GROUNDS)
    if len(words) != len({restriction, ground}) or not command.text:
        raise NotUnderstood
    await act.act(app, by, _parse_target(space, name), ActInput(restriction, ground, command.text, scope, term))


async def _escalate(app: AppContext, space: SpaceName, by: MemberId, command: Command) -> None:
    """`/escalate LINK` or `/escalate NAME`, how urgent it is, and on the lines after it what it is and what was done."""
    what, rest = _split_first(command.line)
    words = rest.casefold().split()
    if len(words) > 1 or (words and words[0] not in _URGENCIES):
        raise NotUnderstood
    urgency = _URGENCIES[words[0]] if words else Urgency.ORDINARY
    meant = await _resolve_subject(app, space, by, what, command.base_url)
    await escalations.escalate(app, by, EscalationInput(meant, urgency, "", command.text), delivery=command.delivery)


async def _measure(app: AppContext, space: SpaceName, by: MemberId, command: Command) -> None:
    """`/measure NAME WHAT N days REASON`, or the same with a link for a conversation; more words on the lines after it."""
    name, rest = _split_first(command.line)
    term, rest = _parse_term(rest)
    words = rest.casefold().split()
    kind, reason = _match_one(words, _MEASURES), _match_one(words, _REASONS)
    if len(words) != len({kind, reason}) or (kind in CONTENT_RESTRICTIONS) != ("://" in name):
        raise NotUnderstood
    on = AccountInput(space, name) if kind in CONTENT_RESTRICTIONS else _parse_target(space, name)
    await measures.set_measure(app, by, MeasureRequest(kind, on, reason, term, command.text))


async def _stop(app: AppContext, space: SpaceName, by: MemberId, command: Command) -> None:
    """`/stop MEMBER`, by their name or their account in this forum."""
    name = command.line.strip()
    if not name:
        raise NotUnderstood
    other = await member_by_name(app, name) or await _find_member(app, space, name)
    if other is None:
        raise NotUnderstood
    await stop.stop_member(app, by, other.id)


async def _find_member(app: AppContext, space: SpaceName, name: str) -> Member | None:
    here = app.spaces.get(space)
    found = await here.find_account(name) if here is not None else None
    if isinstance(found, Unknown):
        raise Refused("not_answered", "The forum gave no answer just now, so nothing was done.", "P-7.5")
    return await member_for_account(app, Account(space, found[0])) if found else None


def _parse_target(space: SpaceName, name: str) -> AccountInput:
    """Whom a name means: somebody of this forum, or, with a colon, of another space (`discord:1234`)."""
    there, colon, text = name.partition(":")
    return (
        AccountInput(SpaceName(there.casefold()), text)
        if colon and text and there.casefold() != "id"
        else AccountInput(space, name)
    )


async def _resolve_subject(app: AppContext, space: SpaceName, by: MemberId, what: str, base_url: str) -> Subject:
    """A local matter where the link is that of one, so that it is the matter which passes on; else the thing itself."""
    link_target = posts.parse_link(what, base_url)
    if link_target is not None:
        for matter in await list_matters(app, by):
            if posts.parse_link(matter.link, base_url) == link_target:
                return MatterSubject(matter.code_name)
        return ContentSubject(space, what)
    target = _parse_target(space, what)
    return AccountSubject(target.space, target.text)


def _split_first(line: str) -> tuple[str, str]:
    name, _, rest = line.partition(" ")
    if not name:
        raise NotUnderstood
    return name, rest


def _parse_scope(line: str) -> tuple[frozenset[SpaceName] | None, str]:
    found = _SCOPE.search(line)
    if found is None:
        return None, line
    named = frozenset(SpaceName(name.strip().casefold()) for name in found[1].split(","))
    return named, line[: found.start()] + line[found.end() :]


def _parse_term(line: str) -> tuple[timedelta | None, str]:
    found = _DAYS.search(line)
    if found is None:
        return None, line
    return timedelta(days=int(found[1])), line[: found.start()] + line[found.end() :]


def _match_one(words: list[str], known: Mapping[str, T]) -> T:
    found = [known[word] for word in words if word in known]
    if len(found) != 1:
        raise NotUnderstood
    return found[0]


_Handler = Callable[[AppContext, SpaceName, MemberId, Command], Awaitable[None]]
_COMMANDS: Final[dict[str, _Handler]] = {
    "/act": _act,
    "/measure": _measure,
    "/escalate": _escalate,
    "/stop": _stop,
}
