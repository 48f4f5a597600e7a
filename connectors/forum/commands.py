"""What members and moderators order by a private message to our account: read from its first line, carried out by the desk.

The account's id says who orders, never the text. Answers stand where the forum's administrators can read them, so they
carry no code name, no count and no clock: whoever ordered finds those on Discord or on the page.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from connectors.forum import letters
from connectors.forum.letters import Letter
from guardian.cases.local import Urgency
from guardian.cases.measures import ON_THINGS, MeasureKind
from guardian.desk import acting, escalating, measuring, stopping
from guardian.desk.acting import Target
from guardian.desk.desk import Desk
from guardian.desk.escalating import ByAccount, ByMatter, ByThing, What
from guardian.desk.matters import matters
from guardian.desk.measuring import Wanted
from guardian.desk.who import member_behind, member_called
from guardian.errors import GuardianError, Refused
from guardian.ids import MemberId, SpaceName
from guardian.logs import logger
from guardian.people.values import Member
from guardian.spaces.port import Account, Unknown
from rules.measures import MeasureReason
from rules.precedence import Restriction
from rules.unilateral import Ground

T = TypeVar("T")
log = logger("forum")

OLDEST: Final = timedelta(hours=1)
"""A command that nobody read for so long is not carried out: what it was meant for has passed."""

DONE: Final = "Done. What came of it stands on Discord, or on the page: {page}"
NOT_DONE: Final = (
    "Not done. Why, and what to do about it, stands on Discord if you order it there, or on the page: {page}"
)
UNSURE: Final = (
    "This may have been done or not: we were interrupted. Please look on Discord or on the page before you order it "
    "again: {page}"
)
TOO_OLD: Final = "Not done: this waited too long for us to read it. If it is still needed, please send it again."
EDITED: Final = "Not done: this message was changed after it was sent. Please send it again as a new one."
ASKED: Final = (
    "Nothing was done, and nothing was taken in as a report: this looks like a command, but it cannot be read as one.\n\n"
    "Commands are one line, and what happened on the lines after it:\n\n"
    "/act NAME muted|suspended|banned ongoing|threat|danger [in SPACE,SPACE] [N days]\n"
    "/measure NAME muted|suspended N days REASON, or /measure LINK locked N days REASON\n"
    "/escalate LINK or /escalate NAME [soon|danger]\n"
    "/stop MEMBER\n\n"
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
_LOOKS_LIKE_ONE: Final = re.compile(r"[/\\!.]\s*[A-Za-z]|(?:act|measure|escalate|stop)\s+@", re.IGNORECASE)
_DAYS: Final = re.compile(r"\b(\d{1,4})\s*(?:d|days?)\b", re.IGNORECASE)
_SCOPE: Final = re.compile(r"\bin\s+([a-z0-9_-]+(?:\s*,\s*[a-z0-9_-]+)*)", re.IGNORECASE)


class Unread(Exception):
    """The line looks like a command and is none that is known, or lacks something."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command as it was written, in the forum at `base_url`: its name, what stands on its line, and the lines after it."""

    name: str
    line: str
    words: str
    delivery: str
    base_url: str


def looks_like_one(text: str) -> bool:
    """Whether a member who writes this means a command, rightly written or not."""
    return _LOOKS_LIKE_ONE.match(text.lstrip()) is not None


@dataclass(frozen=True, slots=True)
class Counter:
    """Where orders are given: the desk, the forum's name among the spaces, and its address."""

    desk: Desk
    space: SpaceName
    base_url: str


async def carried_out(counter: Counter, letter: Letter, by: MemberId, now: datetime) -> str:
    """The answer to a member's command, which has been carried out where nothing stood against it."""
    desk, page = counter.desk, _page_of(counter.desk)
    if letter.edited:
        return EDITED
    if letter.written_at is None or now - letter.written_at > OLDEST:
        return TOO_OLD
    order = _order(letter, counter)
    if order is None:
        return ASKED
    try:
        await _CARRIED_OUT[order.name](desk, counter.space, by, order)
    except Unread:
        return ASKED
    except GuardianError as error:
        log.info("command.was_refused", command=order.name, kind=type(error).__name__)
        return NOT_DONE.format(page=page)
    return DONE.format(page=page)


def unsure(desk: Desk) -> str:
    """The answer to a command of which nothing is known but that it was begun."""
    return UNSURE.format(page=_page_of(desk))


def _page_of(desk: Desk) -> str:
    return desk.base_url.rstrip("/")


def _order(letter: Letter, counter: Counter) -> Order | None:
    first, _, rest = letter.text.strip().partition("\n")
    name, _, line = first.strip().partition(" ")
    if name.casefold() not in _CARRIED_OUT:
        return None
    delivery = f"{counter.space} post {letter.id}"
    return Order(name.casefold(), line.strip(), rest.strip(), delivery, counter.base_url)


