"""How an account of the forum is read, suspended, silenced and let go again, step by step.

Read `ForumRestrictions` first."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connectors.forum import translate
from connectors.forum.client import ForumConfig
from connectors.forum.connection import connect
from connectors.http import FIRST_PAUSE, CallFailed, Priority
from guardian.clock import Clock
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, RestrictionOrder
from rules.precedence import AccessLevel


class ForumRestrictions:
    """The accounts of one forum, through an API key of a moderator account of our own."""

    def __init__(self, config: ForumConfig, clock: Clock, *, first_pause: timedelta = FIRST_PAUSE) -> None:
        self._config, self._clock = config, clock
        self.connection = connect(config, clock, first_pause)
        self._client, self._caller = self.connection.client, self.connection.caller

    async def _read_account(self, account: Account) -> Any:
        """The account as staff see it; None where it is proven that there is none."""
        native_id = account.native_id
        if not native_id.isdigit():
            raise CallFailed(Rejected("an account of the forum is named by a number"))
        try:
            person = await self._caller.request(lambda: self._client.user_by_id(native_id))
        except CallFailed as failed:
            if not isinstance(failed.outcome, Gone):
                raise
            await self._require_staff_key()
            return None
        if not isinstance(person, dict) or str(person.get("id")) != native_id:
            raise CallFailed(Unavailable("the forum answered about something else"))
        return person

    async def _require_staff_key(self) -> None:
        """Our key may see what staff see; else Failed. The forum hides its staff pages from others behind a 404."""
        try:
            rows = await self._caller.request(lambda: self._client.listed("suspended", 1))
        except CallFailed as failed:
            if isinstance(failed.outcome, Gone):
                raise CallFailed(Forbidden(translate.NEEDS_STAFF)) from failed
            raise
        if not isinstance(rows, list):
            raise CallFailed(Unavailable("the forum answered about something else"))

    async def _explain_failure(self, account: Account, operation: Coroutine[Any, Any, Outcome]) -> Outcome:
        """The steps' outcome; Gone only where our key is proven to see everybody, and staff named as what is in the way."""
        try:
            return await operation
        except CallFailed as failed:
            if isinstance(failed.outcome, Gone):
                await self._require_staff_key()
            if isinstance(failed.outcome, Forbidden) and is_staff(await self._read_account(account)):
                raise CallFailed(Forbidden(translate.NEEDS_RANK)) from failed
            raise

    async def _suspend(self, order: RestrictionOrder) -> Outcome:
        if self._config.native_end and await self._has_another_end(order):
            return await self._replace_suspension(order)
        priority = Priority.BULK if order.bulk else Priority.ACTION
        return await self._require_set(order, await self._perform(order.account, self._suspend_call(order), priority))

    async def _require_set(self, order: RestrictionOrder, answer: Any) -> Outcome:
        """Done where the restriction ends as ordered: by the answer, else by another look. A 200 alone proves nothing."""
        until = translate.parse_instant(self._end(order))
        if translate.parse_end(answer, order.level) == until:
            return Done()
        person = await self._read_account(order.account) or {}
        if translate.parse_end({"suspension": person, "silence": person}, order.level) == until:
            return Done()
        return Unavailable("the forum said that it is done, and did not do it")

    def _end(self, order: RestrictionOrder) -> str:
        return translate.format_end(order.until if self._config.native_end else None)

    def _suspend_call(self, order: RestrictionOrder) -> Callable[[], Any]:
        native_id, reason = order.account.native_id, order.reason
        until = self._end(order)
        return lambda: self._client.suspend_account(native_id, until, reason)

    async def _has_another_end(self, order: RestrictionOrder) -> bool:
        """Whether a suspension of ours, which its reference shows it to be, would end at another instant."""
        person = await self._read_account(order.account)
        observed_restriction = (
            None
            if person is None
            else translate.parse_account(person, self._clock.now()).find_restriction(AccessLevel.BARRED)
        )
        return (
            observed_restriction is not None
            and observed_restriction.reference is not None
            and observed_restriction.until != order.until
        )

    async def _replace_suspension(self, order: RestrictionOrder) -> Outcome:
        """The suspension has its new end. The forum takes one only after lifting the old; a silence covers the gap.

        Cut off in between, the next look finds a silence of ours: it suspends, and then lets the silence go.
        """
        covered = await self._silence_meanwhile(order)
        if not isinstance(covered, Done | Already):
            return covered
        await self._lift(order.account, AccessLevel.BARRED)
        suspended = await self._require_set(order, await self._perform(order.account, self._suspend_call(order)))
        if not isinstance(suspended, Done):
            return suspended
        return Done() if isinstance(covered, Already) else await self._lift(order.account, AccessLevel.MUTED)

    async def _silence_meanwhile(self, order: RestrictionOrder) -> Outcome:
        """The account is silenced: Done by us, Already where somebody else's silence stands, which stays."""
        try:
            return await self._silence(order)
        except CallFailed as failed:
            if isinstance(failed.outcome, Already):
                return failed.outcome
            raise

    async def _silence(self, order: RestrictionOrder) -> Outcome:
        silence, native_id = replace(order, level=AccessLevel.MUTED), order.account.native_id
        answer = await self._perform(order.account, self._silence_call(order))
        if translate.ran_out(answer, AccessLevel.MUTED, self._clock.now()):
            # One that has run out but was not tidied away yet makes the forum do nothing, and say that it silenced.
            await self._perform(order.account, lambda: self._client.unsilence_account(native_id))
            answer = await self._perform(order.account, self._silence_call(order))
        return await self._require_set(silence, answer)

    def _silence_call(self, order: RestrictionOrder) -> Callable[[], Any]:
        native_id, until, reason = order.account.native_id, self._end(order), order.reason
        return lambda: self._client.silence_account(native_id, until, reason)

    async def _lift(self, account: Account, level: AccessLevel) -> Outcome:
        """Lift it; Done where the answer names no end any more, or the account is seen without it."""
        lift = self._client.unsuspend if level is AccessLevel.BARRED else self._client.unsilence_account
        answer = await self._perform(account, lambda: lift(account.native_id))
        if translate.says_lifted(answer, level):
            return Done()
        person = await self._read_account(account)
        if person is not None and translate.parse_account(person, self._clock.now()).find_restriction(level):
            return Unavailable("the forum said that it is lifted, and it is not")
        return Done()

    async def _perform(self, account: Account, call: Any, priority: Priority = Priority.ACTION) -> Any:
        return await self._caller.request(call, priority, acts_on=account)


def is_staff(person: Any) -> bool:
    return person is not None and bool(person.get("admin") or person.get("moderator"))
