"""A raid: a list of accounts that one member announces and another agrees to, restricted together. Policy: P-7.5.

Nobody is restricted before the second word. Then there is one act with one review for all of them; what becomes of it
is carried over in steps by `rollout`, so that a restart goes on where it was. Read `announce` first.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import handling_groups
from guardian.cases.raids import Raid, RaidLine, RaidLineState, RaidLineStatus, RaidState, count_by_status, status_text
from guardian.cases.unilateral_acts import ACT_MACHINE, ActEvent, UnilateralAct, binding_stops
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, PersonId, SpaceName, new_id, new_reference
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Person
from guardian.people.permissions import UseCase
from guardian.sanctions.imposition import SanctionOrder, SanctionReach, impose
from guardian.services.authorization import require
from guardian.services.code_names import new_code_name
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete_about, start_deadline
from guardian.services.notify import notify_members
from guardian.services.raids.account_list import (
    ListedAccount,
    has_role,
    parse_list,
    refuse_inexpressible,
    refuse_repeated,
    refuse_role_holders,
    resolve_names,
)
from guardian.services.unilateral.act import open_review
from guardian.services.unilateral.act_input import ActInput, check_act, new_act
from guardian.services.unilateral.review import apply_reviews, start_review_deadlines
from guardian.services.visibility import protecting_cases_for_accounts
from guardian.spaces.port import Account
from rules import brake
from rules.notification import NotificationState
from rules.precedence import Restriction
from rules.unilateral import Ground, act_ends_at


@dataclass(frozen=True, slots=True)
class SpaceShare:
    """What a raid is in one space: how many accounts, and how long that takes within our budget of calls there."""

    space: SpaceName
    accounts: int
    duration: timedelta


@dataclass(frozen=True, slots=True)
class RaidPreview:
    """A list that has been read: what would be done in each space, and which lines are refused."""

    lines: tuple[ListedAccount, ...]
    shares: tuple[SpaceShare, ...]

    @property
    def accounts(self) -> int:
        """Return how many lines are not refused."""
        return sum(1 for line in self.lines if not line.refusal)

    @property
    def refused(self) -> tuple[ListedAccount, ...]:
        """Return the lines that are refused, each with its reason."""
        return tuple(line for line in self.lines if line.refusal)


@dataclass(frozen=True, slots=True)
class RaidView:
    """A raid as a member sees it: the code name of its review, and how many of its accounts stand how, by space."""

    code_name: str
    state: RaidState
    counts: Mapping[SpaceName, Mapping[str, int]]
    remaining: timedelta
    ends: datetime | None = None


async def preview(
    app: AppContext, by: MemberId, text: str, default: SpaceName | None, restriction: Restriction = Restriction.BANNED
) -> RaidPreview:
    """Preview what the list says and what would be done with it; nothing is changed, and nobody is notified."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ANNOUNCE_RAID)
        people = await view.people.members()
        now = view.now
    lines = parse_list(text, app.spaces.names, default)
    if len(lines) > app.policy.brake.raid_most:
        require(brake.may_announce_raid(by, len(lines), frozenset({by}), (), app.policy))
    lines = refuse_role_holders(await resolve_names(app, lines), [m for m in people if has_role(m, now)])
    lines = tuple(refuse_inexpressible(app, line, restriction) for line in refuse_repeated(lines))
    return RaidPreview(lines, _shares(app, [line.space for line in lines if not line.refusal]))


