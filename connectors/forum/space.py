"""The forum as a Space. Suspensions and silences are open-ended and lifted by us, unless the site ends them itself.

The forum takes nothing from a suspended account but the way in, so nothing has to be given back.
"""

import asyncio
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any, TypeVar

from connectors.forum import translate
from connectors.forum.checks import ForumChecks
from connectors.forum.permissions import KEY
from connectors.forum.restrictions import ForumRestrictions, is_staff
from connectors.http import CallFailed, Priority, parse_http_date
from guardian.ids import SpaceName
from guardian.spaces.account_text import read_account_text
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Done, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    Appraisal,
    Attribution,
    Capabilities,
    CheckResult,
    Entitlement,
    Entitlements,
    Listing,
    Missing,
    Observation,
    ObservedRestriction,
    RestrictionOrder,
    Unknown,
)
from rules.precedence import AccessLevel

T = TypeVar("T")

_LISTING_CEILINGS = 20
_FLAGS = (("suspended", AccessLevel.BARRED), ("silenced", AccessLevel.MUTED))
_STAFF = "The account belongs to the forum's staff: an administrator of the forum must take that from it first."
_LEVELS = frozenset({AccessLevel.MUTED, AccessLevel.BARRED})


class ForumSpace(ForumRestrictions):
    """One Discourse forum as a space."""

    @property
    def name(self) -> SpaceName:
        """The configured name."""
        return self._config.name

    @property
    def capabilities(self) -> Capabilities:
        """Both holds, open-ended, each with our reference in its reason. About a silence the forum always writes."""
        return Capabilities(
            levels=_LEVELS,
            carries_reference=_LEVELS,
            needs=(KEY.label,),
            ceiling=self._config.call_ceiling,
            ends_natively=self._config.native_end,
            knows_linked_accounts=bool(self._config.providers),
            private_messages=True,
            per_minute=self._caller.bulk_per_minute,
            writes_to_person=frozenset({AccessLevel.MUTED}),
        )

    def has_call_in_flight(self, account: Account) -> bool:
        """Return whether an act on this account that was cut off may still be under way."""
        return self._caller.has_call_in_flight(account)

    async def wait_until_idle(self) -> None:
        """Wait until nothing is under way on the wire any more."""
        await self._caller.wait_until_idle()

    async def close(self) -> None:
        """Let no request go out any more."""
        self._caller.close()

    # -- looking

    async def observe(self, account: Account) -> Observation:
        """Return what the forum holds on the account at this moment."""
        return await self._caller.observe(self._observe(account))

    async def attribute(self, account: Account, level: AccessLevel) -> Attribution:
        """Return whose doing the latest change of that restriction was, from the staff log."""
        attribution = await self._caller.observe(self._attribute(account, level))
        return translate.find_attribution((), "", level, "") if isinstance(attribution, Unknown) else attribution

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        """Return no losses, since a suspension takes nothing, and whether the forum would refuse it (staff)."""
        return await self._caller.observe(self._read_losses(account))

    async def read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        """The forum would refuse it for its staff, which is one list."""
        return await self._caller.observe(self._read_losses_bulk(accounts))

    async def list_restrictions(self) -> Listing | Unknown:
        """Return every restriction of the forum, by list pages (a hint: accounts can shift between two pages)."""
        return await self._caller.observe(self._list_restrictions(), _LISTING_CEILINGS)

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        """Return the account whose id or exact username the words are; None if nobody."""
        return await self._caller.observe(self._find_account(text.strip()))

    async def is_automated(self, account: Account) -> bool | Unknown:
        """Return whether the account is the service's own, or one of the forum's own, whose ids are below nothing."""
        if account.native_id.startswith("-"):
            return True
        return await self._caller.observe(self._is_ours(account))

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        """Return the accounts elsewhere by which this person signs in to the forum."""
        return await self._caller.observe(self._linked_accounts(account))

    async def server_time(self) -> datetime | None:
        """Return the forum's own idea of the time, fresh from the wire."""
        server_time = await self._caller.observe(self._server_time())
        return None if isinstance(server_time, Unknown) else server_time

    async def check(self) -> tuple[CheckResult, ...]:
        """Return what is well and what is missing, each with its remedy."""
        checks = ForumChecks(self.connection, self._require_staff_key)
        checks_run = [
            checks.check_key(),
            checks.check_suspension_reasons(),
            checks.check_anonymous_mode(),
            checks.check_writable(),
            checks.check_inbox(),
            checks.check_webhooks(),
        ]
        if self._config.group is not None:
            checks_run.append(checks.check_group(self._config.group))
        answers = await asyncio.gather(*(self._caller.observe(check) for check in checks_run))
        found = [a if isinstance(a, CheckResult) else _no_answer_result(a) for a in answers]
        return (*found, self._check_webhook())

    # -- acting

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        """Restrict the account as the order says."""
        if len(order.reason) > translate.MAX_REASON_LENGTH:
            return Rejected(f"the forum takes at most {translate.MAX_REASON_LENGTH} characters of reason")
        if unfit := _reject_unfit(order.account, order.level):
            return unfit
        operation = self._suspend(order) if order.level is AccessLevel.BARRED else self._silence(order)
        return await self._caller.perform(self._explain_failure(order.account, operation))

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        """One call each: the forum has none for several accounts."""
        outcomes = await asyncio.gather(*(self.restrict(order) for order in orders))
        return {order.account: outcome for order, outcome in zip(orders, outcomes, strict=True)}

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        """Lift that restriction. The forum says the same where there was none: then too it is Done."""
        if unfit := _reject_unfit(account, level):
            return unfit
        return await self._caller.perform(self._explain_failure(account, self._lift(account, level)))

    async def send_message(self, account: Account, message: Message) -> Outcome:
        """Write to the account's inbox, created while it could log in; the conversation carries the nonce."""
        return await self._caller.perform(self._send_message(account, message))

    async def appraise(self, entitlements: tuple[Entitlement, ...]) -> Appraisal:
        """Return them as they are: the forum takes nothing, and so gives nothing back."""
        return Appraisal(entitlements)

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Mapping[Entitlement, Outcome]:
        """Refuse each: the forum takes nothing."""
        return dict.fromkeys(entitlements, Rejected("the forum takes nothing that could be given back"))

    # -- the steps of each

    async def _observe(self, account: Account) -> Observation:
        person = await self._read_account(account)
        return Missing() if person is None else translate.parse_account(person, self._clock.now())

    async def _attribute(self, account: Account, level: AccessLevel) -> Attribution:
        person = await self._read_account(account)
        if person is None:
            return translate.find_attribution((), "", level, "")
        rows = await self._caller.request(lambda: self._client.staff_log(person["username"]))
        return translate.find_attribution(rows, account.native_id, level, self._config.api_username)

    async def _read_losses(self, account: Account) -> Entitlements:
        person = await self._read_account(account)
        return Entitlements(refusal=_STAFF if is_staff(person) else None)

    async def _read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements]:
        rows = await self._read_pages("staff", bool)
        return {account: Entitlements(refusal=_STAFF) for account in accounts if account.native_id in rows}

    async def _list_restrictions(self) -> Listing:
        restrictions: dict[str, tuple[ObservedRestriction, ...]] = {}
        for flag, level in _FLAGS:
            rows = await self._read_pages(flag, partial(translate.parse_row, level=level, now=self._clock.now()))
            for native_id, observed_restriction in rows.items():
                if observed_restriction is not None:
                    restrictions[native_id] = (*restrictions.get(native_id, ()), observed_restriction)
        return Listing(restrictions)

    async def _read_pages(self, flag: str, keep: Callable[[Mapping[str, Any]], T]) -> dict[str, T]:
        """What is kept of each row, by account id. The list ends with an empty page: how long a page may be is the site's matter."""
        rows: dict[str, T] = {}
        for page in count(1):
            answer = await self._caller.request(lambda page=page: self._client.listed(flag, page), Priority.LISTING)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            if not isinstance(answer, list):
                raise CallFailed(Unavailable("the forum answered about something else"))
            if not answer:
                break
            known = len(rows)
            rows |= {str(row["id"]): keep(row) for row in answer}
            if len(rows) == known:
                raise CallFailed(Unavailable("the forum gives the same page again and again"))
        return rows

    async def _send_message(self, account: Account, message: Message) -> Outcome:
        person = await self._read_account(account)
        if person is None:
            return Gone()
        if translate.parse_account(person, self._clock.now()).find_restriction(AccessLevel.BARRED):
            return Rejected("the account is suspended: it cannot read messages there")
        nonce = translate.format_external_id(message.nonce)
        text = translate.to_plain_text(message.text)
        username = str(person["username"])
        try:
            post = await self._caller.request(
                lambda: self._client.write_to(username, message.subject, text, nonce), acts_on=account, tries=1
            )
        except CallFailed as failed:
            if isinstance(failed.outcome, Rejected) and await self._caller.request(lambda: self._client.wrote(nonce)):
                return Done(f"conversation {nonce}")
            raise
        return Done(f"post {post['id']}")

    async def _find_account(self, text: str) -> tuple[str, str] | None:
        said = read_account_text(text)
        found = await self._find_named(said.words) if said.may_be_name else None
        if found is None and said.may_be_id and said.words.isdecimal():
            person = await self._read_account(Account(self.name, said.words))
            return (str(person["id"]), str(person["username"])) if person is not None else None
        return found

    async def _is_ours(self, account: Account) -> bool:
        person = await self._read_account(account)
        return person is not None and _folded(person["username"]) == _folded(self._config.api_username)

    async def _find_named(self, username: str) -> tuple[str, str] | None:
        if not username or any(c.isspace() or c == "/" for c in username):
            return None
        try:
            person = await self._caller.request(lambda: self._client.profile(username))
        except CallFailed as failed:
            if isinstance(failed.outcome, Gone):
                return None
            raise
        exact = _folded(person["username"]) == _folded(username)
        return (str(person["id"]), str(person["username"])) if exact else None

    async def _linked_accounts(self, account: Account) -> tuple[Account, ...]:
        person = await self._read_account(account)
        vouched = (person or {}).get("external_ids") or {}
        return tuple(
            Account(space, str(vouched[provider]))
            for provider, space in self._config.providers
            if vouched.get(provider)
        )

    async def _server_time(self) -> datetime | None:
        username = self._config.api_username

        def fresh() -> str | None:
            self._client.profile(username)
            return self._client.response_date()

        return parse_http_date(await self._caller.request(fresh, Priority.ACTION))

    # -- checks

    def _check_webhook(self) -> CheckResult:
        if self._config.webhook_secret:
            return CheckResult("The forum's events are taken, when signed.", ok=True)
        return CheckResult(
            "The forum's events are not taken: no webhook secret is set.",
            ok=False,
            remedy="Set a webhook secret here, and on the forum a webhook for the events of users and of the review queue "
            "(reviewable), and for no others.",
            impact="A suspension lifted by hand, and a flag, are noticed when we next look only.",
        )


def _reject_unfit(account: Account, level: AccessLevel) -> Rejected | None:
    """Why the forum cannot be asked for that at all."""
    if level is AccessLevel.OPEN:
        return Rejected("nothing is no restriction")
    return None if account.native_id.isdigit() else Rejected("an account of the forum is named by a number")


def _no_answer_result(unknown: Unknown) -> CheckResult:
    return CheckResult(
        f"The forum gave no answer: {unknown.reason}.",
        ok=False,
        needs=unknown.needs or "",
        remedy="See whether the forum answers, and whether its address and key are right.",
        impact="Nothing can be looked at, restricted or lifted on the forum until it answers.",
    )


def _folded(username: object) -> str:
    return unicodedata.normalize("NFC", str(username)).casefold()
