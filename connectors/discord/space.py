"""The Space port on Discord: a guild ban bars, a timeout mutes.

Judges nothing. A failed look is never read as a no; a call cut off at its ceiling may have happened.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from connectors.discord import outgoing_messages, roles, translate
from connectors.discord.client import PAGE, DiscordConnection
from connectors.discord.permissions import PERMISSIONS
from connectors.discord.timeouts import LATE, within
from connectors.discord.translate import (
    BAN_ADDED,
    BAN_REMOVED,
    MEMBER_KICKED,
    MEMBER_UPDATED,
    NOBODY_BANNED,
    NOT_A_MEMBER,
    TIMED_OUT_BY_RULE,
    UNKNOWN_BAN,
    UNKNOWN_MEMBER,
    UNKNOWN_ROLE,
    UNKNOWN_USER,
    Answer,
    Json,
    Refusal,
    Success,
)
from connectors.http import WRONG_SHAPES, note_unreadable
from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.spaces.account_text import read_account_text
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Already, Done, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    Appraisal,
    Attribution,
    Capabilities,
    CheckResult,
    Entitlement,
    Entitlements,
    Listing,
    Observation,
    RestrictionOrder,
    Unknown,
)
from guardian.spaces.removals import Removal
from rules.precedence import AccessLevel

T = TypeVar("T")

LONGEST_TIMEOUT = timedelta(days=28) - timedelta(minutes=1)
TO_BAN = "the permission Ban Members, and a bot role above the highest role of the person"
TO_TIME_OUT = "the permission Timeout Members, and a bot role above theirs; owners and administrators are out of reach"
TO_GIVE_ROLES = "the permission Manage Roles, and a bot role above the role that is given back"
TO_LIST_MEMBERS = 'the "Server Members Intent" of the application'
RETURN_REASON = "Access returns after a measure ended."
NOTHING_TO_DO = "there is nothing to hold or to lift"
TO_BAN_BULK = f"the permission Manage Server beside it, for many at once; and {TO_BAN}"
NOT_AMONG_THE_BANNED = "Discord did not ban it together with the others"
OURSELVES = "it is the service's own account"
MAX_BULK_SIZE = 200
_CALLS_PER_MINUTE = 60.0


class DiscordSpace:
    """One Discord server as the reconciler asks it. Case time is the clock's; the library's own time is never used."""

    def __init__(self, connection: DiscordConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._ceiling = connection.config.call_ceiling

    @property
    def name(self) -> SpaceName:
        """As configured."""
        return self._connection.config.name

    @property
    def capabilities(self) -> Capabilities:
        """A ban is open-ended and carries our reference; a timeout ends within 28 days and carries none."""
        return Capabilities(
            levels=frozenset({AccessLevel.MUTED, AccessLevel.BARRED}),
            carries_reference=frozenset({AccessLevel.BARRED}),
            longest_term={AccessLevel.MUTED: LONGEST_TIMEOUT},
            needs_presence=frozenset({AccessLevel.MUTED}),
            needs=tuple(requirement.label for requirement in PERMISSIONS),
            destroys="Membership of the server, and with it every role. Nothing that they wrote is deleted.",
            ceiling=self._ceiling,
            bulk_size=MAX_BULK_SIZE,
            per_minute=MAX_BULK_SIZE * _CALLS_PER_MINUTE,
            private_messages=True,
        )

    def has_call_in_flight(self, account: Account) -> bool:
        """Return False: a call that is cut off here is over on our side, its connection closed."""
        return False

    async def _bounded(self, work: Coroutine[Any, Any, T], failure: Callable[[str], T]) -> T:
        """What the work gives within the ceiling, or the failure that says why there is nothing."""
        return await within(self._ceiling, work, failure)

    async def _readable(self, work: Coroutine[Any, Any, T]) -> T | Unknown:
        """What a work of many pages, each within the ceiling, gives; Unknown where a page has another shape."""
        try:
            return await work
        except WRONG_SHAPES as error:
            note_unreadable(error)
            return Unknown(translate.UNREADABLE)

    # -- looks

    async def observe(self, account: Account) -> Observation:
        """Return what Discord holds on the account: whether it is banned, and whether it is a member all the same."""
        return await self._bounded(self._observe(account.native_id), Unknown)

    async def _observe(self, native_id: str) -> Observation:
        """Either half that fails makes the whole unknown: a ban that cannot be read is not no ban."""
        banned, here = await asyncio.gather(
            self._connection.read_ban(native_id), self._connection.read_member(native_id)
        )
        if not isinstance(banned, Success) and not _has_code(banned, UNKNOWN_BAN):
            return translate.to_observation(banned, TO_BAN)
        if not isinstance(here, Success) and not _has_code(here, UNKNOWN_MEMBER):
            return translate.to_observation(here, translate.THE_BOT_IN_THE_SERVER)
        member = here.body if isinstance(here, Success) else None
        ban = translate.parse_ban(banned.body) if isinstance(banned, Success) else None
        return translate.observe_account(ban, member, self._clock.now())

    async def attribute(self, account: Account, level: AccessLevel) -> Attribution:
        """Return whose doing the newest ban, unban or timeout in the audit log is; UNSAID where it cannot be read."""
        return await self._bounded(self._attribute(account.native_id, level), lambda _: Attribution(ActedBy.UNKNOWN))

    async def _attribute(self, native_id: str, level: AccessLevel) -> Attribution:
        actions = (BAN_ADDED, BAN_REMOVED) if level is AccessLevel.BARRED else (MEMBER_UPDATED, TIMED_OUT_BY_RULE)
        answers = await asyncio.gather(*(self._connection.read_audit_log(native_id, action) for action in actions))
        entries: list[Json] = []
        for answer in answers:
            if not isinstance(answer, Success):
                return Attribution(ActedBy.UNKNOWN)
            entries += answer.body.get("audit_log_entries", ())
        return translate.latest_attribution(entries, native_id, level, self._connection.own_id)

    async def removals(self, native_id: str | None) -> tuple[Removal, ...] | Unknown:
        """Return who put members out by hand, from the newest hundred such entries of the audit log."""
        return await self._bounded(self._removals(native_id), Unknown)

    async def _removals(self, native_id: str | None) -> tuple[Removal, ...] | Unknown:
        answer = await self._connection.read_audit_log(native_id, MEMBER_KICKED)
        if not isinstance(answer, Success):
            return translate.to_unknown(answer, translate.THE_BOT_IN_THE_SERVER)
        entries = answer.body.get("audit_log_entries", ())
        return translate.find_removals(entries, self.name, self._connection.own_id)

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        """Return the roles that a ban takes, and why Discord would refuse it; a stranger has nothing to lose."""
        return await self._bounded(roles.read_losses(self._connection, account.native_id), Unknown)

    async def read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        """Return those of the accounts that are members, from the list of members; a stranger has nothing to lose."""
        return await self._readable(self._read_losses_bulk(accounts))

    async def _read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        guild = await self._bounded(self._connection.read_guild(), translate.NoAnswer)
        members = await self._read_pages(self._connection.read_members, TO_LIST_MEMBERS, _whole)
        if isinstance(members, Unknown):
            return members
        if not isinstance(guild, Success):
            return translate.to_unknown(guild, translate.THE_BOT_IN_THE_SERVER)
        return roles.losses_of(guild.body, list(members.values()), self._connection.own_id, accounts)

    async def list_restrictions(self) -> Listing | Unknown:
        """Return every ban and every running timeout. The ceiling bounds each page, since a large server has many."""
        return await self._readable(self._list_restrictions())

    async def _list_restrictions(self) -> Listing | Unknown:
        bans = await self._read_pages(self._connection.read_bans, TO_BAN, translate.parse_ban)
        if isinstance(bans, Unknown):
            return bans
        inside = await self._read_pages(self._connection.read_members, TO_LIST_MEMBERS, translate.timeout_fields)
        if isinstance(inside, Unknown):
            return inside
        now = self._clock.now()
        found = {
            native_id: translate.observe_account(bans.get(native_id), inside.get(native_id), now).restrictions
            for native_id in inside.keys() | bans.keys()
        }
        return Listing(
            {native_id: each for native_id, each in found.items() if each},
            carries_references=True,
            still_inside=frozenset(inside.keys() & bans.keys()),
        )

    async def _read_pages(
        self, read: Callable[[str | None], Coroutine[Any, Any, Answer]], needs: str, keep: Callable[[Json], T]
    ) -> dict[str, T] | Unknown:
        """What is kept of each row of a list, by account; one page that fails, or does not lead on, makes it unknown.

        No page is kept as a whole: a large server has a hundred of them.
        """
        rows: dict[str, T] = {}
        after: str | None = None
        while True:
            page = await self._bounded(read(after), translate.NoAnswer)
            if not isinstance(page, Success):
                return translate.to_unknown(page, needs)
            rows |= {str(row["user"]["id"]): keep(row) for row in page.body}
            if len(page.body) < PAGE:
                return rows
            last = str(max(int(row["user"]["id"]) for row in page.body))
            if after is not None and int(last) <= int(after):
                return Unknown("Discord's list pages do not lead on")
            after = last

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        """Return the account that an id, a mention or a member's exact username means.

        None where the search found nobody.
        """
        return await self._bounded(self._find_account(text), Unknown)

    async def _find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        """A mention is an id for sure; digits alone may be what somebody is called, which comes first."""
        said, native_id = read_account_text(text), translate.parse_account_id(text)
        if native_id is None or native_id == said.words:
            found = await self._find_by_handle(said.words.casefold()) if said.may_be_name else None
            if found is not None or not said.may_be_id:
                return found
            native_id = translate.parse_account_id(said.words)
        return await self._find_by_id(native_id) if native_id else None

    async def _find_by_id(self, native_id: str) -> tuple[str, str] | Unknown | None:
        """Members are looked at first; the id of somebody outside stands for its handle where Discord tells none."""
        answer = await self._connection.read_member(native_id)
        if isinstance(answer, Success):
            return native_id, str(answer.body["user"]["username"])
        if not _has_code(answer, UNKNOWN_MEMBER):
            is_nobody = isinstance(answer, Refusal) and (answer.status == 400 or answer.code == UNKNOWN_USER)
            return None if is_nobody else translate.to_unknown(answer, "")
        outside = await self._connection.read_account(native_id)
        return native_id, str(outside.body["username"]) if isinstance(outside, Success) else native_id

    async def _find_by_handle(self, handle: str) -> tuple[str, str] | Unknown | None:
        if not handle:
            return None
        match await self._connection.search_members(handle):
            case Success(members):
                people = [m["user"] for m in members if _folded(m["user"]["username"]) == handle]
                return (str(people[0]["id"]), str(people[0]["username"])) if len(people) == 1 else None
            case failed:
                return translate.to_unknown(failed, "")

    async def is_automated(self, account: Account) -> bool | Unknown:
        """Return whether the account is the bot's own, or another bot's."""
        if account.native_id == self._connection.own_id:
            return True
        return await self._bounded(self._is_automated(account), Unknown)

    async def _is_automated(self, account: Account) -> bool | Unknown:
        answer = await self._connection.read_account(account.native_id)
        if not isinstance(answer, Success):
            return False if _has_code(answer, UNKNOWN_USER) else translate.to_unknown(answer, "")
        return bool(answer.body.get("bot") or answer.body.get("system"))

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        """Return none: Discord tells a bot nothing about a person's accounts elsewhere."""
        return ()

    async def check(self) -> tuple[CheckResult, ...]:
        """Return what the service needs here and whether it has it."""
        failed = CheckResult("Discord answers", ok=False, remedy=f"{LATE}: look at Discord's status page, then again.")
        return await self._bounded(roles.run_checks(self._connection), lambda _: (failed,))

    async def server_time(self) -> datetime | None:
        """Return Discord's own idea of the time."""
        return await self._bounded(self._connection.server_time(), lambda _: None)

    # -- acts

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        """Ban the account, or time it out until `order.until` (at most 28 days from now)."""
        return await self._bounded(self._restrict(order), Unavailable)

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        """Ban the accounts by one call, whose audit entries carry the first order's reason: one for them all."""
        ours = any(order.account.native_id == self._connection.own_id for order in orders)
        if ours or len(orders) < 2 or any(order.level is not AccessLevel.BARRED for order in orders):
            return {order.account: await self.restrict(order) for order in orders}
        request = self._connection.ban_bulk([order.account.native_id for order in orders], orders[0].reason)
        answer = await self._bounded(request, translate.NoAnswer)
        if _has_code(answer, NOBODY_BANNED):
            return {order.account: Rejected(NOT_AMONG_THE_BANNED) for order in orders}
        if not isinstance(answer, Success):
            return dict.fromkeys((order.account for order in orders), translate.to_outcome(answer, TO_BAN_BULK))
        banned = {str(each) for each in answer.body["banned_users"]}
        return {
            order.account: Done() if order.account.native_id in banned else Rejected(NOT_AMONG_THE_BANNED)
            for order in orders
        }

    async def _restrict(self, order: RestrictionOrder) -> Outcome:
        native_id = order.account.native_id
        if native_id == self._connection.own_id:
            return Rejected(OURSELVES)
        match order.level:
            case AccessLevel.OPEN:
                return Rejected(NOTHING_TO_DO)
            case AccessLevel.BARRED:
                return translate.to_outcome(await self._connection.ban(native_id, order.reason), TO_BAN)
            case AccessLevel.MUTED:
                furthest = self._clock.now() + LONGEST_TIMEOUT
                answer = await self._connection.set_timeout(
                    native_id, min(order.until or furthest, furthest), order.reason
                )
                return (
                    Rejected(NOT_A_MEMBER)
                    if _has_code(answer, UNKNOWN_MEMBER)
                    else translate.to_outcome(answer, TO_TIME_OUT)
                )

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        """Lift the account's ban or timeout."""
        return await self._bounded(self._release(account.native_id, level, reason), Unavailable)

    async def _release(self, native_id: str, level: AccessLevel, reason: str) -> Outcome:
        match level:
            case AccessLevel.OPEN:
                return Rejected(NOTHING_TO_DO)
            case AccessLevel.BARRED:
                answer = await self._connection.unban(native_id, reason)
                return Already() if _has_code(answer, UNKNOWN_BAN) else translate.to_outcome(answer, TO_BAN)
            case AccessLevel.MUTED:
                answer = await self._connection.set_timeout(native_id, None, reason)
                return Already() if _has_code(answer, UNKNOWN_MEMBER) else translate.to_outcome(answer, TO_TIME_OUT)

    async def send_message(self, account: Account, message: Message) -> Outcome:
        """Send the text as direct messages, once for each nonce; the proof is the id of its last piece."""
        return await self._bounded(outgoing_messages.send(self._connection, account.native_id, message), Unavailable)

    async def appraise(self, entitlements: tuple[Entitlement, ...]) -> Appraisal | Unknown:
        """Return which of these roles there still are, what they may do today, and which the bot cannot give."""
        return await self._bounded(roles.appraise(self._connection, entitlements), Unknown)

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Mapping[Entitlement, Outcome]:
        """Give the member these roles again, each by itself; a role that was deleted meanwhile is passed over."""
        outcomes: dict[Entitlement, Outcome] = {}
        if await self._bounded(self._reinstate(account.native_id, entitlements, outcomes), lambda _: False):
            return outcomes
        return dict.fromkeys(entitlements, Unavailable(LATE)) | outcomes

    async def _reinstate(
        self, native_id: str, entitlements: tuple[Entitlement, ...], outcomes: dict[Entitlement, Outcome]
    ) -> bool:
        """Add what came of each role; somebody who is not here yet, or a space that is away, ends it.

        Not here yet is also who has not accepted the server's rules: a role would let them past that screen.
        """
        member = await self._connection.read_member(native_id)
        if not isinstance(member, Success):
            if not _has_code(member, UNKNOWN_MEMBER):
                outcomes |= dict.fromkeys(entitlements, translate.to_outcome(member, TO_GIVE_ROLES))
            return True
        if member.body.get("pending"):
            return True
        for entitlement in entitlements:
            answer = await self._connection.add_role(native_id, entitlement.native_id, RETURN_REASON)
            if _has_code(answer, UNKNOWN_MEMBER):
                break
            is_gone = _has_code(answer, UNKNOWN_ROLE)
            outcomes[entitlement] = Already() if is_gone else translate.to_outcome(answer, TO_GIVE_ROLES)
            if isinstance(outcomes[entitlement], Unavailable):
                break
        return True


def _whole(row: Json) -> Json:
    return row


def _has_code(answer: Answer, code: int) -> bool:
    """Discord said no for exactly this reason."""
    return isinstance(answer, Refusal) and answer.code == code


def _folded(username: object) -> str:
    return translate.normalize_handle(str(username))