async def announce(
    app: AppContext,
    by: MemberId,
    raid_preview: RaidPreview,
    restriction: Restriction,
    ground: Ground,
    reason: str,
    term: timedelta | None = None,
) -> RaidView:
    """Announce the list, ask all who may know for a second member's word, and restrict nobody yet."""
    spaces = frozenset(line.space for line in raid_preview.lines if not line.refusal)
    async with app.units_of_work.begin() as uow:
        actor = await require_permission(uow, by, UseCase.ANNOUNCE_RAID)
        groups = handling_groups(await uow.people.members(), uow.now)
        stops = binding_stops(await uow.deliberation.stops())
        require(brake.may_announce_raid(by, raid_preview.accounts, groups.members, stops, app.policy))
        given = ActInput(restriction, ground, reason, spaces, term)
        check_act(app, given)
        leader = Person(PersonId(new_id()), await new_code_name(uow), uow.now)
        await uow.people.add_person(leader)
        review = CaseId(new_id())
        intended = new_act(review, by, leader.id, uow.now, given)
        case, intended = await open_review(app, uow, actor, intended, awaits_confirmation=True)
        listed = [Account(line.space, line.text) for line in raid_preview.lines if not line.refusal]
        typed = [line.text for line in raid_preview.lines if not line.refusal]
        if await protecting_cases_for_accounts(uow, actor, listed, typed):
            # Reviewed sooner than other acts; those who protect the person are notified once somebody is restricted.
            intended = await uow.deliberation.save_act(replace(intended, conflicted=True))
        raid = Raid(
            id=new_id(),
            case=case.id,
            act=intended.id,
            person=leader.id,
            reference=new_reference(),
            by=by,
            announced_at=uow.now,
        )
        await uow.raids.add(raid, [_raid_line(raid, line) for line in raid_preview.lines])
        await start_deadline(uow, DeadlineKind.UNREVIEWED_END, case.id, _lapses_at(app, uow.now), about=intended.id)
        await notify_members(uow, case, NoticeKind.RAID, {"news": "announced", "act": intended.id}, besides=[by])
        about = {"case": str(case.id), "raid": raid.id, "accounts": str(raid_preview.accounts)}
        uow.journal.note(
            Entry(act="raid.was_announced", by=by_member(by), authority="P-7.5", about=about, case=case.id, text=reason)
        )
        return await _view(app, uow, case, raid)


async def confirm(app: AppContext, by: MemberId, code_name: str) -> RaidView:
    """Confirm the raid as a second member: its accounts are restricted from now on, under one act with one review.

    Policy: P-7.5.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CONFIRM_RAID)
        case = await case_for_member(uow, by, code_name)
        raid = await _get_raid(uow, case)
        groups = handling_groups(await uow.people.members(), uow.now)
        stops = binding_stops(await uow.deliberation.stops())
        require(brake.may_confirm_raid(by, raid.by, groups.members, stops))
        act = await uow.deliberation.act(raid.act)
        if act is None:
            raise NotFound
        state = ACT_MACHINE.advance(act.state, ActEvent.CONFIRM)
        await complete_about(uow, act.id, DeadlineKind.UNREVIEWED_END)
        confirmed = await uow.deliberation.save_act(replace(act, state=state, confirmed_by=by, at=uow.now))
        raid = await _begin(app, uow, case, raid, confirmed)
        await notify_members(uow, case, NoticeKind.RAID, {"news": "begun", "act": act.id}, besides=[by])
        about = {"case": str(case.id), "raid": raid.id, "act": act.id}
        uow.journal.note(Entry(act="raid.was_seconded", by=by_member(by), authority="P-7.5", about=about, case=case.id))
        await apply_reviews(app, uow, case, confirmed)
        return await _view(app, uow, case, raid)


async def get_status(app: AppContext, by: MemberId, code_name: str) -> RaidView:
    """Return how many of the raid's accounts stand how, by space, and how long what is left will take."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.READ_CASE)
        case = await case_for_member(view, by, code_name)
        return await _view(app, view, case, await _get_raid(view, case))


