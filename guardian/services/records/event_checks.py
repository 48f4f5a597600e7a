"""Event checks for members: register an event, enter its list, say whether a line means somebody, release the answer.

A member with a conflict sees no match of the case that is kept from them, and whatever they release goes out only once
others have settled what they cannot see; no answer tells them that there is anything. Read `register_event` first. Policy:
P-9.6, P-4.2.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.cases.case_records import CaseFacts
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.events import EventList, EventMatch, RegisteredEvent
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, new_id, new_secret
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, start_deadline
from guardian.services.records.recorded_cases import known_facts, record_kind, recorded_facts
from rules.event_check import MatchState, degree_of, is_open_at, may_check_list, read_names, settle
from rules.name_matching import KnownNames
from rules.policy import Policy
from rules.record_kinds import TOLD_TO_EVENTS, RecordKind

_SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class EventInput:
    """An event as a member registers it: its name, its named contact with an address, and within which days it may ask."""

    name: str
    contact: str
    address: str
    opens: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A registered event and the link for its contact, which is shown once."""

    id: str
    link: str


@dataclass(frozen=True, slots=True)
class MatchView:
    """A line that may mean somebody of a case that the reader may know of. `answered`: the reader has said so or not."""

    id: str
    line: str
    person: str
    case: str
    degree: str
    kind: str
    state: MatchState
    answered: bool
    has_summary: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """One list: how many lines it had, what of it the reader may see, and whether somebody has released its answer."""

    id: str
    at: datetime
    lines: int
    matches: tuple[MatchView, ...]
    is_released: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """One event with its lists."""

    event: RegisteredEvent
    lists: tuple[ListView, ...]
    is_open: bool


async def register_event(app: AppContext, by: MemberId, event: EventInput) -> NewEvent:
    """Register an event whose contact may send lists within its days; return the link, which is shown once."""
    if not event.name.strip() or not event.contact.strip() or "@" not in event.address:
        raise Refused("no_contact", "Give the event's name, and a contact by name with a mail address.", "P-9.6")
    if event.ends <= max(event.opens, app.clock.now()):
        raise Refused("no_days", "The last day lies before the first, or is over.", "P-9.6")
    secret = new_secret()
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CHECK_EVENT)
        registered = RegisteredEvent(
            id=new_id(),
            name=event.name.strip(),
            contact=event.contact.strip(),
            address=event.address.strip(),
            opens=event.opens,
            ends=event.ends,
            digest=digest_of(secret),
            by=by,
            at=uow.now,
        )
        await uow.events.add_event(registered)
        await start_deadline(uow, DeadlineKind.EVENT_OVER, None, event.ends, about=registered.id)
        about = {"event": registered.id}
        uow.journal.note(Entry(act="event.was_registered", by=by_member(by), authority="P-9.6", about=about))
    return NewEvent(registered.id, f"{app.base_url}/event/{secret}")


async def list_events(app: AppContext, by: MemberId) -> tuple[EventView, ...]:
    """Return the events, the latest first, with what of their lists the member may know of. Policy: P-4.2."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.CHECK_EVENT)
        every = await view.events.matches()
        known = {facts.case.id: facts for facts in await known_facts(view, member, {match.case for match in every})}
        matches = [match for match in every if match.case in known]
        lists = await view.events.event_lists()
        return tuple(
            EventView(
                event,
                tuple(
                    _list_view(app, each, [(m, known[m.case]) for m in matches if m.list == each.id], by, view.now)
                    for each in lists
                    if each.event == event.id
                ),
                is_open_at(event.opens, event.ends, view.now),
            )
            for event in await view.events.events()
        )


async def enter_list(app: AppContext, by: MemberId, event_id: str, text: str) -> str:
    """Enter a list that the event's contact has given to the member; nothing is kept but what may mean somebody."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CHECK_EVENT)
        event = await uow.events.event(event_id)
        if event is None or not is_open_at(event.opens, event.ends, uow.now):
            raise NotFound
        lines = await take_list(app.policy, uow, event, text, by)
    return f"A list of {lines} lines is looked at. What may mean somebody stands below; nothing else of it is kept."


