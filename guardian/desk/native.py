"""What people do with a space's own menu: noticed by looking, never believed from an event, and treated as P-7.2 says.

A member's is an act with its review, a moderator's a local measure that waits for its reason, anybody else's is asked
about. What stood before us is left as it is: see `adopting`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from guardian.cases.access import acting, may_know, plain_name, walled
from guardian.cases.intake import EvidenceIn, Submission
from guardian.cases.measures import MeasureKind
from guardian.cases.values import Case, CaseKind, CaseState, Door, Promise, PromiseKind, Wall, WallKind
from guardian.desk.acting import take_natively
from guardian.desk.desk import Desk, View, Work
from guardian.desk.knowing import signs_with_known
from guardian.desk.linking import Found, find_account
from guardian.desk.matters import fresh_case, keep_report, to_group
from guardian.desk.measuring import (
    MeasureView,
    Setting,
    close_matter,
    name_known_to,
    set_on_person,
    tell_those_protecting,
    view_of,
)
from guardian.desk.moving import again, case_of, keep, keep_about, promise
from guardian.desk.sanctioning import sanction_of
from guardian.desk.telling import ask_member, tell_members
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import AccountId, MemberId, PersonId, SpaceName, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.logs import logger
from guardian.notices.values import NoticeKind
from guardian.people.permissions import CHAIRS, MEMBERS, MODERATORS, Seat, UseCase, sits
from guardian.people.values import Member
from guardian.sanctions.facts import Facts, read
from guardian.sanctions.foreign import ForeignHold, ForeignState, digest_of
from guardian.sanctions.look import observe
from guardian.sanctions.ownership import Whose, is_the_same
from guardian.sanctions.takeover import as_taken, take_over
from guardian.sanctions.values import Sanction, TakenOver
from guardian.spaces.port import Account, Hand, Held, Missing, Seen, Space, Sweep, Trace, Unknown
from rules.conflicts import Signs
from rules.measures import MeasureReason, belongs_to_the_group_from, explained_by
from rules.precedence import Hold, Restriction

log = logger("desk")

_MOST_LOOKS: Final = 50
"""How many new restrictions one sweep looks at; the rest wait for the next."""
_KINDS: Final = {Hold.MUTED: MeasureKind.MUTED, Hold.BARRED: MeasureKind.SUSPENDED}
_RESTRICTIONS: Final = {Hold.MUTED: Restriction.MUTED, Hold.BARRED: Restriction.SUSPENDED}


@dataclass(frozen=True, slots=True)
class Sight:
    """One foreign restriction as its space shows it at this moment, and whose doing it is."""

    account: Account
    held: Held
    trace: Trace


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something a moderator did with a space's own menu that waits for its reason, by its matter's code name."""

    matter: str
    space: SpaceName
    kind: MeasureKind
    at: datetime
    due: datetime


async def noticed(desk: Desk, name: SpaceName, native_ids: Iterable[str]) -> None:
    """The accounts are looked at; a restriction on them that is new and not ours is treated as whose it is asks for.

    Nothing is done before the space's first picture stands: what is there by then is not an act of today.
    """
    space = desk.spaces.get(name)
    async with desk.works.look() as view:
        ready = await view.foreign.key_of(name) is not None
    if space is None or not ready:
        return
    for native_id in dict.fromkeys(native_ids):
        try:
            await _look(desk, space, native_id)
        except Stale:
            # Somebody else noticed it in the same moment, or works on the account: the next sweep looks again.
            log.info("native.was_stale", space=name)


