"""The Space port on Discord: a guild ban bars, a timeout mutes.

Judges nothing. A failed look is never read as a no; a call cut off at its ceiling may have happened.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from connectors.discord import survey, translate
from connectors.discord.ceiling import bounded
from connectors.discord.client import PAGE, DiscordLink
from connectors.discord.permissions import PERMISSIONS
from connectors.discord.translate import (
    BAN_ADDED,
    BAN_REMOVED,
    CANNOT_MESSAGE,
    MEMBER_UPDATED,
    MESSAGES_CLOSED,
    NOBODY_BANNED,
    NOT_A_MEMBER,
    NOT_HERE_YET,
    OPENING_TOO_FAST,
    UNKNOWN_BAN,
    UNKNOWN_MEMBER,
    UNKNOWN_ROLE,
    UNKNOWN_USER,
    Answer,
    Got,
    Json,
    Refusal,
)
from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Abilities,
    Account,
    Belonging,
    Belongings,
    Finding,
    Hand,
    Held,
    Message,
    Observation,
    Order,
    Presence,
    Seen,
    Sweep,
    Trace,
    Unknown,
)
from rules.precedence import Hold

T = TypeVar("T")

LONGEST_TIMEOUT = timedelta(days=28) - timedelta(minutes=1)
TO_BAN = "the permission Ban Members, and a bot role above the highest role of the person"
TO_TIME_OUT = "the permission Timeout Members, and a bot role above theirs; owners and administrators are out of reach"
TO_GIVE_ROLES = "the permission Manage Roles, and a bot role above the role that is given back"
TO_LIST_MEMBERS = 'the "Server Members Intent" of the application'
RETURNING = "Access returns after a measure ended."
NOTHING = "there is nothing to hold or to lift"
LATE = "Discord did not answer in time"
TO_BAN_MANY = f"the permission Manage Server beside it, for many at once; and {TO_BAN}"
NOT_AMONG_THE_BANNED = "Discord did not ban it together with the others"
MOST_AT_ONCE = 200
_CALLS_PER_MINUTE = 60.0


class DiscordSpace:
    """One Discord server as the reconciler asks it. Case time is the clock's; the library's own time is never used."""

    def __init__(self, link: DiscordLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._ceiling = link.config.call_ceiling

    @property
    def name(self) -> SpaceName:
        """As configured."""
        return self._link.config.name

    @property
    def abilities(self) -> Abilities:
        """A ban is open-ended and carries our reference; a timeout ends within 28 days and carries none."""
        return Abilities(
            holds=frozenset({Hold.MUTED, Hold.BARRED}),
            signed=frozenset({Hold.BARRED}),
            longest={Hold.MUTED: LONGEST_TIMEOUT},
            needs_presence=frozenset({Hold.MUTED}),
            needs=tuple(needed.shown for needed in PERMISSIONS),
            destroys="Membership of the server, and with it every role. Nothing that they wrote is deleted.",
            ceiling=self._ceiling,
            bulk=MOST_AT_ONCE,
            per_minute=MOST_AT_ONCE * _CALLS_PER_MINUTE,
            private=True,
        )

    def busy(self, account: Account) -> bool:
        """False: a call that is cut off here is over on our side, its connection closed."""
        return False

    async def _within(self, work: Coroutine[Any, Any, T], late: T) -> T:
        """What the work gives, or `late` once the ceiling is reached."""
        try:
            async with bounded(self._ceiling):
                return await work
        except TimeoutError:
            return late

    # -- looks

    async def observe(self, account: Account) -> Observation:
        """What Discord holds on the account; somebody banned is no member, so that one look is enough for them."""
        return await self._within(self._observe(account.native_id), Unknown(LATE))

    async def _observe(self, native_id: str) -> Observation:
        match await self._link.read_ban(native_id):
            case Got(ban):
                return Seen((translate.ban_held(ban),), Presence.OUTSIDE)
            case Refusal(code=code) if code == UNKNOWN_BAN:
                pass
            case failed:
                return translate.observation_of(failed, TO_BAN)
        match await self._link.read_member(native_id):
            case Got(member):
                muted = translate.timeout_held(member, self._clock.now())
                return Seen((muted,) if muted else (), Presence.MEMBER)
            case Refusal(code=code) if code == UNKNOWN_MEMBER:
                return Seen(presence=Presence.OUTSIDE)
            case failed:
                return translate.observation_of(failed, translate.THE_BOT_IN_THE_SERVER)

    async def trace(self, account: Account, hold: Hold) -> Trace:
        """Whose doing the newest ban, unban or timeout in the audit log is; UNSAID where it cannot be read."""
        return await self._within(self._trace(account.native_id, hold), Trace(Hand.UNSAID))

    async def _trace(self, native_id: str, hold: Hold) -> Trace:
        actions = (BAN_ADDED, BAN_REMOVED) if hold is Hold.BARRED else (MEMBER_UPDATED,)
        answers = await asyncio.gather(*(self._link.read_audit_log(native_id, action) for action in actions))
        entries: list[Json] = []
        for answer in answers:
            if not isinstance(answer, Got):
                return Trace(Hand.UNSAID)
            entries += answer.body.get("audit_log_entries", ())
        return translate.latest_trace(entries, native_id, hold, self._link.own_id)

    async def survey(self, account: Account) -> Belongings | Unknown:
        """The roles that a ban takes, and why Discord would refuse it; a stranger has nothing to lose."""
        return await self._within(survey.belongings(self._link, account.native_id), Unknown(LATE))

    async def survey_many(self, accounts: Sequence[Account]) -> Mapping[Account, Belongings] | Unknown:
        """Those of the accounts that are members, from the list of members; a stranger has nothing to lose."""
        guild = await self._within(self._link.read_guild(), translate.Silence(LATE))
        members = await self._pages(self._link.read_members, TO_LIST_MEMBERS)
        if isinstance(members, Unknown):
            return members
        if not isinstance(guild, Got):
            return translate.unknown_of(guild, translate.THE_BOT_IN_THE_SERVER)
        return survey.belongings_of(guild.body, members, self._link.own_id, accounts)

    async def sweep(self) -> Sweep | Unknown:
        """Every ban and every running timeout. The ceiling bounds each page, since a large server has many."""
        bans = await self._pages(self._link.read_bans, TO_BAN)
        if isinstance(bans, Unknown):
            return bans
        members = await self._pages(self._link.read_members, TO_LIST_MEMBERS)
        if isinstance(members, Unknown):
            return members
        now = self._clock.now()
        holds: dict[str, tuple[Held, ...]] = {}
        for member in members:
            if muted := translate.timeout_held(member, now):
                holds[member["user"]["id"]] = (muted,)
        for ban in bans:
            holds[ban["user"]["id"]] = (translate.ban_held(ban),)
        return Sweep(holds, gives_references=True)

    async def _pages(
        self, read: Callable[[str | None], Coroutine[Any, Any, Answer]], needs: str
    ) -> list[Json] | Unknown:
        """All rows of a list; one page that fails, or that does not lead on, makes the whole unknown."""
        rows: list[Json] = []
        after: str | None = None
        while True:
            page = await self._within(read(after), translate.Silence(LATE))
            if not isinstance(page, Got):
                return translate.unknown_of(page, needs)
            rows += page.body
            if len(page.body) < PAGE:
                return rows
            last = str(max(int(row["user"]["id"]) for row in page.body))
            if after is not None and int(last) <= int(after):
                return Unknown("Discord's list pages do not lead on")
            after = last

    async def find(self, text: str) -> tuple[str, str] | Unknown | None:
        """The account that an id, a mention or a member's exact username means; None where the search found nobody."""
        native_id = translate.account_id(text)
        search = self._by_id(native_id) if native_id else self._by_handle(translate.handle(text))
        return await self._within(search, Unknown(LATE))

    async def _by_id(self, native_id: str) -> tuple[str, str] | Unknown | None:
        """Members are looked at first; the id of somebody outside stands for its handle where Discord tells none."""
        answer = await self._link.read_member(native_id)
        if isinstance(answer, Got):
            return native_id, str(answer.body["user"]["username"])
        if not _is(answer, UNKNOWN_MEMBER):
            is_nobody = isinstance(answer, Refusal) and (answer.status == 400 or answer.code == UNKNOWN_USER)
            return None if is_nobody else translate.unknown_of(answer, "")
        outside = await self._link.read_account(native_id)
        return native_id, str(outside.body["username"]) if isinstance(outside, Got) else native_id

    async def _by_handle(self, handle: str) -> tuple[str, str] | Unknown | None:
        if not handle:
            return None
        match await self._link.search_members(handle):
            case Got(members):
                people = [m["user"] for m in members if m["user"]["username"].casefold() == handle]
                return (str(people[0]["id"]), str(people[0]["username"])) if len(people) == 1 else None
            case failed:
                return translate.unknown_of(failed, "")

    async def linked(self, account: Account) -> tuple[Account, ...] | Unknown:
        """None: Discord tells a bot nothing about a person's accounts elsewhere."""
        return ()

    async def check(self) -> tuple[Finding, ...]:
        """What the service needs here and whether it has it."""
        failed = Finding("Discord answers", well=False, remedy=f"{LATE}: look at Discord's status page, then again.")
        return await self._within(survey.findings(self._link), (failed,))

    async def date(self) -> datetime | None:
        """Discord's own idea of the time."""
        return await self._within(self._link.date(), None)

    # -- acts

    async def restrict(self, order: Order) -> Outcome:
        """The account is banned, or timed out until `order.until` (at most 28 days from now)."""
        return await self._within(self._restrict(order), Unavailable(LATE))

    async def restrict_many(self, orders: Sequence[Order]) -> Mapping[Account, Outcome]:
        """The accounts are banned by one call, whose audit entries carry the first order's reason: one for them all."""
        if len(orders) < 2 or any(order.hold is not Hold.BARRED for order in orders):
            return {order.account: await self.restrict(order) for order in orders}
        asked = self._link.ban_many([order.account.native_id for order in orders], orders[0].reason)
        answer = await self._within(asked, translate.Silence(LATE))
        if _is(answer, NOBODY_BANNED):
            return {order.account: Rejected(NOT_AMONG_THE_BANNED) for order in orders}
        if not isinstance(answer, Got):
            return dict.fromkeys((order.account for order in orders), translate.outcome_of(answer, TO_BAN_MANY))
        banned = {str(each) for each in answer.body.get("banned_users", ())}
        return {
            order.account: Done() if order.account.native_id in banned else Rejected(NOT_AMONG_THE_BANNED)
            for order in orders
        }

    async def _restrict(self, order: Order) -> Outcome:
        native_id = order.account.native_id
        match order.hold:
            case Hold.OPEN:
                return Rejected(NOTHING)
            case Hold.BARRED:
                return translate.outcome_of(await self._link.ban(native_id, order.reason), TO_BAN)
            case Hold.MUTED:
                furthest = self._clock.now() + LONGEST_TIMEOUT
                answer = await self._link.time_out(native_id, min(order.until or furthest, furthest), order.reason)
                return (
                    Rejected(NOT_A_MEMBER) if _is(answer, UNKNOWN_MEMBER) else translate.outcome_of(answer, TO_TIME_OUT)
                )

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        """The account is not banned, or not timed out, any more."""
        return await self._within(self._release(account.native_id, hold, reason), Unavailable(LATE))

    async def _release(self, native_id: str, hold: Hold, reason: str) -> Outcome:
        match hold:
            case Hold.OPEN:
                return Rejected(NOTHING)
            case Hold.BARRED:
                answer = await self._link.unban(native_id, reason)
                return Already() if _is(answer, UNKNOWN_BAN) else translate.outcome_of(answer, TO_BAN)
            case Hold.MUTED:
                answer = await self._link.time_out(native_id, None, reason)
                return Already() if _is(answer, UNKNOWN_MEMBER) else translate.outcome_of(answer, TO_TIME_OUT)

    async def tell(self, account: Account, message: Message) -> Outcome:
        """The text stands in the direct messages, once for each nonce; the proof is the id of its last piece."""
        return await self._within(self._tell(account.native_id, message), Unavailable(LATE))

    async def _tell(self, native_id: str, message: Message) -> Outcome:
        opened = await self._link.open_messages(native_id)
        if not isinstance(opened, Got):
            return _telling(opened)
        proof = ""
        for number, piece in enumerate(translate.parts(message.subject, message.text)):
            body = translate.message_body(piece, translate.nonce(message.nonce, number))
            posted = await self._link.post(str(opened.body["id"]), body)
            if not isinstance(posted, Got):
                return _telling(posted)
            proof = str(posted.body["id"])
        return Done(proof) if proof else Rejected("an empty message")

    async def give_back(self, account: Account, things: tuple[Belonging, ...]) -> Outcome:
        """The member has these roles again; a role that was deleted meanwhile is passed over."""
        return await self._within(self._give_back(account.native_id, things), Unavailable(LATE))

    async def _give_back(self, native_id: str, things: tuple[Belonging, ...]) -> Outcome:
        given = 0
        for thing in things:
            answer = await self._link.add_role(native_id, thing.native_id, RETURNING)
            if _is(answer, UNKNOWN_MEMBER):
                return Rejected(NOT_HERE_YET)
            if _is(answer, UNKNOWN_ROLE):
                continue
            outcome = translate.outcome_of(answer, f"{TO_GIVE_ROLES} ({thing.label})")
            if not isinstance(outcome, Done):
                return outcome
            given += 1
        return Done() if given else Already()


def _is(answer: Answer, code: int) -> bool:
    """Discord said no for exactly this reason."""
    return isinstance(answer, Refusal) and answer.code == code


def _telling(answer: Answer) -> Outcome:
    match answer:
        case Refusal(code=code) if code in CANNOT_MESSAGE:
            return Rejected(MESSAGES_CLOSED)
        case Refusal(code=code) if code == OPENING_TOO_FAST:
            return Unavailable("Discord lets us open direct messages more slowly")
        case _:
            return translate.outcome_of(answer, "leave to send direct messages")
