"""A raid: a list of accounts that one member announces and another agrees to, restricted together. Policy: P-7.5.

Nobody is restricted before the second word. Then there is one act with one review for all of them; what becomes of it
is carried over in steps by `desk.carrying`, so that a restart goes on where it was.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from guardian.cases.access import acting, case_for
from guardian.cases.acting import ACTS, ActEvent, binding
from guardian.cases.raids import LineState, Raid, RaidLine, RaidState, Standing, counted, said_of
from guardian.cases.values import Act, Case, PromiseKind
from guardian.cases.walls import circle_of
from guardian.desk.acting import judge_act, open_review
from guardian.desk.desk import Desk, View, Work
from guardian.desk.knowing import cases_against_accounts
from guardian.desk.moving import insist, keep_about, promise
from guardian.desk.reviewing import start_clocks, weigh_reviews
from guardian.desk.telling import tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, PersonId, SpaceName, new_id, new_reference
from guardian.journal import Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.names import code_name as new_code_name
from guardian.people.permissions import UseCase
from guardian.people.values import Group, Member, Person
from guardian.sanctions.enactment import place_at_once
from guardian.spaces.port import Account, Unknown
from rules import brake
from rules.precedence import Restriction, hold_of
from rules.telling import Telling
from rules.unilateral import Ground, act_ends_at

_MOST_NAMES: Final = 50
"""A name is looked up by a call of its own; an id is taken as it is."""
_LONGEST_ID: Final = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list as it was typed: its number, the space, an id or a name, and why it is refused."""

    number: int
    space: SpaceName
    text: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class SpaceShare:
    """What a raid is in one space: how many accounts, and how long that takes within our budget of calls there."""

    space: SpaceName
    accounts: int
    takes: timedelta


@dataclass(frozen=True, slots=True)
class Checked:
    """A list that has been read: what would be done in each space, and which lines are refused."""

    lines: tuple[Listed, ...]
    shares: tuple[SpaceShare, ...]

    @property
    def accounts(self) -> int:
        """How many lines are not refused."""
        return sum(1 for line in self.lines if not line.why)

    @property
    def refused(self) -> tuple[Listed, ...]:
        """The lines that are refused, each with its reason."""
        return tuple(line for line in self.lines if line.why)


@dataclass(frozen=True, slots=True)
class RaidView:
    """A raid as a member sees it: the code name of its review, and how many of its accounts stand how, by space."""

    code_name: str
    state: RaidState
    counts: Mapping[SpaceName, Mapping[str, int]]
    left: timedelta
    ends: datetime | None = None


def read_list(text: str, spaces: Sequence[SpaceName], default: SpaceName | None) -> tuple[Listed, ...]:
    """The lines of the list: `id`, or `space,id` with anything after a further comma left aside. Empty ones are passed over.

    A line in which no space of ours is named belongs to `default`; a heading is passed over.
    """
    found = []
    for number, row in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff"))), start=1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if not cells or (number == 1 and cells[0].casefold() in ("space", "id", "account")):
            continue
        named = SpaceName(cells[0].casefold())
        if named in spaces:
            why = "" if len(cells) > 1 else "no account is named"
            found.append(_fit(Listed(number, named, cells[1] if len(cells) > 1 else "", why)))
        elif default is not None and len(cells) == 1:
            found.append(_fit(Listed(number, default, cells[0])))
        else:
            found.append(Listed(number, default or SpaceName(""), cells[0][:_LONGEST_ID], "it names no space of ours"))
    return tuple(found)


