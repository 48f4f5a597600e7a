"""Fills database and platforms with sanctions that are held already: in bulk, since a hundred thousand are wanted.

Rows are written table by table; a sample of them is read back through the stores, so that a changed form is noticed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Table, insert

from connectors.emulators.discord.state import Ban
from connectors.emulators.forum.state import Measure
from connectors.emulators.github.state import Block
from guardian.ids import AccountId, PersonId, Reference, SpaceName, new_id, new_reference
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.sanctions.imposition import add_account
from guardian.sanctions.models import CoverageState, Enforcement, IntentKind, Prior, ReleaseState
from guardian.spaces.port import Account
from guardian.storage.blind_index import index_values
from guardian.storage.data_key_store import DataKey, DataKeyStore, KeyScope
from guardian.storage.encryption import FieldEncryption
from guardian.storage.enforcement_store import REFERENCES
from guardian.storage.key_ring import KeyRing
from guardian.storage.people_store import index_account
from guardian.storage.pseudonyms import Pseudonyms
from guardian.storage.tables.blind_indexes import blind_indexes
from guardian.storage.tables.people import accounts, people
from guardian.storage.tables.sanctions import coverage, enforcements, intents, leases, sanctions, work_items
from guardian.storage.tables.system import data_keys
from guardian.storage.unit_of_work import SqlReadView, SqlUnitOfWorkFactory
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction
from tests.bench.measured_service import DISCORD, FORUM, GITHUB, SPACES, Platforms, Service, reason_text

OPEN_END: Final = datetime(3018, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 2_000
_NO_PRIOR: Final = {"level": None, "until": None, "author": None}


@dataclass(frozen=True, slots=True)
class Barred:
    """Somebody whose sanction is held everywhere in scope, until `ends`; `accounts` are the platforms' own ids."""

    person: PersonId
    name: str
    reference: Reference
    ends: datetime
    accounts: dict[SpaceName, str]


async def add_person(service: Service, platforms: Platforms, name: str) -> PersonId:
    """A person with an account in each space, a member of the organisation, known to the service and looked at once."""
    person = PersonId(new_id())
    now = service.clock.now()
    async with service.units_of_work.begin() as uow:
        await uow.people.add_person(Person(person, name, now))
        for space, native_id in add_accounts(platforms, name).items():
            known = LinkedAccount(
                id=AccountId(new_id()),
                person=person,
                account=Account(space, native_id),
                handle=name,
                trust=Trust.VOUCHED,
                linked_at=now,
                linked_by="service",
            )
            await uow.people.add_account(known)
            await add_account(uow, known)
    await service.alerts.wait_until_reached([person], CoverageState.RETURNED, timeout=60)
    return person


def add_accounts(platforms: Platforms, name: str) -> dict[SpaceName, str]:
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


def add_barred(platforms: Platforms, name: str, ends: datetime, spaces: Iterable[SpaceName], at: datetime) -> Barred:
    """New accounts of one person in these spaces, barred there by us."""
    reference = new_reference()
    bar = {DISCORD: _ban, FORUM: _suspend, GITHUB: _block}
    found = {space: bar[space](platforms, name, reason_text(reference), at) for space in spaces}
    return Barred(PersonId(new_id()), name, reference, ends, found)


def _ban(platforms: Platforms, name: str, reason: str, at: datetime) -> str:
    state = platforms.discord.state
    account = state.add_user(name)
    state.bans[account] = Ban(account, reason, state.bot_id, at)
    return account


def _suspend(platforms: Platforms, name: str, reason: str, at: datetime) -> str:
    state = platforms.forum.state
    account, ours = state.add_user(name), state.find_user(platforms.forum.api_username)
    state.set_measure(account, "suspension", Measure(OPEN_END, reason, at, ours.id if ours else 0))
    return str(account.id)


def _block(platforms: Platforms, name: str, reason: str, at: datetime) -> str:
    account = platforms.github.register(name)
    platforms.github.state.blocks[account.id] = Block(at, platforms.github.bot_login)
    return str(account.id)


class Fillable(Protocol):
    """A database that can be filled: its units of work, and the ring whose keys wrap what is written."""

    @property
    def units_of_work(self) -> SqlUnitOfWorkFactory: ...

    @property
    def ring(self) -> KeyRing: ...


