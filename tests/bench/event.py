"""What one event of a platform costs beside few and beside very many known accounts: it names one of them, or nobody."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Table

from guardian.clock import MachineClock, monotonic_seconds
from guardian.ids import AccountId, PersonId, new_id
from guardian.people.models import LinkedAccount, Trust
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.sanctions.models import CoverageState
from guardian.services.context import AppContext
from guardian.services.platform_events.account_changes import on_account_changed
from guardian.spaces.port import Account
from guardian.spaces.registry import SpaceRegistry
from guardian.storage.blind_index import index_values
from guardian.storage.data_key_store import KeyScope
from guardian.storage.database import Database
from guardian.storage.encryption import FieldEncryption
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import create_tables
from guardian.storage.people_store import index_account
from guardian.storage.tables.blind_indexes import blind_indexes
from guardian.storage.tables.people import accounts, people
from guardian.storage.tables.sanctions import work_items
from guardian.storage.tables.system import data_keys
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from guardian.storage.utc_datetime import to_microseconds
from tests.bench.figures import Aim, Part, middle, quantile
from tests.bench.measured_service import FORUM
from tests.bench.seeding import BufferedDataKeys

NAME: Final = "event"
AIM: Final = 1.5
_AT_ONCE: Final = 5_000
_FIRST_ID: Final = 100_000_000
_QUICK: Final = ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-600000")
_LONGEST: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Size:
    """Beside how many known accounts, and how many events of each kind; the sizes take turns, `turns` each."""

    accounts: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    events: int = 300
    turns: int = 3


@dataclass(slots=True)
class Run:
    """One size: the seconds of each event."""

    accounts: int
    app: AppContext
    filling_seconds: float
    known: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)


async def measure(folder: Path, size: Size) -> Part:
    """The same events beside each number of accounts, each on a database of its own."""
    random = Random(7)
    async with AsyncExitStack() as stack:
        runs = [await stack.enter_async_context(_prepare_run(folder / str(n), n)) for n in size.accounts]
        for run in runs:
            await _take_turn(run, random, 10)
            run.known.clear()
            run.unknown.clear()
        for _ in range(size.turns):
            for run in runs:
                await _take_turn(run, random, size.events // size.turns)
    return _part(size, runs)


@asynccontextmanager
async def _prepare_run(folder: Path, count: int) -> AsyncIterator[Run]:
    folder.mkdir()
    path, clock, begun = folder / "guardian.sqlite", MachineClock(), monotonic_seconds()
    url, ring = f"sqlite:///{path}", KeyRing.create(folder / "ring", folder / "master")
    async with await Database.open(url) as database:
        await create_tables(database)
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        for pragma in _QUICK:
            connection.execute(pragma)
        for start in range(0, count, _AT_ONCE):
            rows = await _known_accounts(ring, clock.now(), range(start, min(start + _AT_ONCE, count)))
            await asyncio.to_thread(_insert, connection, rows)
        connection.commit()
    async with await Database.open(url) as database:
        app = AppContext(
            units_of_work=SqlUnitOfWorkFactory(database, ring, clock),
            policy=read_policy(load_preset("django")),
            clock=clock,
            spaces=SpaceRegistry(()),
            base_url="https://guardian.example",
            community="Bench",
        )
        yield Run(count, app, monotonic_seconds() - begun)


async def _known_accounts(ring: KeyRing, at: datetime, numbers: Sequence[int]) -> Mapping[Table, list[dict[str, Any]]]:
    """Rows as the stores would have written them: a person each, with one account that rests until its term ends."""
    rows: dict[Table, list[dict[str, Any]]] = {t: [] for t in (people, data_keys, accounts, blind_indexes, work_items)}
    encryption = FieldEncryption(BufferedDataKeys(rows[data_keys]), ring, at)
    for number in numbers:
        link = _link(str(_FIRST_ID + number), at)
        rows[people].append(
            {"id": link.person, "code_name": f"person-{number}", "created_at": at, "language": "", "version": 0}
        )
        content = {"native_id": link.account.native_id, "handle": link.handle, "evidence": ""}
        sealed = await encryption.encrypt_json(KeyScope.of_person(link.person), "accounts", link.id, "sealed", content)
        account = {"id": link.id, "person_id": link.person, "space": FORUM, "trust": link.trust, "version": 0}
        rows[accounts].append({**account, "linked_at": at, "linked_by": link.linked_by, "sealed": sealed})
        rows[blind_indexes] += await index_values([index_account(link)], encryption)
        item = {"account_id": link.id, "person_id": link.person, "space": FORUM, "due_at": at + _LONGEST}
        state = {"state": CoverageState.HELD, "failures": 0, "detail": "held", "needs": "", "observed_at": at}
        rows[work_items].append({**item, **state, "version": 0})
    return rows


def _link(native_id: str, at: datetime) -> LinkedAccount:
    return LinkedAccount(
        id=AccountId(new_id()),
        person=PersonId(new_id()),
        account=Account(FORUM, native_id),
        handle=f"name-{native_id}",
        trust=Trust.VOUCHED,
        linked_at=at,
        linked_by="service",
    )


def _insert(connection: sqlite3.Connection, rows: Mapping[Table, list[dict[str, Any]]]) -> None:
    """Past the stores and SQLAlchemy, which would take minutes for a million; nothing has to outlive a crash here."""
    for table, values in rows.items():
        names = list(values[0])
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        connection.executemany(statement, [tuple(_plain(row[name]) for name in names) for row in values])


def _plain(value: Any) -> Any:
    return to_microseconds(value) if isinstance(value, datetime) else value


async def _take_turn(run: Run, random: Random, events: int) -> None:
    for _ in range(events):
        named, nobody = _FIRST_ID + random.randrange(run.accounts), random.randrange(_FIRST_ID)
        run.known.append(await _time_event(run.app, str(named)))
        run.unknown.append(await _time_event(run.app, str(nobody)))


async def _time_event(app: AppContext, native_id: str) -> float:
    begun = monotonic_seconds()
    await on_account_changed(app, Account(FORUM, native_id))
    return monotonic_seconds() - begun


def _part(size: Size, runs: list[Run]) -> Part:
    lines = [f"event: {size.events} that name somebody known, and {size.events} that name nobody"]
    lines += [
        f"  beside {run.accounts:,} accounts (filled in {run.filling_seconds:.0f} s): "
        f"known {_milliseconds(run.known)}, nobody {_milliseconds(run.unknown)}"
        for run in runs
    ]
    first, last = runs[0], runs[-1]
    span = f"an event beside {last.accounts:,} accounts to one beside {first.accounts:,}"
    aims = (
        Aim(f"{span}, of somebody known", middle(last.known) / middle(first.known), AIM),
        Aim(f"{span}, of nobody", middle(last.unknown) / middle(first.unknown), AIM),
    )
    return Part(NAME, tuple(lines), {"events": size.events, "runs": [_facts(run) for run in runs]}, aims)


def _milliseconds(seconds: Sequence[float]) -> str:
    return f"p50 {middle(seconds) * 1000:.2f} ms, p99 {quantile(seconds, 0.99) * 1000:.2f} ms"


def _facts(run: Run) -> dict[str, Any]:
    return {
        "accounts": run.accounts,
        "known_p50_s": round(middle(run.known), 6),
        "unknown_p50_s": round(middle(run.unknown), 6),
        "filling_s": round(run.filling_seconds, 1),
    }