async def compare(desk: Desk, name: SpaceName, found: Sweep, begun: datetime) -> None:
    """The space's list pages beside its picture: what is new is looked at, what is gone is forgotten.

    The first time, all that stands and is not ours becomes the picture. `begun` is when the pages were asked for.
    """
    async with desk.works.look() as view:
        key = await view.foreign.key_of(name)
        ours = await _ours_in(view, name, found)
        picture = await view.foreign.in_space(name) if key else {}
    held = [(native_id, each.hold) for native_id, holds in found.holds.items() for each in holds]
    foreign = [each for each in held if each not in ours]
    if key is None:
        await first_picture(desk, name, foreign)
        return
    present = {(digest_of(key, native_id), hold): native_id for native_id, hold in foreign}
    unsaid = ForeignState.AUTHOR_UNSAID
    new = [native_id for at, native_id in present.items() if picture.get(at, unsaid) is unsaid]
    gone = [at for at in picture if at not in present]
    if gone:
        async with desk.works.begin() as work:
            await work.foreign.forget(name, gone, begun)
    await noticed(desk, name, new[:_MOST_LOOKS])
    if len(new) > _MOST_LOOKS:
        log.warning("natives.left_for_later", space=name, count=len(new) - _MOST_LOOKS)


async def waiting(desk: Desk, by: MemberId) -> tuple[Waiting, ...]:
    """What the member did with a space's own menu and has not explained yet, oldest first."""
    async with desk.works.look() as view:
        member = await acting(view, by, UseCase.EXPLAIN_NATIVE_ACT)
        return tuple([await _line(desk, view, hold, member) for hold in await _own_unexplained(view, by)])


async def explain(
    desk: Desk, by: MemberId, matter: str, reason: MeasureReason, term: timedelta | None, words: str = ""
) -> MeasureView:
    """What was done with the space's own menu is a measure like any other: with a reason, and an end at which it is lifted.

    `term` counts from when it was placed; None: its own end stands. Policy: P-6.8, P-7.2.
    """
    async with desk.works.look() as view:
        hold = await _unexplained(desk, view, by, matter)
        waited_for = await case_of(view, hold.case) if hold.case else None
    account = Account(hold.space, hold.native_id)
    sight = await _still_there(desk, hold, account)
    if sight is None:
        await _forget(desk, hold)
        raise Refused("gone", "It is not there any more, so there is nothing to explain. Thank you.", "P-7.2")
    found = await _found(desk, account)
    placed = hold.placed_at or hold.seen_at
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.EXPLAIN_NATIVE_ACT)
        hold = await _unexplained(desk, work, by, matter)
        author = await work.people.member(hold.by) if hold.by else None
        lasts = term if term is not None else sight.held.until - placed if sight.held.until else None
        ends = _ends(placed, lasts, sight.held.until, work.now)
        kind = _KINDS[hold.hold]
        setting = Setting(author or member, hold.space, kind, reason, ends, words.strip(), native=True, case=waited_for)
        made, sanction = await set_on_person(desk, work, setting, found, lasts)
        await _take_over(work, sanction, sight, by_member(by))
        await work.foreign.save(replace(hold, state=ForeignState.TAKEN_OVER))
        await keep_about(work, hold.id, PromiseKind.NATIVE_REASON)
        about = {"measure": made.id, "case": str(made.case)}
        work.journal.note(Entry("native_act.was_explained", by_member(by), "P-7.2", about, made.case))
        return await view_of(work, made, member)


async def unexplained_by_the_clock(desk: Desk, work: Work, made: Promise) -> None:
    """The moderator is reminded; late, it goes to the moderators' chair again and again, and past what moderators may do
    to the working group. It is never lifted for want of an answer, and never forgotten. Policy: P-6.8, P-7.2."""
    hold = await work.foreign.foreign(made.about)
    case = await case_of(work, made.case) if made.case else None
    if hold is None or case is None or hold.state is not ForeignState.UNEXPLAINED or case.state is CaseState.CLOSED:
        await keep(work, made)
        if case is not None:
            await close_matter(work, case, "What was done has been lifted again.")
        return
    facts = {"space": str(hold.space), "due": made.due.isoformat()}
    if work.now < made.due:
        await tell_members(work, case, NoticeKind.NATIVE_ASK, facts, only=[hold.by] if hold.by else [])
        await again(work, made, made.due)
        return
    chairs = await _chairs(work, case, besides=hold.by)
    is_the_groups = work.now >= belongs_to_the_group_from(hold.seen_at, desk.policy)
    if case.kind is CaseKind.LOCAL and (is_the_groups or not chairs):
        case = await to_group(work, desk.policy, case)
        await tell_members(work, case, NoticeKind.NATIVE_UNEXPLAINED, facts)
    elif case.kind is CaseKind.LOCAL:
        await tell_members(work, case, NoticeKind.NATIVE_UNEXPLAINED, facts, only=chairs)
    else:
        await tell_members(
            work, case, NoticeKind.NATIVE_UNEXPLAINED, facts, only=[case.contact] if case.contact else None
        )
    await again(work, made, work.now + desk.policy.measures.native_reason_within)
    work.journal.note(Entry("native_act.was_asked_about", SERVICE, "P-7.2", {"case": str(case.id)}, case.id))