async def _act(desk: Desk, space: SpaceName, by: MemberId, order: Order) -> None:
    """`/act NAME WHAT WHY [in SPACE,SPACE] [N days]`, and what is happening on the lines after it."""
    name, rest = _first(order.line)
    scope, rest = _scope(rest)
    term, rest = _term(rest)
    words = rest.casefold().split()
    restriction = _one(words, _RESTRICTIONS)
    ground = _one(words, _GROUNDS)
    if len(words) != len({restriction, ground}) or not order.words:
        raise Unread
    await acting.act(desk, by, _target(space, name), restriction, ground, order.words, scope, term)


async def _escalate(desk: Desk, space: SpaceName, by: MemberId, order: Order) -> None:
    """`/escalate LINK` or `/escalate NAME`, how urgent it is, and on the lines after it what it is and what was done."""
    what, rest = _first(order.line)
    words = rest.casefold().split()
    if len(words) > 1 or (words and words[0] not in _URGENCIES):
        raise Unread
    urgency = _URGENCIES[words[0]] if words else Urgency.ORDINARY
    meant = await _meant(desk, space, by, what, order.base_url)
    await escalating.escalate(desk, by, meant, urgency, "", order.words, order.delivery)


async def _measure(desk: Desk, space: SpaceName, by: MemberId, order: Order) -> None:
    """`/measure NAME WHAT N days REASON`, or the same with a link for a conversation; more words on the lines after it."""
    name, rest = _first(order.line)
    term, rest = _term(rest)
    words = rest.casefold().split()
    kind, reason = _one(words, _MEASURES), _one(words, _REASONS)
    if len(words) != len({kind, reason}) or (kind in ON_THINGS) != ("://" in name):
        raise Unread
    on = Target(space, name) if kind in ON_THINGS else _target(space, name)
    await measuring.measure(desk, by, Wanted(kind, on, reason, term, order.words))


async def _stop(desk: Desk, space: SpaceName, by: MemberId, order: Order) -> None:
    """`/stop MEMBER`, by their name or their account in this forum."""
    name = order.line.strip()
    if not name:
        raise Unread
    other = await member_called(desk, name) or await _member_here(desk, space, name)
    if other is None:
        raise Unread
    await stopping.stop(desk, by, other.id)


async def _member_here(desk: Desk, space: SpaceName, name: str) -> Member | None:
    here = desk.spaces.get(space)
    found = await here.find(name.removeprefix("@")) if here is not None else None
    if isinstance(found, Unknown):
        raise Refused("not_answered", "The forum gave no answer just now, so nothing was done.", "P-7.5")
    return await member_behind(desk, Account(space, found[0])) if found else None


def _target(space: SpaceName, name: str) -> Target:
    """Whom a name means: somebody of this forum, or, with a colon, of another space (`discord:1234`)."""
    there, colon, text = name.partition(":")
    return Target(SpaceName(there.casefold()), text) if colon and text else Target(space, name.removeprefix("@"))


async def _meant(desk: Desk, space: SpaceName, by: MemberId, what: str, base_url: str) -> What:
    """A local matter where the link is that of one, so that it is the matter which passes on; else the thing itself."""
    place = letters.place(what, base_url)
    if place is not None:
        for matter in await matters(desk, by):
            if letters.place(matter.link, base_url) == place:
                return ByMatter(matter.code_name)
        return ByThing(space, what)
    target = _target(space, what)
    return ByAccount(target.space, target.text)


def _first(line: str) -> tuple[str, str]:
    name, _, rest = line.partition(" ")
    if not name:
        raise Unread
    return name, rest


def _scope(line: str) -> tuple[frozenset[SpaceName] | None, str]:
    found = _SCOPE.search(line)
    if found is None:
        return None, line
    named = frozenset(SpaceName(name.strip().casefold()) for name in found[1].split(","))
    return named, line[: found.start()] + line[found.end() :]


def _term(line: str) -> tuple[timedelta | None, str]:
    found = _DAYS.search(line)
    if found is None:
        return None, line
    return timedelta(days=int(found[1])), line[: found.start()] + line[found.end() :]


def _one(words: list[str], known: Mapping[str, T]) -> T:
    found = [known[word] for word in words if word in known]
    if len(found) != 1:
        raise Unread
    return found[0]


_Deed = Callable[[Desk, SpaceName, MemberId, Order], Awaitable[None]]
_CARRIED_OUT: Final[dict[str, _Deed]] = {
    "/act": _act,
    "/measure": _measure,
    "/escalate": _escalate,
    "/stop": _stop,
}
