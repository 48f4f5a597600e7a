"""A GitHub organisation as a Space: a bar is removal from the organisation, then a block. It cannot mute or message.

GitHub takes logins, which change hands: each act resolves the id anew. Blocks carry no reason and no end.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, TypeVar

from connectors.github import translate
from connectors.github.client import FAULTS, MEMBERS_WRITE, Github, GithubConfig, Reply
from connectors.github.permissions import EVENTS, PERMISSIONS
from connectors.github.wire import Wire
from connectors.http import FIRST_PAUSE, Dialect, Failed, Line, Urgency, instant_of
from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Abilities,
    Account,
    Belonging,
    BelongingKind,
    Belongings,
    Finding,
    Hand,
    Held,
    Message,
    Missing,
    Observation,
    Order,
    Presence,
    Seen,
    Sweep,
    Trace,
    Unknown,
)
from rules.precedence import Hold

A = TypeVar("A")
B = TypeVar("B")

_SWEEP_CEILINGS = 20
_CHANGE_COST = 5
_BAR_COST = _CHANGE_COST + 3
_OWNER = "The account owns the organisation: another owner must make it an ordinary member first."


class GithubSpace:
    """One organisation, through an App installed in it."""

    def __init__(self, config: GithubConfig, clock: Clock, *, first_pause: timedelta = FIRST_PAUSE) -> None:
        self._config = config
        self._github = Github(config)
        dialect = Dialect(FAULTS, translate.fault, self._github.date)
        self._line = Line(
            config.name, clock, dialect, config.call_ceiling, config.rate_per_minute, first_pause=first_pause
        )

    @property
    def wire(self) -> Wire:
        """The way to GitHub, which this organisation's other doors share: one budget, one token."""
        return Wire(self._config, self._github, self._line)

    @property
    def name(self) -> SpaceName:
        """The configured name."""
        return self._config.name

    @property
    def abilities(self) -> Abilities:
        """A bar without reason or end; nothing else."""
        return Abilities(
            holds=frozenset({Hold.BARRED}),
            signed=frozenset(),
            needs=tuple(need.shown for need in PERMISSIONS),
            destroys=(
                "Membership of the organisation, its teams, and work on repositories as an outside collaborator; "
                "stars, watches and assignments in the organisation. GitHub mails the person about the removal."
            ),
            ceiling=self._config.call_ceiling,
            per_minute=self._line.per_minute_of_many / _BAR_COST,
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
        """Whether the organisation blocks the account at this moment, and whether it is a member."""
        return await self._line.look(self._observe(account))

    async def trace(self, account: Account, hold: Hold) -> Trace:
        """Whose doing the latest block or unblock was, where the organisation's plan has an audit log."""
        traced = await self._line.look(self._trace(account))
        return Trace(Hand.UNSAID) if isinstance(traced, Unknown) else traced

    async def survey(self, account: Account) -> Belongings | Unknown:
        """Membership and teams that a bar would take, and whether GitHub would refuse it (owners)."""
        return await self._line.look(self._survey(account))

    async def survey_many(self, accounts: Sequence[Account]) -> Mapping[Account, Belongings] | Unknown:
        """Those of the accounts that are members, from the list of members; each of them is surveyed by itself."""
        return await self._line.look(self._survey_many(accounts), _SWEEP_CEILINGS)

    async def sweep(self) -> Sweep | Unknown:
        """All blocked accounts by their ids, read by list pages."""
        return await self._line.look(self._sweep(), _SWEEP_CEILINGS)

    async def find(self, text: str) -> tuple[str, str] | Unknown | None:
        """The account whose id or exact login the words are; None if nobody."""
        return await self._line.look(self._find(text.strip()))

    async def linked(self, account: Account) -> tuple[Account, ...] | Unknown:
        """GitHub vouches for no account elsewhere."""
        return ()

    async def date(self) -> datetime | None:
        """GitHub's own idea of the time, fresh from the wire."""
        heard = await self._line.look(self._date())
        return None if isinstance(heard, Unknown) else heard

    async def check(self) -> tuple[Finding, ...]:
        """Each permission and event of the App, there or missing, with what breaks without it."""
        installation = await self._line.look(self._ask(self._github.installation))
        if isinstance(installation, Unknown):
            return (_unanswered(installation),)
        installed = _installed(installation.body, self._config.organization)
        return (*installed, *await self._check_events(installation.body.get("events") or ()))

    # -- acting

    async def restrict(self, order: Order) -> Outcome:
        """The account is no member of the organisation, and blocked by it."""
        if order.hold is not Hold.BARRED:
            return Rejected("GitHub cannot mute anybody")
        return await self._line.act(self._bar(order.account, Urgency.BULK if order.patient else Urgency.ACT))

    async def restrict_many(self, orders: Sequence[Order]) -> Mapping[Account, Outcome]:
        """One after the other: GitHub has no call for several accounts."""
        outcomes = await asyncio.gather(*(self.restrict(order) for order in orders))
        return {order.account: outcome for order, outcome in zip(orders, outcomes, strict=True)}

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        """The organisation does not block the account."""
        if hold is not Hold.BARRED:
            return Rejected("GitHub cannot mute anybody")
        return await self._line.act(self._unblock(account))

    async def tell(self, account: Account, message: Message) -> Outcome:
        """GitHub has no private messages."""
        return Rejected("GitHub has no private messages")

    async def give_back(self, account: Account, things: tuple[Belonging, ...]) -> Outcome:
        """The account is invited with these teams, or put into them where it is a member."""
        return await self._line.act(self._give_back(account, things)) if things else Done()

    # -- the steps of each

    async def _ask(self, call: Callable[[], Reply], urgency: Urgency = Urgency.LOOK) -> Reply:
        return await self._line.ask(call, urgency)

    async def _change(
        self, account: Account, call: Callable[[], Reply], urgency: Urgency = Urgency.ACT, *, again: bool = True
    ) -> Reply:
        """A request that changes something; `again` where doing it twice is doing it once."""
        tries = {} if again else {"tries": 1}
        return await self._line.ask(call, urgency, acts_on=account, cost=_CHANGE_COST, **tries)

    async def _login(self, account: Account, urgency: Urgency = Urgency.LOOK) -> str | None:
        """The login that the account has at this moment; None where GitHub says that there is no such account."""
        native_id = account.native_id
        if not native_id.isdigit():
            raise Failed(Rejected("an account of GitHub is named by a number"))
        reply = await self._ask(lambda: self._github.account(native_id), urgency)
        if reply.status == 404:
            return None
        if not isinstance(reply.body, dict) or str(reply.body.get("id")) != native_id:
            raise Failed(Unavailable("GitHub answered about somebody else"))
        return str(reply.body["login"])

    async def _first_blocks(self) -> tuple[set[str], bool]:
        """The ids on the first page of blocks, and whether these are all. Without the permission it is Failed, so what
        follows in the same look may take a 404 for a no."""
        page = await self._ask(lambda: self._github.blocks(1))
        return _ids(page), page.last_page

    async def _observe(self, account: Account) -> Observation:
        (blocked, whole), login = await _both(self._first_blocks(), self._login(account))
        if account.native_id in blocked:
            return _barred()
        if login is None:
            return Missing()
        if not whole and (await self._ask(lambda: self._github.blocked(login))).status == 204:
            return _barred()
        return Seen(presence=translate.presence(await self._ask(lambda: self._github.membership(login))))

    async def _present(self, account: Account, urgency: Urgency = Urgency.ACT) -> str:
        """The login at this moment. Failed with Gone only where our permission is proven; a 404 alone proves nothing."""
        login = await self._login(account, urgency)
        if login is None:
            await self._first_blocks()
            raise Failed(Gone())
        return login

    async def _bar(self, account: Account, urgency: Urgency) -> Outcome:
        login = await self._present(account, urgency)
        membership = await self._ask(lambda: self._github.membership(login), urgency)
        if membership.status == 200:
            if membership.body.get("role") == "admin" and membership.body.get("state") == "active":
                return Forbidden(_OWNER)
            # Read first, never repeated: a removal that was done is not asked for again.
            await self._change(account, lambda: self._github.remove(login), urgency, again=False)
            login = await self._present(account, urgency)
        if urgency is Urgency.BULK and (await self._ask(lambda: self._github.blocked(login), urgency)).status == 204:
            # A block of another's is told as ours: nothing but this look tells them apart where many are blocked.
            return Already()
        answer = await self._change(account, lambda: self._github.block(login), urgency)
        return Done() if answer.status == 204 else await self._unblockable(login, answer)

    async def _unblockable(self, login: str, answer: Reply) -> Outcome:
        """Why GitHub would not block: it does already, a member whom we cannot see stands in the way, or else."""
        if (await self._ask(lambda: self._github.blocked(login), Urgency.ACT)).status == 204:
            return Already()
        said = translate.sentence(answer.body, login)
        return Forbidden(f"{MEMBERS_WRITE} (GitHub: {said})") if "member" in said.lower() else Rejected(said)

    async def _unblock(self, account: Account) -> Outcome:
        login = await self._present(account)
        answer = await self._change(account, lambda: self._github.unblock(login))
        if answer.status == 204:
            return Done()
        await self._first_blocks()
        return Already()

    async def _trace(self, account: Account) -> Trace:
        login, blocked = await _both(self._login(account), self._audit(translate.BLOCKED))
        if login is None or blocked.status != 200:
            return Trace(Hand.UNSAID)
        unblocked, app = await _both(self._audit(translate.UNBLOCKED), self._ask(self._github.app))
        if unblocked.status != 200:
            return Trace(Hand.UNSAID)
        return translate.trace([*blocked.body, *unblocked.body], login, f"{app.body['slug']}[bot]")

    async def _audit(self, action: str) -> Reply:
        return await self._ask(lambda: self._github.audit(f"action:{action}"))

    async def _survey(self, account: Account) -> Belongings:
        _, login = await _both(self._first_blocks(), self._login(account))
        if login is None:
            return Belongings()
        asked = self._ask(lambda: self._github.membership(login))
        membership, teams = await _both(asked, self._pages(self._github.teams, Urgency.LOOK))
        if translate.presence(membership) is not Presence.MEMBER:
            return Belongings()
        role = str(membership.body.get("role"))
        things = [translate.membership_of(self._config.organization, role)]
        places = await _all([self._ask(partial(self._github.team_membership, team["slug"], login)) for team in teams])
        for team, place in zip(teams, places, strict=True):
            if place.status == 200 and place.body.get("state") == "active":
                things.append(translate.team_of(team, str(place.body.get("role"))))
        return Belongings(tuple(things), _OWNER if role == "admin" else None)

    async def _survey_many(self, accounts: Sequence[Account]) -> Mapping[Account, Belongings]:
        rows = await self._pages(self._github.members, Urgency.LOOK)
        members = {str(row["id"]) for row in rows}
        return {account: await self._survey(account) for account in accounts if account.native_id in members}

    async def _sweep(self) -> Sweep:
        rows = await self._pages(self._github.blocks, Urgency.SWEEP)
        return Sweep({str(row["id"]): (Held(Hold.BARRED),) for row in rows})

    async def _pages(self, page_of: Callable[[int], Reply], urgency: Urgency) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for number in count(1):
            page = await self._ask(lambda number=number: page_of(number), urgency)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            if not isinstance(page.body, list):
                raise Failed(Unavailable("GitHub answered about something else"))
            rows += page.body
            if page.last_page or not page.body:
                break
        return rows

    async def _give_back(self, account: Account, things: tuple[Belonging, ...]) -> Outcome:
        login = await self._present(account)
        teams = {int(thing.native_id) for thing in things if thing.kind is BelongingKind.TEAM}
        if translate.presence(await self._ask(lambda: self._github.membership(login))) is not Presence.MEMBER:
            return await self._invite(account, login, sorted(teams))
        for team in await self._pages(self._github.teams, Urgency.LOOK) if teams else ():
            if team["id"] in teams:
                await self._change(account, lambda slug=team["slug"]: self._github.join_team(slug, login))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        return Done()

    async def _invite(self, account: Account, login: str, team_ids: list[int]) -> Outcome:
        answer = await self._change(account, lambda: self._github.invite(int(account.native_id), team_ids), again=False)
        if answer.status == 201:
            return Done(f"invitation {answer.body.get('id')}")
        pending = await self._ask(lambda: self._github.membership(login))
        return Already() if pending.status == 200 else Rejected(translate.sentence(answer.body, login))

    async def _find(self, text: str) -> tuple[str, str] | None:
        if text.isdigit():
            login = await self._login(Account(self.name, text))
            if login is not None:
                return text, login
        name = text.removeprefix("@")
        if not name or not all(c.isalnum() or c in "-_[]" for c in name):
            return None
        reply = await self._ask(lambda: self._github.named(name))
        if reply.status == 404 or reply.body.get("type") not in ("User", "Bot"):
            return None
        return str(reply.body["id"]), str(reply.body["login"])

    async def _date(self) -> datetime | None:
        def fresh() -> str | None:
            self._github.organization()
            return self._github.date()

        return instant_of(await self._line.ask(fresh, Urgency.ACT))

    async def _check_events(self, events: Sequence[str]) -> tuple[Finding, ...]:
        """Whether events are taken, which come, and whether they come to us."""
        if not self._config.webhook_secret:
            names = ", ".join(need.key for need in EVENTS)
            without = Finding(
                "GitHub's events are not taken: no webhook secret is set.",
                well=False,
                remedy=f"Set a webhook secret here and in the App's settings, and switch on the events {names}.",
                breaks="A block lifted by hand, or a comment that mentions the App, is noticed by the next round only.",
            )
            return (without,)
        hook = await self._line.look(self._ask(self._github.hook))
        where = _unanswered(hook) if isinstance(hook, Unknown) else translate.hook(hook.body, str(self.name))
        return (*translate.subscriptions(events), where)


async def _both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Both answers, asked for at the same time; neither is left under way when the other fails."""
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    if isinstance(one, BaseException):
        raise one
    if isinstance(other, BaseException):
        raise other
    return one, other


async def _all(questions: Sequence[Coroutine[Any, Any, A]]) -> list[A]:
    """All answers, asked for at the same time; none is left under way when one fails."""
    answers: list[A] = []
    for answer in await asyncio.gather(*questions, return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
        answers.append(answer)
    return answers


def _ids(page: Reply) -> set[str]:
    if not isinstance(page.body, list):
        raise Failed(Unavailable("GitHub answered about something else"))
    return {str(row["id"]) for row in page.body}


def _barred() -> Seen:
    return Seen((Held(Hold.BARRED),), Presence.OUTSIDE)


def _installed(installation: dict[str, Any], organization: str) -> tuple[Finding, ...]:
    if installation.get("suspended_at"):
        return (
            Finding(
                "The GitHub App's installation is suspended.",
                well=False,
                remedy="An owner of the organisation takes the suspension back in the settings of installed Apps.",
                breaks="Nothing can be looked at, restricted or lifted on GitHub.",
            ),
        )
    account = str(installation.get("account", {}).get("login", ""))
    if account.casefold() != organization.casefold():
        return (
            Finding(
                "The GitHub App's installation belongs to another account than the configured organisation.",
                well=False,
                remedy="Set the installation id of the configured organisation.",
                breaks="Nothing can be looked at, restricted or lifted on GitHub.",
            ),
        )
    return translate.findings(installation.get("permissions", {}))


def _unanswered(unknown: Unknown) -> Finding:
    return Finding(
        f"GitHub gave no answer: {unknown.why}.",
        well=False,
        needs=unknown.needs or "",
        remedy="See whether the App's id, its private key and the installation's id belong together.",
        breaks="Nothing can be looked at, restricted or lifted on GitHub until it answers.",
    )
