"""Fills database and platforms with sanctions that are held already: in bulk, since a hundred thousand are wanted.

Rows are written table by table; a sample of them is read back through the stores, so that a changed form is noticed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, insert

from connectors.discord.emulator.state import Ban
from connectors.forum.emulator.state import Measure
from connectors.github.emulator.state import Block
from guardian.ids import AccountId, PersonId, Reference, SpaceName, new_id, new_reference
from guardian.people.values import KnownAccount, Person, Trust
from guardian.sanctions.enactment import bind
from guardian.sanctions.values import Application, CoverageState, IntentKind, Prior
from guardian.spaces.port import Account
from guardian.storage.keys_store import DataKey, DataKeyStore, Scope
from guardian.storage.sealed import Sealer
from guardian.storage.tables.ground import data_keys
from guardian.storage.tables.people import accounts, people
from guardian.storage.tables.sanctions import applications, coverage, intents, keys, leases, sanctions
from guardian.storage.work import Look
from rules.ladder import Authority as AuthorityKind
from rules.policy import OnTermEnd
from rules.precedence import Hold, Restriction
from rules.telling import Telling
from tests.bench.ground import DISCORD, FORUM, GITHUB, SPACES, Platforms, Service, reason_of

OPEN_END: Final = datetime(3018, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 2_000
_NO_PRIOR: Final = {"hold": None, "until": None, "author": None}


@dataclass(frozen=True, slots=True)
class Barred:
    """Somebody whose sanction is held everywhere in scope, until `ends`; `accounts` are the platforms' own ids."""

    person: PersonId
    name: str
    reference: Reference
    ends: datetime
    accounts: dict[SpaceName, str]


async def someone(service: Service, platforms: Platforms, name: str) -> PersonId:
    """A person with an account in each space, a member of the organisation, known to the service and looked at once."""
    person = PersonId(new_id())
    now = service.clock.now()
    async with service.works.begin() as work:
        await work.people.add_person(Person(person, name, now))
        for space, native_id in newcomer(platforms, name).items():
            known = KnownAccount(
                AccountId(new_id()), person, Account(space, native_id), name, Trust.VOUCHED, now, "service"
            )
            await work.people.add_account(known)
            await bind(work, known)
    await service.heard.all_reached([person], CoverageState.RETURNED, patience=60)
    return person


def newcomer(platforms: Platforms, name: str) -> dict[SpaceName, str]:
    """New accounts of one person: a member of the server, the forum, and the organisation with its two teams."""
    discord, github = platforms.discord.state, platforms.github
    account = github.add_member(name)
    for team in github.state.teams.values():
        team.members[account.id] = "member"
    return {
        DISCORD: discord.add_member(discord.add_user(name)),
        FORUM: str(platforms.forum.add_user(name).id),
        GITHUB: str(account.id),
    }


def barred(platforms: Platforms, name: str, ends: datetime, spaces: Iterable[SpaceName], at: datetime) -> Barred:
    """New accounts of one person in these spaces, barred there by us."""
    reference = new_reference()
    bar = {DISCORD: _ban, FORUM: _suspend, GITHUB: _block}
    found = {space: bar[space](platforms, name, reason_of(reference), at) for space in spaces}
    return Barred(PersonId(new_id()), name, reference, ends, found)


def _ban(platforms: Platforms, name: str, reason: str, at: datetime) -> str:
    state = platforms.discord.state
    account = state.add_user(name)
    state.bans[account] = Ban(account, reason, state.bot_id, at)
    return account


def _suspend(platforms: Platforms, name: str, reason: str, at: datetime) -> str:
    state = platforms.forum.state
    account, ours = state.add_user(name), state.named(platforms.forum.api_username)
    state.measure(account, "suspension", Measure(OPEN_END, reason, at, ours.id if ours else 0))
    return str(account.id)


def _block(platforms: Platforms, name: str, reason: str, at: datetime) -> str:
    account = platforms.github.register(name)
    platforms.github.state.blocks[account.id] = Block(at, platforms.github.bot_login)
    return str(account.id)