async def check(
    desk: Desk, by: MemberId, text: str, default: SpaceName | None, restriction: Restriction = Restriction.BANNED
) -> Checked:
    """What the list says and what would be done with it; nothing is changed, and nobody is told."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ANNOUNCE_RAID)
        people = await view.people.members()
        now = view.now
    lines = read_list(text, desk.spaces.names, default)
    if len(lines) > desk.policy.brake.raid_most:
        insist(brake.may_announce(by, len(lines), frozenset({by}), (), desk.policy))
    lines = _without_ours(await _named(desk, lines), [m for m in people if _has_seat(m, now)])
    lines = tuple(_expressible(desk, line, restriction) for line in _once(lines))
    return Checked(lines, _shares(desk, [line.space for line in lines if not line.why]))


async def announce(
    desk: Desk,
    by: MemberId,
    checked: Checked,
    restriction: Restriction,
    ground: Ground,
    reason: str,
    term: timedelta | None = None,
) -> RaidView:
    """The list waits for a second member's word; all who may know are asked, and nobody is restricted yet."""
    spaces = frozenset(line.space for line in checked.lines if not line.why)
    async with desk.works.begin() as work:
        actor = await acting(work, by, UseCase.ANNOUNCE_RAID)
        circle = circle_of(await work.people.members(), work.now)
        stops = binding(await work.deliberation.stops())
        insist(brake.may_announce(by, checked.accounts, circle.members, stops, desk.policy))
        judge_act(desk, restriction, reason, spaces, term)
        taken = await work.people.code_names() | await work.cases.code_names()
        leader = Person(PersonId(new_id()), new_code_name(taken), work.now)
        await work.people.add_person(leader)
        review = CaseId(new_id())
        intended = Act(new_id(), review, by, leader.id, work.now, ground, restriction, spaces, term=term, reason=reason)
        case, intended = await open_review(desk, work, actor, intended, waits=True)
        listed = [Account(line.space, line.text) for line in checked.lines if not line.why]
        if await cases_against_accounts(work, actor, listed):
            # Looked at sooner than other reviews; those who protect the person hear of it once somebody is restricted.
            intended = await work.deliberation.save_act(replace(intended, doubtful=True))
        raid = Raid(new_id(), case.id, intended.id, leader.id, new_reference(), by, work.now)
        await work.raids.add(raid, [_kept(raid, line) for line in checked.lines])
        await promise(work, PromiseKind.UNREVIEWED_END, case.id, _lapses(desk, work.now), about=intended.id)
        await tell_members(work, case, NoticeKind.RAID, {"news": "announced", "act": intended.id}, besides=[by])
        about = {"case": str(case.id), "raid": raid.id, "accounts": str(checked.accounts)}
        work.journal.note(Entry("raid.was_announced", by_member(by), "P-7.5", about, case.id, reason))
        return await _view(desk, work, case, raid)


async def second(desk: Desk, by: MemberId, code_name: str) -> RaidView:
    """A second member agrees: the raid's accounts are restricted from now on, under one act with one review. Policy: P-7.5."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.SECOND_RAID)
        case = await case_for(work, by, code_name)
        raid = await _raid_of(work, case)
        circle = circle_of(await work.people.members(), work.now)
        stops = binding(await work.deliberation.stops())
        insist(brake.may_second_raid(by, raid.by, circle.members, stops))
        act = await work.deliberation.act(raid.act)
        if act is None:
            raise NotFound
        state = ACTS.advance(act.state, ActEvent.SECOND)
        await keep_about(work, act.id, PromiseKind.UNREVIEWED_END)
        taken = await work.deliberation.save_act(replace(act, state=state, second=by, at=work.now))
        raid = await _begun(desk, work, case, raid, taken)
        await tell_members(work, case, NoticeKind.RAID, {"news": "begun", "act": act.id}, besides=[by])
        about = {"case": str(case.id), "raid": raid.id, "act": act.id}
        work.journal.note(Entry("raid.was_seconded", by_member(by), "P-7.5", about, case.id))
        await weigh_reviews(desk, work, case, taken)
        return await _view(desk, work, case, raid)


async def status(desk: Desk, by: MemberId, code_name: str) -> RaidView:
    """How many of the raid's accounts stand how, by space, and how long what is left will take."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.READ_CASE)
        case = await case_for(view, by, code_name)
        return await _view(desk, view, case, await _raid_of(view, case))


