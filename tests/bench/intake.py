"""Whether everybody is heard who reports at once: many people send a report on Discord within seconds.

The service runs in a process of its own; what counts is the time that Discord sees, and that every receipt works.
"""

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.emulators.discord.client_screen import Screen
from guardian.clock import monotonic_seconds
from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.narration import Narrator
from guardian.sandbox.service_process import run_in_own_process
from guardian.sandbox.stage import Stage, StoryContext
from tests.bench.figures import Aim, Part, quantile

NAME: Final = "intake"
WINDOW_SECONDS: Final = 3.0
PATIENCE_SECONDS: Final = 120.0
AT_ONCE: Final = 8
"""So many forms are opened, and receipts tried, at a time: neither is what is measured."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many people send their report, spread evenly over so many seconds."""

    people: int = 500
    within: float = 10.0


@dataclass(frozen=True, slots=True)
class SentReport:
    """One report: the seconds until Discord had its answer, and until the receipt stood on the screen; None: it never did."""

    words: str
    answered: float | None
    shown: float | None
    receipt: str | None


async def measure(folder: Path, size: Size) -> Part:
    """Everybody has the form before them, and sends it in their own moment."""
    context = StoryContext(folder=folder, narrator=Narrator(io.StringIO()), open_service=run_in_own_process)
    async with context.open_stage() as stage:
        stage.world.discord.interactions.window_s = WINDOW_SECONDS
        forms = await _open_forms(stage, size.people)
        begun = monotonic_seconds()
        sending = [_send(stage, form, number, begun, size) for number, form in enumerate(forms)]
        sent = await asyncio.gather(*sending)
        took = monotonic_seconds() - begun
        working = await _count_working(stage, sent)
    return _part(size, sent, took, working)


async def _open_forms(stage: Stage, people: int) -> list[Screen]:
    """The form of each of them, who are new in the server."""
    state, room = stage.world.discord.state, asyncio.Semaphore(AT_ONCE)
    accounts = [state.add_member(state.add_user(f"newcomer{number}")) for number in range(people)]

    async def open_one(account: str) -> Screen:
        async with room:
            return await stage.world.discord.person(account).command("report")

    return list(await asyncio.gather(*(open_one(account) for account in accounts)))


async def _send(stage: Stage, form: Screen, number: int, begun: float, size: Size) -> SentReport:
    words = f"This is report number {number}: they insulted two newcomers."
    await asyncio.sleep(max(0.0, begun + size.within * number / size.people - monotonic_seconds()))
    at = monotonic_seconds()
    screen = await stage.world.discord.person(form.person_id).submit(form, {"what": words})
    if screen.failed:
        return SentReport(words, None, None, None)
    answered = monotonic_seconds() - at
    await screen.wait_until_settled(PATIENCE_SECONDS)
    found = RECEIPT.search(screen.text)
    return SentReport(words, answered, monotonic_seconds() - at, found.group() if found else None)


async def _count_working(stage: Stage, sent: list[SentReport]) -> int:
    """How many of the receipts open the words that were sent."""
    room = asyncio.Semaphore(AT_ONCE)

    async def is_opened(each: SentReport) -> bool:
        async with room:
            return each.receipt is not None and each.words in (await stage.people.follow_up(each.receipt)).text

    return sum(await asyncio.gather(*(is_opened(each) for each in sent)))


def _part(size: Size, sent: list[SentReport], took: float, working: int) -> Part:
    answered = [each.answered for each in sent if each.answered is not None] or [PATIENCE_SECONDS]
    shown = [each.shown for each in sent if each.shown is not None] or [PATIENCE_SECONDS]
    late = sum(each.answered is None for each in sent)
    lost = size.people - working
    spans = {"answered": answered, "receipt": shown}
    figures = {
        name: {f"p{share:g}": quantile(all_, share / 100) for share in (50, 99, 100)} for name, all_ in spans.items()
    }
    lines = [f"intake: {size.people} people send within {size.within:g} s; all was done after {took:.1f} s"]
    for name, of in figures.items():
        lines.append(f"  {name}: p50 {of['p50']:.3f} s, p99 {of['p99']:.3f} s, max {of['p100']:.3f} s")
    facts = {"people": size.people, "within_s": size.within, "seconds": round(took, 3), **figures}
    aims = (
        Aim("the slowest answer in seconds", max(answered), WINDOW_SECONDS),
        Aim("not answered in time", late, 0),
        Aim("receipts that do not work", lost, 0),
    )
    return Part(NAME, tuple(lines), {**facts, "late": late, "lost": lost}, aims)