async def store_held(service: Fillable, held: Sequence[Barred], at: datetime) -> None:
    """The service knows all of them as it would after having placed and confirmed each."""
    for start in range(0, len(held), _AT_ONCE):
        gathered = _GatheredRows(service, at)
        for each in held[start : start + _AT_ONCE]:
            await gathered.take(each)
        async with service.units_of_work.begin() as uow:
            for table, rows in gathered.rows.items():
                await uow.connection.execute(insert(table), rows)
    async with service.units_of_work.read() as view:
        for each in (held[0], held[len(held) // 2], held[-1]):
            await _read_back(view, each, at)


class BufferedDataKeys(DataKeyStore):
    """Each scope is new, so nothing is asked of the database; the wrapped keys become rows like the others."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    async def of_scope(self, scope: KeyScope) -> DataKey | None:
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


class _GatheredRows:
    """The rows of some people, table by table, in an order in which they may be written."""

    def __init__(self, service: Fillable, at: datetime) -> None:
        order = (
            people,
            data_keys,
            accounts,
            blind_indexes,
            sanctions,
            work_items,
            enforcements,
            intents,
            coverage,
            leases,
        )
        self.rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in order}
        self._encryption = FieldEncryption(BufferedDataKeys(self.rows[data_keys]), service.ring, at)
        self._pseudonyms = Pseudonyms(service.ring)
        self._at = at

    async def take(self, each: Barred) -> None:
        """Everything about one person."""
        self.rows[people].append(
            {"id": each.person, "code_name": each.name, "created_at": self._at, "language": "", "version": 0}
        )
        self.rows[sanctions].append(self._sanction(each))
        self.rows[leases].append({"person_id": each.person, "holder": None, "until": None, "epoch": 1})
        for space, native_id in each.accounts.items():
            await self._account(each, space, native_id)
            row = {"person_id": each.person, "space": space, "state": CoverageState.HELD}
            self.rows[coverage].append({**row, "since": self._at, "detail": "held"})

    def _sanction(self, each: Barred) -> dict[str, Any]:
        sanction = new_id()
        return {
            "id": sanction,
            "person_id": each.person,
            "case_id": self._pseudonyms.hide("sanctions", new_id()),
            "restriction": Restriction.SUSPENDED,
            "starts": self._at,
            "ends": each.ends,
            "spaces": json.dumps(sorted(each.accounts)),
            "on_term_end": OnTermEnd.LIFT,
            "authority_kind": AuthorityKind.DECISION,
            "authority_id": self._pseudonyms.hide(sanction, new_id()),
            "reference": self._pseudonyms.hide(REFERENCES, each.reference),
            "notification": NotificationState.NOTIFIED,
            "waits_until": None,
            "enacted_at": self._at,
            "provisional": False,
            "danger": False,
            "version": 0,
        }

    async def _account(self, each: Barred, space: SpaceName, native_id: str) -> None:
        account, scope = AccountId(new_id()), KeyScope.of_person(each.person)
        content = {"native_id": native_id, "handle": each.name, "evidence": ""}
        link = LinkedAccount(
            id=account,
            person=each.person,
            account=Account(space, native_id),
            handle=each.name,
            trust=Trust.VOUCHED,
            linked_at=self._at,
            linked_by="service",
        )
        self.rows[blind_indexes] += await index_values([index_account(link)], self._encryption)
        row: dict[str, Any] = {"id": account, "person_id": each.person, "space": space, "trust": Trust.VOUCHED}
        row |= {"linked_at": self._at, "linked_by": "service", "confirmed_by": None, "version": 0}
        row["sealed"] = await self._encryption.encrypt_json(scope, "accounts", account, "sealed", content)
        self.rows[accounts].append(row)
        self.rows[work_items].append(self._work_item(account, each, space))
        await self._enforcement(account, each, scope)

    def _work_item(self, account: AccountId, each: Barred, space: SpaceName) -> dict[str, Any]:
        return {
            "account_id": account,
            "person_id": each.person,
            "space": space,
            "due_at": each.ends,
            "state": CoverageState.HELD,
            "failures": 0,
            "blocked_since": None,
            "notified_at": None,
            "detail": "held",
            "needs": "",
            "observed_at": self._at,
            "version": 0,
        }

    async def _enforcement(self, account: AccountId, each: Barred, scope: KeyScope) -> None:
        known = {"prior": _NO_PRIOR, "taken": [], "put_back": []}
        place = f"{account}.{AccessLevel.BARRED}"
        row: dict[str, Any] = {
            "account_id": account,
            "level": AccessLevel.BARRED,
            "reference": self._pseudonyms.hide(REFERENCES, each.reference),
            "until": None,
        }
        proof = {"placed": True, "restored": False, "confirmed_at": self._at, "version": 1}
        proof |= {"release": ReleaseState.OWED, "released_at": None}
        proof["sealed"] = await self._encryption.encrypt_json(scope, "enforcements", place, "sealed", known)
        self.rows[enforcements].append(row | proof)
        intent = new_id()
        act = {"id": intent, "kind": IntentKind.RESTRICT, "opened_at": self._at, "closed_at": self._at}
        act["sealed"] = await self._encryption.encrypt_json(scope, "intents", intent, "sealed", _NO_PRIOR)
        self.rows[intents].append(row | act)


async def _read_back(view: SqlReadView, each: Barred, at: datetime) -> None:
    """What was written in bulk is what the stores would have written."""
    found = await view.people.accounts_of(each.person)
    one = found[0].account
    if await view.people.links_of_account(one) != (found[0],):
        raise AssertionError("the seeded accounts are not found by what they are")
    if {a.account.space: a.account.native_id for a in found} != each.accounts or not all(a.binding for a in found):
        raise AssertionError("the seeded accounts do not read back")
    [sanction] = await view.sanctions.of_person(each.person)
    expected = (each.ends, frozenset(each.accounts), each.reference)
    if (sanction.ends, sanction.spaces, sanction.reference) != expected:
        raise AssertionError("the seeded sanction does not read back")
    for account in found:
        wanted = Enforcement(
            account=account.id,
            level=AccessLevel.BARRED,
            active=True,
            reference=each.reference,
            prior=Prior(),
            confirmed_at=at,
            version=1,
        )
        if await view.sanctions.enforcements_of(account.id) != (wanted,):
            raise AssertionError("the seeded application does not read back")
        if each.reference not in await view.sanctions.references_of(account.id):
            raise AssertionError("the seeded reference does not read back")


def add_others(platforms: Platforms, count: int, at: datetime, first: int = 0) -> list[Barred]:
    """So many people whose terms end far from now, each barred in one space, the spaces in turn."""
    far = at + timedelta(days=30)
    return [
        add_barred(platforms, f"other-{n}", far + timedelta(seconds=n), (SPACES[n % len(SPACES)],), at)
        for n in range(first, first + count)
    ]
