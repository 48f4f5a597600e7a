"""A GitHub organisation as a Space: a bar is removal from the organisation, then a block. It cannot mute or message.

GitHub takes logins, which change hands: each act resolves the id anew. Blocks carry no reason and no end.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from connectors.github import translate
from connectors.github.accounts import CHANGE_COST, A, GithubAccounts
from connectors.github.checks import check_installation, no_answer_result
from connectors.github.client import BLOCKS_WRITE, MEMBERS_WRITE, Response
from connectors.github.connection import GithubConnection
from connectors.github.permissions import EVENTS, PERMISSIONS
from connectors.http import Priority, parse_http_date
from guardian.spaces.account_text import read_account_text
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Already, Done, Forbidden, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    Appraisal,
    Attribution,
    Capabilities,
    CheckResult,
    Entitlement,
    EntitlementKind,
    Entitlements,
    Listing,
    Missing,
    Observation,
    ObservedRestriction,
    Presence,
    RestrictionOrder,
    Unknown,
)
from rules.precedence import AccessLevel

B = TypeVar("B")

_LISTING_CEILINGS = 20
_BAR_COST = CHANGE_COST + 3
_OWNER = "The account owns the organisation: another owner must make it an ordinary member first."


class GithubSpace(GithubAccounts):
    """One organisation, through an App installed in it."""

    @property
    def connection(self) -> GithubConnection:
        """The way to GitHub, which this organisation's other doors share: one budget, one token."""
        return GithubConnection(self._config, self._client, self._caller)

    @property
    def capabilities(self) -> Capabilities:
        """A bar without reason or end; nothing else."""
        return Capabilities(
            levels=frozenset({AccessLevel.BARRED}),
            carries_reference=frozenset(),
            needs=tuple(requirement.label for requirement in PERMISSIONS),
            destroys=(
                "Membership of the organisation, its teams, and work on repositories as an outside collaborator; "
                "stars, watches and assignments in the organisation. GitHub mails the person about the removal."
            ),
            ceiling=self._config.call_ceiling,
            per_minute=self._caller.bulk_per_minute / _BAR_COST,
            writes_to_person=frozenset({AccessLevel.BARRED}),
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
        """Return whether the organisation blocks the account at this moment, and whether it is a member."""
        return await self._caller.observe(self._observe(account))

    async def attribute(self, account: Account, level: AccessLevel) -> Attribution:
        """Return whose doing the latest block or unblock was, where the organisation's plan has an audit log."""
        attribution = await self._caller.observe(self._attribute(account))
        return Attribution(ActedBy.UNKNOWN) if isinstance(attribution, Unknown) else attribution

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        """Return the membership and teams that a bar would take, and whether GitHub would refuse it (owners)."""
        return await self._caller.observe(self._read_losses(account))

    async def read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        """Return those of the accounts that are members, from the list of members.

        Each of them is surveyed by itself.
        """
        return await self._caller.observe(self._read_losses_bulk(accounts), _LISTING_CEILINGS)

    async def list_restrictions(self) -> Listing | Unknown:
        """Return all blocked accounts by their ids, read by list pages."""
        return await self._caller.observe(self._list_restrictions(), _LISTING_CEILINGS)

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        """Return the account whose id or exact login the words are; None if nobody."""
        return await self._caller.observe(self._find_account(text.strip()))

    async def is_automated(self, account: Account) -> bool | Unknown:
        """Return whether the account is an app's, ours included, and not somebody's."""
        return await self._caller.observe(self._is_app(account))

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        """Return none: GitHub vouches for no account elsewhere."""
        return ()

    async def server_time(self) -> datetime | None:
        """Return GitHub's own idea of the time, fresh from the wire."""
        server_time = await self._caller.observe(self._server_time())
        return None if isinstance(server_time, Unknown) else server_time

    async def check(self) -> tuple[CheckResult, ...]:
        """Return each permission and event of the App, there or missing, with what breaks without it."""
        installation = await self._caller.observe(self._request(self._client.installation))
        if isinstance(installation, Unknown):
            return (no_answer_result(installation),)
        installed = check_installation(installation.body, self._config.organization)
        return (*installed, *await self._check_events(installation.body.get("events") or ()))

    # -- acting

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        """End the account's membership of the organisation, and block it."""
        if order.level is not AccessLevel.BARRED:
            return Rejected("GitHub cannot mute anybody")
        return await self._caller.perform(self._bar(order.account, Priority.BULK if order.bulk else Priority.ACTION))

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        """One after the other: GitHub has no call for several accounts."""
        outcomes = await asyncio.gather(*(self.restrict(order) for order in orders))
        return {order.account: outcome for order, outcome in zip(orders, outcomes, strict=True)}

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        """The organisation does not block the account."""
        if level is not AccessLevel.BARRED:
            return Rejected("GitHub cannot mute anybody")
        return await self._caller.perform(self._unblock(account))

    async def send_message(self, account: Account, message: Message) -> Outcome:
        """Return a refusal: GitHub has no private messages."""
        return Rejected("GitHub has no private messages")

    async def appraise(self, entitlements: tuple[Entitlement, ...]) -> Appraisal | Unknown:
        """Return which of these teams there still are, and which may change repositories today."""
        if not any(entitlement.kind is EntitlementKind.TEAM for entitlement in entitlements):
            return Appraisal(entitlements)
        teams = await self._caller.observe(self._read_pages(self._client.teams, Priority.OBSERVATION, _whole))
        return teams if isinstance(teams, Unknown) else translate.appraise(entitlements, teams)

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Mapping[Entitlement, Outcome]:
        """Invite the account with these teams, or put it into them, each by itself, where it is a member."""
        if not entitlements:
            return {}
        seen = await self._caller.observe(self._read_membership(account))
        if isinstance(seen, Unknown):
            return dict.fromkeys(entitlements, Unavailable(seen.reason, seen.after))
        login, presence = seen
        if presence is not Presence.MEMBER:
            teams = sorted(int(e.native_id) for e in entitlements if e.kind is EntitlementKind.TEAM)
            outcome = await self._caller.perform(self._invite(account, login, teams))
            return dict.fromkeys(entitlements, outcome)
        return {e: await self._caller.perform(self._give_back(account, login, e)) for e in entitlements}

    # -- the steps of each

    async def _observe(self, account: Account) -> Observation:
        (blocked, complete), login = await _gather_both(self._read_first_blocks(), self._current_login(account))
        is_listed = account.native_id in blocked
        if login is None:
            return translate.observe_account(blocked=True, presence=Presence.OUTSIDE) if is_listed else Missing()
        if not is_listed and not complete:
            is_listed = (await self._request(lambda: self._client.blocked(login))).status == 204
        membership = await self._request(lambda: self._client.membership(login))
        return translate.observe_account(blocked=is_listed, presence=translate.parse_presence(membership))

    async def _bar(self, account: Account, priority: Priority) -> Outcome:
        login = await self._require_login(account, priority)
        membership = await self._request(lambda: self._client.membership(login), priority)
        if membership.status == 200:
            if membership.body.get("role") == "admin" and membership.body.get("state") == "active":
                return Forbidden(_OWNER)
            # Read first, never repeated: a removal that was done is not asked for again.
            await self._change(account, lambda: self._client.remove(login), priority, repeatable=False)
            login = await self._require_login(account, priority)
        if (
            priority is Priority.BULK
            and (await self._request(lambda: self._client.blocked(login), priority)).status == 204
        ):
            # A block of another's is told as ours: nothing but this look tells them apart where many are blocked.
            return Already()
        answer = await self._change(account, lambda: self._client.block(login), priority)
        return Done() if answer.status == 204 else await self._explain_refusal(login, answer)

    async def _explain_refusal(self, login: str, answer: Response) -> Outcome:
        """Why GitHub would not block: it does already, a member whom we cannot see stands in the way, or else."""
        if (await self._request(lambda: self._client.blocked(login), Priority.ACTION)).status == 204:
            return Already()
        said = translate.error_message(answer.body, login)
        return Forbidden(f"{MEMBERS_WRITE} (GitHub: {said})") if "member" in said.lower() else Rejected(said)

    async def _unblock(self, account: Account) -> Outcome:
        login = await self._require_login(account)
        answer = await self._change(account, lambda: self._client.unblock(login))
        if answer.status == 204:
            return Done()
        # A right to look alone lists the blocks as well: that none stands is seen, and never taken from the refusal.
        blocked, _ = await self._read_first_blocks()
        stands = (
            account.native_id in blocked or (await self._request(lambda: self._client.blocked(login))).status == 204
        )
        return Forbidden(BLOCKS_WRITE) if stands else Already()

    async def _attribute(self, account: Account) -> Attribution:
        login, blocked = await _gather_both(self._current_login(account), self._read_audit_log(translate.BLOCKED))
        if login is None or blocked.status != 200:
            return Attribution(ActedBy.UNKNOWN)
        unblocked, app = await _gather_both(self._read_audit_log(translate.UNBLOCKED), self._request(self._client.app))
        if unblocked.status != 200:
            return Attribution(ActedBy.UNKNOWN)
        return translate.find_attribution([*blocked.body, *unblocked.body], login, f"{app.body['slug']}[bot]")

    async def _read_audit_log(self, action: str) -> Response:
        return await self._request(lambda: self._client.audit(f"action:{action}"))

    async def _read_losses(self, account: Account) -> Entitlements:
        _, login = await _gather_both(self._read_first_blocks(), self._current_login(account))
        if login is None:
            return Entitlements()
        request = self._request(lambda: self._client.membership(login))
        membership, teams = await _gather_both(
            request, self._read_pages(self._client.teams, Priority.OBSERVATION, _whole)
        )
        if translate.parse_presence(membership) is not Presence.MEMBER:
            return Entitlements()
        role = str(membership.body.get("role"))
        entitlements = [translate.membership_entitlement(self._config.organization, role)]
        memberships = await _gather_all(
            [self._request(partial(self._client.team_membership, team["slug"], login)) for team in teams]
        )
        for team, team_membership in zip(teams, memberships, strict=True):
            if team_membership.status == 200 and team_membership.body.get("state") == "active":
                entitlements.append(translate.team_entitlement(team, str(team_membership.body.get("role"))))
        return Entitlements(tuple(entitlements), _OWNER if role == "admin" else None)

    async def _read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements]:
        members = set(await self._read_pages(self._client.members, Priority.OBSERVATION, _row_id))
        return {account: await self._read_losses(account) for account in accounts if account.native_id in members}

    async def _list_restrictions(self) -> Listing:
        blocked = await self._read_pages(self._client.blocks, Priority.LISTING, _row_id)
        return Listing(dict.fromkeys(blocked, (ObservedRestriction(AccessLevel.BARRED),)))

    async def _read_membership(self, account: Account) -> tuple[str, Presence]:
        login = await self._require_login(account)
        return login, translate.parse_presence(await self._request(lambda: self._client.membership(login)))

    async def _give_back(self, account: Account, login: str, entitlement: Entitlement) -> Outcome:
        """A member is in the team (again); the membership itself they have."""
        if entitlement.kind is not EntitlementKind.TEAM:
            return Already()
        teams = await self._read_pages(self._client.teams, Priority.OBSERVATION, _whole)
        slug = next((str(team["slug"]) for team in teams if str(team["id"]) == entitlement.native_id), None)
        if slug is None:
            return Already()
        answer = await self._change(account, lambda: self._client.add_to_team(slug, login))
        if isinstance(answer.body, dict) and answer.body.get("state") == "active":
            return Done()
        return Unavailable("GitHub took the team membership, and does not say that it is active")

    async def _invite(self, account: Account, login: str, team_ids: list[int]) -> Outcome:
        answer = await self._change(
            account, lambda: self._client.invite(int(account.native_id), team_ids), repeatable=False
        )
        if answer.status == 201:
            return Done(f"invitation {answer.body.get('id')}")
        pending = await self._request(lambda: self._client.membership(login))
        return Already() if pending.status == 200 else Rejected(translate.error_message(answer.body, login))

    async def _find_account(self, text: str) -> tuple[str, str] | None:
        said = read_account_text(text)
        found = await self._find_named(said.words) if said.may_be_name else None
        if found is None and said.may_be_id and said.words.isdecimal():
            login = await self._current_login(Account(self.name, said.words))
            return (said.words, login) if login is not None else None
        return found

    async def _is_app(self, account: Account) -> bool:
        found = await self._read_account(account)
        return found is not None and found.get("type") != "User"

    async def _find_named(self, name: str) -> tuple[str, str] | None:
        if not name or not all(c.isalnum() or c in "-_[]" for c in name):
            return None
        response = await self._request(lambda: self._client.account_by_login(name))
        if response.status == 404 or response.body.get("type") not in ("User", "Bot"):
            return None
        native_id, login = str(response.body["id"]), str(response.body["login"])
        return (native_id, login) if login.casefold() == name.casefold() else None

    async def _server_time(self) -> datetime | None:
        def fresh() -> str | None:
            self._client.organization()
            return self._client.response_date()

        return parse_http_date(await self._caller.request(fresh, Priority.ACTION))

    async def _check_events(self, events: Sequence[str]) -> tuple[CheckResult, ...]:
        """Whether events are taken, which come, and whether they come to us."""
        if not self._config.webhook_secret:
            names = ", ".join(requirement.api_name for requirement in EVENTS)
            without = CheckResult(
                "GitHub's events are not taken: no webhook secret is set.",
                ok=False,
                remedy=f"Set a webhook secret here and in the App's settings, and switch on the events {names}.",
                impact="A block lifted by hand, or a comment that mentions the App, is noticed by the next round only.",
            )
            return (without,)
        webhook = await self._caller.observe(self._request(self._client.webhook_config))
        where = (
            no_answer_result(webhook)
            if isinstance(webhook, Unknown)
            else translate.check_webhook(webhook.body, str(self.name))
        )
        return (*translate.check_subscriptions(events), where)


async def _gather_both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Both answers, asked for at the same time; neither is left under way when the other fails."""
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    if isinstance(one, BaseException):
        raise one
    if isinstance(other, BaseException):
        raise other
    return one, other


async def _gather_all(requests: Sequence[Coroutine[Any, Any, A]]) -> list[A]:
    """All answers, asked for at the same time; none is left under way when one fails."""
    answers: list[A] = []
    for answer in await asyncio.gather(*requests, return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
        answers.append(answer)
    return answers


def _whole(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return row


def _row_id(row: Mapping[str, Any]) -> str:
    return str(row["id"])