async def report(desk: Desk, by: MemberId, code_name: str) -> bytes:
    """Every line of the list with what became of it, as a file, for the two who announced it; the look is in the journal."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.READ_CASE)
        case = await case_for(work, by, code_name)
        raid = await _raid_of(work, case)
        if by not in (raid.by, raid.second):
            raise Refused("not_yours", "The list is for the two members who announced the raid.", "P-9.8")
        rows = await work.raids.standing(raid.id)
        about = {"case": str(case.id), "raid": raid.id}
        work.journal.note(Entry("raid.was_reported", by_member(by), "P-9.8", about, case.id))
    return _as_file(rows)


# -- the list


def _fit(line: Listed) -> Listed:
    unfit = len(line.text) > _LONGEST_ID or not line.text.isprintable()
    return replace(line, text=line.text[:_LONGEST_ID], why="that is no id and no name") if unfit else line


async def _named(desk: Desk, lines: Sequence[Listed]) -> tuple[Listed, ...]:
    """Names are looked up one by one, so there may be few of them; an id is taken as it is."""
    found, left = [], _MOST_NAMES
    for line in lines:
        space = desk.spaces.get(line.space)
        if line.why or space is None or _is_an_id(line.text):
            found.append(line)
        elif left == 0:
            found.append(replace(line, why=f"names are looked up one by one, {_MOST_NAMES} at most: give its id"))
        else:
            left -= 1
            known = await space.find(line.text)
            found.append(_looked_up(line, known))
    return tuple(found)


def _looked_up(line: Listed, known: tuple[str, str] | Unknown | None) -> Listed:
    if isinstance(known, Unknown):
        return replace(line, why="the space could not be asked just now: give the id, or try again")
    return replace(line, text=known[0]) if known else replace(line, why="nobody there has that name")


def _is_an_id(text: str) -> bool:
    """Whether it is an id as spaces write it. One with zeros before it, or in other digits, could mean a member unseen."""
    return text.isascii() and text.isdecimal() and not text.startswith("0")


def _without_ours(lines: Iterable[Listed], ours: Iterable[Member]) -> tuple[Listed, ...]:
    """Whoever has a role here is not restricted by a list: that is decided about each of them by name."""
    owned = {account for member in ours for account in member.accounts}
    return tuple(
        replace(line, why="somebody who has a role here")
        if not line.why and Account(line.space, line.text) in owned
        else line
        for line in lines
    )


def _once(lines: Iterable[Listed]) -> tuple[Listed, ...]:
    first: dict[tuple[SpaceName, str], int] = {}
    checked = []
    for line in lines:
        before = first.setdefault((line.space, line.text), line.number) if not line.why else line.number
        checked.append(line if before == line.number else replace(line, why=f"it stands in line {before} already"))
    return tuple(checked)


def _expressible(desk: Desk, line: Listed, restriction: Restriction) -> Listed:
    space = desk.spaces.get(line.space)
    if line.why or space is None or hold_of(restriction) in space.abilities.holds:
        return line
    return replace(line, why=f"{line.space} cannot hold that anybody is {restriction}")


def _has_seat(member: Member, at: datetime) -> bool:
    return any(member.holds(group, at) for group in Group)


def _kept(raid: Raid, line: Listed) -> RaidLine:
    state = LineState.REFUSED if line.why else LineState.LISTED
    return RaidLine(new_id(), raid.id, line.number, line.space, line.text, state, line.why)


def _shares(desk: Desk, spaces: Iterable[SpaceName]) -> tuple[SpaceShare, ...]:
    counts: dict[SpaceName, int] = {}
    for name in spaces:
        counts[name] = counts.get(name, 0) + 1
    return tuple(SpaceShare(name, counts[name], _takes(desk, name, counts[name])) for name in counts)


def _takes(desk: Desk, name: SpaceName, accounts: int) -> timedelta:
    space = desk.spaces.get(name)
    return timedelta() if space is None else timedelta(minutes=accounts / space.abilities.per_minute)


# -- its beginning, and how it stands


async def _begun(desk: Desk, work: Work, case: Case, raid: Raid, act: Act) -> Raid:
    """The leading sanction stands, the clocks run, and the list is taken up from here on."""
    ends = act_ends_at(act.at, act.term, doubtful=False, policy=desk.policy)
    danger = act.ground is Ground.PHYSICAL_DANGER
    sanction = await place_at_once(
        work, raid.person, case.id, act.id, act.restriction, act.spaces, ends, desk.spaces.names, danger=danger
    )
    await work.sanctions.save_sanction(replace(sanction, telling=Telling.COULD_NOT))
    await start_clocks(work, desk.policy, act)
    until = brake.raid_stands_until(act.at, desk.policy)
    return await work.raids.save(
        replace(raid, state=RaidState.RUNNING, second=act.second, until=until, leader=sanction.id)
    )


def _lapses(desk: Desk, now: datetime) -> datetime:
    return now + desk.policy.unilateral.review_within


async def _raid_of(view: View, case: Case) -> Raid:
    raid = await view.raids.of_case(case.id)
    if raid is None:
        raise NotFound("This case is not the review of a raid.")
    return raid


async def _view(desk: Desk, view: View, case: Case, raid: Raid) -> RaidView:
    counts = counted(await view.raids.standing(raid.id))
    ahead = {name: words.get("waiting", 0) + words.get("asked for", 0) for name, words in counts.items()}
    left = max((_takes(desk, name, number) for name, number in ahead.items()), default=timedelta())
    leader = await view.sanctions.sanction(raid.leader) if raid.leader else None
    return RaidView(case.code_name, raid.state, counts, left, leader.ends if leader else None)


def _as_file(rows: Sequence[Standing]) -> bytes:
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(("line", "space", "id", "state", "why"))
    for row in rows:
        lines.writerow((row.line.number, row.line.space, _plain(row.line.native_id), said_of(row), _why(row)))
    return written.getvalue().encode()


def _plain(cell: str) -> str:
    """The text for a table: what a spreadsheet would take for a formula is marked as text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def _why(row: Standing) -> str:
    return row.line.why or ("" if row.key_why == said_of(row) else row.key_why)


def minutes(span: timedelta) -> int:
    """The span in whole minutes, the begun one counted."""
    return ceil(span / timedelta(minutes=1))