async def remember(service: Service, held: Sequence[Barred], at: datetime) -> None:
    """The service knows all of them as it would after having placed and confirmed each."""
    for start in range(0, len(held), _AT_ONCE):
        gathered = _Gathered(service, at)
        for each in held[start : start + _AT_ONCE]:
            await gathered.take(each)
        async with service.works.begin() as work:
            for table, rows in gathered.rows.items():
                await work.connection.execute(insert(table), rows)
    async with service.works.look() as look:
        for each in (held[0], held[len(held) // 2], held[-1]):
            await _read_back(look, each, at)


class _KeysAside(DataKeyStore):
    """Each scope is new, so nothing is asked of the database; the wrapped keys become rows like the others."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    async def of_scope(self, scope: Scope) -> DataKey | None:
        return None

    async def add(self, key: DataKey, now: datetime) -> None:
        self._rows.append(
            {
                "id": key.id,
                "scope_kind": key.scope.kind,
                "scope_id": key.scope.id,
                "wrapped": key.wrapped,
                "ring_key_id": key.ring_key_id,
                "created_at": now,
            }
        )


class _Gathered:
    """The rows of some people, table by table, in an order in which they may be written."""

    def __init__(self, service: Service, at: datetime) -> None:
        order = (people, data_keys, accounts, sanctions, keys, applications, intents, coverage, leases)
        self.rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in order}
        self._sealer = Sealer(_KeysAside(self.rows[data_keys]), service.ring, at)
        self._at = at

    async def take(self, each: Barred) -> None:
        """Everything about one person."""
        self.rows[people].append({"id": each.person, "code_name": each.name, "created_at": self._at, "version": 0})
        self.rows[sanctions].append(self._sanction(each))
        self.rows[leases].append({"person_id": each.person, "holder": None, "until": None, "epoch": 1})
        for space, native_id in each.accounts.items():
            await self._account(each, space, native_id)
            row = {"person_id": each.person, "space": space, "state": CoverageState.HELD}
            self.rows[coverage].append({**row, "since": self._at, "detail": "held"})

    def _sanction(self, each: Barred) -> dict[str, Any]:
        return {
            "id": new_id(),
            "person_id": each.person,
            "case_id": new_id(),
            "restriction": Restriction.SUSPENDED,
            "starts": self._at,
            "ends": each.ends,
            "spaces": json.dumps(sorted(each.accounts)),
            "on_term_end": OnTermEnd.LIFT,
            "authority_kind": AuthorityKind.DECISION,
            "authority_id": new_id(),
            "reference": each.reference,
            "telling": Telling.TOLD,
            "holds_from": None,
            "enacted_at": self._at,
            "provisional": False,
            "danger": False,
            "version": 0,
        }

    async def _account(self, each: Barred, space: SpaceName, native_id: str) -> None:
        account, scope = AccountId(new_id()), Scope.of_person(each.person)
        content = {"native_id": native_id, "handle": each.name, "evidence": ""}
        row: dict[str, Any] = {"id": account, "person_id": each.person, "space": space, "trust": Trust.VOUCHED}
        row |= {"linked_at": self._at, "linked_by": "service", "confirmed_by": None, "version": 0}
        row["sealed"] = await self._sealer.seal_json(scope, "accounts", account, "sealed", content)
        self.rows[accounts].append(row)
        self.rows[keys].append(self._key(account, each, space))
        await self._placing(account, each, scope)

    def _key(self, account: AccountId, each: Barred, space: SpaceName) -> dict[str, Any]:
        return {
            "account_id": account,
            "person_id": each.person,
            "space": space,
            "next_look": each.ends,
            "state": CoverageState.HELD,
            "failures": 0,
            "blocked_since": None,
            "told_at": None,
            "why": "held",
            "needs": "",
            "observed_at": self._at,
            "version": 0,
        }

    async def _placing(self, account: AccountId, each: Barred, scope: Scope) -> None:
        known = {"prior": _NO_PRIOR, "taken": [], "put_back": []}
        place = f"{account}.{Hold.BARRED}"
        row: dict[str, Any] = {"account_id": account, "hold": Hold.BARRED, "reference": each.reference, "until": None}
        proof = {"placed": True, "restored": False, "confirmed_at": self._at, "version": 1}
        proof["sealed"] = await self._sealer.seal_json(scope, "applications", place, "sealed", known)
        self.rows[applications].append(row | proof)
        intent = new_id()
        act = {"id": intent, "kind": IntentKind.PLACE, "opened_at": self._at, "closed_at": self._at}
        act["sealed"] = await self._sealer.seal_json(scope, "intents", intent, "sealed", _NO_PRIOR)
        self.rows[intents].append(row | act)


async def _read_back(look: Look, each: Barred, at: datetime) -> None:
    """What was written in bulk is what the stores would have written."""
    found = await look.people.accounts_of(each.person)
    if {a.account.space: a.account.native_id for a in found} != each.accounts or not all(a.binding for a in found):
        raise AssertionError("the seeded accounts do not read back")
    [sanction] = await look.sanctions.of_person(each.person)
    expected = (each.ends, frozenset(each.accounts), each.reference)
    if (sanction.ends, sanction.spaces, sanction.reference) != expected:
        raise AssertionError("the seeded sanction does not read back")
    for account in found:
        wanted = Application(account.id, Hold.BARRED, True, each.reference, Prior(), confirmed_at=at, version=1)
        if await look.sanctions.applications_of(account.id) != (wanted,):
            raise AssertionError("the seeded application does not read back")
        if each.reference not in await look.sanctions.references_of(account.id):
            raise AssertionError("the seeded reference does not read back")


def others(platforms: Platforms, count: int, at: datetime) -> list[Barred]:
    """So many people whose terms end far from now, each barred in one space, the spaces in turn."""
    far = at + timedelta(days=30)
    return [
        barred(platforms, f"other-{n}", far + timedelta(seconds=n), (SPACES[n % len(SPACES)],), at)
        for n in range(count)
    ]