async def decide_match(app: AppContext, by: MemberId, match_id: str, *, is_same: bool) -> None:
    """Say whether a line means the person: one member suffices for an exact match, more are needed below. Policy: P-9.6."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.CHECK_EVENT)
        match = next((each for each in await uow.events.matches() if each.id == match_id), None)
        if match is None or not await known_facts(uow, member, [match.case]):
            raise NotFound
        yes, no = (frozenset(given) - {by} for given in (match.yes, match.no))
        yes, no = (yes | {by}, no) if is_same else (yes, no | {by})
        await uow.events.save_match(replace(match, yes=tuple(sorted(yes)), no=tuple(sorted(no))))
        about = {"match": match.id}
        uow.journal.note(
            Entry(act="match.was_decided", by=by_member(by), authority="P-9.6", about=about, case=match.case)
        )


async def release_list(app: AppContext, by: MemberId, list_id: str) -> str:
    """Release the answer to a list; it reaches the contact once everything on it is settled. Policy: P-9.6, P-4.2."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CHECK_EVENT)
        found = next((each for each in await uow.events.event_lists() if each.id == list_id), None)
        if found is None:
            raise NotFound
        if found.released_at is None:
            await uow.events.save_event_list(replace(found, released_by=by, released_at=uow.now))
            about = {"list": found.id}
            uow.journal.note(Entry(act="event.was_answered", by=by_member(by), authority="P-9.6", about=about))
    return "Released. The contact reads the answer once everything on the list is settled."


async def take_list(policy: Policy, uow: UnitOfWork, event: RegisteredEvent, text: str, by: MemberId | None) -> int:
    """Match a list and keep what of it may mean somebody; return how many lines it had. Policy: P-9.6."""
    names = read_names(text)
    before = [each for each in await uow.events.event_lists() if each.event == event.id]
    require(may_check_list(names, len(before), policy.events))
    sent = EventList(id=new_id(), event=event.id, at=uow.now, lines=len(names), by=by)
    await uow.events.add_event_list(sent)
    for facts, known in await _told_people(uow):
        for line in names:
            if (degree := degree_of(line, known, policy.conflicts)) is not None:
                person = PersonId(known.who)
                await uow.events.add_match(
                    EventMatch(id=new_id(), list=sent.id, case=facts.case.id, person=person, line=line, degree=degree)
                )
    about = {"event": event.id, "list": sent.id}
    uow.journal.note(Entry(act="event.was_asked", by=by_member(by) if by else PARTY, authority="P-9.6", about=about))
    return len(names)


async def on_event_over_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Forget what was kept of the event's lists, now that it is over. Policy: P-9.6."""
    await uow.events.forget_matches(deadline.about)
    uow.scrub_after_commit()
    await complete(uow, deadline)
    about = {"event": deadline.about}
    uow.journal.note(Entry(act="event.was_forgotten", by=SERVICE, authority="P-9.6", about=about))


def digest_of(secret: str) -> str:
    """Return what stands in the database for the link's secret, which nobody could guess."""
    return hashlib.sha256("".join(secret.split("-")).upper().encode()).hexdigest()


async def _told_people(view: ReadView) -> list[tuple[CaseFacts, KnownNames[str]]]:
    """Everybody whom events are told of, each with the newest case that says so, and what they are called."""
    newest: dict[PersonId, CaseFacts] = {}
    for facts in await recorded_facts(view):
        for person in facts.people:
            if record_kind(facts, person, view.now) in TOLD_TO_EVENTS:
                newest[person] = _graver(newest.get(person), facts, person, view.now)
    found = []
    for person, facts in newest.items():
        links = [link for link in await view.people.accounts_of(person) if link.binding]
        ids = [link.account.native_id for link in links if len(link.account.native_id) >= _SHORTEST_ID]
        names = [name.name for name in await view.records.names_of(person)]
        handles = [link.handle for link in links if link.handle]
        found.append((facts, KnownNames(str(person), (*names, *handles), (*handles, *ids))))
    return found


def _graver(known: CaseFacts | None, facts: CaseFacts, person: PersonId, now: datetime) -> CaseFacts:
    is_banned = known is not None and record_kind(known, person, now) is RecordKind.BANNED
    return (
        known if known is not None and is_banned and record_kind(facts, person, now) is not RecordKind.BANNED else facts
    )


def state_of(match: EventMatch, policy: Policy) -> MatchState:
    """Return what members have come to about the match."""
    return settle(match.degree, match.yes, match.no, policy.events)


def _list_view(
    app: AppContext, sent: EventList, matches: Iterable[tuple[EventMatch, CaseFacts]], by: MemberId, now: datetime
) -> ListView:
    views = tuple(_match_view(app, match, facts, by, now) for match, facts in matches if match.person in facts.people)
    return ListView(sent.id, sent.at, sent.lines, views, sent.released_at is not None)


def _match_view(app: AppContext, match: EventMatch, facts: CaseFacts, by: MemberId, now: datetime) -> MatchView:
    return MatchView(
        id=match.id,
        line=match.line,
        person=facts.people[match.person],
        case=facts.case.code_name,
        degree=match.degree.value,
        kind=record_kind(facts, match.person, now).value,
        state=state_of(match, app.policy),
        answered=by in (*match.yes, *match.no),
        has_summary=facts.stated_of(match.person).summary_read_by is not None,
    )
