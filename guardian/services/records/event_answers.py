"""What the contact of an event is answered on the page that their link opens: of a list they sent, in the group's words.

The answer names only people who are flagged or banned, with the summary that a second member has read; and it never says
that somebody is clean. Read `read_event_page` first. Policy: P-9.6.
"""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.case_records import CaseFacts
from guardian.cases.events import EventList, EventMatch, RegisteredEvent
from guardian.errors import NotFound
from guardian.ids import CaseId
from guardian.services.context import AppContext, ReadView
from guardian.services.records.event_checks import digest_of, state_of, take_list
from guardian.services.records.recorded_cases import record_kind, recorded_facts
from rules.event_check import MatchState, is_open_at
from rules.policy import Policy
from rules.record_kinds import TOLD_TO_EVENTS, RecordKind


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One person of the list: their line, whether they are asked to stay away, and what may be told of it."""

    line: str
    is_banned: bool
    summary: str
    advice: str


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """The answer to one list; `lines` None: it is still being looked at."""

    at: datetime
    count: int
    lines: tuple[AnswerLine, ...] | None


@dataclass(frozen=True, slots=True)
class EventPage:
    """What the contact sees: the event's name, until when it may ask, and what its lists were answered."""

    name: str
    ends: datetime
    answers: tuple[EventAnswer, ...]
    least_names: int


async def read_event_page(app: AppContext, secret: str) -> EventPage:
    """Return the page of the event behind the link; NotFound outside its days. Policy: P-9.6."""
    async with app.units_of_work.read() as view:
        event = await _event_behind(view, secret)
        matches = await view.events.matches()
        facts = {each.case.id: each for each in await recorded_facts(view, {match.case for match in matches})}
        answers = tuple(
            _answer(app.policy, each, [match for match in matches if match.list == each.id], facts, view.now)
            for each in await view.events.event_lists()
            if each.event == event.id
        )
        return EventPage(event.name, event.ends, answers, app.policy.events.least_names)


async def send_list(app: AppContext, secret: str, text: str) -> int:
    """Take the contact's list and return how many lines it had; Refused where it asks after too few. Policy: P-9.6."""
    async with app.units_of_work.begin() as uow:
        return await take_list(app.policy, uow, await _event_behind(uow, secret), text, None)


async def _event_behind(view: ReadView, secret: str) -> RegisteredEvent:
    event = await view.events.event_by_digest(digest_of(secret))
    if event is None or not is_open_at(event.opens, event.ends, view.now):
        raise NotFound
    return event


def _answer(
    policy: Policy, sent: EventList, matches: list[EventMatch], facts: dict[CaseId, CaseFacts], now: datetime
) -> EventAnswer:
    """The answer to the list, once a member has released it and nothing of it is open."""
    lines = []
    for match in matches:
        state = state_of(match, policy)
        known = facts.get(match.case)
        if state is MatchState.OTHER or known is None or match.person not in known.people:
            continue
        kind, stated = record_kind(known, match.person, now), known.stated_of(match.person)
        if kind not in TOLD_TO_EVENTS:
            continue
        if state is MatchState.OPEN or stated.summary_read_by is None:
            return EventAnswer(sent.at, sent.lines, None)
        lines.append(AnswerLine(match.line, kind is RecordKind.BANNED, stated.summary, stated.advice))
    return EventAnswer(sent.at, sent.lines, tuple(lines) if sent.released_at is not None else None)