# -- noticing


async def _look(desk: Desk, space: Space, native_id: str) -> None:
    account = Account(space.name, native_id)
    async with desk.works.look() as view:
        facts = await _facts(view, account)
    if facts is not None and facts.key.batch is not None:
        # One of many whom we restrict just now: a look at each would take as many calls as the restriction itself.
        return
    seen = await _foreign_on(desk, space, account, facts)
    if seen is None:
        return
    await _forget_what_is_gone(desk, account, [held.hold for held in seen])
    for held in seen:
        sight = Sight(account, held, await space.trace(account, held.hold))
        if sight.trace.hand is not Hand.OURS:
            await _treat(desk, sight)


async def _treat(desk: Desk, sight: Sight) -> None:
    """The restriction is treated as whose it is asks for, once; one that stood there already is left alone."""
    async with desk.works.look() as view:
        known = await view.foreign.find(sight.account.space, sight.account.native_id, sight.held.hold)
        author = await _author(view, sight)
        is_members = author is not None and sits(author, MEMBERS, view.now)
        is_moderators = author is not None and sits(author, Seat(MODERATORS.group, space=sight.account.space), view.now)
    if known is not None and not _is_new(known, sight):
        return
    needs_name = author is not None and (is_members or is_moderators)
    found = await _found(desk, sight.account) if needs_name else Found(sight.account, "")
    async with desk.works.begin() as work:
        again_known = await work.foreign.find(sight.account.space, sight.account.native_id, sight.held.hold)
        if again_known != known:
            return
        if known is not None:
            await work.foreign.forget(known.space, [(known.digest, known.hold)], work.now + timedelta(microseconds=1))
        hold = await _fresh(work, sight)
        if author is not None and is_members:
            await _as_act(desk, work, sight, hold, author, found)
        elif author is not None and is_moderators:
            await _as_measure(desk, work, sight, hold, author, found)
        elif sight.trace.hand is Hand.UNSAID and known is None:
            # The space's records may be a moment behind; a later look asks, or knows.
            await work.foreign.add(replace(hold, state=ForeignState.AUTHOR_UNSAID))
        else:
            await _as_strangers(work, hold)


async def _as_act(desk: Desk, work: Work, sight: Sight, hold: ForeignHold, actor: Member, found: Found) -> None:
    """A member's is an act: the group reviews it, and its end or its reversal lifts what the space holds."""
    term = sight.held.until - work.now if sight.held.until else None
    case, act = await take_natively(desk, work, actor, found, _RESTRICTIONS[sight.held.hold], term)
    sanction = await sanction_of(work, act.id, case)
    if sanction is None:
        raise NotFound
    await _take_over(work, sanction, sight, by_member(actor.id))
    await work.foreign.add(replace(hold, state=ForeignState.TAKEN_OVER, by=actor.id, case=case.id))
    due = work.now + desk.policy.unilateral.account_due
    facts = {"space": str(hold.space), "due": due.isoformat(), "act": act.id}
    await tell_members(work, case, NoticeKind.NATIVE_ASK, facts, only=[actor.id])
    about = {"case": str(case.id), "act": act.id, "space": str(hold.space)}
    work.journal.note(Entry("native_act.was_noticed", SERVICE, "P-7.2", about, case.id))


