"""The forum as a Space. Suspensions and silences are open-ended and lifted by us, unless the site ends them itself.

The forum takes nothing from a suspended account but the way in, so nothing has to be given back.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from connectors.forum import translate
from connectors.forum.checks import Checks
from connectors.forum.client import ForumConfig
from connectors.forum.permissions import KEY
from connectors.forum.wire import wire_to
from connectors.http import FIRST_PAUSE, Failed, Urgency, instant_of
from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Abilities,
    Account,
    Belonging,
    Belongings,
    Finding,
    Held,
    Message,
    Missing,
    Observation,
    Order,
    Sweep,
    Trace,
    Unknown,
)
from rules.precedence import Hold

_SWEEP_CEILINGS = 20
_FLAGS = (("suspended", Hold.BARRED), ("silenced", Hold.MUTED))
_STAFF = "The account belongs to the forum's staff: an administrator of the forum must take that from it first."
_HOLDS = frozenset({Hold.MUTED, Hold.BARRED})


class ForumSpace:
    """One Discourse forum, through an API key of a moderator account of our own."""

    def __init__(self, config: ForumConfig, clock: Clock, *, first_pause: timedelta = FIRST_PAUSE) -> None:
        self._config, self._clock = config, clock
        self.wire = wire_to(config, clock, first_pause)
        self._forum, self._line = self.wire.forum, self.wire.line

    @property
    def name(self) -> SpaceName:
        """The configured name."""
        return self._config.name

    @property
    def abilities(self) -> Abilities:
        """Both holds, open-ended, each with our reference in its reason."""
        return Abilities(
            holds=_HOLDS,
            signed=_HOLDS,
            needs=(KEY.shown,),
            ceiling=self._config.call_ceiling,
            ends_natively=self._config.native_end,
            vouches=bool(self._config.providers),
            private=True,
            per_minute=self._line.per_minute_of_many,
        )

    def busy(self, account: Account) -> bool:
        """Whether an act on this account that was cut off may still be under way."""
        return self._line.busy(account)

    async def drained(self) -> None:
        """Nothing is under way on the wire any more."""
        await self._line.drained()

    async def close(self) -> None:
        """No request goes out any more."""
        self._line.close()

    # -- looking

    async def observe(self, account: Account) -> Observation:
        """What the forum holds on the account at this moment."""
        return await self._line.look(self._observe(account))

    async def trace(self, account: Account, hold: Hold) -> Trace:
        """Whose doing the latest change of that hold was, from the staff log."""
        traced = await self._line.look(self._trace(account, hold))
        return translate.trace((), "", hold, "") if isinstance(traced, Unknown) else traced

    async def survey(self, account: Account) -> Belongings | Unknown:
        """Nothing is taken by a suspension; the forum would refuse it for its staff."""
        return await self._line.look(self._survey(account))

    async def survey_many(self, accounts: Sequence[Account]) -> Mapping[Account, Belongings] | Unknown:
        """The forum would refuse it for its staff, which is one list."""
        return await self._line.look(self._survey_many(accounts))

    async def sweep(self) -> Sweep | Unknown:
        """Everything that the forum holds, by list pages (a hint: accounts can shift between two pages)."""
        return await self._line.look(self._sweep(), _SWEEP_CEILINGS)

    async def find(self, text: str) -> tuple[str, str] | Unknown | None:
        """The account whose id or exact username the words are; None if nobody."""
        return await self._line.look(self._find(text.strip()))

    async def linked(self, account: Account) -> tuple[Account, ...] | Unknown:
        """The accounts elsewhere by which this person signs in to the forum."""
        return await self._line.look(self._linked(account))

    async def date(self) -> datetime | None:
        """The forum's own idea of the time, fresh from the wire."""
        heard = await self._line.look(self._date())
        return None if isinstance(heard, Unknown) else heard

    async def check(self) -> tuple[Finding, ...]:
        """What is well and what is missing, each with its remedy."""
        checks = Checks(self.wire, self._prove_staff)
        looks = [checks.key(), checks.reasons(), checks.writing(), checks.inbox(), checks.hooks()]
        if self._config.group is not None:
            looks.append(checks.group(self._config.group))
        answers = await asyncio.gather(*(self._line.look(look) for look in looks))
        found = [a if isinstance(a, Finding) else _unanswered(a) for a in answers]
        return (*found, self._check_webhook())

    # -- acting

    async def restrict(self, order: Order) -> Outcome:
        """The forum holds what the order says."""
        if len(order.reason) > translate.LONGEST_REASON:
            return Rejected(f"the forum takes at most {translate.LONGEST_REASON} characters of reason")
        if unfit := _unfit(order.account, order.hold):
            return unfit
        steps = self._suspend(order) if order.hold is Hold.BARRED else self._silence(order)
        return await self._line.act(self._proven(order.account, steps))

    async def restrict_many(self, orders: Sequence[Order]) -> Mapping[Account, Outcome]:
        """One call each: the forum has none for several accounts."""
        outcomes = await asyncio.gather(*(self.restrict(order) for order in orders))
        return {order.account: outcome for order, outcome in zip(orders, outcomes, strict=True)}

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        """The forum no longer holds that restriction. It says the same where nothing was held: then too it is Done."""
        if unfit := _unfit(account, hold):
            return unfit
        return await self._line.act(self._proven(account, self._lift(account, hold)))

    async def tell(self, account: Account, message: Message) -> Outcome:
        """The text is in the account's inbox, created while it could log in; its conversation carries the nonce."""
        return await self._line.act(self._tell(account, message))

    async def give_back(self, account: Account, things: tuple[Belonging, ...]) -> Outcome:
        """Nothing was taken, so nothing is given."""
        return Rejected("the forum takes nothing that could be given back") if things else Done()

    # -- the steps of each

    async def _observe(self, account: Account) -> Observation:
        person = await self._person(account)
        return Missing() if person is None else translate.seen(person, self._clock.now())

    async def _person(self, account: Account) -> Any:
        """The account as staff see it; None where it is proven that there is none."""
        native_id = account.native_id
        if not native_id.isdigit():
            raise Failed(Rejected("an account of the forum is named by a number"))
        try:
            person = await self._line.ask(lambda: self._forum.user_by_id(native_id))
        except Failed as failed:
            if not isinstance(failed.outcome, Gone):
                raise
            await self._prove_staff()
            return None
        if not isinstance(person, dict) or str(person.get("id")) != native_id:
            raise Failed(Unavailable("the forum answered about something else"))
        return person

    async def _prove_staff(self) -> None:
        """Our key may see what staff see; else Failed. The forum hides its staff pages from others behind a 404."""
        try:
            rows = await self._line.ask(lambda: self._forum.listed("suspended", 1))
        except Failed as failed:
            if isinstance(failed.outcome, Gone):
                raise Failed(Forbidden(translate.NEEDS_STAFF)) from failed
            raise
        if not isinstance(rows, list):
            raise Failed(Unavailable("the forum answered about something else"))

    async def _proven(self, account: Account, steps: Coroutine[Any, Any, Outcome]) -> Outcome:
        """The steps' outcome; Gone only where our key is proven to see everybody, and staff named as what is in the way."""
        try:
            return await steps
        except Failed as failed:
            if isinstance(failed.outcome, Gone):
                await self._prove_staff()
            if isinstance(failed.outcome, Forbidden) and _is_staff(await self._person(account)):
                raise Failed(Forbidden(translate.NEEDS_RANK)) from failed
            raise

    async def _suspend(self, order: Order) -> Outcome:
        if self._config.native_end and await self._stands_with_another_end(order):
            return await self._replace(order)
        await self._act(order.account, self._suspending(order), Urgency.BULK if order.patient else Urgency.ACT)
        return Done()

    def _suspending(self, order: Order) -> Callable[[], Any]:
        native_id, reason = order.account.native_id, order.reason
        until = translate.end_of(order.until if self._config.native_end else None)
        return lambda: self._forum.suspend_account(native_id, until, reason)

    async def _stands_with_another_end(self, order: Order) -> bool:
        """Whether a suspension of ours, which its reference shows it to be, would end at another instant."""
        person = await self._person(order.account)
        held = None if person is None else translate.seen(person, self._clock.now()).held(Hold.BARRED)
        return held is not None and held.reference is not None and held.until != order.until

    async def _replace(self, order: Order) -> Outcome:
        """The suspension has its new end. The forum takes one only after lifting the old; a silence covers the gap.

        Cut off in between, the next look finds a silence of ours: it suspends, and then lets the silence go.
        """
        covered = await self._cover(order)
        if not isinstance(covered, Done | Already):
            return covered
        await self._lift(order.account, Hold.BARRED)
        await self._act(order.account, self._suspending(order))
        return Done() if isinstance(covered, Already) else await self._lift(order.account, Hold.MUTED)

    async def _cover(self, order: Order) -> Outcome:
        """The account is silenced: Done by us, Already where somebody else's silence stands, which stays."""
        try:
            return await self._silence(order)
        except Failed as failed:
            if isinstance(failed.outcome, Already):
                return failed.outcome
            raise

    async def _silence(self, order: Order) -> Outcome:
        native_id, reason = order.account.native_id, order.reason
        until = translate.end_of(order.until if self._config.native_end else None)
        for _ in range(2):
            answer = await self._act(order.account, lambda: self._forum.silence_account(native_id, until, reason))
            if isinstance(answer, dict) and answer.get("silence", {}).get("silenced"):
                return Done()
            # A silence that has run out but was not tidied away yet makes the forum do nothing, and say 200.
            await self._act(order.account, lambda: self._forum.unsilence_account(native_id))
        return Unavailable("the forum did not take the silence")

    async def _lift(self, account: Account, hold: Hold) -> Outcome:
        lift = self._forum.unsuspend if hold is Hold.BARRED else self._forum.unsilence_account
        await self._act(account, lambda: lift(account.native_id))
        return Done()

    async def _act(self, account: Account, call: Any, urgency: Urgency = Urgency.ACT) -> Any:
        return await self._line.ask(call, urgency, acts_on=account)

    async def _trace(self, account: Account, hold: Hold) -> Trace:
        person = await self._person(account)
        if person is None:
            return translate.trace((), "", hold, "")
        rows = await self._line.ask(lambda: self._forum.staff_log(person["username"]))
        return translate.trace(rows, account.native_id, hold, self._config.api_username)

    async def _survey(self, account: Account) -> Belongings:
        person = await self._person(account)
        return Belongings(refusal=_STAFF if _is_staff(person) else None)

    async def _survey_many(self, accounts: Sequence[Account]) -> Mapping[Account, Belongings]:
        rows = await self._pages("staff")
        return {account: Belongings(refusal=_STAFF) for account in accounts if account.native_id in rows}

    async def _sweep(self) -> Sweep:
        holds: dict[str, tuple[Held, ...]] = {}
        for flag, hold in _FLAGS:
            for native_id, row in (await self._pages(flag)).items():
                held = translate.listed(row, hold, self._clock.now())
                if held is not None:
                    holds[native_id] = (*holds.get(native_id, ()), held)
        return Sweep(holds)

    async def _pages(self, flag: str) -> dict[str, dict[str, Any]]:
        """All rows by account id. The list ends with an empty page: how long a page may be is the site's matter."""
        rows: dict[str, dict[str, Any]] = {}
        for page in count(1):
            answer = await self._line.ask(lambda page=page: self._forum.listed(flag, page), Urgency.SWEEP)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            if not isinstance(answer, list):
                raise Failed(Unavailable("the forum answered about something else"))
            if not answer:
                break
            known = len(rows)
            rows |= {str(row["id"]): row for row in answer}
            if len(rows) == known:
                raise Failed(Unavailable("the forum gives the same page again and again"))
        return rows

    async def _tell(self, account: Account, message: Message) -> Outcome:
        person = await self._person(account)
        if person is None:
            return Gone()
        if translate.seen(person, self._clock.now()).held(Hold.BARRED):
            return Rejected("the account is suspended: it cannot read messages there")
        nonce = translate.external_id(message.nonce)
        text = translate.plain(message.text)
        username = str(person["username"])
        try:
            post = await self._line.ask(
                lambda: self._forum.write_to(username, message.subject, text, nonce), acts_on=account, tries=1
            )
        except Failed as failed:
            if isinstance(failed.outcome, Rejected) and await self._line.ask(lambda: self._forum.wrote(nonce)):
                return Done(f"conversation {nonce}")
            raise
        return Done(f"post {post['id']}")

    async def _find(self, text: str) -> tuple[str, str] | None:
        if text.isdigit():
            person = await self._person(Account(self.name, text))
            if person is not None:
                return str(person["id"]), str(person["username"])
        username = text.removeprefix("@")
        if not username or any(c.isspace() or c == "/" for c in username):
            return None
        try:
            person = await self._line.ask(lambda: self._forum.profile(username))
        except Failed as failed:
            if isinstance(failed.outcome, Gone):
                return None
            raise
        exact = str(person["username"]).casefold() == username.casefold()
        return (str(person["id"]), str(person["username"])) if exact else None

    async def _linked(self, account: Account) -> tuple[Account, ...]:
        person = await self._person(account)
        vouched = (person or {}).get("external_ids") or {}
        return tuple(
            Account(space, str(vouched[provider]))
            for provider, space in self._config.providers
            if vouched.get(provider)
        )

    async def _date(self) -> datetime | None:
        username = self._config.api_username

        def fresh() -> str | None:
            self._forum.profile(username)
            return self._forum.date()

        return instant_of(await self._line.ask(fresh, Urgency.ACT))

    # -- checks

    def _check_webhook(self) -> Finding:
        if self._config.webhook_secret:
            return Finding("The forum's events are taken, when signed.", well=True)
        return Finding(
            "The forum's events are not taken: no webhook secret is set.",
            well=False,
            remedy="Set a webhook secret here, and on the forum a webhook for the events of users and of the review queue "
            "(reviewable), and for no others.",
            breaks="A suspension lifted by hand, and a flag, are noticed when we next look only.",
        )


def _unfit(account: Account, hold: Hold) -> Rejected | None:
    """Why the forum cannot be asked for that at all."""
    if hold is Hold.OPEN:
        return Rejected("nothing is no restriction")
    return None if account.native_id.isdigit() else Rejected("an account of the forum is named by a number")


def _is_staff(person: Any) -> bool:
    return person is not None and bool(person.get("admin") or person.get("moderator"))


def _unanswered(unknown: Unknown) -> Finding:
    return Finding(
        f"The forum gave no answer: {unknown.why}.",
        well=False,
        needs=unknown.needs or "",
        remedy="See whether the forum answers, and whether its address and key are right.",
        breaks="Nothing can be looked at, restricted or lifted on the forum until it answers.",
    )
