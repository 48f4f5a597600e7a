"""How long a raid takes: many accounts restricted together, against the calls that it needs and the budget left to us.

What is held is read from the platforms' own lists; the service confirms by list pages, never one look an account.
"""

import asyncio
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Final

from guardian.cases.raids import RaidState
from guardian.clock import MachineClock, monotonic_seconds
from guardian.ids import SpaceName
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.reconciler.bulk import BulkReconciler
from guardian.services.context import AppContext
from guardian.services.raids import announcement
from guardian.services.raids.rollout import advance_raids
from guardian.unit_of_work import WakeupTopic
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.bench.figures import Aim, Part
from tests.bench.figures import format_counts as in_words
from tests.bench.measured_service import (
    DISCORD,
    FORUM,
    GITHUB,
    SPACES,
    Platforms,
    Service,
    a_service,
    operations,
    platforms,
)
from tests.builders.community import AMARA, BRUNO, everybody

NAME: Final = "raid"
AIM: Final = 1.1
_AT_ONCE: Final = 200
_BULK_A_SECOND: Final = 5.0
_PAGE: Final = 100
_BLOCK_POINTS: Final = 8
"""Whose login it is today, whether they are a member, whether they are blocked already, and the block."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many accounts in each space, the platforms' latency in seconds, and how long is waited at most."""

    discord: int = 1000
    forum: int = 1000
    github: int = 100
    latency: float = 0.02
    timeout: float = 300.0

    def of(self, space: SpaceName) -> int:
        """The accounts in that space."""
        return {DISCORD: self.discord, FORUM: self.forum, GITHUB: self.github}[space]


async def measure(folder: Path, size: Size) -> Part:
    """One raid in all three spaces, from the second member's word until the service has confirmed every account."""
    clock = MachineClock()
    async with platforms(clock) as spaces, a_service(folder, spaces, clock) as service:
        ids = {space: _add_raiders(spaces, space, size.of(space)) for space in SPACES}
        app = await _app_context(service)
        case = await _announce(app, ids)
        spaces.answer_after(size.latency)
        async with service.run_reconciler():
            mark, begun = spaces.mark(), monotonic_seconds()
            await announcement.confirm(app, BRUNO, case)
            placed = await _run_raid(service, app, spaces, ids, case, begun + size.timeout)
            took = monotonic_seconds() - begun
            calls = {space: operations(asked) for space, asked in spaces.asked_since(mark).items()}
            counts = (await announcement.get_status(app, AMARA, case)).counts
    budgets = {FORUM: service.forum.rate_per_minute / 60, GITHUB: service.github.rate_per_minute / 60}
    shown = {space: at - begun for space, at in placed.items()}
    held = {space: counts.get(space, {}).get("held", 0) for space in SPACES}
    return _part(size, took, shown, calls, budgets, held)


def _add_raiders(spaces: Platforms, space: SpaceName, count: int) -> list[str]:
    names = [f"raider-{number}" for number in range(count)]
    if space == DISCORD:
        state = spaces.discord.state
        return [state.add_member(state.add_user(name)) for name in names]
    if space == FORUM:
        return [str(spaces.forum.add_user(name).id) for name in names]
    return [str(spaces.github.register(name).id) for name in names]


async def _app_context(service: Service) -> AppContext:
    async with service.units_of_work.begin() as uow:
        for member in everybody():
            await uow.people.add_member(replace(member, accounts=()))
    policy = read_policy(load_preset("django"))
    return AppContext(
        units_of_work=service.units_of_work,
        policy=policy,
        clock=service.clock,
        spaces=service.spaces,
        base_url="https://guardian.example",
        community="Bench",
    )


async def _announce(app: AppContext, ids: dict[SpaceName, list[str]]) -> str:
    text = "space,id\n" + "\n".join(f"{space},{native_id}" for space in SPACES for native_id in ids[space])
    checked = await announcement.preview(app, AMARA, text, None)
    made = await announcement.announce(app, AMARA, checked, Restriction.BANNED, Ground.ONGOING, "a flood of accounts")
    return made.code_name


async def _run_raid(
    service: Service, app: AppContext, spaces: Platforms, ids: dict[SpaceName, list[str]], case: str, until: float
) -> dict[SpaceName, float]:
    """The raid is done, or `until` has come; when each platform's own list showed everybody."""
    batches = BulkReconciler(service.reconciler.context, service.units_of_work)
    with service.database.subscribe(WakeupTopic.WORK_ITEMS) as subscription:

        async def wait(_: object) -> None:
            await subscription.wait_for_wakeup()

        working = asyncio.create_task(batches.run(wait))
        try:
            placed: dict[SpaceName, float] = {}
            while monotonic_seconds() < until and not await _is_done(service, case):
                await advance_raids(app)
                placed |= {
                    s: monotonic_seconds() for s in SPACES if s not in placed and _wait_for_all(spaces, s, len(ids[s]))
                }
                await asyncio.sleep(0.2)
            return {space: placed.get(space, monotonic_seconds()) for space in SPACES}
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await batches.stop()


async def _is_done(service: Service, case: str) -> bool:
    async with service.units_of_work.read() as view:
        found = await view.cases.case_by_code_name(case)
        raid = await view.raids.of_case(found.id) if found else None
        return raid is not None and raid.state is RaidState.DONE


def _wait_for_all(spaces: Platforms, space: SpaceName, count: int) -> bool:
    there = {
        DISCORD: lambda: len(spaces.discord.state.bans),
        FORUM: lambda: len(spaces.forum.state.measured),
        GITHUB: lambda: len(spaces.github.state.blocks),
    }
    return there[space]() >= count


def _floors(size: Size, budgets: dict[SpaceName, float]) -> dict[SpaceName, float]:
    """Seconds that the calls take which the raid cannot do without, each list of what is held read once."""
    bulk = ceil(size.discord / _AT_ONCE) / (_BULK_A_SECOND * 60)
    forum = (size.forum + ceil(size.forum / _PAGE)) / budgets[FORUM]
    github = (size.github * _BLOCK_POINTS + ceil(size.github / _PAGE)) / budgets[GITHUB]
    return {DISCORD: bulk, FORUM: forum, GITHUB: github}


def _part(
    size: Size,
    took: float,
    shown: dict[SpaceName, float],
    calls: dict[SpaceName, dict[str, int]],
    budgets: dict[SpaceName, float],
    held: dict[SpaceName, int],
) -> Part:
    floors = _floors(size, budgets)
    slowest = max(SPACES, key=floors.__getitem__)
    lines = [
        f"raid: {size.discord} accounts on Discord, {size.forum} on the forum, {size.github} on GitHub",
        f"  all confirmed after {took:.2f} s; {slowest} alone needs {floors[slowest]:.2f} s within its budget",
    ]
    for space in SPACES:
        lines.append(f"  {space}: shown after {shown[space]:.2f} s, needed {floors[space]:.2f} s, held {held[space]}")
        lines.append(f"    calls {sum(calls[space].values())}: {in_words(calls[space])}")
    missed = sum(size.of(space) - held[space] for space in SPACES)
    facts = {
        "accounts": {space: size.of(space) for space in SPACES},
        "seconds": round(took, 3),
        "shown_s": {space: round(each, 3) for space, each in shown.items()},
        "needed_s": {space: round(each, 3) for space, each in floors.items()},
        "slowest": slowest,
        "calls": calls,
        "held": held,
    }
    aims = (
        Aim("time against calls needed, within the budget left to us", took / floors[slowest], AIM),
        Aim("accounts that are not confirmed", float(missed), 0.0),
    )
    return Part(NAME, tuple(lines), facts, aims)