async def _as_measure(desk: Desk, work: Work, sight: Sight, hold: ForeignHold, author: Member, found: Found) -> None:
    """A moderator's waits for its reason and its end. It is left as it stands until then."""
    fresh = await fresh_case(work, danger=False)
    case = replace(fresh, kind=CaseKind.LOCAL, space=hold.space)
    await work.cases.add_case(case)
    concerned = await work.people.member_with(sight.account)
    own = Signs(authors=frozenset({concerned.id} if concerned is not None else ()))
    known = await signs_with_known(work, own, (sight.account,))
    for members, kind in ((known.authors, WallKind.EXCLUDED), (known.linked, WallKind.HELD_OUT)):
        for member in sorted(members):
            await work.cases.add_wall(Wall(case.id, member, kind, "it was done to them", work.now, SERVICE))
    await keep_report(work, _said(sight, found), case)
    await work.foreign.add(replace(hold, state=ForeignState.UNEXPLAINED, by=author.id, case=case.id))
    due = explained_by(work.now, desk.policy)
    half = work.now + (due - work.now) / 2
    await promise(work, PromiseKind.NATIVE_REASON, case.id, due, next_at=half, about=hold.id)
    await tell_members(work, case, NoticeKind.NATIVE_ASK, _asked(hold, case, due), only=[author.id])
    person = await _owner(work, sight.account)
    if person is not None:
        await tell_those_protecting(work, desk.policy, author, person, case)
    about = {"case": str(case.id), "space": str(hold.space), "member": str(author.id)}
    work.journal.note(Entry("native_act.was_noticed", SERVICE, "P-7.2", about, case.id))


async def _as_strangers(work: Work, hold: ForeignHold) -> None:
    """Whoever did it is not known here as somebody who may: the space's moderators are asked to look."""
    await work.foreign.add(replace(hold, state=ForeignState.ASKED_ABOUT))
    members = await work.people.members()
    there = [m for m in members if sits(m, Seat(MODERATORS.group, space=hold.space), work.now)]
    asked = there or [m for m in members if sits(m, CHAIRS, work.now)]
    for member in asked:
        await ask_member(work, member.id, NoticeKind.NATIVE_BY_STRANGER, {"space": str(hold.space)})
    about = {"space": str(hold.space), "hold": hold.id}
    work.journal.note(Entry("native_act.is_nobodys", SERVICE, "P-7.2", about))


async def first_picture(desk: Desk, name: SpaceName, foreign: Iterable[tuple[str, Hold]]) -> None:
    """What others hold in the space, by native id, is what stood there before us; a picture that stands is kept."""
    held = tuple(foreign)
    async with desk.works.begin() as work:
        if await work.foreign.key_of(name) is None:
            await work.foreign.begin(name, held, work.now)
            about = {"space": str(name), "holds": str(len(held))}
            work.journal.note(Entry("picture.was_taken", SERVICE, "P-7.2", about))


async def _foreign_on(desk: Desk, space: Space, account: Account, facts: Facts | None) -> tuple[Held, ...] | None:
    """What others hold on the account just now; None where the space did not say."""
    if facts is not None:
        seen, belongs = await observe(space, facts)
        if not isinstance(seen, Seen):
            return None
        return tuple(held for held in seen.holds if belongs.get(held.hold) is Whose.FOREIGN)
    found = await space.observe(account)
    match found:
        case Unknown() | Missing():
            return None
        case Seen():
            return await _without_our_reference(desk, found.holds)
        case _:
            assert_never(found)


async def _without_our_reference(desk: Desk, holds: tuple[Held, ...]) -> tuple[Held, ...]:
    """Nobody else's restriction carries a reference of ours."""
    async with desk.works.look() as view:
        return tuple(
            [
                held
                for held in holds
                if held.reference is None or await view.sanctions.by_reference(held.reference) is None
            ]
        )