async def outcome_report(app: AppContext, by: MemberId, code_name: str) -> bytes:
    """Return every line of the list with what became of it, as a file, for the two who announced it.

    The reading is in the journal.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.READ_CASE)
        case = await case_for_member(uow, by, code_name)
        raid = await _get_raid(uow, case)
        if by not in (raid.by, raid.confirmed_by):
            raise Refused("not_yours", "The list is for the two members who announced the raid.", "P-9.8")
        rows = await uow.raids.line_statuses(raid.id)
        about = {"case": str(case.id), "raid": raid.id}
        uow.journal.note(Entry(act="raid.was_reported", by=by_member(by), authority="P-9.8", about=about, case=case.id))
    return _as_file(rows)


def _raid_line(raid: Raid, line: ListedAccount) -> RaidLine:
    state = RaidLineState.REFUSED if line.refusal else RaidLineState.LISTED
    return RaidLine(
        id=new_id(),
        raid=raid.id,
        number=line.number,
        space=line.space,
        native_id=line.text,
        state=state,
        detail=line.refusal,
    )


def _shares(app: AppContext, spaces: Iterable[SpaceName]) -> tuple[SpaceShare, ...]:
    counts: dict[SpaceName, int] = {}
    for name in spaces:
        counts[name] = counts.get(name, 0) + 1
    return tuple(SpaceShare(name, counts[name], _duration(app, name, counts[name])) for name in counts)


def _duration(app: AppContext, name: SpaceName, accounts: int) -> timedelta:
    space = app.spaces.get(name)
    return timedelta() if space is None else timedelta(minutes=accounts / space.capabilities.per_minute)


async def _begin(app: AppContext, uow: UnitOfWork, case: Case, raid: Raid, act: UnilateralAct) -> Raid:
    """Impose the leading sanction, start the deadlines, and let the list be taken up from here on."""
    ends = act_ends_at(act.at, act.term, conflicted=False, policy=app.policy)
    order = SanctionOrder.unilateral(
        person=raid.person,
        case=case.id,
        act=act.id,
        restriction=act.restriction,
        reach=SanctionReach(act.spaces),
        ends=ends,
        danger=act.ground is Ground.PHYSICAL_DANGER,
    )
    sanction = await impose(uow, order, app.spaces.names)
    await uow.sanctions.save_sanction(replace(sanction, notification=NotificationState.COULD_NOT_NOTIFY))
    await start_review_deadlines(uow, app.policy, act)
    until = brake.raid_announced_until(act.at, app.policy)
    return await uow.raids.save(
        replace(raid, state=RaidState.RUNNING, confirmed_by=act.confirmed_by, until=until, leader=sanction.id)
    )


def _lapses_at(app: AppContext, now: datetime) -> datetime:
    return now + app.policy.unilateral.review_within


async def _get_raid(view: ReadView, case: Case) -> Raid:
    raid = await view.raids.of_case(case.id)
    if raid is None:
        raise NotFound("This case is not the review of a raid.")
    return raid


async def _view(app: AppContext, view: ReadView, case: Case, raid: Raid) -> RaidView:
    counts = count_by_status(await view.raids.line_statuses(raid.id))
    ahead = {name: words.get("waiting", 0) + words.get("asked for", 0) for name, words in counts.items()}
    remaining = max((_duration(app, name, number) for name, number in ahead.items()), default=timedelta())
    leader = await view.sanctions.sanction(raid.leader) if raid.leader else None
    return RaidView(case.code_name, raid.state, counts, remaining, leader.ends if leader else None)


def _as_file(rows: Sequence[RaidLineStatus]) -> bytes:
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(("line", "space", "id", "state", "why"))
    for row in rows:
        lines.writerow(
            (row.line.number, row.line.space, _escape_formula(row.line.native_id), status_text(row), _reason(row))
        )
    return written.getvalue().encode()


def _escape_formula(cell: str) -> str:
    """The text for a table: what a spreadsheet would take for a formula is marked as text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def _reason(row: RaidLineStatus) -> str:
    return row.line.detail or ("" if row.item_detail == status_text(row) else row.item_detail)


def round_up_to_minutes(span: timedelta) -> int:
    """Return the span in whole minutes, the begun one counted."""
    return ceil(span / timedelta(minutes=1))