async def _forget_what_is_gone(desk: Desk, account: Account, standing: list[Hold]) -> None:
    async with desk.works.begin() as work:
        for kind in (Hold.MUTED, Hold.BARRED):
            known = await work.foreign.find(account.space, account.native_id, kind)
            if known is not None and kind not in standing and known.state is not ForeignState.TAKEN_OVER:
                await _is_gone(work, known)


async def _forget(desk: Desk, hold: ForeignHold) -> None:
    async with desk.works.begin() as work:
        known = await work.foreign.foreign(hold.id)
        if known is not None:
            await _is_gone(work, known)


async def _is_gone(work: Work, known: ForeignHold) -> None:
    await work.foreign.forget(known.space, [(known.digest, known.hold)], work.now + timedelta(microseconds=1))
    await keep_about(work, known.id, PromiseKind.NATIVE_REASON)
    if known.state is ForeignState.UNEXPLAINED and known.case is not None:
        await close_matter(work, await case_of(work, known.case), "What was done has been lifted again.")


def _is_new(known: ForeignHold, sight: Sight) -> bool:
    """Whether what stands was placed after what we knew of: lifted and placed again, or its author is said only now."""
    if known.state is ForeignState.AUTHOR_UNSAID:
        return True
    at = sight.trace.at
    return at is not None and at > known.seen_at and at != known.placed_at


async def _fresh(work: Work, sight: Sight) -> ForeignHold:
    key = await work.foreign.key_of(sight.account.space)
    if key is None:
        raise Stale
    return ForeignHold(
        new_id(),
        sight.account.space,
        digest_of(key, sight.account.native_id),
        sight.held.hold,
        ForeignState.AUTHOR_UNSAID,
        work.now,
        sight.account.native_id,
        sight.trace.by or sight.held.author,
        sight.trace.at,
        sight.held.until,
    )


async def _author(view: View, sight: Sight) -> Member | None:
    """The member who did it, as the space's own records say."""
    if sight.trace.hand is not Hand.ANOTHER or sight.trace.by is None:
        return None
    return await view.people.member_with(Account(sight.account.space, sight.trace.by))


async def _facts(view: View, account: Account) -> Facts | None:
    """What we know of the account where a sanction may have reached it."""
    links = [link for link in await view.people.owners(account) if link.binding or link.ended_at is not None]
    # What was linked by mistake may still hold what we placed, until it is let go.
    return await read(view, sorted(links, key=lambda link: not link.binding)[0].id) if links else None


async def _owner(view: View, account: Account) -> PersonId | None:
    return next((link.person for link in await view.people.owners(account) if link.binding), None)


async def _ours_in(view: View, name: SpaceName, found: Sweep) -> frozenset[tuple[str, Hold]]:
    """Which of the holds are ours as far as the last proof tells."""
    ours: set[tuple[str, Hold]] = set()
    for known in await view.people.accounts_in(name):
        if known.account.native_id in found.holds:
            kept = await view.sanctions.applications_of(known.id)
            intents = await view.sanctions.open_intents(known.id)
            ours |= {(known.account.native_id, each.hold) for each in kept if each.placed}
            ours |= {(known.account.native_id, each.hold) for each in intents}
    return frozenset(ours)


async def _found(desk: Desk, account: Account) -> Found:
    """The account with its handle; where its space does not answer just now, its id stands for that."""
    try:
        return await find_account(desk, account.space, account.native_id)
    except Refused:
        return Found(account, account.native_id)


async def _take_over(work: Work, sanction: Sanction, sight: Sight, by: str) -> None:
    account = await _bound(work, sight.account, sanction.person)
    await take_over(work, sanction, as_taken(account, sight.held, sight.trace, sanction, by))


async def _bound(view: View, account: Account, person: PersonId) -> AccountId:
    for link in await view.people.owners(account):
        if link.person == person and link.binding:
            return link.id
    raise NotFound


def _said(sight: Sight, found: Found) -> Submission:
    """The matter's own record of what was done, and to whom."""
    kind = _KINDS[sight.held.hold].value
    text = f"An account was {kind} with the space's own menu."
    account = EvidenceIn("account", author=sight.account, author_handle=found.handle, text=text)
    return Submission(Door.NATIVE_ACT, text, who=found.handle, evidence=(account,))


def _asked(hold: ForeignHold, case: Case, due: datetime) -> dict[str, str]:
    return {"space": str(hold.space), "due": due.isoformat(), "when": (hold.placed_at or hold.seen_at).isoformat()}


async def _chairs(view: View, case: Case, besides: MemberId | None) -> tuple[MemberId, ...]:
    """The chairs of the moderators who may know of the matter, less whoever did it."""
    walls = await view.cases.walls_of(case.id)
    seat = Seat(MODERATORS.group, CHAIRS.office, case.space)
    return tuple(
        member.id
        for member in await view.people.members()
        if member.id != besides and sits(member, seat, view.now) and may_know(member, case, walls, view.now)
    )


async def _own_unexplained(view: View, by: MemberId) -> tuple[ForeignHold, ...]:
    """What the member did and owes a reason for, less what turned out to concern them. Policy: P-2.5."""
    own = await view.foreign.unexplained_by(by)
    return tuple([each for each in own if not each.case or not walled(by, await view.cases.walls_of(each.case))])


async def _unexplained(desk: Desk, view: View, by: MemberId, matter: str) -> ForeignHold:
    """What waits for its reason under that name, for somebody who may know of it; with no name the only one of theirs."""
    member = await acting(view, by, UseCase.EXPLAIN_NATIVE_ACT)
    if not matter.strip():
        own = await _own_unexplained(view, by)
        if len(own) == 1:
            return own[0]
        if not own:
            raise Refused("nothing_waits", "Nothing that you did waits for its reason.", "P-7.2")
        names = ", ".join([(await _line(desk, view, each, member)).matter for each in own])
        raise Refused("several_wait", f"Several wait for a reason. Say which: {names}.", "P-7.2")
    for each in await _own_unexplained(view, by):
        if (await _line(desk, view, each, member)).matter == plain_name(matter):
            return each
    case = await view.cases.case_named(plain_name(matter))
    hold = await view.foreign.of_case(case.id) if case else None
    if case is None or hold is None or hold.state is not ForeignState.UNEXPLAINED:
        raise NotFound
    if not may_know(member, case, await view.cases.walls_of(case.id), view.now):
        raise NotFound
    return hold


async def _still_there(desk: Desk, hold: ForeignHold, account: Account) -> Sight | None:
    """The restriction as it stands, where it is provably the same; None where it is not there any more."""
    space = desk.spaces.get(hold.space)
    seen = await space.observe(account) if space else Unknown("this space is not configured any more")
    if isinstance(seen, Unknown) or space is None:
        raise Refused("not_seen", "The space could not be asked just now. Please try again in a while.", "P-7.2")
    held = seen.held(hold.hold) if isinstance(seen, Seen) else None
    if held is None:
        return None
    trace = await space.trace(account, hold.hold)
    known = TakenOver(AccountId(""), hold.hold, hold.seen_at, SERVICE, hold.until, hold.author, hold.placed_at)
    return Sight(account, held, trace) if is_the_same(held, known, trace) else None


def _ends(placed: datetime, lasts: timedelta | None, own_end: datetime | None, now: datetime) -> datetime:
    """When the measure ends: so long after it was placed, and never later than the space itself would let go."""
    wanted = placed + lasts if lasts is not None else now
    ends = wanted if own_end is None else min(wanted, own_end)
    if lasts is not None and ends <= now:
        sentence = "By that term it would be over already. Choose a longer one, or lift it with the space's own menu."
        raise Refused("over_already", sentence, "P-6.8")
    return ends


async def _line(desk: Desk, view: View, hold: ForeignHold, member: Member) -> Waiting:
    name = await name_known_to(view, member, await case_of(view, hold.case)) if hold.case else ""
    at = hold.placed_at or hold.seen_at
    due = explained_by(hold.seen_at, desk.policy)
    return Waiting(name, hold.space, _KINDS[hold.hold], at, due)
